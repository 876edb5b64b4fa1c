"""Recalls: marks on single versions. What they reach is found by a walk upstream each time, and stored nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, LiteralString

from headwater_service.model import Instant, Page, Recall, RecallSeverity
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page

_COLUMNS: Final[LiteralString] = """
recall {
  .id, .version_id, .collection_id, .scope_id, .severity, .reason, .at, .by, .withdrawn_at, .withdrawn_by
} AS recall"""

# Where nothing is recalled, nothing needs to be walked.
FIND_ANY: Final = """
MATCH (recall:Recall)
WHERE recall.active_for IS NOT NULL
RETURN recall.id AS id
LIMIT 1
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
  CALL (node) {
    MATCH (recall:Recall {active_for: node.id})
    RETURN recall
  }
  RETURN recall, distance ORDER BY recall.severity, distance, recall.at, recall.id LIMIT $limit
}
RETURN id, distance, """
    + _COLUMNS
    + """
ORDER BY id, recall.severity, distance, recall.at, recall.id
"""
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


async def list_reaching(tx: Transaction, node_ids: Sequence[str], *, limit: int) -> dict[str, list[Reached]]:
    """Return the recalls that reach nodes and are not withdrawn: critical ones first, then the nearest."""
    if not node_ids or await tx.row(FIND_ANY) is None:
        return {}
    found: dict[str, list[Reached]] = {}
    for row in await tx.rows(RECALLS_OF, ids=list(dict.fromkeys(node_ids)), limit=limit):
        found.setdefault(row["id"], []).append(Reached(_recall_from(row), row["distance"]))
    return found


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
