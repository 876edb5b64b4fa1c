"""The shortest paths between two nodes: which are shown, how many there are, and whether that is certain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.lineage import (
    EDGE_KINDS,
    IncompleteReason,
    LineageDirection,
    LineageEdge,
    LineageKind,
)
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import InvalidInputError
from headwater_service.store.graph import Graph
from headwater_service.store.lineage import WalkedEdge
from headwater_service.store.lineage_paths import Between, find_between

MOST_PATHS: Final = 100
# Of long paths fewer are shown, at least one: so many steps altogether.
MOST_STEPS: Final = 10_000
# The largest number of the API's; there may be about 4^40 shortest paths between two nodes.
MOST_COUNTED: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Path:
    """Nodes from the one that was asked to the other, and the edges between them, which point the way data flows."""

    node_ids: Sequence[str]
    edges: Sequence[LineageEdge]


@dataclass(frozen=True, slots=True)
class Paths:
    """Some of the shortest paths. `direction` is that of the other node; None: no path was found.

    `kinds` are of all nodes that are shown; `count` is how many shortest paths there are.
    """

    direction: LineageDirection | None
    shown: Sequence[Path]
    kinds: Mapping[str, LineageKind]
    count: int
    reason: IncompleteReason | None

    @property
    def length(self) -> int | None:
        return len(self.shown[0].edges) if self.shown else None


async def find_paths(
    graph: Graph, viewer: Viewer, start_id: str, end_id: str, *, first: int, settings: Settings
) -> Paths | None:
    """Return the shortest paths from a node that the viewer was given: downstream, else upstream.

    None: there is no such other node, or the viewer may not see it. Raises InvalidInputError for a bad `first`.
    """
    if not 1 <= first <= MOST_PATHS:
        raise InvalidInputError(f"`first` is {first}; 1 to {MOST_PATHS} paths can be shown.", field="first")
    scopes = await visible_scopes(graph, viewer)
    cap = settings.lineage_nodes + 1
    below = await graph.read(lambda tx: find_between(tx, start_id, end_id, scopes, cap=cap))
    if below is None or below.length is not None:
        return None if below is None else settle(below, start_id, end_id, LineageDirection.DOWNSTREAM, first=first)
    above = await graph.read(lambda tx: find_between(tx, end_id, start_id, scopes, cap=cap))
    if above is None or above.length is None:
        reasons = {_reason(found) for found in (below, above) if found is not None}
        # In the order in which the reasons are told everywhere.
        reason = next((one for one in (IncompleteReason.NODES, IncompleteReason.PERMISSION) if one in reasons), None)
        return Paths(None, (), {}, 0, reason)
    return settle(above, end_id, start_id, LineageDirection.UPSTREAM, first=first)


def settle(found: Between, source_id: str, target_id: str, direction: LineageDirection, *, first: int) -> Paths:
    """Choose the paths that are shown of those which lead from a source to a target; in `direction` from its start."""
    following = _following(found)
    counts = _counts(found, following, target_id)
    steps = {(edge.source, edge.target): edge for edge in found.edges}
    most = max(1, min(first, MOST_STEPS // max(found.length or 0, 1)))
    shown = [_path(ids, steps, direction) for ids in _enumerate(following, counts, source_id, target_id, most)]
    return Paths(
        direction,
        shown,
        {node_id: LineageKind(found.nodes[node_id]) for path in shown for node_id in path.node_ids},
        counts.get(source_id, 0),
        _reason(found),
    )


def _following(found: Between) -> dict[str, list[str]]:
    """Map each node to those one step nearer to the target, the oldest first: ids begin with a time."""
    following: dict[str, list[str]] = {}
    for edge in found.edges:
        if found.distances[edge.target] == found.distances[edge.source] + 1:
            following.setdefault(edge.source, []).append(edge.target)
    return {node_id: sorted(targets) for node_id, targets in following.items()}


def _counts(found: Between, following: Mapping[str, Sequence[str]], target_id: str) -> dict[str, int]:
    """Count the ways from each node to the target: from the farthest back, so that no path is followed twice."""
    counts = {target_id: 1}
    for node_id in sorted(found.distances, key=lambda one: -found.distances[one]):
        ways = sum(counts.get(target, 0) for target in following.get(node_id, ()))
        if ways:
            counts[node_id] = ways
    return counts


def _enumerate(
    following: Mapping[str, Sequence[str]], counts: Mapping[str, int], source_id: str, target_id: str, first: int
) -> list[list[str]]:
    """Return the first paths in order of their ids. Every branch that is taken ends at the target."""
    paths: list[list[str]] = []
    path = [source_id]
    branches: list[Iterator[str]] = [iter(following.get(source_id, ()))]
    if source_id == target_id:
        return [path]
    while branches and len(paths) < first:
        following_id = next((one for one in branches[-1] if one in counts), None)
        if following_id is None:
            branches.pop()
            path.pop()
        elif following_id == target_id:
            paths.append([*path, target_id])
        else:
            path.append(following_id)
            branches.append(iter(following.get(following_id, ())))
    return paths


def _path(ids: Sequence[str], steps: Mapping[tuple[str, str], WalkedEdge], direction: LineageDirection) -> Path:
    walked = [steps[pair] for pair in pairwise(ids)]
    edges = [
        LineageEdge(edge.source, edge.target, EDGE_KINDS[edge.kind], edge.at, is_reused=edge.reused) for edge in walked
    ]
    if direction is LineageDirection.UPSTREAM:
        return Path(ids[::-1], edges[::-1])
    return Path(ids, edges)


def _reason(found: Between) -> IncompleteReason | None:
    """Tell what a path as short as these, or any where there is none, could have been missed by."""
    if found.is_cut:
        return IncompleteReason.NODES
    if found.unseen_below is None or found.unseen_above is None:
        return None
    # One edge into what is not seen, and one out of it.
    shortest = found.unseen_below + 2 + found.unseen_above
    return IncompleteReason.PERMISSION if found.length is None or shortest <= found.length else None
