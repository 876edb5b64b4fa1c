"""What a run makes and uses: its artifacts, logged in the background, and the inputs it declares."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ._errors import HeadwaterError
from ._queue import NamedQueue
from ._upload import expect_uploads

if TYPE_CHECKING:
    from ._version import LoggedVersion


class Outputs:
    """The artifacts that a run logs. Those of one name become versions in the order of the calls."""

    def __init__(self) -> None:
        self._queue = NamedQueue()
        self._lock = threading.Lock()
        self._futures: list[tuple[str, Future[LoggedVersion]]] = []
        self.file_count = 0

    def submit(self, name: str, task: Callable[[], LoggedVersion]) -> Future[LoggedVersion]:
        """Log an artifact after those of the same name."""
        expect_uploads()
        future = self._queue.submit(name, task)
        self._futures.append((name, future))
        return future

    def count_files(self, sent: int) -> None:
        """Note that files of an artifact were sent."""
        with self._lock:
            self.file_count += sent

    def wait_for(self, name: str) -> None:
        """Wait until the artifacts of a name that were logged so far are there, or have failed."""
        for other, future in self._futures:
            if other == name:
                future.exception()

    def wait(self) -> list[HeadwaterError]:
        """Wait until everything is logged or has failed; the failures."""
        failures: list[HeadwaterError] = []
        for _, future in self._futures:
            error = future.exception()
            if isinstance(error, HeadwaterError):
                failures.append(error)
            elif error is not None:
                raise error
        return failures

    def refusals(self) -> list[HeadwaterError]:
        """What refused aliases of the artifacts that are logged."""
        logged = [future.result() for _, future in self._futures if future.exception() is None]
        return [refusal for version in logged if (refusal := version.refusal()) is not None]

    def pending(self) -> int:
        """How many artifacts are on the way."""
        return sum(not future.done() for _, future in self._futures)

    def addresses(self) -> list[tuple[str, str]]:
        """The names and the addresses of the versions that were made, each once."""
        versions = [future.result() for _, future in self._futures if future.exception() is None]
        return list({version.place.name: version.url for version in versions}.items())
