"""Paths between two nodes, over GraphQL."""

from itertools import pairwise
from typing import Any

import pytest

from asking import answer, ask, refusal
from content import Site, log
from headwater_service.domain.lineage import LineageDirection
from headwater_service.domain.lineage_paths import MOST_COUNTED, find_paths
from headwater_service.store.ids import new_id
from pipelines import Pipeline, new_pipeline, start, use
from viewers import new_admin

PATH = """
query Path($id: ID!, $other: ID!, $first: Int! = 3) {
  node(id: $id) { ... on Run { ...found } ... on Version { ...found } }
}
fragment found on LineageNode {
  pathTo(id: $other, first: $first) {
    direction length pathCount isPathCountExact isComplete reason
    paths { nodes { __typename id label kind } edges { id source target kind } }
  }
}
"""


async def path(site: Site, pipeline: Pipeline, start_id: str, other: str, **more: Any) -> Any:
    data = await ask(site, pipeline.viewer, PATH, id=start_id, other=other, **more)
    return data["node"]["pathTo"]


async def test_a_path_leads_from_the_dataset_to_the_registered_model(site: Site) -> None:
    pipeline = await new_pipeline(site)

    found = await path(site, pipeline, pipeline.data.version.id, pipeline.link.version.id)

    (shown,) = found["paths"]
    assert [(node["__typename"], node["label"]) for node in shown["nodes"]] == [
        ("ArtifactVersion", "data:v0"),
        ("Run", "train"),
        ("ArtifactVersion", "model:v0"),
        ("RegistryVersion", f"{pipeline.link.collection.name}:v0"),
    ]
    assert [edge["kind"] for edge in shown["edges"]] == ["CONSUMED", "PRODUCED", "LINKED_TO"]
    assert shown["edges"][0]["id"] == f"CONSUMED:{pipeline.data.version.id}:{pipeline.train.id}"
    assert (found["direction"], found["length"], found["pathCount"]) == ("DOWNSTREAM", 3, 1)
    assert (found["isPathCountExact"], found["isComplete"], found["reason"]) == (True, True, None)


async def test_a_path_upstream_goes_the_other_way_along_the_same_edges(site: Site) -> None:
    pipeline = await new_pipeline(site)
    ends = pipeline.data.version.id, pipeline.model.version.id

    down = await path(site, pipeline, *ends)
    up = await path(site, pipeline, *ends[::-1])

    assert (up["direction"], up["length"]) == ("UPSTREAM", 2)
    assert up["paths"][0]["nodes"] == down["paths"][0]["nodes"][::-1]
    assert up["paths"][0]["edges"] == down["paths"][0]["edges"][::-1]


async def test_no_path_between_two_nodes_is_said_for_certain(site: Site) -> None:
    pipeline = await new_pipeline(site)
    aside = await log(site, pipeline.viewer, pipeline.project, "aside", {"a": b"1"})

    found = await path(site, pipeline, pipeline.data.version.id, aside.placed.version.id)

    assert found == {
        "direction": None,
        "length": None,
        "pathCount": 0,
        "isPathCountExact": True,
        "isComplete": True,
        "reason": None,
        "paths": [],
    }


async def test_two_effects_of_one_cause_have_no_path_between_them(site: Site) -> None:
    pipeline = await new_pipeline(site)
    other = await start(site, pipeline.viewer, pipeline.project, "train")
    await use(site, pipeline.viewer, other, "data:v0")

    found = await path(site, pipeline, pipeline.train.id, other.id)

    assert (found["direction"], found["paths"], found["isComplete"]) == (None, [], True)


async def test_as_many_paths_as_are_asked_for_and_the_count_of_all(site: Site) -> None:
    pipeline = await new_pipeline(site)
    for number in range(4):
        run = await start(site, pipeline.viewer, pipeline.project, "train")
        await use(site, pipeline.viewer, run, "data:v0")
        files = {"model.bin": str(number).encode()}
        await log(site, pipeline.viewer, pipeline.project, f"part{number}", files, type="model", run_id=run.id)
    ensemble = await start(site, pipeline.viewer, pipeline.project, "ensemble")
    for number in range(4):
        await use(site, pipeline.viewer, ensemble, f"part{number}:v0")

    found = await path(site, pipeline, pipeline.data.version.id, ensemble.id, first=3)

    assert (found["length"], found["pathCount"], len(found["paths"])) == (3, 4, 3)
    assert [shown["nodes"][2]["label"] for shown in found["paths"]] == ["part0:v0", "part1:v0", "part2:v0"]


