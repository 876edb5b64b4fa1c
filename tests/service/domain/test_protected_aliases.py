"""Protected aliases: moved by admins of the registry alone; they keep the version that carries them."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_history import rollback_alias
from headwater_service.domain.aliases import MoveRequest, move_aliases, protected_on, release_versions, renew_latest
from headwater_service.domain.containers import create_project, get_container
from headwater_service.domain.links import link_artifact
from headwater_service.errors import PermissionDeniedError
from headwater_service.model import Container, Role
from headwater_service.store.aliases import find_alias
from headwater_service.store.collections import find_collection
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import take_lock
from headwater_service.store.reads import PlacedCollection, PlacedVersion
from viewers import fresh, new_admin, new_project, new_team

PROTECT = "MATCH (registry:Container {id: $id}) SET registry.protected_aliases = $names"
COUNT_MOVES = "MATCH (move:AliasMove {collection_id: $id}) RETURN count(move) AS count"


@dataclass(frozen=True)
class World:
    """A team's registry that protects `production`, with two versions linked into one of its collections."""

    admin: Viewer
    member: Viewer
    registry: Container
    links: list[PlacedVersion]
    sources: list[PlacedVersion]

    @property
    def path(self) -> str:
        return f"{self.registry.path}/churn"


async def protect(site: Site, container: Container, *names: str) -> None:
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=container.id, names=list(names)))


async def world(site: Site, *, protected: str = "production") -> World:
    admin = await new_admin(site.graph)
    team, (admin, member) = await new_team(site.graph, admin, member=await new_admin(site.graph))
    registry = await get_container(site.graph, admin, f"{team.name}/model-registry", Role.VIEWER)
    await protect(site, registry, protected)
    project = await create_project(site.graph, admin, team.name, fresh("project"), "", operation=new_id())
    sources = [(await log(site, member, project, "model", {"a": str(n).encode()})).placed for n in range(2)]
    links = [await link(site, member, source, f"{registry.path}/churn") for source in sources]
    return World(admin, member, registry, links, sources)


async def link(site: Site, viewer: Viewer, source: PlacedVersion, target: str, *aliases: str) -> PlacedVersion:
    return await link_artifact(
        site.graph,
        viewer,
        source.version.id,
        target,
        project=None,
        aliases=list(aliases),
        operation=new_id(),
    )


async def move(site: Site, viewer: Viewer, version: PlacedVersion, name: str, *, away: bool = False) -> None:
    to = None if away else version.version.id
    request = MoveRequest(collection_id=version.collection.id, name=name, version_id=to)
    await move_aliases(site.graph, viewer, [request], reason="", operation=new_id())


async def alias(site: Site, version: PlacedVersion, name: str) -> str | None:
    return await site.graph.read(lambda tx: find_alias(tx, version.collection.id, name))


async def move_count(site: Site, collection_id: str) -> int:
    row = await site.graph.read(lambda tx: tx.row(COUNT_MOVES, id=collection_id))
    assert row is not None
    count: int = row["count"]
    return count


async def test_only_admins_of_the_registry_move_and_remove_it(site: Site) -> None:
    made = await world(site)
    first, second = made.links

    with pytest.raises(PermissionDeniedError, match=r"'production' is protected in .*/model-registry: only an admin"):
        await move(site, made.member, first, "production")
    await move(site, made.admin, first, "production")
    with pytest.raises(PermissionDeniedError):
        await move(site, made.member, second, "production")
    with pytest.raises(PermissionDeniedError):
        await move(site, made.member, first, "production", away=True)

    assert await alias(site, first, "production") == first.version.id
    await move(site, made.member, first, "staging")
    await move(site, made.admin, first, "production", away=True)
    assert await alias(site, first, "production") is None


async def test_an_admin_role_in_the_registry_alone_is_enough(site: Site) -> None:
    made = await world(site)
    promoted = replace(made.member, registry_roles={made.registry.id: Role.ADMIN})

    await move(site, promoted, made.links[0], "production")

    assert await alias(site, made.links[0], "production") == made.links[0].version.id


