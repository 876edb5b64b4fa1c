"""Leaves of configs and summaries in the graph: one node each, found through indexes."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater_service.store.graph import Transaction

# What a run without a number at a path is ordered by; every rank is nearer to zero.
NO_NUMBER: Final = sys.float_info.max

DELETE_RUN_FIELDS: Final = """
UNWIND $paths AS path
MATCH (field:RunField {run_id: $run_id, path: path})
DELETE field
"""

CREATE_RUN_FIELDS: Final = """
UNWIND $fields AS leaf
CREATE (:RunField {
  scope_id: $scope_id, run_id: $run_id, path: leaf.path, num: leaf.num, str: leaf.str, rank: leaf.rank
})
"""


async def create_run_fields(tx: Transaction, scope_id: str, run_id: str, fields: Sequence[Mapping[str, Any]]) -> None:
    """Store leaves: `path`, `num`, `str` and `rank` each."""
    if fields:
        await tx.rows(CREATE_RUN_FIELDS, scope_id=scope_id, run_id=run_id, fields=fields)


async def delete_run_fields(tx: Transaction, run_id: str, paths: Sequence[str]) -> None:
    """Remove all leaves of a run at these paths."""
    await tx.rows(DELETE_RUN_FIELDS, run_id=run_id, paths=paths)
