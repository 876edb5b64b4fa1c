"""What lies on shortest paths, over random lineages with cycles, hidden nodes and retracted edges."""

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_service.domain.lineage import IncompleteReason, LineageDirection
from headwater_service.domain.lineage_paths import Paths, settle
from headwater_service.model import Instant
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.lineage import WalkedEdge
from headwater_service.store.lineage_paths import Between, find_between
from random_graphs import World
from random_worlds import REAL, worlds

VISIBLE, HIDDEN = "visible-" + new_id(), "hidden-" + new_id()
ENOUGH = 10_000
DOWN = LineageDirection.DOWNSTREAM


async def between(graph: Graph, start: str, end: str, *, cap: int = ENOUGH) -> Between:
    found = await graph.read(lambda tx: find_between(tx, start, end, [VISIBLE], cap=cap))
    assert found is not None
    return found


def shortest_paths(world: World, start: str, end: str, visible: set[str]) -> list[tuple[str, ...]]:
    """Every shortest path through visible nodes, by following all of them breadth first."""
    following: dict[str, list[str]] = {}
    for edge in world.live:
        following.setdefault(edge.source, []).append(edge.target)
    found: list[tuple[str, ...]] = []
    waiting: deque[tuple[str, ...]] = deque([(start,)])
    while waiting:
        path = waiting.popleft()
        if found and len(path) > len(found[0]):
            break
        if path[-1] == end:
            found.append(path)
            continue
        waiting.extend((*path, node) for node in following.get(path[-1], ()) if node in visible and node not in path)
    return sorted(found)


def shown(paths: Paths) -> list[tuple[str, ...]]:
    return [tuple(path.node_ids) for path in paths.shown]


@st.composite
def questions(draw: st.DrawFn) -> tuple[World, str, str]:
    """A lineage, and two nodes of it that may be seen."""
    world = draw(worlds([VISIBLE, VISIBLE, VISIBLE, HIDDEN]))
    visible = [node for node, scope in world.scopes.items() if scope == VISIBLE]
    return world, draw(st.sampled_from(visible)), draw(st.sampled_from(visible))


@REAL
@given(question=questions(), first=st.integers(1, 5))
async def test_shortest_paths_are_those_that_following_every_path_finds(
    question: tuple[World, str, str], first: int, graph: Graph
) -> None:
    world, start, end = question
    await world.write(graph)
    visible = {node for node, scope in world.scopes.items() if scope == VISIBLE}
    expected = shortest_paths(world, start, end, visible)

    found = await between(graph, start, end)
    paths = settle(found, start, end, DOWN, first=first)

    assert shown(paths) == expected[:first]
    assert paths.count == len(expected)
    assert set(found.nodes) == {node for path in expected for node in path}
    for path in paths.shown:
        assert [(edge.source, edge.target) for edge in path.edges] == list(pairwise(path.node_ids))


@REAL
@given(question=questions())
async def test_an_answer_is_whole_when_no_hidden_path_could_be_as_short(
    question: tuple[World, str, str], graph: Graph
) -> None:
    world, start, end = question
    await world.write(graph)
    visible = {node for node, scope in world.scopes.items() if scope == VISIBLE}
    seen = shortest_paths(world, start, end, visible)
    all_of_them = shortest_paths(world, start, end, set(world.kinds))

    paths = settle(await between(graph, start, end), start, end, DOWN, first=100)

    if paths.reason is None:
        assert shown(paths) == all_of_them
    if seen != all_of_them:
        assert paths.reason is IncompleteReason.PERMISSION


@REAL
@given(question=questions(), cap=st.integers(1, 8))
async def test_walks_that_are_cut_give_every_path_or_say_so(
    question: tuple[World, str, str], cap: int, graph: Graph
) -> None:
    world, start, end = question
    await world.write(graph)
    visible = {node for node, scope in world.scopes.items() if scope == VISIBLE}
    expected = shortest_paths(world, start, end, visible)

    paths = settle(await between(graph, start, end, cap=cap), start, end, DOWN, first=100)

    if paths.reason is IncompleteReason.NODES:
        assert paths.shown == []
    else:
        assert shown(paths) == expected[:100]
        assert paths.count == len(expected)
    if paths.reason is None:
        assert expected == shortest_paths(world, start, end, set(world.kinds))


def ladder(layers: int, wide: int) -> tuple[World, str, str]:
    world = World()
    start = world.add("run", VISIBLE)
    layer = [start]
    for number in range(layers):
        following = [world.add("version" if number % 2 == 0 else "run", VISIBLE) for _ in range(wide)]
        for source in layer:
            for target in following:
                world.connect(source, target)
        layer = following
    end = world.add("run" if layers % 2 else "version", VISIBLE)
    for source in layer:
        world.connect(source, end)
    return world, start, end


