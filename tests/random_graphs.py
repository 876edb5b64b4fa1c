"""Random lineages, written straight into the graph, and the plain breadth-first search they are compared with."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id

WRITE_NODES = """
UNWIND $runs AS run
CREATE (node:Run:Lineage {
  id: run.id, key: run.id, name: run.id, scope_id: run.scope, state: 'FINISHED', job_type: run.type,
  created_at: run.number
})
"""
WRITE_VERSIONS = """
UNWIND $versions AS version
CREATE (node:ArtifactVersion:Lineage {
  id: version.id, scope_id: version.scope, collection_id: version.id, index: 0, state: 'COMMITTED', type: version.type,
  created_at: version.number, digest: 'sha256:00', size: 1, file_count: 1
})
"""
WRITE_LINKS = """
UNWIND $links AS link
CREATE (node:RegistryVersion:Lineage {
  id: link.id, scope_id: link.scope, collection_id: link.id, index: 0, state: 'COMMITTED', type: link.type,
  created_at: link.number
})
"""
WRITE_CONSUMED = """
UNWIND $edges AS edge
MATCH (source:Lineage {id: edge.source}), (target:Lineage {id: edge.target})
CREATE (source)-[:CONSUMED_BY {id: edge.id, at: edge.at, retracted_at: edge.retracted_at}]->(target)
"""
WRITE_PRODUCED = """
UNWIND $edges AS edge
MATCH (source:Lineage {id: edge.source}), (target:Lineage {id: edge.target})
CREATE (source)-[:PRODUCED {id: edge.id, at: edge.at, reused: false, retracted_at: edge.retracted_at}]->(target)
"""
WRITE_LINKED = """
UNWIND $edges AS edge
MATCH (source:Lineage {id: edge.source}), (target:Lineage {id: edge.target})
CREATE (source)-[:LINKED_TO {id: edge.id, at: edge.at, retracted_at: edge.retracted_at}]->(target)
"""


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    kind: str
    at: int
    retracted_at: int | None = None


@dataclass
class World:
    """Nodes by id with kind, scope and type, and the edges between them."""

    kinds: dict[str, str] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    types: dict[str, str | None] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def add(self, kind: str, scope: str, type: str | None = None) -> str:
        node_id = new_id()
        self.kinds[node_id], self.scopes[node_id], self.types[node_id] = kind, scope, type
        return node_id

    def connect(self, source: str, target: str, *, is_retracted: bool = False) -> None:
        """Join two nodes by the edge that their kinds allow."""
        kinds = {("version", "run"): "CONSUMED_BY", ("link", "run"): "CONSUMED_BY", ("run", "version"): "PRODUCED"}
        kind = kinds.get((self.kinds[source], self.kinds[target]), "LINKED_TO")
        self.edges.append(Edge(source, target, kind, len(self.edges) + 1, 1 if is_retracted else None))

    @property
    def live(self) -> list[Edge]:
        return [edge for edge in self.edges if edge.retracted_at is None]

    async def write(self, graph: Graph) -> None:
        nodes: list[dict[str, Any]] = [
            {"id": node_id, "scope": self.scopes[node_id], "type": self.types[node_id], "number": number}
            for number, node_id in enumerate(self.kinds)
        ]
        edges = [{**vars(edge), "id": f"{edge.target}:{edge.source}"} for edge in self.edges]

        async def work(tx: Any) -> None:
            for text, name, kind in (
                (WRITE_NODES, "runs", "run"),
                (WRITE_VERSIONS, "versions", "version"),
                (WRITE_LINKS, "links", "link"),
            ):
                await tx.rows(text, {name: [node for node in nodes if self.kinds[node["id"]] == kind]})
            for text, kind in (
                (WRITE_CONSUMED, "CONSUMED_BY"),
                (WRITE_PRODUCED, "PRODUCED"),
                (WRITE_LINKED, "LINKED_TO"),
            ):
                await tx.rows(text, edges=[edge for edge in edges if edge["kind"] == kind])

        await graph.write(work)


def breadth_first(
    start: str, edges: Iterable[Edge], enters: Callable[[str], bool], *, is_upstream: bool
) -> dict[str, int]:
    """Distances of all that is reached without entering what must not be entered."""
    neighbours: dict[str, list[str]] = {}
    for edge in edges:
        source, target = (edge.target, edge.source) if is_upstream else (edge.source, edge.target)
        neighbours.setdefault(source, []).append(target)
    if not enters(start):
        return {}
    distances = {start: 0}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for neighbour in neighbours.get(node, ()):
            if neighbour not in distances and enters(neighbour):
                distances[neighbour] = distances[node] + 1
                waiting.append(neighbour)
    return distances


def hidden_around(
    nodes: Mapping[str, int], edges: Sequence[Edge], enters: Callable[[str], bool], *, is_upstream: bool
) -> dict[str, int]:
    """How many neighbours of each node, the way the walk goes, must not be entered."""
    counts: dict[str, int] = {}
    for edge in edges:
        near, far = (edge.target, edge.source) if is_upstream else (edge.source, edge.target)
        if near in nodes and not enters(far):
            counts[near] = counts.get(near, 0) + 1
    return counts
