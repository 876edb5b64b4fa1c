"""Sign-in links, browser sessions, and the one query that finds who is calling."""

import asyncio

import pytest

from headwater_service.domain import people, sessions
from headwater_service.errors import PermissionDeniedError
from headwater_service.model import Role
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.sessions import exchange_sign_in
from viewers import fresh, known, new_admin, new_team, refreshed

STORED = "MATCH (token:SignIn|Session {user_id: $user_id}) RETURN labels(token) AS labels, token.hash AS hash"


async def test_a_link_signs_in_once_even_when_used_at_the_same_time(graph: Graph) -> None:
    admin = await new_admin(graph)
    token, _ = await sessions.create_sign_in(graph, admin, seconds=60)

    answers = await asyncio.gather(*(sessions.sign_in(graph, token, seconds=60) for _ in range(5)))

    assert sum(answer is not None for answer in answers) == 1
    assert await sessions.sign_in(graph, token, seconds=60) is None


async def test_a_link_used_while_a_first_use_is_not_over_waits_and_signs_nobody_in(graph: Graph) -> None:
    token, _ = await sessions.create_sign_in(graph, await new_admin(graph), seconds=60)
    is_used = asyncio.Event()

    async def slow_use(tx: Transaction) -> bool:
        is_signed_in = await exchange_sign_in(
            tx, sessions.hash_secret(token), sessions.hash_secret(fresh("session")), seconds=60
        )
        is_used.set()
        await asyncio.sleep(0.5)
        return is_signed_in

    async def late_use() -> str | None:
        await is_used.wait()
        return await sessions.sign_in(graph, token, seconds=60)

    first, second = await asyncio.gather(graph.write(slow_use), late_use())

    assert first is True
    assert second is None


async def test_a_session_has_all_roles_of_its_user(graph: Graph) -> None:
    entity, (admin,) = await new_team(graph, await new_admin(graph))
    token, _ = await sessions.create_sign_in(graph, admin, seconds=60)

    session = await sessions.sign_in(graph, token, seconds=60)

    assert session is not None
    viewer = await sessions.viewer_of_session(graph, session)
    assert viewer is not None
    assert dict(viewer.roles) == {admin.default_entity_id: Role.ADMIN, entity.id: Role.ADMIN}
    assert (viewer.user_id, viewer.key_id, viewer.is_read_only, viewer.is_narrowed) == (
        admin.user_id,
        None,
        False,
        False,
    )


async def test_tokens_are_stored_only_as_hashes(graph: Graph) -> None:
    admin = await new_admin(graph)
    token, _ = await sessions.create_sign_in(graph, admin, seconds=60)
    session = await sessions.sign_in(graph, token, seconds=60)
    unused, _ = await sessions.create_sign_in(graph, admin, seconds=60)

    rows = await graph.read(lambda tx: tx.rows(STORED, user_id=admin.user_id))

    assert session is not None
    assert {(row["labels"][0], row["hash"]) for row in rows} == {
        ("Session", sessions.hash_secret(session)),
        ("SignIn", sessions.hash_secret(unused)),
    }


async def test_a_link_and_a_session_end_with_their_time(graph: Graph) -> None:
    admin = await new_admin(graph)
    late, _ = await sessions.create_sign_in(graph, admin, seconds=1)
    used, _ = await sessions.create_sign_in(graph, admin, seconds=60)
    session = await sessions.sign_in(graph, used, seconds=1)
    assert session is not None

    await asyncio.sleep(1.1)

    assert await sessions.sign_in(graph, late, seconds=60) is None
    assert await sessions.viewer_of_session(graph, session) is None


async def test_signing_out_ends_the_session_and_can_be_repeated(graph: Graph) -> None:
    token, _ = await sessions.create_sign_in(graph, await new_admin(graph), seconds=60)
    session = await sessions.sign_in(graph, token, seconds=60)
    assert session is not None

    await sessions.sign_out(graph, session)
    await sessions.sign_out(graph, session)

    assert await sessions.viewer_of_session(graph, session) is None


async def test_unknown_keys_and_sessions_are_nobody(graph: Graph) -> None:
    assert await sessions.viewer_of_key(graph, "0" * 40) is None
    assert await sessions.viewer_of_session(graph, "unknown") is None
    assert await sessions.sign_in(graph, "unknown", seconds=60) is None


async def test_a_narrow_key_makes_no_link_to_the_whole_user(graph: Graph) -> None:
    admin = await new_admin(graph)
    requests = [people.KeyRequest(is_read_only=True), people.KeyRequest(entity=admin.user_name)]
    keys = [await people.create_api_key(graph, admin, request, operation=new_id()) for request in requests]

    for key in keys:
        with pytest.raises(PermissionDeniedError):
            await sessions.create_sign_in(graph, await known(graph, key.secret), seconds=60)


async def test_a_removed_member_loses_the_entity_at_once_and_a_key_narrowed_to_it_altogether(graph: Graph) -> None:
    entity, (admin, member) = await new_team(graph, await new_admin(graph), member=await new_admin(graph))
    narrow = await people.create_api_key(graph, member, people.KeyRequest(entity=entity.name), operation=new_id())
    assert (await known(graph, narrow.secret)).role_in(entity.id) is Role.MEMBER

    await people.remove_member(graph, admin, entity.name, member.user_name, operation=new_id())

    assert (await refreshed(graph, member)).role_in(entity.id) is None
    assert await sessions.viewer_of_key(graph, narrow.secret) is None


async def test_who_calls_is_found_by_one_query(graph: Graph) -> None:
    key = await people.bootstrap_user(graph, fresh("person"))
    before = graph.query_count

    await sessions.viewer_of_key(graph, key)

    assert graph.query_count - before == 1
