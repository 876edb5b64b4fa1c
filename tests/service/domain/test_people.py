"""Users, entities, members and API keys."""

import asyncio
import re
from dataclasses import replace

import pytest

from headwater_service.domain import people
from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import get_container
from headwater_service.domain.people import KeyRequest
from headwater_service.domain.reading import list_members
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
)
from headwater_service.model import EntityKind, Instant, Role
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from viewers import fresh, known, new_admin, new_project, new_team, refreshed

MEMBERS = """
MATCH (user:User)-[membership:MEMBER_OF]->(:Entity {name: $name})
RETURN user.name AS user, membership.role AS role
"""
STORED_KEYS = "MATCH (key:ApiKey {user_id: $user_id}) RETURN properties(key) AS key"
EVENT_KINDS = "MATCH (event:Event {scope: $scope}) RETURN event.kind AS kind ORDER BY event.number"
EVENT_NUMBERS = "MATCH (event:Event {scope: $scope}) RETURN event.number AS number ORDER BY number"


ALL = Window(100_000)


async def members(graph: Graph, entity: str) -> set[tuple[str, str]]:
    rows = await graph.read(lambda tx: tx.rows(MEMBERS, name=entity))
    return {(row["user"], row["role"]) for row in rows}


async def kinds(graph: Graph, scope: str) -> list[str]:
    return [row["kind"] for row in await graph.read(lambda tx: tx.rows(EVENT_KINDS, scope=scope))]


async def test_bootstrap_makes_an_admin_with_an_entity_and_a_registry(graph: Graph) -> None:
    name = fresh("person")

    key = await people.bootstrap_user(graph, name)

    viewer = await known(graph, key)
    assert re.fullmatch(r"[a-z0-9]{40}", key)
    assert (viewer.user_name, viewer.is_admin, viewer.is_read_only) == (name, True, False)
    assert dict(viewer.roles) == {viewer.default_entity_id: Role.ADMIN}
    assert dict(viewer.entity_names) == {viewer.default_entity_id: name}
    registry = await get_container(graph, viewer, "model-registry")
    assert (registry.path, registry.kind) == (f"{name}/model-registry", "REGISTRY")


async def test_bootstrap_by_several_processes_at_once_makes_one_user_and_a_key_each(graph: Graph) -> None:
    name = fresh("person")

    keys = await asyncio.gather(*(people.bootstrap_user(graph, name) for _ in range(6)))

    viewers = [await known(graph, key) for key in keys]
    assert len(set(keys)) == 6
    assert len({viewer.user_id for viewer in viewers}) == 1


async def test_bootstrap_refuses_the_name_of_a_team(graph: Graph) -> None:
    entity, _ = await new_team(graph, await new_admin(graph))

    with pytest.raises(ConflictError, match="is taken"):
        await people.bootstrap_user(graph, entity.name)


async def test_a_key_is_stored_only_as_a_hash(graph: Graph) -> None:
    key = await people.bootstrap_user(graph, fresh("person"))

    viewer = await known(graph, key)

    rows = await graph.read(lambda tx: tx.rows(STORED_KEYS, user_id=viewer.user_id))
    assert [row["key"]["hint"] for row in rows] == [key[-4:]]
    assert not any(key in str(value) for row in rows for value in row["key"].values())


async def test_create_user_gives_a_working_key_and_no_rights_elsewhere(graph: Graph) -> None:
    admin = await new_admin(graph)
    name = fresh("person")

    user, issued = await people.create_user(graph, admin, name, is_admin=False, operation=new_id())

    viewer = await known(graph, issued.secret)
    assert (viewer.user_id, viewer.user_name, viewer.is_admin) == (user.id, name, False)
    assert admin.default_entity_id not in viewer.roles


async def test_create_user_again_returns_the_same_user_and_key_with_a_new_secret(graph: Graph) -> None:
    admin = await new_admin(graph)
    name, operation = fresh("person"), new_id()
    user, first = await people.create_user(graph, admin, name, is_admin=False, operation=operation)

    again, second = await people.create_user(graph, admin, name, is_admin=False, operation=operation)

    assert again == user
    assert second.api_key == replace(first.api_key, hint=second.secret[-4:])
    assert await viewer_of_key(graph, first.secret) is None
    assert (await known(graph, second.secret)).user_id == user.id


async def test_of_two_users_of_one_name_one_is_made(graph: Graph) -> None:
    admin, name = await new_admin(graph), fresh("person")

    answers = await asyncio.gather(
        *(people.create_user(graph, admin, name, is_admin=False, operation=new_id()) for _ in range(2)),
        return_exceptions=True,
    )

    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert [type(error) for error in refused] == [ConflictError]


