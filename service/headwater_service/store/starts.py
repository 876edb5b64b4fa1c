"""Where a listing of versions starts: at what the most telling condition finds, or at the newest of each scope.

Whatever finds the candidates, the whole condition is then applied to them: a start decides how long a listing takes,
never what is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, LiteralString

from headwater_service.store.conditions import field_condition
from headwater_service.store.filters import FieldCondition, Parameters, SearchWord, VersionFilter
from headwater_service.store.graph import Transaction
from headwater_service.store.search import COUNTED, count_version_hits, tagged, within

# Two labels with an index each: the union lets both be used. An index over two properties is used only when both
# are asked about, hence the time.
_IN_SCOPES: Final[LiteralString] = """
CALL () {
  MATCH (version:ArtifactVersion)
  WHERE version.scope_id IN $scopes AND version.created_at > $from AND version.created_at < $until
  RETURN version
  UNION ALL
  MATCH (version:RegistryVersion)
  WHERE version.scope_id IN $scopes AND version.created_at > $from AND version.created_at < $until
  RETURN version
}
WITH version"""

# The same in the order of the index, a scope at a time.
_WALKS: Final[tuple[LiteralString, ...]] = (
    """
MATCH (version:ArtifactVersion {scope_id: scope})
WHERE version.created_at > $from AND version.created_at < $until""",
    """
MATCH (version:RegistryVersion {scope_id: scope})
WHERE version.created_at > $from AND version.created_at < $until""",
)

_IN_COLLECTION: Final[LiteralString] = """
MATCH (:Collection {id: $collection})<-[:VERSION_OF]-(version:Lineage)"""

# What a registry links lies in any project, so registry versions, which are few, are looked at one by one.
_BY_FIELD: Final[tuple[LiteralString, LiteralString]] = (
    """
CALL () {
  MATCH (field:Field) WHERE field.scope_id IN $scopes AND """,
    """
  MATCH (version:ArtifactVersion {id: field.owner_id})
  RETURN DISTINCT version
  UNION ALL
  MATCH (version:RegistryVersion) WHERE version.scope_id IN $scopes AND version.created_at > 0 RETURN version
}
WITH version""",
)

_BY_ALIAS: Final[LiteralString] = """
CALL () {
  MATCH (alias:Alias) WHERE alias.name IN $alias_names
  MATCH (alias)-[:POINTS_TO]->(version:Lineage)
  RETURN DISTINCT version
}
WITH version WHERE version.scope_id IN $scopes WITH version"""

# A link is tagged as its source is, and may lie elsewhere.
_BY_TAG: Final[LiteralString] = """
CALL () {
  CALL db.index.fulltext.queryNodes('version_tags', $tagged) YIELD node AS version
  RETURN version
  UNION ALL
  CALL db.index.fulltext.queryNodes('version_tags', $tagged) YIELD node AS content
  MATCH (content)-[:LINKED_TO]->(version:RegistryVersion)
  RETURN version
}
WITH version WHERE version.scope_id IN $scopes WITH version"""

# The versions of the collections that hold the word, and those that hold it themselves.
_BY_WORD: Final[LiteralString] = """
CALL () {
  CALL db.index.fulltext.queryNodes('collection_search', $word) YIELD node AS home
  WITH home WHERE home.scope_id IN $scopes
  MATCH (home)<-[:VERSION_OF]-(version:Lineage)
  RETURN version
  UNION
  CALL db.index.fulltext.queryNodes('version_search', $word) YIELD node AS version
  WITH version WHERE version.scope_id IN $scopes
  RETURN version
}
WITH version"""

COUNT_ALL: Final = """
MATCH (version:ArtifactVersion)
RETURN count(version) AS count
"""

COUNT_ALIASES: Final = """
MATCH (alias:Alias)
WHERE alias.name IN $alias_names
WITH alias
LIMIT $limit
RETURN count(alias) AS count
"""

COUNT_TAGGED: Final = """
CALL db.index.fulltext.queryNodes('version_tags', $tagged, {limit: $limit}) YIELD node
RETURN count(node) AS count
"""

_COUNT_FIELDS: Final[tuple[LiteralString, LiteralString]] = (
    "MATCH (field:Field) WHERE field.scope_id IN $scopes AND ",
    " WITH field LIMIT $limit RETURN count(field) AS count",
)

_LATEST: Final = 2**62
# A version that is walked over costs about three that an index has found: its text must be read, or its collection's.
_WALKED: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where versions are listed: in one collection, else in projects and registries."""

    scopes: Sequence[str]
    collection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A match that binds `version`, or `walks` that do so for one `scope` of $walked, in the order of an index.

    What it binds has the `word`, which need not be looked for again.
    """

    match: LiteralString
    parameters: dict[str, Any] = field(default_factory=dict)
    walks: tuple[LiteralString, ...] = ()
    word: SearchWord | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A start, about how many versions it finds, and the scopes where all that is wanted lies; None: in any."""

    count: int
    start: Start
    scopes: frozenset[str] | None = None
    condition: FieldCondition | None = None


