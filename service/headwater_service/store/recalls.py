"""Recalls: marks on single versions. What they reach is found by a walk upstream each time, and stored nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, LiteralString

from headwater_service.model import Instant, Page, Recall, RecallSeverity
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page

# Of recalled versions from which is walked, each with a walk of its own.
MOST_WALKS: Final = 100
# Of all walks together that tell of the nodes of one answer.
MOST_TOGETHER: Final = 500_000

_FACTS: Final[LiteralString] = """
recall {
  .id, .version_id, .collection_id, .scope_id, .severity, .reason, .at, .by, .withdrawn_at, .withdrawn_by
}"""
_COLUMNS: Final[LiteralString] = _FACTS + " AS recall"

# Where nothing is recalled, nothing needs to be walked.
FIND_ANY: Final = """
MATCH (recall:Recall)
WHERE recall.active_for IS NOT NULL
RETURN recall.id AS id
LIMIT 1
"""

# The versions that recalls stand on; `active_for` is in an index.
LIST_RECALLED: Final = """
MATCH (recall:Recall)
WHERE recall.active_for IS NOT NULL
RETURN DISTINCT recall.active_for AS id
LIMIT $limit
"""

# What is itself recalled, among many.
RECALLED_AMONG: Final = """
MATCH (recall:Recall)
WHERE recall.active_for IN $ids
RETURN recall.active_for AS id, recall.severity AS severity
"""

# A CALL for each start: the pruned walk needs exactly one, found by equality on its unique id. It passes through
# tombstones, and through what a viewer may not see: a recall reaches further than anybody's sight.
RECALLS_OF: Final[LiteralString] = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (start:Lineage {id: id})
  MATCH walk = (start)<-[:CONSUMED_BY|PRODUCED|LINKED_TO*0..]-(node)
  WHERE all(edge IN relationships(walk) WHERE edge.retracted_at IS NULL)
  WITH node, min(length(walk)) AS distance
  ORDER BY distance
  LIMIT $cap
  OPTIONAL MATCH (recall:Recall {active_for: node.id})
  WITH node, distance, recall, """
    + _FACTS
    + """ AS facts
  RETURN count(DISTINCT node) AS walked,
    collect(CASE WHEN recall IS NOT NULL THEN {recall: facts, distance: distance} END) AS reached
}
RETURN id, walked, reached
"""
)

# The other way round: from what is recalled, to see whether it reaches a node.
REACHED_FROM: Final[LiteralString] = (
    """
UNWIND $recalled AS recalled
CALL (recalled) {
  MATCH (start:Lineage {id: recalled})
  MATCH walk = (start)-[:CONSUMED_BY|PRODUCED|LINKED_TO*0..]->(node)
  WHERE all(edge IN relationships(walk) WHERE edge.retracted_at IS NULL)
  WITH node, min(length(walk)) AS distance
  ORDER BY distance
  LIMIT $cap
  RETURN count(node) AS walked,
    collect(CASE WHEN node.id IN $ids THEN {id: node.id, distance: distance} END) AS reached
}
MATCH (recall:Recall {active_for: recalled})
RETURN walked, reached, """
    + _COLUMNS
)

CREATE_RECALL: Final = """
CREATE (recall:Recall)
SET recall = $properties, recall.active_for = $properties.version_id
"""

FIND_RECALL: Final[LiteralString] = (
    """
MATCH (recall:Recall {id: $id})
RETURN """
    + _COLUMNS
)

WITHDRAW: Final[LiteralString] = (
    """
MATCH (recall:Recall {id: $id})
SET recall.withdrawn_at = $at, recall.withdrawn_by = $by
REMOVE recall.active_for
RETURN """
    + _COLUMNS
)

_ORDER: Final = Sorting("AT", "recall.at", "recall.id", OrderDirection.DESC)
_OF_SCOPES: Final[LiteralString] = "MATCH (recall:Recall) WHERE recall.scope_id IN $scopes WITH recall"
_OF_COLLECTION: Final[LiteralString] = "MATCH (recall:Recall) WHERE recall.collection_id = $collection WITH recall"
_EVERY: Final[LiteralString] = "recall.at > 0"
_ACTIVE: Final[LiteralString] = "recall.at > 0 AND recall.active_for IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Reached:
    """A recall that reaches a node, and over how many edges."""

    recall: Recall
    distance: int


@dataclass(frozen=True, slots=True)
class RecallsAsked:
    """Which recalls are listed: of a collection, else of all scopes given."""

    scopes: Sequence[str]
    collection_id: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class Reaching:
    """The recalls that reach each node, if any do: critical ones first, then the nearest.

    Of the nodes in `untold` it is not known: too much would have to be walked to tell.
    """

    of_node: Mapping[str, Sequence[Reached]]
    untold: frozenset[str] = frozenset()


