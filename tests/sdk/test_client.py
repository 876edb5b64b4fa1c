"""The client of the service: retries, deadlines, typed errors, and that the key goes nowhere else.

The peer here is a plain HTTP server on a socket, because no real service fails on demand.
"""

import json
import multiprocessing
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from headwater._client import Client, print_notice, user_agent
from headwater._errors import (
    ConflictError,
    HeadwaterError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from sdk.peer import Asked, Reply, answering

KEY = "k" * 40
QUERY = "query ViewerName($first: Int!) { viewer { user { name } } }"
MUTATION = "mutation MakeThing($input: MakeThingInput!) { makeThing(input: $input) { __typename } }"


def reply(data: Any, *, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(data).encode(), {"Content-Type": "application/json", **headers})


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    left = list(replies)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


def quiet(text: str) -> None:
    """A notice nobody reads."""


def client_of(url: str, *, seconds: float = 10.0, notify: Callable[[str], None] = quiet) -> Client:
    return Client(url, KEY, deadline_seconds=seconds, notify=notify)


def test_a_query_is_posted_with_name_variables_and_key() -> None:
    with answering(in_turn(reply({"data": {"viewer": 1}}))) as peer:
        data = client_of(peer.url + "/").execute(QUERY, {"first": 3})

    (asked,) = peer.asked
    assert data == {"viewer": 1}
    assert (asked.method, asked.path) == ("POST", "/graphql")
    assert json.loads(asked.body) == {"query": QUERY, "variables": {"first": 3}, "operationName": "ViewerName"}
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["User-Agent"] == user_agent()
    assert user_agent().startswith("headwater/0.")


def test_a_short_request_is_one_packet() -> None:
    packets = []

    def take(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            packets.append(connection.recv(1 << 20))
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":{}}')

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        taken = pool.submit(take, listener)
        client_of(f"http://127.0.0.1:{listener.getsockname()[1]}").execute(QUERY, {"text": "x" * 10_000})
        taken.result(10)

    assert packets[0].startswith(b"POST /graphql HTTP/1.1\r\n")
    assert packets[0].endswith(b'"operationName":"ViewerName"}')


def test_requests_in_a_row_use_one_connection() -> None:
    with answering(in_turn(reply({"data": {}}))) as peer:
        client = client_of(peer.url)
        for _ in range(5):
            client.execute(QUERY)

    assert len({asked.connection for asked in peer.asked}) == 1


def test_a_top_level_error_becomes_the_typed_one_with_the_request_id() -> None:
    error = {"message": "The path is no path.", "extensions": {"code": "InvalidInputError", "requestId": "r-7"}}
    with answering(in_turn(reply({"data": None, "errors": [error]}))) as peer:
        with pytest.raises(InvalidInputError, match=r"^The path is no path\. \(request r-7\)$"):
            client_of(peer.url).execute(QUERY)


def test_a_refused_key_is_permission_denied() -> None:
    error = {"message": "The key is unknown.", "extensions": {"code": "PermissionDeniedError", "requestId": "r-8"}}
    with answering(in_turn(reply({"errors": [error]}, status=401))) as peer:
        with pytest.raises(PermissionDeniedError, match="The key is unknown"):
            client_of(peer.url).execute(QUERY)

    assert len(peer.asked) == 1


def test_a_mutation_returns_its_payload_and_carries_an_operation_id() -> None:
    with answering(in_turn(reply({"data": {"makeThing": {"__typename": "MakeThingPayload", "id": "1"}}}))) as peer:
        payload = client_of(peer.url).mutate(MUTATION, {"name": "x"})

    given = json.loads(peer.asked[0].body)["variables"]["input"]
    assert payload == {"__typename": "MakeThingPayload", "id": "1"}
    assert given["name"] == "x"
    assert len(given["operationId"]) == 32


def test_an_operation_id_that_is_given_stays() -> None:
    with answering(in_turn(reply({"data": {"makeThing": {"__typename": "P"}}}))) as peer:
        client_of(peer.url).mutate(MUTATION, {"operationId": "mine"})

    assert json.loads(peer.asked[0].body)["variables"]["input"]["operationId"] == "mine"


def test_an_error_member_of_the_result_is_raised_with_its_data() -> None:
    member = {"__typename": "ConflictError", "message": "It is at v7.", "current": "v7", "missing": ["sha256:a"]}
    with answering(in_turn(reply({"data": {"makeThing": member}}))) as peer:
        with pytest.raises(ConflictError, match="It is at v7") as caught:
            client_of(peer.url).mutate(MUTATION, {})

    assert (caught.value.current, caught.value.missing) == ("v7", ("sha256:a",))


def test_a_mutation_is_repeated_with_the_same_operation_id_until_it_is_answered() -> None:
    unavailable = {"errors": [{"message": "Neo4j is away.", "extensions": {"code": "UnavailableError"}}]}
    member = {"data": {"makeThing": {"__typename": "UnavailableError", "message": "The store is away."}}}
    done = {"data": {"makeThing": {"__typename": "MakeThingPayload"}}}
    replies = in_turn(Reply(503), Reply(0), reply(unavailable), reply(member), reply(done))
    with answering(replies) as peer:
        payload = client_of(peer.url).mutate(MUTATION, {"name": "x"})

    assert payload == {"__typename": "MakeThingPayload"}
    assert len(peer.asked) == 5
    assert len({asked.body for asked in peer.asked}) == 1


def test_the_deadline_ends_the_attempts_with_the_last_reason() -> None:
    with answering(in_turn(Reply(503, b"starting"))) as peer:
        started = time.monotonic()
        with pytest.raises(UnavailableError, match="answers 503: starting"):
            client_of(peer.url, seconds=0.5).execute(QUERY)

    assert time.monotonic() - started < 2.0
    assert len(peer.asked) >= 3


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(ConnectionError, match=f"The service at {url} does not answer"):
            client_of(url, seconds=0.2).execute(QUERY)


@pytest.mark.slow
def test_a_wait_of_some_seconds_is_told_once() -> None:
    told: list[str] = []
    with answering(in_turn(Reply(503, b"starting"))) as peer:
        with pytest.raises(UnavailableError):
            client_of(peer.url, seconds=8.0, notify=told.append).execute(QUERY)

    assert len(told) == 1
    assert told[0].startswith(f"waiting for the service at {peer.url} (")


def test_a_notice_goes_to_stderr_unless_it_must_be_silent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    print_notice("one")
    monkeypatch.setenv("HEADWATER_SILENT", "true")
    print_notice("two")

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "headwater: one\n")


def test_the_key_is_not_taken_along_by_a_redirect() -> None:
    with answering(in_turn(reply({"data": {}}))) as other:
        with answering(in_turn(Reply(302, b"", {"Location": f"{other.url}/graphql"}))) as peer:
            with pytest.raises(InvalidInputError, match="redirects to"):
                client_of(peer.url).execute(QUERY)

    assert other.asked == []


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(client_of("http://127.0.0.1:1"))


@pytest.mark.parametrize(
    "address", ["", "localhost:8900", "ftp://host", "http://", "http://user:pw@host", "http://h/?a"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError):
        Client(address, KEY)


def test_what_json_cannot_hold_is_invalid_input() -> None:
    with pytest.raises(InvalidInputError, match="cannot be sent as JSON"):
        client_of("http://127.0.0.1:1").execute(QUERY, {"first": "\ud800"})


def test_an_answer_of_something_else_is_told_as_it_is() -> None:
    with answering(in_turn(Reply(200, b"<html>nginx</html>"))) as peer:
        with pytest.raises(HeadwaterError, match="no Headwater service: status 200, <html>nginx"):
            client_of(peer.url).execute(QUERY)


def test_a_route_raises_the_error_that_it_names() -> None:
    body = {"error": {"type": "NotFoundError", "message": "No such run.", "requestId": "r-9", "path": "a/b"}}
    with answering(in_turn(reply(body, status=404))) as peer:
        with pytest.raises(NotFoundError, match=r"No such run\. \(request r-9\)") as caught:
            client_of(peer.url).request("POST", "/api/runs/1/history", body=b"x")

    assert caught.value.path == "a/b"


def test_a_status_that_is_accepted_is_an_answer() -> None:
    with answering(in_turn(Reply(404))) as peer:
        answer = client_of(peer.url).request("HEAD", "/api/manifests/a/b", accepted=frozenset({404}))

    assert answer.status == 404


def test_a_route_without_retry_is_asked_once() -> None:
    with answering(in_turn(Reply(503, b"starting"))) as peer:
        with pytest.raises(UnavailableError, match="503"):
            client_of(peer.url).request("POST", "/api/x", retry=False)

    assert len(peer.asked) == 1


def test_a_stream_is_sent_anew_in_each_attempt() -> None:
    with answering(in_turn(Reply(502), Reply(200, b"{}"))) as peer:
        client_of(peer.url).request("PUT", "/api/x", body=lambda: iter([b"one,", b"two"]))

    assert [asked.body for asked in peer.asked] == [b"one,two", b"one,two"]


def test_threads_share_a_client() -> None:
    with answering(lambda asked: reply({"data": json.loads(asked.body)["variables"]})) as peer:
        client = client_of(peer.url)
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda number: client.execute(QUERY, {"n": number}), range(200)))

    assert answers == [{"n": number} for number in range(200)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_of_a_fork_has_connections_of_its_own() -> None:
    with answering(lambda asked: reply({"data": {"n": asked.connection}})) as peer:
        client = client_of(peer.url)
        ours = client.execute(QUERY)["n"]
        receiver, sender = multiprocessing.Pipe(duplex=False)
        pid = os.fork()
        if pid == 0:  # pragma: no cover (another process)
            sender.send(client.execute(QUERY)["n"])
            os._exit(0)
        theirs = receiver.recv()
        os.waitpid(pid, 0)
        again = client.execute(QUERY)["n"]

    assert theirs != ours
    assert again == ours