async def test_create_user_takes_a_server_admin_with_a_whole_key(graph: Graph) -> None:
    admin = await new_admin(graph)
    _, issued = await people.create_user(graph, admin, fresh("person"), is_admin=False, operation=new_id())
    plain = await known(graph, issued.secret)
    reading = await people.create_api_key(graph, admin, KeyRequest(is_read_only=True), operation=new_id())
    narrow = await people.create_api_key(graph, admin, KeyRequest(entity=admin.user_name), operation=new_id())

    for viewer in (plain, await known(graph, reading.secret), await known(graph, narrow.secret)):
        with pytest.raises(PermissionDeniedError):
            await people.create_user(graph, viewer, fresh("person"), is_admin=False, operation=new_id())


@pytest.mark.parametrize(
    "name", ["", "a b", "a/b", "a:b", "-", "api", "API", "graphql", "sign-in", ".", "..", "a" * 65]
)
async def test_a_name_that_cannot_stand_in_an_address_is_refused(graph: Graph, name: str) -> None:
    admin = await new_admin(graph)

    with pytest.raises(InvalidInputError) as refusal:
        await people.create_entity(graph, admin, name, operation=new_id())

    assert refusal.value.data["field"] == "name"


async def test_an_entity_starts_with_its_maker_as_admin_and_a_registry(graph: Graph) -> None:
    admin = await new_admin(graph)
    name, operation = fresh("研究室"), new_id()

    entity = await people.create_entity(graph, admin, name, operation=operation)
    again = await people.create_entity(graph, admin, name, operation=operation)

    assert again == entity
    assert (entity.name, entity.kind) == (name, EntityKind.TEAM)
    assert await members(graph, name) == {(admin.user_name, "ADMIN")}
    viewer = people.joined(admin, entity)
    assert (await get_container(graph, viewer, f"{name}/model-registry")).entity_id == entity.id


async def test_an_entity_can_not_have_a_name_that_is_taken(graph: Graph) -> None:
    admin = await new_admin(graph)

    with pytest.raises(ConflictError, match="is taken"):
        await people.create_entity(graph, admin, admin.user_name, operation=new_id())


async def test_an_admin_adds_a_member_and_changes_the_role(graph: Graph) -> None:
    other = await new_admin(graph)
    entity, (admin,) = await new_team(graph, await new_admin(graph))

    await people.add_member(graph, admin, entity.name, other.user_name, Role.VIEWER, operation=new_id())
    await people.add_member(graph, admin, entity.name, other.user_name, Role.MEMBER, operation=new_id())

    assert await members(graph, entity.name) == {(admin.user_name, "ADMIN"), (other.user_name, "MEMBER")}
    assert (await refreshed(graph, other)).role_in(entity.id) is Role.MEMBER
    assert await kinds(graph, entity.id) == ["MEMBER_SET", "MEMBER_SET"]


async def test_a_replay_does_not_give_back_a_role_that_changed_since(graph: Graph) -> None:
    other = await new_admin(graph)
    entity, (admin,) = await new_team(graph, await new_admin(graph))
    operation = new_id()
    await people.add_member(graph, admin, entity.name, other.user_name, Role.ADMIN, operation=operation)
    await people.remove_member(graph, admin, entity.name, other.user_name, operation=new_id())

    await people.add_member(graph, admin, entity.name, other.user_name, Role.ADMIN, operation=operation)

    assert await members(graph, entity.name) == {(admin.user_name, "ADMIN")}


async def test_one_operation_id_serves_one_kind_of_change(graph: Graph) -> None:
    other = await new_admin(graph)
    entity, (admin,) = await new_team(graph, await new_admin(graph))
    operation = new_id()
    await people.add_member(graph, admin, entity.name, other.user_name, Role.MEMBER, operation=operation)

    with pytest.raises(ConflictError, match="used for another change"):
        await people.remove_member(graph, admin, entity.name, other.user_name, operation=operation)

    assert (other.user_name, "MEMBER") in await members(graph, entity.name)


async def test_only_an_admin_of_the_entity_manages_its_members(graph: Graph) -> None:
    member, viewer, outsider = await new_admin(graph), await new_admin(graph), await new_admin(graph)
    entity, (_, member, viewer) = await new_team(graph, await new_admin(graph), member=member, viewer=viewer)
    before = await members(graph, entity.name)

    for caller, error in ((member, PermissionDeniedError), (viewer, PermissionDeniedError), (outsider, NotFoundError)):
        with pytest.raises(error):
            await people.add_member(graph, caller, entity.name, outsider.user_name, Role.VIEWER, operation=new_id())
        with pytest.raises(error):
            await people.remove_member(graph, caller, entity.name, viewer.user_name, operation=new_id())

    assert await members(graph, entity.name) == before


