"""The lineage of a whole project by type and job type: which groups are shown, and whether that is all there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.lineage import EDGE_KINDS, IncompleteReason, LineageEdgeKind, LineageKind
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import InvalidInputError
from headwater_service.model import Container, Instant
from headwater_service.store import reads
from headwater_service.store.graph import Graph
from headwater_service.store.type_graph import CountedTypes, GroupKey, count_by_type

# A drawing of more shows nothing.
MOST_GROUPS: Final = 2000


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """Runs of one job type, or versions of one type, in one place. `hidden` are its edges to what is not seen."""

    key: GroupKey
    container: Container
    count: int
    hidden: int

    @property
    def id(self) -> str:
        return group_id(self.key)

    @property
    def kind(self) -> LineageKind:
        return LineageKind(self.key.kind)


@dataclass(frozen=True, slots=True)
class TypeEdge:
    """How many edges of one kind lead from the members of one group into those of another."""

    source: str
    target: str
    kind: LineageEdgeKind
    count: int


@dataclass(frozen=True, slots=True)
class TypeGraph:
    """Groups with the most members first, and the edges between them. `hidden` counts also for groups left out."""

    groups: Sequence[TypeGroup]
    edges: Sequence[TypeEdge]
    group_count: int
    hidden: int

    @property
    def reason(self) -> IncompleteReason | None:
        if len(self.groups) < self.group_count:
            return IncompleteReason.NODES
        return IncompleteReason.PERMISSION if self.hidden else None


async def find_type_graph(
    graph: Graph,
    viewer: Viewer,
    project: Container,
    *,
    limit: int,
    created_after: Instant | None = None,
    created_before: Instant | None = None,
) -> TypeGraph:
    """Return the type graph of a project that the viewer was given. Raises InvalidInputError for a bad limit."""
    if not 1 <= limit <= MOST_GROUPS:
        raise InvalidInputError(f"`limit` is {limit}; a type graph shows 1 to {MOST_GROUPS:,} groups.", field="limit")
    scopes = await visible_scopes(graph, viewer)
    counted = await graph.read(
        lambda tx: count_by_type(tx, project.id, scopes, created_after=created_after, created_before=created_before)
    )
    others = sorted({key.scope_id for key in counted.counts} - {project.id})
    places = await graph.read(lambda tx: reads.find_containers(tx, others)) if others else {}
    return settle(counted, {**places, project.id: project}, limit=limit)


def settle(counted: CountedTypes, places: Mapping[str, Container], *, limit: int) -> TypeGraph:
    """Decide what is shown of what was counted: the groups with the most members."""
    ranked = sorted(counted.counts, key=lambda key: (-counted.counts[key], group_id(key)))
    shown = frozenset(ranked[:limit])
    edges = [
        TypeEdge(group_id(edge.source), group_id(edge.target), EDGE_KINDS[edge.kind], edge.count)
        for edge in counted.edges
        if edge.source in shown and edge.target in shown
    ]
    return TypeGraph(
        groups=[
            TypeGroup(key, places[key.scope_id], counted.counts[key], counted.hidden.get(key, 0))
            for key in ranked[:limit]
        ],
        edges=sorted(edges, key=lambda edge: (-edge.count, edge.source, edge.target)),
        group_count=len(ranked),
        hidden=sum(counted.hidden.values()),
    )


def group_id(key: GroupKey) -> str:
    """Name a group by what its members share: the same in every answer."""
    place = f"{key.kind}:{key.scope_id}"
    return place if key.type is None else f"{place}:{key.type}"
