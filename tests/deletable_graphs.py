"""Random projects written straight into the graph, and by hand what deleting parts of them does."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id

WRITE = """
MATCH (project:Container {id: $project})
UNWIND $collections AS row
CREATE (:Collection:EventScope {
  id: row.id, kind: row.kind, name: row.id, type: 'model', scope_id: $project, next_index: 99, description: '',
  tags: [], created_at: 1, updated_at: 1
})-[:IN]->(project)
"""
WRITE_VERSIONS = """
UNWIND $versions AS row
MATCH (collection:Collection {id: row.collection})
CREATE (:ArtifactVersion:Lineage {
  id: row.id, index: row.index, collection_id: row.collection, scope_id: $project, type: 'model', digest: row.id,
  size: 1, file_count: 1, state: CASE WHEN row.is_live THEN 'COMMITTED' ELSE 'DELETED' END,
  ended_at: CASE WHEN row.is_live THEN null ELSE 1 END, created_at: row.index + 1
})-[:VERSION_OF]->(collection)
"""
WRITE_LINKS = """
UNWIND $links AS row
MATCH (collection:Collection {id: row.collection})
MATCH (source:ArtifactVersion {id: row.source})
CREATE (source)-[:LINKED_TO {id: row.id, at: 1}]->(link:RegistryVersion:Lineage {
  id: row.id, index: row.index, collection_id: row.collection, scope_id: $project, type: 'model',
  source_id: row.source, state: CASE WHEN row.is_live THEN 'COMMITTED' ELSE 'DELETED' END,
  ended_at: CASE WHEN row.is_live THEN null ELSE 1 END, created_at: 1
})-[:VERSION_OF]->(collection)
"""
WRITE_RUNS = """
UNWIND $runs AS row
CREATE (:Run:Lineage:EventScope {
  id: row.id, key: row.id, name: row.id, scope_id: $project, state: 'FINISHED', created_at: 1,
  ended_at: CASE WHEN row.is_live THEN null ELSE 1 END
})
"""
WRITE_BLOBS = """
UNWIND $blobs AS row
CREATE (:Blob {entity_id: $entity, digest: row.id, size: row.size, state: 'PRESENT', version_id: 'x'})
"""
WRITE_HOLDS = """
UNWIND $holds AS row
MATCH (holder:Lineage {id: row.holder})
MATCH (blob:Blob {entity_id: $entity, digest: row.blob})
CREATE (holder)-[:HOLDS {path: row.path, size: 1}]->(blob)
"""
WRITE_CONSUMED = """
UNWIND $edges AS row
MATCH (version:Lineage {id: row.source}) MATCH (run:Run {id: row.target})
CREATE (version)-[:CONSUMED_BY {id: row.id, at: 1, retracted_at: row.retracted_at}]->(run)
"""
WRITE_PRODUCED = """
UNWIND $edges AS row
MATCH (run:Run {id: row.source}) MATCH (version:ArtifactVersion {id: row.target})
CREATE (run)-[:PRODUCED {id: row.id, at: 1, reused: row.reused}]->(version)
"""


@dataclass
class Holder:
    """A version, a link or a run; `source` is a link's."""

    id: str
    is_live: bool
    collection: str | None = None
    source: str | None = None


