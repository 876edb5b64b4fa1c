"""Subscriptions: events in order, each once, also across lost connections; and who is refused or ended."""

import asyncio
import os
import secrets
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets import exceptions

from conftest import CREATE_PROJECT, Person
from headwater_service.config import Settings
from headwater_service.domain.sessions import create_sign_in, sign_in, sign_out, viewer_of_key
from headwater_service.local.processes import wait_until
from headwater_service.store.graph import Graph
from servers import Service, running_service
from service.http.http_client import bearer, send
from sockets import PROTOCOL, SECONDS, opened

LIST = """
query List($entity: String!, $after: String) {
  events(filter: {entity: $entity}, first: 200, after: $after) {
    edges { cursor node { id cursor kind } } pageInfo { hasNextPage endCursor }
  }
}
"""
UPDATE = """
mutation Update($input: UpdateProjectInput!) {
  updateProject(input: $input) { ... on UpdateProjectPayload { project { id } } ... on UserError { message } }
}
"""
PROJECT = "query Project($path: String!) { project(path: $path) { id } }"
CREATE_KEY = """
mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { ... on CreateApiKeyPayload { key apiKey { id } } ... on UserError { message } }
}
"""
REVOKE = """
mutation Revoke($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { ... on RevokeApiKeyPayload { apiKey { id } } ... on UserError { message } }
}
"""
CREATE_TEAM = """
mutation CreateEntity($input: CreateEntityInput!) {
  createEntity(input: $input) { ... on CreateEntityPayload { entity { name } } ... on UserError { message } }
}
"""
MEMBER = """
mutation Member($add: AddMemberInput!) {
  addMember(input: $add) { ... on AddMemberPayload { entity { id } } ... on UserError { message } }
}
"""
REMOVE = """
mutation Remove($input: RemoveMemberInput!) {
  removeMember(input: $input) { ... on RemoveMemberPayload { entity { id } } ... on UserError { message } }
}
"""
CREATE_REGISTRY = """
mutation CreateRegistry($input: CreateRegistryInput!) {
  createRegistry(input: $input) { ... on CreateRegistryPayload { registry { path } } ... on UserError { message } }
}
"""
START = """
mutation Start($input: StartRunInput!) {
  startRun(input: $input) { ... on StartRunPayload { run { id } } ... on UserError { message } }
}
"""
Post = Callable[..., dict[str, Any]]


def operation() -> dict[str, str]:
    return {"operationId": secrets.token_hex(16)}


def add_project(post: Post, person: Person, entity: str | None = None) -> str:
    """Make a project and return its name."""
    name = f"made-{secrets.token_hex(4)}"
    post(CREATE_PROJECT, key=person.key, input={**operation(), "entity": entity or person.name, "name": name})
    return name


