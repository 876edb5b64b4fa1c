"""Two versions compared through the API: files, metadata, what is upstream, and who is told nothing."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from asking import ask
from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.consumption import use_artifact
from headwater_service.domain.containers import create_project
from headwater_service.domain.links import link_artifact
from headwater_service.model import Container, Role
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from pipelines import start, use
from viewers import new_admin, new_project, new_team

COMPARE = """
query Compare($id: ID!, $to: ID!, $first: Int = 50, $after: String, $kinds: [ChangeKind!], $part: String) {
  node(id: $id) { ... on Version { compare(to: $to) {
    before { name } after { name }
    changes(first: $first, after: $after, kinds: $kinds, pathContains: $part) {
      totalCount pageInfo { hasNextPage endCursor }
      totals { added { count sizeAfter } removed { count sizeBefore } changed { count sizeBefore sizeAfter }
        unchanged { count sizeAfter } }
      edges { node { path kind before { size url } after { size digest } } }
    }
    metadata { total items { path kind before after } }
    upstream {
      runBefore { name gitCommit } runAfter { name gitCommit }
      inputs { collection { name } before { name } after { name } }
      config { total items { path kind before after } }
      hiddenBefore hiddenAfter isComplete
    }
  } } }
}
"""


@dataclass(frozen=True)
class Two:
    """Two models, trained one after the other with other data, settings and code."""

    viewer: Viewer
    project: Container
    before: PlacedVersion
    after: PlacedVersion


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two(graph: Any, objects: Any, settings: Any) -> Two:
    site = Site(graph, objects, settings)
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    for content in (b"1", b"2"):
        await log(site, viewer, project, "preprocessed", {"data.csv": content})
    await log(site, viewer, project, "labels", {"labels.csv": b"x"})
    made = []
    for number, rate in enumerate((0.1, 0.01)):
        config = {"lr": rate, "optimizer": {"name": "sgd"}, **({"epochs": 3} if number else {})}
        run = await start(site, viewer, project, "train", name=f"train-{number}", config=config,
                          git_commit=f"{number}" * 40)  # fmt: skip
        await use(site, viewer, run, f"preprocessed:v{number}")
        await use(site, viewer, run, "labels:v0")
        files = {"model.bin": bytes(10 + number), "same.txt": b"same", **({"new.txt": b"abc"} if number else {})}
        metadata = {"accuracy": 0.9 + number / 100, "notes": {"by": "ana"}}
        logged = await log(site, viewer, project, "model", files, type="model", run_id=run.id, metadata=metadata)
        made.append(logged.placed)
    return Two(viewer, project, *made)


async def compared(site: Site, viewer: Viewer, before: str, to: str, **more: Any) -> Any:
    data = await ask(site, viewer, COMPARE, id=before, to=to, **more)
    return None if data["node"] is None else data["node"]["compare"]


async def test_files_metadata_and_what_is_upstream_are_told(site: Site, two: Two) -> None:
    found = await compared(site, two.viewer, two.before.version.id, two.after.version.id)

    assert (found["before"], found["after"]) == ({"name": "model:v0"}, {"name": "model:v1"})
    assert found["changes"]["totals"] == {
        "added": {"count": 1, "sizeAfter": 3},
        "removed": {"count": 0, "sizeBefore": 0},
        "changed": {"count": 1, "sizeBefore": 10, "sizeAfter": 11},
        "unchanged": {"count": 1, "sizeAfter": 4},
    }
    nodes = [edge["node"] for edge in found["changes"]["edges"]]
    assert [(node["path"], node["kind"]) for node in nodes] == [("model.bin", "CHANGED"), ("new.txt", "ADDED")]
    assert nodes[0]["before"]["url"].endswith(f"/{two.project.name}/model:v0/model.bin")
    assert nodes[1]["before"] is None and nodes[1]["after"]["size"] == 3
    assert found["metadata"] == {
        "total": 1,
        "items": [{"path": "accuracy", "kind": "CHANGED", "before": 0.9, "after": 0.91}],
    }
    assert found["upstream"] == {
        "runBefore": {"name": "train-0", "gitCommit": "0" * 40},
        "runAfter": {"name": "train-1", "gitCommit": "1" * 40},
        "inputs": [
            {
                "collection": {"name": "preprocessed"},
                "before": [{"name": "preprocessed:v0"}],
                "after": [{"name": "preprocessed:v1"}],
            }
        ],
        "config": {
            "total": 2,
            "items": [
                {"path": "epochs", "kind": "ADDED", "before": None, "after": 3},
                {"path": "lr", "kind": "CHANGED", "before": 0.1, "after": 0.01},
            ],
        },
        "hiddenBefore": 0,
        "hiddenAfter": 0,
        "isComplete": True,
    }


async def test_pages_of_changes_go_on_by_their_cursor(site: Site, two: Two) -> None:
    ids = (two.before.version.id, two.after.version.id)

    first = (await compared(site, two.viewer, *ids, first=1))["changes"]
    cursor = first["pageInfo"]["endCursor"]
    second = (await compared(site, two.viewer, *ids, first=1, after=cursor))["changes"]
    added = (await compared(site, two.viewer, *ids, kinds=["ADDED"], part="NEW"))["changes"]

    assert [page["edges"][0]["node"]["path"] for page in (first, second, added)] == [
        "model.bin", "new.txt", "new.txt",
    ]  # fmt: skip
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert (first["totalCount"], added["totalCount"]) == (2, 1)


async def test_a_link_is_compared_as_its_source_and_a_version_with_itself_differs_in_nothing(
    site: Site, two: Two
) -> None:
    link = await link_artifact(
        site.graph, two.viewer, two.after.version.id, f"{two.viewer.user_name}/model-registry/shown", project=None,
        aliases=[], operation=new_id(),
    )  # fmt: skip

    through_link = await compared(site, two.viewer, link.version.id, two.before.version.id)
    itself = await compared(site, two.viewer, link.version.id, two.after.version.id)

    assert [edge["node"]["kind"] for edge in through_link["changes"]["edges"]] == ["CHANGED", "REMOVED"]
    assert through_link["before"] == {"name": "shown:v0"}
    assert (itself["changes"]["totalCount"], itself["metadata"]["total"]) == (0, 0)
    assert (itself["upstream"]["inputs"], itself["upstream"]["config"]["total"]) == ([], 0)


async def test_versions_without_a_run_have_nothing_upstream_to_compare(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    made = [(await log(site, viewer, project, "data", {"a": content})).placed.version.id for content in (b"1", b"2")]

    found = (await compared(site, viewer, *made))["upstream"]

    assert (found["runBefore"], found["runAfter"], found["inputs"]) == (None, None, [])
    assert found["isComplete"] is True


async def test_what_the_viewer_may_not_see_is_not_compared_and_hidden_inputs_are_counted(site: Site) -> None:
    owner, guest = await new_admin(site.graph), await new_admin(site.graph)
    team, (owner, guest) = await new_team(site.graph, owner, viewer=guest)
    shared = await create_project(site.graph, owner, team.name, "shared", "", operation=new_id())
    private = await new_project(site.graph, owner)
    secret = (await log(site, owner, private, "secret", {"a": b"1"})).placed
    made = []
    for number in range(2):
        run = await start(site, owner, shared, "train")
        path = f"{private.path}/secret:v0"
        if number:
            await use_artifact(site.graph, owner, run.id, path, type=None, operation=new_id())
        logged = await log(site, owner, shared, "model", {"a": bytes([number])}, run_id=run.id)
        made.append(logged.placed.version.id)

    theirs = (await compared(site, guest, *made))["upstream"]
    ours = (await compared(site, owner, *made))["upstream"]

    assert (theirs["inputs"], theirs["hiddenBefore"], theirs["hiddenAfter"]) == ([], 0, 1)
    assert (theirs["isComplete"], ours["isComplete"]) == (False, True)
    assert [one["collection"]["name"] for one in ours["inputs"]] == ["secret"]
    assert await compared(site, guest, made[0], secret.version.id) is None
    assert await compared(site, guest, secret.version.id, made[0]) is None
    assert await compared(site, guest, made[0], new_id()) is None
    assert guest.role_in(team.id) is Role.VIEWER
