"""One hop along lineage edges, for many nodes in one query: what a run consumed and produced, and the reverse.

Nodes outside the given scopes are left out; tombstones are kept, for a hop must show what was there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, LiteralString, TypeVar

from headwater_service.model import Page
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Window, read_position, write_position
from headwater_service.store.reads import (
    COLLECTION_COLUMNS,
    CONTAINER_COLUMNS,
    RUN_COLUMNS,
    RUN_JOINS,
    VERSION_COLUMNS,
    VERSION_JOINS,
    PlacedRun,
    PlacedVersion,
    placed_run_from,
    placed_version_from,
)

T = TypeVar("T")

_ORDER: Final = "AT"

_VERSIONS: Final[LiteralString] = (
    VERSION_JOINS
    + "RETURN "
    + VERSION_COLUMNS
    + ","
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
    + """, reused, sort, sort_id
}
RETURN id, version, content, collection, container, reused, sort, sort_id
ORDER BY id, sort, sort_id
"""
)

_RUNS: Final[LiteralString] = (
    RUN_JOINS
    + "RETURN "
    + RUN_COLUMNS
    + ","
    + CONTAINER_COLUMNS
    + """, sort, sort_id
}
RETURN id, run, container, sort, sort_id
ORDER BY id, sort, sort_id
"""
)

_PAGE: Final[LiteralString] = """
  WHERE $after_at IS NULL OR sort > $after_at OR sort = $after_at AND sort_id > $after_id
  ORDER BY sort, sort_id
  LIMIT $limit
"""

_INPUTS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Run {id: id})<-[edge:CONSUMED_BY]-(version:Lineage)
  WHERE edge.retracted_at IS NULL AND version.scope_id IN $scopes
  WITH version, false AS reused, edge.at AS sort, version.id AS sort_id
"""

_OUTPUTS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Run {id: id})-[edge:PRODUCED]->(version:ArtifactVersion)
  WHERE edge.retracted_at IS NULL AND version.scope_id IN $scopes
  WITH version, edge.reused AS reused, edge.at AS sort, version.id AS sort_id
"""

_LINKS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:ArtifactVersion {id: id})-[edge:LINKED_TO]->(version:RegistryVersion)
  WHERE edge.retracted_at IS NULL AND version.scope_id IN $scopes AND version.state = 'COMMITTED'
  WITH version, false AS reused, edge.at AS sort, version.id AS sort_id
"""

_PRODUCERS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:ArtifactVersion {id: id})<-[edge:PRODUCED]-(run:Run)
  WHERE edge.retracted_at IS NULL AND run.scope_id IN $scopes
  WITH run, edge.at AS sort, run.id AS sort_id
"""

_CONSUMERS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Lineage {id: id})-[edge:CONSUMED_BY]->(run:Run)
  WHERE edge.retracted_at IS NULL AND run.scope_id IN $scopes
  WITH run, edge.at AS sort, run.id AS sort_id
"""

# A run that consumed a version both directly and through a link is one consumer, since the earlier of the two.
_CONSUMERS_VIA_LINKS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (start:Lineage {id: id})-[links:LINKED_TO*0..1]->(:Lineage)-[edge:CONSUMED_BY]->(run:Run)
  WHERE edge.retracted_at IS NULL AND run.scope_id IN $scopes AND all(link IN links WHERE link.retracted_at IS NULL)
  WITH run, min(edge.at) AS sort, run.id AS sort_id
"""

# The first producer, whoever logs the same content later.
_LOGGED_BY: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (:ArtifactVersion {id: id})<-[edge:PRODUCED {reused: false}]-(run:Run)
WHERE edge.retracted_at IS NULL AND run.scope_id IN $scopes"""
    + RUN_JOINS
    + "RETURN id, "
    + RUN_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

_COUNT: Final[LiteralString] = """
  RETURN count(*) AS count
}
RETURN id, count
"""


@dataclass(frozen=True, slots=True)
class ProducedVersion:
    """A version and whether the run that logged it found its content there already."""

    placed: PlacedVersion
    is_reused: bool


@dataclass(frozen=True, slots=True)
class Hop(Generic[T]):
    """A kind of step from a node to its neighbours, as query texts."""

    name: str
    page: LiteralString
    count: LiteralString
    build: Callable[[Mapping[str, Any]], T]


def _produced_from(row: Mapping[str, Any]) -> ProducedVersion:
    return ProducedVersion(placed_version_from(row), bool(row["reused"]))


INPUTS: Final[Hop[PlacedVersion]] = Hop("inputs", _INPUTS + _PAGE + _VERSIONS, _INPUTS + _COUNT, placed_version_from)
OUTPUTS: Final[Hop[ProducedVersion]] = Hop("outputs", _OUTPUTS + _PAGE + _VERSIONS, _OUTPUTS + _COUNT, _produced_from)
LINKS: Final[Hop[PlacedVersion]] = Hop("links", _LINKS + _PAGE + _VERSIONS, _LINKS + _COUNT, placed_version_from)
PRODUCERS: Final[Hop[PlacedRun]] = Hop("producers", _PRODUCERS + _PAGE + _RUNS, _PRODUCERS + _COUNT, placed_run_from)
CONSUMERS: Final[Hop[PlacedRun]] = Hop("consumers", _CONSUMERS + _PAGE + _RUNS, _CONSUMERS + _COUNT, placed_run_from)
CONSUMERS_VIA_LINKS: Final[Hop[PlacedRun]] = Hop(
    "consumers via links", _CONSUMERS_VIA_LINKS + _PAGE + _RUNS, _CONSUMERS_VIA_LINKS + _COUNT, placed_run_from
)


async def list_neighbours(
    tx: Transaction, hop: Hop[T], ids: Sequence[str], scopes: Sequence[str], window: Window
) -> dict[str, Page[T]]:
    """Return, for each node that has any, a page of its neighbours in the order in which they came."""
    after = (None, None) if window.after is None else read_position(window.after, f"{_ORDER} {hop.name}")
    rows = await tx.rows(
        hop.page, ids=list(ids), scopes=list(scopes), limit=window.first + 1, after_at=after[0], after_id=after[1]
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    return {node_id: _page(hop, of_node, window.first) for node_id, of_node in found.items()}


async def count_neighbours(tx: Transaction, hop: Hop[Any], ids: Sequence[str], scopes: Sequence[str]) -> dict[str, int]:
    rows = await tx.rows(hop.count, ids=list(ids), scopes=list(scopes))
    return {row["id"]: row["count"] for row in rows}


async def find_loggers(tx: Transaction, version_ids: Sequence[str], scopes: Sequence[str]) -> dict[str, PlacedRun]:
    """Return, for artifact versions, the run that made each."""
    rows = await tx.rows(_LOGGED_BY, ids=list(version_ids), scopes=list(scopes))
    return {row["id"]: placed_run_from(row) for row in rows}


def _page(hop: Hop[T], rows: Sequence[Mapping[str, Any]], first: int) -> Page[T]:
    shown = rows[:first]
    return Page(
        items=[hop.build(row) for row in shown],
        cursors=[write_position(f"{_ORDER} {hop.name}", row["sort"], row["sort_id"]) for row in shown],
        has_next=len(rows) > first,
    )