def all_events(post: Post, person: Person, entity: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = post(LIST, key=person.key, entity=entity, after=after)["events"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def cookie_of(graph: Graph, key: str) -> str:
    """Sign a browser in and return the session's token."""
    viewer = await viewer_of_key(graph, key)
    assert viewer is not None
    token, _ = await create_sign_in(graph, viewer, seconds=60)
    session = await sign_in(graph, token, seconds=600)
    assert session is not None
    return session


def settled(post: Post, person: Person, entity: str, kind: str = "ENTITY_CREATED") -> str:
    """Wait until an event is numbered, which happens a moment after its change, and return the last cursor."""
    assert wait_until(lambda: any(one["kind"] == kind for one in all_events(post, person, entity)), seconds=SECONDS)
    cursor: str = all_events(post, person, entity)[-1]["cursor"]
    return cursor


async def test_events_come_as_they_happen_in_the_order_of_the_query(service: Service, post: Post, user: Person) -> None:
    after = settled(post, user, user.name)

    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(user.key)
        await socket.subscribe(user.name, after=after)
        names = [await asyncio.to_thread(add_project, post, user) for _ in range(3)]
        created = [await socket.event() for _ in range(3)]

    assert [(event["kind"], event["after"]["name"]) for event in created] == [("PROJECT_CREATED", one) for one in names]
    assert all(event["by"]["name"] == user.name and event["subject"] is not None for event in created)
    assert [event["cursor"] for event in created] == [one["cursor"] for one in all_events(post, user, user.name)[-3:]]


async def test_a_subscription_goes_on_behind_a_cursor_or_begins_now(service: Service, post: Post, user: Person) -> None:
    after = settled(post, user, user.name)
    missed = [await asyncio.to_thread(add_project, post, user) for _ in range(2)]
    assert wait_until(lambda: len(all_events(post, user, user.name)) >= 2, seconds=SECONDS)

    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(user.key)
        await socket.subscribe(user.name, after=after)
        seen = [await socket.event() for _ in range(2)]
        await socket.subscribe(user.name, name="now")
        await asyncio.sleep(1.0)  # nothing outside shows that it has begun
        await asyncio.to_thread(add_project, post, user)
        both = [await socket.receive() for _ in range(2)]

    assert [event["after"]["name"] for event in seen] == missed
    assert {message["id"] for message in both} == {"1", "now"}
    ids = {message["payload"]["data"]["events"]["id"] for message in both}
    assert len(ids) == 1


async def test_none_is_missed_or_doubled_across_lost_connections_while_200_writes_happen(
    service: Service, post: Post, user: Person
) -> None:
    after = settled(post, user, user.name)
    project = await asyncio.to_thread(add_project, post, user)
    project_id = post(PROJECT, key=user.key, path=f"{user.name}/{project}")["project"]["id"]
    seen: list[str] = []

    def write(number: int) -> None:
        changes = {"projectId": project_id, "changes": {"description": f"change {number}"}}
        post(UPDATE, key=user.key, input={**operation(), **changes})

    async def write_all() -> None:
        for start in range(0, 200, 4):
            await asyncio.gather(*(asyncio.to_thread(write, number) for number in range(start, start + 4)))

    async def read_all() -> None:
        cursor = after
        while len(seen) < 201:
            async with opened(service.url) as socket:
                await socket.sign_in(user.key)
                await socket.subscribe(user.name, after=cursor)
                for _ in range(23):
                    event = await socket.event()
                    seen.append(event["id"])
                    cursor = event["cursor"]
                    if len(seen) == 201:
                        break
                # Without a word, as when a network goes away.
                socket.connection.transport.abort()

    async with asyncio.timeout(60):
        await asyncio.gather(write_all(), read_all())

    listed = [event["id"] for event in all_events(post, user, user.name)]
    assert seen == listed[-201:]


async def test_what_lies_in_a_new_project_is_told_at_once(service: Service, post: Post, user: Person) -> None:
    after = settled(post, user, user.name)

    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(user.key)
        await socket.subscribe(user.name, after=after)
        kinds = []
        for _ in range(3):
            project = await asyncio.to_thread(add_project, post, user)
            given = {**operation(), "project": f"{user.name}/{project}", "key": secrets.token_hex(4)}
            await asyncio.to_thread(partial(post, START, key=user.key, input=given))
            kinds += [(await socket.event())["kind"] for _ in range(2)]

    assert kinds == ["PROJECT_CREATED", "RUN_STARTED"] * 3


async def refusal(socket: Any) -> tuple[str, str]:
    """Return type and code of what ends an operation."""
    while (message := await socket.receive())["type"] == "next" and "errors" not in message["payload"]:
        continue
    payload = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
    assert payload[0]["extensions"]["requestId"]
    return message["type"], payload[0]["extensions"]["code"]


async def test_an_outsider_gets_an_error_and_no_event(
    service: Service, post: Post, user: Person, make_user: Callable[..., Person]
) -> None:
    outsider = make_user()
    after = settled(post, user, user.name)
    own = settled(post, outsider, outsider.name)

    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(outsider.key)
        await socket.subscribe(user.name, after=after)
        assert await refusal(socket) == ("next", "NotFoundError")
        assert await socket.receive() == {"type": "complete", "id": "1"}
        await socket.subscribe(outsider.name, after=own, name="own")
        await asyncio.to_thread(add_project, post, user)
        await asyncio.to_thread(add_project, post, outsider)
        event = await socket.event()

    assert event["by"]["name"] == outsider.name


async def test_a_member_who_is_removed_or_may_not_see_a_registry_is_told_no_more_of_it(
    service: Service, post: Post, user: Person, make_user: Callable[..., Person]
) -> None:
    guest, team = make_user(), f"team-{secrets.token_hex(4)}"
    member = {"entity": team, "user": guest.name}
    post(CREATE_TEAM, key=user.key, input={**operation(), "name": team})
    post(MEMBER, key=user.key, add={**operation(), **member, "role": "VIEWER"})
    after = settled(post, user, team, "MEMBER_SET")
    hidden = {**operation(), "entity": team, "name": "hidden", "visibility": "RESTRICTED"}

    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(guest.key)
        await socket.subscribe(team, after=after)
        await asyncio.to_thread(lambda: post(CREATE_REGISTRY, key=user.key, input=hidden))
        await asyncio.to_thread(add_project, post, user, team)
        shown = await socket.event()
        await asyncio.to_thread(lambda: post(REMOVE, key=user.key, input={**operation(), **member}))
        ended = await refusal(socket)
        await asyncio.to_thread(add_project, post, user, team)
        last = await socket.receive()

    listed = [event["kind"] for event in all_events(post, user, team)]
    assert "REGISTRY_CREATED" in listed
    assert shown["kind"] == "PROJECT_CREATED"
    assert ended == ("next", "NotFoundError")
    assert last["type"] == "complete"


async def test_a_revoked_key_ends_what_it_opened_within_seconds(service: Service, post: Post, user: Person) -> None:
    issued = post(CREATE_KEY, key=user.key, input={**operation(), "name": "for sockets"})["createApiKey"]

    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(issued["key"])
        await socket.subscribe(user.name)
        revoke = {**operation(), "apiKeyId": issued["apiKey"]["id"]}
        await asyncio.to_thread(lambda: post(REVOKE, key=user.key, input=revoke))
        async with asyncio.timeout(5.0):
            ended = await refusal(socket)
        assert (await socket.receive())["type"] == "complete"
        await socket.subscribe(user.name, name="again")
        again = await refusal(socket)

    assert ended == ("next", "PermissionDeniedError")
    assert again == ("error", "PermissionDeniedError")


async def test_a_page_of_ours_has_its_session_until_it_signs_out(
    service: Service, graph: Graph, post: Post, user: Person
) -> None:
    after, session = settled(post, user, user.name), await cookie_of(graph, user.key)
    cookie = f"headwater_session={session}"

    async with asyncio.timeout(SECONDS), opened(service.url, cookie=cookie, origin=service.url) as socket:
        await socket.sign_in(None)
        await socket.subscribe(user.name, after=after)
        await asyncio.to_thread(add_project, post, user)
        event = await socket.event()
        await sign_out(graph, session)
        ended = await refusal(socket)

    assert event["kind"] == "PROJECT_CREATED"
    assert ended == ("next", "PermissionDeniedError")


async def test_a_page_of_another_origin_is_refused_whoever_is_signed_in(
    service: Service, graph: Graph, user: Person
) -> None:
    cookie = f"headwater_session={await cookie_of(graph, user.key)}"
    ends = []
    for origin in ("https://evil.example", f"{service.url}.evil.example", "null"):
        async with asyncio.timeout(SECONDS), opened(service.url, cookie=cookie, origin=origin) as socket:
            ends.append(await socket.closed())

    assert ends == [(4403, "Not from a page of this origin")] * 3


async def test_a_dashboard_that_may_call_the_api_opens_a_socket_by_key_and_never_by_cookie(
    settings: Settings, graph: Graph, user: Person, tmp_path: Path
) -> None:
    origin = "https://dashboards.example"
    cookie = f"headwater_session={await cookie_of(graph, user.key)}"
    with running_service(replace(settings, cors_origins=(origin,)), tmp_path) as service:
        async with asyncio.timeout(SECONDS), opened(service.url, origin=origin, cookie=cookie) as socket:
            await socket.init(None)
            by_cookie = await socket.closed()
        async with asyncio.timeout(SECONDS), opened(service.url, origin=origin) as socket:
            await socket.sign_in(user.key)

    assert by_cookie[0] == 4401


async def test_a_cookie_without_an_origin_no_credentials_and_a_wrong_key_are_refused(
    service: Service, graph: Graph, user: Person
) -> None:
    cookie = f"headwater_session={await cookie_of(graph, user.key)}"
    ends = []
    for given, key in ((cookie, None), (None, None), (None, "x" * 40), (None, "no key")):
        async with asyncio.timeout(SECONDS), opened(service.url, cookie=given) as socket:
            await socket.init(key)
            ends.append((await socket.closed())[0])

    assert ends == [4401] * 4


async def test_who_subscribes_before_saying_who_it_is_and_who_never_says_is_refused(
    settings: Settings, user: Person, tmp_path: Path
) -> None:
    with running_service(replace(settings, socket_init_seconds=0.5), tmp_path) as service:
        async with asyncio.timeout(SECONDS), opened(service.url) as socket:
            await socket.subscribe(user.name)
            early = await socket.closed()
        async with asyncio.timeout(SECONDS), opened(service.url) as socket:
            silent = await socket.closed()

    assert (early[0], silent[0]) == (4401, 4408)


@pytest.mark.slow
async def test_a_client_that_does_not_read_is_dropped_and_goes_on_from_its_cursor(
    service: Service, post: Post, user: Person
) -> None:
    """Nothing is taken from the socket for longer than the service waits, and more comes than buffers hold.

    It waits ten seconds from when the buffers are full, which takes a busy machine a while, and then 20 for the last
    word to be taken: 18 lie between.
    """
    after = settled(post, user, user.name)
    project = add_project(post, user)
    received: list[str] = []

    def start(number: int) -> None:
        config = {"text": secrets.token_hex(400_000)}
        given = {**operation(), "project": f"{user.name}/{project}", "key": f"large-{number}", "config": config}
        post(START, key=user.key, input=given)

    def starts() -> list[str]:
        return [event["cursor"] for event in all_events(post, user, user.name) if event["kind"] == "RUN_STARTED"]

    for number in range(20):
        start(number)
    assert wait_until(lambda: len(starts()) == 20, seconds=SECONDS)
    expected = starts()
    async with asyncio.timeout(60), opened(service.url, receive_bytes=65_536) as socket:
        await socket.sign_in(user.key)
        await socket.subscribe(user.name, after=after)
        received.append((await socket.event())["cursor"])
        socket.connection.transport.pause_reading()
        await asyncio.sleep(18)
        socket.connection.transport.resume_reading()
        try:
            while True:
                received.append((await socket.event())["cursor"])
        except exceptions.ConnectionClosed as closed:
            code = None if closed.rcvd is None else closed.rcvd.code
    read_before = len(received)
    async with asyncio.timeout(60), opened(service.url) as socket:
        await socket.sign_in(user.key)
        await socket.subscribe(user.name, after=received[-1])
        while received[-1] != expected[-1]:
            received.append((await socket.event())["cursor"])

    assert code == 4413
    assert 1 < read_before < 21
    assert received[1:] == expected


@pytest.mark.parametrize("protocols", [("graphql-ws",), (), ("soap",)])
async def test_another_subprotocol_is_refused(service: Service, protocols: tuple[str, ...]) -> None:
    async with asyncio.timeout(SECONDS), opened(service.url, protocols=protocols) as socket:
        assert await socket.closed() == (4406, "The subprotocol is graphql-transport-ws")


async def test_a_socket_to_another_path_or_host_is_no_socket(service: Service) -> None:
    with pytest.raises(exceptions.InvalidStatus) as refused:
        async with opened(f"{service.url}/elsewhere"):
            pass
    assert refused.value.response.status_code == 403

    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": PROTOCOL,
    }
    assert send("GET", f"{service.url}/graphql", headers={**handshake, "Host": "evil.example"}).status == 403


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("query Q { viewer { isAdmin } }", "Only subscriptions are possible here"),
        ('mutation M { createSignInLink(input: {operationId: "x"}) { __typename } }', "Only subscriptions"),
        ("subscription S { nothing }", "Cannot query field 'nothing'"),
        ("subscription S { ", "Syntax Error"),
        ("fragment F on Event { id }", "Only subscriptions are possible here"),
        ('subscription S($entity: String!) { events(entity: $entity) { id } events(entity: "x") { id } }', "conflict"),
        ('subscription S($entity: String!) { events(entity: $entity, after: "x") { id } }', "not a cursor"),
        ("subscription S($entity: String!) { events(entity: $entity) { " + "subject { id " * 13 + "} " * 15, "deep"),
    ],
)
async def test_only_a_sound_subscription_is_carried_out(service: Service, user: Person, query: str, says: str) -> None:
    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        await socket.sign_in(user.key)
        await socket.send(
            {"type": "subscribe", "id": "1", "payload": {"query": query, "variables": {"entity": user.name}}}
        )
        message = await socket.receive()

    payload = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
    assert says in payload[0]["message"]
    assert payload[0]["extensions"]["code"] == "InvalidInputError"