async def test_a_key_that_only_reads_moves_none_even_for_an_admin(site: Site) -> None:
    made = await world(site)

    with pytest.raises(PermissionDeniedError):
        await move(site, replace(made.admin, is_read_only=True), made.links[0], "production")

    assert await alias(site, made.links[0], "production") is None


async def test_pointing_it_where_it_is_asks_no_one(site: Site) -> None:
    made = await world(site)
    await move(site, made.admin, made.links[0], "production")

    await move(site, made.member, made.links[0], "production")

    assert await alias(site, made.links[0], "production") == made.links[0].version.id


async def test_one_refused_move_of_a_call_leaves_all_aliases_as_they_were(site: Site) -> None:
    made = await world(site)
    first = made.links[0]
    requests = [
        MoveRequest(collection_id=first.collection.id, name=name, version_id=first.version.id)
        for name in ("staging", "production")
    ]

    with pytest.raises(PermissionDeniedError):
        await move_aliases(site.graph, made.member, requests, reason="", operation=new_id())

    assert [await alias(site, first, name) for name in ("staging", "production")] == [None, None]


async def test_a_link_with_a_refused_alias_changes_nothing(site: Site) -> None:
    made = await world(site)
    project = await new_project(site.graph, made.member)
    other = (await log(site, made.member, project, "model", {"b": b"1"})).placed
    before = await move_count(site, made.links[0].collection.id)

    with pytest.raises(PermissionDeniedError):
        await link(site, made.member, other, made.path, "staging", "production")

    assert await alias(site, made.links[0], "latest") == made.links[1].version.id
    assert await move_count(site, made.links[0].collection.id) == before
    linked = await link(site, made.member, other, made.path, "staging")
    assert linked.version.index == 2


async def test_a_refused_link_leaves_no_new_collection(site: Site) -> None:
    made = await world(site)
    name = fresh("Fraud")

    with pytest.raises(PermissionDeniedError):
        await link(site, made.member, made.sources[0], f"{made.registry.path}/{name}", "production")

    assert await site.graph.read(lambda tx: find_collection(tx, made.registry.id, name)) is None
    linked = await link(site, made.admin, made.sources[0], f"{made.registry.path}/{name}", "production")
    assert await alias(site, linked, "production") == linked.version.id


async def test_a_move_that_waits_for_its_turn_meets_the_protection_given_meanwhile(site: Site) -> None:
    made = await world(site, protected="other")
    first = made.links[0]
    is_locked, may_end = asyncio.Event(), asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await take_lock(tx, first.collection.id, new_id())
        is_locked.set()
        await may_end.wait()

    holding = asyncio.create_task(site.graph.write(hold))
    await is_locked.wait()
    moving = asyncio.create_task(move(site, made.member, first, "production"))
    # Long enough for it to have read all that it reads before it waits for the lock.
    await asyncio.sleep(0.5)
    await protect(site, made.registry, "production")
    may_end.set()
    await holding

    with pytest.raises(PermissionDeniedError):
        await moving
    assert await alias(site, first, "production") is None


async def test_a_rollback_obeys_protection(site: Site) -> None:
    made = await world(site)
    first, second = made.links
    await move(site, made.admin, first, "production")
    await move(site, made.admin, second, "production")
    collection = first.collection.id

    with pytest.raises(PermissionDeniedError):
        await rollback_alias(site.graph, made.member, collection, "production", reason="bad", operation=new_id())

    assert await alias(site, first, "production") == second.version.id
    back = await rollback_alias(site.graph, made.admin, collection, "production", reason="bad", operation=new_id())
    assert (back.to_version_id, back.reason) == (first.version.id, "bad")


async def test_it_is_found_on_the_version_and_on_its_source(site: Site) -> None:
    made = await world(site)
    await move(site, made.admin, made.links[1], "production")
    await move(site, made.admin, made.links[0], "staging")
    ids = [placed.version.id for placed in (*made.links, *made.sources)]

    found = await site.graph.read(lambda tx: protected_on(tx, ids))

    carrier = made.links[1].version.id
    assert {(one.version_id, one.name, one.carrier_id, one.path) for one in found} == {
        (carrier, "production", carrier, f"{made.path}:v1"),
        (made.sources[1].version.id, "production", carrier, f"{made.path}:v1"),
    }
    assert {one.scope_id for one in found} == {made.registry.id}


