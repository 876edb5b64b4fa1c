"""What a map of a lineage is given in one answer: filters, cards, clusters, hubs, and the neighbours of a hub."""

from dataclasses import replace
from typing import Any

import pytest_asyncio

from asking import ask, refusal
from content import Site, log
from headwater_service.store.ids import new_id
from pipelines import Pipeline, new_pipeline, start, use
from random_graphs import Edge, World

MAP = """
query Map(
  $id: ID!, $direction: LineageDirection! = BOTH, $depth: Int, $limit: Int! = 100, $aliases: [String!],
  $createdAfter: DateTime, $createdBefore: DateTime
) {
  node(id: $id) { __typename ... on Version { lineage(
    direction: $direction, depth: $depth, limit: $limit, aliases: $aliases, createdAfter: $createdAfter,
    createdBefore: $createdBefore
  ) { ...map } } ... on Run { lineage(
    direction: $direction, depth: $depth, limit: $limit, aliases: $aliases, createdAfter: $createdAfter,
    createdBefore: $createdBefore
  ) { ...map } } }
}
fragment map on LineageGraph {
  compact
  clusters {
    id kind type side count recall collection indexRange { first last } states { state count } members upstream
    downstream
  }
  hubs { id direction count forbidden shown members states { state count } types { type count } }
  edges { id isReused }
  completeness { frontier { id hidden upstream downstream forbiddenUpstream forbiddenDownstream } }
}
"""
CONSUMERS = """
query Consumers(
  $id: ID!, $first: Int! = 50, $after: String, $direction: OrderDirection! = DESC, $filter: RunFilter,
  $viaLinks: Boolean! = true
) {
  node(id: $id) { ... on Version {
    consumedBy(first: $first, after: $after, direction: $direction, filter: $filter, viaLinks: $viaLinks) {
      totalCount edges { cursor node { name } } pageInfo { hasNextPage endCursor }
    }
  } }
}
"""
NEIGHBOURS = """
query Neighbours($id: ID!, $wanted: VersionFilter) {
  node(id: $id) { ... on Run {
    inputs(direction: DESC, filter: $wanted) { totalCount edges { node { name } } }
    outputs(direction: DESC, filter: $wanted) { totalCount edges { isReused node { name } } }
  } }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pipeline(graph: Any, objects: Any, settings: Any) -> Pipeline:
    return await new_pipeline(Site(graph, objects, settings))


async def map_of(site: Site, pipeline: Pipeline, start_id: str, **arguments: Any) -> Any:
    return (await ask(site, pipeline.viewer, MAP, id=start_id, **arguments))["node"]["lineage"]


async def consume(site: Site, pipeline: Pipeline, *job_types: str | None, scope: str | None = None) -> list[str]:
    """Let runs of some job types use the pipeline's dataset."""
    world = World()
    runs = [world.add("run", scope or pipeline.project.id, job_type) for job_type in job_types]
    data = pipeline.data.version.id
    world.edges.extend(Edge(data, run, "CONSUMED_BY", number) for number, run in enumerate(runs, 1))
    await world.write(site.graph)
    return runs


async def labels(site: Site, pipeline: Pipeline, **arguments: Any) -> list[str]:
    found = await map_of(site, pipeline, pipeline.train.id, **arguments)
    return sorted(found["compact"]["nodes"]["label"])


async def test_aliases_choose_versions_and_leave_runs(site: Site, pipeline: Pipeline) -> None:
    link = f"{pipeline.link.collection.name}:v0"

    assert await labels(site, pipeline, aliases=["production"]) == sorted([link, "evaluate", "load", "train"])
    assert await labels(site, pipeline, aliases=["raw", "production"]) == sorted(
        [link, "data:v0", "evaluate", "load", "train"]
    )
    assert await labels(site, pipeline, aliases=[]) == ["evaluate", "load", "train"]


async def test_an_alias_that_moved_on_no_longer_shows_the_version(site: Site) -> None:
    one = await new_pipeline(site)
    await log(site, one.viewer, one.project, "data", {"a": b"newer"}, run_id=one.load.id, aliases=["raw"])

    assert "data:v0" not in await labels(site, one, aliases=["raw"])


async def test_dates_choose_what_is_shown_and_the_start_stays(site: Site, pipeline: Pipeline) -> None:
    whole = (await ask(site, pipeline.viewer, MAP, id=pipeline.train.id))["node"]["lineage"]["compact"]["nodes"]
    times = dict(zip(whole["label"], whole["createdAt"], strict=True))
    document = "query At($id: ID!) { node(id: $id) { ... on Version { createdAt } } }"
    model = (await ask(site, pipeline.viewer, document, id=pipeline.model.version.id))["node"]["createdAt"]

    later = await labels(site, pipeline, createdAfter=model)
    earlier = await labels(site, pipeline, createdBefore=model)

    at = times["model:v0"]
    assert later == sorted(label for label, time in times.items() if time > at or label == "train")
    assert earlier == sorted(label for label, time in times.items() if time < at or label == "train")
    assert "model:v0" not in later + earlier


