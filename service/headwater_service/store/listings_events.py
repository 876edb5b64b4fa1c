"""Events in pages, by their place in the order of the server; and the moves of an alias."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

from headwater_service.model import AliasMove, Page
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page
from headwater_service.store.reads import ScopedEvent, event_from

# `seq` is unique, so the id never has to break a tie; readers that page by it miss no late commit.
_EVENT_ORDER: Final = Sorting("SEQ", "event.seq", "event.id", OrderDirection.ASC)
_EVENTS: Final[LiteralString] = "MATCH (event:Event) WHERE event.scope_id IN $scopes WITH event"
_SEQUENCED: Final[LiteralString] = "event.seq > 0"
_OF_KINDS: Final[LiteralString] = "event.seq > 0 AND event.kind IN $kinds"
_EVENT_COLUMNS: Final[LiteralString] = """
RETURN event {
  .id, .scope, .number, .seq, .hash, .kind, .operation_id, .before, .after, .by, .at
} AS event, event.scope_id AS scope_id"""

_MOVE_ORDER: Final = Sorting("REV", "move.rev", "move.name", OrderDirection.DESC)
_MOVES: Final[LiteralString] = (
    "MATCH (move:AliasMove {collection_id: $collection, name: $name}) WHERE move.rev > 0 WITH move"
)
_EVERY: Final[LiteralString] = "true"
_MOVE_COLUMNS: Final[LiteralString] = """
RETURN move {
  .collection_id, .name, .rev, .at, .by, .reason, from_version_id: move.from, to_version_id: move.to
} AS move"""


async def list_events(
    tx: Transaction, scopes: Sequence[str], kinds: Sequence[str] | None, window: Window
) -> Page[ScopedEvent]:
    """Return a page of the events of some scopes, oldest first; those not yet numbered come later."""
    return await read_page(tx, _events(scopes, kinds), _EVENT_ORDER, window, event_from)


async def count_events(tx: Transaction, scopes: Sequence[str], kinds: Sequence[str] | None) -> int:
    return await count_all(tx, _events(scopes, kinds), "event")


async def list_moves(tx: Transaction, collection_id: str, name: str, window: Window) -> Page[AliasMove]:
    """Return a page of where an alias has pointed, newest first."""
    return await read_page(tx, _moves(collection_id, name), _MOVE_ORDER, window, _move_from)


async def count_moves(tx: Transaction, collection_id: str, name: str) -> int:
    return await count_all(tx, _moves(collection_id, name), "move")


def _events(scopes: Sequence[str], kinds: Sequence[str] | None) -> Listing:
    return Listing(
        match=_EVENTS,
        condition=_SEQUENCED if kinds is None else _OF_KINDS,
        carry="event",
        columns=_EVENT_COLUMNS,
        parameters={"scopes": list(scopes), "kinds": None if kinds is None else list(kinds)},
    )


def _moves(collection_id: str, name: str) -> Listing:
    return Listing(
        match=_MOVES,
        condition=_EVERY,
        carry="move",
        columns=_MOVE_COLUMNS,
        parameters={"collection": collection_id, "name": name},
    )


def _move_from(row: Mapping[str, Any]) -> AliasMove:
    return AliasMove(**row["move"])
