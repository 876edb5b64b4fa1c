"""Work in the background that keeps its order by name: several names at once, one task of a name after the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from ._threads import hire

THREADS = 4

Result = TypeVar("Result")


class NamedQueue:
    """Runs tasks in threads that it has while there is something to do."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, deque[Callable[[], None]]] = {}
        self._busy: set[str] = set()
        self._threads = 0

    def submit(self, name: str, task: Callable[[], Result]) -> Future[Result]:
        """Run a task after those of the same name that were submitted before."""
        future: Future[Result] = Future()

        def fulfil() -> None:
            try:
                result = task()
            except BaseException as error:
                # Whoever waits for the future raises it.
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._lock:
            self._tasks.setdefault(name, deque()).append(fulfil)
            starts = self._threads < THREADS and name not in self._busy
            self._threads += starts
        if starts and not hire(self._work):
            self._work()
        return future

    def _work(self) -> None:
        name: str | None = None
        while True:
            with self._lock:
                self._busy.discard(name or "")
                name = next((each for each in self._tasks if each not in self._busy), None)
                if name is None:
                    self._threads -= 1
                    return
                task = self._tasks[name].popleft()
                if not self._tasks[name]:
                    del self._tasks[name]
                self._busy.add(name)
            task()
            # Or a thread that goes on would keep what it held.
            del task