async def test_the_paths_of_a_ladder_are_counted_and_not_followed(graph: Graph) -> None:
    world, start, end = ladder(40, 4)
    await world.write(graph)

    paths = settle(await between(graph, start, end), start, end, DOWN, first=3)

    assert paths.count == 4**40
    assert [len(path.edges) for path in paths.shown] == [41] * 3
    assert len({tuple(path.node_ids) for path in paths.shown}) == 3


@pytest.mark.parametrize(("length", "count"), [(100, 100), (200, 50), (6000, 1), (10_001, 1)])
def test_of_long_paths_fewer_are_shown_and_at_least_one(length: int, count: int) -> None:
    names = [["s"], *([f"a{number}", f"b{number}"] for number in range(1, length)), ["t"]]
    distances = {name: distance for distance, layer in enumerate(names) for name in layer}
    edges = [
        WalkedEdge(source, target, "PRODUCED", Instant(1), False)
        for near, far in pairwise(names)
        for source in near
        for target in far
    ]
    found = Between(length, dict.fromkeys(distances, "RUN"), distances, edges, None, None, False)

    paths = settle(found, "s", "t", DOWN, first=100)

    assert (len(paths.shown), paths.count) == (count, 2 ** (length - 1))


async def test_a_chain_of_thousands_of_steps_is_one_path(graph: Graph) -> None:
    world, start, end = ladder(2000, 1)
    await world.write(graph)

    paths = settle(await between(graph, start, end), start, end, DOWN, first=3)

    assert (paths.count, paths.length, paths.reason) == (1, 2001, None)


async def test_a_hub_whose_walk_is_cut_is_reached_from_the_other_side(graph: Graph) -> None:
    world = World()
    hub = world.add("version", VISIBLE)
    for _ in range(30):
        world.connect(hub, world.add("run", VISIBLE))
    through = [world.add(kind, VISIBLE) for kind in ("run", "version", "run", "version")]
    for source, target in pairwise([hub, *through]):
        world.connect(source, target)
    await world.write(graph)

    paths = settle(await between(graph, hub, through[-1], cap=10), hub, through[-1], DOWN, first=3)

    assert shown(paths) == [(hub, *through)]
    assert paths.reason is None


@pytest.mark.parametrize(("hidden_steps", "reason"), [(1, IncompleteReason.PERMISSION), (3, None)])
async def test_a_hidden_way_makes_an_answer_uncertain_only_if_it_may_be_as_short(
    hidden_steps: int, reason: IncompleteReason | None, graph: Graph
) -> None:
    world = World()
    start, end = world.add("version", VISIBLE), world.add("version", VISIBLE)
    seen = world.add("run", VISIBLE)
    aside = [world.add("run" if number % 2 == 0 else "version", VISIBLE) for number in range(hidden_steps)]
    world.scopes[aside[hidden_steps // 2]] = HIDDEN
    for way in ([start, seen, end], [start, *aside, end]):
        for source, target in pairwise(way):
            world.connect(source, target)
    await world.write(graph)

    paths = settle(await between(graph, start, end), start, end, DOWN, first=3)

    assert shown(paths) == [(start, seen, end)]
    assert (paths.count, paths.reason) == (1, reason)


async def test_beyond_a_cut_paths_are_found_and_what_may_be_hidden_is_reckoned_with(graph: Graph) -> None:
    world = World()
    start, end = world.add("version", VISIBLE), world.add("run", VISIBLE)
    causes = [world.add("version", VISIBLE) for _ in range(40)]
    # Neither among the first nor among the last of the causes that the walk from the end meets.
    through, beside = causes[19], causes[20]
    for cause in causes:
        world.connect(cause, end)
    for place, cause in ((VISIBLE, through), (HIDDEN, beside)):
        run = world.add("run", place)
        world.connect(start, run)
        world.connect(run, cause)
    await world.write(graph)

    paths = settle(await between(graph, start, end, cap=10), start, end, DOWN, first=3)

    assert [path[2:] for path in shown(paths)] == [(through, end)]
    assert (paths.count, paths.reason) == (1, IncompleteReason.PERMISSION)


async def test_what_is_not_there_or_not_seen_gives_nothing(graph: Graph) -> None:
    world = World()
    start, hidden = world.add("run", VISIBLE), world.add("version", HIDDEN)
    world.connect(start, hidden)
    await world.write(graph)

    async def found(start_id: str, end_id: str) -> Between | None:
        return await graph.read(lambda tx: find_between(tx, start_id, end_id, [VISIBLE], cap=10))

    assert await found(start, hidden) is None
    assert await found(hidden, start) is None
    assert await found(start, new_id()) is None
