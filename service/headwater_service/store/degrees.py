"""How many neighbours nodes of the lineage have, and of what kinds these are: exact, of one side at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from headwater_service.store.graph import Transaction

_AROUND: Final[LiteralString] = """
  WHERE edge.retracted_at IS NULL
  RETURN count(*) AS total, sum(CASE WHEN next.scope_id IN $visible THEN 1 ELSE 0 END) AS visible
}
RETURN collect([id, visible, total - visible]) AS degrees
"""

COUNT_UPSTREAM: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Lineage {id: id})<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)"""
    + _AROUND
)

COUNT_DOWNSTREAM: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Lineage {id: id})-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)"""
    + _AROUND
)

_GROUPS: Final[LiteralString] = """
  WHERE edge.retracted_at IS NULL AND next.scope_id IN $visible
  WITH CASE WHEN next.ended_at IS NULL THEN next.state ELSE 'DELETED' END AS state,
    coalesce(next.type, next.job_type) AS type, count(*) AS count
  RETURN collect([state, type, count]) AS groups
}
RETURN id, groups
"""

GROUP_UPSTREAM: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Lineage {id: id})<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)"""
    + _GROUPS
)

GROUP_DOWNSTREAM: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Lineage {id: id})-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)"""
    + _GROUPS
)


@dataclass(frozen=True, slots=True)
class Degree:
    """How many neighbours a node has on one side: those in the visible scopes, and others."""

    visible: int
    forbidden: int


@dataclass(frozen=True, slots=True)
class NeighbourGroup:
    """Neighbours that share their state and their type (of runs: job type)."""

    state: str
    type: str | None
    count: int


async def count_around(
    tx: Transaction, ids: Sequence[str], visible: Sequence[str], *, is_upstream: bool
) -> dict[str, Degree]:
    """Return the degrees of nodes on one side."""
    text = COUNT_UPSTREAM if is_upstream else COUNT_DOWNSTREAM
    row = await tx.row(text, ids=list(ids), visible=list(visible))
    assert row is not None, "an aggregation returns a row"
    return {node_id: Degree(seen, forbidden) for node_id, seen, forbidden in row["degrees"]}


async def group_around(
    tx: Transaction, ids: Sequence[str], visible: Sequence[str], *, is_upstream: bool
) -> Mapping[str, Sequence[NeighbourGroup]]:
    """Count the visible neighbours of nodes on one side by state and type."""
    text = GROUP_UPSTREAM if is_upstream else GROUP_DOWNSTREAM
    rows = await tx.rows(text, ids=list(ids), visible=list(visible))
    return {row["id"]: [NeighbourGroup(*group) for group in row["groups"]] for row in rows}
