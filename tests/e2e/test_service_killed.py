"""The service is killed with SIGKILL, again and again, while many clients write: nothing acknowledged is lost."""

import gzip
import hashlib
import json
import os
import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from headwater._client import Client
from headwater_service.config import Settings
from headwater_service.domain.people import bootstrap_user
from headwater_service.local.ports import free_port
from headwater_service.local.processes import Identity, is_running, start, stop, wait_until
from headwater_service.local.servers import Program, service_program
from headwater_service.store.graph import Graph
from servers import environment_of

WRITERS = int(os.environ.get("HEADWATER_TEST_WRITERS", "32"))
VERSIONS = int(os.environ.get("HEADWATER_TEST_VERSIONS", "10"))

LOG_ARTIFACT = """
mutation LogArtifact($input: LogArtifactInput!) {
  logArtifact(input: $input) {
    __typename
    ... on LogArtifactPayload { isReused version { id index } }
    ... on UserError { message }
  }
}
"""
CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) { __typename ... on UserError { message } }
}
"""
VERSIONS_OF = """
query VersionsOf($path: String!, $after: String) {
  collection(path: $path) {
    versions(first: 200, after: $after, orderBy: {field: INDEX, direction: ASC}) {
      edges { node { id index digest } }
      pageInfo { hasNextPage endCursor }
    }
    aliases { name version { index } }
  }
}
"""


@dataclass
class KilledService:
    """A service on a fixed port that a thread kills at random moments and starts again."""

    program: Program
    url: str
    log: Path
    kills: int = 0

    def __post_init__(self) -> None:
        self._process: Identity | None = None
        self._stop = threading.Event()

    def start(self) -> None:
        self._process = start(
            self.program.command,
            environment=self.program.environment,
            token=secrets.token_hex(16),
            log=self.log,
            folder=self.program.folder,
        )
        wait_until(self.program.is_ready, seconds=60.0, pause=0.05)

    def kill(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        wait_until(lambda: self._process is None or not is_running(self._process), seconds=10.0, pause=0.01)
        self.kills += 1

    def kill_and_restart_until(self, is_done: Callable[[], bool], *, least: int) -> None:
        # Seeded: a failure can be run again with the same pauses.
        pauses = random.Random(20_260_101)
        while not is_done() or self.kills < least:
            time.sleep(pauses.uniform(0.3, 2.0))
            self.kill()
            self.start()

    def stop(self) -> None:
        if self._process is not None and is_running(self._process):
            stop(self._process, seconds=30.0)


@pytest.fixture
def killed_service(settings: Settings, tmp_path: Path) -> Iterator[KilledService]:
    port = free_port()
    own = replace(settings, listen=f"127.0.0.1:{port}", public_url=f"http://127.0.0.1:{port}")
    program = service_program(environment_of(own), folder=tmp_path)
    service = KilledService(program, f"http://127.0.0.1:{port}", tmp_path / "service.log")
    service.start()
    yield service
    service.stop()


@pytest.mark.slow
async def test_versions_stay_gap_free_while_the_service_is_killed(killed_service: KilledService, graph: Graph) -> None:
    name = f"killed-{secrets.token_hex(4)}"
    key = await bootstrap_user(graph, name)
    client = Client(killed_service.url, key, deadline_seconds=300.0, notify=lambda _: None)
    client.mutate(CREATE_PROJECT, {"entity": name, "name": "kills"})
    acknowledged: dict[str, int] = {}
    errors: list[BaseException] = []

    def write(writer: int) -> None:
        for number in range(VERSIONS):
            try:
                digest = put_manifest(client, name, f"{writer}/{number}")
                payload = client.mutate(
                    LOG_ARTIFACT,
                    {"project": f"{name}/kills", "name": "data", "type": "dataset", "manifestDigest": digest},
                )
                acknowledged[digest] = payload["version"]["index"]
            except BaseException as error:
                errors.append(error)
                return

    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pool.submit(write, writer) for writer in range(WRITERS)]
        killed_service.kill_and_restart_until(lambda: all(one.done() for one in done), least=5)

    assert errors == []
    assert len(acknowledged) == WRITERS * VERSIONS
    stored, aliases = versions_of(client, f"{name}/kills/data")
    assert [index for index, _ in stored] == list(range(WRITERS * VERSIONS))
    assert {digest: index for index, digest in stored} == acknowledged
    assert aliases == {"latest": WRITERS * VERSIONS - 1}


def put_manifest(client: Client, entity: str, content: str) -> str:
    """Store a manifest of one reference and return its digest."""
    ref = f"https://example.invalid/{content}"
    lines = [{"format": 1}, {"path": "data", "size": 1, "ref": ref, "etag": ref}]
    body = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    answer = client.request("PUT", f"/api/manifests/{entity}", body=body, headers={"Content-Encoding": "gzip"})
    canonical = b"headwater-manifest-1\ndata\x001\x00" + f"{ref}\x00{ref}\n".encode()
    digest = f"sha256:{hashlib.sha256(canonical).hexdigest()}"
    assert answer.json()["digest"] == digest
    return digest


def versions_of(client: Client, path: str) -> tuple[list[tuple[int, str]], dict[str, int]]:
    """Return (index, digest) of all versions of a collection, and where its aliases point."""
    found: list[tuple[int, str]] = []
    after = None
    while True:
        collection = client.execute(VERSIONS_OF, {"path": path, "after": after})["collection"]
        found += [(edge["node"]["index"], edge["node"]["digest"]) for edge in collection["versions"]["edges"]]
        page = collection["versions"]["pageInfo"]
        if not page["hasNextPage"]:
            return found, {alias["name"]: alias["version"]["index"] for alias in collection["aliases"]}
        after = page["endCursor"]
