"""A list costs as many queries for many items as for few: what hangs on each item is loaded for all at once."""

from typing import Any

import pytest
import pytest_asyncio

from asking import ask
from content import Site, log
from headwater import _operations
from headwater_service.store.ids import new_id
from pipelines import Pipeline, new_pipeline, start, use
from viewers import new_admin, new_project

MOVE_ALIASES = _operations.MOVE_ALIASES
RESOLVE = "query Resolve($path: String!) { artifact(path: $path) { id digest } }"
DOCUMENTS = {
    "runs": """
    query Runs($path: String!, $first: Int!) { project(path: $path) { runs(first: $first) { totalCount edges { node {
      name config summary createdBy { name } project { path entity { name } }
      inputs { totalCount edges { node { name aliases metadata ... on ArtifactVersion { loggedBy { name } } } } }
      outputs(first: 5) { edges { isReused node { name links { name }
        consumedBy(first: 5) { edges { node { name } } } } } }
    } } } } }
    """,
    "versions": """
    query Versions($path: String!, $first: Int!) { versions(container: $path, first: $first) { edges { node {
      name aliases metadata source { name } collection { name container { ... on Project { name } } }
      producedBy { totalCount edges { node { name } } } consumedBy { totalCount edges { node { name } } }
      ... on ArtifactVersion { loggedBy { name } links { name linkedBy { name } }
        linkedVersions(first: 5) { totalCount edges { node { name aliases } } } }
    } } } }
    """,
    "lifetimes": """
    query Lifetimes($path: String!, $first: Int!) { versions(container: $path, first: $first) { edges { node {
      ttlSeconds isTtlInherited expiresAt recalls { id } historyStep metrics
    } } } }
    """,
    "collections": """
    query Collections($path: String!, $first: Int!) { collections(container: $path, first: $first) { edges { node {
      name container { ... on Project { entity { name } } } aliases { name version { name } movedBy { name } }
      formerAliases
    } } } }
    """,
    "events": """
    query Events($path: String!, $first: Int!) { 
      events(filter: {container: $path}, first: $first) { edges { node { seq kind by { name } subject { id } } } }
    }
    """,
    "users": """
    query Users($path: String!, $first: Int!) {
      users(first: $first) { totalCount edges { node { name apiKeys { id entity { name } } } } }
      project(path: $path) { id }
    }
    """,
    "registries": """
    query Registries($path: String!, $first: Int!) {
      registries(first: $first) { edges { node { name viewerRole entity { name } members { role user { name } } } } }
      project(path: $path) { id }
    }
    """,
    "projects": """
    query Projects($path: String!, $first: Int!) {
      projects(first: $first) { edges { node { name entity { name members { role user { name } } } } } }
      project(path: $path) { id }
    }
    """,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pipeline(graph: Any, objects: Any, settings: Any) -> Pipeline:
    """Three runs more, all of which used the model, and another project."""
    site = Site(graph, objects, settings)
    found = await new_pipeline(site)
    for _ in range(3):
        extra = await start(site, found.viewer, found.project, "again")
        await use(site, found.viewer, extra, "model:v0")
    await new_pipeline(site, found.viewer)
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_queries_do_not_grow_with_the_list(name: str, site: Site, pipeline: Pipeline) -> None:
    async def count(first: int) -> int:
        before = site.graph.query_count
        await ask(site, pipeline.viewer, DOCUMENTS[name], path=pipeline.project.path, first=first)
        return site.graph.query_count - before

    few, many = await count(2), await count(50)

    # Items that come first may lack what others have, so that a loader is not needed for them.
    assert many - few <= 3
    assert many <= 16


@pytest.mark.parametrize(
    "field",
    [
        "projects",
        "registries",
        "users",
        "events",
        "runs(project: $path)",
        "collections(container: $path)",
        "versions(container: $path)",
    ],
)
async def test_a_total_is_counted_only_when_asked(field: str, site: Site, pipeline: Pipeline) -> None:
    async def count(fields: str) -> int:
        before = site.graph.query_count
        document = f"query Total($path: String!) {{ {field} {{ {fields} }} project(path: $path) {{ id }} }}"
        await ask(site, pipeline.viewer, document, path=pipeline.project.path)
        return site.graph.query_count - before

    assert await count("totalCount edges { node { id } }") == await count("edges { node { id } }") + 1


@pytest.mark.parametrize(
    ("start", "field"),
    [
        ("Version", "producedBy"),
        ("Version", "consumedBy"),
        ("Version", "consumedBy(viaLinks: false)"),
        ("Run", "inputs"),
        ("Run", "outputs"),
        ("Run", "files"),
    ],
)
async def test_a_total_of_what_hangs_on_a_node_is_counted_only_when_asked(
    start: str, field: str, site: Site, pipeline: Pipeline
) -> None:
    async def count(fields: str) -> int:
        before = site.graph.query_count
        document = f"query Total($id: ID!) {{ node(id: $id) {{ ... on {start} {{ {field} {{ {fields} }} }} }} }}"
        node = pipeline.train.id if start == "Run" else pipeline.model.version.id
        await ask(site, pipeline.viewer, document, id=node)
        return site.graph.query_count - before

    assert await count("totalCount edges { cursor }") == await count("edges { cursor }") + 1


async def test_moving_one_alias_is_one_query_with_all_that_its_answer_shows(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    first = (await log(site, viewer, project, "data", {"a": b"1"})).placed
    second = (await log(site, viewer, project, "data", {"a": b"2"})).placed
    moves = [{"collection": first.collection.id, "name": "best", "version": one.version.id} for one in (first, second)]
    await ask(site, viewer, MOVE_ALIASES, input={"operationId": new_id(), "moves": moves[:1]})
    before = site.graph.query_count

    answer = await ask(site, viewer, MOVE_ALIASES, input={"operationId": new_id(), "moves": moves[1:]})

    assert site.graph.query_count - before == 1
    (move,) = answer["moveAliases"]["aliases"]
    assert move | {"at": None} == {
        "name": "best",
        "at": None,
        "until": None,
        "seconds": 0.0,
        "reason": "",
        "from": {"index": 0},
        "to": {"index": 1},
        "by": {"name": viewer.user_name},
    }


async def test_resolving_an_alias_is_one_query(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    placed = (await log(site, viewer, project, "data", {"a": b"1"})).placed
    before = site.graph.query_count

    answer = await ask(site, viewer, RESOLVE, path=f"{project.path}/data:latest")

    assert site.graph.query_count - before == 1
    assert answer["artifact"] == {"id": placed.version.id, "digest": placed.content.digest}
