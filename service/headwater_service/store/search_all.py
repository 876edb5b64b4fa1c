"""What one search over everything asks of the graph beside the listings: runs by relevance or key, places, refs."""

from collections.abc import Sequence
from typing import Final, LiteralString

from headwater_service.model import Container, ContainerKind
from headwater_service.store.conditions import run_condition
from headwater_service.store.filters import Parameters, RunFilter
from headwater_service.store.graph import Transaction
from headwater_service.store.reads import (
    CONTAINER_COLUMNS,
    RUN_COLUMNS,
    RUN_JOINS,
    PlacedRun,
    container_from,
    placed_run_from,
)
from headwater_service.store.search import within

_SEARCHED_RUNS: Final[LiteralString] = """
CALL db.index.fulltext.queryNodes('run_search', $search) YIELD node AS run
WITH run WHERE run.scope_id IN $scopes AND run.ended_at IS NULL AND """

# How far a run is from what was typed: its name, the start of its name, all words whole, words that begin so.
_NEAREST_RUNS: Final[LiteralString] = (
    """
WITH run, CASE
    WHEN toLower(run.name) = $typed THEN 0
    WHEN toLower(run.name) STARTS WITH $typed THEN 1
    WHEN all(word IN $whole WHERE run.search_text CONTAINS word) THEN 2
    ELSE 3
  END AS distance, run.created_at AS at
ORDER BY distance, at DESC LIMIT $limit"""
    + RUN_JOINS
    + "RETURN "
    + RUN_COLUMNS
    + ","
    + CONTAINER_COLUMNS
    + ", distance, at ORDER BY distance, at DESC"
)

RUNS_BY_KEY: Final[LiteralString] = (
    """
MATCH (run:Run)
WHERE run.scope_id IN $scopes AND run.key STARTS WITH $key AND run.ended_at IS NULL
WITH run, run.key <> $key AS is_longer, run.created_at AS at
ORDER BY is_longer, at DESC LIMIT $limit"""
    + RUN_JOINS
    + "RETURN "
    + RUN_COLUMNS
    + ","
    + CONTAINER_COLUMNS
    + ", is_longer, at ORDER BY is_longer, at DESC"
)

# Projects and registries are few: their names are looked at one by one.
CONTAINERS_BY_WORDS: Final[LiteralString] = (
    """
MATCH (container:Container)-[:OWNED_BY]->(entity:Entity)
WHERE container.id IN $scopes AND container.kind IN $kinds AND container.ended_at IS NULL
  AND ($entity IS NULL OR entity.name = $entity)
  AND all(word IN $words WHERE toLower(container.name) CONTAINS word)
WITH container, entity, CASE
    WHEN toLower(container.name) = $typed THEN 0
    WHEN toLower(container.name) STARTS WITH $typed THEN 1
    ELSE 2
  END AS distance
ORDER BY distance, entity.name, container.name LIMIT $limit
RETURN """
    + CONTAINER_COLUMNS
)

SCOPES_NAMED: Final[LiteralString] = """
MATCH (container:Container)-[:OWNED_BY]->(entity:Entity)
WHERE container.id IN $scopes AND container.name = $name AND container.ended_at IS NULL
  AND ($entity IS NULL OR entity.name = $entity)
RETURN container.id AS id
"""

# A version by its number, and those whose alias begins so; the alias itself before longer ones.
VERSIONS_BY_REF: Final[LiteralString] = """
UNWIND $collections AS collection
CALL (collection) {
  MATCH (version:ArtifactVersion {collection_id: collection, index: $index})
  WHERE version.state = 'COMMITTED'
  RETURN version.id AS id, '' AS name
  UNION ALL
  MATCH (version:RegistryVersion {collection_id: collection, index: $index})
  WHERE version.state = 'COMMITTED'
  RETURN version.id AS id, '' AS name
  UNION ALL
  MATCH (alias:Alias)
  WHERE alias.collection_id = collection AND alias.name STARTS WITH $ref AND alias.version_id IS NOT NULL
  RETURN alias.version_id AS id, alias.name AS name
}
RETURN id, min(name) AS name
ORDER BY name, id DESC
LIMIT $limit
"""


async def list_runs_by_relevance(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, *, limit: int
) -> list[PlacedRun]:
    """Return the runs that hold all words of a search, the nearest first, and of equally near ones the newest."""
    assert wanted.search is not None, "there is a word to be searched"
    parameters = Parameters()
    text = _SEARCHED_RUNS + run_condition(wanted, parameters) + _NEAREST_RUNS
    rows = await tx.rows(
        text,
        parameters.values,
        scopes=list(scopes),
        search=within(scopes, wanted.search.words),
        typed=wanted.search.name,
        whole=[word.whole for word in wanted.search.words],
        limit=limit,
    )
    return [placed_run_from(row) for row in rows]


async def list_runs_by_key(tx: Transaction, scopes: Sequence[str], key: str, *, limit: int) -> list[PlacedRun]:
    """Return the runs whose key begins so; one that is it comes first, then the newest."""
    rows = await tx.rows(RUNS_BY_KEY, scopes=list(scopes), key=key, limit=limit)
    return [placed_run_from(row) for row in rows]


async def list_containers_by_words(
    tx: Transaction,
    scopes: Sequence[str],
    kinds: Sequence[ContainerKind],
    words: Sequence[str],
    *,
    entity: str | None,
    typed: str,
    limit: int,
) -> list[Container]:
    """Return projects and registries whose name holds all words, of one entity if it is named, the nearest first."""
    rows = await tx.rows(
        CONTAINERS_BY_WORDS,
        scopes=list(scopes),
        kinds=[kind.value for kind in kinds],
        words=list(words),
        entity=entity,
        typed=typed,
        limit=limit,
    )
    return [container_from(row) for row in rows]


async def find_scopes_named(tx: Transaction, scopes: Sequence[str], *, entity: str | None, name: str) -> list[str]:
    """Return those of the scopes that are projects and registries of this name."""
    return [row["id"] for row in await tx.rows(SCOPES_NAMED, scopes=list(scopes), entity=entity, name=name)]


async def list_versions_by_ref(
    tx: Transaction, collection_ids: Sequence[str], ref: str, *, index: int | None, limit: int
) -> dict[str, bool]:
    """Return the ids of versions of some collections, and whether the ref names each exactly.

    These are those of a number, and those with an alias that begins so.
    """
    rows = await tx.rows(VERSIONS_BY_REF, collections=list(collection_ids), ref=ref, index=index, limit=limit)
    return {row["id"]: row["name"] in ("", ref) for row in rows}
