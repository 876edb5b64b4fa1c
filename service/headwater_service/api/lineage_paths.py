"""GraphQL types: the shortest paths between two nodes of a lineage."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service.api.context import Info
from headwater_service.domain import lineage_paths as domain
from headwater_service.domain.lineage import IncompleteReason, LineageDirection, LineageKind

if TYPE_CHECKING:
    from headwater_service.api.lineage import LineageEdge
    from headwater_service.api.lineage_node import LineageNode

OtherEnd = Annotated[strawberry.ID, strawberry.argument(description="Id of the run or version at the other end.")]
FirstPaths = Annotated[
    int, strawberry.argument(description="Most paths to show: 1 to 100, and as many as have 10,000 steps together.")
]


@strawberry.type(description="One way from a node to another.")
class LineagePath:
    nodes: list[Annotated["LineageNode", strawberry.lazy("headwater_service.api.lineage_node")]] = strawberry.field(
        description="Step by step from the node that was asked to the other one, both among them."
    )
    edges: list[Annotated["LineageEdge", strawberry.lazy("headwater_service.api.lineage")]] = strawberry.field(
        description="Between each node and the next; each points the way data flows, also where the path goes upstream."
    )


@strawberry.type(description="The shortest paths between two nodes, through what the viewer may see alone.")
class LineagePaths:
    direction: LineageDirection | None = strawberry.field(
        description="On which side the other node lies. Downstream is tried first; null when no path was found."
    )
    length: int | None = strawberry.field(description="Edges on each of the paths; null when none was found.")
    paths: list[LineagePath] = strawberry.field(
        description="The first of them, in the order in which their nodes were created; empty when none was found."
    )
    path_count: int = strawberry.field(description="How many shortest paths there are, at most 2,147,483,647.")
    is_path_count_exact: bool = strawberry.field(description="False when there are more than can be told.")
    is_complete: bool = strawberry.field(
        description="Whether it is certain that there is no shorter path and no other of this length; of no path, "
        "that there is none."
    )
    reason: IncompleteReason | None = strawberry.field(
        description="NODES when the walks met more nodes than the server lets them, else PERMISSION when a path could "
        "lead through what the viewer may not see; null when it is complete."
    )


async def paths_of(info: Info, start_id: str, end_id: str, first: int) -> LineagePaths | None:
    """Find the paths from a node that the viewer was given to another."""
    context = info.context
    found = await domain.find_paths(
        context.graph, context.viewer, start_id, end_id, first=first, settings=context.settings
    )
    if found is None:
        return None
    nodes = await _nodes(info, found)
    return LineagePaths(
        direction=found.direction,
        length=found.length,
        paths=[_path(path, nodes) for path in found.shown],
        path_count=min(found.count, domain.MOST_COUNTED),
        is_path_count_exact=found.count <= domain.MOST_COUNTED,
        is_complete=found.reason is None,
        reason=found.reason,
    )


async def _nodes(info: Info, found: domain.Paths) -> dict[str, "LineageNode"]:
    """Load the nodes of all paths together."""
    loaders = info.context.loaders
    loaded = await asyncio.gather(
        *(loaders.run(one) if kind is LineageKind.RUN else loaders.version(one) for one, kind in found.kinds.items())
    )
    return {node_id: node for node_id, node in zip(found.kinds, loaded, strict=True) if node is not None}


def _path(path: domain.Path, nodes: dict[str, "LineageNode"]) -> LineagePath:
    # The lineage's module needs the interface that has the field of paths: imported late to end the circle.
    from headwater_service.api.lineage import edge_of

    return LineagePath(nodes=[nodes[one] for one in path.node_ids], edges=[edge_of(edge) for edge in path.edges])
