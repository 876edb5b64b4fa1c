"""A server that is killed again and again, and what its clients write meanwhile."""

import gzip
import hashlib
import json
import os
import random
import secrets
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headwater._client import Client
from headwater_service.local.processes import Identity, is_running, start, stop, wait_until
from headwater_service.local.servers import Program

READY_SECONDS = 300.0


@dataclass
class KilledServer:
    """A server on a fixed port that is killed at random moments and started again."""

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
        if not wait_until(self.program.is_ready, seconds=READY_SECONDS, pause=0.1):
            raise RuntimeError(f"{self.program.name} did not become ready; see {self.log}")

    def kill(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        wait_until(lambda: self._process is None or not is_running(self._process), seconds=10.0, pause=0.01)
        self.kills += 1

    def kill_and_restart_until(
        self, is_done: Callable[[], bool], *, least: int, most: int | None = None, longest_pause: float = 2.0
    ) -> None:
        """Kill and start at random moments until all is done, `least` to `most` times."""
        # Seeded: a failure can be run again with the same pauses.
        pauses = random.Random(20_260_101)
        while (not is_done() or self.kills < least) and self.kills != most:
            time.sleep(pauses.uniform(0.3, longest_pause))
            self.kill()
            self.start()

    def stop(self) -> None:
        if self._process is not None and is_running(self._process):
            stop(self._process, seconds=self.program.stop_seconds)


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
