"""History over HTTP: what is taken, and bodies that are none or would take more memory than they show."""

import gzip
import secrets
from collections.abc import Callable
from typing import Any

import msgpack
import pytest

from authorisation_world import START_RUN
from conftest import Person
from servers import Service
from service.http.http_client import bearer, send

BATCH = {"stream": "main", "first": 0, "records": [{"step": 0, "time": 1.0, "values": {"loss": [0.5, {"a": []}]}}]}


@pytest.fixture
def run_id(post: Callable[..., dict[str, Any]], user: Person, project: str) -> str:
    given = {"operationId": secrets.token_hex(16), "project": project, "key": secrets.token_hex(4)}
    started: str = post(START_RUN, key=user.key, input=given)["startRun"]["run"]["id"]
    return started


def answer_to(service: Service, run_id: str, user: Person, body: bytes) -> tuple[int, dict[str, Any]]:
    response = send(
        "POST",
        f"{service.url}/api/runs/{run_id}/history",
        body=gzip.compress(body),
        headers={"Content-Type": "application/msgpack", "Content-Encoding": "gzip", **bearer(user.key)},
    )
    return response.status, response.json()


def test_a_batch_is_acknowledged_by_the_number_that_comes_next(service: Service, run_id: str, user: Person) -> None:
    assert answer_to(service, run_id, user, msgpack.packb(BATCH)) == (200, {"acknowledged": 1})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\xc1", "The body is not msgpack."),
        (b"\x91" * 5_000 + b"\xc0", "The body is not msgpack."),
        (msgpack.packb({1: 2}), "The body is not msgpack."),
        (b"\xdd" + (2**21).to_bytes(4, "big") + b"\x90" * 2**21, "more than 1,048,576 lists and maps"),
        (b"\xdd" + (2**21).to_bytes(4, "big") + b"\x80" * 2**21, "more than 1,048,576 lists and maps"),
    ],
    ids=["garbage", "nesting", "keys", "lists", "maps"],
)
def test_a_body_that_is_none_is_refused(service: Service, run_id: str, user: Person, body: bytes, says: str) -> None:
    status, answer = answer_to(service, run_id, user, body)

    assert (status, answer["error"]["type"]) == (400, "InvalidInputError")
    assert says in answer["error"]["message"]
