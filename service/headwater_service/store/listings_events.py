"""Events in pages, by their place in the order of the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from headwater_service.errors import InvalidInputError
from headwater_service.model import Instant, Page
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import (
    Window,
    read_position,
    write_position,
)
from headwater_service.store.reads import ScopedEvent, event_from

# `seq` is unique: it alone is a position. Readers that page by it miss no late commit.
_ORDER: Final = "SEQ"
_FIRST: Final = 0
_LAST: Final = 2**62

_WANTED: Final[LiteralString] = """
  AND ($kinds IS NULL OR event.kind IN $kinds) AND ($actor IS NULL OR event.by = $actor)
  AND ($since IS NULL OR event.at > $since) AND ($until IS NULL OR event.at < $until)
"""
_EVENT_COLUMNS: Final[LiteralString] = """
RETURN event {
  .id, .scope, .subject_id, .number, .seq, .hash, .kind, .operation_id, .before, .after, .by, .at
} AS event, event.scope_id AS scope_id
"""

# Each scope gives its first events in the order of the index, and only those are merged.
OF_SCOPES: Final[LiteralString] = (
    """
UNWIND $scopes AS scope
CALL (scope) {
  MATCH (event:Event)
  WHERE event.scope_id = scope AND event.seq > $position"""
    + _WANTED
    + """
  RETURN event ORDER BY event.scope_id, event.seq LIMIT $limit
}
WITH event ORDER BY event.seq LIMIT $limit"""
    + _EVENT_COLUMNS
    + "ORDER BY event.seq"
)
OF_SCOPES_NEWEST: Final[LiteralString] = (
    """
UNWIND $scopes AS scope
CALL (scope) {
  MATCH (event:Event)
  WHERE event.scope_id = scope AND event.seq < $position"""
    + _WANTED
    + """
  RETURN event ORDER BY event.scope_id DESC, event.seq DESC LIMIT $limit
}
WITH event ORDER BY event.seq DESC LIMIT $limit"""
    + _EVENT_COLUMNS
    + "ORDER BY event.seq DESC"
)
OF_SUBJECT: Final[LiteralString] = (
    """
MATCH (event:Event)
WHERE event.subject_id = $subject AND event.seq > $position AND event.scope_id IN $scopes"""
    + _WANTED
    + "WITH event ORDER BY event.subject_id, event.seq LIMIT $limit"
    + _EVENT_COLUMNS
    + "ORDER BY event.seq"
)
OF_SUBJECT_NEWEST: Final[LiteralString] = (
    """
MATCH (event:Event)
WHERE event.subject_id = $subject AND event.seq < $position AND event.scope_id IN $scopes"""
    + _WANTED
    + "WITH event ORDER BY event.subject_id DESC, event.seq DESC LIMIT $limit"
    + _EVENT_COLUMNS
    + "ORDER BY event.seq DESC"
)
OF_ACTOR: Final[LiteralString] = (
    """
MATCH (event:Event)
WHERE event.by = $actor AND event.seq > $position AND event.scope_id IN $scopes"""
    + _WANTED
    + "WITH event ORDER BY event.by, event.seq LIMIT $limit"
    + _EVENT_COLUMNS
    + "ORDER BY event.seq"
)
OF_ACTOR_NEWEST: Final[LiteralString] = (
    """
MATCH (event:Event)
WHERE event.by = $actor AND event.seq < $position AND event.scope_id IN $scopes"""
    + _WANTED
    + "WITH event ORDER BY event.by DESC, event.seq DESC LIMIT $limit"
    + _EVENT_COLUMNS
    + "ORDER BY event.seq DESC"
)
COUNT_OF_SCOPES: Final[LiteralString] = (
    "MATCH (event:Event) WHERE event.scope_id IN $scopes AND event.seq > 0" + _WANTED + "RETURN count(event) AS count"
)
COUNT_OF_SUBJECT: Final[LiteralString] = (
    "MATCH (event:Event) WHERE event.subject_id = $subject AND event.seq > 0 AND event.scope_id IN $scopes"
    + _WANTED
    + "RETURN count(event) AS count"
)
COUNT_OF_ACTOR: Final[LiteralString] = (
    "MATCH (event:Event) WHERE event.by = $actor AND event.seq > 0 AND event.scope_id IN $scopes"
    + _WANTED
    + "RETURN count(event) AS count"
)

LABELS: Final[LiteralString] = """
UNWIND $ids AS id
OPTIONAL MATCH (lineage:Lineage {id: id})
OPTIONAL MATCH (scope:EventScope {id: id})
RETURN id, coalesce(labels(lineage), []) + coalesce(labels(scope), []) AS labels
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events are wanted: of these scopes, and and-ed with what is not None. `since` and `until` are left out."""

    scopes: Sequence[str]
    subject: str | None = None
    actor: str | None = None
    kinds: Sequence[str] | None = None
    since: Instant | None = None
    until: Instant | None = None


async def list_events(
    tx: Transaction, asked: Asked, window: Window, direction: OrderDirection = OrderDirection.ASC
) -> Page[ScopedEvent]:
    """Return a page of events by their place in the order of the server; those not yet numbered come later."""
    is_newest = direction is OrderDirection.DESC
    position = _LAST if is_newest else _FIRST
    if window.after is not None:
        # A position is the same in both directions, so a reader may turn round.
        position = seq_at(window.after)
    if asked.subject is not None:
        text = OF_SUBJECT_NEWEST if is_newest else OF_SUBJECT
    elif asked.actor is not None:
        text = OF_ACTOR_NEWEST if is_newest else OF_ACTOR
    else:
        text = OF_SCOPES_NEWEST if is_newest else OF_SCOPES
    rows = await tx.rows(text, _parameters(asked), position=position, limit=window.first + 1)
    found = [event_from(row) for row in rows[: window.first]]
    return Page(
        items=found,
        cursors=[position_of(scoped.event.seq or 0, scoped.event.id) for scoped in found],
        has_next=len(rows) > window.first,
    )


async def count_events(tx: Transaction, asked: Asked) -> int:
    """Count what all pages would show."""
    text = COUNT_OF_SCOPES
    if asked.subject is not None:
        text = COUNT_OF_SUBJECT
    elif asked.actor is not None:
        text = COUNT_OF_ACTOR
    row = await tx.row(text, _parameters(asked))
    assert row is not None, "count returns a row"
    return int(row["count"])


async def find_labels(tx: Transaction, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return what the subjects of events are."""
    rows = await tx.rows(LABELS, ids=list(ids))
    return {row["id"]: frozenset(row["labels"]) for row in rows}


def position_of(seq: int, event_id: str) -> str:
    """Return the position of an event in every listing of events."""
    return write_position(_ORDER, seq, event_id)


def seq_at(after: str) -> int:
    """Return the number of the event at a position. Raises InvalidInputError for one of another listing."""
    seq, _ = read_position(after, _ORDER)
    if not isinstance(seq, int):
        raise InvalidInputError("`after` is not a cursor of this listing.", field="after")
    return seq


def _parameters(asked: Asked) -> dict[str, Any]:
    return {
        "scopes": list(asked.scopes),
        "subject": asked.subject,
        "actor": asked.actor,
        "kinds": None if asked.kinds is None else list(asked.kinds),
        "since": asked.since,
        "until": asked.until,
    }