async def test_filters_tell_an_edge_that_is_reused(site: Site) -> None:
    one = await new_pipeline(site)
    files = {"a": b"the same"}
    await log(site, one.viewer, one.project, "same", files, run_id=one.load.id)
    again = await log(site, one.viewer, one.project, "same", files, run_id=one.train.id)
    version = again.placed.version.id

    found = await map_of(site, one, version, direction="UPSTREAM", depth=1)

    assert {edge["id"]: edge["isReused"] for edge in found["edges"]} == {
        f"PRODUCED:{one.load.id}:{version}": False,
        f"PRODUCED:{one.train.id}:{version}": True,
    }
    assert sorted(found["compact"]["edges"]["reused"]) == [False, True]


async def test_clusters_come_typed_and_as_columns(site: Site) -> None:
    one = await new_pipeline(site)
    runs = await consume(site, one, *["tune"] * 6, *["score"] * 4)

    found = await map_of(site, one, one.data.version.id, direction="DOWNSTREAM")

    (cluster,) = found["clusters"]
    ids, columns = found["compact"]["nodes"]["id"], found["compact"]["clusters"]
    assert sorted(cluster.pop("members")) == sorted(runs[:6]) == sorted(ids[place] for place in columns["members"][0])
    assert cluster.pop("id") == columns["id"][0]
    assert cluster == {
        "kind": "RUN", "type": "tune", "side": "UPSTREAM", "count": 6, "recall": None, "collection": None,
        "indexRange": None, "states": [{"state": "FINISHED", "count": 6}], "upstream": [one.data.version.id],
        "downstream": [],
    }  # fmt: skip
    assert (columns["count"], columns["states"]) == ([6], [{"FINISHED": 6}])
    assert [ids[place] for place in columns["upstream"][0]] == [one.data.version.id]


async def test_a_cluster_of_versions_names_their_collection_and_numbers(site: Site) -> None:
    one = await new_pipeline(site)
    for number in range(5):
        await log(site, one.viewer, one.project, "part", {"p": b"%d" % number}, type="part", run_id=one.load.id)

    found = await map_of(site, one, one.load.id, direction="DOWNSTREAM", depth=1)

    (cluster,) = found["clusters"]
    assert (cluster["kind"], cluster["count"], cluster["collection"]) == ("ARTIFACT_VERSION", 5, "part")
    assert cluster["indexRange"] == {"first": 0, "last": 4}
    assert found["compact"]["clusters"]["indexRange"] == [[0, 4]]


async def test_a_hub_tells_how_many_it_has_beyond_what_is_shown(site: Site) -> None:
    one = await new_pipeline(site)
    outside = await new_pipeline(site, one.viewer)
    await consume(site, one, *["tune"] * 150, *[None] * 100)
    await consume(site, one, *["secret"] * 3, scope=outside.project.id)
    narrow = replace(one, viewer=replace(one.viewer, project_id=one.project.id))

    found = await map_of(site, narrow, one.data.version.id, direction="DOWNSTREAM", depth=1)

    (hub,) = found["hubs"]
    members = hub.pop("members")
    assert hub == {
        "id": one.data.version.id, "direction": "DOWNSTREAM", "count": 251, "forbidden": 3, "shown": 99,
        "states": [{"state": "FINISHED", "count": 250}, {"state": "RUNNING", "count": 1}],
        "types": [{"type": "tune", "count": 150}, {"type": None, "count": 100}, {"type": "train", "count": 1}],
    }  # fmt: skip
    assert set(members) == set(found["compact"]["nodes"]["id"]) - {one.data.version.id}
    assert found["clusters"] == []
    assert found["compact"]["hubs"]["count"] == [251]
    assert found["completeness"]["frontier"][0] == {
        "id": one.data.version.id, "hidden": 155, "upstream": 0, "downstream": 155,
        "forbiddenUpstream": 0, "forbiddenDownstream": 3,
    }  # fmt: skip


