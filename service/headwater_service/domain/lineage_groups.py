"""Groups of nodes that a map draws as one: clusters of similar nodes, and what hangs on nodes with many neighbours.

Pure: it knows the nodes and edges of one answer, and what their cards say.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import orjson

from headwater_service.domain.lineage import Lineage, LineageDirection, LineageKind
from headwater_service.domain.lineage_cards import Card
from headwater_service.store.degrees import Degree
from headwater_service.store.lineage import MANY, WalkedNode

FEWEST_IN_CLUSTER: Final = 5
# A node with more neighbours on one side is a hub: these are counted and listed, and not drawn one by one.
MOST_BESIDE: Final = MANY


@dataclass(frozen=True, slots=True)
class Cluster:
    """Similar nodes: of one kind, type (of runs: job type) and recall, with the same neighbours on `side`.

    `index_range` and `collection_id` are those of versions that all lie in one collection, else None.
    """

    id: str
    kind: str
    type: str | None
    side: LineageDirection
    recall: str | None
    states: Mapping[str, int]
    collection_id: str | None
    index_range: tuple[int, int] | None
    members: Sequence[str]
    upstream: Sequence[str]
    downstream: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hub:
    """A node with many neighbours on one side, `degree` of them. `shown` counts those in the answer.

    `members` are those of the shown that hang on it alone: they are drawn with it, as a number.
    """

    id: str
    direction: LineageDirection
    degree: Degree
    shown: int
    members: Sequence[str]


@dataclass(frozen=True, slots=True)
class Groups:
    """Each node is a member of one group at most."""

    clusters: Sequence[Cluster]
    hubs: Sequence[Hub]


@dataclass(frozen=True, slots=True)
class _Map:
    """The answer as neighbours: ids in the order of the answer's nodes."""

    nodes: Mapping[str, WalkedNode]
    upstream: Mapping[str, Sequence[str]]
    downstream: Mapping[str, Sequence[str]]

    def beside(self, node_id: str, side: LineageDirection) -> Sequence[str]:
        return (self.upstream if side is LineageDirection.UPSTREAM else self.downstream).get(node_id, ())


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What the members of a cluster have in common."""

    kind: str
    type: str | None
    recall: str | None
    side: LineageDirection
    neighbours: frozenset[str]

    @property
    def id(self) -> str:
        parts = [self.kind, self.type, self.recall, self.side.value, *sorted(self.neighbours)]
        return "cluster:" + hashlib.sha256(orjson.dumps(parts)).hexdigest()[:24]


_SIDES: Final = (LineageDirection.UPSTREAM, LineageDirection.DOWNSTREAM)


def group(lineage: Lineage, cards: Mapping[str, Card]) -> Groups:
    """Group the nodes of an answer. The start, and what is protected or itself recalled, always stand alone."""
    found = _map_of(lineage)
    free = [node_id for node_id in found.nodes if not _stands_alone(node_id, lineage.start_id, cards)]
    hubs = _hubs(found, cards, frozenset(free))
    taken = {member for hub in hubs for member in hub.members}
    heads = {hub.id for hub in hubs}
    rest = [node_id for node_id in free if node_id not in taken and node_id not in heads]
    return Groups(_clusters(found, cards, rest), hubs)


def _stands_alone(node_id: str, start_id: str, cards: Mapping[str, Card]) -> bool:
    card = cards[node_id]
    return node_id == start_id or bool(card.protected) or card.is_recalled


def _map_of(lineage: Lineage) -> _Map:
    upstream: dict[str, list[str]] = {}
    downstream: dict[str, list[str]] = {}
    for edge in lineage.edges:
        upstream.setdefault(edge.target, []).append(edge.source)
        downstream.setdefault(edge.source, []).append(edge.target)
    return _Map({shown.node.id: shown.node for shown in lineage.nodes}, upstream, downstream)


def _hubs(found: _Map, cards: Mapping[str, Card], free: Set[str]) -> list[Hub]:
    large = [
        (node_id, side, degree)
        for node_id in found.nodes
        for side in _SIDES
        if (degree := _degree(cards[node_id], side)).visible > MOST_BESIDE
    ]
    heads = {node_id for node_id, _, _ in large}
    return [
        Hub(
            node_id,
            side,
            degree,
            len(beside := found.beside(node_id, side)),
            [one for one in beside if one in free and one not in heads and _hangs_on(found, one, node_id, side)],
        )
        for node_id, side, degree in large
    ]


def _degree(card: Card, side: LineageDirection) -> Degree:
    return card.inputs if side is LineageDirection.UPSTREAM else card.outputs


def _hangs_on(found: _Map, node_id: str, hub_id: str, side: LineageDirection) -> bool:
    """Tell whether all that joins a node to the answer is one edge, from the hub's `side`."""
    near, far = _SIDES if side is LineageDirection.DOWNSTREAM else reversed(_SIDES)
    return list(found.beside(node_id, near)) == [hub_id] and not found.beside(node_id, far)


def _clusters(found: _Map, cards: Mapping[str, Card], node_ids: Sequence[str]) -> list[Cluster]:
    alike: dict[_Likeness, list[str]] = {}
    for node_id in node_ids:
        node = found.nodes[node_id]
        for side in _SIDES:
            if beside := found.beside(node_id, side):
                likeness = _Likeness(node.kind, node.type, cards[node_id].recall, side, frozenset(beside))
                alike.setdefault(likeness, []).append(node_id)
    # The largest takes its members first; ties are settled by id, so that the same answer is grouped the same way.
    large = [one for one in alike.items() if len(one[1]) >= FEWEST_IN_CLUSTER]
    taken: set[str] = set()
    clusters: list[Cluster] = []
    for likeness, alikes in sorted(large, key=lambda one: (-len(one[1]), one[0].id)):
        members = [node_id for node_id in alikes if node_id not in taken]
        if len(members) >= FEWEST_IN_CLUSTER:
            taken.update(members)
            clusters.append(_cluster(found, likeness, members))
    return clusters


def _cluster(found: _Map, likeness: _Likeness, members: Sequence[str]) -> Cluster:
    nodes = [found.nodes[node_id] for node_id in members]
    collections = {node.collection_id for node in nodes}
    collection_id = collections.pop() if likeness.kind != LineageKind.RUN and len(collections) == 1 else None
    numbers = [] if collection_id is None else [node.index for node in nodes if node.index is not None]
    return Cluster(
        id=likeness.id,
        kind=likeness.kind,
        type=likeness.type,
        side=likeness.side,
        recall=likeness.recall,
        states=Counter(node.shown_state for node in nodes),
        collection_id=collection_id,
        index_range=(min(numbers), max(numbers)) if numbers else None,
        members=members,
        upstream=_union(found.beside(member, LineageDirection.UPSTREAM) for member in members),
        downstream=_union(found.beside(member, LineageDirection.DOWNSTREAM) for member in members),
    )


def _union(lists: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(node_id for ids in lists for node_id in ids))
