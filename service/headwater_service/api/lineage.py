"""GraphQL types: the lineage of a run or a version, and the arguments by which it is asked for."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from headwater_service import model
from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.lineage_groups import LineageCluster, LineageHub
from headwater_service.api.lineage_node import LineageNode
from headwater_service.api.scalars import Json
from headwater_service.domain import lineage as domain
from headwater_service.domain import lineage_forms as forms
from headwater_service.domain.lineage import IncompleteReason, LineageDirection, LineageEdgeKind
from headwater_service.domain.lineage_cards import Card, read_cards
from headwater_service.domain.lineage_groups import Groups, group
from headwater_service.model import Instant
from headwater_service.store.lineage import WalkedNode, run_of, version_of

describe(
    LineageDirection,
    "Which way a lineage is followed.",
    {
        "UPSTREAM": "Towards causes: what it was made from.",
        "DOWNSTREAM": "Towards effects: what was made from it.",
        "BOTH": "Causes and effects; not the other effects of its causes.",
    },
)
describe(
    LineageEdgeKind,
    "How data went from the source of an edge to its target.",
    {
        "CONSUMED": "From a version into a run that used it.",
        "PRODUCED": "From a run into a version that it logged.",
        "LINKED_TO": "From an artifact version into a registry version that stands for it.",
    },
)
describe(
    IncompleteReason,
    "Why a lineage does not show everything. If several hold, the first of TIME, NODES, DEPTH, PERMISSION is given.",
    {
        "DEPTH": "More lies beyond the `depth` that was asked for.",
        "NODES": "More lies beyond the `limit` that was asked for, or that the server sets.",
        "TIME": "The walk did not end in time, and a smaller one was answered instead.",
        "PERMISSION": "Some neighbours lie in projects or registries that the viewer may not see.",
    },
)

Direction = Annotated[
    LineageDirection, strawberry.argument(description="Towards causes, towards effects, or both at once.")
]
Depth = Annotated[
    int | None,
    strawberry.argument(description="Most edges from the start: dataset, run, model is 2. Null follows to the end."),
]
UpstreamDepth = Annotated[
    int | None,
    strawberry.argument(description="Most edges towards causes, where that is another number than `depth`."),
]
DownstreamDepth = Annotated[
    int | None,
    strawberry.argument(description="Most edges towards effects, where that is another number than `depth`."),
]
Limit = Annotated[
    int,
    strawberry.argument(
        description="Most nodes to show, nearest first; the start counts, and either direction may take half of it "
        "however many the other has. At most 50,000, and no more than the "
        "estimated cost of the document lets: with `compact` and `mermaid` alone, ten of them cost as one."
    ),
]
Kinds = Annotated[
    list[domain.LineageKind] | None,
    strawberry.argument(description="Show only these; the walk still passes through the others. Null shows all."),
]
Types = Annotated[
    list[str] | None,
    strawberry.argument(description="Of versions show only those with one of these types, such as `model`."),
]
JobTypes = Annotated[
    list[str] | None,
    strawberry.argument(description="Of runs show only those with one of these job types, such as `train`."),
]
Aliases = Annotated[
    list[str] | None,
    strawberry.argument(
        description="Of versions show only those that one of these aliases points at now, such as `production`."
    ),
]
CreatedAfter = Annotated[
    Instant | None,
    strawberry.argument(
        description="Show only what the server learned of later than this; the walk still passes through the rest."
    ),
]
CreatedBefore = Annotated[
    Instant | None,
    strawberry.argument(
        description="Show only what the server learned of earlier than this; the walk still passes through the rest."
    ),
]

OnlyTotals = Annotated[
    bool,
    strawberry.argument(
        description="Of a node with more than 200 neighbours on a side tell only how many there are at all, which is "
        "many times quicker: its numbers of visible neighbours are of all then, those of forbidden ones null or 0."
    ),
]


@strawberry.type(description="A step that data took. It points the way data flows: from cause to effect.")
class LineageEdge:
    id: strawberry.ID = strawberry.field(description="Made of its kind and its two ends; the same in every answer.")
    source: strawberry.ID = strawberry.field(description="The node that the data came from.")
    target: strawberry.ID = strawberry.field(description="The node that the data went into.")
    kind: LineageEdgeKind = strawberry.field(description="Whether it was used, made or linked.")
    at: Instant = strawberry.field(description="When the server learned of it, by the clock of the database.")
    is_reused: bool | None = strawberry.field(
        description="Of what a run produced: whether the same content was there before. Null for the other kinds."
    )


@strawberry.type(description="Where a lineage ends although more is there.")
class FrontierNode:
    id: strawberry.ID = strawberry.field(
        description="The last node that was reached; a filter of the request may keep it out of `nodes`."
    )
    hidden: int = strawberry.field(description="How many of its neighbours, the way the walk went, were left out.")
    upstream: int = strawberry.field(description="How many of these are upstream of it.")
    downstream: int = strawberry.field(description="How many of these are downstream of it.")
    forbidden_upstream: int = strawberry.field(
        description="How many of those upstream the viewer may not see; the rest is beyond `depth` or `limit`."
    )
    forbidden_downstream: int = strawberry.field(
        description="How many of those downstream the viewer may not see; the rest is beyond `depth` or `limit`."
    )


@strawberry.type(description="Whether a lineage shows everything, and if not, why and where it ends.")
class Completeness:
    is_complete: bool = strawberry.field(description="True when nothing was cut and nothing hidden.")
    reason: IncompleteReason | None = strawberry.field(description="What ended it early; null when it is complete.")
    frontier: list[FrontierNode] = strawberry.field(description="The places at which it was cut; empty if nowhere.")


@strawberry.type(
    description="What a run or version came from, what came of it, or both: a graph, possibly with cycles."
)
class LineageGraph:
    nodes: list[LineageNode] = strawberry.field(description="Each once, nearest first, the start among them.")
    edges: list[LineageEdge] = strawberry.field(description="All edges between the nodes that are shown.")
    completeness: Completeness = strawberry.field(description="Read this before you take an absence for a fact.")
    answer: strawberry.Private[domain.Lineage]
    names: strawberry.Private[forms.Names]
    details: strawberry.Private["_Details"]

    @resolved("Nodes that a map draws as one, because they are alike; each node is in one of these at most.")
    async def clusters(self) -> list[LineageCluster]:
        _, groups = await self.details.read()
        return [LineageCluster.from_group(cluster, self.names) for cluster in groups.clusters]

    @resolved("Shown nodes that have more than 200 neighbours on one side, with their exact number.")
    async def hubs(self) -> list[LineageHub]:
        _, groups = await self.details.read()
        return [LineageHub.from_group(hub) for hub in groups.hubs]

    @resolved("The same graph as the text of a Mermaid flowchart: runs rounded, registry versions hexagons.")
    def mermaid(self) -> str:
        return forms.mermaid(self.answer, self.names)

    @resolved(
        "The same graph as columns, many times quicker to read for programs: `{nodes: {id, kind, label, name, scope, "
        "path, url, type, jobType, state, runState, isDeleted, aliases, protected, isRecalled, recall, inputs, "
        "outputs, forbiddenInputs, forbiddenOutputs, createdAt, distance}, edges: {source, target, kind, at, "
        "reused}, completeness: {isComplete, reason, frontier, sides}, clusters: {…}, hubs: {…}}`, each column a "
        "list; `source`, `target`, `members` and other nodes are positions in the columns of `nodes`, times are "
        "microseconds since 1970 UTC."
    )
    async def compact(self, info: Info) -> Json:
        cards, groups = await self.details.read()
        return Json(forms.compact(self.answer, self.names, cards, groups, info.context.public_url))


class _Details:
    """Cards and groups of an answer: read when a field first needs them, and once for all fields."""

    def __init__(self, info: Info, answer: domain.Lineage, names: forms.Names) -> None:
        self._graph = info.context.graph
        self._answer = answer
        self._names = names
        self._reading: asyncio.Task[tuple[Mapping[str, Card], Groups]] | None = None

    async def read(self) -> tuple[Mapping[str, Card], Groups]:
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await self._reading

    async def _read(self) -> tuple[Mapping[str, Card], Groups]:
        cards = await read_cards(self._graph, self._answer, self._names.containers)
        return cards, group(self._answer, cards)


async def lineage_of(
    self: LineageNode,
    info: Info,
    direction: Direction,
    depth: Depth = None,
    upstream_depth: UpstreamDepth = None,
    downstream_depth: DownstreamDepth = None,
    limit: Limit = 500,
    kinds: Kinds = None,
    types: Types = None,
    job_types: JobTypes = None,
    aliases: Aliases = None,
    created_after: CreatedAfter = None,
    created_before: CreatedBefore = None,
    only_totals: OnlyTotals = False,
) -> LineageGraph:
    """Resolve the lineage of a run or a version."""
    request = domain.LineageRequest(
        direction=direction,
        depth=depth,
        upstream_depth=upstream_depth,
        downstream_depth=downstream_depth,
        limit=limit,
        kinds=kinds,
        types=types,
        job_types=job_types,
        aliases=aliases,
        created_after=created_after,
        created_before=created_before,
        only_totals=only_totals,
    )
    context = info.context
    details = selects(info.selected_fields, "nodes")
    answer = await domain.walk_lineage(
        context.graph, context.viewer, self.id, request, settings=context.settings, details=details
    )
    names = await forms.read_names(context.graph, answer)
    found = answer.completeness
    return LineageGraph(
        nodes=[_node(shown, names, context.public_url) for shown in answer.nodes] if details else [],
        edges=[edge_of(edge) for edge in answer.edges],
        completeness=Completeness(
            is_complete=found.is_complete,
            reason=found.reason,
            frontier=[_frontier_node(node) for node in found.frontier],
        ),
        answer=answer,
        names=names,
        details=_Details(info, answer, names),
    )


def selects(fields: Sequence[Selection], name: str) -> bool:
    """Tell whether a field, chosen itself, chooses `name` below it, directly or in fragments."""
    return any(_chooses(selection, name) for field in fields for selection in field.selections)


def _chooses(selection: Selection, name: str) -> bool:
    if isinstance(selection, SelectedField):
        return selection.name == name
    return any(_chooses(inner, name) for inner in selection.selections)


def edge_of(edge: domain.LineageEdge) -> LineageEdge:
    return LineageEdge(
        id=strawberry.ID(edge.id),
        source=strawberry.ID(edge.source),
        target=strawberry.ID(edge.target),
        kind=edge.kind,
        at=edge.at,
        is_reused=edge.is_reused,
    )


def _frontier_node(node: domain.FrontierNode) -> FrontierNode:
    return FrontierNode(
        id=strawberry.ID(node.id),
        hidden=node.hidden,
        upstream=node.upstream,
        downstream=node.downstream,
        forbidden_upstream=node.forbidden_upstream,
        forbidden_downstream=node.forbidden_downstream,
    )


def _node(shown: domain.LineageNode, names: forms.Names, public_url: str) -> Any:
    # The nouns' modules need the arguments above: imported late to end the circle.
    from headwater_service.api.runs import Run

    node = shown.node
    container = names.containers[node.scope_id]
    if node.kind == domain.LineageKind.RUN:
        return Run.from_model(run_of(node), container, public_url, distance=shown.distance)
    return _version(node, names, container, public_url, distance=shown.distance)


def _version(
    node: WalkedNode, names: forms.Names, container: model.Container, public_url: str, *, distance: int
) -> Any:
    from headwater_service.api.versions import ArtifactVersion, RegistryVersion

    version = version_of(node)
    collection = names.collections[version.collection_id]
    if isinstance(version, model.ArtifactVersion):
        return ArtifactVersion.from_model(version, collection, container, public_url, distance=distance)
    content = names.contents[version.source_id]
    return RegistryVersion.from_model(version, content, collection, container, public_url, distance=distance)
