"""Walks over the lineage. Every edge points the way data flows, so one text serves one direction.

A walk has exactly one start, found by equality on the unique id, and no bound in its text: only then does the
database visit each node once (`VarLengthExpand(Pruning,BFS)`), nearest first, so that LIMIT ends it early.
A walk stops at nodes outside the visible scopes and at retracted edges, and passes through tombstones.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

from headwater_service.model import ArtifactVersion, Instant, RegistryVersion, Run, RunState, VersionState
from headwater_service.store.degrees import SPLIT
from headwater_service.store.graph import Transaction

# With more neighbours on a side than this, a node is asked about in another way.
MANY: Final = 200

# The nodes nearest to a start, each with its distance, inside a CALL for that start.
NEAREST_BELOW: Final[LiteralString] = """
  MATCH walk = (start)-[:CONSUMED_BY|PRODUCED|LINKED_TO*0..]->(node)
  WHERE all(edge IN relationships(walk) WHERE edge.retracted_at IS NULL)
    AND all(step IN nodes(walk) WHERE step.scope_id IN $visible)
  WITH node, min(length(walk)) AS distance
  ORDER BY distance
  LIMIT $cap
"""

NEAREST_ABOVE: Final[LiteralString] = """
  MATCH walk = (start)<-[:CONSUMED_BY|PRODUCED|LINKED_TO*0..]-(node)
  WHERE all(edge IN relationships(walk) WHERE edge.retracted_at IS NULL)
    AND all(step IN nodes(walk) WHERE step.scope_id IN $visible)
  WITH node, min(length(walk)) AS distance
  ORDER BY distance
  LIMIT $cap
"""

# One more than the cap is read: that one tells that there is more. Nearest come first, so that cutting by depth
# afterwards is exact.
_DOWNSTREAM: Final[LiteralString] = (
    """
CALL (start) {"""
    + NEAREST_BELOW
    + """  WITH node, distance
  WHERE $depth_below IS NULL OR distance <= $depth_below
  RETURN collect(node) AS below, collect(distance) AS below_distances
}
"""
)

_UPSTREAM: Final[LiteralString] = (
    """
CALL (start) {"""
    + NEAREST_ABOVE
    + """  WITH node, distance
  WHERE $depth_above IS NULL OR distance <= $depth_above
  RETURN collect(node) AS above, collect(distance) AS above_distances
}
"""
)

# Around each node, the way the walk went: the edges inside the set, how many neighbours there are at all, and how many
# of them the viewer may see. Nothing is asked twice of a neighbour: some nodes have 100,000. Where there are more than
# $many, the edges inside are looked for from the set.
_AROUND_BELOW: Final[LiteralString] = (
    """
CALL (below, found) {
  UNWIND below AS node
  CALL (node, found) {
    WITH node, found
    WHERE count { (node)-[:CONSUMED_BY|PRODUCED|LINKED_TO]->() } <= $many
    MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)
    WHERE edge.retracted_at IS NULL
    RETURN
      collect(CASE WHEN next IN found THEN [node.id, next.id, type(edge), edge.at, edge.reused] END) AS inside,
      count(*) AS total,
      sum(CASE WHEN next.scope_id IN $visible THEN 1 ELSE 0 END) AS visible
    UNION ALL
    WITH node, found
    WHERE count { (node)-[:CONSUMED_BY|PRODUCED|LINKED_TO]->() } > $many
    CALL (node, found) {
      UNWIND found AS next
      WITH DISTINCT node, next
      MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)
      WHERE edge.retracted_at IS NULL
      RETURN collect([node.id, next.id, type(edge), edge.at, edge.reused]) AS inside
    }
    CALL (node) {
      WITH node, $totals AS is_total
      MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)"""
    + SPLIT
    + """
    RETURN inside, total, visible
  }
  WITH node, inside, total, visible
  WHERE total > 0
  RETURN collect([node.id, inside, total, visible]) AS around_below
}
"""
)

_AROUND_ABOVE: Final[LiteralString] = (
    """
