"""The history of aliases in the graph, read: pages of moves, places as of a time, and how long each move stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from headwater_service.model import Alias, AliasMove, Instant, Page
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page

_ORDER: Final = Sorting("REV", "move.rev", "move.name", OrderDirection.DESC)
_MOVES: Final[LiteralString] = """
MATCH (move:AliasMove {collection_id: $collection, name: $name})
WHERE move.rev > 0
WITH move"""
# Of all aliases: what one call moved has one time, so that the name tells it apart.
_ORDER_OF_ALL: Final = Sorting("AT", "move.at", "move.name", OrderDirection.DESC)
_ALL_MOVES: Final[LiteralString] = """
MATCH (move:AliasMove {collection_id: $collection})
WHERE move.at > 0 AND move.name IS NOT NULL
WITH move"""
_WHEN: Final[LiteralString] = (
    "($moved_after IS NULL OR move.at > $moved_after) AND ($moved_before IS NULL OR move.at < $moved_before)"
)
_COLUMNS: Final[LiteralString] = """
RETURN move {
  .collection_id, .name, .rev, .at, .by, .reason, from_version_id: move.from, to_version_id: move.to
} AS move"""

# Of several moves up to then the index gives the last one first. `number` is the place of the question in the list.
FIND_ALIASES_AT: Final = """
UNWIND $questions AS asked
OPTIONAL CALL (asked) {
  MATCH (move:AliasMove {collection_id: asked.collection_id, name: asked.name})
  WHERE move.at <= asked.at
  RETURN move
  ORDER BY move.collection_id DESC, move.name DESC, move.at DESC
  LIMIT 1
}
WITH asked, move, datetime.realtime() AS now
RETURN asked.number AS number, now.epochSeconds * 1000000 + now.microsecond AS now,
  CASE WHEN move.to IS NULL THEN NULL ELSE move {
    .collection_id, .name, .rev, version_id: move.to, moved_at: move.at, moved_by: move.by
  } END AS alias
"""

FIND_MOVES: Final = """
UNWIND $questions AS asked
MATCH (move:AliasMove {collection_id: asked.collection_id, name: asked.name, rev: asked.rev})
RETURN asked.number AS number, move {
  .collection_id, .name, .rev, .at, .by, .reason, from_version_id: move.from, to_version_id: move.to
} AS move
"""

# The index alone tells the names; only those of aliases that are gone are kept.
FIND_FORMER: Final = """
UNWIND $collections AS collection_id
MATCH (move:AliasMove {collection_id: collection_id})
WHERE move.at > 0 AND move.name IS NOT NULL
WITH DISTINCT collection_id, move.name AS name
WHERE NOT EXISTS { (:Alias {collection_id: collection_id, name: name}) }
WITH collection_id, name ORDER BY name
RETURN collection_id, collect(name) AS names
"""

FIND_SPANS: Final = """
UNWIND $questions AS asked
OPTIONAL MATCH (next:AliasMove {collection_id: asked.collection_id, name: asked.name, rev: asked.rev + 1})
WITH asked, next, datetime.realtime() AS now
RETURN asked.number AS number, next.at AS until, now.epochSeconds * 1000000 + now.microsecond AS now
"""


@dataclass(frozen=True, slots=True)
class MovesWanted:
    """Which moves of an alias, or of all of a collection: all, or those between two times, neither included."""

    collection_id: str
    name: str | None
    after: Instant | None = None
    before: Instant | None = None


@dataclass(frozen=True, slots=True)
class AliasAt:
    """Where an alias pointed at a time (None: nowhere), and the database's time when it was asked."""

    alias: Alias | None
    now: Instant


@dataclass(frozen=True, slots=True)
class Span:
    """When a move was replaced (None: not yet), and the database's time when it was asked."""

    until: Instant | None
    now: Instant


async def list_moves(tx: Transaction, wanted: MovesWanted, window: Window) -> Page[AliasMove]:
    """Return a page of where an alias has pointed, or all of a collection, newest first."""
    order = _ORDER_OF_ALL if wanted.name is None else _ORDER
    return await read_page(tx, _listing(wanted), order, window, _move_from)


async def count_moves(tx: Transaction, wanted: MovesWanted) -> int:
    return await count_all(tx, _listing(wanted), "move")


async def find_aliases_at(tx: Transaction, asked: Sequence[tuple[str, str, Instant]]) -> list[AliasAt]:
    """Return where aliases, each of a collection by name, pointed at a time."""
    questions = [
        {"number": number, "collection_id": collection_id, "name": name, "at": at}
        for number, (collection_id, name, at) in enumerate(asked)
    ]
    rows = {row["number"]: row for row in await tx.rows(FIND_ALIASES_AT, questions=questions)}
    found = [rows[number] for number in range(len(asked))]
    return [AliasAt(None if row["alias"] is None else Alias(**row["alias"]), row["now"]) for row in found]


async def find_moves(tx: Transaction, asked: Sequence[tuple[str, str, int]]) -> list[AliasMove]:
    """Return moves by collection, name and number; each must be there."""
    rows = {row["number"]: row for row in await tx.rows(FIND_MOVES, questions=_numbered(asked))}
    return [_move_from(rows[number]) for number in range(len(asked))]


async def find_former_names(tx: Transaction, collection_ids: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the names of the aliases that each collection had and has no more, sorted."""
    rows = await tx.rows(FIND_FORMER, collections=list(collection_ids))
    return {row["collection_id"]: row["names"] for row in rows}


async def find_spans(tx: Transaction, asked: Sequence[tuple[str, str, int]]) -> list[Span]:
    """Return how long moves stood, by collection, name and number."""
    rows = {row["number"]: row for row in await tx.rows(FIND_SPANS, questions=_numbered(asked))}
    return [Span(rows[number]["until"], rows[number]["now"]) for number in range(len(asked))]


def _numbered(asked: Sequence[tuple[str, str, int]]) -> list[dict[str, Any]]:
    return [
        {"number": number, "collection_id": collection_id, "name": name, "rev": rev}
        for number, (collection_id, name, rev) in enumerate(asked)
    ]


def _listing(wanted: MovesWanted) -> Listing:
    return Listing(
        match=_ALL_MOVES if wanted.name is None else _MOVES,
        condition=_WHEN,
        carry="move",
        columns=_COLUMNS,
        parameters={
            "collection": wanted.collection_id,
            "name": wanted.name,
            "moved_after": wanted.after,
            "moved_before": wanted.before,
        },
        leading="move.collection_id" if wanted.name is None else None,
    )


def _move_from(row: Mapping[str, Any]) -> AliasMove:
    return AliasMove(**row["move"])
