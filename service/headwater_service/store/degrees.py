"""How many neighbours nodes of the lineage have, and of what kinds these are: exact, of one side at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from headwater_service.store.graph import Transaction

# Counts what a match binds as `next`, scope by scope: to look every one of 100,000 up among the visible scopes takes
# almost twice as long. Where `is_total`, none is looked at, and `visible` is null: that takes a tenth.
SPLIT: Final[LiteralString] = """
  WHERE edge.retracted_at IS NULL
  WITH is_total, CASE WHEN is_total THEN null ELSE next.scope_id END AS scope, count(*) AS count
  RETURN sum(count) AS total,
    CASE WHEN head(collect(is_total)) THEN null
    ELSE sum(CASE WHEN scope IN $visible THEN count ELSE 0 END) END AS visible
}
"""

_COLUMNS: Final[LiteralString] = "RETURN collect([id, visible, total - visible, total]) AS degrees"

COUNT_UPSTREAM: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (node:Lineage {id: id})
  WITH node, $totals AND count { (node)<-[:CONSUMED_BY|PRODUCED|LINKED_TO]-() } > $many AS is_total
  MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)"""
    + SPLIT
    + _COLUMNS
)

COUNT_DOWNSTREAM: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (node:Lineage {id: id})
  WITH node, $totals AND count { (node)-[:CONSUMED_BY|PRODUCED|LINKED_TO]->() } > $many AS is_total
  MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)"""
    + SPLIT
    + _COLUMNS
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
    """How many neighbours a node has on one side: those in the visible scopes, and others.

    `forbidden` is None where they were only counted: then `visible` is the number of all.
    """

    visible: int
    forbidden: int | None

    @property
    def total(self) -> int:
        return self.visible + (self.forbidden or 0)


@dataclass(frozen=True, slots=True)
class NeighbourGroup:
    """Neighbours that share their state and their type (of runs: job type)."""

    state: str
    type: str | None
    count: int


async def count_around(
    tx: Transaction, ids: Sequence[str], visible: Sequence[str], *, is_upstream: bool, totals_above: int | None = None
) -> dict[str, Degree]:
    """Return the degrees of nodes on one side. Of those with more than `totals_above` neighbours only the total."""
    text = COUNT_UPSTREAM if is_upstream else COUNT_DOWNSTREAM
    row = await tx.row(
        text, ids=list(ids), visible=list(visible), totals=totals_above is not None, many=totals_above or 0
    )
    assert row is not None, "an aggregation returns a row"
    return {
        node_id: Degree(total, None) if seen is None else Degree(seen, forbidden)
        for node_id, seen, forbidden, total in row["degrees"]
    }


async def group_around(
    tx: Transaction, ids: Sequence[str], visible: Sequence[str], *, is_upstream: bool
) -> Mapping[str, Sequence[NeighbourGroup]]:
    """Count the visible neighbours of nodes on one side by state and type."""
    text = GROUP_UPSTREAM if is_upstream else GROUP_DOWNSTREAM
    rows = await tx.rows(text, ids=list(ids), visible=list(visible))
    return {row["id"]: [NeighbourGroup(*group) for group in row["groups"]] for row in rows}
