"""The sequencer's view of events: those without a global number yet, in the order they may get one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from headwater_service.store.graph import Transaction

CHAIN: Final = "events"
_SINCE_FORMAT_2: Final = frozenset({"subject_id", "answer", "format"})

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
  .id, .scope, .scope_id, .subject_id, .number, .kind, .operation_id, .before, .after, .answer, .by, .at, .format,
  waits_for: waits_for
}) AS events
"""

# The lease keeps two sequencers apart; the write first makes sure that even they would take turns.
READ_CHAIN: Final = """
MERGE (chain:EventChain {name: $name})
SET chain.lock = $holder
RETURN coalesce(chain.seq, 0) AS seq, coalesce(chain.hash, $genesis) AS hash
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


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is stored; `before`, `after` and `answer` are JSON text. `canonical` is what its hash covers.

    Events from before there was a `format` are hashed without their subject and answer.
    """

    id: str
    scope: str
    scope_id: str
    subject_id: str | None
    number: int
    kind: str
    operation_id: str
    before: str | None
    after: str | None
    answer: str | None
    by: str | None
    at: int
    format: int | None

    def canonical(self, seq: int) -> bytes:
        facts = {name: getattr(self, name) for name in self.__slots__}
        if self.format is None:
            facts = {name: value for name, value in facts.items() if name not in _SINCE_FORMAT_2}
        # A forged value may be of any type that the database knows; it must be hashed, not crash.
        return orjson.dumps({**facts, "seq": seq}, default=str, option=orjson.OPT_SORT_KEYS)


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
    return [Unsequenced(event_from(facts), facts["waits_for"]) for facts in row["events"]]


async def read_chain(tx: Transaction, *, holder: str, genesis: str) -> tuple[int, str]:
    """Lock the chain and return the number and hash of its end."""
    row = await tx.row(READ_CHAIN, name=CHAIN, holder=holder, genesis=genesis)
    assert row is not None, "MERGE returns a row"
    return row["seq"], row["hash"]


async def extend_chain(tx: Transaction, links: Sequence[ChainLink]) -> None:
    """Give events their place in the chain, which was locked in this transaction."""
    await tx.rows(SEQUENCE, links=[{"id": link.id, "seq": link.seq, "hash": link.hash} for link in links])
    await tx.rows(EXTEND_CHAIN, name=CHAIN, seq=links[-1].seq, hash=links[-1].hash)


def event_from(facts: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(**{name: facts[name] for name in StoredEvent.__slots__})
