"""The shortest paths from one node down to another, as the nodes and edges that lie on them.

Two walks and one record: downstream from the start and upstream from the end. A node lies on a shortest path when its
two distances add up to that of the ends. See `store/lineage.py` for the rules of walks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from headwater_service.store.graph import Transaction
from headwater_service.store.lineage import NEAREST_ABOVE, NEAREST_BELOW, WalkedEdge

_WALKS: Final[LiteralString] = (
    """
MATCH (start:Lineage {id: $start}), (end:Lineage {id: $end})
WHERE start.scope_id IN $visible AND end.scope_id IN $visible
CALL (start) {"""
    + NEAREST_BELOW
    + """  RETURN collect(node) AS below, collect(distance) AS below_distances
}
CALL (end) {
  WITH end AS start"""
    + NEAREST_ABOVE
    + """  RETURN collect(node) AS above, collect(distance) AS above_distances
}
"""
)

# The nearest nodes behind which lies what may not be seen: a path through it is longer than both together by two.
_HIDDEN: Final[LiteralString] = """
CALL (below, below_distances) {
  UNWIND range(0, size(below) - 1) AS position
  WITH below[position] AS node, below_distances[position] AS distance
  MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)
  WHERE edge.retracted_at IS NULL AND NOT next.scope_id IN $visible
  RETURN min(distance) AS hidden_below
}
CALL (above, above_distances) {
  UNWIND range(0, size(above) - 1) AS position
  WITH above[position] AS node, above_distances[position] AS distance
  MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)
  WHERE edge.retracted_at IS NULL AND NOT next.scope_id IN $visible
  RETURN min(distance) AS hidden_above
}
"""

# One of the walks that met the other's start is enough, for it then has everything nearer than that. A node which only
# one of them met counts if the other was cut before it could.
_BETWEEN: Final[LiteralString] = """
CALL (start, end, below, below_distances, above, above_distances) {
  RETURN coalesce(
    head([position IN range(0, size(below) - 1) WHERE below[position] = end | below_distances[position]]),
    head([position IN range(0, size(above) - 1) WHERE above[position] = start | above_distances[position]])
  ) AS length
}
CALL (below, below_distances, above, above_distances, length) {
  CALL (below, below_distances, above, above_distances) {
    UNWIND range(0, size(below) - 1) AS position
    RETURN below[position] AS node, below_distances[position] AS distance, NULL AS rest
    UNION ALL
    UNWIND range(0, size(above) - 1) AS position
    RETURN above[position] AS node, NULL AS distance, above_distances[position] AS rest
  }
  WITH node, min(distance) AS distance, min(rest) AS rest
  WITH node, distance, rest,
    CASE
      WHEN distance IS NULL THEN size(below) = $cap AND length - rest >= last(below_distances)
      WHEN rest IS NULL THEN size(above) = $cap AND length - distance >= last(above_distances)
      ELSE distance + rest = length
    END AS is_between
  WHERE is_between
  RETURN collect(node) AS found, collect(coalesce(distance, length - rest)) AS distances
}
CALL (found) {
  UNWIND found AS node
  MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(previous)
  WHERE edge.retracted_at IS NULL AND previous IN found
  RETURN collect([previous.id, node.id, type(edge), edge.at, edge.reused]) AS edges
}
RETURN length, distances, edges, hidden_below, hidden_above,
  CASE WHEN size(below) = $cap THEN last(below_distances) END AS cut_below,
  CASE WHEN size(above) = $cap THEN last(above_distances) END AS cut_above,
  [node IN found | [
    node.id,
    CASE WHEN node:Run THEN 'RUN' WHEN node:ArtifactVersion THEN 'ARTIFACT_VERSION' ELSE 'REGISTRY_VERSION' END
  ]] AS nodes
"""

FIND_BETWEEN: Final[LiteralString] = _WALKS + _HIDDEN + _BETWEEN


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between two nodes. `length` is that of the shortest path, None: the walks found none.

    `nodes` map ids to kinds and `distances` to edges from the start; where a walk was cut, some may lie on no path.
    `is_cut`: no path was found, and both walks were cut. `unseen_below` and `unseen_above` are the least distances,
    from the start and from the end, of a node next to which there is or, beyond a cut, may be what is not to be seen.
    """

    length: int | None
    nodes: Mapping[str, str]
    distances: Mapping[str, int]
    edges: Sequence[WalkedEdge]
    unseen_below: int | None
    unseen_above: int | None
    is_cut: bool


async def find_between(
    tx: Transaction, start_id: str, end_id: str, visible: Sequence[str], *, cap: int
) -> Between | None:
    """Return what lies on the shortest paths downstream, over `cap` nodes a walk. None: an end is not to be seen."""
    row = await tx.row(FIND_BETWEEN, start=start_id, end=end_id, visible=list(visible), cap=cap)
    return None if row is None else _between_from(row)


def _between_from(row: Mapping[str, Any]) -> Between:
    nodes = dict(row["nodes"])
    length = row["length"]
    return Between(
        length=length,
        nodes=nodes,
        distances=dict(zip(nodes, row["distances"], strict=True)),
        edges=[WalkedEdge(*edge) for edge in row["edges"]],
        unseen_below=_least(row["hidden_below"], row["cut_below"]),
        unseen_above=_least(row["hidden_above"], row["cut_above"]),
        is_cut=length is None and None not in (row["cut_below"], row["cut_above"]),
    )


def _least(*distances: int | None) -> int | None:
    return min((one for one in distances if one is not None), default=None)
