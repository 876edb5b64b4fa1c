"""Recalls over GraphQL: made, listed, told by everything they reach, withdrawn."""

from typing import Any

from asking import ask, refusal
from content import Site
from headwater_service.store.ids import new_id
from pipelines import Pipeline, new_pipeline, start, use
from viewers import new_admin

RECALL = """
mutation RecallVersion($input: RecallVersionInput!) {
  recallVersion(input: $input) {
    __typename
    ... on RecallVersionPayload {
      recall { id severity reason at withdrawnAt distance version { id } by { name } }
    }
    ... on UserError { message }
    ... on InvalidInputError { field }
  }
}
"""
WITHDRAW = """
mutation WithdrawRecall($input: WithdrawRecallInput!) {
  withdrawRecall(input: $input) {
    __typename ... on WithdrawRecallPayload { recall { id withdrawnAt } } ... on UserError { message }
  }
}
"""
REACHED = """
query Reached($version: String!, $link: String!, $run: String!) {
  version: artifact(path: $version) { recalls { id distance severity reason version { path } } }
  link: artifact(path: $link) { recalls { id distance } }
  run(path: $run) { recalls { id distance } }
}
"""
LIST = """
query Recalls($container: String, $collection: String, $isActive: Boolean! = true, $first: Int! = 50, $after: String) {
  recalls(container: $container, collection: $collection, isActive: $isActive, first: $first, after: $after) {
    totalCount
    edges { node { id withdrawnAt version { path } by { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
MANY = """
query Many($path: String!, $first: Int!) {
  versions(container: $path, first: $first) { edges { node { recalls { id version { name } by { name } } } } }
  runs(project: $path, first: $first) { edges { node { recalls { id version { name } by { name } } } } }
}
"""
USE = """
mutation UseArtifact($input: UseArtifactInput!) {
  useArtifact(input: $input) {
    __typename
    ... on UseArtifactPayload { version { recalls { severity reason } } }
    ... on UserError { message }
    ... on ConflictError { unmetRules { rule message } }
  }
}
"""


async def recall(site: Site, one: Pipeline, version_id: str, **more: str) -> dict[str, Any]:
    given = {"operationId": new_id(), "versionId": version_id, "reason": "bad labels", **more}
    answer: dict[str, Any] = (await ask(site, one.viewer, RECALL, input=given))["recallVersion"]
    return answer


def paths(one: Pipeline) -> dict[str, str]:
    return {
        "version": f"{one.project.path}/model:v0",
        "link": f"{one.registry.path}/{one.link.collection.name}:production",
        "run": f"{one.project.path}/{one.evaluate.key}",
    }


def nodes(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in data["recalls"]["edges"]]


async def test_versions_links_and_runs_tell_of_a_recall_until_it_is_withdrawn(site: Site) -> None:
    one = await new_pipeline(site)

    made = (await recall(site, one, one.data.version.id, severity="CRITICAL"))["recall"]
    told = await ask(site, one.viewer, REACHED, **paths(one))
    given = {"operationId": new_id(), "recallId": made["id"]}
    ended = (await ask(site, one.viewer, WITHDRAW, input=given))["withdrawRecall"]["recall"]
    after = await ask(site, one.viewer, REACHED, **paths(one))

    assert (made["severity"], made["reason"], made["distance"], made["withdrawnAt"]) == (
        "CRITICAL",
        "bad labels",
        0,
        None,
    )
    assert made["version"] == {"id": one.data.version.id} and made["by"] == {"name": one.viewer.user_name}
    path = f"{one.project.path}/data:v0"
    assert told["version"]["recalls"] == [
        {"id": made["id"], "distance": 2, "severity": "CRITICAL", "reason": "bad labels", "version": {"path": path}}
    ]
    assert told["link"]["recalls"] == [{"id": made["id"], "distance": 3}]
    assert told["run"]["recalls"] == [{"id": made["id"], "distance": 4}]
    assert ended["id"] == made["id"] and ended["withdrawnAt"] is not None
    assert [after[name]["recalls"] for name in ("version", "link", "run")] == [[], [], []]


async def test_recalls_of_many_take_as_many_queries_as_those_of_few(site: Site) -> None:
    one = await new_pipeline(site)
    for _ in range(12):
        await use(site, one.viewer, await start(site, one.viewer, one.project, "again"), "data:v0")
    await recall(site, one, one.data.version.id)

    async def count(first: int) -> int:
        before = site.graph.query_count
        found = await ask(site, one.viewer, MANY, path=one.project.path, first=first)
        assert all("recalls" in edge["node"] for edge in found["runs"]["edges"])
        return site.graph.query_count - before

    # On a busy machine the answers to loaders come apart, and a loader that waits for several runs once more.
    few, many = [min([await count(first) for _ in range(3)]) for first in (2, 50)]

    # What comes first may have what others lack: a loader more or less, but none for each item.
    assert abs(many - few) <= 6
    assert many <= 18


async def test_recalls_are_listed_newest_first_by_place_and_collection(site: Site) -> None:
    one = await new_pipeline(site)
    first = (await recall(site, one, one.data.version.id))["recall"]["id"]
    second = (await recall(site, one, one.model.version.id))["recall"]["id"]
    third = (await recall(site, one, one.data.version.id))["recall"]["id"]
    await ask(site, one.viewer, WITHDRAW, input={"operationId": new_id(), "recallId": third})

    active = await ask(site, one.viewer, LIST, container=one.project.path)
    every = await ask(site, one.viewer, LIST, container=one.project.path, isActive=False)
    data = await ask(site, one.viewer, LIST, collection=f"{one.project.path}/data")
    page = await ask(site, one.viewer, LIST, container=one.project.path, isActive=False, first=1)
    cursor = page["recalls"]["pageInfo"]["endCursor"]
    rest = await ask(site, one.viewer, LIST, container=one.project.path, isActive=False, after=cursor)

    assert [node["id"] for node in nodes(active)] == [second, first]
    assert [node["id"] for node in nodes(every)] == [third, second, first]
    assert every["recalls"]["totalCount"] == 3
    assert [node["id"] for node in nodes(data)] == [first]
    assert nodes(active)[1]["version"] == {"path": f"{one.project.path}/data:v0"}
    assert [node["id"] for node in [*nodes(page), *nodes(rest)]] == [third, second, first]


async def test_an_outsider_is_shown_no_recall_by_any_list(site: Site) -> None:
    one, outsider = await new_pipeline(site), await new_admin(site.graph)
    made = (await recall(site, one, one.data.version.id))["recall"]["id"]

    everything = await ask(site, outsider, LIST, first=100)
    code, _ = await refusal(site, outsider, LIST, container=one.project.path)
    other, _ = await refusal(site, outsider, LIST, collection=f"{one.project.path}/data")

    assert made not in [node["id"] for node in nodes(everything)]
    assert (code, other) == ("NotFoundError", "NotFoundError")


async def test_use_of_what_a_critical_recall_reaches_must_be_allowed(site: Site) -> None:
    one = await new_pipeline(site)
    run = await start(site, one.viewer, one.project, "again")
    await recall(site, one, one.data.version.id, severity="CRITICAL")
    given = {"runId": run.id, "path": f"{one.project.path}/model:v0"}

    refused = (await ask(site, one.viewer, USE, input={"operationId": new_id(), **given}))["useArtifact"]
    allowed = await ask(site, one.viewer, USE, input={"operationId": new_id(), **given, "allowRecalled": True})

    assert refused["__typename"] == "ConflictError"
    assert [rule["rule"] for rule in refused["unmetRules"]] == ["NOT_RECALLED"]
    assert allowed["useArtifact"]["version"]["recalls"] == [{"severity": "CRITICAL", "reason": "bad labels"}]


async def test_a_recall_without_a_reason_is_refused_and_nothing_is_recalled(site: Site) -> None:
    one = await new_pipeline(site)

    answer = await recall(site, one, one.data.version.id, reason=" ")

    assert (answer["__typename"], answer["field"]) == ("InvalidInputError", "reason")
    assert nodes(await ask(site, one.viewer, LIST, container=one.project.path)) == []
