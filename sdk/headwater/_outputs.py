"""What a run makes and uses: its artifacts, logged in the background, and the inputs it declares."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from ._errors import HeadwaterError
from ._queue import NamedQueue

if TYPE_CHECKING:
    from ._artifact import Artifact
    from ._version import LoggedVersion


class Outputs:
    """The artifacts that a run logs. Those of one name become versions in the order of the calls."""

    def __init__(self) -> None:
        self._queue = NamedQueue()
        self._lock = threading.Lock()
        self._futures: list[Future[LoggedVersion]] = []
        self._seen: set[int] = set()
        self.file_count = 0

    def submit(self, name: str, task: Callable[[], LoggedVersion]) -> Future[LoggedVersion]:
        """Log an artifact after those of the same name."""
        future = self._queue.submit(name, task)
        self._futures.append(future)
        return future

    def count_files(self, sent: int) -> None:
        """Note that files of an artifact were sent."""
        with self._lock:
            self.file_count += sent

    def wait(self) -> list[HeadwaterError]:
        """Wait until everything is logged or has failed; the failures."""
        failures: list[HeadwaterError] = []
        for future in self._futures:
            error = future.exception()
            if isinstance(error, HeadwaterError):
                failures.append(error)
            elif error is not None:
                raise error
        return failures

    def addresses(self) -> list[tuple[str, str]]:
        """The names and the addresses of the versions that were made, each once."""
        versions = [future.result() for future in self._futures if future.exception() is None]
        return list({version.place.name: version.url for version in versions}.items())