async def test_a_node_is_the_path_to_itself(site: Site) -> None:
    pipeline = await new_pipeline(site)

    found = await path(site, pipeline, pipeline.train.id, pipeline.train.id)

    assert (found["length"], found["pathCount"], found["isComplete"]) == (0, 1, True)
    assert [node["id"] for node in found["paths"][0]["nodes"]] == [pipeline.train.id]


async def test_another_end_that_is_not_there_is_null(site: Site) -> None:
    pipeline = await new_pipeline(site)

    assert await path(site, pipeline, pipeline.train.id, new_id()) is None
    assert await path(site, pipeline, pipeline.train.id, pipeline.project.id) is None


@pytest.mark.parametrize("first", [0, 101])
async def test_a_bad_number_of_paths_is_refused(site: Site, first: int) -> None:
    pipeline = await new_pipeline(site)

    code, message = await refusal(
        site, pipeline.viewer, PATH, id=pipeline.train.id, other=pipeline.load.id, first=first
    )

    assert (code, f"`first` is {first}" in message) == ("InvalidInputError", True)


async def test_queries_do_not_grow_with_the_paths(site: Site) -> None:
    pipeline = await new_pipeline(site)
    before = site.graph.query_count

    await path(site, pipeline, pipeline.load.id, pipeline.evaluate.id)

    # What the start is, the run, the scopes, the walks, and the runs and the versions of all paths.
    assert site.graph.query_count - before == 6


async def test_paths_cost_ten_nodes_each(site: Site) -> None:
    pipeline = await new_pipeline(site)

    body = await answer(
        site, pipeline.viewer, PATH, id=pipeline.data.version.id, other=pipeline.model.version.id, first=5
    )

    # Once for a run and once for a version, of which the start is one.
    assert body["extensions"]["cost"]["nodes"]["used"] == 1 + 2 * (5 + 5 * 10)


async def test_more_paths_than_a_number_of_the_api_holds_are_said_to_be_at_least_so_many(site: Site) -> None:
    viewer = await new_admin(site.graph)
    pipeline = await new_pipeline(site, viewer)
    ends = await ladder(site, pipeline.project.id)

    found = await path(site, pipeline, *ends)
    counted = await find_paths(site.graph, viewer, *ends, first=1, settings=site.settings)

    assert counted is not None and counted.direction is LineageDirection.DOWNSTREAM
    assert counted.count == 4**40
    assert (found["pathCount"], found["isPathCountExact"], found["length"]) == (MOST_COUNTED, False, 41)


async def ladder(site: Site, scope: str) -> tuple[str, str]:
    """Write 40 layers of four runs between two runs, each joined with all of the next, and return the two."""
    layers = [[new_id()], *([new_id() for _ in range(4)] for _ in range(40)), [new_id()]]
    nodes = [node for layer in layers for node in layer]
    edges = [
        {"source": source, "target": target, "id": f"{source}:{target}"}
        for near, far in pairwise(layers)
        for source in near
        for target in far
    ]
    made = """
    UNWIND $nodes AS id
    CREATE (:Run:Lineage {id: id, key: id, name: id, scope_id: $scope, state: 'FINISHED', created_at: 1})
    """
    joined = """
    UNWIND $edges AS edge
    MATCH (source:Lineage {id: edge.source}), (target:Lineage {id: edge.target})
    CREATE (source)-[:PRODUCED {id: edge.id, at: 1, reused: false}]->(target)
    """
    await site.graph.write(lambda tx: tx.rows(made, nodes=nodes, scope=scope))
    await site.graph.write(lambda tx: tx.rows(joined, edges=edges))
    return nodes[0], nodes[-1]
