"""Times to live: counted from creation, resting while linked, and what happens when one is over."""

import asyncio
from typing import Any

import pytest

from content import Site
from deletions import aliases_in, deleted, ended, give_alias, ids_of, link, logged, restored
from headwater_service.domain.access import Viewer
from headwater_service.domain.deletion import unlink
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.guard_rules import RequiredTag
from headwater_service.domain.guards import set_guard
from headwater_service.domain.trash import list_ends
from headwater_service.domain.ttl import Ttl, expire_versions, expires_at, set_collection_ttl, set_version_ttl
from headwater_service.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container
from headwater_service.store import ttl as store
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, LeaseLostError, take_lease
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project, new_team

DAY = 86_400
AGE = """
MATCH (version:ArtifactVersion {id: $id})
SET version.created_at = version.created_at - $seconds * 1000000,
  version.expiry_at = version.expiry_at - $seconds * 1000000
"""
LINKS_AGE = """
MATCH (:ArtifactVersion {id: $id})-[:LINKED_TO]->(link)
SET link.ended_at = link.ended_at - $seconds * 1000000
"""
REST = "MATCH (version:ArtifactVersion {id: $id}) SET version.restored_at = version.restored_at - $seconds * 1000000"
PROTECT = "MATCH (project:Container {id: $id}) SET project.protected_aliases = $names"


