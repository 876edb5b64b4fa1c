"""What a check of the audit trail reads: stretches of the chain, the end of it, and the counters of scopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.store.events import CHAIN, StoredEvent, event_from
from headwater_service.store.graph import Transaction

FIND_END: Final = """
MATCH (chain:EventChain {name: $name})
RETURN chain.seq AS seq, chain.hash AS hash
"""

FIND_PLACE: Final = """
MATCH (event:Event {seq: $seq})
RETURN event.hash AS hash
"""

# A forged number may be no number at all, of which none can be subtracted.
LIST_STRETCH: Final = """
MATCH (event:Event)
WHERE event.seq > $after
WITH event ORDER BY event.seq LIMIT $limit
OPTIONAL MATCH (previous:Event {
  scope: event.scope, number: CASE WHEN event.number IS :: INTEGER THEN event.number - 1 END
})
OPTIONAL MATCH (home:EventScope {id: CASE WHEN event.number = 1 THEN event.scope END})
WITH event, previous, home ORDER BY event.seq
RETURN collect(event {
  .id, .scope, .scope_id, .subject_id, .number, .kind, .operation_id, .before, .after, .answer, .by, .at, .format,
  .seq, .hash, previous_seq: previous.seq, has_scope: home IS NOT NULL
}) AS events
"""

# The number of a scope's last event stands on the scope too, written in the same transaction.
LIST_SCOPES: Final = """
MATCH (scope:EventScope)
WHERE scope.id > $after
WITH scope ORDER BY scope.id LIMIT $limit
WITH scope, coalesce(scope.event_number, 0) AS count
OPTIONAL MATCH (last:Event {scope: scope.id, number: count})
OPTIONAL MATCH (beyond:Event {scope: scope.id, number: count + 1})
WITH scope, count, last, beyond ORDER BY scope.id
RETURN collect([scope.id, count, last IS NOT NULL, beyond.id]) AS scopes
"""

COUNT_EVENTS: Final = """
MATCH (event:Event)
RETURN count(event) AS count
"""

COUNT_UNSEQUENCED: Final = """
MATCH (event:Unsequenced)
RETURN count(event) AS count
"""

# It looks at every event, so it is only asked when the counts tell that there is one.
FIND_STRAY: Final = """
MATCH (event:Event)
WHERE event.seq IS NULL AND NOT event:Unsequenced
RETURN event.id AS id, event.scope AS scope, event.number AS number, event.kind AS kind
ORDER BY event.id
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the chain: the hash covers everything up to that number."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Sequenced:
    """An event as it stands in the chain. `previous_seq` is where the one before it in its scope stands, if it does.

    `seq`, `hash` and `previous_seq` are what the database holds, which a forger may have made anything. `has_scope` is
    told of the first event of a scope only: that there is such a scope.
    """

    event: StoredEvent
    seq: Any
    hash: Any
    previous_seq: Any
    has_scope: bool


@dataclass(frozen=True, slots=True)
class ScopeEnd:
    """The counter of a scope, whether the event of that number is there, and the id of one beyond it."""

    id: str
    count: int
    has_last: bool
    beyond: str | None


@dataclass(frozen=True, slots=True)
class Stray:
    """An event that neither has its place in the chain nor waits for one."""

    id: str
    scope: str | None
    number: Any
    kind: str | None


async def find_end(tx: Transaction) -> Place | None:
    """Return the end of the chain as the sequencer left it. None: there is no event yet."""
    row = await tx.row(FIND_END, name=CHAIN)
    return None if row is None or row["seq"] is None else Place(row["seq"], row["hash"])


async def find_hash(tx: Transaction, seq: int) -> str | None:
    """Return the hash of the event at a place. None: no event is there."""
    row = await tx.row(FIND_PLACE, seq=seq)
    return None if row is None else row["hash"]


async def list_stretch(tx: Transaction, *, after: int, limit: int) -> list[Sequenced]:
    """Return events in the order of the chain."""
    row = await tx.row(LIST_STRETCH, after=after, limit=limit)
    assert row is not None, "collect returns a row"
    return [
        Sequenced(event_from(facts), facts["seq"], facts["hash"], facts["previous_seq"], facts["has_scope"])
        for facts in row["events"]
    ]


async def list_scope_ends(tx: Transaction, *, after: str, limit: int) -> Sequence[ScopeEnd]:
    """Return the counters of scopes in order of their ids."""
    row = await tx.row(LIST_SCOPES, after=after, limit=limit)
    assert row is not None, "collect returns a row"
    return [ScopeEnd(*columns) for columns in row["scopes"]]


async def find_stray(tx: Transaction) -> Stray | None:
    """Return an event outside the chain that does not wait for its place either."""
    end = await find_end(tx)
    every, waiting = await tx.row(COUNT_EVENTS), await tx.row(COUNT_UNSEQUENCED)
    assert every is not None and waiting is not None, "count returns a row"
    if every["count"] == waiting["count"] + (0 if end is None else end.seq):
        return None
    row = await tx.row(FIND_STRAY)
    return None if row is None else Stray(**row)