async def list_reaching(tx: Transaction, node_ids: Sequence[str], *, limit: int, reach: int) -> Reaching:
    """Return the recalls that reach nodes and are not withdrawn, `limit` a node at most.

    A walk visits `reach` nodes at most. Where more are upstream of a node, the recalled versions are walked from
    instead, downstream.
    """
    if not node_ids or await tx.row(FIND_ANY) is None:
        return Reaching({})
    found: dict[str, list[Reached]] = {}
    large: list[str] = []
    for row in await tx.rows(RECALLS_OF, ids=list(dict.fromkeys(node_ids)), cap=reach + 1):
        if row["walked"] > reach:
            large.append(row["id"])
        elif row["reached"]:
            found[row["id"]] = [Reached(_recall_from(one), one["distance"]) for one in row["reached"]]
    recalled = [row["id"] for row in await tx.rows(LIST_RECALLED, limit=MOST_WALKS + 1)] if large else []
    from_recalled = await reached_from(tx, recalled, large, reach=reach) if len(recalled) <= MOST_WALKS else None
    untold = frozenset() if from_recalled is not None else frozenset(large)
    found |= from_recalled or {}
    return Reaching({node_id: sorted(reached, key=_rank)[:limit] for node_id, reached in found.items()}, untold)


async def reached_from(
    tx: Transaction, recalled: Sequence[str], node_ids: Sequence[str], *, reach: int
) -> dict[str, list[Reached]] | None:
    """Return the nodes that the recalls of some versions reach. None: more than `reach` came from one of them."""
    found: dict[str, list[Reached]] = {}
    for row in await tx.rows(REACHED_FROM, recalled=list(recalled), ids=list(node_ids), cap=reach + 1):
        if row["walked"] > reach:
            return None
        for one in row["reached"]:
            found.setdefault(one["id"], []).append(Reached(_recall_from(row), one["distance"]))
    return found


async def is_anything_recalled(tx: Transaction) -> bool:
    return await tx.row(FIND_ANY) is not None


async def list_recalled(tx: Transaction, node_ids: Sequence[str]) -> dict[str, RecallSeverity]:
    """Return those among nodes on which recalls stand, with the worst severity of these."""
    found: dict[str, RecallSeverity] = {}
    for row in await tx.rows(RECALLED_AMONG, ids=list(node_ids)):
        found[row["id"]] = min(found.get(row["id"], RecallSeverity.WARNING), RecallSeverity(row["severity"]))
    return found


async def list_reaching_many(tx: Transaction, node_ids: Sequence[str], *, reach: int) -> Reaching:
    """Return the recalls that reach the nodes of one answer: as `list_reaching`, for many nodes.

    The walks begin where there are fewer: at what is recalled, or at the nodes; all together they visit MOST_TOGETHER
    nodes at most. What is found of a node in `untold` is true, yet there may be more.
    """
    if not node_ids:
        return Reaching({})
    recalled = [row["id"] for row in await tx.rows(LIST_RECALLED, limit=MOST_WALKS + 1)]
    if not recalled:
        return Reaching({})
    if len(recalled) <= min(MOST_WALKS, len(node_ids)):
        found = await reached_from(tx, recalled, node_ids, reach=min(reach, MOST_TOGETHER // len(recalled)))
        if found is not None:
            return Reaching(found)
    each = min(reach, MOST_TOGETHER // len(node_ids))
    rows = await tx.rows(RECALLS_OF, ids=list(node_ids), cap=each + 1)
    reached = {row["id"]: [Reached(_recall_from(one), one["distance"]) for one in row["reached"]] for row in rows}
    return Reaching(reached, frozenset(row["id"] for row in rows if row["walked"] > each))


def _rank(one: Reached) -> tuple[str, int, int, str]:
    return one.recall.severity, one.distance, one.recall.at, one.recall.id


async def create_recall(tx: Transaction, recall: Recall) -> None:
    await tx.rows(CREATE_RECALL, properties=asdict(recall))


async def find_recall(tx: Transaction, recall_id: str) -> Recall | None:
    row = await tx.row(FIND_RECALL, id=recall_id)
    return None if row is None else _recall_from(row)


async def withdraw_recall(tx: Transaction, recall_id: str, *, at: Instant, by: str) -> Recall:
    row = await tx.row(WITHDRAW, id=recall_id, at=at, by=by)
    assert row is not None, "it was found in this transaction, and recalls are never deleted"
    return _recall_from(row)


async def list_recalls(tx: Transaction, asked: RecallsAsked, window: Window) -> Page[Recall]:
    """Return a page of recalls, the newest first."""
    return await read_page(tx, _listing(asked), _ORDER, window, _recall_from)


async def count_recalls(tx: Transaction, asked: RecallsAsked) -> int:
    return await count_all(tx, _listing(asked), "recall")


def _listing(asked: RecallsAsked) -> Listing:
    return Listing(
        match=_OF_SCOPES if asked.collection_id is None else _OF_COLLECTION,
        condition=_ACTIVE if asked.is_active else _EVERY,
        carry="recall",
        columns="RETURN " + _COLUMNS,
        parameters={"scopes": list(asked.scopes), "collection": asked.collection_id},
    )


def _recall_from(row: Mapping[str, Any]) -> Recall:
    return Recall(**{**row["recall"], "severity": RecallSeverity(row["recall"]["severity"])})
