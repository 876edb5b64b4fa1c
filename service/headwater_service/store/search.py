"""The text by which collections, versions and runs are searched: kept, asked for, and filled in where it is missing.

Three full-text indexes hold `search_text` and `search_scope`. What they find are candidates: every listing looks at
the stored text itself, so that a page, a count and a nested filter agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from headwater_service.store.filters import SearchWord
from headwater_service.store.graph import Transaction

# One clause a scope; the index takes a little over a thousand. Whoever sees more finds few strangers anyway.
MOST_SCOPES: Final = 500
# Counts beyond this need not be exact: they only decide where a listing starts.
COUNTED: Final = 1000
MANY: Final = 2**62
# Of a filter; a clause each.
MOST_TAGS: Final = 200
NEAR_TEXTS: Final = 50


class SearchIndex(StrEnum):
    COLLECTIONS = "collection_search"
    VERSIONS = "version_search"
    RUNS = "run_search"


@dataclass(frozen=True, slots=True)
class Hits:
    """How many versions a word finds, at most, and in which scopes; None: in too many to tell."""

    count: int
    scopes: frozenset[str] | None


COUNT_HITS: Final = """
UNWIND $clauses AS clause
CALL (clause) {
  CALL db.index.fulltext.queryNodes($index, clause, {limit: $limit}) YIELD node
  WHERE node.scope_id IN $scopes
  RETURN count(node) AS count
}
RETURN count
"""

# Each collection stands for all its versions.
COUNT_VERSION_HITS: Final = """
UNWIND $clauses AS clause
CALL (clause) {
  CALL db.index.fulltext.queryNodes('collection_search', clause, {limit: $limit}) YIELD node
  WHERE node.scope_id IN $scopes
  RETURN count(node) AS homes, sum(node.next_index) AS members, collect(DISTINCT node.scope_id) AS home_scopes
}
CALL (clause) {
  CALL db.index.fulltext.queryNodes('version_search', clause, {limit: $limit}) YIELD node
  WHERE node.scope_id IN $scopes
  RETURN count(node) AS own, collect(DISTINCT node.scope_id) AS own_scopes
}
RETURN members + own AS count, homes < $limit AND own < $limit AS is_exact, home_scopes + own_scopes AS found
"""

COUNT_ALL_VERSION_HITS: Final = """
UNWIND $clauses AS clause
CALL (clause) {
  CALL db.index.fulltext.queryNodes('collection_search', clause) YIELD node
  RETURN sum(node.next_index) AS members
}
CALL (clause) {
  CALL db.index.fulltext.queryNodes('version_search', clause) YIELD node
  RETURN count(node) AS own
}
RETURN members + own AS count
"""

HELD: Final = """
UNWIND $clauses AS clause
RETURN EXISTS {
  CALL db.index.fulltext.queryNodes($index, clause) YIELD node
  WHERE node.scope_id IN $scopes
  RETURN node
} AS is_held
"""

NEAR: Final = """
CALL db.index.fulltext.queryNodes($index, $clause) YIELD node
WHERE node.scope_id IN $scopes
RETURN node.search_text AS text
LIMIT $limit
"""

SET_COLLECTION_TEXT: Final = """
MATCH (collection:Collection {id: $id})
SET collection.search_text = $text, collection.search_scope = $scope
"""

# What a version says of itself is shared with the links to it (`store/links.py` copies it into a new one).
SET_VERSION_TEXT: Final = """
MATCH (version:ArtifactVersion {id: $id})
SET version.search_text = $text, version.search_scope = $scope
WITH version
MATCH (version)-[:LINKED_TO]->(link:RegistryVersion)
SET link.search_text = $text,
  link.search_scope = CASE WHEN $text IS NULL THEN null ELSE replace(link.scope_id, '-', '') END
"""


def within(scopes: Sequence[str], words: Sequence[SearchWord]) -> str:
    """Return the text by which an index is asked for what holds all words, inside the scopes if they are few."""
    return _in_scopes(scopes) + " ".join("+search_text:" + word.clause for word in words)


async def count_hits(
    tx: Transaction, index: SearchIndex, scopes: Sequence[str], words: Sequence[SearchWord]
) -> list[int]:
    """Return how many items each word has, COUNTED at most."""
    clauses = [within(scopes, [word]) for word in words]
    rows = await tx.rows(COUNT_HITS, index=index.value, clauses=clauses, scopes=list(scopes), limit=COUNTED)
    return [row["count"] for row in rows]


async def count_version_hits(tx: Transaction, scopes: Sequence[str], words: Sequence[SearchWord]) -> list[Hits]:
    """Return how many versions the words find, in their collections' texts and in their own.

    Of words that find many the number is told only when no other finds few: a collection stands for all its versions.
    """
    clauses = [within(scopes, [word]) for word in words]
    rows = await tx.rows(COUNT_VERSION_HITS, clauses=clauses, scopes=list(scopes), limit=COUNTED)
    scopes_of = [frozenset(row["found"]) if row["is_exact"] else None for row in rows]
    if any(row["is_exact"] and row["count"] <= COUNTED for row in rows):
        counts = [row["count"] if row["is_exact"] else MANY for row in rows]
    else:
        counts = [row["count"] for row in await tx.rows(COUNT_ALL_VERSION_HITS, clauses=clauses)]
    return [Hits(count, found) for count, found in zip(counts, scopes_of, strict=True)]


async def find_held(
    tx: Transaction, index: SearchIndex, scopes: Sequence[str], words: Sequence[SearchWord]
) -> list[bool]:
    """Tell of each word whether anything in the scopes holds it."""
    clauses = [within(scopes, [word]) for word in words]
    rows = await tx.rows(HELD, index=index.value, clauses=clauses, scopes=list(scopes))
    return [row["is_held"] for row in rows]


async def list_near(tx: Transaction, index: SearchIndex, scopes: Sequence[str], word: SearchWord) -> list[str]:
    """Return stored texts that hold a word near the one given, the best first."""
    if word.near is None:
        return []
    clause = _in_scopes(scopes) + "+search_text:" + word.near
    rows = await tx.rows(NEAR, index=index.value, clause=clause, scopes=list(scopes), limit=NEAR_TEXTS)
    return [row["text"] for row in rows]


async def set_collection_text(tx: Transaction, collection_id: str, text: str | None, scope: str | None) -> None:
    await tx.rows(SET_COLLECTION_TEXT, id=collection_id, text=text, scope=scope)


async def set_version_text(tx: Transaction, version_id: str, text: str | None, scope: str | None) -> None:
    """Set what a locked artifact version and the links to it are found by; None takes them out."""
    await tx.rows(SET_VERSION_TEXT, id=version_id, text=text, scope=scope)


def tagged(tags: Sequence[str], scopes: Sequence[str] | None = None) -> str | None:
    """Return the text by which an index of tags is asked for what has one of these; None: these are none, or too many.

    `scopes` is for the index that holds them.
    """
    if not 1 <= len(tags) <= MOST_TAGS:
        return None
    clause = "+tags:(" + " ".join(_quoted(tag) for tag in tags) + ")"
    if scopes is None or len(scopes) > MOST_SCOPES:
        return clause
    return clause + " +scope_id:(" + " ".join(_quoted(scope) for scope in scopes or ["none"]) + ")"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _in_scopes(scopes: Sequence[str]) -> str:
    if len(scopes) > MOST_SCOPES:
        return ""
    # An empty group would be refused by the index.
    return "+search_scope:(" + " ".join(scope.replace("-", "") for scope in scopes or ["none"]) + ") "