CALL (above, found) {
  UNWIND above AS node
  CALL (node, found) {
    WITH node, found
    WHERE count { (node)<-[:CONSUMED_BY|PRODUCED|LINKED_TO]-() } <= $many
    MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)
    WHERE edge.retracted_at IS NULL
    RETURN
      collect(CASE WHEN next IN found THEN [next.id, node.id, type(edge), edge.at, edge.reused] END) AS inside,
      count(*) AS total,
      sum(CASE WHEN next.scope_id IN $visible THEN 1 ELSE 0 END) AS visible
    UNION ALL
    WITH node, found
    WHERE count { (node)<-[:CONSUMED_BY|PRODUCED|LINKED_TO]-() } > $many
    CALL (node, found) {
      UNWIND found AS next
      WITH DISTINCT node, next
      MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)
      WHERE edge.retracted_at IS NULL
      RETURN collect([next.id, node.id, type(edge), edge.at, edge.reused]) AS inside
    }
    CALL (node) {
      WITH node, $totals AS is_total
      MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(next)"""
    + SPLIT
    + """
    RETURN inside, total, visible
  }
  WITH node, inside, total, visible
  WHERE total > 0
  RETURN collect([node.id, inside, total, visible]) AS around_above
}
"""
)

# What a cause of the start gave directly to an effect of it: on neither walk, yet between nodes that are shown.
_ACROSS: Final[LiteralString] = """
CALL (below, above) {
  UNWIND below AS node
  MATCH (node)<-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]-(cause)
  WHERE edge.retracted_at IS NULL AND cause IN above
  RETURN collect([cause.id, node.id, type(edge), edge.at, edge.reused]) AS across
}
"""

_COLUMNS: Final[LiteralString] = """
RETURN
  [node IN below | node.id] AS below_ids, below_distances,
  [node IN above | node.id] AS above_ids, above_distances,
  around_below, around_above, across,
  CASE WHEN $aliases IS NULL THEN [] ELSE [
    node IN found WHERE EXISTS { (node)<-[:POINTS_TO]-(alias:Alias) WHERE alias.name IN $aliases } | node.id
  ] END AS carriers,
  [node IN found | [
    node.id,
    CASE WHEN node:Run THEN 'RUN' WHEN node:ArtifactVersion THEN 'ARTIFACT_VERSION' ELSE 'REGISTRY_VERSION' END,
    node.scope_id, node.created_at, node.state, coalesce(node.type, node.job_type), node.name, node.key,
    node.collection_id, node.index, node.ended_at
  ]] AS nodes,
  CASE WHEN $details THEN [node IN found | CASE WHEN node:Run THEN [
    node.created_by, node.group, node.tags, node.notes, node.host, node.command, node.git_commit, node.git_remote,
    node.started_at, node.heartbeat_at, node.finished_at, node.exit_code
  ] ELSE [
    node.digest, node.size, node.file_count, node.description, node.tags, node.history_step, node.source_id,
    node.linked_by
  ] END] END AS details
"""

WALK_DOWNSTREAM: Final[LiteralString] = (
    "MATCH (start:Lineage {id: $id})"
    + _DOWNSTREAM
    + "WITH below, below_distances, [] AS above, [] AS above_distances, below AS found"
    + _AROUND_BELOW
    + "WITH *, [] AS around_above, [] AS across"
    + _COLUMNS
)

WALK_UPSTREAM: Final[LiteralString] = (
    "MATCH (start:Lineage {id: $id})"
    + _UPSTREAM
    + "WITH above, above_distances, [] AS below, [] AS below_distances, above AS found"
    + _AROUND_ABOVE
    + "WITH *, [] AS around_below, [] AS across"
    + _COLUMNS
)

WALK_BOTH: Final[LiteralString] = (
    "MATCH (start:Lineage {id: $id})"
    + _DOWNSTREAM
    + _UPSTREAM
    + "WITH below, below_distances, above, above_distances, below + above AS found"
    + _AROUND_BELOW
    + _AROUND_ABOVE
    + _ACROSS
    + _COLUMNS
)


@dataclass(frozen=True, slots=True)
class WalkedNode:
    """A node as the walk found it. `type` is a version's type or a run's job type; `details` in the store's order."""

    id: str
    kind: str
    scope_id: str
    created_at: Instant
    state: str
    type: str | None
    name: str | None
    key: str | None
    collection_id: str | None
    index: int | None
    ended_at: Instant | None
    details: Sequence[Any] | None

    @property
    def shown_state(self) -> str:
        """The state, or DELETED: what a run came to is no longer to be had."""
        return self.state if self.ended_at is None else "DELETED"

    @property
    def source_id(self) -> str | None:
        """The content of a registry version. Needs details."""
        assert self.details is not None, "details were asked for"
        source: str | None = self.details[6] if self.index is not None else None
        return source


@dataclass(frozen=True, slots=True)
class WalkedEdge:
    source: str
    target: str
    kind: str
    at: Instant
    # Of what a run produced: whether the content was there before. None of the other kinds.
    reused: bool | None


