"""The newest events, read once for all in this process who wait for them.

However many wait, one query a moment asks the graph. The last events are kept, as far as they are few and small; who is
further behind reads for itself. Nothing is kept for anybody in particular, so that a slow reader costs nothing.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from headwater_service.errors import UnavailableError
from headwater_service.store.event_tail import SizedEvent, find_head, list_newer
from headwater_service.store.graph import Graph

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 0.25
FAULT_SECONDS: Final = 2.0
BATCH: Final = 100
KEPT: Final = 2_000
# Of JSON text; an event may hold two of the largest configs.
KEPT_BYTES: Final = 8 * 1024**2
# Numbers come without gaps. What is missing is not seen yet; after so long, it was removed behind our back.
GAP_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Tailed:
    """An event, and the moment at which it was read, by the clock of this process."""

    event: SizedEvent
    read_at: float


def without_gap(events: Sequence[SizedEvent], after: int) -> Sequence[SizedEvent]:
    """Return the events behind a number, up to where one is missing."""
    gap = next((place for place, one in enumerate(events) if one.seq != after + 1 + place), None)
    return events[:gap]


class EventTail:
    """Reads while somebody follows, and stops when nobody does."""

    def __init__(self, graph: Graph, *, most_kept: int = KEPT) -> None:
        self.head = 0
        self._graph = graph
        self._most_kept = most_kept
        self._kept: deque[Tailed] = deque()
        self._kept_bytes = 0
        self._followers = 0
        self._starting = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._grown = asyncio.Event()
        self._gap_since: float | None = None

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Keep the tail read. On entry, `head` is the newest event there is."""
        self._followers += 1
        try:
            async with self._starting:
                if self._task is None:
                    self._kept.clear()
                    self._kept_bytes = 0
                    self.head = await self._graph.read(find_head)
                    self._task = asyncio.create_task(self._run(), name="event tail")
            yield
        finally:
            self._followers -= 1
            if self._followers == 0 and self._task is not None:
                self._task.cancel()
                self._task = None

    async def stop(self) -> None:
        """End the reading, at the end of the process."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def wait_beyond(self, seq: int, *, seconds: float) -> None:
        """Wait until there is an event behind this number, but not longer."""
        if self.head > seq:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._grown.wait()

    def after(self, seq: int) -> Sequence[Tailed] | None:
        """Return the events behind a number; None when not all of them are kept any more."""
        if seq >= self.head:
            return ()
        if not self._kept or self._kept[0].event.seq > seq + 1:
            return None
        return [tailed for tailed in self._kept if tailed.event.seq > seq]

    async def _run(self) -> None:
        while True:
            try:
                events = await self._graph.read(lambda tx: list_newer(tx, self.head, limit=BATCH))
                self._keep(self._complete(events))
                await asyncio.sleep(0.0 if len(events) == BATCH else POLL_SECONDS)
            except UnavailableError as error:
                log.warning("the event tail waits for the graph", error=error.message)
                await asyncio.sleep(FAULT_SECONDS)
            except Exception:
                # A bug in one round must not leave all who wait without events for ever.
                log.exception("the event tail failed")
                await asyncio.sleep(FAULT_SECONDS)

    def _keep(self, events: Sequence[SizedEvent]) -> None:
        """Take events in, drop the oldest beyond the limits, and wake who waits."""
        if not events:
            return
        now = time.monotonic()
        for event in events:
            self._kept.append(Tailed(event, now))
            self._kept_bytes += event.size
        while self._kept and (len(self._kept) > self._most_kept or self._kept_bytes > KEPT_BYTES):
            self._kept_bytes -= self._kept.popleft().event.size
        self.head = events[-1].seq
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def _complete(self, events: Sequence[SizedEvent]) -> Sequence[SizedEvent]:
        """Return the events that are sure to have all before them, one of which may be committed only now."""
        found = without_gap(events, self.head)
        if found or not events:
            self._gap_since = None
            return found
        now = time.monotonic()
        self._gap_since = self._gap_since or now
        if now - self._gap_since < GAP_SECONDS:
            return ()
        log.error("an event is missing in the order of all", after=self.head, next=events[0].seq)
        self._gap_since = None
        return without_gap(events, events[0].seq - 1)