async def test_members_are_told_to_those_in_the_entity_alone(graph: Graph) -> None:
    entity, (admin,) = await new_team(graph, await new_admin(graph))
    stranger = await new_admin(graph)

    (seen,) = await list_members(graph, admin, [entity.id])

    assert [member.user.id for member in seen] == [admin.user_id]
    assert await list_members(graph, stranger, [entity.id]) == [[]]


async def test_the_last_admin_can_neither_go_nor_step_down(graph: Graph) -> None:
    entity, (admin,) = await new_team(graph, await new_admin(graph))

    with pytest.raises(ConflictError, match="last admin"):
        await people.remove_member(graph, admin, entity.name, admin.user_name, operation=new_id())
    with pytest.raises(ConflictError, match="last admin"):
        await people.add_member(graph, admin, entity.name, admin.user_name, Role.VIEWER, operation=new_id())

    assert await members(graph, entity.name) == {(admin.user_name, "ADMIN")}


async def test_of_two_admins_that_remove_each_other_at_once_one_stays(graph: Graph) -> None:
    second = await new_admin(graph)
    entity, (first, second) = await new_team(graph, await new_admin(graph), admin=second)

    answers = await asyncio.gather(
        people.remove_member(graph, first, entity.name, second.user_name, operation=new_id()),
        people.remove_member(graph, second, entity.name, first.user_name, operation=new_id()),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError", "Entity"]
    assert len(await members(graph, entity.name)) == 1


async def test_nobody_is_taken_out_of_the_own_entity(graph: Graph) -> None:
    other, owner = await new_admin(graph), await new_admin(graph)
    await people.add_member(graph, owner, owner.user_name, other.user_name, Role.ADMIN, operation=new_id())
    other = await refreshed(graph, other)

    with pytest.raises(ConflictError, match="belongs to"):
        await people.remove_member(graph, other, owner.user_name, owner.user_name, operation=new_id())


async def test_an_unknown_user_or_no_member_is_not_found(graph: Graph) -> None:
    other = await new_admin(graph)
    entity, (admin,) = await new_team(graph, await new_admin(graph))

    with pytest.raises(NotFoundError) as unknown:
        await people.add_member(graph, admin, entity.name, "nobody-of-this-name", Role.VIEWER, operation=new_id())
    with pytest.raises(NotFoundError, match="is no member"):
        await people.remove_member(graph, admin, entity.name, other.user_name, operation=new_id())

    assert unknown.value.data["path"] == "nobody-of-this-name"


async def test_a_key_can_be_narrowed_to_an_entity(graph: Graph) -> None:
    entity, (admin,) = await new_team(graph, await new_admin(graph))

    issued = await people.create_api_key(graph, admin, KeyRequest(entity=entity.name), operation=new_id())

    viewer = await known(graph, issued.secret)
    assert dict(viewer.roles) == {entity.id: Role.ADMIN}
    assert (viewer.default_entity_id, viewer.is_admin, viewer.is_narrowed) == (entity.id, False, True)


async def test_a_key_of_one_project_sees_no_other_and_makes_none(graph: Graph) -> None:
    admin = await new_admin(graph)
    project, other = await new_project(graph, admin), await new_project(graph, admin)
    issued = await people.create_api_key(graph, admin, KeyRequest(project=project.name), operation=new_id())

    viewer = await known(graph, issued.secret)

    assert (await get_container(graph, viewer, project.path)).id == project.id
    with pytest.raises(NotFoundError):
        await get_container(graph, viewer, other.path)
    with pytest.raises(PermissionDeniedError):
        await new_project(graph, viewer)
    with pytest.raises(PermissionDeniedError):
        await people.add_member(graph, viewer, admin.user_name, admin.user_name, Role.ADMIN, operation=new_id())


async def narrowed(graph: Graph, admin: Viewer) -> list[Viewer]:
    requests = [KeyRequest(is_read_only=True), KeyRequest(entity=admin.user_name), KeyRequest(project="model-registry")]
    issued = [await people.create_api_key(graph, admin, request, operation=new_id()) for request in requests]
    return [await known(graph, key.secret) for key in issued]


async def test_a_key_that_stands_for_less_than_its_user_makes_nothing_that_stands_for_more(graph: Graph) -> None:
    admin = await new_admin(graph)

    for viewer in await narrowed(graph, admin):
        with pytest.raises(PermissionDeniedError):
            await people.create_api_key(graph, viewer, KeyRequest(), operation=new_id())
        with pytest.raises(PermissionDeniedError):
            await people.create_entity(graph, viewer, fresh("team"), operation=new_id())


async def test_a_key_works_no_longer_after_its_time(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)
    soon = Instant(project.created_at + 1_500_000)
    issued = await people.create_api_key(graph, admin, KeyRequest(expires_at=soon), operation=new_id())
    assert (await known(graph, issued.secret)).user_id == admin.user_id

    await asyncio.sleep(1.6)

    assert await viewer_of_key(graph, issued.secret) is None


async def test_a_key_that_has_expired_already_is_not_made(graph: Graph) -> None:
    admin = await new_admin(graph)

    with pytest.raises(InvalidInputError) as refusal:
        await people.create_api_key(graph, admin, KeyRequest(expires_at=Instant(1)), operation=new_id())

    assert refusal.value.data["field"] == "expiresAt"


async def test_a_replay_shows_a_working_secret_of_the_same_key(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    first = await people.create_api_key(graph, admin, KeyRequest(name="ci"), operation=operation)

    second = await people.create_api_key(graph, admin, KeyRequest(name="ci"), operation=operation)

    assert second.api_key.id == first.api_key.id
    assert (await known(graph, second.secret)).key_id == first.api_key.id


async def test_a_revoked_key_is_refused_and_stays_revoked(graph: Graph) -> None:
    admin, operation, revocation = await new_admin(graph), new_id(), new_id()
    issued = await people.create_api_key(graph, admin, KeyRequest(), operation=operation)

    revoked = await people.revoke_api_key(graph, admin, issued.api_key.id, operation=revocation)
    again = await people.revoke_api_key(graph, admin, issued.api_key.id, operation=revocation)

    assert again == revoked
    assert revoked.revoked_at is not None
    assert await viewer_of_key(graph, issued.secret) is None
    with pytest.raises(ConflictError, match="revoked"):
        await people.create_api_key(graph, admin, KeyRequest(), operation=operation)


async def test_a_key_is_revoked_by_its_owner_or_a_server_admin_alone(graph: Graph) -> None:
    admin = await new_admin(graph)
    owners = [
        await people.create_user(graph, admin, fresh("person"), is_admin=False, operation=new_id()) for _ in range(2)
    ]
    (_, first), (_, second) = owners
    stranger = await known(graph, second.secret)

    with pytest.raises(NotFoundError):
        await people.revoke_api_key(graph, stranger, first.api_key.id, operation=new_id())
    await people.revoke_api_key(graph, admin, first.api_key.id, operation=new_id())

    assert await viewer_of_key(graph, first.secret) is None


async def test_events_of_a_scope_are_numbered_without_gap_by_concurrent_writers(graph: Graph) -> None:
    entity, (admin,) = await new_team(graph, await new_admin(graph))
    others = [await new_admin(graph) for _ in range(6)]

    await asyncio.gather(
        *(
            people.add_member(graph, admin, entity.name, other.user_name, Role.MEMBER, operation=new_id())
            for other in others
        )
    )

    rows = await graph.read(lambda tx: tx.rows(EVENT_NUMBERS, scope=entity.id))
    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5, 6]


async def names_seen(graph: Graph, viewer: Viewer) -> list[str]:
    return [user.name for user in (await people.list_users(graph, viewer, ALL)).items]


async def test_an_administrator_of_the_server_sees_all_users_and_others_whom_they_share_an_entity_with(
    graph: Graph,
) -> None:
    admin, member, stranger = [await new_admin(graph) for _ in range(3)]
    _, (admin, member) = await new_team(graph, admin, member=member)
    plain = replace(member, is_admin=False)

    everybody = await names_seen(graph, admin)

    assert everybody == sorted(everybody)
    assert {admin.user_name, member.user_name, stranger.user_name} <= set(everybody)
    assert await people.count_users(graph, admin) >= len(everybody)
    assert await names_seen(graph, plain) == sorted([admin.user_name, member.user_name])
    assert await people.count_users(graph, plain) == 2
    assert await names_seen(graph, replace(stranger, is_admin=False)) == [stranger.user_name]


async def test_a_key_for_one_project_is_told_of_no_other_user(graph: Graph) -> None:
    admin, member = await new_admin(graph), await new_admin(graph)
    _, (_, member) = await new_team(graph, admin, member=member)
    project = await new_project(graph, member)

    narrowed = replace(member, is_admin=False, project_id=project.id)

    assert await names_seen(graph, narrowed) == [member.user_name]
    assert await people.count_users(graph, narrowed) == 1


async def test_users_come_in_pages_that_meet(graph: Graph) -> None:
    admin, first, second = [await new_admin(graph) for _ in range(3)]
    _, (admin, *_) = await new_team(graph, admin, member=first, viewer=second)
    plain = replace(admin, is_admin=False)

    page = await people.list_users(graph, plain, Window(2))
    rest = await people.list_users(graph, plain, Window(2, page.cursors[-1]))

    assert (page.has_next, rest.has_next) == (True, False)
    assert [user.name for user in [*page.items, *rest.items]] == await names_seen(graph, plain)
