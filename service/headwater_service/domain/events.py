"""The one order of all events: a global number and a chain of hashes, given by one sequencer at a time.

Readers page by the global number alone. Times can't serve as a cursor, for a transaction that began early may
commit late; and a counter taken in every write would make all writers wait for each other.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from headwater_service.store import events as store
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.leases import Lease, check_lease

GENESIS: Final = "0" * 64
BATCH: Final = 2_000


async def sequence_events(graph: Graph, lease: Lease, *, limit: int = BATCH) -> int:
    """Give up to `limit` events their global number and hash, and return how many. Raises LeaseLostError."""
    if not await graph.read(store.has_unsequenced):
        return 0

    async def work(tx: Transaction) -> int:
        await check_lease(tx, lease)
        seq, previous = await store.read_chain(tx, holder=lease.holder, genesis=GENESIS)
        events = in_order(await store.list_unsequenced(tx, limit=limit))
        links: list[store.ChainLink] = []
        for event in events:
            seq += 1
            previous = link_hash(previous, event, seq)
            links.append(store.ChainLink(event.id, seq, previous))
        if links:
            await store.extend_chain(tx, links)
        return len(links)

    return await graph.write(work)


def in_order(events: Sequence[store.Unsequenced]) -> list[store.StoredEvent]:
    """Return those whose predecessor in their scope has its number already, or comes before them here."""
    ready: list[store.StoredEvent] = []
    numbered: set[str] = set()
    for unsequenced in events:
        if unsequenced.waits_for is None or unsequenced.waits_for in numbered:
            numbered.add(unsequenced.event.id)
            ready.append(unsequenced.event)
    return ready


def link_hash(previous: str, event: store.StoredEvent, seq: int) -> str:
    """Return the hash of an event's place: SHA-256 over the hash before and the event in canonical JSON."""
    return hashlib.sha256(previous.encode() + event.canonical(seq)).hexdigest()
