"""Threads that do work in the background until the process really ends.

From Python 3.12 on no thread can be started once the main program is over, and the executors of the standard library
refuse work a moment later. A run that was left open sends the rest just then. So threads that have nothing to do are
kept for the next one who needs some, and where there is none, whoever has the work does it.
"""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

KEPT = 12
"""So many threads wait for work at most; they are daemons, and cost next to nothing."""

Work = Callable[[], None]
Given = ParamSpec("Given")
Result = TypeVar("Result")


class _Idle:
    """The threads of this process that wait for work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()

    def give(self, work: Work) -> bool:
        """Let a waiting thread do it, else a new one, if it can be started."""
        with self._lock:
            waits = self._waiting > 0
            self._waiting -= waits
        if not waits and not self._start():
            return False
        self._work.put(work)
        return True

    def fill(self, count: int) -> None:
        """Let so many threads wait, as far as they can be started."""
        while True:
            with self._lock:
                if self._waiting >= min(count, KEPT):
                    return
                self._waiting += 1
            if not self._start():
                with self._lock:
                    self._waiting -= 1
                return

    def _start(self) -> bool:
        try:
            threading.Thread(target=self._serve, name="headwater-worker", daemon=True).start()
        except RuntimeError:
            # The interpreter is ending, or the system has no more threads to give.
            return False
        return True

    def _serve(self) -> None:
        stays = True
        while stays:
            self._work.get()()
            with self._lock:
                stays = self._waiting < KEPT
                self._waiting += stays


_idle = _Idle()


def hire(work: Work) -> bool:
    """Do something, which must not raise, in a thread. False if there is none to be had: then do it yourself."""
    return _idle.give(work)


def keep_ready(count: int) -> None:
    """Start threads for what is to come, since it may come when none can be started any more."""
    _idle.fill(count)


class Crew(Executor):
    """An executor of at most so many threads. What it is given when none can be had is done before `submit` returns."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: deque[tuple[Future[object], Work]] = deque()
        self._changed = threading.Condition()
        self._working = 0
        self._is_closed = False

    def submit(self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Result]:
        """Call a function in one of the threads."""
        future: Future[Result] = Future()

        def fulfil() -> None:
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                # Whoever waits for the future raises it.
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._changed:
            if self._is_closed:
                raise RuntimeError("The crew is closed.")
            self._tasks.append((future, fulfil))  # type: ignore[arg-type]  # of any result
            hires = self._working < self._size
            self._working += hires
        if hires and not hire(self._work):
            self._work()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, and wait until the others are done."""
        with self._changed:
            self._is_closed = True
            dropped = list(self._tasks) if cancel_futures else []
            if cancel_futures:
                self._tasks.clear()
        for future, _ in dropped:
            future.cancel()
        with self._changed:
            while wait and self._working:
                self._changed.wait()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._tasks:
                    self._working -= 1
                    self._changed.notify_all()
                    return
                future, fulfil = self._tasks.popleft()
            if future.set_running_or_notify_cancel():
                fulfil()
            # Or a thread that waits would keep what the last task held.
            del future, fulfil


def _after_fork() -> None:
    global _idle
    # The parent's threads are not here.
    _idle = _Idle()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