@dataclass(frozen=True, slots=True)
class Around:
    """How many neighbours nodes have outside what a walk found: those that the viewer may see, and may not.

    Of the nodes in `unsplit` it was not asked which may be seen: all are in `cut`.
    """

    cut: Mapping[str, int] = field(default_factory=dict)
    hidden: Mapping[str, int] = field(default_factory=dict)
    unsplit: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Walk:
    """What one walk found, or two in opposite directions: `below` and `above` map ids to distances, nearest first.

    `after` tells of the neighbours downstream of what is below, `before` of those upstream of what is above.
    `carriers` are the versions with one of the aliases that were asked for.
    """

    nodes: Mapping[str, WalkedNode]
    below: Mapping[str, int]
    above: Mapping[str, int]
    edges: Sequence[WalkedEdge]
    after: Around = Around()
    before: Around = Around()
    carriers: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a walk goes: `cap` nodes and `depth` edges at most (None: no bound), inside the `visible` scopes.

    `above` and `below` take the place of `depth` on one side. `aliases`, if any are given, are looked for on the
    versions that it finds. With `only_totals` the neighbours of a node that has more than `many` are counted, and it is
    not asked which of them may be seen.
    """

    visible: Sequence[str]
    cap: int
    depth: int | None
    details: bool
    aliases: Sequence[str] | None = None
    above: int | None = None
    below: int | None = None
    many: int = MANY
    only_totals: bool = False


async def walk(tx: Transaction, text: LiteralString, start_id: str, reach: Reach) -> Walk | None:
    """Run one of the three walks. None: the start is not there. A start that is not visible gives an empty walk."""
    row = await tx.row(
        text,
        id=start_id,
        visible=list(reach.visible),
        cap=reach.cap,
        depth_above=reach.depth if reach.above is None else reach.above,
        depth_below=reach.depth if reach.below is None else reach.below,
        details=reach.details,
        aliases=None if reach.aliases is None else list(reach.aliases),
        many=reach.many,
        totals=reach.only_totals,
    )
    return None if row is None else _walk_from(row)


def _walk_from(row: Mapping[str, Any]) -> Walk:
    details = row["details"] or [None] * len(row["nodes"])
    nodes = {columns[0]: WalkedNode(*[*columns, detail]) for columns, detail in zip(row["nodes"], details, strict=True)}
    inside = [edge for around in (row["around_below"], row["around_above"]) for one in around for edge in one[1]]
    return Walk(
        nodes=nodes,
        below=dict(zip(row["below_ids"], row["below_distances"], strict=True)),
        above=dict(zip(row["above_ids"], row["above_distances"], strict=True)),
        edges=list(dict.fromkeys(WalkedEdge(*edge) for edge in [*row["across"], *inside])),
        after=_around(row["around_below"]),
        before=_around(row["around_above"]),
        carriers=frozenset(row["carriers"]),
    )


def _around(rows: Sequence[Sequence[Any]]) -> Around:
    # All that lies inside may be seen.
    unsplit = frozenset(node_id for node_id, _, _, visible in rows if visible is None)
    counted = [
        (node_id, len(inside), total, total if visible is None else visible) for node_id, inside, total, visible in rows
    ]
    cut = {node_id: left for node_id, inside, _, visible in counted if (left := visible - inside)}
    hidden = {node_id: total - visible for node_id, _, total, visible in counted if total > visible}
    return Around(cut, hidden, unsplit)


def run_of(node: WalkedNode) -> Run:
    """Build the run from a node that was read with details."""
    assert node.details is not None and node.key is not None, "details of a run were asked for"
    created_by, group, tags, notes, host, command, commit, remote, *times, exit_code = node.details
    started_at, heartbeat_at, finished_at = times
    return Run(
        id=node.id,
        key=node.key,
        name=node.name or "",
        scope_id=node.scope_id,
        created_by=created_by,
        job_type=node.type,
        group=group,
        tags=tags or (),
        notes=notes or "",
        state=RunState(node.state),
        host=host,
        command=command,
        git_commit=commit,
        git_remote=remote,
        created_at=node.created_at,
        started_at=started_at,
        heartbeat_at=heartbeat_at,
        finished_at=finished_at,
        exit_code=exit_code,
        ended_at=node.ended_at,
    )


def version_of(node: WalkedNode) -> ArtifactVersion | RegistryVersion:
    """Build the version from a node that was read with details."""
    assert node.details is not None and node.index is not None and node.collection_id is not None, "a version's details"
    digest, size, file_count, description, tags, history_step, source_id, linked_by = node.details
    if source_id is not None:
        return RegistryVersion(
            id=node.id,
            index=node.index,
            collection_id=node.collection_id,
            scope_id=node.scope_id,
            type=node.type or "",
            source_id=source_id,
            state=VersionState(node.state),
            linked_by=linked_by,
            created_at=node.created_at,
        )
    return ArtifactVersion(
        id=node.id,
        index=node.index,
        collection_id=node.collection_id,
        scope_id=node.scope_id,
        type=node.type or "",
        digest=digest,
        size=size,
        file_count=file_count,
        description=description or "",
        tags=tags or (),
        state=VersionState(node.state),
        history_step=history_step,
        created_at=node.created_at,
    )
