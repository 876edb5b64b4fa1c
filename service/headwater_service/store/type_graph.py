"""The lineage of a whole project by type and job type, counted in one statement.

Groups are what lies in the project and shares kind and type; each looks at its own edges, out of the project too. What
is at their other ends in other places is grouped by its place as well. Edges of the project are counted where they
begin, those from outside where they end, so that each counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

# Before and after any time: what a missing bound is.
_EVER: Final = (-1, 2**62)

_MEMBERS: Final[LiteralString] = """
CALL () {
  MATCH (node:Run)
  WHERE node.scope_id = $scope AND node.created_at > $after AND node.created_at < $before AND node.ended_at IS NULL
  RETURN 'RUN' AS kind, node.job_type AS type, collect(node) AS members
  UNION ALL
  MATCH (node:ArtifactVersion)
  WHERE node.scope_id = $scope AND node.created_at > $after AND node.created_at < $before AND node.ended_at IS NULL
  RETURN 'ARTIFACT_VERSION' AS kind, node.type AS type, collect(node) AS members
  UNION ALL
  MATCH (node:RegistryVersion)
  WHERE node.scope_id = $scope AND node.created_at > $after AND node.created_at < $before AND node.ended_at IS NULL
  RETURN 'REGISTRY_VERSION' AS kind, node.type AS type, collect(node) AS members
}
"""

# What the other ends share. Of what may not be seen nothing is asked but its place: only the edges are counted, so
# that no filter tells anything about it.
_BY_OTHER_END: Final[LiteralString] = """
  WITH other, type(edge) AS edge_kind, count(*) AS edges
  WITH other, edge_kind, edges, other.scope_id AS scope, other.scope_id IN $visible AS is_seen
  WHERE NOT is_seen OR other.created_at > $after AND other.created_at < $before AND other.ended_at IS NULL
  WITH edge_kind, edges, other, scope <> $scope AS is_outside, is_seen,
    CASE WHEN is_seen THEN scope END AS scope,
    CASE WHEN NOT is_seen THEN NULL WHEN other:Run THEN 'RUN' WHEN other:ArtifactVersion THEN 'ARTIFACT_VERSION'
      ELSE 'REGISTRY_VERSION' END AS other_kind,
    CASE WHEN NOT is_seen THEN NULL WHEN other:Run THEN other.job_type ELSE other.type END AS other_type
  WITH edge_kind, scope, other_kind, other_type, sum(edges) AS edges,
    collect(CASE WHEN is_seen AND is_outside THEN other END) AS outside
  RETURN collect({edge: [edge_kind, scope, other_kind, other_type, edges], outside: outside})
"""

COUNT_BY_TYPE: Final[LiteralString] = (
    "MATCH (project:Container {id: $scope})"
    + _MEMBERS
    + """
CALL (members) {
  UNWIND members AS node
  MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(other)
  WHERE edge.retracted_at IS NULL"""
    + _BY_OTHER_END
    + """ AS out_of
}
CALL (members) {
  UNWIND members AS node
  MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(other)
  WHERE edge.retracted_at IS NULL AND other.scope_id <> $scope"""
    + _BY_OTHER_END
    + """ AS into
}
WITH collect({kind: kind, type: type, count: size(members), out_of: out_of, into: into}) AS groups
CALL (groups) {
  UNWIND groups AS group
  UNWIND group.out_of + group.into AS row
  UNWIND row.outside AS other
  WITH DISTINCT row.edge[1] AS scope, row.edge[2] AS kind, row.edge[3] AS type, other
  WITH scope, kind, type, count(other) AS count
  RETURN collect([scope, kind, type, count]) AS outside
}
RETURN [group IN groups | [
    group.kind, group.type, group.count, [row IN group.out_of | row.edge], [row IN group.into | row.edge]
  ]] AS groups, outside
"""
)


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What the members of a group share. `type` is a version's type or a run's job type, None if that is unsaid."""

    scope_id: str
    kind: str
    type: str | None


@dataclass(frozen=True, slots=True)
class CountedEdge:
    source: GroupKey
    target: GroupKey
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class CountedTypes:
    """Members of each group, edges between groups, and edges of each group to what may not be seen."""

    counts: Mapping[GroupKey, int]
    edges: Sequence[CountedEdge]
    hidden: Mapping[GroupKey, int]


async def count_by_type(
    tx: Transaction,
    scope_id: str,
    visible: Sequence[str],
    *,
    created_after: Instant | None,
    created_before: Instant | None,
) -> CountedTypes:
    """Count what lies in a project by kind and type, and its edges by their ends. What has ended is left out."""
    row = await tx.row(
        COUNT_BY_TYPE,
        scope=scope_id,
        visible=list(visible),
        after=_EVER[0] if created_after is None else created_after,
        before=_EVER[1] if created_before is None else created_before,
    )
    assert row is not None, "what is collected is a row, of nothing too"
    return _counted_from(row, scope_id)


def _counted_from(row: Mapping[str, Any], scope_id: str) -> CountedTypes:
    counts: dict[GroupKey, int] = {}
    edges: list[CountedEdge] = []
    hidden: dict[GroupKey, int] = {}
    for kind, type_, count, out_of, into in row["groups"]:
        group = GroupKey(scope_id, kind, type_)
        counts[group] = count
        for is_out, found in ((True, out_of), (False, into)):
            for edge_kind, scope, other_kind, other_type, number in found:
                if scope is None:
                    hidden[group] = hidden.get(group, 0) + number
                    continue
                other = GroupKey(scope, other_kind, other_type)
                source, target = (group, other) if is_out else (other, group)
                edges.append(CountedEdge(source, target, edge_kind, number))
    for scope, kind, type_, count in row["outside"]:
        counts[GroupKey(scope, kind, type_)] = count
    return CountedTypes(counts, edges, hidden)
