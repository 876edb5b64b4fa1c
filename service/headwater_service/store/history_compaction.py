"""What compaction asks of the graph: streams with loose chunks, the swap of many for one, and what is spent then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.store.graph import Transaction
from headwater_service.store.history import StoredChunk
from headwater_service.store.history_chunks import ChunkFacts

# `loose` counts the chunks that came since the stream was last compacted. A run that goes on waits for many of them.
FIND_LOOSE_STREAMS: Final = """
MATCH (stream:Stream) WHERE stream.loose >= 1
MATCH (run:Run {id: stream.run_id})
WHERE run.state <> 'RUNNING' OR stream.loose >= $many
RETURN run.id AS run_id, run.scope_id AS scope_id, stream.name AS stream, stream.loose AS loose,
       run.state <> 'RUNNING' AS is_over
LIMIT $limit
"""

# An index of several properties is used when all of them are asked for.
LIST_STREAM_CHUNKS: Final = """
MATCH (chunk:HistoryChunk {run_id: $run_id, stream: $stream}) WHERE chunk.first >= 0
WITH chunk ORDER BY chunk.first
RETURN collect([
  coalesce(chunk.size, 0), coalesce(chunk.is_merged, false),
  chunk.first, chunk.count, chunk.min_step, chunk.max_step
]) AS chunks
"""

# The first chunk becomes the merged one. Objects stay for those who planned to read them.
MERGE_CHUNKS: Final = """
MATCH (chunk:HistoryChunk {run_id: $run_id, stream: $stream})
WHERE chunk.first > $first AND chunk.first < $first + $count
DETACH DELETE chunk
WITH count(*) AS removed
MATCH (chunk:HistoryChunk {run_id: $run_id, stream: $stream, first: $first})
SET chunk.count = $count, chunk.min_step = $min_step, chunk.max_step = $max_step,
    chunk.size = $size, chunk.is_merged = true
WITH datetime.realtime() AS clock
UNWIND $spent AS key
CREATE (:SpentChunk {key: key, spent_at: clock.epochSeconds * 1000000 + clock.microsecond})
"""

SETTLE_STREAM: Final = """
MATCH (stream:Stream {id: $id})
SET stream.lock = $loose
WITH stream WHERE stream.loose >= $loose
SET stream.loose = stream.loose - $loose + $left
"""

FIND_SPENT: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond - $microseconds AS before
MATCH (spent:SpentChunk) WHERE spent.spent_at < before
RETURN spent.key AS key
LIMIT $limit
"""

FORGET_SPENT: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond - $microseconds AS before
MATCH (spent:SpentChunk) WHERE spent.spent_at < before AND spent.key IN $keys
DETACH DELETE spent
"""


@dataclass(frozen=True, slots=True)
class LooseStream:
    """A stream to compact, and how many of its chunks are new since the last time."""

    run_id: str
    scope_id: str
    stream: str
    loose: int
    is_over: bool


async def find_loose_streams(tx: Transaction, *, many: int, limit: int) -> Sequence[LooseStream]:
    """Return streams of runs that are over, or with `many` loose chunks."""
    return [LooseStream(**row) for row in await tx.rows(FIND_LOOSE_STREAMS, many=many, limit=limit)]


async def list_stream_chunks(tx: Transaction, run_id: str, stream: str) -> Sequence[StoredChunk]:
    """Return the chunks of a stream in order of their records."""
    row = await tx.row(LIST_STREAM_CHUNKS, run_id=run_id, stream=stream)
    assert row is not None, "collect returns a row"
    return [StoredChunk(stream, size, is_merged, ChunkFacts(*facts)) for size, is_merged, *facts in row["chunks"]]


async def merge_chunks(
    tx: Transaction, run_id: str, stream: str, facts: ChunkFacts, *, size: int, spent: Sequence[str]
) -> None:
    """Put one chunk in the place of all whose records it holds, and note the keys of their objects as spent."""
    await tx.rows(
        MERGE_CHUNKS,
        run_id=run_id,
        stream=stream,
        first=facts.first,
        count=facts.count,
        min_step=facts.min_step,
        max_step=facts.max_step,
        size=size,
        spent=spent,
    )


async def settle_stream(tx: Transaction, stream: LooseStream, *, left: int) -> None:
    """Take the chunks that were loose off the count; `left` (0 or 1) says whether more is to do when the run ends."""
    await tx.rows(SETTLE_STREAM, id=f"{stream.run_id}/{stream.stream}", loose=stream.loose, left=left)


async def find_spent(tx: Transaction, *, seconds: float, limit: int) -> Sequence[str]:
    """Return keys of objects that nothing has named for so long."""
    rows = await tx.rows(FIND_SPENT, microseconds=int(seconds * 1_000_000), limit=limit)
    return [row["key"] for row in rows]


async def forget_spent(tx: Transaction, keys: Sequence[str], *, seconds: float) -> None:
    """Forget objects that are deleted."""
    await tx.rows(FORGET_SPENT, microseconds=int(seconds * 1_000_000), keys=keys)
