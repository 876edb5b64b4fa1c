"""What the card of a node says besides what a walk reads: aliases, how many neighbours, and whether it is recalled."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.lineage import Lineage, LineageKind
from headwater_service.domain.recalls import MOST_WALKED
from headwater_service.model import Container, RecallSeverity
from headwater_service.store import reads
from headwater_service.store.degrees import Degree, NeighbourGroup, count_around, group_around
from headwater_service.store.graph import Graph
from headwater_service.store.lineage import MANY
from headwater_service.store.recalls import is_anything_recalled, list_reaching_many, list_recalled

# Said in place of a severity: whether a recall reaches a node can't be told, because too much is upstream of it.
UNTOLD: Final = "UNKNOWN"


# What can't be told may be critical: it comes before a warning.
_WORST_FIRST: Final = (RecallSeverity.CRITICAL.value, UNTOLD, RecallSeverity.WARNING.value)


@dataclass(frozen=True, slots=True)
class Recalls:
    """The nodes on which recalls stand, and the worst that reaches each node, if anything does."""

    standing: Set[str]
    worst: Mapping[str, str]


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
    nodes = [shown.node for shown in lineage.nodes]
    versions = [node.id for node in nodes if node.kind != LineageKind.RUN]
    aliases, inputs, outputs, is_any_recalled = await asyncio.gather(
        graph.read(lambda tx: reads.list_alias_names(tx, versions)),
        _degrees(graph, lineage, lineage.inputs, is_upstream=True),
        _degrees(graph, lineage, lineage.outputs, is_upstream=False),
        graph.read(is_anything_recalled),
    )
    recalls = await read_recalls(graph, lineage, inputs) if is_any_recalled else Recalls(frozenset(), {})
    return {
        node.id: Card(
            aliases=(names := aliases.get(node.id, [])),
            protected=[name for name in names if name in containers[node.scope_id].protected_aliases],
            is_recalled=node.id in recalls.standing,
            recall=recalls.worst.get(node.id),
            inputs=inputs[node.id],
            outputs=outputs[node.id],
        )
        for node in nodes
    }


async def read_recalls(graph: Graph, lineage: Lineage, inputs: Mapping[str, Degree]) -> Recalls:
    """Return what recalls reach. Only where data comes from outside the answer, the graph is walked."""
    inside = Counter(edge.target for edge in lineage.edges)
    ids = [shown.node.id for shown in lineage.nodes]
    entered = [one for one in ids if inputs[one].total > inside[one]]
    standing, outside = await asyncio.gather(
        graph.read(lambda tx: list_recalled(tx, ids)),
        graph.read(lambda tx: list_reaching_many(tx, entered, reach=MOST_WALKED)),
    )
    sources: dict[str, set[str]] = {severity: set() for severity in _WORST_FIRST}
    for node_id, severity in standing.items():
        sources[severity].add(node_id)
    for node_id, reached in outside.of_node.items():
        for one in reached:
            sources[one.recall.severity].add(node_id)
    sources[UNTOLD].update(outside.untold)
    return Recalls(frozenset(standing), spread(lineage, sources))


def spread(lineage: Lineage, sources: Mapping[str, Set[str]]) -> dict[str, str]:
    """Return the worst that reaches each node of an answer along its edges, from where each severity begins."""
    effects: dict[str, list[str]] = {}
    for edge in lineage.edges:
        effects.setdefault(edge.source, []).append(edge.target)
    worst: dict[str, str] = {}
    for severity in _WORST_FIRST:
        waiting = list(sources.get(severity, ()))
        while waiting:
            node_id = waiting.pop()
            if node_id not in worst:
                worst[node_id] = severity
                waiting.extend(effects.get(node_id, ()))
    return worst


async def group_neighbours(
    graph: Graph, node_ids: Sequence[str], scopes: Sequence[str], *, is_upstream: bool
) -> list[Sequence[NeighbourGroup]]:
    """Count the neighbours of nodes that the viewer was given; `scopes` are those it may see."""
    found = await graph.read(lambda tx: group_around(tx, node_ids, scopes, is_upstream=is_upstream))
    return [found.get(node_id, ()) for node_id in node_ids]


async def _degrees(
    graph: Graph, lineage: Lineage, known: Mapping[str, Degree], *, is_upstream: bool
) -> dict[str, Degree]:
    # A walk has counted the side that it went to: of a node with 100,000 neighbours that is not done twice.
    missing = [shown.node.id for shown in lineage.nodes if shown.node.id not in known]
    if not missing:
        return dict(known)
    return {
        **known,
        **await graph.read(
            lambda tx: count_around(
                tx, missing, lineage.scopes, is_upstream=is_upstream, totals_above=MANY if lineage.only_totals else None
            )
        ),
    }