@pytest.mark.parametrize(
    "message",
    ["{", "[]", '"x"', '{"type": 3}', '{"type": "subscribe"}', '{"type": "subscribe", "id": {}, "payload": {}}',
     '{"type": "subscribe", "id": "1", "payload": []}', '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
     '{"type": "complete", "id": []}', '{"type": "unheard of"}', '{"type": "connection_init", "payload": []}',
     "x" * 300_000],
)  # fmt: skip
async def test_what_is_no_message_closes_the_socket(service: Service, user: Person, message: str) -> None:
    async with asyncio.timeout(SECONDS), opened(service.url) as socket:
        if "connection_init" not in message:
            await socket.sign_in(user.key)
        await socket.send(message)
        assert (await socket.closed())[0] == 4400


async def test_sockets_of_one_user_and_subscriptions_on_one_socket_are_limited(
    settings: Settings, user: Person, tmp_path: Path
) -> None:
    limited = replace(settings, sockets_per_user=2, socket_subscriptions=2)
    with running_service(limited, tmp_path) as service:
        async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
            first, _ = [await stack.enter_async_context(opened(service.url)) for _ in range(2)]
            await first.sign_in(user.key)
            await _.sign_in(user.key)
            third = await stack.enter_async_context(opened(service.url))
            await third.init(user.key)
            too_many = await third.closed()
            for name in ("1", "2", "3"):
                await first.subscribe(user.name, name=name)
            refused = await first.receive()
            await _.connection.close()
            await asyncio.sleep(0.5)  # the server sees the end a moment later
            again = await stack.enter_async_context(opened(service.url))
            await again.sign_in(user.key)

    assert too_many[0] == 4429 and "HEADWATER_SOCKETS_PER_USER" in too_many[1]
    assert (refused["id"], refused["type"]) == ("3", "error")


