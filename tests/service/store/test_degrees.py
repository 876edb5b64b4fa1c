"""Neighbours of nodes, counted a side at a time: all that are there, and apart those that must not be seen."""

import pytest

from headwater_service.model import RunState
from headwater_service.store import hops
from headwater_service.store.degrees import Degree, NeighbourGroup, count_around, group_around
from headwater_service.store.filters import OrderDirection, RunFilter, VersionFilter
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from plans import full_scans, plan_of
from random_graphs import World

VISIBLE, HIDDEN = "visible-" + new_id(), "hidden-" + new_id()


async def hub(graph: Graph) -> str:
    """A version with three runs of two job types in sight, two out of sight, one retracted, and one that made it."""
    world = World()
    version = world.add("version", VISIBLE, "dataset")
    world.connect(world.add("run", VISIBLE, "load"), version)
    for job_type in ("train", "train", None):
        world.connect(version, world.add("run", VISIBLE, job_type))
    for _ in range(2):
        world.connect(version, world.add("run", HIDDEN, "secret"))
    world.connect(version, world.add("run", VISIBLE, "train"), is_retracted=True)
    await world.write(graph)
    return version


async def test_each_side_is_counted_with_what_is_out_of_sight_apart(graph: Graph) -> None:
    version, unknown = await hub(graph), new_id()

    above = await graph.read(lambda tx: count_around(tx, [version, unknown], [VISIBLE], is_upstream=True))
    below = await graph.read(lambda tx: count_around(tx, [version], [VISIBLE], is_upstream=False))
    in_total = await graph.read(
        lambda tx: count_around(tx, [version, unknown], [VISIBLE], is_upstream=False, totals_above=4)
    )
    few = await graph.read(lambda tx: count_around(tx, [version], [VISIBLE], is_upstream=False, totals_above=6))
    of_none = await graph.read(lambda tx: count_around(tx, [], [VISIBLE], is_upstream=False))

    assert above == {version: Degree(1, 0), unknown: Degree(0, 0)}
    assert below == few == {version: Degree(3, 2)}
    assert in_total == {version: Degree(5, None), unknown: Degree(0, 0)}
    assert of_none == {}


async def test_neighbours_in_sight_are_grouped_by_state_and_type(graph: Graph) -> None:
    version = await hub(graph)

    found = await graph.read(lambda tx: group_around(tx, [version], [VISIBLE], is_upstream=False))

    groups = found[version]
    assert len(groups) == 2
    assert set(groups) == {NeighbourGroup("FINISHED", "train", 2), NeighbourGroup("FINISHED", None, 1)}


@pytest.mark.parametrize("direction", OrderDirection)
@pytest.mark.parametrize("hop", [hops.CONSUMERS, hops.CONSUMERS_VIA_LINKS, hops.PRODUCERS], ids=lambda hop: hop.name)
async def test_narrowed_hops_to_runs_start_at_an_index(
    hop: "hops.Hop[object]", direction: OrderDirection, graph: Graph
) -> None:
    wanted = RunFilter(states=[RunState.FAILED], job_types=["train"], name_contains="a", consumed="x", tags=["b"])
    narrow = hops.among(hop, wanted, direction, of="x")

    for text in (narrow.page, narrow.count):
        assert full_scans(await plan_of(graph, text)) == []


@pytest.mark.parametrize("hop", [hops.INPUTS, hops.OUTPUTS, hops.LINKS], ids=lambda hop: hop.name)
async def test_narrowed_hops_to_versions_start_at_an_index(hop: "hops.Hop[object]", graph: Graph) -> None:
    wanted = VersionFilter(types=["model"], aliases=["best"], tags=["a"], consumed=True)
    narrow = hops.among(hop, wanted, OrderDirection.DESC, of="x")

    for text in (narrow.page, narrow.count):
        assert full_scans(await plan_of(graph, text)) == []
