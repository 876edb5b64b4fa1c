"""How long a lineage takes: a version with 100,000 consumers opened as a map does, and graphs of other shapes.

    python benchmarks/lineage.py [--consumers 100000] [--rounds 20] [--keep]

Needs a running service (`headwater up`). The graphs are written straight into the database, in a project of the user's
own entity, and taken out again at the end. Every document is asked through GraphQL, with everything around it (HTTP,
permissions, cards, clusters, hubs). Times are milliseconds.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, LiteralString

from neo4j import GraphDatabase, NotificationMinimumSeverity, Session

import headwater
from headwater._client import Client
from headwater_service.config import settings_from
from headwater_service.local.plan import make_plan
from headwater_service.store.ids import new_id

BATCH: Final = 5000
WARM_UP: Final = 3
STATES: Final = ("FINISHED", "FINISHED", "FINISHED", "FAILED", "RUNNING")
JOB_TYPES: Final = ("train", "train", "evaluate")

CREATE_SCOPE: Final[LiteralString] = """
MATCH (entity:Entity {name: $entity})
CREATE (container:Container:Project:EventScope {
  id: $id, kind: 'PROJECT', name: 'bench-lineage-' + $id, entity_id: entity.id, description: '', created_at: $at,
  visibility: 'ENTITY', artifact_types: [], protected_aliases: []
})-[:OWNED_BY]->(entity)
CREATE (:Collection:EventScope {
  id: $id + '-bench', kind: 'SOURCE', name: 'bench', type: 'dataset', scope_id: $id, description: '', tags: [],
  next_index: 0, created_at: $at, updated_at: $at
})-[:IN]->(container)
"""
CREATE_RUNS: Final[LiteralString] = """
UNWIND $rows AS row
CREATE (run:Run:Lineage)
SET run = row
"""
CREATE_VERSIONS: Final[LiteralString] = """
MATCH (collection:Collection {id: $scope + '-bench'})
UNWIND $rows AS row
CREATE (version:ArtifactVersion:Lineage)-[:VERSION_OF]->(collection)
SET version = row
"""
CREATE_CONSUMED: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (source:Lineage {id: row.source}), (target:Lineage {id: row.target})
CREATE (source)-[:CONSUMED_BY {id: row.target + ':' + row.source, at: row.at}]->(target)
"""
CREATE_PRODUCED: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (source:Lineage {id: row.source}), (target:Lineage {id: row.target})
CREATE (source)-[:PRODUCED {id: row.source + ':' + row.target, at: row.at, reused: false}]->(target)
"""
DELETE: Final[LiteralString] = """
MATCH (node:Run|ArtifactVersion {scope_id: $scope})
WITH node LIMIT 5000
DETACH DELETE node
RETURN count(*) AS count
"""
DELETE_SCOPE: Final[LiteralString] = """
MATCH (container:Container {id: $scope}), (collection:Collection {id: $scope + '-bench'})
DETACH DELETE container, collection
"""

OPEN_HUB: Final = """
query OpenHub($id: ID!) {
  node(id: $id) {
    ... on Version {
      lineage(direction: BOTH, depth: 1, limit: 300) { compact }
      consumedBy(first: 50, direction: DESC) { edges { node { id name state jobType createdAt } } totalCount }
    }
  }
}
"""
HUB_MAP: Final = """
query HubMap($id: ID!) {
  node(id: $id) { ... on Version { lineage(direction: BOTH, depth: 1, limit: 300) { compact } } }
}
"""
HUB_NEWEST: Final = """
query HubNewest($id: ID!) {
  node(id: $id) { ... on Version { consumedBy(first: 50, direction: DESC) { edges { node { id name } } } } }
}
"""
HUB_COUNT: Final = """
query HubCount($id: ID!) { node(id: $id) { ... on Version { consumedBy(first: 1) { totalCount } } } }
"""
HUB_FOUND: Final = """
query HubFound($id: ID!) {
  node(id: $id) {
    ... on Version {
      consumedBy(first: 50, direction: DESC, filter: {nameContains: "99", states: [FAILED], jobTypes: ["train"]}) {
        edges { node { id name } } totalCount
      }
    }
  }
}
"""
HUB_GROUPS: Final = """
query HubGroups($id: ID!) {
  node(id: $id) {
    ... on Version {
      lineage(direction: DOWNSTREAM, depth: 1, limit: 1) { hubs { count states { state count } types { type count } } }
    }
  }
}
"""
COLUMNS: Final = """
query Columns($id: ID!) { node(id: $id) { ... on Version { lineage(direction: BOTH, limit: 2000) { compact } } } }
"""
NODES: Final = """
query Nodes($id: ID!) {
  node(id: $id) {
    ... on Version {
      lineage(direction: BOTH, limit: 2000) {
        nodes { id label distance } edges { source target } completeness { reason }
      }
    }
  }
}
"""


@dataclass
class Shape:
    """A graph as lists of rows; the first version is where walks start."""

    scope: str
    runs: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    consumed: list[dict[str, Any]]
    produced: list[dict[str, Any]]
    at: int

    def run(self) -> str:
        number = len(self.runs)
        key = f"{self.at % 10**6:06d}-{number}"
        row = {
            "id": new_id(), "key": key, "name": f"run {number}", "scope_id": self.scope, "tags": [], "notes": "",
            "state": STATES[number % len(STATES)], "job_type": JOB_TYPES[number % len(JOB_TYPES)],
            "created_at": self.at + number,
        }  # fmt: skip
        self.runs.append(row)
        return str(row["id"])

    def version(self) -> str:
        number = len(self.versions)
        row = {
            "id": new_id(), "index": self.at % 10**8 + number, "collection_id": self.scope + "-bench",
            "scope_id": self.scope, "type": "dataset", "digest": "sha256:00", "size": 1, "file_count": 1,
            "state": "COMMITTED", "created_at": self.at + number, "tags": [], "description": "", "metadata": "{}",
        }  # fmt: skip
        self.versions.append(row)
        return str(row["id"])

    def uses(self, version: str, run: str) -> None:
        self.consumed.append({"source": version, "target": run, "at": self.at + len(self.consumed)})

    def makes(self, run: str, version: str) -> None:
        self.produced.append({"source": run, "target": version, "at": self.at + len(self.produced)})

    @property
    def start(self) -> str:
        return str(self.versions[0]["id"])


def hub(shape: Shape, consumers: int) -> None:
    """One version, made by a run, that everybody uses."""
    version = shape.version()
    shape.makes(shape.run(), version)
    for _ in range(consumers):
        shape.uses(version, shape.run())


def chain(shape: Shape, length: int) -> None:
    """Version, run, version, run, one after the other."""
    versions = [shape.version() for _ in range(length)]
    for before, after in pairwise(versions):
        run = shape.run()
        shape.uses(before, run)
        shape.makes(run, after)


def ladder(shape: Shape, layers: int, width: int) -> None:
    """Every run of a layer uses all versions before it, so that ways through it are without number."""
    last = [shape.version()]
    for _ in range(layers):
        runs = [shape.run() for _ in range(width)]
        for run in runs:
            for version in last:
                shape.uses(version, run)
        last = [shape.version() for _ in range(width)]
        for run, version in zip(runs, last, strict=True):
            shape.makes(run, version)


def tree(shape: Shape, fan: int, layers: int) -> None:
    """Each version is used by `fan` runs that make one version each: much of it alike."""
    last = [shape.version()]
    for _ in range(layers):
        made = []
        for version in last:
            for _ in range(fan):
                run = shape.run()
                shape.uses(version, run)
                made.append(shape.version())
                shape.makes(run, made[-1])
        last = made


def build(session: Session, scope: str, fill: Callable[[Shape], None]) -> str:
    """Write a shape and return the id of its start."""
    shape = Shape(scope, [], [], [], [], time.time_ns() // 1000)
    fill(shape)
    for text, rows in (
        (CREATE_RUNS, shape.runs),
        (CREATE_VERSIONS, shape.versions),
        (CREATE_CONSUMED, shape.consumed),
        (CREATE_PRODUCED, shape.produced),
    ):
        for batch in batches(rows):
            session.run(text, rows=batch, scope=scope).consume()
    return shape.start


def batches(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for begin in range(0, len(rows), BATCH):
        yield rows[begin : begin + BATCH]


def measure(client: Client, start: str, name: str, document: str, rounds: int) -> None:
    times = []
    for turn in range(-WARM_UP, rounds):
        began = time.perf_counter()
        client.execute(document, {"id": start})
        if turn >= 0:
            times.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(times, n=20, method="inclusive")[18]
    print(f"  {name:44}{min(times):>10.1f}{statistics.median(times):>10.1f}{p95:>10.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--consumers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", action="store_true", help="leave what was built")
    given = parser.parse_args()
    api = headwater.Api()
    # The service of `headwater up`, or one whose variables are set here too.
    settings = settings_from() if "HEADWATER_NEO4J_URI" in os.environ else make_plan().settings()
    shapes: dict[str, Callable[[Shape], None]] = {
        "chain of 2,000": lambda shape: chain(shape, 1000),
        "ladder of 250 x 4": lambda shape: ladder(shape, 250, 4),
        "tree of 6, 4 layers": lambda shape: tree(shape, 6, 4),
        "fan of 150": lambda shape: hub(shape, 150),
    }
    with (
        GraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_user, settings.neo4j_password),
            notifications_min_severity=NotificationMinimumSeverity.OFF,
        ) as driver,
        driver.session(database=settings.neo4j_database) as session,
    ):
        scope = new_id()
        session.run(CREATE_SCOPE, entity=api.default_entity, id=scope, at=time.time_ns() // 1000).consume()
        try:
            print(f"{'milliseconds':46}{'least':>10}{'p50':>10}{'p95':>10}")
            for name, fill in shapes.items():
                start = build(session, scope, fill)
                measure(api._client, start, f"{name}: columns", COLUMNS, given.rounds)
                measure(api._client, start, f"{name}: nodes", NODES, given.rounds)
            start = build(session, scope, lambda shape: hub(shape, given.consumers))
            session.run("CALL db.awaitIndexes(300)").consume()
            measure_hub(api._client, start, given.consumers, given.rounds)
        finally:
            if not given.keep:
                while session.run(DELETE, scope=scope).single(strict=True)["count"]:
                    pass
                session.run(DELETE_SCOPE, scope=scope).consume()


def measure_hub(client: Client, start: str, consumers: int, rounds: int) -> None:
    for name, document in (
        ("map alone", HUB_MAP),
        ("50 newest alone", HUB_NEWEST),
        ("count alone", HUB_COUNT),
        ("opened: map, 50 newest and count", OPEN_HUB),
        ("searched: name, state and job type", HUB_FOUND),
        ("grouped: states and job types", HUB_GROUPS),
    ):
        measure(client, start, f"{consumers:,} consumers: {name}", document, rounds)


if __name__ == "__main__":
    main()
