"""The sequencer's view of events: those without a global number yet, in the order they may get one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from headwater_service.store.graph import Transaction

CHAIN: Final = "events"

HAS_UNSEQUENCED: Final = """
MATCH (event:Unsequenced)
WHERE event.at >= 0
RETURN event.id AS id
LIMIT 1
"""

# By time, which within a scope is also the order of the numbers. A scan that runs while others commit may meet an
# event but miss the one before it in its scope: `waits_for` is that one, as long as it has no number itself.
LIST_UNSEQUENCED: Final = """
MATCH (event:Unsequenced)
WHERE event.at >= 0
WITH event ORDER BY event.at LIMIT $limit
OPTIONAL MATCH (previous:Event {scope: event.scope, number: event.number - 1})
WITH event, CASE WHEN previous.seq IS NULL THEN previous.id END AS waits_for
ORDER BY event.at, event.scope, event.number
RETURN collect(event {
  .id, .scope, .scope_id, .number, .kind, .operation_id, .before, .after, .by, .at, waits_for: waits_for
}) AS events
"""

# The lease keeps two sequencers apart; the write first makes sure that even they would take turns.
READ_CHAIN: Final = """
MERGE (chain:EventChain {name: $name})
SET chain.lock = $holder
RETURN coalesce(chain.seq, 0) AS seq, coalesce(chain.hash, $genesis) AS hash
"""

FIND_CHAIN_END: Final = """
MATCH (chain:EventChain {name: $name})
RETURN chain.seq AS seq
"""

SEQUENCE: Final = """
UNWIND $links AS link
MATCH (event:Event {id: link.id})
SET event.seq = link.seq, event.hash = link.hash
REMOVE event:Unsequenced
"""

EXTEND_CHAIN: Final = """
MATCH (chain:EventChain {name: $name})
SET chain.seq = $seq, chain.hash = $hash
"""

LIST_SEQUENCED: Final = """
MATCH (event:Event)
WHERE event.seq > $after
WITH event ORDER BY event.seq LIMIT $limit
RETURN collect(event {
  .id, .scope, .scope_id, .number, .kind, .operation_id, .before, .after, .by, .at, .seq, .hash
}) AS events
"""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is stored; `before` and `after` are JSON text. `canonical` is what its hash covers."""

    id: str
    scope: str
    scope_id: str
    number: int
    kind: str
    operation_id: str
    before: str | None
    after: str | None
    by: str | None
    at: int

    def canonical(self, seq: int) -> bytes:
        facts = {name: getattr(self, name) for name in self.__slots__}
        return orjson.dumps({**facts, "seq": seq}, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Unsequenced:
    """An event without a global number; `waits_for` is the id of the one that must get its number first."""

    event: StoredEvent
    waits_for: str | None


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A place in the chain: `hash` covers the event and the hash of the place before."""

    id: str
    seq: int
    hash: str


async def has_unsequenced(tx: Transaction) -> bool:
    return await tx.row(HAS_UNSEQUENCED) is not None


async def list_unsequenced(tx: Transaction, *, limit: int) -> list[Unsequenced]:
    row = await tx.row(LIST_UNSEQUENCED, limit=limit)
    assert row is not None, "collect returns a row"
    return [Unsequenced(_event(facts), facts["waits_for"]) for facts in row["events"]]


async def read_chain(tx: Transaction, *, holder: str, genesis: str) -> tuple[int, str]:
    """Lock the chain and return the number and hash of its end."""
    row = await tx.row(READ_CHAIN, name=CHAIN, holder=holder, genesis=genesis)
    assert row is not None, "MERGE returns a row"
    return row["seq"], row["hash"]


async def find_chain_end(tx: Transaction) -> int:
    """Return the number of the last event that has one, or 0."""
    row = await tx.row(FIND_CHAIN_END, name=CHAIN)
    return 0 if row is None else row["seq"]


async def extend_chain(tx: Transaction, links: Sequence[ChainLink]) -> None:
    """Give events their place in the chain, which was locked in this transaction."""
    await tx.rows(SEQUENCE, links=[{"id": link.id, "seq": link.seq, "hash": link.hash} for link in links])
    await tx.rows(EXTEND_CHAIN, name=CHAIN, seq=links[-1].seq, hash=links[-1].hash)


async def list_sequenced(tx: Transaction, *, after: int, limit: int) -> list[tuple[StoredEvent, ChainLink]]:
    """Return events in order of their global number, with their places in the chain."""
    row = await tx.row(LIST_SEQUENCED, after=after, limit=limit)
    assert row is not None, "collect returns a row"
    return [(_event(facts), ChainLink(facts["id"], facts["seq"], facts["hash"])) for facts in row["events"]]


def _event(facts: dict[str, Any]) -> StoredEvent:
    return StoredEvent(**{name: facts[name] for name in StoredEvent.__slots__})
