"""Sends a stream's records to the service in the background, and tells it that the run is alive."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from ._errors import (
    ConflictError,
    HeadwaterError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from ._journal import Stream, Tail

INTERVAL = 1.0  # seconds between two looks at the journal
HEARTBEAT = 15.0  # seconds of silence after which the service is told that the run lives
CLOCK_JUMP = 60.0  # seconds; a smaller one is how clocks are corrected every day
LONGEST_PAUSE = 30.0  # seconds, the most that is waited after failures
# The system's own source: a training script's seeded `random` stays as its author set it.
_CHANCE = random.SystemRandom()
BATCH_RECORDS = 5_000
BATCH_SIZE = 4 * 1024 * 1024

# Trying again would not change these answers.
REFUSALS = (ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError)


class Post(Protocol):
    """Hands records to the service: the stream's name, the number of the first one, and they."""

    def __call__(self, stream: str, first: int, payloads: list[bytes], /) -> int:
        """The number of the record that the service expects next, once these are durable there."""
        ...


class Sender:
    """A daemon thread a process and run. It reads the journal, so what is not sent yet takes no memory.

    A second one makes the journal durable meanwhile.

    Args:
        stream: What to send.
        post: How.
        extra: Called about once a second, for what else must reach the service (the configuration).
        warn: How to tell the user.
        others: Streams that are made durable with it, and not sent.
    """

    def __init__(
        self,
        stream: Stream,
        post: Post,
        extra: Callable[[], None],
        warn: Callable[[str], None],
        *,
        others: Sequence[Stream] = (),
    ) -> None:
        self._stream = stream
        self._post = post
        self._extra = extra
        self._others = others
        self._clock = time.time() - _since_boot()
        self._warn = warn
        self._tail = Tail(stream)
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._keeper: threading.Thread | None = None
        self._last_contact = time.monotonic()
        self._failures = 0
        self._warned = False
        self.failure: HeadwaterError | None = None

    @property
    def acknowledged(self) -> int:
        """How many records the service has for good."""
        return self._tail.number

    @property
    def waiting(self) -> int:
        """How many records it has not acknowledged."""
        return self._stream.count - self._tail.number

    def start(self) -> None:
        """Begin to send, if that was not done."""
        if self._thread is None:
            thread = threading.Thread(target=self._loop, name="headwater-sender", daemon=True)
            keeper = threading.Thread(target=self._keep, name="headwater-keeper", daemon=True)
            try:
                thread.start()
                self._thread = thread
                keeper.start()
                self._keeper = keeper
            except RuntimeError:
                # None can be had, as when the interpreter is ending: `finish` sends what is logged now.
                return

    def finish(self, patience: float) -> None:
        """Send what is left, and return when all is acknowledged.

        Args:
            patience: Seconds to keep trying while the service is away.

        Raises:
            HeadwaterError: the reason why some records are not acknowledged.
        """
        deadline = time.monotonic() + patience
        notice = time.monotonic() + 5.0
        self._stopping = True
        self._wake.set()
        if self._keeper is not None:
            self._keeper.join(INTERVAL)
        self._make_durable()
        while self._thread is not None and self._thread.is_alive() and time.monotonic() < deadline:
            self._thread.join(0.2)
            if time.monotonic() > notice and self.waiting:
                notice = float("inf")
                self._warn(f"Waiting until the service has the last {self.waiting:,} record(s) …")
        if self._thread is None:
            self._drain_until(deadline)
        if self.failure is not None:
            raise self.failure
        if self.waiting:
            raise UnavailableError(
                f"The service did not acknowledge {self.waiting:,} record(s) within {patience:.0f} s. "
                f"They are safe in {self._stream.path}."
            )

    def _loop(self) -> None:
        while self.failure is None and not (self._stopping and self.waiting == 0):
            if not self._stopping:
                self._wake.wait(self._pause())
            elif self._failures:
                time.sleep(min(self._pause(), 5.0))
            self.once()

    def _drain_until(self, deadline: float) -> None:
        while self.failure is None and self.waiting and time.monotonic() < deadline:
            if self._failures:
                time.sleep(min(self._pause(), 5.0, max(0.0, deadline - time.monotonic())))
            self.once()

    def _keep(self) -> None:
        """Make the journal durable every second, however long the service takes to answer, and whatever it answers."""
        while not self._wake.wait(INTERVAL):
            self._make_durable()

    def _make_durable(self) -> None:
        try:
            for stream in (self._stream, *self._others):
                stream.retry()
                stream.sync()
        except OSError as error:
            self._warn_once(f"The journal {self._stream.path} cannot be made durable: {error}")

    def once(self) -> None:
        """Send what the journal holds, and say that the run lives if nothing was sent for long."""
        self._tell_of_clock()
        try:
            self._send_all()
            self._extra()
        except REFUSALS as error:
            self.failure = error
            self._warn(f"The service refuses the records of this run: {error}")
        except HeadwaterError as error:
            # Away, or troubled in a way that it did not foresee: both pass.
            self._failures += 1
            if self._failures == 3:
                self._warn_once(f"The service is away ({error}). The run goes on; its records wait in the journal.")
        else:
            self._failures = 0

    def _send_all(self) -> None:
        while True:
            expected = self._stream.count
            payloads = self._tail.read(BATCH_RECORDS, BATCH_SIZE)
            silence = time.monotonic() - self._last_contact
            if not payloads and expected > self._tail.number:
                raise ConflictError(
                    f"The journal {self._stream.path} was removed or damaged while the run went on: "
                    f"the records from number {self._tail.number} on cannot be sent."
                )
            if not payloads and silence < HEARTBEAT:
                return
            self._hand_over(payloads)
            if not payloads:
                return

    def _hand_over(self, payloads: list[bytes]) -> None:
        acknowledged = self._post(self._stream.name, self._tail.number, payloads)
        self._last_contact = time.monotonic()
        self._tail.advance(payloads, acknowledged)

    def _pause(self) -> float:
        if not self._failures:
            return INTERVAL
        # With jitter, or all the runs that a restart of the service cut off would return together.
        return min(LONGEST_PAUSE, INTERVAL * 2.0 ** min(self._failures, 10)) * _CHANCE.uniform(0.5, 1.0)

    def _tell_of_clock(self) -> None:
        """Say when the clock was set: the times of the records follow it, their order does not."""
        jump = time.time() - _since_boot() - self._clock
        if abs(jump) > CLOCK_JUMP:
            self._clock += jump
            self._warn(f"The clock of this machine jumped by {jump:+,.0f} s; so do the times of what is logged.")

    def _warn_once(self, line: str) -> None:
        if not self._warned:
            self._warned = True
            self._warn(line)


def _since_boot() -> float:
    """Seconds that pass evenly, where it can be had also while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
