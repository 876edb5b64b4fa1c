"""Graph or store falls silent or goes away under a running service: errors in time, then all works again."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from conftest import Person
from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from headwater_service.local.processes import wait_until
from servers import Service, running_service
from service.http.forwarder import forwarding
from service.http.http_client import bearer, send

pytestmark = pytest.mark.slow

DEADLINE_SECONDS = 2.0
# One retry of what may be repeated, and a machine that does other things too.
AT_MOST_SECONDS = 3 * DEADLINE_SECONDS + 3.0
RECOVERED_WITHIN_SECONDS = 30.0


@dataclass
class Way:
    """The way from the service to one of its servers."""

    port: int
    target: tuple[str, int]
    is_silent: threading.Event
    stack: contextlib.ExitStack

    def open(self) -> None:
        self.stack.enter_context(forwarding(self.port, self.target, is_silent=self.is_silent))

    def close(self) -> None:
        self.stack.close()


@dataclass
class Outage:
    service: Service
    graph: Way
    store: Way


@pytest.fixture(scope="module")
def outage(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outage]:
    graph, store = way(settings.neo4j_uri), way(settings.s3_endpoint)
    behind = replace(
        settings,
        neo4j_uri=f"bolt://127.0.0.1:{graph.port}",
        s3_endpoint=f"http://127.0.0.1:{store.port}",
        query_timeout_seconds=DEADLINE_SECONDS,
    )
    with graph.stack, store.stack:
        graph.open()
        store.open()
        with running_service(behind, tmp_path_factory.mktemp("outage")) as service:
            yield Outage(service, graph, store)


def way(url: str) -> Way:
    parts = urlsplit(url)
    assert parts.hostname is not None and parts.port is not None
    return Way(free_port(), (parts.hostname, parts.port), threading.Event(), contextlib.ExitStack())


def ask_graph(outage: Outage, user: Person) -> tuple[int, str | None]:
    """Ask for something and return the status and the kind of error."""
    body = {"query": "{ viewer { user { name } } }"}
    response = send("POST", f"{outage.service.url}/graphql", json=body, headers=bearer(user.key), timeout=60)
    errors = response.json().get("errors")
    return response.status, errors[0]["extensions"]["code"] if errors else None


def ask_store(outage: Outage, user: Person) -> tuple[int, str | None]:
    """Send a manifest that is not there yet, and return the status and the kind of error."""
    line = orjson.dumps({"path": "data.csv", "size": 1, "digest": f"sha256:{secrets.token_hex(32)}"})
    response = send(
        "PUT",
        f"{outage.service.url}/api/manifests/{user.name}",
        body=b'{"format":1}\n' + line + b"\n",
        headers=bearer(user.key),
        timeout=60,
    )
    answer: dict[str, Any] = response.json()
    return response.status, answer["error"]["type"] if "error" in answer else None


WAYS: dict[str, tuple[Callable[[Outage], Way], Callable[[Outage, Person], tuple[int, str | None]]]] = {
    "graph": (lambda outage: outage.graph, ask_graph),
    "store": (lambda outage: outage.store, ask_store),
}


@pytest.mark.parametrize("server", WAYS)
@pytest.mark.parametrize("how", ["silent", "away"])
def test_a_server_that_is_away_is_told_in_time_and_used_again_when_it_is_back(
    outage: Outage, user: Person, server: str, how: str
) -> None:
    find, ask = WAYS[server]
    lost = find(outage)
    before = ask(outage, user)

    if how == "silent":
        lost.is_silent.set()
    else:
        lost.close()
    started = time.monotonic()
    during = ask(outage, user)
    taken = time.monotonic() - started
    alive = send("GET", f"{outage.service.url}/healthz", timeout=2).status
    ready = send("GET", f"{outage.service.url}/readyz", timeout=AT_MOST_SECONDS)
    if how == "silent":
        lost.is_silent.clear()
    else:
        lost.open()
    is_back = wait_until(lambda: ask(outage, user) == (200, None), seconds=RECOVERED_WITHIN_SECONDS, pause=0.2)
    is_ready = wait_until(
        lambda: send("GET", f"{outage.service.url}/readyz").status == 200, seconds=RECOVERED_WITHIN_SECONDS, pause=0.2
    )

    assert before == (200, None)
    assert during == (503, "UnavailableError")
    assert taken < AT_MOST_SECONDS
    assert alive == 200
    assert (ready.status, ready.json()[server]) == (503, "unreachable")
    assert is_back and is_ready
