"""Which runs consumed which versions: edges that are only added."""

from typing import Final

from headwater_service.errors import ConflictError
from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

FIND_CONSUMED: Final = """
MATCH ()-[edge:CONSUMED_BY {id: $edge_id}]->()
RETURN edge.id AS id
"""

# An edge locks neither of its ends. The write of a parameter does, before the state is read: a deletion of the version
# either comes first and is seen here, or comes after and counts this edge.
CREATE_CONSUMED: Final = """
MATCH (version:Lineage {id: $version_id})
SET version.lock = $edge_id
WITH version
WHERE version.state = 'COMMITTED'
MATCH (run:Run {id: $run_id})
CREATE (version)-[edge:CONSUMED_BY {id: $edge_id, at: $at}]->(run)
RETURN edge.id AS id
"""


async def create_consumed(tx: Transaction, run_id: str, version_id: str, *, at: Instant) -> bool:
    """Note that a run consumed a version and return True; False: it was noted before. The run is locked."""
    edge = {"run_id": run_id, "version_id": version_id, "edge_id": f"{run_id}:{version_id}"}
    if await tx.row(FIND_CONSUMED, edge_id=edge["edge_id"]) is not None:
        return False
    if await tx.row(CREATE_CONSUMED, edge, at=at) is None:
        raise ConflictError("That version was deleted just now: its content can't be used any more.")
    return True
