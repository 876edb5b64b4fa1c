"""What two versions were made of: their runs, and how many inputs of these lie where the viewer sees nothing."""

from collections.abc import Sequence
from typing import Final, LiteralString

from headwater_service.store.graph import Transaction

# The run that made a version, not those that logged the same content later.
MAKERS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (:ArtifactVersion {id: id})<-[edge:PRODUCED {reused: false}]-(run:Run)
WHERE edge.retracted_at IS NULL
RETURN id, run.id AS run
"""

HIDDEN_INPUTS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (:Run {id: id})<-[edge:CONSUMED_BY]-(version:Lineage)
WHERE edge.retracted_at IS NULL AND NOT version.scope_id IN $scopes
RETURN id, count(version) AS count
"""


async def find_makers(tx: Transaction, version_ids: Sequence[str]) -> dict[str, str]:
    """Return, for artifact versions, the id of the run that made each, whoever may see it."""
    return {row["id"]: row["run"] for row in await tx.rows(MAKERS, ids=list(version_ids))}


async def count_hidden_inputs(tx: Transaction, run_ids: Sequence[str], scopes: Sequence[str]) -> dict[str, int]:
    """Return how many inputs of runs lie outside the scopes; a run without such is left out."""
    return {row["id"]: row["count"] for row in await tx.rows(HIDDEN_INPUTS, ids=list(run_ids), scopes=list(scopes))}
