"""Rules of a lineage answer: its limits, and what it shows of what the walks found. Knows no Cypher and no GraphQL.

A walk passes through what the caller filters out, and through tombstones; it ends at what the viewer may not see.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, LiteralString

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import InvalidInputError, UnavailableError
from headwater_service.model import Instant
from headwater_service.store import lineage as store
from headwater_service.store.degrees import Degree
from headwater_service.store.graph import Graph

# When the walk does not end in time, this many nodes are asked for instead: breadth first, so the nearest.
NODES_WHEN_LATE: Final = 50
# The parts of a request's time that the first attempt and the smaller second may take.
_FIRST_SHARE: Final = 0.5
_SECOND_SHARE: Final = 0.3


class LineageKind(StrEnum):
    RUN = "RUN"
    ARTIFACT_VERSION = "ARTIFACT_VERSION"
    REGISTRY_VERSION = "REGISTRY_VERSION"


class LineageDirection(StrEnum):
    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


class LineageEdgeKind(StrEnum):
    CONSUMED = "CONSUMED"
    PRODUCED = "PRODUCED"
    LINKED_TO = "LINKED_TO"


class IncompleteReason(StrEnum):
    DEPTH = "DEPTH"
    NODES = "NODES"
    TIME = "TIME"
    PERMISSION = "PERMISSION"


_WALKS: Final[Mapping[LineageDirection, LiteralString]] = {
    LineageDirection.UPSTREAM: store.WALK_UPSTREAM,
    LineageDirection.DOWNSTREAM: store.WALK_DOWNSTREAM,
    LineageDirection.BOTH: store.WALK_BOTH,
}

EDGE_KINDS: Final = {
    "CONSUMED_BY": LineageEdgeKind.CONSUMED,
    "PRODUCED": LineageEdgeKind.PRODUCED,
    "LINKED_TO": LineageEdgeKind.LINKED_TO,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageRequest:
    """What is asked. `depth` counts edges, None is no bound; `upstream_depth` and `downstream_depth` take its place on
    one side; the filters choose what is shown, None is all. `only_totals`: of nodes with very many neighbours it is not
    asked which of these the viewer may see.
    """

    direction: LineageDirection
    depth: int | None = None
    upstream_depth: int | None = None
    downstream_depth: int | None = None
    limit: int = 500
    kinds: Sequence[LineageKind] | None = None
    types: Sequence[str] | None = None
    job_types: Sequence[str] | None = None
    aliases: Sequence[str] | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    only_totals: bool = False

    @property
    def is_filtered(self) -> bool:
        chosen = (self.kinds, self.types, self.job_types, self.aliases, self.created_after, self.created_before)
        return any(one is not None for one in chosen)

    def shows(self, node: store.WalkedNode, *, is_carrier: bool) -> bool:
        """Tell whether a node passes the filters. `is_carrier`: it has one of the aliases now."""
        if self.kinds is not None and node.kind not in self.kinds:
            return False
        if self.created_after is not None and node.created_at <= self.created_after:
            return False
        if self.created_before is not None and node.created_at >= self.created_before:
            return False
        if node.kind == LineageKind.RUN:
            return self.job_types is None or node.type in self.job_types
        return (self.types is None or node.type in self.types) and (self.aliases is None or is_carrier)


@dataclass(frozen=True, slots=True)
class LineageNode:
    node: store.WalkedNode
    distance: int


@dataclass(frozen=True, slots=True)
class LineageEdge:
    source: str
    target: str
    kind: LineageEdgeKind
    at: Instant
    # Of what a run produced: whether the content was there before. None of the other kinds.
    is_reused: bool | None = None

    @property
    def id(self) -> str:
        return f"{self.kind.value}:{self.source}:{self.target}"


@dataclass(frozen=True, slots=True)
class FrontierNode:
    """A node some of whose neighbours, the way the walk went, were left out: how many on either side.

    Those that the viewer may not see are counted apart; the others are beyond the depth or the limit.
    """

    id: str
    cut_upstream: int = 0
    cut_downstream: int = 0
    forbidden_upstream: int = 0
    forbidden_downstream: int = 0

    @property
    def upstream(self) -> int:
        return self.cut_upstream + self.forbidden_upstream

    @property
    def downstream(self) -> int:
        return self.cut_downstream + self.forbidden_downstream

    @property
    def hidden(self) -> int:
        return self.upstream + self.downstream


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether all that there is, is shown. `frontier` may name nodes that were passed through unseen."""

    reason: IncompleteReason | None
    frontier: Sequence[FrontierNode]

    @property
    def is_complete(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Nodes nearest first, the start always among them, and the edges between them.

    `inputs` and `outputs` are the degrees that the walk came to know: of the sides on which it looked around a node.
    `scopes` are those that it could see. With `only_totals` degrees may be totals.
    """

    nodes: Sequence[LineageNode]
    edges: Sequence[LineageEdge]
    completeness: Completeness
    start_id: str = ""
    scopes: Sequence[str] = ()
    inputs: Mapping[str, Degree] = field(default_factory=dict)
    outputs: Mapping[str, Degree] = field(default_factory=dict)
    only_totals: bool = False


async def walk_lineage(
    graph: Graph,
    viewer: Viewer,
    start_id: str,
    request: LineageRequest,
    *,
    settings: Settings,
    details: bool,
    seconds: float | None = None,
) -> Lineage:
    """Return the lineage of a node that the viewer may see. `seconds` bounds the first attempt.

    Raises InvalidInputError for a bad depth or limit.
    """
    _check(request, settings)
    scopes = await visible_scopes(graph, viewer)
    text = _WALKS[request.direction]
    cap = (settings.lineage_nodes if request.is_filtered else request.limit) + 1
    seconds = settings.query_timeout_seconds * _FIRST_SHARE if seconds is None else seconds
    reach = store.Reach(
        scopes,
        cap,
        request.depth,
        details,
        request.aliases,
        above=request.upstream_depth,
        below=request.downstream_depth,
        only_totals=request.only_totals,
    )
    try:
        walk = await graph.read(lambda tx: store.walk(tx, text, start_id, reach), deadline_seconds=seconds)
        return replace(settle(walk, request, start_id, cap=cap), scopes=scopes)
    except UnavailableError:
        # Late, or the database is away; in the latter case this raises the same again.
        few = min(NODES_WHEN_LATE, cap)
        nearest = replace(reach, cap=few)
        walk = await graph.read(
            lambda tx: store.walk(tx, text, start_id, nearest),
            deadline_seconds=settings.query_timeout_seconds * _SECOND_SHARE,
        )
        return replace(settle(walk, request, start_id, cap=few, is_late=few < cap), scopes=scopes)


def settle(
    walk: store.Walk | None, request: LineageRequest, start_id: str, *, cap: int, is_late: bool = False
) -> Lineage:
    """Decide what is shown of a walk that read up to `cap` nodes each way, and whether that is all there is.

    `is_late`: the cap is smaller than what was asked for, because that did not come in time.
    """
    if walk is None or not walk.nodes:
        return Lineage((), (), Completeness(None, ()))
    distances = _nearest(walk)
    kept = _within_limit(walk, request, start_id, sorted(distances, key=lambda node_id: distances[node_id]))
    frontier = _frontier(walk, kept)
    shown = [node_id for node_id in kept if _is_shown(walk, request, start_id, node_id)]
    inside = frozenset(shown)
    is_full = len(kept) < len(distances) or len(walk.below) == cap or len(walk.above) == cap
    inputs, outputs = _degrees(walk, inside)
    return Lineage(
        nodes=[LineageNode(walk.nodes[node_id], distances[node_id]) for node_id in shown],
        edges=[
            LineageEdge(edge.source, edge.target, EDGE_KINDS[edge.kind], edge.at, edge.reused)
            for edge in walk.edges
            if edge.source in inside and edge.target in inside
        ],
        completeness=Completeness(
            _reason(
                is_late=is_late,
                is_full=is_full,
                is_cut=any(one.cut_upstream or one.cut_downstream for one in frontier),
                is_hidden=bool(frontier),
            ),
            frontier,
        ),
        start_id=start_id,
        inputs=inputs,
        outputs=outputs,
        only_totals=request.only_totals,
    )


def _check(request: LineageRequest, settings: Settings) -> None:
    depths = (
        ("depth", request.depth),
        ("upstreamDepth", request.upstream_depth),
        ("downstreamDepth", request.downstream_depth),
    )
    for name, depth in depths:
        if depth is not None and depth < 0:
            raise InvalidInputError(f"`{name}` counts edges from the start, so it is 0 or more.", field=name)
    if not 1 <= request.limit <= settings.lineage_nodes:
        raise InvalidInputError(
            f"`limit` is {request.limit}; a lineage shows 1 to {settings.lineage_nodes:,} nodes "
            "(HEADWATER_LINEAGE_NODES).",
            field="limit",
        )


def _nearest(walk: store.Walk) -> dict[str, int]:
    distances = dict(walk.below)
    for node_id, distance in walk.above.items():
        distances[node_id] = min(distance, distances.get(node_id, distance))
    return distances


def _is_shown(walk: store.Walk, request: LineageRequest, start_id: str, node_id: str) -> bool:
    return node_id == start_id or request.shows(walk.nodes[node_id], is_carrier=node_id in walk.carriers)


def _within_limit(walk: store.Walk, request: LineageRequest, start_id: str, ordered: Sequence[str]) -> dict[str, None]:
    """Return, of each side, the nodes before the one that would be shown beyond its share; nearest first, as keys.

    A side has at least half of the limit if it needs it: very many effects leave room for causes.
    """
    sides = {node_id: _is_above(walk, node_id) for node_id in ordered if node_id != start_id}
    shown = Counter(is_above for one, is_above in sides.items() if _is_shown(walk, request, start_id, one))
    rest = request.limit - 1
    share = min(shown[True], max(rest // 2, rest - shown[False]))
    left = {True: share, False: rest - share}
    kept: dict[str, None] = {}
    ended: set[bool] = set()
    for node_id in ordered:
        if node_id != start_id:
            side = sides[node_id]
            if side in ended:
                continue
            if _is_shown(walk, request, start_id, node_id):
                if left[side] == 0:
                    ended.add(side)
                    continue
                left[side] -= 1
        kept[node_id] = None
    return kept


def _is_above(walk: store.Walk, node_id: str) -> bool:
    """Tell on which side of the start a node lies; of one that lies on both, the nearer."""
    above, below = walk.above.get(node_id), walk.below.get(node_id)
    return above is not None and (below is None or above < below)


def _frontier(walk: store.Walk, kept: Mapping[str, None]) -> list[FrontierNode]:
    """Count the neighbours that each kept node lost, a side at a time: outside the walk, or dropped by the limit."""
    above, below = Counter(walk.before.cut), Counter(walk.after.cut)
    if len(kept) < len(walk.nodes):
        for edge in walk.edges:
            if edge.source in kept and edge.target not in kept and edge.source in walk.below:
                below[edge.source] += 1
            if edge.target in kept and edge.source not in kept and edge.target in walk.above:
                above[edge.target] += 1
    hidden_above, hidden_below = walk.before.hidden, walk.after.hidden
    ends = above.keys() | below.keys() | hidden_above.keys() | hidden_below.keys()
    return [
        FrontierNode(
            node_id,
            cut_upstream=above[node_id],
            cut_downstream=below[node_id],
            forbidden_upstream=hidden_above.get(node_id, 0),
            forbidden_downstream=hidden_below.get(node_id, 0),
        )
        for node_id in kept
        if node_id in ends
    ]


def _degrees(walk: store.Walk, shown: Set[str]) -> tuple[dict[str, Degree], dict[str, Degree]]:
    """Return how many neighbours the shown nodes have upstream, of those above, and downstream, of those below."""
    causes = Counter(edge.target for edge in walk.edges)
    effects = Counter(edge.source for edge in walk.edges)
    return (
        _degrees_of(walk.before, causes, shown & walk.above.keys()),
        _degrees_of(walk.after, effects, shown & walk.below.keys()),
    )


def _degrees_of(around: store.Around, inside: Mapping[str, int], node_ids: Set[str]) -> dict[str, Degree]:
    return {
        node_id: Degree(
            inside.get(node_id, 0) + around.cut.get(node_id, 0),
            None if node_id in around.unsplit else around.hidden.get(node_id, 0),
        )
        for node_id in node_ids
    }


def _reason(*, is_late: bool, is_full: bool, is_cut: bool, is_hidden: bool) -> IncompleteReason | None:
    """Return the one reason given: that which the caller can do something about comes first."""
    if is_full:
        return IncompleteReason.TIME if is_late else IncompleteReason.NODES
    if is_cut:
        return IncompleteReason.DEPTH
    return IncompleteReason.PERMISSION if is_hidden else None