async def test_a_hub_may_tell_its_total_alone_and_its_parts_later(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await consume(site, pipeline, *["sweep"] * 210)
    await consume(site, pipeline, "secret", "secret", scope="scope-of-others")
    data = pipeline.data.version.id
    document = """
    query Hub($id: ID!, $only: Boolean!) { node(id: $id) { ... on Version {
      lineage(direction: BOTH, depth: 1, limit: 20, onlyTotals: $only) {
        compact hubs { count forbidden shown } completeness { frontier { id downstream forbiddenDownstream } }
      }
    } } }
    """

    totals = (await ask(site, pipeline.viewer, document, id=data, only=True))["node"]["lineage"]
    parts = (await ask(site, pipeline.viewer, document, id=data, only=False))["node"]["lineage"]

    (total,), (part,) = totals["hubs"], parts["hubs"]
    assert total["forbidden"] is None and part["forbidden"] == 2
    assert total["count"] == part["count"] + 2
    assert totals["completeness"]["frontier"][0] == {
        "id": data, "downstream": total["count"] - total["shown"], "forbiddenDownstream": 0
    }  # fmt: skip
    columns = totals["compact"]["nodes"]
    at = columns["id"].index(data)
    assert (columns["outputs"][at], columns["forbiddenOutputs"][at]) == (total["count"], None)
    assert (columns["inputs"][at], columns["forbiddenInputs"][at]) == (1, 0)
    assert totals["compact"]["hubs"]["forbidden"] == [None]
    # What it came from is shown although the effects would fill the answer.
    assert pipeline.load.id in columns["id"]


async def test_edges_among_nodes_of_two_answers_join_them(site: Site, pipeline: Pipeline) -> None:
    data, train, model = pipeline.data.version.id, pipeline.train.id, pipeline.model.version.id
    document = "query Edges($ids: [ID!]!) { lineageEdges(ids: $ids) { id source target kind isReused } }"

    found = (await ask(site, pipeline.viewer, document, ids=[data, train, model, model, new_id()]))["lineageEdges"]
    apart = (await ask(site, pipeline.viewer, document, ids=[data, model]))["lineageEdges"]
    few = Site(site.graph, site.objects, replace(site.settings, lineage_nodes=2))
    code, message = await refusal(few, pipeline.viewer, document, ids=[data, train, model])

    assert sorted((edge["source"], edge["target"], edge["kind"]) for edge in found) == sorted(
        [(data, train, "CONSUMED"), (train, model, "PRODUCED")]
    )
    assert apart == []
    assert (code, "3 `ids`; a lineage has at most 2 nodes" in message) == ("InvalidInputError", True)


async def test_answers_of_single_steps_merge_into_the_larger_one(site: Site, pipeline: Pipeline) -> None:
    whole = (await map_of(site, pipeline, pipeline.data.version.id, direction="DOWNSTREAM"))["compact"]
    nodes: dict[str, dict[str, Any]] = {}
    edges: set[tuple[str, str, str, bool | None]] = set()
    for step in whole["nodes"]["id"]:
        for direction in ("UPSTREAM", "DOWNSTREAM"):
            part = (await map_of(site, pipeline, step, direction=direction, depth=1))["compact"]
            assert list(part["nodes"]) == list(whole["nodes"])
            for row in rows_of(part):
                assert nodes.setdefault(row["id"], row) == row
            edges |= edges_of(part)

    in_whole = set(whole["nodes"]["id"])
    assert {one: row for one, row in nodes.items() if one in in_whole} == {row["id"]: row for row in rows_of(whole)}
    assert {edge for edge in edges if {edge[0], edge[1]} <= in_whole} == edges_of(whole)


def rows_of(compact: dict[str, Any]) -> list[dict[str, Any]]:
    """The columns as rows, without the distance: that is one from the start of each answer."""
    names = [name for name in compact["nodes"] if name != "distance"]
    columns = [compact["nodes"][name] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def edges_of(compact: dict[str, Any]) -> set[tuple[str, str, str, bool | None]]:
    ids, edges = compact["nodes"]["id"], compact["edges"]
    return {
        (ids[source], ids[target], kind, reused)
        for source, target, kind, reused in zip(
            edges["source"], edges["target"], edges["kind"], edges["reused"], strict=True
        )
    }


async def test_consumers_come_newest_first_and_in_pages(site: Site) -> None:
    one = await new_pipeline(site)
    for name in ("second", "third"):
        await use(site, one.viewer, await start(site, one.viewer, one.project, name), "data:v0")
    data = one.data.version.id

    async def page(**arguments: Any) -> Any:
        return (await ask(site, one.viewer, CONSUMERS, id=data, **arguments))["node"]["consumedBy"]

    first = await page(first=2)
    rest = await page(first=2, after=first["pageInfo"]["endCursor"])
    code, _ = await refusal(site, one.viewer, CONSUMERS, id=data, direction="ASC", after=first["pageInfo"]["endCursor"])

    assert [edge["node"]["name"] for edge in first["edges"] + rest["edges"]] == ["third", "second", "train"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert code == "InvalidInputError"


async def test_consumers_are_searched_and_filtered_where_they_lie(site: Site) -> None:
    one = await new_pipeline(site)
    other = await start(site, one.viewer, one.project, "tune")
    await use(site, one.viewer, other, "data:v0")
    await use(site, one.viewer, other, "model:v0")

    async def names(wanted: dict[str, Any]) -> tuple[list[str], int]:
        found = (await ask(site, one.viewer, CONSUMERS, id=one.data.version.id, filter=wanted))["node"]["consumedBy"]
        return [edge["node"]["name"] for edge in found["edges"]], found["totalCount"]

    assert await names({"nameContains": "TUN"}) == (["tune"], 1)
    assert await names({"search": "tun"}) == (["tune"], 1)
    assert await names({"jobTypes": ["train"], "states": ["RUNNING"]}) == (["train"], 1)
    assert await names({"states": ["FAILED"]}) == ([], 0)
    # The condition on what a run consumed is its own, not the step by which it was found.
    assert await names({"consumed": f"{one.project.path}/data:v0"}) == (["tune", "train"], 2)
    assert await names({"consumed": f"{one.project.path}/model:v0"}) == (["tune"], 1)


async def test_what_a_run_consumed_besides_is_found_from_a_version_itself(site: Site) -> None:
    one = await new_pipeline(site)
    both = await start(site, one.viewer, one.project, "both")
    await use(site, one.viewer, both, "data:v0")
    await use(site, one.viewer, both, "model:v0")
    wanted = {"consumed": f"{one.project.path}/model:v0"}

    data = await ask(site, one.viewer, CONSUMERS, id=one.data.version.id, filter=wanted, viaLinks=False)

    assert [edge["node"]["name"] for edge in data["node"]["consumedBy"]["edges"]] == ["both"]


async def test_consumers_through_a_link_are_found_by_the_filter_too(site: Site, pipeline: Pipeline) -> None:
    wanted = {"jobTypes": ["evaluate"]}

    data = await ask(site, pipeline.viewer, CONSUMERS, id=pipeline.model.version.id, filter=wanted)

    assert [edge["node"]["name"] for edge in data["node"]["consumedBy"]["edges"]] == ["evaluate"]


async def test_inputs_and_outputs_are_filtered_and_turned(site: Site) -> None:
    one = await new_pipeline(site)
    await use(site, one.viewer, one.train, "model:v0")
    await log(site, one.viewer, one.project, "notes", {"n": b"x"}, type="report", run_id=one.train.id)

    every = (await ask(site, one.viewer, NEIGHBOURS, id=one.train.id))["node"]
    models = (await ask(site, one.viewer, NEIGHBOURS, id=one.train.id, wanted={"types": ["model"]}))["node"]

    assert [edge["node"]["name"] for edge in every["inputs"]["edges"]] == ["model:v0", "data:v0"]
    assert [edge["node"]["name"] for edge in every["outputs"]["edges"]] == ["notes:v0", "model:v0"]
    assert (models["inputs"]["totalCount"], models["outputs"]["totalCount"]) == (1, 1)
    assert models["outputs"]["edges"] == [{"isReused": False, "node": {"name": "model:v0"}}]


async def test_a_filter_costs_as_many_queries_for_many_versions_as_for_one(site: Site) -> None:
    document = """
    query Each($project: String!, $first: Int!) {
      versions(container: $project, first: $first) { edges { node {
        consumedBy(first: 5, direction: DESC, filter: {search: "train", jobTypes: ["train"]}) {
          totalCount edges { node { name } }
        }
      } } }
    }
    """
    one = await new_pipeline(site)
    counts = []
    for first in (1, 2):
        before = site.graph.query_count
        data = await ask(site, one.viewer, document, project=one.project.path, first=first)
        counts.append(site.graph.query_count - before)
        assert len(data["versions"]["edges"]) == first

    assert counts[0] == counts[1]


async def test_a_narrow_viewer_is_told_how_many_and_never_which(site: Site) -> None:
    one = await new_pipeline(site)
    outside = await new_pipeline(site, one.viewer)
    secret = await start(site, one.viewer, outside.project, "secret")
    await use(site, one.viewer, secret, f"{one.project.path}/data:v0")
    narrow = replace(one, viewer=replace(one.viewer, project_id=one.project.id))

    found = await map_of(site, narrow, one.data.version.id, direction="DOWNSTREAM")
    data = await ask(site, narrow.viewer, CONSUMERS, id=one.data.version.id, filter={"nameContains": "secret"})

    frontier = {node["id"]: node for node in found["completeness"]["frontier"]}
    assert frontier[one.data.version.id] == {
        "id": one.data.version.id, "hidden": 1, "upstream": 0, "downstream": 1,
        "forbiddenUpstream": 0, "forbiddenDownstream": 1,
    }  # fmt: skip
    assert data["node"]["consumedBy"] == {
        "totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None},
    }  # fmt: skip
    assert secret.id not in str(found) and "secret" not in str(found)
