"""The end of the order of all events, whatever their scope: for the one reader of a process that waits for new ones."""

from dataclasses import dataclass
from typing import Final, LiteralString

from headwater_service.store.events import CHAIN
from headwater_service.store.graph import Transaction
from headwater_service.store.reads import ScopedEvent, event_from

HEAD: Final[LiteralString] = """
MATCH (chain:EventChain {name: $name})
RETURN chain.seq AS seq
"""

NEWER_EVENTS: Final[LiteralString] = """
MATCH (event:Event)
WHERE event.seq > $after
WITH event ORDER BY event.seq LIMIT $limit
RETURN event {
  .id, .scope, .subject_id, .number, .seq, .hash, .kind, .operation_id, .before, .after, .by, .at
} AS event, event.scope_id AS scope_id
ORDER BY event.seq
"""


async def find_head(tx: Transaction) -> int:
    """Return the number of the last event that the sequencer has numbered; 0 when there is none."""
    row = await tx.row(HEAD, name=CHAIN)
    return 0 if row is None or row["seq"] is None else int(row["seq"])


@dataclass(frozen=True, slots=True)
class SizedEvent:
    """An event, and the length of what it says of before and after."""

    scoped: ScopedEvent
    size: int

    @property
    def seq(self) -> int:
        return self.scoped.event.seq or 0


async def list_newer(tx: Transaction, after: int, *, limit: int) -> list[SizedEvent]:
    """Return the first events behind a number, of all scopes."""
    rows = await tx.rows(NEWER_EVENTS, after=after, limit=limit)
    return [
        SizedEvent(event_from(row), len(row["event"]["before"] or "") + len(row["event"]["after"] or ""))
        for row in rows
    ]
