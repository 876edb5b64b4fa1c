"""One hop along lineage edges, for many nodes in one query: what a run consumed and produced, and the reverse.

Nodes outside the given scopes are left out; tombstones are kept, for a hop must show what was there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, LiteralString, TypeVar

from headwater_service.model import Instant, Page
from headwater_service.store.conditions import run_condition, version_condition
from headwater_service.store.filters import OrderDirection, Parameters, RunFilter, VersionFilter
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
"""
)

# The names of what a hop binds must not be those that conditions bind inside them: `step` and not `edge`.
_INPUTS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Run {id: id})<-[step:CONSUMED_BY]-(version:Lineage)
  WHERE step.retracted_at IS NULL
"""

_OUTPUTS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Run {id: id})-[step:PRODUCED]->(version:ArtifactVersion)
  WHERE step.retracted_at IS NULL
"""

_LINKS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:ArtifactVersion {id: id})-[step:LINKED_TO]->(version:RegistryVersion)
  WHERE step.retracted_at IS NULL AND version.state = 'COMMITTED'
"""

_PRODUCERS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:ArtifactVersion {id: id})<-[step:PRODUCED]-(run:Run)
  WHERE step.retracted_at IS NULL
"""

_CONSUMERS: Final[LiteralString] = """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Lineage {id: id})-[step:CONSUMED_BY]->(run:Run)
  WHERE step.retracted_at IS NULL
"""

# A run that consumed a version both directly and through a link is one consumer, since the earlier of the two. Where
# there is no link nothing is to be told apart, and 100,000 consumers need not be grouped.
_CONSUMERS_VIA_LINKS: Final[tuple[LiteralString, LiteralString, LiteralString]] = (
    """
UNWIND $ids AS id
CALL (id) {
  CALL (id) {
    MATCH (start:Lineage {id: id})
    WHERE NOT EXISTS { (start)-[:LINKED_TO]->() }
    MATCH (start)-[step:CONSUMED_BY]->(run:Run)
    WHERE step.retracted_at IS NULL
    RETURN run""",
    """
    UNION ALL
    MATCH (start:Lineage {id: id})
    WHERE EXISTS { (start)-[:LINKED_TO]->() }
    MATCH (start)-[links:LINKED_TO*0..1]->(:Lineage)-[step:CONSUMED_BY]->(run:Run)
    WHERE step.retracted_at IS NULL AND all(link IN links WHERE link.retracted_at IS NULL)
    RETURN """,
    """
  }
  WITH id, run""",
)

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
class UsedVersion:
    """A version and when the run used it first."""

    placed: PlacedVersion
    at: Instant


@dataclass(frozen=True, slots=True)
class ProducedVersion:
    """A version, whether the run that logged it found its content there already, and when it logged it."""

    placed: PlacedVersion
    is_reused: bool
    at: Instant


@dataclass(frozen=True, slots=True)
class Hop(Generic[T]):
    """A kind of step from a node to its neighbours, as query texts; `parameters` are those of its condition.

    Two that bear the same name, of which the fingerprint of a condition is part, are the same.
    """

    name: str
    page: LiteralString
    count: LiteralString
    build: Callable[[Mapping[str, Any]], T]
    steps: "Steps[T]" = field(compare=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Steps(Generic[T]):
    """What the texts of a hop are made of. `listed` and `counted` end in a condition, `carry` begins a WITH."""

    name: str
    listed: LiteralString
    counted: LiteralString
    visible: LiteralString
    carry: LiteralString
    columns: LiteralString
    build: Callable[[Mapping[str, Any]], T]


_PAGE: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: """
  WHERE $after_at IS NULL OR sort > $after_at OR sort = $after_at AND sort_id > $after_id
  ORDER BY sort, sort_id
  LIMIT $limit
""",
    OrderDirection.DESC: """
  WHERE $after_at IS NULL OR sort < $after_at OR sort = $after_at AND sort_id < $after_id
  ORDER BY sort DESC, sort_id DESC
  LIMIT $limit
""",
}
_IN_ORDER: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: "ORDER BY id, sort, sort_id",
    OrderDirection.DESC: "ORDER BY id, sort DESC, sort_id DESC",
}