async def choose_start(
    tx: Transaction, place: Place, wanted: VersionFilter, parameters: Parameters, *, newest: int | None = None
) -> Start:
    """Return where to start; `newest` is how many are wanted when the newest (or oldest) come first.

    A start adds what it needs to `parameters`, which the condition will share.
    """
    bounds = {"from": wanted.created_after or 0, "until": wanted.created_before or _LATEST}
    if place.collection_id is not None:
        return Start(_IN_COLLECTION, {"collection": place.collection_id})
    candidates = [
        *await _by_words(tx, place, wanted),
        *[await _by_field(tx, place, condition) for condition in wanted.metadata or ()],
        *([] if wanted.aliases is None else [await _by_alias(tx, wanted.aliases)]),
        *await _by_tag(tx, wanted),
    ]
    best = min(candidates, key=lambda candidate: candidate.count, default=None)
    if newest is not None:
        scopes = list(place.scopes if best is None or best.scopes is None else best.scopes)
        if best is None or _WALKED * await _rows_walked(tx, len(scopes), newest, best.count) < best.count:
            return Start(_IN_SCOPES, {**bounds, "walked": scopes}, _WALKS)
    if best is None:
        return Start(_IN_SCOPES, bounds)
    return best.start if best.condition is None else _field_start(best.condition, parameters)


def without_word(wanted: VersionFilter, word: SearchWord | None) -> VersionFilter:
    """Return the filter without a word of its search that all candidates are known to have."""
    if word is None or wanted.search is None:
        return wanted
    rest = [other for other in wanted.search.words if other is not word]
    return replace(wanted, search=replace(wanted.search, words=rest))


async def _rows_walked(tx: Transaction, scopes: int, limit: int, count: int) -> int:
    """Return about how many versions are looked at until each scope has given a page of those that are wanted."""
    row = await tx.row(COUNT_ALL)
    assert row is not None, "count returns a row"
    total = int(row["count"])
    return min(total, scopes * limit * total // max(count, 1))


async def _by_words(tx: Transaction, place: Place, wanted: VersionFilter) -> list[_Candidate]:
    """Return a start for each word that is searched, each with the scopes that hold all words."""
    if wanted.search is None:
        return []
    words = wanted.search.words
    hits = await count_version_hits(tx, place.scopes, words)
    known = [hit.scopes for hit in hits if hit.scopes is not None]
    scopes = frozenset.intersection(*known) if known else None
    return [
        _Candidate(hit.count, Start(_BY_WORD, {"word": within(place.scopes, [word])}, word=word), scopes)
        for word, hit in zip(words, hits, strict=True)
    ]


async def _by_field(tx: Transaction, place: Place, condition: FieldCondition) -> _Candidate:
    counted = Parameters()
    before, behind = _COUNT_FIELDS
    text = before + field_condition(condition, counted) + behind
    row = await tx.row(text, {**counted.values, "scopes": list(place.scopes), "limit": COUNTED})
    assert row is not None, "count returns a row"
    return _Candidate(int(row["count"]), Start(_IN_SCOPES), condition=condition)


def _field_start(condition: FieldCondition, parameters: Parameters) -> Start:
    before, behind = _BY_FIELD
    return Start(before + field_condition(condition, parameters) + behind)


async def _by_alias(tx: Transaction, names: Sequence[str]) -> _Candidate:
    row = await tx.row(COUNT_ALIASES, alias_names=list(names), limit=COUNTED)
    assert row is not None, "count returns a row"
    return _Candidate(int(row["count"]), Start(_BY_ALIAS, {"alias_names": list(names)}))


async def _by_tag(tx: Transaction, wanted: VersionFilter) -> list[_Candidate]:
    clause = None if wanted.tags is None else tagged(wanted.tags)
    if clause is None:
        return []
    row = await tx.row(COUNT_TAGGED, tagged=clause, limit=COUNTED)
    assert row is not None, "count returns a row"
    return [_Candidate(int(row["count"]), Start(_BY_TAG, {"tagged": clause}))]
