"""The lineage of a project by type and job type, over GraphQL."""

from typing import Any

import pytest

from asking import answer, ask, refusal
from content import Site, log
from headwater_service.domain.type_graph import group_id, settle
from headwater_service.model import Container, ContainerKind, Instant
from headwater_service.store.type_graph import CountedEdge, CountedTypes, GroupKey
from pipelines import Pipeline, new_pipeline, start, use
from viewers import new_project, new_run

TYPES = """
query Types($path: String!, $limit: Int! = 500, $after: DateTime, $before: DateTime) {
  project(path: $path) {
    typeGraph(limit: $limit, createdAfter: $after, createdBefore: $before) {
      nodes { id kind type jobType container isOutside count hidden }
      edges { source target kind count }
      groupCount hidden isComplete reason
    }
  }
}
"""
Found = dict[str, Any]


async def types(site: Site, pipeline: Pipeline, **more: Any) -> Found:
    data = await ask(site, pipeline.viewer, TYPES, path=pipeline.project.path, **more)
    found: Found = data["project"]["typeGraph"]
    return found


def name(node: Found) -> str:
    return f"({node['jobType']})" if node["kind"] == "RUN" else f"{node['kind'][0]}:{node['type']}"


def edges(found: Found) -> dict[tuple[str, str, str], int]:
    names = {node["id"]: name(node) for node in found["nodes"]}
    return {(names[edge["source"]], names[edge["target"]], edge["kind"]): edge["count"] for edge in found["edges"]}


async def test_runs_are_grouped_by_job_type_and_versions_by_type_with_their_registry(site: Site) -> None:
    pipeline = await new_pipeline(site)
    again = await start(site, pipeline.viewer, pipeline.project, "train")
    await use(site, pipeline.viewer, again, "data:v0")

    found = await types(site, pipeline)

    assert {name(node): (node["count"], node["container"], node["isOutside"]) for node in found["nodes"]} == {
        "(load)": (1, pipeline.project.path, False),
        "(train)": (2, pipeline.project.path, False),
        "(evaluate)": (1, pipeline.project.path, False),
        "A:dataset": (1, pipeline.project.path, False),
        "A:model": (1, pipeline.project.path, False),
        "R:model": (1, pipeline.registry.path, True),
    }
    assert name(found["nodes"][0]) == "(train)"
    assert edges(found) == {
        ("(load)", "A:dataset", "PRODUCED"): 1,
        ("A:dataset", "(train)", "CONSUMED"): 2,
        ("(train)", "A:model", "PRODUCED"): 1,
        ("A:model", "R:model", "LINKED_TO"): 1,
        ("R:model", "(evaluate)", "CONSUMED"): 1,
    }
    assert (found["groupCount"], found["hidden"], found["isComplete"], found["reason"]) == (6, 0, True, None)


async def test_edges_with_another_project_have_groups_that_say_so(site: Site) -> None:
    pipeline = await new_pipeline(site)
    other = await new_project(site.graph, pipeline.viewer)
    reader = await start(site, pipeline.viewer, other, "report")
    await use(site, pipeline.viewer, reader, f"{pipeline.project.path}/data:v0")
    await log(site, pipeline.viewer, other, "unrelated", {"a": b"1"}, run_id=reader.id)

    here = await types(site, pipeline)
    there = await ask(site, pipeline.viewer, TYPES, path=other.path)

    outside = [node for node in here["nodes"] if node["container"] == other.path]
    assert [(name(node), node["count"], node["isOutside"]) for node in outside] == [("(report)", 1, True)]
    assert edges(here)["A:dataset", "(report)", "CONSUMED"] == 1
    graph = there["project"]["typeGraph"]
    assert sorted((name(node), node["container"]) for node in graph["nodes"]) == sorted(
        [("(report)", other.path), ("A:dataset", other.path), ("A:dataset", pipeline.project.path)]
    )


async def test_a_run_that_says_no_job_type_is_in_the_group_without_one(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await new_run(site.graph, pipeline.viewer, pipeline.project)

    found = await types(site, pipeline)

    unsaid = [node for node in found["nodes"] if node["kind"] == "RUN" and node["jobType"] is None]
    assert [node["count"] for node in unsaid] == [1]


async def test_a_time_leaves_out_what_was_created_otherwise_and_its_edges(site: Site) -> None:
    pipeline = await new_pipeline(site)
    path, viewer = pipeline.project.path, pipeline.viewer
    document = "query At($id: ID!) { node(id: $id) { ... on Run { createdAt } } }"
    at = (await ask(site, viewer, document, id=pipeline.train.id))["node"]["createdAt"]

    later, earlier = await types(site, pipeline, after=at), await types(site, pipeline, before=at)

    assert sorted(name(node) for node in later["nodes"]) == ["(evaluate)", "A:model", "R:model"]
    assert edges(later) == {("A:model", "R:model", "LINKED_TO"): 1, ("R:model", "(evaluate)", "CONSUMED"): 1}
    assert sorted(name(node) for node in earlier["nodes"]) == ["(load)", "A:dataset"]
    assert path == earlier["nodes"][0]["container"]


async def test_more_groups_than_asked_for_leave_out_the_smallest_and_say_so(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await start(site, pipeline.viewer, pipeline.project, "train")

    found = await types(site, pipeline, limit=1)
    code, _ = await refusal(site, pipeline.viewer, TYPES, path=pipeline.project.path, limit=0)

    assert [name(node) for node in found["nodes"]] == ["(train)"]
    assert (found["edges"], found["groupCount"], found["isComplete"], found["reason"]) == ([], 6, False, "NODES")
    assert code == "InvalidInputError"


async def test_a_project_is_counted_in_one_query_whatever_is_in_it(site: Site) -> None:
    pipeline = await new_pipeline(site)
    before = site.graph.query_count

    await types(site, pipeline)

    # The project, the scopes, the counts, the places outside.
    assert site.graph.query_count - before == 4


async def test_a_type_graph_costs_its_limit(site: Site) -> None:
    pipeline = await new_pipeline(site)

    body = await answer(site, pipeline.viewer, TYPES, path=pipeline.project.path, limit=40)

    assert body["extensions"]["cost"]["nodes"]["used"] == 1 + 40


def container(container_id: str) -> Container:
    return Container(container_id, ContainerKind.PROJECT, container_id, "e", "acme", "", Instant(1))


@pytest.mark.parametrize(
    ("limit", "shown", "count"), [(1, ["train"], 0), (2, ["train", "model"], 1), (3, ["train", "model", None], 2)]
)
def test_edges_are_shown_between_groups_that_are(limit: int, shown: list[str | None], count: int) -> None:
    runs, models = GroupKey("p", "RUN", "train"), GroupKey("p", "ARTIFACT_VERSION", "model")
    unsaid = GroupKey("p", "RUN", None)
    counted = CountedTypes(
        {unsaid: 1, models: 5, runs: 9},
        [CountedEdge(runs, models, "PRODUCED", 5), CountedEdge(models, unsaid, "CONSUMED_BY", 2)],
        {unsaid: 3},
    )

    found = settle(counted, {"p": container("p")}, limit=limit)

    assert [group.key.type for group in found.groups] == shown
    assert len(found.edges) == count
    assert found.hidden == 3


@pytest.mark.parametrize("other", [GroupKey("p", "RUN", ""), GroupKey("p", "RUN", "None"), GroupKey("q", "RUN", None)])
def test_groups_have_ids_of_their_own(other: GroupKey) -> None:
    assert group_id(GroupKey("p", "RUN", None)) != group_id(other)
