"""What a private run measured, said and was given leads nowhere: neither by its fields nor by filters and orders."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import orjson
import pytest

from authorisation_walk import ask, found_in, walk, words
from authorisation_world import ATTACH, HTTP, LINK_ARTIFACT, LOG_ARTIFACT, START_RUN, World, operation

RAISE = """
mutation RaiseAlert($input: RaiseAlertInput!) {
  raiseAlert(input: $input) { ... on RaiseAlertPayload { alert { id } } ... on UserError { message } }
}
"""
UPDATE = """
mutation UpdateRun($input: UpdateRunInput!) {
  updateRun(input: $input) { ... on UpdateRunPayload { run { id } } ... on UserError { message } }
}
"""
FIELDS = {
    "config": "config",
    "summary": "summary",
    "rows": "history { keys rows }",
    "samples": "history(samples: 5) { series { key values } }",
    "chosen rows": 'history(keys: ["{secret}"], minStep: 0) {{ rows }}',
    "console": "console { texts { text } }",
    "machine": "systemMetrics { keys samples }",
    "alerts": "alerts { title text }",
    "files": "files { edges { node { path url } } }",
    "outputs": "outputs { edges { node { historyStep metrics } } }",
}


@dataclass(frozen=True)
class Measured:
    """The owner's private run with the world's secret in all that a run can hold; a link to what it made is shown."""

    run_id: str
    link_id: str


@pytest.fixture(scope="module")
def measured(world: World) -> Measured:
    def change(document: str, mutation: str, /, **given: Any) -> Any:
        _, answer = ask(world, document, world.owner.key, input={"operationId": operation(), **given})
        assert "message" not in answer["data"][mutation], answer
        return answer["data"][mutation]

    secret = world.secret
    started = change(START_RUN, "startRun", project=world.project, key="measured", config={secret: 7, "lr": 0.25})
    run_id: str = started["run"]["id"]
    change(UPDATE, "updateRun", runId=run_id, summary={secret: 7, "accuracy": 0.75}, notes=secret)
    for stream, values in (
        ("metrics", {secret: 7}),
        ("console-a", {"text": secret, "source": "stdout"}),
        ("system-a", {secret: 7}),
    ):
        send(world, run_id, stream, values)
    change(RAISE, "raiseAlert", runId=run_id, title=secret)
    file = {"path": f"{secret}.txt", "digest": world.own.blob, "size": len(f"word\n{secret}\n")}
    change(ATTACH, "attachRunFiles", runId=run_id, files=[file])
    logged = change(
        LOG_ARTIFACT,
        "logArtifact",
        project=world.project,
        runId=run_id,
        historyStep=0,
        name="measured",
        type="dataset",
        manifestDigest=world.own.digest,
    )
    target = f"{world.team}/model-registry/measured"
    linked = change(LINK_ARTIFACT, "linkArtifact", versionId=logged["version"]["id"], target=target)
    return Measured(run_id, linked["version"]["id"])


def send(world: World, run_id: str, stream: str, values: dict[str, Any]) -> None:
    body = {"stream": stream, "first": 0, "records": [{"step": 0, "time": 1.0, "values": values}]}
    response = HTTP.request(
        "POST",
        f"{world.url}/api/runs/{run_id}/history",
        body=msgpack.packb(body),
        headers={"Authorization": f"Bearer {world.owner.key}", "Content-Type": "application/msgpack"},
    )
    assert response.status == 200, response.data


@pytest.mark.parametrize("what", FIELDS)
def test_a_field_of_a_private_run_is_shown_to_its_owner_alone(world: World, measured: Measured, what: str) -> None:
    field = FIELDS[what].format(secret=world.secret) if "{secret}" in FIELDS[what] else FIELDS[what]
    document = f"query F($id: ID!) {{ node(id: $id) {{ ... on Run {{ {field} }} }} }}"

    told = [ask(world, document, key, id=measured.run_id) for key in (world.owner.key, world.outsider.key, None)]

    assert world.secret in orjson.dumps(told[0][1]["data"]).decode()
    assert told[1] == (200, {**told[1][1], "data": {"node": None}}) and "errors" not in told[1][1]
    assert (told[2][0], told[2][1].get("data")) == (401, None)


def test_metrics_of_what_a_private_run_made_are_not_shown_by_its_link(world: World, measured: Measured) -> None:
    document = "query M($id: ID!) { node(id: $id) { ... on RegistryVersion { historyStep metrics source { id } } } }"

    _, own = ask(world, document, world.owner.key, id=measured.link_id)
    _, others = ask(world, document, world.outsider.key, id=measured.link_id)
    _, walked = ask(world, walk("RegistryVersion", 2), world.outsider.key, id=measured.link_id)

    assert own["data"]["node"]["metrics"] == {world.secret: 7}
    assert others["data"]["node"] == {"historyStep": 0, "metrics": None, "source": None}
    assert "errors" not in walked
    assert [word for word in [*words(world), measured.run_id] if word in orjson.dumps(walked).decode()] == []


# Each is met by private runs alone.
CONDITIONS: list[Callable[[World], str]] = [
    lambda world: f'config: [{{path: "{world.secret}", op: EXISTS}}]',
    lambda world: f'config: [{{path: "{world.secret}", op: EQ, value: 7}}]',
    lambda world: f'config: [{{path: "{world.secret}", op: NE, value: 8}}]',
    lambda world: f'summary: [{{path: "{world.secret}", op: GT, value: 6}}]',
    lambda world: f'config: [{{path: "word", op: CONTAINS, value: "{world.secret}"}}]',
    lambda world: f'any: [{{summary: [{{path: "{world.secret}", op: LTE, value: 7}}]}}]',
    lambda world: f'not: {{not: {{config: [{{path: "{world.secret}", op: EXISTS}}]}}}}',
    lambda world: f'search: "{world.secret}"',
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=range(len(CONDITIONS)))
def test_no_filter_tells_an_outsider_what_a_private_run_has(
    world: World, measured: Measured, condition: Callable[[World], str]
) -> None:
    wanted = condition(world)
    listed = f"{{ runs(filter: {{{wanted}}}) {{ edges {{ node {{ id }} }} totalCount pageInfo {{ endCursor }} }} }}"
    counted = f"{{ runCounts(groupBy: STATE, filter: {{{wanted}}}) {{ count }} }}"
    # The same of a word that nobody has ever used.
    unknown = [document.replace(world.secret, "unheard-of") for document in (listed, counted)]

    _, own = ask(world, listed, world.owner.key)
    _, own_counts = ask(world, counted, world.owner.key)
    others = [ask(world, document, world.outsider.key)[1]["data"] for document in (listed, counted)]
    absent = [ask(world, document, world.outsider.key)[1]["data"] for document in unknown]

    assert found_in(own, "runs") >= 1 and sum(group["count"] for group in own_counts["data"]["runCounts"]) >= 1
    assert others == absent
    assert others == [{"runs": {"edges": [], "totalCount": 0, "pageInfo": {"endCursor": None}}}, {"runCounts": []}]


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["CONFIG", "SUMMARY"])
def test_no_order_and_no_cursor_tells_an_outsider_where_a_private_run_stands(
    world: World, measured: Measured, field: str, direction: str
) -> None:
    def page(key: str, path: str, after: str | None = None) -> Any:
        order = f'{{field: {field}, path: "{path}", direction: {direction}}}'
        text = f"""query P($after: String) {{ runs(orderBy: {order}, first: 1, after: $after) {{
          edges {{ cursor node {{ id }} }} totalCount pageInfo {{ endCursor hasNextPage }} }} }}"""
        return ask(world, text, key, after=after)[1]["data"]["runs"]

    def pages(path: str) -> tuple[list[str], set[int]]:
        ids, totals, after = [], set(), None
        while True:
            got = page(world.outsider.key, path, after)
            ids += [edge["node"]["id"] for edge in got["edges"]]
            totals.add(got["totalCount"])
            after = got["pageInfo"]["endCursor"]
            if not got["pageInfo"]["hasNextPage"]:
                return ids, totals

    owners = page(world.owner.key, world.secret)
    ids, totals = pages(world.secret)
    behind = page(world.outsider.key, world.secret, owners["pageInfo"]["endCursor"])

    assert [edge["node"]["id"] for edge in owners["edges"]] == [measured.run_id]
    assert totals == {len(ids)} and {world.mine.run_id, world.shared.run_id} <= set(ids)
    assert (ids, totals) == pages("unheard-of")
    # Behind the place of the private run come all of the outsider's, as from the start.
    assert [edge["node"]["id"] for edge in behind["edges"]] == ids[:1]
