"""Compaction: fewer chunks, the same records, whoever reads, writes or dies meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.history import Batch, HistoryRequest, append_batch, read_history
from headwater_service.domain.history_compaction import (
    LARGEST_BYTES,
    LARGEST_ROWS,
    compact_stream,
    delete_spent,
    groups_of,
)
from headwater_service.domain.runs import StartedRun
from headwater_service.errors import NotFoundError
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.history import StoredChunk, acknowledge, chunk_key, merged_key
from headwater_service.store.history_chunks import ChunkFacts, HistoryRecord
from headwater_service.store.history_compaction import LooseStream, find_loose_streams
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, LeaseLostError, drop_lease, take_lease
from headwater_service.store.objects import ObjectStore, open_objects
from viewers import new_admin, new_run

STREAM = "MATCH (stream:Stream {id: $id}) RETURN stream.acknowledged AS acknowledged, stream.loose AS loose"
CHUNKS = """
MATCH (c:HistoryChunk {run_id: $id, stream: 's'})
RETURN c.first AS first, c.count AS count, c.is_merged AS is_merged ORDER BY first
"""
SPENT = "MATCH (spent:SpentChunk) WHERE spent.key CONTAINS $id RETURN spent.key AS key ORDER BY key"
FINISHED = "MATCH (run:Run {id: $id}) SET run.state = 'FINISHED'"
OLD_SPENT = "MATCH (spent:SpentChunk) WHERE spent.key CONTAINS $id SET spent.spent_at = 0"


class RolledBackError(Exception):
    """What a transaction wrote is not to stay."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The service's own access to the bucket."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def lease(graph: Graph) -> AsyncIterator[Lease]:
    """A lease of this test alone."""
    taken = await graph.write(lambda tx: take_lease(tx, f"compaction {new_id()}", new_id(), seconds=60))
    assert taken is not None
    yield taken


async def write(graph: Graph, objects: ObjectStore, viewer: Viewer, run: StartedRun, *sizes: int) -> None:
    """Append batches of so many records to the stream, each with its number as step and value."""
    rows = await graph.read(lambda tx: tx.rows(STREAM, id=f"{run.run.id}/s"))
    first = rows[0]["acknowledged"] if rows else 0
    for size in sizes:
        records = [HistoryRecord(number, 0.0, {"n": number}) for number in range(first, first + size)]
        first = await append_batch(graph, objects, viewer, run.run.id, Batch("s", first, records))


async def chunks(graph: Graph, run: StartedRun) -> list[tuple[int, int, bool]]:
    rows = await graph.read(lambda tx: tx.rows(CHUNKS, id=run.run.id))
    return [(row["first"], row["count"], row["is_merged"]) for row in rows]


async def loose_of(graph: Graph, run: StartedRun) -> int:
    (row,) = await graph.read(lambda tx: tx.rows(STREAM, id=f"{run.run.id}/s"))
    loose: int = row["loose"]
    return loose


async def values(graph: Graph, objects: ObjectStore, viewer: Viewer, run: StartedRun) -> list[int]:
    history = await read_history(graph, objects, viewer, run.run.id, HistoryRequest(first=10_000))
    return [row["n"] for row in history.rows]


async def spent_keys(graph: Graph, run: StartedRun) -> list[str]:
    return [row["key"] for row in await graph.read(lambda tx: tx.rows(SPENT, id=run.run.id))]


async def stream_of(graph: Graph, run: StartedRun, *, is_over: bool) -> LooseStream:
    return LooseStream(run.run.id, run.container.id, "s", await loose_of(graph, run), is_over)


async def test_a_run_that_is_over_keeps_its_records_in_one_chunk(
    graph: Graph, objects: ObjectStore, lease: Lease
) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 3, 1, 4)

    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))

    assert await chunks(graph, run) == [(0, 8, True)]
    assert await values(graph, objects, admin, run) == list(range(8))
    assert await loose_of(graph, run) == 0
    assert await spent_keys(graph, run) == [
        chunk_key(run.container.entity_id, run.run.id, "s", first) for first in (0, 3, 4)
    ]


async def test_a_record_of_many_keys_is_not_spread_over_a_long_history(
    graph: Graph, objects: ObjectStore, lease: Lease
) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 2000, 2000)
    wide = HistoryRecord(4000, 0.0, {"n": 4000, **{f"k{key}": key for key in range(1500)}})
    await append_batch(graph, objects, admin, run.run.id, Batch("s", 4000, [wide]))

    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))

    # As one they would be 4,001 rows of 1,504 columns.
    assert await chunks(graph, run) == [(0, 4000, True), (4000, 1, False)]
    assert await values(graph, objects, admin, run) == list(range(4001))


async def test_a_stream_goes_on_after_it_was_compacted_and_is_compacted_again(
    graph: Graph, objects: ObjectStore, lease: Lease
) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 2, 2)
    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=False))
    assert await chunks(graph, run) == [(0, 4, True)]

    await write(graph, objects, admin, run, 2, 3)
    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=False))

    assert await chunks(graph, run) == [(0, 9, True)]
    assert await values(graph, objects, admin, run) == list(range(9))
    assert merged_key(run.container.entity_id, run.run.id, "s", 0, 4) in await spent_keys(graph, run)
    assert await loose_of(graph, run) == 1