async def test_a_service_that_stops_says_so_to_its_sockets(settings: Settings, user: Person, tmp_path: Path) -> None:
    with running_service(settings, tmp_path) as service:
        async with asyncio.timeout(SECONDS), opened(service.url) as socket:
            await socket.sign_in(user.key)
            await socket.subscribe(user.name)
            await asyncio.sleep(0.5)  # nothing outside shows that it has begun
            os.kill(service.process.pid, signal.SIGTERM)
            code, _ = await socket.closed()

        log = service.log.read_text("utf-8")

    assert code == 1012
    assert "Traceback" not in log and "unforeseen" not in log


async def test_sockets_are_logged_measured_and_have_the_headers_of_every_answer(
    service: Service, user: Person, admin_key: str
) -> None:
    async with asyncio.timeout(SECONDS), opened(service.url, request_id="a-socket-of-mine") as socket:
        await socket.sign_in(user.key)
        headers = socket.connection.response.headers
        open_now = send("GET", f"{service.url}/metrics", headers=bearer(admin_key)).data.decode()

    assert headers["X-Request-Id"] == "a-socket-of-mine"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "headwater_sockets_open 0.0" not in open_now
    assert wait_until(lambda: 'headwater_sockets_closed_total{code="1000"}' in metrics_of(service), seconds=SECONDS)
    assert '"request_id":"a-socket-of-mine"' in service.log.read_text("utf-8")
    assert user.key not in service.log.read_text("utf-8")


def metrics_of(service: Service) -> str:
    return send("GET", f"{service.url}/metrics").data.decode()
