"""Search over 100,000 versions in 5,000 collections, beside the raw queries of the indexes, in one run.

    python benchmarks/search.py [--collections 5000] [--versions 20] [--runs 5000] [--scopes 50] [--rounds 30] [--keep]

Needs a running service (`headwater up`). The collections, with one version in three described, are written straight
into the graph in projects of the user's own entity, and taken out again at the end. Then each search is asked through
GraphQL, as a page of 50 with everything around it (HTTP, permissions, the choice of where to start), over everything
the user may see; and the same is asked of the indexes through the driver, in turns with the service, with the page
ordered and cut, and nothing else. `ratio` is the service's p95 over the driver's. Times are milliseconds.

Then what people type into the one box that searches everything, runs too, is asked by itself: words, and paths.

At the end stands the plan by which the database answers the search of versions.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, LiteralString, cast
from unittest.mock import patch

from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity, Session

import headwater
from headwater._client import Client
from headwater_service.config import Settings, settings_from
from headwater_service.domain.search_text import search_of, search_scope, search_text
from headwater_service.local.plan import make_plan
from headwater_service.store.filters import VersionFilter, VersionOrder
from headwater_service.store.graph import Graph, Transaction, connect
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from headwater_service.store.listings_versions import Place, list_versions
from headwater_service.store.search import within

SUBJECTS = (
    "digits mnist cifar imagenet bert resnet50 gpt sentiment speech fraud churn pricing vision segmentation detection "
    "ranking recommender tabular weather traffic"
).split()
KINDS = "raw clean processed train validation test model features embeddings tokens split eval baseline".split()
JAPANESE = "手書き数字認識 感情分析 音声認識 画像分類 異常検知 需要予測 機械翻訳 対話データセット".split()
BATCH = 2000
WARM_UP = 3

# What people type: names, beginnings, two words, words of collection and version mixed, Japanese, misspellings, and
# words that a third or all of the versions have.
SEARCHES = (
    "bert", "resnet", "fraud features", "digits-model", "mnist 77", "seg", "数字", "音声 認識", "imagnet",
    "churn fold 12", "xgboost", "nothing-like-this", "model", "trained", "fold",
)  # fmt: skip

COLLECTIONS = """
query SearchCollections($search: String!) {
  collections(filter: {search: $search}, orderBy: {field: RELEVANCE, direction: DESC}, first: 50) {
    edges { node { name path type tags } } pageInfo { hasNextPage endCursor }
  }
}
"""
VERSIONS = """
query SearchVersions($search: String!) {
  versions(filter: {search: $search}, first: 50) {
    edges { node { name path type tags createdAt } } pageInfo { hasNextPage endCursor }
  }
}
"""
EVERYTHING = """
query SearchEverything($search: String!) {
  search(text: $search) {
    __typename
    ... on Collection { name path type } ... on Run { name path state jobType } ... on Project { path }
    ... on Registry { path } ... on ArtifactVersion { path aliases } ... on RegistryVersion { path aliases }
  }
}
"""
TOTALS = {
    "collections": "query Total($search: String!) { collections(filter: {search: $search}, first: 1) { totalCount } }",
    "versions": "query Total($search: String!) { versions(filter: {search: $search}, first: 1) { totalCount } }",
}

CREATE_SCOPES = """
MATCH (entity:Entity {name: $entity})
UNWIND $ids AS id
CREATE (:Container:Project:EventScope {
  id: id, kind: 'PROJECT', name: $prefix + id, entity_id: entity.id, description: '', created_at: $at,
  visibility: 'ENTITY', artifact_types: [], protected_aliases: []
})-[:OWNED_BY]->(entity)
"""
CREATE_COLLECTIONS = """
UNWIND $rows AS row
MATCH (container:Container {id: row.scope_id})
CREATE (collection:Collection:EventScope)-[:IN]->(container)
SET collection = row
"""
CREATE_VERSIONS = """
UNWIND $rows AS row
MATCH (collection:Collection {id: row.collection_id})
CREATE (version:ArtifactVersion:Lineage)-[:VERSION_OF]->(collection)
SET version = row
"""
CREATE_RUNS = """
UNWIND $rows AS row
CREATE (run:Run:Lineage:EventScope)
SET run = row
"""
DELETE_RUNS = """
MATCH (run:Run) WHERE run.scope_id IN $ids
DETACH DELETE run
"""
DELETE = """
MATCH (container:Container)<-[:IN]-(:Collection)<-[:VERSION_OF]-(version)
WHERE container.id IN $ids
WITH version LIMIT 5000
DETACH DELETE version
RETURN count(*) AS count
"""
DELETE_REST = """
MATCH (container:Container) WHERE container.id IN $ids
OPTIONAL MATCH (container)<-[:IN]-(collection:Collection)
DETACH DELETE collection, container
"""
# The least that answers the same question with the indexes alone: find each word in both, keep what has all, order by
# time, cut. No permission but the scopes inside the index, nothing around the versions.
RAW = """
CALL () {
  UNWIND $words AS word
  CALL (word) {
    CALL db.index.fulltext.queryNodes('collection_search', word) YIELD node
    MATCH (node)<-[:VERSION_OF]-(version)
    RETURN version
    UNION
    CALL db.index.fulltext.queryNodes('version_search', word) YIELD node AS version
    RETURN version
  }
  WITH version, count(*) AS count
  WHERE count = size($words)
  RETURN version
}
WITH version ORDER BY version.created_at DESC, version.id DESC LIMIT 51
RETURN version {.id, .index, .type, .tags, .created_at} AS version
"""
RAW_COLLECTIONS = """
CALL db.index.fulltext.queryNodes('collection_search', $search) YIELD node
WITH node ORDER BY node.name, node.id LIMIT 51
RETURN node {.id, .name, .type, .tags} AS collection
"""


@dataclass(frozen=True)
class Times:
    """Milliseconds of one search, asked again and again."""

    values: Sequence[float]

    @property
    def p50(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.values, n=20, method="inclusive")[18]


def collections(count: int, scopes: Sequence[str], versions: int, at: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(4)
    for number in range(count):
        subject, kind = chance.choice(SUBJECTS), chance.choice(KINDS)
        name = f"{chance.choice(JAPANESE)} {number}" if number % 10 == 0 else f"{subject}-{kind}-{number}"
        description = f"The {kind} of {subject} that the {chance.choice(SUBJECTS)} team keeps." if number % 3 else ""
        tags = [kind] if number % 5 == 0 else []
        scope_id = chance.choice(scopes)
        yield {
            "id": new_id(), "kind": "SOURCE", "name": name, "type": "model" if kind == "model" else "dataset",
            "scope_id": scope_id, "description": description, "tags": tags, "next_index": versions,
            "created_at": at, "updated_at": at, "search_text": search_text(name, *tags, description),
            "search_scope": search_scope(scope_id),
        }  # fmt: skip


def versions_of(found: Sequence[dict[str, Any]], count: int, at: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(5)
    for index in range(count):
        for number, collection in enumerate(found):
            is_described = chance.random() < 0.33
            description = (
                f"Trained with {chance.choice(SUBJECTS)}, fold {chance.randrange(100)}" if is_described else ""
            )
            yield {
                "id": new_id(), "index": index, "collection_id": collection["id"], "scope_id": collection["scope_id"],
                "type": collection["type"], "digest": f"sha256:{uuid.uuid4().hex}", "size": 1000 + number,
                "file_count": 1, "description": description, "tags": [], "state": "COMMITTED", "history_step": None,
                "created_at": at + (index * len(found) + number) * 1000, "metadata": "{}", "created_by": None,
                "search_text": search_text(description) or None,
                "search_scope": search_scope(collection["scope_id"]) if is_described else None,
            }  # fmt: skip


def runs_of(count: int, scopes: Sequence[str], at: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(6)
    for number in range(count):
        name, job_type = (
            f"{chance.choice(SUBJECTS)}-{chance.choice(KINDS)}-run-{number}",
            chance.choice(("train", "test")),
        )
        scope_id = chance.choice(scopes)
        yield {
            "id": new_id(), "key": f"{number:08x}", "name": name, "scope_id": scope_id, "job_type": job_type,
            "tags": [], "notes": "", "state": "FINISHED", "created_at": at + number, "config": "{}", "summary": "{}",
            "search_text": search_text(name, job_type), "search_scope": search_scope(scope_id),
        }  # fmt: skip


def write(session: Session, text: Any, rows: Iterator[dict[str, Any]]) -> int:
    written = 0
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            session.run(text, rows=batch).consume()
            written, batch = written + len(batch), []
    session.run(text, rows=batch).consume()
    return written + len(batch)


def build(session: Session, entity: str, scopes: Sequence[str], count: int, versions: int, runs: int) -> None:
    at = time.time_ns() // 1000 - 10**12
    session.run(CREATE_SCOPES, entity=entity, ids=scopes, prefix="bench-search-", at=at).consume()
    made = list(collections(count, scopes, versions, at))
    write(session, CREATE_COLLECTIONS, iter(made))
    total = write(session, CREATE_VERSIONS, versions_of(made, versions, at))
    write(session, CREATE_RUNS, runs_of(runs, scopes, at))
    session.run("CALL db.awaitIndexes(300)").consume()
    print(
        f"{total:,} versions in {len(made):,} collections, and {runs:,} runs, of {len(scopes)} projects\n", flush=True
    )


def timed(rounds: int, *acts: Callable[[], object]) -> list[Times]:
    """Carry out each in turn, again and again, so that what else the machine does meets all of them."""
    values: list[list[float]] = [[] for _ in acts]
    for turn in range(-WARM_UP, rounds):
        for number, act in enumerate(acts):
            started = time.perf_counter()
            act()
            if turn >= 0:
                values[number].append((time.perf_counter() - started) * 1000)
    return [Times(found) for found in values]


def measure(client: Client, session: Session, scopes: Sequence[str], rounds: int) -> None:
    print(f"{'milliseconds, p50 / p95':26}{'found':>8}{'service':>16}{'driver':>16}{'ratio':>8}")
    for field, document, raw in (("collections", COLLECTIONS, RAW_COLLECTIONS), ("versions", VERSIONS, RAW)):
        print(f"\n{field}")
        all_times: list[list[Times]] = []
        for search in SEARCHES:
            found = search_of(search)
            assert found is not None
            # A misspelling is asked for as what it may be, too: else the index would only say that there is nothing.
            words = [
                word if word.near is None else replace(word, clause=f"({word.clause} OR {word.near})")
                for word in found.words
            ]
            parameters = {"search": within(scopes, words), "words": [within(scopes, [word]) for word in words]}
            times = timed(
                rounds,
                partial(client.execute, document, {"search": search}),
                partial(ask, session, raw, parameters),
            )
            total = client.execute(TOTALS[field], {"search": search})[field]["totalCount"]
            print(f"  {search:24}{total:>8}" + line(*times), flush=True)
            all_times.append(times)
        ours, driven = (
            Times([value for times in column for value in times.values]) for column in zip(*all_times, strict=True)
        )
        print(f"  {'all searches':32}" + line(ours, driven))


def measure_everything(client: Client, entity: str, scopes: Sequence[str], rounds: int) -> None:
    """Ask what is typed into the box: words, a name as it is written letter by letter, paths and a key."""
    place = f"{entity}/bench-search-{scopes[0]}"
    typed = (
        *SEARCHES,
        "d",
        "di",
        "digits-tr",
        "bench-search",
        f"{place}/",
        f"{place}/dig",
        "digits-train-1:lat",
        "0000",
    )
    print("\neverything")
    values: list[float] = []
    for text in typed:
        (times,) = timed(rounds, partial(client.execute, EVERYTHING, {"search": text}))
        found = len(client.execute(EVERYTHING, {"search": text})["search"])
        print(f"  {text.replace(scopes[0], '…'):24}{found:>8}{cell(times):>16}", flush=True)
        values += times.values
    print(f"  {'all of these':32}{cell(Times(values)):>16}")


def ask(session: Session, text: Any, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    return session.run(text, parameters).data()


def line(ours: Times, driven: Times) -> str:
    return f"{cell(ours):>16}{cell(driven):>16}{ours.p95 / driven.p95:>7.1f}x"


def cell(times: Times) -> str:
    return f"{times.p50:.1f} / {times.p95:.1f}"


async def plans(settings: Settings, driver: Driver, scopes: Sequence[str]) -> None:
    """Print the plans of a search that few versions have, and of one that a third of them have."""
    graph = connect(
        settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, settings.neo4j_database, deadline_seconds=30
    )
    try:
        for search in ("churn fold 12", "trained"):
            wanted = VersionFilter(search=search_of(search))
            text: Any = await last_text(graph, partial(list_page, scopes, wanted))
            found = driver.execute_query(cast("LiteralString", "EXPLAIN " + text), database_=settings.neo4j_database)
            print(f"\nplan of {search!r}")
            show(found.summary.plan, 0)
    finally:
        await graph.close()


async def list_page(scopes: Sequence[str], wanted: VersionFilter, tx: Transaction) -> None:
    await list_versions(tx, Place(scopes), wanted, VersionOrder(), Window(50))


async def last_text(graph: Graph, work: Callable[[Transaction], Awaitable[None]]) -> str:
    """Return the last query text that a piece of work runs."""
    texts: list[str] = []
    run = Transaction.rows

    async def rows(tx: Transaction, query: Any, *parameters: Any, **more: Any) -> list[dict[str, Any]]:
        texts.append(query)
        return await run(tx, query, *parameters, **more)

    with patch.object(Transaction, "rows", rows):
        await graph.read(work)
    return texts[-1]


def show(plan: Any, depth: int) -> None:
    details = " ".join(plan["args"].get("Details", "").split())
    print(f"{'  ' * depth}{plan['operatorType'].split('@')[0]}  {details[:100]}")
    for child in plan.get("children", ()):
        show(child, depth + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", type=int, default=5000)
    parser.add_argument("--versions", type=int, default=20, help="versions in each collection")
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--scopes", type=int, default=50, help="projects that the collections lie in")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--keep", action="store_true", help="leave what was built")
    given = parser.parse_args()
    api = headwater.Api()
    # The service of `headwater up`, or one whose variables are set here too.
    settings = settings_from() if "HEADWATER_NEO4J_URI" in os.environ else make_plan().settings()
    with (
        GraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_user, settings.neo4j_password),
            notifications_min_severity=NotificationMinimumSeverity.OFF,
        ) as driver,
        driver.session(database=settings.neo4j_database) as session,
    ):
        scopes = [new_id() for _ in range(given.scopes)]
        try:
            build(session, api.default_entity, scopes, given.collections, given.versions, given.runs)
            measure(api._client, session, scopes, given.rounds)
            measure_everything(api._client, api.default_entity, scopes, given.rounds)
            asyncio.run(plans(settings, driver, scopes))
        finally:
            if not given.keep:
                while session.run(DELETE, ids=scopes).single(strict=True)["count"]:
                    pass
                session.run(DELETE_RUNS, ids=scopes).consume()
                session.run(DELETE_REST, ids=scopes).consume()


if __name__ == "__main__":
    main()
