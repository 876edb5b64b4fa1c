"""GraphQL types: the lineage of a whole project by type and job type."""

from typing import Annotated

import strawberry

from headwater_service.api.context import Info
from headwater_service.domain import type_graph as domain
from headwater_service.domain.lineage import IncompleteReason, LineageEdgeKind, LineageKind
from headwater_service.model import Container, Instant

CreatedAfter = Annotated[
    Instant | None,
    strawberry.argument(description="Count only runs and versions created later than this, and edges between them."),
]
CreatedBefore = Annotated[
    Instant | None,
    strawberry.argument(description="Count only runs and versions created earlier than this, and edges between them."),
]
GroupLimit = Annotated[
    int, strawberry.argument(description="Most groups to show, those with the most members first; at most 2,000.")
]


@strawberry.type(description="Runs of one job type, or versions of one type, that lie in one project or registry.")
class TypeGraphNode:
    id: strawberry.ID = strawberry.field(
        description="Made of what its members share: the same in every answer. No id for the root field `node`."
    )
    kind: LineageKind = strawberry.field(description="Whether its members are runs, artifact or registry versions.")
    type: str | None = strawberry.field(description="The type of its versions, such as `dataset`; null for runs.")
    job_type: str | None = strawberry.field(
        description="The job type of its runs, such as `train`; null for versions, and for runs that say none."
    )
    container: str = strawberry.field(description="Path of the project or registry that its members lie in.")
    is_outside: bool = strawberry.field(
        description="Whether that is another one than was asked about; then only members with an edge into it count."
    )
    count: int = strawberry.field(description="How many members it has; deleted ones are left out.")
    hidden: int = strawberry.field(
        description="How many edges its members have to runs and versions that the viewer may not see, whenever "
        "these were created."
    )


@strawberry.type(description="How data went from one group to another. It points the way data flows.")
class TypeGraphEdge:
    source: strawberry.ID = strawberry.field(description="The group that the data came from.")
    target: strawberry.ID = strawberry.field(description="The group that the data went into; may be the same one.")
    kind: LineageEdgeKind = strawberry.field(description="Whether it was used, made or linked.")
    count: int = strawberry.field(description="How many edges there are between their members, each counted once.")


@strawberry.type(description="The lineage of a whole project by type and job type, with exact counts.")
class TypeGraph:
    nodes: list[TypeGraphNode] = strawberry.field(description="The groups, those with the most members first.")
    edges: list[TypeGraphEdge] = strawberry.field(description="Between the groups that are shown, the most first.")
    group_count: int = strawberry.field(description="How many groups there are, shown or not.")
    hidden: int = strawberry.field(description="How many edges lead to what the viewer may not see.")
    is_complete: bool = strawberry.field(description="True when no group was left out and nothing is hidden.")
    reason: IncompleteReason | None = strawberry.field(
        description="NODES when groups are left out by `limit`, else PERMISSION; null when it is complete."
    )


async def type_graph_of(
    info: Info, project: Container, created_after: Instant | None, created_before: Instant | None, limit: int
) -> TypeGraph:
    """Count the lineage of a project that the viewer was given."""
    context = info.context
    found = await domain.find_type_graph(
        context.graph,
        context.viewer,
        project,
        limit=limit,
        created_after=created_after,
        created_before=created_before,
    )
    return TypeGraph(
        nodes=[_node(group, project) for group in found.groups],
        edges=[
            TypeGraphEdge(
                source=strawberry.ID(edge.source), target=strawberry.ID(edge.target), kind=edge.kind, count=edge.count
            )
            for edge in found.edges
        ],
        group_count=found.group_count,
        hidden=found.hidden,
        is_complete=found.reason is None,
        reason=found.reason,
    )


def _node(group: domain.TypeGroup, project: Container) -> TypeGraphNode:
    is_run = group.kind is LineageKind.RUN
    return TypeGraphNode(
        id=strawberry.ID(group.id),
        kind=group.kind,
        type=None if is_run else group.key.type,
        job_type=group.key.type if is_run else None,
        container=group.container.path,
        is_outside=group.container.id != project.id,
        count=group.count,
        hidden=group.hidden,
    )
