"""Lineage over GraphQL: typed nodes, edges, completeness, and the columns for programs."""

from dataclasses import replace
from typing import Any

import pytest_asyncio
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from asking import answer, ask, refusal
from content import Site
from pipelines import Pipeline, new_pipeline, use
from random_graphs import World

LINEAGE = """
query Lineage($id: ID!, $direction: LineageDirection!, $depth: Int, $limit: Int! = 500, $kinds: [LineageKind!]) {
  node(id: $id) {
    ... on Version { lineage(direction: $direction, depth: $depth, limit: $limit, kinds: $kinds) { ...graph } }
    ... on Run { lineage(direction: $direction, depth: $depth, limit: $limit, kinds: $kinds) { ...graph } }
  }
}
fragment graph on LineageGraph {
  nodes {
    __typename id kind label url createdAt distance
    ... on Run { key jobType state project { path } }
    ... on ArtifactVersion { index digest size collection { name } }
    ... on RegistryVersion { index digest size linkedAt source { name } }
  }
  edges { id source target kind at }
  completeness { isComplete reason frontier { id hidden } }
}
"""
COMPACT = """
query Compact($id: ID!) { node(id: $id) { ... on Version { lineage(direction: BOTH) { compact mermaid } } } }
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pipeline(graph: Any, objects: Any, settings: Any) -> Pipeline:
    return await new_pipeline(Site(graph, objects, settings))


async def test_nodes_are_whole_nouns_with_their_distance(site: Site, pipeline: Pipeline) -> None:
    data = await ask(site, pipeline.viewer, LINEAGE, id=pipeline.data.version.id, direction="DOWNSTREAM")

    found = data["node"]["lineage"]
    assert [(node["__typename"], node["label"], node["distance"]) for node in found["nodes"]] == [
        ("ArtifactVersion", "data:v0", 0),
        ("Run", "train", 1),
        ("ArtifactVersion", "model:v0", 2),
        ("RegistryVersion", f"{pipeline.link.collection.name}:v0", 3),
        ("Run", "evaluate", 4),
    ]
    assert found["nodes"][1]["project"] == {"path": pipeline.project.path}
    assert (found["nodes"][1]["key"], found["nodes"][1]["jobType"]) == (pipeline.train.key, "train")
    assert found["nodes"][3]["digest"] == found["nodes"][2]["digest"] == pipeline.model.content.digest
    assert found["nodes"][3]["source"] == {"name": "model:v0"}
    assert [edge["kind"] for edge in found["edges"]] == ["CONSUMED", "PRODUCED", "LINKED_TO", "CONSUMED"]
    assert found["edges"][0]["id"] == f"CONSUMED:{pipeline.data.version.id}:{pipeline.train.id}"
    assert found["completeness"] == {"isComplete": True, "reason": None, "frontier": []}


async def test_limits_and_filters_reach_the_walk(site: Site, pipeline: Pipeline) -> None:
    async def walked(**arguments: Any) -> Any:
        data = await ask(site, pipeline.viewer, LINEAGE, id=pipeline.train.id, **arguments)
        return data["node"]["lineage"]

    cut = await walked(direction="BOTH", depth=1)
    few = await walked(direction="DOWNSTREAM", limit=2)
    versions = await walked(direction="UPSTREAM", kinds=["ARTIFACT_VERSION"])

    assert sorted(node["label"] for node in cut["nodes"]) == ["data:v0", "model:v0", "train"]
    assert cut["completeness"]["reason"] == "DEPTH"
    assert {(one["id"], one["hidden"]) for one in cut["completeness"]["frontier"]} == {
        (pipeline.data.version.id, 1),
        (pipeline.model.version.id, 1),
    }
    assert [node["label"] for node in few["nodes"]] == ["train", "model:v0"]
    assert few["completeness"]["reason"] == "NODES"
    assert [node["label"] for node in versions["nodes"]] == ["train", "data:v0"]


async def test_both_shows_an_edge_from_a_cause_to_an_effect(site: Site) -> None:

    pipeline = await new_pipeline(site)
    await use(site, pipeline.viewer, pipeline.evaluate, "data:v0")

    data = await ask(site, pipeline.viewer, LINEAGE, id=pipeline.model.version.id, direction="BOTH")

    ends = {(edge["source"], edge["target"]) for edge in data["node"]["lineage"]["edges"]}
    assert (pipeline.data.version.id, pipeline.evaluate.id) in ends


async def test_each_side_may_go_its_own_way_far(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await use(site, pipeline.viewer, pipeline.evaluate, "data:v0")
    document = """
    query Sides($id: ID!, $depth: Int, $up: Int, $down: Int) { node(id: $id) { ... on Version {
      lineage(direction: BOTH, depth: $depth, upstreamDepth: $up, downstreamDepth: $down) {
        nodes { label } edges { source target } completeness { reason frontier { id upstream downstream } }
      }
    } } }
    """

    async def labels(**depths: int | None) -> set[str]:
        data = await ask(site, pipeline.viewer, document, id=pipeline.model.version.id, **depths)
        return {node["label"] for node in data["node"]["lineage"]["nodes"]}

    link = f"{pipeline.link.collection.name}:v0"
    assert await labels(up=2, down=0) == {"model:v0", "train", "data:v0"}
    assert await labels(up=0) == {"model:v0", link, "evaluate"}
    assert await labels(depth=1, up=2) == {"model:v0", "train", "data:v0", link}
    assert await labels(depth=0, down=2) == {"model:v0", link, "evaluate"}

    data = await ask(site, pipeline.viewer, document, id=pipeline.model.version.id, up=2, down=2)
    ends = {(edge["source"], edge["target"]) for edge in data["node"]["lineage"]["edges"]}
    assert (pipeline.data.version.id, pipeline.evaluate.id) in ends, "edges between the two sides are shown"


async def test_a_depth_of_a_side_is_no_negative_number(site: Site, pipeline: Pipeline) -> None:
    document = """
    query Side($id: ID!) { node(id: $id) { ... on Run { lineage(direction: BOTH, upstreamDepth: -1) { compact } } } }
    """

    refused = await refusal(site, pipeline.viewer, document, id=pipeline.train.id)

    assert "`upstreamDepth` counts edges" in str(refused)


async def test_columns_hold_the_same_graph(site: Site, pipeline: Pipeline) -> None:
    data = await ask(site, pipeline.viewer, COMPACT, id=pipeline.model.version.id)
    typed = await ask(site, pipeline.viewer, LINEAGE, id=pipeline.model.version.id, direction="BOTH")

    columns, nodes = data["node"]["lineage"]["compact"], typed["node"]["lineage"]["nodes"]
    assert columns["nodes"]["id"] == [node["id"] for node in nodes]
    assert columns["nodes"]["label"] == [node["label"] for node in nodes]
    assert columns["nodes"]["distance"] == [node["distance"] for node in nodes]
    assert {
        (columns["nodes"]["id"][source], columns["nodes"]["id"][target])
        for source, target in zip(columns["edges"]["source"], columns["edges"]["target"], strict=True)
    } == {(edge["source"], edge["target"]) for edge in typed["node"]["lineage"]["edges"]}
    none: dict[str, list[int]] = {
        side: [] for side in ("upstream", "downstream", "forbiddenUpstream", "forbiddenDownstream")
    }
    assert columns["completeness"] == {"isComplete": True, "reason": None, "frontier": [], "sides": none}
    assert data["node"]["lineage"]["mermaid"].startswith("flowchart LR\n")


async def test_columns_take_as_many_queries_whatever_the_size(site: Site, pipeline: Pipeline) -> None:
    world = World()
    start = world.add("run", pipeline.project.id)
    for _ in range(40):
        world.connect(start, world.add("version", pipeline.project.id))
    await world.write(site.graph)
    large = COMPACT.replace("Version", "Run")

    before = site.graph.query_count
    await ask(site, pipeline.viewer, COMPACT, id=pipeline.model.version.id)
    between = site.graph.query_count
    await ask(site, pipeline.viewer, large.replace("compact mermaid", "edges { id }"), id=start)
    after = site.graph.query_count

    # What it is, the version, the visible scopes, the walk, its places in two; then the aliases, the neighbours of
    # either side, and at most three for recalls.
    assert between - before <= 12
    assert after - between <= 7


async def test_bad_limits_are_refused(site: Site, pipeline: Pipeline) -> None:
    document = LINEAGE

    code, message = await refusal(
        site, pipeline.viewer, document, id=pipeline.train.id, direction="BOTH", limit=1, depth=-1
    )

    assert (code, message) == ("InvalidInputError", "`depth` counts edges from the start, so it is 0 or more.")


async def test_plain_nodes_are_completed_by_columns(site: Site, pipeline: Pipeline, monkeypatch: Any) -> None:
    fallen: list[str] = []
    original = StrawberryGraphQLCoreExecutionContext.complete_iterable_value

    def counted(self: Any, item_type: Any, *rest: Any) -> Any:
        fallen.append(str(item_type))
        return original(self, item_type, *rest)

    monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, "complete_iterable_value", counted)
    document = """
    query Plain($id: ID!) { node(id: $id) { ... on Version { lineage(direction: BOTH) {
      nodes { __typename id kind label url createdAt distance ... on Run { jobType state } ... on Version { size } }
      edges { id source target kind at } completeness { isComplete reason frontier { id hidden } }
    } } } }
    """

    await ask(site, pipeline.viewer, document, id=pipeline.model.version.id)

    assert fallen == []


async def test_the_answer_is_the_same_without_columns(site: Site, pipeline: Pipeline) -> None:
    core = replace(site.settings, graphql_lists="core")
    variables: dict[str, Any] = {"id": pipeline.model.version.id, "direction": "BOTH"}

    assert await answer(site, pipeline.viewer, LINEAGE, settings=core, **variables) == await answer(
        site, pipeline.viewer, LINEAGE, **variables
    )


async def test_columns_of_more_nodes_than_a_document_may_bring_can_be_had(site: Site, pipeline: Pipeline) -> None:
    document = """
    query Large($id: ID!) {
      node(id: $id) { ... on Version { lineage(direction: BOTH, limit: 50000) { SELECTION } } }
    }
    """
    columns, nodes = (document.replace("SELECTION", text) for text in ("compact", "nodes { id }"))

    found = await ask(site, pipeline.viewer, columns, id=pipeline.data.version.id)
    code, message = await refusal(site, pipeline.viewer, nodes, id=pipeline.data.version.id)

    assert found["node"]["lineage"]["compact"]["completeness"]["isComplete"] is True
    assert (code, "estimated 50,001 nodes; the limit is 10,000" in message) == ("InvalidInputError", True)
