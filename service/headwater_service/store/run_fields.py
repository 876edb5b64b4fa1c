"""Leaves of configs and summaries in the graph: one node each, found through indexes."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater_service.store.graph import Transaction

MIGRATION: Final = 10

# What a run without a number at a path is ordered by; every rank is nearer to zero.
NO_NUMBER: Final = sys.float_info.max

DELETE_RUN_FIELDS: Final = """
UNWIND $paths AS path
MATCH (field:RunField {run_id: $run_id, path: path})
DELETE field
"""

DELETE_ALL_RUN_FIELDS: Final = """
MATCH (field:RunField {run_id: $run_id})
WHERE field.path IS NOT NULL
DELETE field
"""

CREATE_RUN_FIELDS: Final = """
UNWIND $fields AS leaf
CREATE (:RunField {
  scope_id: $scope_id, run_id: $run_id, path: leaf.path, num: leaf.num, str: leaf.str, rank: leaf.rank
})
"""

# How far the runs from before are filled in is kept beside the migration that made the indexes.
FIND_FILLED: Final = """
MATCH (migration:Migration {number: $number})
WHERE NOT coalesce(migration.is_filled, false)
RETURN coalesce(migration.filled_to, '') AS after
"""

SET_FILLED: Final = """
MATCH (migration:Migration {number: $number})
SET migration.filled_to = $after, migration.is_filled = $after IS NULL
"""

# Each is locked before it is read, so that nobody changes it in between.
LOCK_RUNS_AFTER: Final = """
MATCH (run:Run)
WHERE run.id > $after
WITH run
ORDER BY run.id
LIMIT $limit
SET run.search_lock = $after
RETURN run {.id, .scope_id, .config, .summary} AS run
"""


async def create_run_fields(tx: Transaction, scope_id: str, run_id: str, fields: Sequence[Mapping[str, Any]]) -> None:
    """Store leaves: `path`, `num`, `str` and `rank` each."""
    if fields:
        await tx.rows(CREATE_RUN_FIELDS, scope_id=scope_id, run_id=run_id, fields=fields)


async def delete_run_fields(tx: Transaction, run_id: str, paths: Sequence[str]) -> None:
    """Remove all leaves of a run at these paths."""
    await tx.rows(DELETE_RUN_FIELDS, run_id=run_id, paths=paths)


async def delete_all_run_fields(tx: Transaction, run_id: str) -> None:
    await tx.rows(DELETE_ALL_RUN_FIELDS, run_id=run_id)


async def find_filled(tx: Transaction) -> str | None:
    """Return the id of the last run from before that has its leaves; None when all have."""
    row = await tx.row(FIND_FILLED, number=MIGRATION)
    return None if row is None else row["after"]


async def set_filled(tx: Transaction, after: str | None) -> None:
    """Note how far the runs have their leaves; None: all of them."""
    await tx.rows(SET_FILLED, number=MIGRATION, after=after)


async def lock_runs_after(tx: Transaction, after: str, *, limit: int) -> list[dict[str, Any]]:
    """Lock the next runs in order of ids, and return what their leaves are made of."""
    return [row["run"] for row in await tx.rows(LOCK_RUNS_AFTER, after=after, limit=limit)]
