"""What the card of a node says besides what a walk reads: aliases, how many neighbours, and whether it is recalled."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.lineage import Lineage, LineageKind
from headwater_service.domain.recalls import MOST_WALKED
from headwater_service.model import Container, RecallSeverity
from headwater_service.store import reads
from headwater_service.store.degrees import Degree, NeighbourGroup, count_around, group_around
from headwater_service.store.graph import Graph
from headwater_service.store.recalls import Reaching, list_reaching_many

# Said in place of a severity: whether a recall reaches a node can't be told, because too much is upstream of it.
UNTOLD: Final = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Card:
    """`recall`: the worst that reaches a node, by itself or from upstream; None: none does; or UNTOLD."""

    aliases: Sequence[str]
    protected: Sequence[str]
    is_recalled: bool
    recall: str | None
    inputs: Degree
    outputs: Degree


async def read_cards(graph: Graph, lineage: Lineage, containers: Mapping[str, Container]) -> dict[str, Card]:
    """Return the cards of a lineage, which tells what its viewer may see; as many queries whatever its size."""
    scopes = lineage.scopes
    nodes = [shown.node for shown in lineage.nodes]
    ids = [node.id for node in nodes]
    versions = [node.id for node in nodes if node.kind != LineageKind.RUN]
    aliases, recalls, inputs, outputs = await asyncio.gather(
        graph.read(lambda tx: reads.list_alias_names(tx, versions)),
        graph.read(lambda tx: list_reaching_many(tx, ids, reach=MOST_WALKED)),
        _degrees(graph, ids, lineage.inputs, scopes, is_upstream=True),
        _degrees(graph, ids, lineage.outputs, scopes, is_upstream=False),
    )
    return {
        node.id: Card(
            aliases=(names := aliases.get(node.id, [])),
            protected=[name for name in names if name in containers[node.scope_id].protected_aliases],
            is_recalled=any(one.distance == 0 for one in recalls.of_node.get(node.id, ())),
            recall=_worst(recalls, node.id),
            inputs=inputs[node.id],
            outputs=outputs[node.id],
        )
        for node in nodes
    }


async def group_neighbours(
    graph: Graph, node_ids: Sequence[str], scopes: Sequence[str], *, is_upstream: bool
) -> list[Sequence[NeighbourGroup]]:
    """Count the neighbours of nodes that the viewer was given; `scopes` are those it may see."""
    found = await graph.read(lambda tx: group_around(tx, node_ids, scopes, is_upstream=is_upstream))
    return [found.get(node_id, ()) for node_id in node_ids]


async def _degrees(
    graph: Graph, ids: Sequence[str], known: Mapping[str, Degree], scopes: Sequence[str], *, is_upstream: bool
) -> dict[str, Degree]:
    # A walk has counted the side that it went to: of a node with 100,000 neighbours that is not done twice.
    missing = [node_id for node_id in ids if node_id not in known]
    if not missing:
        return dict(known)
    return {**known, **await graph.read(lambda tx: count_around(tx, missing, scopes, is_upstream=is_upstream))}


def _worst(recalls: Reaching, node_id: str) -> str | None:
    found = {one.recall.severity for one in recalls.of_node.get(node_id, ())}
    if RecallSeverity.CRITICAL in found:
        return RecallSeverity.CRITICAL.value
    if node_id in recalls.untold:
        return UNTOLD
    return RecallSeverity.WARNING.value if found else None