def _hop(
    steps: Steps[T],
    direction: OrderDirection = OrderDirection.ASC,
    condition: LiteralString = "",
    *,
    of: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> Hop[T]:
    # Where a cursor stands tells the order, if it is not the usual one, and what was asked for.
    order = f"{_ORDER} {direction}" if direction is OrderDirection.DESC else _ORDER
    wanted: LiteralString = steps.visible + (" AND " + condition if condition else "")
    return Hop(
        f"{order} {steps.name} {of}".rstrip(),
        steps.listed + wanted + steps.carry + _PAGE[direction] + steps.columns + _IN_ORDER[direction],
        steps.counted + wanted + _COUNT,
        steps.build,
        steps,
        parameters or {},
    )


def among(hop: Hop[T], wanted: RunFilter | VersionFilter, direction: OrderDirection, *, of: str) -> Hop[T]:
    """Return a hop to those neighbours alone that are wanted, in either order. `of` is the fingerprint of the wish."""
    parameters = Parameters()
    if isinstance(wanted, RunFilter):
        condition = run_condition(wanted, parameters)
    else:
        condition = version_condition(wanted, parameters)
    return _hop(hop.steps, direction, condition, of=of, parameters=parameters.values)


def _used_from(row: Mapping[str, Any]) -> UsedVersion:
    return UsedVersion(placed_version_from(row), Instant(row["sort"]))


def _produced_from(row: Mapping[str, Any]) -> ProducedVersion:
    return ProducedVersion(placed_version_from(row), bool(row["reused"]), Instant(row["sort"]))


_SEEN_RUN: Final[LiteralString] = " AND run.scope_id IN $scopes"
_SEEN_VERSION: Final[LiteralString] = " AND version.scope_id IN $scopes"
_AS_RUN: Final[LiteralString] = " WITH run, step.at AS sort, run.id AS sort_id"
_AS_VERSION: Final[LiteralString] = " WITH version, false AS reused, step.at AS sort, version.id AS sort_id"
_AS_OUTPUT: Final[LiteralString] = " WITH version, step.reused AS reused, step.at AS sort, version.id AS sort_id"
_DIRECTLY, _VIA_LINKS, _EITHER = _CONSUMERS_VIA_LINKS


def _to_versions(name: str, match: LiteralString) -> Hop[PlacedVersion]:
    return _hop(Steps(name, match, match, _SEEN_VERSION, _AS_VERSION, _VERSIONS, placed_version_from))


def _to_runs(name: str, match: LiteralString) -> Hop[PlacedRun]:
    return _hop(Steps(name, match, match, _SEEN_RUN, _AS_RUN, _RUNS, placed_run_from))


INPUTS: Final = _to_versions("inputs", _INPUTS)
USES: Final[Hop[UsedVersion]] = _hop(
    Steps("inputs", _INPUTS, _INPUTS, _SEEN_VERSION, _AS_VERSION, _VERSIONS, _used_from)
)
LINKS: Final = _to_versions("links", _LINKS)
PRODUCERS: Final = _to_runs("producers", _PRODUCERS)
CONSUMERS: Final = _to_runs("consumers", _CONSUMERS)
OUTPUTS: Final[Hop[ProducedVersion]] = _hop(
    Steps("outputs", _OUTPUTS, _OUTPUTS, _SEEN_VERSION, _AS_OUTPUT, _VERSIONS, _produced_from)
)
CONSUMERS_VIA_LINKS: Final[Hop[PlacedRun]] = _hop(
    Steps(
        "consumers via links",
        _DIRECTLY + ", step.at AS at" + _VIA_LINKS + "run, min(step.at) AS at" + _EITHER + ", at WHERE true",
        _DIRECTLY + _VIA_LINKS + "DISTINCT run" + _EITHER + " WHERE true",
        _SEEN_RUN,
        " WITH run, at AS sort, run.id AS sort_id",
        _RUNS,
        placed_run_from,
    )
)


async def list_neighbours(
    tx: Transaction, hop: Hop[T], ids: Sequence[str], scopes: Sequence[str], window: Window
) -> dict[str, Page[T]]:
    """Return, for each node that has any, a page of its neighbours in the order in which they came."""
    after = (None, None) if window.after is None else read_position(window.after, hop.name)
    given = {**hop.parameters, "limit": window.first + 1, "after_at": after[0], "after_id": after[1]}
    rows = await tx.rows(hop.page, given, ids=list(ids), scopes=list(scopes))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    return {node_id: _page(hop, of_node, window.first) for node_id, of_node in found.items()}


async def count_neighbours(tx: Transaction, hop: Hop[Any], ids: Sequence[str], scopes: Sequence[str]) -> dict[str, int]:
    rows = await tx.rows(hop.count, hop.parameters, ids=list(ids), scopes=list(scopes))
    return {row["id"]: row["count"] for row in rows}


async def find_loggers(tx: Transaction, version_ids: Sequence[str], scopes: Sequence[str]) -> dict[str, PlacedRun]:
    """Return, for artifact versions, the run that made each."""
    rows = await tx.rows(_LOGGED_BY, ids=list(version_ids), scopes=list(scopes))
    return {row["id"]: placed_run_from(row) for row in rows}


def _page(hop: Hop[T], rows: Sequence[Mapping[str, Any]], first: int) -> Page[T]:
    shown = rows[:first]
    return Page(
        items=[hop.build(row) for row in shown],
        cursors=[write_position(hop.name, row["sort"], row["sort_id"]) for row in shown],
        has_next=len(rows) > first,
    )