@dataclass
class Deletable:
    """A project as random data."""

    collections: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    versions: dict[str, Holder] = field(default_factory=dict)
    links: dict[str, Holder] = field(default_factory=dict)
    runs: dict[str, Holder] = field(default_factory=dict)
    blobs: dict[str, int] = field(default_factory=dict)
    holds: list[tuple[str, str]] = field(default_factory=list)
    consumed: list[tuple[str, str, bool]] = field(default_factory=list)
    produced: list[tuple[str, str, bool]] = field(default_factory=list)

    def node(self, node_id: str) -> Holder:
        return (self.versions | self.links | self.runs)[node_id]

    async def write(self, graph: Graph, project: str, entity: str) -> None:
        def rows(holders: Iterable[Holder]) -> list[dict[str, object]]:
            return [{**vars(holder), "index": index} for index, holder in enumerate(holders)]

        async def work(tx: Transaction) -> None:
            kinds = [(one, "SOURCE") for one in self.collections] + [(one, "REGISTRY") for one in self.models]
            await tx.rows(WRITE, project=project, collections=[{"id": one, "kind": kind} for one, kind in kinds])
            await tx.rows(WRITE_RUNS, project=project, runs=rows(self.runs.values()))
            await tx.rows(WRITE_VERSIONS, project=project, versions=rows(self.versions.values()))
            await tx.rows(WRITE_LINKS, project=project, links=rows(self.links.values()))
            await tx.rows(WRITE_BLOBS, entity=entity, blobs=[{"id": one, "size": n} for one, n in self.blobs.items()])
            held = [{"holder": a, "blob": b, "path": str(n)} for n, (a, b) in enumerate(self.holds)]
            await tx.rows(WRITE_HOLDS, entity=entity, holds=held)
            used = [
                {"source": a, "target": b, "id": f"{b}:{a}", "retracted_at": 1 if is_retracted else None}
                for a, b, is_retracted in self.consumed
            ]
            await tx.rows(WRITE_CONSUMED, edges=used)
            made = [{"source": a, "target": b, "id": f"{a}:{b}", "reused": again} for a, b, again in self.produced]
            await tx.rows(WRITE_PRODUCED, edges=made)

        await graph.write(work)

    def ended_by(
        self, versions: set[str], collections: set[str], runs: set[str], *, with_outputs: bool, is_all: bool
    ) -> set[str]:
        """Return all nodes that a deletion ends."""
        everything = self.versions | self.links | self.runs
        ending = {one for one in everything if self.node(one).is_live and (is_all or one in versions | runs)}
        ending |= {one for one, node in everything.items() if node.is_live and node.collection in collections}
        if with_outputs:
            ended_runs = ending & set(self.runs)
            for run, version, again in self.produced:
                others = {
                    other
                    for other, same, _ in self.produced
                    if same == version and other not in ended_runs and self.runs[other].is_live
                }
                if run in ended_runs and not again and not others and self.versions[version].is_live:
                    ending.add(version)
        return ending | {one for one, link in self.links.items() if link.is_live and link.source in ending}

    def bytes_of(self, ending: set[str]) -> tuple[int, int]:
        """Return the bytes that only what ends holds, and those that something live holds as well."""
        freed = shared = 0
        for blob, size in self.blobs.items():
            live = {holder for holder, held in self.holds if held == blob and self.node(holder).is_live}
            if live & ending:
                freed += 0 if live - ending else size
                shared += size if live - ending else 0
        return freed, shared

    def consumers_of(self, ending: set[str]) -> set[str]:
        return {
            run
            for version, run, is_retracted in self.consumed
            if version in ending and not is_retracted and run not in ending and self.runs[run].is_live
        }

    def descendants_of(self, ending: set[str]) -> set[str]:
        """Return the live nodes downstream of what ends that stay."""
        edges = [(a, b) for a, b, is_retracted in self.consumed if not is_retracted]
        edges += [(a, b) for a, b, _ in self.produced]
        edges += [(link.source, link.id) for link in self.links.values() if link.source is not None]
        seen, frontier = set(ending), set(ending)
        while frontier:
            frontier = {b for a, b in edges if a in frontier} - seen
            seen |= frontier
        return {node for node in seen - ending if self.node(node).is_live}


@st.composite
def deletables(draw: st.DrawFn) -> Deletable:
    """A few collections with versions, tombstones among them, that share blobs with each other and with runs."""
    world = Deletable()
    live = st.sampled_from([True, True, True, False])
    world.collections = [new_id() for _ in range(draw(st.integers(1, 3)))]
    world.models = [new_id() for _ in range(draw(st.integers(1, 2)))]
    for _ in range(draw(st.integers(1, 7))):
        version = Holder(new_id(), draw(live), draw(st.sampled_from(world.collections)))
        world.versions[version.id] = version
    for _ in range(draw(st.integers(1, 4))):
        run = Holder(new_id(), draw(live))
        world.runs[run.id] = run
    for source in draw(st.lists(st.sampled_from(list(world.versions)), max_size=4, unique=True)):
        is_live = world.versions[source].is_live and draw(live)
        link = Holder(new_id(), is_live, draw(st.sampled_from(world.models)), source)
        world.links[link.id] = link
    world.blobs = {new_id(): draw(st.integers(0, 1000)) for _ in range(draw(st.integers(1, 5)))}
    held = st.tuples(st.sampled_from([*world.versions, *world.runs]), st.sampled_from(list(world.blobs)))
    # A run may hold one blob under several paths.
    pairs = draw(st.lists(held, max_size=14))
    world.holds = [pair for n, pair in enumerate(pairs) if pair[0] in world.runs or pair not in pairs[:n]]
    _draw_edges(draw, world)
    return world


def _draw_edges(draw: st.DrawFn, world: Deletable) -> None:
    sources, runs = [*world.versions, *world.links], list(world.runs)
    used = st.lists(st.tuples(st.sampled_from(sources), st.sampled_from(runs)), max_size=8, unique=True)
    world.consumed = [(a, b, draw(st.integers(0, 4)) == 0) for a, b in draw(used)]
    made = draw(
        st.lists(st.tuples(st.sampled_from(runs), st.sampled_from(list(world.versions))), max_size=8, unique=True)
    )
    # The first run that made a version is the one that did not find it there.
    world.produced = [
        (run, version, any(earlier == version for _, earlier in made[:n])) for n, (run, version) in enumerate(made)
    ]
