"""What the graph knows of history: how far each stream is acknowledged, and which steps each chunk spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.store.graph import Transaction
from headwater_service.store.history_chunks import ChunkFacts

FIND_ACKNOWLEDGED: Final = """
MATCH (stream:Stream {id: $id})
RETURN stream.acknowledged AS acknowledged
"""

# Two senders of one stream may come here in any order: the number only grows, and a chunk is made once.
ACKNOWLEDGE: Final = """
MERGE (stream:Stream {id: $id})
ON CREATE SET stream.run_id = $run_id, stream.name = $stream
SET stream.acknowledged = CASE
  WHEN coalesce(stream.acknowledged, 0) < $next THEN $next
  ELSE stream.acknowledged
END
MERGE (chunk:HistoryChunk {run_id: $run_id, stream: $stream, first: $first})
SET chunk.count = $count, chunk.min_step = $min_step, chunk.max_step = $max_step
"""

# One record of lists: a long run has tens of thousands of chunks.
LIST_CHUNKS: Final = """
MATCH (chunk:HistoryChunk {run_id: $run_id})
WHERE chunk.max_step >= $low AND chunk.min_step <= $high
WITH chunk ORDER BY chunk.min_step, chunk.stream, chunk.first
RETURN collect([chunk.stream, chunk.first, chunk.count, chunk.min_step, chunk.max_step]) AS chunks
"""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    stream: str
    facts: ChunkFacts


def chunk_key(entity_id: str, run_id: str, stream: str, first: int) -> str:
    return f"{entity_id}/history/{run_id}/{stream}/{first:012}.parquet"


async def find_acknowledged(tx: Transaction, run_id: str, stream: str) -> int:
    """Return the number of the record that is expected next."""
    row = await tx.row(FIND_ACKNOWLEDGED, id=f"{run_id}/{stream}")
    return 0 if row is None else row["acknowledged"]


async def acknowledge(tx: Transaction, run_id: str, stream: str, facts: ChunkFacts) -> None:
    """Note that the records of a chunk are durable."""
    await tx.rows(
        ACKNOWLEDGE,
        id=f"{run_id}/{stream}",
        run_id=run_id,
        stream=stream,
        next=facts.first + facts.count,
        first=facts.first,
        count=facts.count,
        min_step=facts.min_step,
        max_step=facts.max_step,
    )


async def list_chunks(tx: Transaction, run_id: str, *, low: int, high: int) -> Sequence[StoredChunk]:
    """Return the chunks that may hold records of these steps, by the lowest step in each."""
    row = await tx.row(LIST_CHUNKS, run_id=run_id, low=low, high=high)
    assert row is not None, "collect returns a row"
    return [StoredChunk(stream, ChunkFacts(*facts)) for stream, *facts in row["chunks"]]
