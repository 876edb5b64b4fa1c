"""Which chunks of history hold the steps that versions belong to."""

from collections.abc import Sequence
from typing import Final

from headwater_service.store.graph import Transaction
from headwater_service.store.history import StoredChunk
from headwater_service.store.history_chunks import ChunkFacts

LIST_CHUNKS_AT: Final = """
UNWIND $steps AS asked
CALL (asked) {
  MATCH (chunk:HistoryChunk {run_id: asked[0]})
  WHERE chunk.max_step >= asked[1] AND chunk.min_step <= asked[1]
    AND NOT chunk.stream STARTS WITH 'console-' AND NOT chunk.stream STARTS WITH 'system-'
  RETURN collect([
    chunk.stream, coalesce(chunk.size, 0), coalesce(chunk.is_merged, false),
    chunk.first, chunk.count, chunk.min_step, chunk.max_step
  ]) AS chunks
}
RETURN chunks
"""


async def list_chunks_at(tx: Transaction, steps: Sequence[tuple[str, int]]) -> list[list[StoredChunk]]:
    """Return, for each run and step, the chunks of metrics that may hold records of it."""
    rows = await tx.rows(LIST_CHUNKS_AT, steps=[list(step) for step in steps])
    return [
        [StoredChunk(stream, size, is_merged, ChunkFacts(*facts)) for stream, size, is_merged, *facts in row["chunks"]]
        for row in rows
    ]
