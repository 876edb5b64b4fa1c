"""Many small chunks of a stream become few large ones: when its run is over, and before if there are many.

The merged chunk is durable under a key of its own before one transaction, which checks the lease, puts it in the
place of the others. So a reader sees each record once, from whichever replica and whenever it dies. The objects of
the others stay for those who have planned to read them, and are deleted later.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.store import history_compaction as store
from headwater_service.store.containers import find_container_by_id
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.history import StoredChunk, key_of, merged_key
from headwater_service.store.history_chunks import ChunkFacts, size_of
from headwater_service.store.history_columns import merge_columns, parts_within
from headwater_service.store.leases import Lease, check_lease
from headwater_service.store.objects import ObjectStore

# A run that logs every second is compacted about once a minute.
MANY: Final = 64
# A chart reads whole chunks, eight at a time; the bytes are those in memory.
LARGEST_ROWS: Final = 65_536
LARGEST_BYTES: Final = 32 * 1024**2
LARGEST_CELLS: Final = LARGEST_BYTES // 8
BATCH: Final = 20
SPENT_BATCH: Final = 200
# Longer than any request lives that planned to read the chunks before.
SPENT_SECONDS: Final = 600.0
# Shorter than a lease, which is renewed between rounds.
_ROUND_SECONDS: Final = 3.0
_READS: Final = 8

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Merged:
    """A chunk made of others."""

    run_id: str
    entity_id: str
    stream: str
    facts: ChunkFacts
    data: bytes


async def compact_histories(
    graph: Graph, objects: ObjectStore, lease: Lease, *, spent_seconds: float = SPENT_SECONDS
) -> bool:
    """Compact some streams and delete what is spent; return whether more waits."""
    started = time.monotonic()
    streams = await graph.read(lambda tx: store.find_loose_streams(tx, many=MANY, limit=BATCH))
    for stream in streams:
        if time.monotonic() - started > _ROUND_SECONDS:
            return True
        await compact_stream(graph, objects, lease, stream)
    is_more = await delete_spent(graph, objects, lease, seconds=spent_seconds)
    return is_more or len(streams) == BATCH


async def compact_stream(graph: Graph, objects: ObjectStore, lease: Lease, stream: store.LooseStream) -> None:
    """Merge what is loose of a stream: all when its run is over, else only what stays small beside what is merged."""

    async def plan(tx: Transaction) -> tuple[str, Sequence[StoredChunk]]:
        container = await find_container_by_id(tx, stream.scope_id)
        assert container is not None, "a run has a project"
        return container.entity_id, await store.list_stream_chunks(tx, stream.run_id, stream.stream)

    entity_id, chunks = await graph.read(plan)
    try:
        for group in groups_of(chunks, is_over=stream.is_over):
            await _merge(graph, objects, lease, stream.run_id, entity_id, group)
    except (NotFoundError, InvalidInputError, ValueError, TypeError, NotImplementedError):
        # A lost or damaged object must neither keep others from being compacted nor be tried for ever: what is there
        # stays as it is, and is tried once more when the run ends or has logged more.
        log.exception("chunks of a stream can't be merged", run=stream.run_id, stream=stream.stream)
        await _settle(graph, lease, stream, left=0)
        return
    await _settle(graph, lease, stream, left=0 if stream.is_over else 1)


def groups_of(chunks: Sequence[StoredChunk], *, is_over: bool) -> Iterator[Sequence[StoredChunk]]:
    """Yield the runs of consecutive chunks that become one each, within the largest sizes."""
    group: list[StoredChunk] = []
    rows = size = 0
    for chunk in chunks:
        rows += chunk.facts.count
        size += chunk.size
        if group and (rows > LARGEST_ROWS or size > LARGEST_BYTES):
            yield from _worthwhile(group, is_over=is_over)
            group, rows, size = [], chunk.facts.count, chunk.size
        group.append(chunk)
    yield from _worthwhile(group, is_over=is_over)


async def delete_spent(graph: Graph, objects: ObjectStore, lease: Lease, *, seconds: float) -> bool:
    """Delete objects that no chunk has named for so long; return whether more waits.

    A key that is spent is never written again, so that it does no harm when two do this at once.
    """
    keys = await graph.read(lambda tx: store.find_spent(tx, seconds=seconds, limit=SPENT_BATCH))
    if not keys:
        return False
    for start in range(0, len(keys), _READS):
        await asyncio.gather(*(_delete(objects, key) for key in keys[start : start + _READS]))

    async def forget(tx: Transaction) -> None:
        await check_lease(tx, lease)
        await store.forget_spent(tx, keys, seconds=seconds)

    await graph.write(forget)
    return len(keys) == SPENT_BATCH


def _worthwhile(group: list[StoredChunk], *, is_over: bool) -> Iterator[Sequence[StoredChunk]]:
    # While more will come, a chunk waits until those behind it are as large together: so each record is copied a few
    # times in all, not once a minute.
    while not is_over and len(group) > 1 and group[0].facts.count > sum(chunk.facts.count for chunk in group[1:]):
        group = group[1:]
    if len(group) > 1:
        yield group


async def _merge(
    graph: Graph, objects: ObjectStore, lease: Lease, run_id: str, entity_id: str, group: Sequence[StoredChunk]
) -> None:
    keys = [key_of(entity_id, run_id, chunk) for chunk in group]
    pieces: list[bytes] = []
    for start in range(0, len(keys), _READS):
        pieces += await asyncio.gather(*(objects.get(key) for key in keys[start : start + _READS]))
    for part in await asyncio.to_thread(parts_within, pieces, LARGEST_CELLS):
        if part.stop - part.start > 1:
            facts, data = await asyncio.to_thread(merge_columns, pieces[part])
            await _swap(graph, objects, lease, _Merged(run_id, entity_id, group[0].stream, facts, data), keys[part])


async def _swap(graph: Graph, objects: ObjectStore, lease: Lease, merged: _Merged, spent: Sequence[str]) -> None:
    """Put a merged chunk in the place of those it is made of."""
    facts = merged.facts
    key = merged_key(merged.entity_id, merged.run_id, merged.stream, facts.first, facts.first + facts.count)
    try:
        await objects.put(key, merged.data, if_absent=True)
    except ConflictError:
        # Made before, by one that died or lost the lease then: the same records, whose order never changes.
        log.info("a merged chunk was there", run=merged.run_id, stream=merged.stream, first=facts.first)

    async def swap(tx: Transaction) -> None:
        await check_lease(tx, lease)
        size = size_of(merged.data)
        await store.merge_chunks(tx, merged.run_id, merged.stream, facts, size=size, spent=spent)

    await graph.write(swap)


async def _settle(graph: Graph, lease: Lease, stream: store.LooseStream, *, left: int) -> None:
    async def work(tx: Transaction) -> None:
        await check_lease(tx, lease)
        await store.settle_stream(tx, stream, left=left)

    await graph.write(work)


async def _delete(objects: ObjectStore, key: str) -> None:
    for version in await objects.list_versions(key):
        await objects.delete_version(key, version.version_id)
