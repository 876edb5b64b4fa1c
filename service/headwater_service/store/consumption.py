"""Which runs consumed which versions: edges that are only added."""

from typing import Final

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

FIND_CONSUMED: Final = """
MATCH ()-[edge:CONSUMED_BY {id: $edge_id}]->()
RETURN edge.id AS id
"""

CREATE_CONSUMED: Final = """
MATCH (version:Lineage {id: $version_id})
MATCH (run:Run {id: $run_id})
CREATE (version)-[:CONSUMED_BY {id: $edge_id, at: $at}]->(run)
"""


async def create_consumed(tx: Transaction, run_id: str, version_id: str, *, at: Instant) -> bool:
    """Note that a run consumed a version and return True; False: it was noted before. The run is locked."""
    edge = {"run_id": run_id, "version_id": version_id, "edge_id": f"{run_id}:{version_id}"}
    if await tx.row(FIND_CONSUMED, edge_id=edge["edge_id"]) is not None:
        return False
    await tx.rows(CREATE_CONSUMED, edge, at=at)
    return True