async def release(site: Site, viewer: Viewer, version: PlacedVersion, container: Container) -> list[str]:
    """Take the aliases off a version as its deletion does; return the names refused."""
    collection_id = version.collection.id

    async def work(tx: Transaction) -> list[str]:
        lock = await take_lock(tx, collection_id, new_id())
        assert lock is not None
        home = PlacedCollection(version.collection, container)
        changed = await release_versions(tx, lock, viewer, home, [version.version.id], reason="deleted")
        return [refusal.name for refusal in changed.refusals]

    return await site.graph.write(work)


async def test_a_version_that_goes_loses_its_aliases_and_latest_goes_to_the_highest_that_stays(site: Site) -> None:
    made = await world(site)
    first, second = made.links
    await move(site, made.member, second, "staging")
    await move(site, made.member, first, "best")

    refused = await release(site, made.member, second, made.registry)

    assert refused == []
    names = ("latest", "staging", "best")
    assert [await alias(site, first, name) for name in names] == [first.version.id, None, first.version.id]


async def test_a_protected_alias_stays_with_its_version_even_for_an_admin(site: Site) -> None:
    made = await world(site)
    await move(site, made.admin, made.links[0], "production")

    refused = await release(site, made.admin, made.links[0], made.registry)

    assert refused == ["production"]
    assert await alias(site, made.links[0], "production") == made.links[0].version.id


async def test_latest_goes_when_no_version_stays_and_comes_back_with_one(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    only = (await log(site, viewer, project, "data", {"a": b"1"})).placed

    await release(site, viewer, only, project)
    gone = await alias(site, only, "latest")

    async def renew(tx: Transaction) -> None:
        lock = await take_lock(tx, only.collection.id, new_id())
        assert lock is not None
        await renew_latest(tx, lock, viewer, PlacedCollection(only.collection, project), reason="restored")

    await site.graph.write(renew)
    assert (gone, await alias(site, only, "latest")) == (None, only.version.id)


@dataclass(frozen=True)
class TeamProject:
    """A project of a team that protects `best`, to which a member logs."""

    admin: Viewer
    member: Viewer
    project: Container


async def team_project(site: Site) -> TeamProject:
    admin = await new_admin(site.graph)
    team, (admin, member) = await new_team(site.graph, admin, member=await new_admin(site.graph))
    project = await create_project(site.graph, admin, team.name, fresh("project"), "", operation=new_id())
    await protect(site, project, "best")
    return TeamProject(admin, member, project)


async def test_a_log_commits_its_version_with_the_aliases_that_are_allowed(site: Site) -> None:
    made = await team_project(site)

    logged = await log(site, made.member, made.project, "data", {"a": b"1"}, aliases=["best", "mine"])

    version_id = logged.placed.version.id
    assert [(refusal.name, type(refusal.error)) for refusal in logged.refused] == [("best", PermissionDeniedError)]
    names = ("latest", "mine", "best")
    assert [await alias(site, logged.placed, name) for name in names] == [version_id, version_id, None]


async def test_a_replayed_log_tells_the_same_refusals(site: Site) -> None:
    made = await team_project(site)
    operation = new_id()
    first = await log(site, made.member, made.project, "data", {"a": b"1"}, aliases=["best"], operation=operation)
    await protect(site, made.project)

    again = await log(site, made.member, made.project, "data", {"a": b"1"}, aliases=["best"], operation=operation)

    assert [refusal.name for refusal in again.refused] == ["best"]
    assert again.refused[0].error.message == first.refused[0].error.message
    assert await alias(site, first.placed, "best") is None


async def test_logging_the_same_content_again_is_refused_an_alias_all_the_same(site: Site) -> None:
    made = await team_project(site)
    first = await log(site, made.member, made.project, "data", {"a": b"1"})
    await log(site, made.member, made.project, "data", {"a": b"2"})

    again = await log(site, made.member, made.project, "data", {"a": b"1"}, aliases=["best", "mine"])

    assert (again.is_reused, [refusal.name for refusal in again.refused]) == (True, ["best"])
    assert await alias(site, first.placed, "mine") == first.placed.version.id
    assert await alias(site, first.placed, "latest") != first.placed.version.id
