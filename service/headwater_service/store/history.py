"""What the graph knows of history: how far each stream is acknowledged, and which steps each chunk spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from headwater_service.store.graph import Transaction
from headwater_service.store.history_chunks import ChunkFacts

FIND_ACKNOWLEDGED: Final = """
MATCH (stream:Stream {id: $id})
RETURN stream.acknowledged AS acknowledged
"""

# Two senders of one stream may come here in any order: locked before it is read, the number only grows, and a chunk is
# noted once, while the stream stands where the chunk begins. One that comes late may be part of a merged chunk by now.
ACKNOWLEDGE: Final = """
MERGE (stream:Stream {id: $id})
ON CREATE SET stream.run_id = $run_id, stream.name = $stream, stream.acknowledged = 0, stream.loose = 0
SET stream.lock = $next
WITH stream
CALL (stream) {
  WITH stream WHERE stream.acknowledged = $first
  SET stream.acknowledged = $next, stream.loose = coalesce(stream.loose, 0) + 1
  CREATE (:HistoryChunk {
    run_id: $run_id, stream: $stream, first: $first, count: $count,
    min_step: $min_step, max_step: $max_step, size: $size, is_merged: false
  })
}
RETURN stream.acknowledged AS acknowledged
"""

# One record of lists: a long run has tens of thousands of chunks.
LIST_CHUNKS: Final = """
MATCH (chunk:HistoryChunk {run_id: $run_id})
WHERE chunk.max_step >= $low AND chunk.min_step <= $high AND CASE
  WHEN chunk.stream STARTS WITH 'console-' THEN 'console'
  WHEN chunk.stream STARTS WITH 'system-' THEN 'system'
  ELSE 'metrics'
END = $kind
WITH chunk ORDER BY chunk.min_step, chunk.stream, chunk.first
RETURN collect([
  chunk.stream, coalesce(chunk.size, 0), coalesce(chunk.is_merged, false),
  chunk.first, chunk.count, chunk.min_step, chunk.max_step
]) AS chunks
"""


class StreamKind(StrEnum):
    """What the records of a stream are; its name begins with `console-` or `system-`, or it holds metrics."""

    METRICS = "metrics"
    CONSOLE = "console"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the graph knows it: `size` is its bytes in memory; `is_merged` if compaction made it."""

    stream: str
    size: int
    is_merged: bool
    facts: ChunkFacts


def chunk_key(entity_id: str, run_id: str, stream: str, first: int) -> str:
    return f"{entity_id}/history/{run_id}/{stream}/{first:012}.parquet"


def merged_key(entity_id: str, run_id: str, stream: str, first: int, end: int) -> str:
    """Return where the records from `first` to before `end` lie as one chunk: named by both, for it never changes."""
    return f"{entity_id}/history/{run_id}/{stream}/{first:012}-{end:012}.parquet"


def key_of(entity_id: str, run_id: str, chunk: StoredChunk) -> str:
    facts = chunk.facts
    if chunk.is_merged:
        return merged_key(entity_id, run_id, chunk.stream, facts.first, facts.first + facts.count)
    return chunk_key(entity_id, run_id, chunk.stream, facts.first)


async def find_acknowledged(tx: Transaction, run_id: str, stream: str) -> int:
    """Return the number of the record that is expected next."""
    row = await tx.row(FIND_ACKNOWLEDGED, id=f"{run_id}/{stream}")
    return 0 if row is None else row["acknowledged"]


async def acknowledge(tx: Transaction, run_id: str, stream: str, facts: ChunkFacts, *, size: int) -> int:
    """Note that the records of a chunk are durable; return the number of the record that is expected next."""
    row = await tx.row(
        ACKNOWLEDGE,
        id=f"{run_id}/{stream}",
        run_id=run_id,
        stream=stream,
        next=facts.first + facts.count,
        first=facts.first,
        count=facts.count,
        min_step=facts.min_step,
        max_step=facts.max_step,
        size=size,
    )
    assert row is not None, "a stream is made where there is none"
    return int(row["acknowledged"])


async def list_chunks(
    tx: Transaction, run_id: str, *, low: int, high: int, kind: StreamKind = StreamKind.METRICS
) -> Sequence[StoredChunk]:
    """Return the chunks of a kind that may hold records of these steps, by the lowest step in each."""
    row = await tx.row(LIST_CHUNKS, run_id=run_id, low=low, high=high, kind=kind.value)
    assert row is not None, "collect returns a row"
    return [
        StoredChunk(stream, size, is_merged, ChunkFacts(*facts)) for stream, size, is_merged, *facts in row["chunks"]
    ]
