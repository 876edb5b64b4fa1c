"""The lineage edges among given nodes, however these were found."""

from collections.abc import Sequence
from typing import Final, LiteralString

from headwater_service.store.graph import Transaction
from headwater_service.store.lineage import MANY, WalkedEdge

# Of a node with more than $many effects those among the given are looked for one by one, and not all of its effects.
EDGES_AMONG: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (node:Lineage {id: id})
WHERE node.scope_id IN $visible
WITH collect(DISTINCT node) AS found
UNWIND found AS node
CALL (node, found) {
  WITH node, found
  WHERE count { (node)-[:CONSUMED_BY|PRODUCED|LINKED_TO]->() } <= $many
  MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)
  WHERE edge.retracted_at IS NULL AND next IN found
  RETURN edge, next
  UNION ALL
  WITH node, found
  WHERE count { (node)-[:CONSUMED_BY|PRODUCED|LINKED_TO]->() } > $many
  UNWIND found AS next
  MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)
  WHERE edge.retracted_at IS NULL
  RETURN edge, next
}
RETURN node.id AS source, next.id AS target, type(edge) AS kind, edge.at AS at, edge.reused AS reused
"""


async def list_edges_among(
    tx: Transaction, ids: Sequence[str], visible: Sequence[str], *, many: int = MANY
) -> list[WalkedEdge]:
    """Return the edges whose two ends are both given and visible."""
    rows = await tx.rows(EDGES_AMONG, ids=list(ids), visible=list(visible), many=many)
    return [WalkedEdge(row["source"], row["target"], row["kind"], row["at"], row["reused"]) for row in rows]