async def test_streams_wait_until_their_run_ends_or_they_have_many_chunks(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    going_on, over = await new_run(graph, admin), await new_run(graph, admin)
    for run in (going_on, over):
        await write(graph, objects, admin, run, 1, 1)
    found: list[dict[str, tuple[int, bool]]] = []

    async def look(tx: Transaction) -> None:
        # Seen by this transaction alone: a service that runs beside the tests would compact the run at once.
        await tx.rows(FINISHED, id=over.run.id)
        for many in (2, 3):
            streams = await find_loose_streams(tx, many=many, limit=100_000)
            found.append({stream.run_id: (stream.loose, stream.is_over) for stream in streams})
        raise RolledBackError

    with pytest.raises(RolledBackError):
        await graph.write(look)

    few, many = found
    assert (few[going_on.run.id], few[over.run.id]) == ((2, False), (2, True))
    assert (many.get(going_on.run.id), many[over.run.id]) == (None, (2, True))


async def test_spent_objects_stay_for_a_while_and_then_go(graph: Graph, objects: ObjectStore, lease: Lease) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 2, 2)
    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))
    first, second = await spent_keys(graph, run)

    await delete_spent(graph, objects, lease, seconds=600)
    assert [await objects.stat(key) is not None for key in (first, second)] == [True, True]

    await graph.write(lambda tx: tx.rows(OLD_SPENT, id=run.run.id))
    while await delete_spent(graph, objects, lease, seconds=600):
        pass

    assert [await objects.stat(key) for key in (first, second)] == [None, None]
    assert await spent_keys(graph, run) == []
    assert await values(graph, objects, admin, run) == list(range(4))


async def test_a_holder_that_lost_the_lease_changes_nothing(graph: Graph, objects: ObjectStore, lease: Lease) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 2, 2)
    await graph.write(lambda tx: drop_lease(tx, lease))
    successor = await graph.write(lambda tx: take_lease(tx, lease.name, new_id(), seconds=60))
    assert successor is not None

    with pytest.raises(LeaseLostError):
        await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))
    assert await chunks(graph, run) == [(0, 2, False), (2, 2, False)]

    # What it made durable is there for the next one.
    await compact_stream(graph, objects, successor, await stream_of(graph, run, is_over=True))
    assert await chunks(graph, run) == [(0, 4, True)]
    assert await values(graph, objects, admin, run) == list(range(4))


async def test_a_late_sender_of_merged_records_adds_none(graph: Graph, objects: ObjectStore, lease: Lease) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 2, 2, 2)
    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))

    async def late(tx: Transaction) -> int:
        return await acknowledge(tx, run.run.id, "s", ChunkFacts(2, 2, 2, 3), size=100)

    assert await graph.write(late) == 6
    assert await chunks(graph, run) == [(0, 6, True)]
    assert await loose_of(graph, run) == 0


async def test_a_lost_object_keeps_what_is_left_and_is_not_tried_for_ever(
    graph: Graph, objects: ObjectStore, lease: Lease
) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 2, 2)
    key = chunk_key(run.container.entity_id, run.run.id, "s", 2)
    for version in await objects.list_versions(key):
        await objects.delete_version(key, version.version_id)

    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))

    assert await chunks(graph, run) == [(0, 2, False), (2, 2, False)]
    assert await loose_of(graph, run) == 0


async def test_readers_and_writers_notice_nothing_of_compaction(
    graph: Graph, objects: ObjectStore, lease: Lease
) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, 1)
    chance = random.Random(5)
    faults: list[Any] = []
    is_over = False

    async def log() -> None:
        nonlocal is_over
        for _ in range(30):
            await write(graph, objects, admin, run, chance.randint(1, 9))
        is_over = True

    async def read() -> None:
        known = 0
        while not is_over:
            found = await values(graph, objects, admin, run)
            if found != list(range(len(found))) or len(found) < known:
                faults.append(found)
            known = len(found)

    async def compact() -> None:
        while not is_over:
            await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=bool(chance.randint(0, 1))))

    await asyncio.gather(log(), read(), compact())

    assert faults == []
    await compact_stream(graph, objects, lease, await stream_of(graph, run, is_over=True))
    found = await values(graph, objects, admin, run)
    assert found == list(range(len(found)))
    assert await chunks(graph, run) == [(0, len(found), True)]
    with pytest.raises(NotFoundError):
        await objects.get(merged_key(run.container.entity_id, run.run.id, "s", 0, len(found) + 1))


def grouped(counts: Sequence[int], *, is_over: bool, size: int = 1) -> list[list[int]]:
    stored = [StoredChunk("s", size, False, ChunkFacts(0, count, 0, 0)) for count in counts]
    return [[chunk.facts.count for chunk in group] for group in groups_of(stored, is_over=is_over)]


def test_chunks_are_grouped_up_to_the_largest_size() -> None:
    half = LARGEST_ROWS // 2

    assert grouped([half, half, 1, 1], is_over=True) == [[half, half], [1, 1]]
    assert grouped([half, half + 1, 1], is_over=True) == [[half + 1, 1]]
    assert grouped([LARGEST_ROWS + 1, 1, 1], is_over=True) == [[1, 1]]
    assert grouped([1, 1, 1], is_over=True, size=LARGEST_BYTES // 2) == [[1, 1]]
    assert grouped([], is_over=True) == grouped([5], is_over=True) == []


def test_while_a_run_goes_on_a_large_chunk_waits_for_as_much_behind_it() -> None:
    assert grouped([1000, 1, 1, 1], is_over=False) == [[1, 1, 1]]
    assert grouped([1000, 400, 300, 300], is_over=False) == [[1000, 400, 300, 300]]
    assert grouped([1000, 100, 1], is_over=False) == []
    assert grouped([1000, 100, 1], is_over=True) == [[1000, 100, 1]]
