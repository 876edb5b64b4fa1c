"""Bad input about aliases is refused, by hand, with a log and with a link, each with its error; nothing changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MOST_MOVES, MoveRequest, move_aliases
from headwater_service.domain.links import link_artifact
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import AliasMove, Container
from headwater_service.store.aliases import find_alias
from headwater_service.store.collections import find_collection
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import fresh, new_admin, new_project

BAD_NAMES = ["v12", "v0", "a/b", "a:b", "a@b", "", " a", "a\n", "x" * 129, "-", "\ud800"]
FACTS = """
MATCH (collection:Collection {scope_id: $scope})
OPTIONAL MATCH (alias:Alias {collection_id: collection.id})
OPTIONAL MATCH (move:AliasMove {collection_id: collection.id})
OPTIONAL MATCH (version:Lineage {collection_id: collection.id})
RETURN collection.name AS name, collection.event_number AS events, count(DISTINCT alias) AS aliases,
  count(DISTINCT move) AS moves, count(DISTINCT version) AS versions
ORDER BY name
"""
END = "MATCH (version:ArtifactVersion {id: $id}) SET version.state = 'DELETED'"


@dataclass(frozen=True)
class World:
    viewer: Viewer
    project: Container
    first: PlacedVersion
    second: PlacedVersion
    other: PlacedVersion


async def world(site: Site) -> World:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    first, second = [(await log(site, viewer, project, "data", {"a": text})).placed for text in (b"1", b"2")]
    other = (await log(site, viewer, project, "other", {"a": b"1"})).placed
    return World(viewer, project, first, second, other)


async def facts(site: Site, container: Container) -> Sequence[object]:
    """Return how many aliases, moves, versions and events each collection has."""
    return await site.graph.read(lambda tx: tx.rows(FACTS, scope=container.id))


async def move(site: Site, viewer: Viewer, collection_id: str, name: str, version_id: str | None) -> list[AliasMove]:
    request = MoveRequest(collection_id=collection_id, name=name, version_id=version_id)
    return await move_aliases(site.graph, viewer, [request], reason="", operation=new_id())


@pytest.mark.parametrize("name", [*BAD_NAMES, "latest"])
async def test_a_bad_name_is_refused_by_hand(site: Site, name: str) -> None:
    made = await world(site)
    before = await facts(site, made.project)

    for version_id in (made.first.version.id, None):
        with pytest.raises(InvalidInputError):
            await move(site, made.viewer, made.first.collection.id, name, version_id)

    assert await facts(site, made.project) == before


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_bad_name_is_refused_with_a_log_and_makes_neither_version_nor_collection(site: Site, name: str) -> None:
    made = await world(site)
    before = await facts(site, made.project)

    for collection in ("data", "brand-new"):
        with pytest.raises(InvalidInputError):
            await log(site, made.viewer, made.project, collection, {"a": b"3"}, aliases=["good", name])

    assert await facts(site, made.project) == before


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_bad_name_is_refused_with_a_link_and_makes_neither_link_nor_collection(site: Site, name: str) -> None:
    made = await world(site)
    target = fresh("Model")

    with pytest.raises(InvalidInputError):
        await link_artifact(
            site.graph,
            made.viewer,
            made.first.version.id,
            target,
            project=None,
            aliases=["good", name],
            operation=new_id(),
        )

    assert await site.graph.read(lambda tx: find_collection(tx, made.project.id, target)) is None


async def test_an_unknown_collection_is_not_found(site: Site) -> None:
    made = await world(site)
    before = await facts(site, made.project)

    with pytest.raises(NotFoundError, match="you may not see it"):
        await move(site, made.viewer, new_id(), "best", made.first.version.id)
    with pytest.raises(NotFoundError):
        await move(site, made.viewer, made.first.version.id, "best", made.first.version.id)

    assert await facts(site, made.project) == before


async def test_versions_of_elsewhere_of_nowhere_and_deleted_ones_are_refused(site: Site) -> None:
    made = await world(site)
    await site.graph.write(lambda tx: tx.rows(END, id=made.second.version.id))
    before = await facts(site, made.project)
    collection_id = made.first.collection.id

    with pytest.raises(NotFoundError, match="the collection has no such version"):
        await move(site, made.viewer, collection_id, "best", made.other.version.id)
    with pytest.raises(NotFoundError, match="the collection has no such version"):
        # As a version that is still being logged: it has no id that anybody could name.
        await move(site, made.viewer, collection_id, "best", new_id())
    with pytest.raises(ConflictError, match="v1 was deleted"):
        await move(site, made.viewer, collection_id, "best", made.second.version.id)

    assert await facts(site, made.project) == before


async def test_a_link_whose_source_was_deleted_takes_no_alias(site: Site) -> None:
    made = await world(site)
    link = await link_artifact(
        site.graph, made.viewer, made.first.version.id, fresh("Model"), project=None, aliases=[], operation=new_id()
    )
    await site.graph.write(lambda tx: tx.rows(END, id=made.first.version.id))

    with pytest.raises(ConflictError, match="v0 was deleted"):
        await move(site, made.viewer, link.collection.id, "best", link.version.id)

    assert await site.graph.read(lambda tx: find_alias(tx, link.collection.id, "best")) is None


async def test_as_many_moves_as_the_limit_allows_are_made_together_and_one_more_is_refused(site: Site) -> None:
    made = await world(site)
    requests = [
        MoveRequest(collection_id=placed.collection.id, name=f"alias-{number}", version_id=placed.version.id)
        for number in range(MOST_MOVES // 2)
        for placed in (made.first, made.other)
    ]
    more = MoveRequest(collection_id=made.first.collection.id, name="more", version_id=made.first.version.id)

    with pytest.raises(InvalidInputError, match=f"1 to {MOST_MOVES} moves"):
        await move_aliases(site.graph, made.viewer, [*requests, more], reason="", operation=new_id())
    moves = await move_aliases(site.graph, made.viewer, requests, reason="", operation=new_id())

    assert [(one.collection_id, one.name) for one in moves] == [(one.collection_id, one.name) for one in requests]


async def test_calls_over_the_same_collections_in_other_orders_do_not_block_each_other(site: Site) -> None:
    made = await world(site)
    both = [
        MoveRequest(collection_id=placed.collection.id, name="best", version_id=placed.version.id)
        for placed in (made.first, made.other)
    ]
    away = [MoveRequest(collection_id=one.collection_id, name=one.name, version_id=None) for one in both]

    async def call(requests: list[MoveRequest]) -> bool:
        try:
            await move_aliases(site.graph, made.viewer, requests, reason="", operation=new_id())
        except NotFoundError:
            # Another call had removed both.
            return False
        return True

    done = await asyncio.gather(*(call(one) for one in (both, both[::-1], away, away[::-1]) * 3))

    assert done.count(True) >= 7
    ends = [
        await site.graph.read(partial(find_alias, collection_id=placed.collection.id, name="best"))
        for placed in (made.first, made.other)
    ]
    assert ends in ([None, None], [made.first.version.id, made.other.version.id])
