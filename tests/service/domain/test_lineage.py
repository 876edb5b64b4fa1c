"""What a lineage answer shows of a walk: limits, filters, completeness; and the forms it is given in."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from content import Site
from headwater_service.domain.lineage import (
    NODES_WHEN_LATE,
    FrontierNode,
    IncompleteReason,
    Lineage,
    LineageDirection,
    LineageEdge,
    LineageEdgeKind,
    LineageKind,
    LineageRequest,
    settle,
    walk_lineage,
)
from headwater_service.domain.lineage_cards import read_cards
from headwater_service.domain.lineage_forms import (
    Names,
    compact,
    mermaid,
    mermaid_label,
    read_names,
)
from headwater_service.domain.lineage_groups import group
from headwater_service.errors import InvalidInputError, UnavailableError
from headwater_service.model import Instant
from headwater_service.store.degrees import Degree
from headwater_service.store.graph import connect
from headwater_service.store.ids import new_id
from headwater_service.store.lineage import Around, Walk, WalkedEdge, WalkedNode
from pipelines import Pipeline, new_pipeline, start, use
from random_graphs import World
from viewers import new_admin

DOWN = LineageDirection.DOWNSTREAM
# Runs are r…, versions v…: r0 → v1 → r2 → v3 → r4, and r0 → v5.
CHAIN = {"r0": 0, "v1": 1, "v5": 1, "r2": 2, "v3": 3, "r4": 4}
EDGES = [("r0", "v1"), ("r0", "v5"), ("v1", "r2"), ("r2", "v3"), ("v3", "r4")]


def node(name: str) -> WalkedNode:
    is_run = name[0] == "r"
    kind = LineageKind.RUN if is_run else LineageKind.ARTIFACT_VERSION
    type_ = ("train" if name == "r2" else "load") if is_run else ("model" if name == "v3" else "dataset")
    return WalkedNode(
        name, kind.value, "scope", Instant(1), "FINISHED", type_, name, name, None if is_run else "c", 0, None, None
    )


def chain(distances: Mapping[str, int], *, cut: Any = None, hidden: Any = None) -> Walk:
    return Walk(
        nodes={name: node(name) for name in distances},
        below=distances,
        above={},
        edges=[
            WalkedEdge(source, target, "PRODUCED" if source[0] == "r" else "CONSUMED_BY", Instant(1), None)
            for source, target in EDGES
            if source in distances and target in distances
        ],
        after=Around(cut or {}, hidden or {}),
    )


def shown(lineage: Lineage) -> list[tuple[str, int]]:
    return [(found.node.id, found.distance) for found in lineage.nodes]


def test_all_of_a_small_lineage_is_shown_and_complete() -> None:
    found = settle(chain(CHAIN), LineageRequest(direction=DOWN), "r0", cap=501)

    assert shown(found) == list(CHAIN.items())
    assert [(edge.source, edge.target) for edge in found.edges] == EDGES
    assert found.edges[0].kind is LineageEdgeKind.PRODUCED
    assert found.edges[0].id == "PRODUCED:r0:v1"
    assert (found.completeness.is_complete, found.completeness.reason, found.completeness.frontier) == (True, None, [])


def test_the_node_beyond_the_limit_is_dropped_and_counted() -> None:
    request = LineageRequest(direction=DOWN, limit=4)
    read = {name: distance for name, distance in CHAIN.items() if distance <= 3}

    found = settle(chain(read, cut={"v3": 1}), request, "r0", cap=5)

    assert shown(found) == [("r0", 0), ("v1", 1), ("v5", 1), ("r2", 2)]
    assert found.completeness.reason is IncompleteReason.NODES
    # v3, which was read and dropped, is what r2 lost; what v3 lost is no business of this answer.
    assert found.completeness.frontier == [FrontierNode("r2", cut_downstream=1)]


def test_very_many_effects_leave_room_for_causes() -> None:
    above = {"r0": 0, "v90": 1, "r91": 2, "v92": 3}
    below = {"r0": 0} | {f"v{number}": 1 for number in range(1, 8)}
    star = Walk(
        nodes={name: node(name) for name in above | below},
        below=below,
        above=above,
        edges=[WalkedEdge("r0", name, "PRODUCED", Instant(1), False) for name in below if name != "r0"]
        + [WalkedEdge(cause, effect, "CONSUMED_BY", Instant(1), None) for effect, cause in pairwise(above)],
    )
    both = LineageDirection.BOTH

    def names(limit: int) -> list[str]:
        found = settle(star, LineageRequest(direction=both, limit=limit), "r0", cap=501)
        assert found.completeness.reason is IncompleteReason.NODES
        return [name for name, _ in shown(found)]

    # The causes need three of eight; of five they have half of what the start leaves.
    assert sorted(names(8)) == ["r0", "r91", "v1", "v2", "v3", "v4", "v90", "v92"]
    assert names(5) == ["r0", "v1", "v2", "v90", "r91"]
    assert names(1) == ["r0"]
    whole = settle(star, LineageRequest(direction=both, limit=11), "r0", cap=501)
    assert (len(whole.nodes), whole.completeness.is_complete) == (11, True)


def test_exactly_as_many_as_the_limit_is_complete() -> None:
    found = settle(chain(CHAIN), LineageRequest(direction=DOWN, limit=6), "r0", cap=7)

    assert len(found.nodes) == 6
    assert found.completeness.is_complete


def test_a_cut_by_depth_names_where_it_was() -> None:
    read = {name: distance for name, distance in CHAIN.items() if distance <= 2}

    found = settle(chain(read, cut={"r2": 1}), LineageRequest(direction=DOWN, depth=2), "r0", cap=501)

    assert (found.completeness.reason, found.completeness.frontier) == (
        IncompleteReason.DEPTH,
        [FrontierNode("r2", cut_downstream=1)],
    )


def test_hidden_neighbours_make_it_incomplete_by_permission() -> None:
    found = settle(chain(CHAIN, hidden={"v1": 2}), LineageRequest(direction=DOWN), "r0", cap=501)

    assert (found.completeness.reason, found.completeness.frontier) == (
        IncompleteReason.PERMISSION,
        [FrontierNode("v1", forbidden_downstream=2)],
    )


def test_of_several_reasons_the_one_to_act_on_first_is_given() -> None:
    both = chain(CHAIN, cut={"r4": 3}, hidden={"r4": 1, "v1": 2})

    found = settle(both, LineageRequest(direction=DOWN), "r0", cap=501)
    full = settle(both, LineageRequest(direction=DOWN), "r0", cap=6)
    late = settle(both, LineageRequest(direction=DOWN), "r0", cap=6, is_late=True)

    assert found.completeness.reason is IncompleteReason.DEPTH
    assert found.completeness.frontier == [
        FrontierNode("v1", forbidden_downstream=2),
        FrontierNode("r4", cut_downstream=3, forbidden_downstream=1),
    ]
    assert full.completeness.reason is IncompleteReason.NODES
    assert late.completeness.reason is IncompleteReason.TIME


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        (LineageRequest(direction=DOWN, kinds=[LineageKind.ARTIFACT_VERSION]), ["r0", "v1", "v5", "v3"]),
        (LineageRequest(direction=DOWN, kinds=[]), ["r0"]),
        (LineageRequest(direction=DOWN, types=["model"]), ["r0", "r2", "v3", "r4"]),
        (LineageRequest(direction=DOWN, job_types=["train"]), ["r0", "v1", "v5", "r2", "v3"]),
        (LineageRequest(direction=DOWN, types=["model"], job_types=["train"]), ["r0", "r2", "v3"]),
        (LineageRequest(direction=DOWN, kinds=[LineageKind.ARTIFACT_VERSION], types=["model"]), ["r0", "v3"]),
    ],
)
def test_a_filter_chooses_what_is_shown_and_the_walk_passes_through_the_rest(
    request_: LineageRequest, names: list[str]
) -> None:
    found = settle(chain(CHAIN), request_, "r0", cap=501)

    assert [name for name, _ in shown(found)] == names
    assert found.completeness.is_complete
    assert all(edge.source in names and edge.target in names for edge in found.edges)


def test_the_limit_counts_what_is_shown() -> None:
    request = LineageRequest(direction=DOWN, limit=3, kinds=[LineageKind.ARTIFACT_VERSION])

    found = settle(chain(CHAIN), request, "r0", cap=501)

    assert shown(found) == [("r0", 0), ("v1", 1), ("v5", 1)]
    assert found.completeness.reason is IncompleteReason.NODES
    # The walk went on to r2 unseen; what it led to is cut there.
    assert found.completeness.frontier == [FrontierNode("r2", cut_downstream=1)]


def test_two_walks_are_merged_by_the_shorter_way() -> None:
    cycle = Walk(
        nodes={name: node(name) for name in ("r0", "v1", "r2")},
        below={"r0": 0, "v1": 1, "r2": 2},
        above={"r0": 0, "r2": 1},
        edges=[
            WalkedEdge("r0", "v1", "PRODUCED", Instant(1), False),
            WalkedEdge("v1", "r2", "CONSUMED_BY", Instant(1), None),
        ],
    )

    found = settle(cycle, LineageRequest(direction=LineageDirection.BOTH), "r0", cap=501)

    assert shown(found) == [("r0", 0), ("v1", 1), ("r2", 1)]


@pytest.mark.parametrize(
    "request_", [LineageRequest(direction=DOWN, limit=0), LineageRequest(direction=DOWN, depth=-1)]
)
async def test_a_bad_limit_or_depth_is_refused(request_: LineageRequest, site: Site) -> None:
    viewer = await new_admin(site.graph)

    with pytest.raises(InvalidInputError):
        await walk_lineage(site.graph, viewer, new_id(), request_, settings=site.settings, details=False)


async def lineage_of(site: Site, pipeline: Pipeline, start_id: str, request: LineageRequest, **more: Any) -> Lineage:
    return await walk_lineage(
        site.graph, pipeline.viewer, start_id, request, settings=site.settings, details=False, **more
    )


async def test_depth_counts_edges_from_dataset_to_run_to_model(site: Site) -> None:
    pipeline = await new_pipeline(site)
    data, model = pipeline.data.version.id, pipeline.model.version.id

    two = await lineage_of(site, pipeline, data, LineageRequest(direction=DOWN, depth=2))
    everything = await lineage_of(site, pipeline, data, LineageRequest(direction=DOWN))
    up = await lineage_of(site, pipeline, pipeline.evaluate.id, LineageRequest(direction=LineageDirection.UPSTREAM))

    assert shown(two) == [(data, 0), (pipeline.train.id, 1), (model, 2)]
    assert (two.completeness.reason, two.completeness.frontier) == (
        IncompleteReason.DEPTH,
        [FrontierNode(model, cut_downstream=1)],
    )
    link = pipeline.link.version.id
    assert shown(everything) == [*shown(two), (link, 3), (pipeline.evaluate.id, 4)]
    assert [edge.kind for edge in everything.edges] == [
        LineageEdgeKind.CONSUMED,
        LineageEdgeKind.PRODUCED,
        LineageEdgeKind.LINKED_TO,
        LineageEdgeKind.CONSUMED,
    ]
    assert [found.node.id for found in up.nodes] == [
        pipeline.evaluate.id,
        link,
        model,
        pipeline.train.id,
        data,
        pipeline.load.id,
    ]
    assert up.completeness.is_complete


async def test_what_another_project_did_is_counted_and_not_shown(site: Site) -> None:
    pipeline = await new_pipeline(site)
    outside = await new_pipeline(site, pipeline.viewer)
    secret = await start(site, pipeline.viewer, outside.project, "secret")
    await use(site, pipeline.viewer, secret, f"{pipeline.project.path}/data:v0")
    narrow = replace(pipeline.viewer, project_id=pipeline.project.id)
    request = LineageRequest(direction=DOWN, depth=1)

    found = await walk_lineage(
        site.graph, narrow, pipeline.data.version.id, request, settings=site.settings, details=False
    )
    seen = await lineage_of(site, pipeline, pipeline.data.version.id, request)

    assert [one.node.id for one in found.nodes] == [pipeline.data.version.id, pipeline.train.id]
    frontier = {one.id: one.hidden for one in found.completeness.frontier}
    assert frontier == {pipeline.data.version.id: 1, pipeline.train.id: 1}
    assert secret.id in [one.node.id for one in seen.nodes]


async def test_a_walk_that_is_late_is_answered_with_the_nearest(site: Site) -> None:
    pipeline = await new_pipeline(site)
    world = World()
    source = world.add("version", pipeline.project.id)
    for _ in range(60):
        world.connect(source, world.add("run", pipeline.project.id))
    await world.write(site.graph)
    request = LineageRequest(direction=DOWN)

    found = await lineage_of(site, pipeline, source, request, seconds=0.000_001)
    whole = await lineage_of(site, pipeline, pipeline.data.version.id, request, seconds=0.000_001)

    assert found.completeness.reason is IncompleteReason.TIME
    assert len(found.nodes) == NODES_WHEN_LATE
    assert found.completeness.frontier == [FrontierNode(source, cut_downstream=61 - NODES_WHEN_LATE)]
    # What is small enough for the second attempt is complete all the same.
    assert (len(whole.nodes), whole.completeness.is_complete) == (5, True)


async def test_a_database_that_is_away_is_not_taken_for_a_late_one(site: Site) -> None:
    pipeline = await new_pipeline(site)
    away = connect("bolt://127.0.0.1:1", "neo4j", "x", "neo4j", deadline_seconds=0.3)

    with pytest.raises(UnavailableError):
        await walk_lineage(
            away,
            pipeline.viewer,
            pipeline.data.version.id,
            LineageRequest(direction=DOWN),
            settings=replace(site.settings, query_timeout_seconds=0.5),
            details=False,
        )
    await away.close()


async def test_a_lineage_is_drawn_as_mermaid_and_given_as_columns(site: Site) -> None:
    pipeline = await new_pipeline(site)
    found = await lineage_of(site, pipeline, pipeline.train.id, LineageRequest(direction=DOWN, depth=2))
    names = await read_names(site.graph, found)
    cards = await read_cards(site.graph, found, names.containers)
    end = found.nodes[-1].node.id
    cards[end] = replace(cards[end], outputs=Degree(1, 3))
    link = f"{pipeline.link.collection.name}:v0"

    drawn = mermaid(found, names)
    columns = compact(found, names, cards, group(found, cards), "https://example.test")

    assert drawn == (
        f'flowchart LR\n  n0(["train"])\n  n1["model:v0"]\n  n2{{{{"{link}"}}}}\n  n0 --> n1\n  n1 -.-> n2\n'
    )
    assert columns["nodes"] == {
        "id": [pipeline.train.id, pipeline.model.version.id, pipeline.link.version.id],
        "kind": ["RUN", "ARTIFACT_VERSION", "REGISTRY_VERSION"],
        "label": ["train", "model:v0", link],
        "name": ["train", "model:v0", link],
        "scope": [pipeline.project.path, pipeline.project.path, pipeline.registry.path],
        "path": [
            f"{pipeline.project.path}/{pipeline.train.key}",
            f"{pipeline.project.path}/model:v0",
            f"{pipeline.registry.path}/{link}",
        ],
        "url": [
            f"https://example.test/{pipeline.project.path}/-/runs/{pipeline.train.key}",
            f"https://example.test/{pipeline.project.path}/model:v0",
            f"https://example.test/{pipeline.registry.path}/{link}",
        ],
        "type": ["train", "model", "model"],
        "jobType": ["train", None, None],
        "state": ["RUNNING", "COMMITTED", "COMMITTED"],
        "runState": ["RUNNING", None, None],
        "isDeleted": [False, False, False],
        "aliases": [[], ["latest"], ["latest", "production"]],
        "protected": [[], [], []],
        "isRecalled": [False, False, False],
        "recall": [None, None, None],
        "inputs": [1, 1, 1],
        "outputs": [1, 1, 1],
        "forbiddenInputs": [0, 0, 0],
        "forbiddenOutputs": [0, 0, 3],
        "createdAt": [
            pipeline.train.created_at,
            pipeline.model.version.created_at,
            pipeline.link.version.created_at,
        ],
        "distance": [0, 1, 2],
    }
    assert (columns["edges"]["source"], columns["edges"]["target"]) == ([0, 1], [1, 2])
    assert columns["edges"]["kind"] == ["PRODUCED", "LINKED_TO"]
    assert columns["edges"]["reused"] == [False, None]
    assert columns["completeness"] == {
        "isComplete": False,
        "reason": "DEPTH",
        "frontier": [[pipeline.link.version.id, 1]],
        "sides": {"upstream": [0], "downstream": [1], "forbiddenUpstream": [0], "forbiddenDownstream": [0]},
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("plain", "plain"),
        ('a "b"', "a #34;b#34;"),
        ("x#y;", "x#35;y#59;"),
        ("<script>&", "#60;script#62;#38;"),
        ("`code`\nend", "#96;code#96; end"),
        ("データ:v1", "データ:v1"),
    ],
)
def test_a_label_shows_a_name_as_it_is(name: str, label: str) -> None:
    assert mermaid_label(name) == label


def test_a_run_without_a_name_is_labelled_by_its_key() -> None:
    assert Names({}, {}, {}).label(replace(node("r0"), name=None)) == "r0"


def test_edges_have_ids_of_their_own_even_between_the_same_two() -> None:
    ends = ("run", "version", Instant(1))
    made = LineageEdge(ends[0], ends[1], LineageEdgeKind.PRODUCED, ends[2])
    used = LineageEdge(ends[1], ends[0], LineageEdgeKind.CONSUMED, ends[2])

    assert made.id != used.id
