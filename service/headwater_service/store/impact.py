"""What a node reaches downstream: versions that a registry or an alias names, with what names them.

One walk and one record: the page, and the exact counts of all that the walk reached. See `store/lineage.py` for the
rules of walks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import orjson

from headwater_service.errors import InvalidInputError
from headwater_service.model import Instant
from headwater_service.store.graph import Transaction
from headwater_service.store.lineage import NEAREST_BELOW
from headwater_service.store.listing import Window, read_position, write_position

_ORDER: Final = "IMPACT"
# What a key is made of: rank, name and id of the collection, number, id.
_KEY: Final = [int, str, str, int, str]

_REACHED: Final[LiteralString] = (
    """
MATCH (start:Lineage {id: $id})
CALL (start) {"""
    + NEAREST_BELOW
    + """  RETURN collect(node) AS below, collect(distance) AS distances
}
"""
)

_COUNTED: Final[LiteralString] = """
CALL (below) {
  UNWIND below AS node
  MATCH (node)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next)
  WHERE edge.retracted_at IS NULL AND NOT next.scope_id IN $visible
  RETURN count(DISTINCT next) AS hidden
}
CALL (below) {
  UNWIND tail(below) AS node
  WITH node
  WHERE node.ended_at IS NULL
  RETURN
    count(CASE WHEN node:Run THEN 1 END) AS runs,
    count(CASE WHEN node:ArtifactVersion THEN 1 END) AS versions,
    count(CASE WHEN node:RegistryVersion THEN 1 END) AS registry_versions,
    count(DISTINCT CASE WHEN node:RegistryVersion THEN node.collection_id END) AS collections
}
"""

# The key is the whole order, the id last: what is protected first, then what has an alias; names; the newest number.
_ROWS: Final[LiteralString] = """
CALL (below, distances) {
  UNWIND range(1, size(below) - 1) AS position
  WITH below[position] AS node, distances[position] AS distance
  WHERE NOT node:Run AND node.ended_at IS NULL AND ($types IS NULL OR node.type IN $types)
  WITH node, distance, [(alias:Alias)-[:POINTS_TO]->(node) | alias.name] AS aliases
  WHERE NOT $registered OR node:RegistryVersion OR size(aliases) > 0
  MATCH (node)-[:VERSION_OF]->(collection:Collection)-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity)
  WITH node, distance, aliases, collection, container, entity,
    [name IN aliases WHERE name IN coalesce(container.protected_aliases, [])] AS protected
  RETURN collect([
    [
      CASE WHEN size(protected) > 0 THEN 0 WHEN size(aliases) > 0 THEN 1 ELSE 2 END,
      collection.name, collection.id, -node.index, node.id
    ],
    node.id, CASE WHEN node:ArtifactVersion THEN 'ARTIFACT_VERSION' ELSE 'REGISTRY_VERSION' END, distance,
    aliases, protected, collection.id, collection.name, entity.name, container.name, node.index, node.type,
    node.created_at
  ]) AS rows
}
"""

# Grouping by the key, which is unique, leaves everything but the row behind: a sort that carries the lists along needs
# their size for each row of the page. The row that is null stands for the counts when no row is left.
_PAGE: Final[LiteralString] = """
WITH size(below) AS walked, hidden, runs, versions, registry_versions, collections, size(rows) AS total,
  rows + [NULL] AS rows
UNWIND rows AS row
WITH *
WHERE row IS NULL OR $after IS NULL OR row[0] > $after
WITH walked, hidden, runs, versions, registry_versions, collections, total, row[0] AS key, collect(row) AS found
ORDER BY key
LIMIT $limit
RETURN walked, hidden, runs, versions, registry_versions, collections, total, head(found) AS row
"""

FIND_IMPACT: Final[LiteralString] = _REACHED + _COUNTED + _ROWS + _PAGE

# All rows, in no order.
LIST_IMPACT: Final[LiteralString] = (
    _REACHED
    + _COUNTED
    + _ROWS
    + """
