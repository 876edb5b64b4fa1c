"""The first link into a registered model makes it: both, or nothing, whoever writes at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from content import Site, log
from guard_world import GuardWorld, guard_world
from headwater_service.domain.guard_rules import RequiredTag
from headwater_service.domain.links import link_artifact
from headwater_service.errors import ConflictError
from headwater_service.model import Collection
from headwater_service.store.collections import find_collection
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion


class Visited:
    """The graph, with somebody else who writes just before the first write."""

    def __init__(self, graph: Graph, visit: Callable[[], Awaitable[Any]]) -> None:
        self._graph, self._visits = graph, [visit]

    async def read(self, work: Any) -> Any:
        return await self._graph.read(work)

    async def write(self, work: Any) -> Any:
        while self._visits:
            await self._visits.pop()()
        return await self._graph.write(work)


async def link(world: GuardWorld, source: PlacedVersion, name: str, *, graph: Any = None) -> PlacedVersion:
    return await link_artifact(
        graph or world.site.graph,
        world.member,
        source.version.id,
        f"{world.registry.path}/{name}",
        project=None,
        aliases=["production"],
        operation=new_id(),
    )


async def model(world: GuardWorld, name: str) -> PlacedVersion:
    logged = await log(world.site, world.member, world.project, name, {"a": b"a"}, type="model")
    return logged.placed


async def made(world: GuardWorld, name: str) -> Collection | None:
    return await world.site.graph.read(lambda tx: find_collection(tx, world.registry.id, name))


async def test_a_guard_set_while_a_first_link_is_under_way_stops_all_of_it(site: Site) -> None:
    world = await guard_world(site, models=0)
    source = await model(world, "model")
    graph = Visited(site.graph, lambda: world.guard(RequiredTag("reviewed")))

    with pytest.raises(ConflictError, match="reviewed"):
        await link(world, source, "churn", graph=graph)

    assert await made(world, "churn") is None


async def test_first_links_and_a_guard_at_once_leave_whole_links_or_nothing(site: Site) -> None:
    world = await guard_world(site, models=0)
    sources = [await model(world, f"model-{number}") for number in range(6)]

    async def linked(number: int) -> bool:
        try:
            placed = await link(world, sources[number], f"churn-{number}")
        except ConflictError:
            return False
        return placed.version.index == 0

    done, _ = await asyncio.gather(
        asyncio.gather(*(linked(number) for number in range(6))), world.guard(RequiredTag("reviewed"))
    )

    assert [await made(world, f"churn-{number}") is not None for number in range(6)] == done
    with pytest.raises(ConflictError, match="reviewed"):
        await link(world, sources[0], "late")
    assert await made(world, "late") is None
