"""Texts for what was written before there was a search: read a stretch at a time, in order of ids, and filled in.

How far it came is kept beside the migration that made the indexes.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, LiteralString

from headwater_service.store.graph import Transaction

MIGRATION: Final = 3


class Filled(StrEnum):
    """What is filled in now; DONE when nothing is left."""

    COLLECTIONS = "COLLECTIONS"
    VERSIONS = "VERSIONS"
    RUNS = "RUNS"
    DONE = "DONE"


PROGRESS: Final = """
MATCH (migration:Migration {number: $number})
RETURN migration.filled AS filled, migration.filled_to AS after
"""

SET_PROGRESS: Final = """
MATCH (migration:Migration {number: $number})
SET migration.filled = $filled, migration.filled_to = $after
"""

# Each is locked before it is read, so that nobody changes it in between. What is in no scope is found by nobody.
COLLECTIONS_AFTER: Final = """
MATCH (node:Collection)
WHERE node.id > $after AND node.scope_id IS NOT NULL
WITH node
ORDER BY node.id
LIMIT $limit
SET node.search_lock = $after
RETURN node {
  .id, .scope_id, .search_text,
  name: coalesce(node.name, ''), description: coalesce(node.description, ''), tags: coalesce(node.tags, [])
} AS node
"""

VERSIONS_AFTER: Final = """
MATCH (node:ArtifactVersion)
WHERE node.id > $after AND node.scope_id IS NOT NULL
WITH node
ORDER BY node.id
LIMIT $limit
SET node.search_lock = $after
RETURN node {
  .id, .scope_id, .search_text, description: coalesce(node.description, ''), tags: coalesce(node.tags, [])
} AS node
"""

RUNS_AFTER: Final = """
MATCH (node:Run)
WHERE node.id > $after AND node.scope_id IS NOT NULL
WITH node
ORDER BY node.id
LIMIT $limit
SET node.search_lock = $after
RETURN node {
  .id, .scope_id, .job_type, .search_text, name: coalesce(node.name, ''), notes: coalesce(node.notes, ''),
  tags: coalesce(node.tags, [])
} AS node
"""

SET_RUN_TEXT: Final = """
MATCH (run:Run {id: $id})
SET run.search_text = $text, run.search_scope = $scope
"""

_AFTER: Final[dict[Filled, LiteralString]] = {
    Filled.COLLECTIONS: COLLECTIONS_AFTER,
    Filled.VERSIONS: VERSIONS_AFTER,
    Filled.RUNS: RUNS_AFTER,
}


async def find_progress(tx: Transaction) -> tuple[Filled, str]:
    """Return what is to be filled in, and the id of the last that is."""
    row = await tx.row(PROGRESS, number=MIGRATION)
    if row is None or row["filled"] is None:
        return Filled.COLLECTIONS, ""
    return Filled(row["filled"]), row["after"]


async def set_progress(tx: Transaction, filled: Filled, after: str) -> None:
    await tx.rows(SET_PROGRESS, number=MIGRATION, filled=filled.value, after=after)


async def lock_next(tx: Transaction, filled: Filled, after: str, *, limit: int) -> Sequence[dict[str, Any]]:
    """Lock the next of a kind and return what their texts are made of, with the text they have."""
    return [row["node"] for row in await tx.rows(_AFTER[filled], after=after, limit=limit)]


async def set_run_text(tx: Transaction, run_id: str, text: str | None, scope: str | None) -> None:
    await tx.rows(SET_RUN_TEXT, id=run_id, text=text, scope=scope)