RETURN size(below) AS walked, hidden, runs, versions, registry_versions, collections, size(rows) AS total,
  CASE WHEN size(rows) <= $limit THEN rows ELSE [] END AS page
"""
)


@dataclass(frozen=True, slots=True)
class ReachedVersion:
    """A version that was reached, and what names it."""

    id: str
    kind: str
    distance: int
    aliases: Sequence[str]
    protected_aliases: Sequence[str]
    collection_id: str
    collection_name: str
    entity_name: str
    container_name: str
    index: int
    type: str
    created_at: Instant


@dataclass(frozen=True, slots=True)
class ImpactTotals:
    """How much was reached, the start left out. `hidden` are the nodes next to it that may not be seen."""

    runs: int = 0
    versions: int = 0
    registry_versions: int = 0
    collections: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class ImpactAsked:
    """What is asked for: with `is_registered` only versions in a registry or with an alias; None is any type."""

    start_id: str
    is_registered: bool
    types: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Impact:
    """A page of what was reached, and counts of all. `total` counts the rows of all pages."""

    rows: Sequence[ReachedVersion]
    cursors: Sequence[str]
    has_next: bool
    total: int
    totals: ImpactTotals
    is_full: bool


_NOTHING: Final = Impact((), (), False, 0, ImpactTotals(), False)


async def find_impact(
    tx: Transaction, asked: ImpactAsked, visible: Sequence[str], *, cap: int, window: Window
) -> Impact:
    """Walk downstream from a node over `cap` nodes at most and return a page of the versions reached.

    Raises InvalidInputError for a position of another listing.
    """
    name = f"{_ORDER} {window.of}"
    after = None if window.after is None else _read_key(window.after, name)
    found = await tx.rows(FIND_IMPACT, {**_parameters(asked, visible, cap), "after": after, "limit": window.first + 1})
    page = [one["row"] for one in found if one["row"] is not None]
    return _impact_from(found[0], page, name, window.first, cap) if found else _NOTHING


async def list_impact(tx: Transaction, asked: ImpactAsked, visible: Sequence[str], *, cap: int, limit: int) -> Impact:
    """Return all versions that `find_impact` gives in pages, or none when these are more than `limit`."""
    row = await tx.row(LIST_IMPACT, {**_parameters(asked, visible, cap), "limit": limit})
    return _NOTHING if row is None else _impact_from(row, sorted(row["page"]), _ORDER, limit, cap)


def _parameters(asked: ImpactAsked, visible: Sequence[str], cap: int) -> dict[str, Any]:
    types = None if asked.types is None else list(asked.types)
    return {
        "id": asked.start_id,
        "visible": list(visible),
        "cap": cap,
        "registered": asked.is_registered,
        "types": types,
    }


def _impact_from(row: Mapping[str, Any], page: Sequence[Any], name: str, first: int, cap: int) -> Impact:
    return Impact(
        rows=[_reached_from(*columns) for _, *columns in page[:first]],
        cursors=[write_position(name, orjson.dumps(key).decode(), key[-1]) for key, *_ in page[:first]],
        has_next=len(page) > first,
        total=row["total"],
        totals=ImpactTotals(row["runs"], row["versions"], row["registry_versions"], row["collections"], row["hidden"]),
        is_full=row["walked"] == cap,
    )


def _reached_from(
    version_id: str, kind: str, distance: int, aliases: list[str], protected: list[str], *place: Any
) -> ReachedVersion:
    return ReachedVersion(version_id, kind, distance, sorted(aliases), sorted(protected), *place)


def _read_key(position: str, name: str) -> list[Any]:
    text, _ = read_position(position, name)
    try:
        key = orjson.loads(str(text))
    except ValueError as error:
        raise InvalidInputError("`after` is not a cursor of this listing.", field="after") from error
    if not isinstance(key, list) or [type(part) for part in key] != _KEY:
        raise InvalidInputError("`after` is not a cursor of this listing.", field="after")
    return key
