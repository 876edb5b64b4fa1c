"""Rules of a lineage answer: its limits, and what it shows of what the walks found. Knows no Cypher and no GraphQL.

A walk passes through what the caller filters out, and through tombstones; it ends at what the viewer may not see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, LiteralString

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import InvalidInputError, UnavailableError
from headwater_service.model import Instant
from headwater_service.store import lineage as store
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
    """What is asked. `depth` counts edges, None is no bound; the three filters choose what is shown, None is all."""

    direction: LineageDirection
    depth: int | None = None
    limit: int = 500
    kinds: Sequence[LineageKind] | None = None
    types: Sequence[str] | None = None
    job_types: Sequence[str] | None = None

    @property
    def is_filtered(self) -> bool:
        return not (self.kinds is None and self.types is None and self.job_types is None)

    def shows(self, node: store.WalkedNode) -> bool:
        if self.kinds is not None and node.kind not in self.kinds:
            return False
        wanted = self.job_types if node.kind == LineageKind.RUN else self.types
        return wanted is None or node.type in wanted


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

    @property
    def id(self) -> str:
        return f"{self.kind.value}:{self.source}:{self.target}"


@dataclass(frozen=True, slots=True)
class FrontierNode:
    """A node some of whose neighbours, the way the walk went, were left out: `hidden` tells how many."""

    id: str
    hidden: int


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
    """Nodes nearest first, the start always among them, and the edges between them."""

    nodes: Sequence[LineageNode]
    edges: Sequence[LineageEdge]
    completeness: Completeness


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
    reach = store.Reach(scopes, cap, request.depth, details)
    try:
        walk = await graph.read(lambda tx: store.walk(tx, text, start_id, reach), deadline_seconds=seconds)
        return settle(walk, request, start_id, cap=cap)
    except UnavailableError:
        # Late, or the database is away; in the latter case this raises the same again.
        few = min(NODES_WHEN_LATE, cap)
        nearest = store.Reach(scopes, few, request.depth, details)
        walk = await graph.read(
            lambda tx: store.walk(tx, text, start_id, nearest),
            deadline_seconds=settings.query_timeout_seconds * _SECOND_SHARE,
        )
        return settle(walk, request, start_id, cap=few, is_late=few < cap)


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
    cut = _cut(walk, kept)
    shown = [node_id for node_id in kept if node_id == start_id or request.shows(walk.nodes[node_id])]
    inside = frozenset(shown)
    is_full = len(kept) < len(distances) or len(walk.below) == cap or len(walk.above) == cap
    hidden = {node_id: count for node_id, count in walk.hidden.items() if node_id in kept}
    return Lineage(
        nodes=[LineageNode(walk.nodes[node_id], distances[node_id]) for node_id in shown],
        edges=[
            LineageEdge(edge.source, edge.target, EDGE_KINDS[edge.kind], edge.at)
            for edge in walk.edges
            if edge.source in inside and edge.target in inside
        ],
        completeness=Completeness(
            _reason(is_late=is_late, is_full=is_full, is_cut=bool(cut), is_hidden=bool(hidden)),
            [
                FrontierNode(node_id, cut.get(node_id, 0) + hidden.get(node_id, 0))
                for node_id in kept
                if node_id in cut or node_id in hidden
            ],
        ),
    )


def _check(request: LineageRequest, settings: Settings) -> None:
    if request.depth is not None and request.depth < 0:
        raise InvalidInputError("`depth` counts edges from the start, so it is 0 or more.", field="depth")
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


def _within_limit(walk: store.Walk, request: LineageRequest, start_id: str, ordered: Sequence[str]) -> dict[str, None]:
    """Return the nodes before the one that would be shown beyond the limit; nearest first, as keys."""
    kept: dict[str, None] = {}
    count = 0
    for node_id in ordered:
        if node_id == start_id or request.shows(walk.nodes[node_id]):
            count += 1
            if count > request.limit:
                break
        kept[node_id] = None
    return kept


def _cut(walk: store.Walk, kept: Mapping[str, None]) -> dict[str, int]:
    """Count the visible neighbours that each kept node lost: outside the walk, or dropped by the limit."""
    cut = {node_id: count for node_id, count in walk.cut.items() if node_id in kept}
    for edge in walk.edges:
        if edge.source in kept and edge.target not in kept and edge.source in walk.below:
            cut[edge.source] = cut.get(edge.source, 0) + 1
        if edge.target in kept and edge.source not in kept and edge.target in walk.above:
            cut[edge.target] = cut.get(edge.target, 0) + 1
    return cut


def _reason(*, is_late: bool, is_full: bool, is_cut: bool, is_hidden: bool) -> IncompleteReason | None:
    """Return the one reason given: that which the caller can do something about comes first."""
    if is_full:
        return IncompleteReason.TIME if is_late else IncompleteReason.NODES
    if is_cut:
        return IncompleteReason.DEPTH
    return IncompleteReason.PERMISSION if is_hidden else None
