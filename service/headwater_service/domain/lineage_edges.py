"""The edges among nodes that the caller has of several answers, each of which has only the edges of its own."""

from collections.abc import Sequence

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.lineage import EDGE_KINDS, LineageEdge
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import InvalidInputError
from headwater_service.store.graph import Graph
from headwater_service.store.lineage_edges import list_edges_among


async def edges_among(graph: Graph, viewer: Viewer, ids: Sequence[str], *, settings: Settings) -> list[LineageEdge]:
    """Return the edges among nodes; those that are not there, or that the viewer may not see, have none.

    Raises InvalidInputError for more nodes than a lineage may have.
    """
    if len(ids) > settings.lineage_nodes:
        raise InvalidInputError(
            f"{len(ids):,} `ids`; a lineage has at most {settings.lineage_nodes:,} nodes (HEADWATER_LINEAGE_NODES).",
            field="ids",
        )
    scopes = await visible_scopes(graph, viewer)
    found = await graph.read(lambda tx: list_edges_among(tx, ids, scopes))
    return [LineageEdge(edge.source, edge.target, EDGE_KINDS[edge.kind], edge.at, edge.reused) for edge in found]