async def scene(site: Site, *contents: str) -> tuple[Viewer, Container, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, [await logged(site, viewer, project, "churn", content) for content in contents]


async def live_for(site: Site, viewer: Viewer, version: PlacedVersion, seconds: int | None) -> None:
    await set_version_ttl(site.graph, viewer, version.version.id, Ttl(seconds), operation=new_id())


async def grow_older(site: Site, version: PlacedVersion, seconds: int) -> None:
    await site.graph.write(lambda tx: tx.rows(AGE, id=version.version.id, seconds=seconds))


async def lease_of(site: Site) -> Lease:
    lease = await site.graph.write(lambda tx: take_lease(tx, new_id(), new_id(), seconds=60.0))
    assert lease is not None
    return lease


async def expire(site: Site) -> None:
    """Run the job until nothing is due; other tests' versions may be among them."""
    lease = await lease_of(site)
    while await expire_versions(site.graph, lease) > 0:
        pass


async def expiry_of(site: Site, version: PlacedVersion) -> int | None:
    found = await site.graph.read(lambda tx: store.find_lifetimes(tx, ids_of([version])))
    return expires_at(found[version.version.id])


async def test_a_version_expires_so_long_after_its_creation(site: Site) -> None:
    viewer, _, (first, second) = await scene(site, "1", "2")
    await live_for(site, viewer, second, 30 * DAY)
    await give_alias(site, viewer, second, "best")

    assert await expiry_of(site, second) == second.version.created_at + 30 * DAY * 1_000_000
    await grow_older(site, second, 30 * DAY - 60)
    await expire(site)
    assert await ended(site, second.version.id) == [False]
    await grow_older(site, second, 61)
    await expire(site)

    assert await ended(site, *ids_of([first, second])) == [False, True]
    assert await aliases_in(site, first) == {"latest": 0}
    (end,) = await list_ends(site.graph, ids_of([second]))
    assert end is not None and (end.reason, end.ended_by) == ("EXPIRED", None)


async def test_a_version_without_a_time_of_its_own_has_that_of_its_collection(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "2")
    later = await logged(site, viewer, project, "churn", "3")
    placed = await set_collection_ttl(site.graph, viewer, first.collection.id, 10 * DAY, operation=new_id())
    await live_for(site, viewer, second, None)
    for version in (first, second):
        await grow_older(site, version, 11 * DAY)
    await expire(site)

    assert placed.collection.ttl_seconds == 10 * DAY
    assert await ended(site, *ids_of([first, second, later])) == [True, False, False]
    assert await expiry_of(site, second) is None
    await set_version_ttl(site.graph, viewer, second.version.id, Ttl(None, is_inherited=True), operation=new_id())
    await expire(site)

    assert await ended(site, second.version.id) == [True]


async def test_a_collection_may_live_for_ever_again(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    await set_collection_ttl(site.graph, viewer, first.collection.id, DAY, operation=new_id())
    await set_collection_ttl(site.graph, viewer, first.collection.id, None, operation=new_id())
    await grow_older(site, first, 2 * DAY)

    await expire(site)

    assert await ended(site, first.version.id) == [False]
    assert await expiry_of(site, first) is None


async def test_a_linked_version_stays_and_a_day_longer(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    linked = await link(site, viewer, first, "model-registry/Churn")
    await live_for(site, viewer, first, DAY)
    await grow_older(site, first, 3 * DAY)

    await expire(site)
    while_linked = await expiry_of(site, first)
    gone = await unlink(site.graph, viewer, linked.version.id, operation=new_id())
    await expire(site)
    assert (gone.version.state, while_linked) == ("DELETED", None)
    assert await ended(site, first.version.id) == [False]
    (end,) = await list_ends(site.graph, ids_of([linked]))
    assert end is not None and await expiry_of(site, first) == end.ended_at + DAY * 1_000_000
    await site.graph.write(lambda tx: tx.rows(LINKS_AGE, id=first.version.id, seconds=DAY + 1))
    await expire(site)

    assert await ended(site, first.version.id) == [True]


async def test_a_protected_alias_keeps_a_version(site: Site) -> None:
    viewer, project, (first,) = await scene(site, "1")
    await live_for(site, viewer, first, DAY)
    await give_alias(site, viewer, first, "audited")
    before = await expiry_of(site, first)
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=project.id, names=["audited"]))
    await grow_older(site, first, 2 * DAY)

    await expire(site)

    assert await ended(site, first.version.id) == [False]
    assert (before, await expiry_of(site, first)) == (first.version.created_at + DAY * 1_000_000, None)


async def test_a_guarded_alias_keeps_a_version(site: Site) -> None:
    viewer, _, (first, second) = await scene(site, "1", "2")
    for version in (first, second):
        await live_for(site, viewer, version, DAY)
        await grow_older(site, version, 2 * DAY)
    await give_alias(site, viewer, first, "audited")
    rules = [RequiredTag("seen")]
    await set_guard(site.graph, viewer, first.collection.id, "audited", rules, operation=new_id())
    shown = await expiry_of(site, first)

    await expire(site)

    assert await ended(site, first.version.id) == [False]
    assert await ended(site, second.version.id) == [True]
    assert shown is None


async def test_an_expired_version_that_comes_back_stays_at_least_a_day(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    await live_for(site, viewer, first, DAY)
    await grow_older(site, first, 2 * DAY)
    await expire(site)

    await restored(site, viewer, first.version.id)
    await expire(site)
    assert await ended(site, first.version.id) == [False]
    await site.graph.write(lambda tx: tx.rows(REST, id=first.version.id, seconds=DAY + 1))
    await expire(site)

    assert await ended(site, first.version.id) == [True]


async def test_what_was_deleted_does_not_expire_again(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    await live_for(site, viewer, first, DAY)
    await deleted(site, viewer, Targets(versions=ids_of([first])))
    await grow_older(site, first, 2 * DAY)

    await expire(site)

    (end,) = await list_ends(site.graph, ids_of([first]))
    assert end is not None and end.reason == "DELETED"


async def test_a_replay_sets_nothing_back(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    operation = new_id()
    await set_version_ttl(site.graph, viewer, first.version.id, Ttl(DAY), operation=operation)
    await live_for(site, viewer, first, 2 * DAY)

    await set_version_ttl(site.graph, viewer, first.version.id, Ttl(DAY), operation=operation)

    assert await expiry_of(site, first) == first.version.created_at + 2 * DAY * 1_000_000


@pytest.mark.parametrize("ttl", [Ttl(0), Ttl(-1), Ttl(101 * 366 * DAY), Ttl(5, is_inherited=True)])
async def test_a_time_that_is_none_is_refused(site: Site, ttl: Ttl) -> None:
    viewer, _, (first,) = await scene(site, "1")

    with pytest.raises(InvalidInputError):
        await set_version_ttl(site.graph, viewer, first.version.id, ttl, operation=new_id())

    assert await expiry_of(site, first) is None


async def test_links_and_registered_models_have_no_time_to_live(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    linked = await link(site, viewer, first, "model-registry/Churn")

    with pytest.raises(InvalidInputError, match="link"):
        await set_version_ttl(site.graph, viewer, linked.version.id, Ttl(DAY), operation=new_id())
    with pytest.raises(InvalidInputError, match="Links"):
        await set_collection_ttl(site.graph, viewer, linked.collection.id, DAY, operation=new_id())


async def test_roles_are_asked(site: Site) -> None:
    owner, reader, outsider = [await new_admin(site.graph) for _ in range(3)]
    entity, (owner, reader) = await new_team(site.graph, owner, viewer=reader)
    from headwater_service.domain.containers import create_project

    project = await create_project(site.graph, owner, entity.name, "shared", "", operation=new_id())
    first = await logged(site, owner, project, "churn", "1")

    cases: list[tuple[Viewer, Any]] = [(reader, PermissionDeniedError), (outsider, NotFoundError)]
    for viewer, error in cases:
        with pytest.raises(error):
            await live_for(site, viewer, first, DAY)
        with pytest.raises(error):
            await set_collection_ttl(site.graph, viewer, first.collection.id, DAY, operation=new_id())


async def test_a_holder_that_lost_the_lease_expires_nothing(site: Site) -> None:
    viewer, _, (first,) = await scene(site, "1")
    await live_for(site, viewer, first, DAY)
    await grow_older(site, first, 2 * DAY)
    name = new_id()
    lost = await site.graph.write(lambda tx: take_lease(tx, name, "one", seconds=0.001))
    assert lost is not None
    await asyncio.sleep(0.05)
    await site.graph.write(lambda tx: take_lease(tx, name, "two", seconds=60.0))

    with pytest.raises(LeaseLostError):
        await expire_versions(site.graph, lost)

    assert await ended(site, first.version.id) == [False]
