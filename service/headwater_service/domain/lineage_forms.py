"""The forms in which a lineage is given besides typed nodes: a Mermaid text, and columns for programs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.domain import locations
from headwater_service.domain.lineage import Lineage, LineageEdgeKind, LineageKind
from headwater_service.domain.lineage_cards import Card
from headwater_service.domain.lineage_groups import Cluster, Groups
from headwater_service.model import ArtifactVersion, Collection, Container
from headwater_service.store import reads
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.lineage import WalkedNode

_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    LineageKind.RUN: ('(["', '"])'),
    LineageKind.ARTIFACT_VERSION: ('["', '"]'),
    LineageKind.REGISTRY_VERSION: ('{{"', '"}}'),
}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Everything that Mermaid reads as syntax or as markup inside a quoted label.
_SYNTAX: Final = str.maketrans({sign: f"#{ord(sign)};" for sign in '#"<>&`\\;'})


@dataclass(frozen=True, slots=True)
class Names:
    """What the nodes of a lineage are called and lie in. `contents`: of its links, if it was read with details."""

    containers: Mapping[str, Container]
    collections: Mapping[str, Collection]
    contents: Mapping[str, ArtifactVersion]

    def label(self, node: WalkedNode) -> str:
        if node.kind == LineageKind.RUN:
            return node.name or node.key or ""
        assert node.collection_id is not None and node.index is not None, "every version has both"
        return locations.version_name(self.collections[node.collection_id].name, node.index)

    def collection(self, collection_id: str | None) -> str | None:
        return None if collection_id is None else self.collections[collection_id].name

    def path(self, node: WalkedNode) -> str:
        item = node.key if node.kind == LineageKind.RUN else self.label(node)
        return f"{self.containers[node.scope_id].path}/{item}"

    def url(self, node: WalkedNode, public_url: str) -> str:
        container = self.containers[node.scope_id]
        if node.kind == LineageKind.RUN:
            return locations.run_url(public_url, container, node.key or "")
        return locations.item_url(public_url, container, self.label(node))


async def read_names(graph: Graph, lineage: Lineage) -> Names:
    """Read the names of the places in which the nodes of a lineage lie, few even when the nodes are many."""
    return await graph.read(lambda tx: _read_names(tx, lineage))


def mermaid(lineage: Lineage, names: Names) -> str:
    """Draw a lineage as a Mermaid flowchart: runs are rounded, links hexagons; a dotted arrow is a link."""
    keys = {shown.node.id: f"n{number}" for number, shown in enumerate(lineage.nodes)}
    lines = ["flowchart LR"]
    for shown in lineage.nodes:
        opening, closing = _SHAPES[shown.node.kind]
        lines.append(f"  {keys[shown.node.id]}{opening}{mermaid_label(names.label(shown.node))}{closing}")
    for edge in lineage.edges:
        arrow = "-.->" if edge.kind is LineageEdgeKind.LINKED_TO else "-->"
        lines.append(f"  {keys[edge.source]} {arrow} {keys[edge.target]}")
    return "\n".join(lines) + "\n"


def mermaid_label(text: str) -> str:
    """Write a name so that Mermaid shows it as it is, whatever signs it holds."""
    return _CONTROL.sub(" ", text).translate(_SYNTAX)


def compact(
    lineage: Lineage, names: Names, cards: Mapping[str, Card], groups: Groups, public_url: str
) -> dict[str, Any]:
    """Give a lineage as columns: each list has an entry for each node, or each edge; edges name nodes by position."""
    position = {shown.node.id: index for index, shown in enumerate(lineage.nodes)}
    return {
        "nodes": _node_columns(lineage, names, cards, public_url),
        "edges": {
            "source": [position[edge.source] for edge in lineage.edges],
            "target": [position[edge.target] for edge in lineage.edges],
            "kind": [edge.kind.value for edge in lineage.edges],
            "at": [edge.at for edge in lineage.edges],
            "reused": [edge.is_reused for edge in lineage.edges],
        },
        "completeness": _completeness(lineage),
        "clusters": _cluster_columns(groups.clusters, names, position),
        "hubs": {
            "node": [position[hub.id] for hub in groups.hubs],
            "direction": [hub.direction.value for hub in groups.hubs],
            "count": [hub.degree.visible for hub in groups.hubs],
            "forbidden": [hub.degree.forbidden for hub in groups.hubs],
            "shown": [hub.shown for hub in groups.hubs],
            "members": [[position[one] for one in hub.members] for hub in groups.hubs],
        },
    }


def _node_columns(lineage: Lineage, names: Names, cards: Mapping[str, Card], public_url: str) -> dict[str, Any]:
    nodes = [shown.node for shown in lineage.nodes]
    in_order = [cards[node.id] for node in nodes]
    is_run = [node.kind == LineageKind.RUN for node in nodes]
    labels = [names.label(node) for node in nodes]
    return {
        "id": [node.id for node in nodes],
        "kind": [node.kind for node in nodes],
        "label": labels,
        "name": [(node.name or "") if run else label for node, run, label in zip(nodes, is_run, labels, strict=True)],
        "scope": [names.containers[node.scope_id].path for node in nodes],
        "path": [names.path(node) for node in nodes],
        "url": [names.url(node, public_url) for node in nodes],
        "type": [node.type for node in nodes],
        "jobType": [node.type if run else None for node, run in zip(nodes, is_run, strict=True)],
        "state": [node.shown_state for node in nodes],
        "runState": [node.state if run else None for node, run in zip(nodes, is_run, strict=True)],
        "isDeleted": [node.shown_state == "DELETED" for node in nodes],
        "aliases": [list(card.aliases) for card in in_order],
        "protected": [list(card.protected) for card in in_order],
        "isRecalled": [card.is_recalled for card in in_order],
        "recall": [card.recall for card in in_order],
        "inputs": [card.inputs.visible for card in in_order],
        "outputs": [card.outputs.visible for card in in_order],
        "forbiddenInputs": [card.inputs.forbidden for card in in_order],
        "forbiddenOutputs": [card.outputs.forbidden for card in in_order],
        "createdAt": [node.created_at for node in nodes],
        "distance": [shown.distance for shown in lineage.nodes],
    }


def _completeness(lineage: Lineage) -> dict[str, Any]:
    found = lineage.completeness
    return {
        "isComplete": found.is_complete,
        "reason": None if found.reason is None else found.reason.value,
        "frontier": [[node.id, node.hidden] for node in found.frontier],
        # In the order of `frontier`.
        "sides": {
            "upstream": [node.upstream for node in found.frontier],
            "downstream": [node.downstream for node in found.frontier],
            "forbiddenUpstream": [node.forbidden_upstream for node in found.frontier],
            "forbiddenDownstream": [node.forbidden_downstream for node in found.frontier],
        },
    }


def _cluster_columns(clusters: Sequence[Cluster], names: Names, position: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": [cluster.id for cluster in clusters],
        "kind": [cluster.kind for cluster in clusters],
        "type": [cluster.type for cluster in clusters],
        "side": [cluster.side.value for cluster in clusters],
        "count": [len(cluster.members) for cluster in clusters],
        "states": [dict(cluster.states) for cluster in clusters],
        "recall": [cluster.recall for cluster in clusters],
        "collection": [names.collection(cluster.collection_id) for cluster in clusters],
        "indexRange": [None if (of := cluster.index_range) is None else list(of) for cluster in clusters],
        "members": [[position[one] for one in cluster.members] for cluster in clusters],
        "upstream": [[position[one] for one in cluster.upstream] for cluster in clusters],
        "downstream": [[position[one] for one in cluster.downstream] for cluster in clusters],
    }


async def _read_names(tx: Transaction, lineage: Lineage) -> Names:
    nodes = [shown.node for shown in lineage.nodes]
    containers = await reads.find_containers(tx, list({node.scope_id for node in nodes}))
    placed = await reads.find_collections(tx, list({node.collection_id for node in nodes if node.collection_id}))
    sources = {source for node in nodes if node.details is not None and (source := node.source_id) is not None}
    contents = await reads.find_contents(tx, list(sources)) if sources else {}
    return Names(containers, {key: one.collection for key, one in placed.items()}, contents)
