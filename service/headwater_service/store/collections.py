"""Collections in the graph: the named series that versions are numbered in."""

from dataclasses import dataclass
from typing import Any, Final

from headwater_service.model import Collection, CollectionKind, Instant
from headwater_service.store.graph import Transaction

FIND_COLLECTION: Final = """
MATCH (collection:Collection {scope_id: $scope_id, name: $name})
RETURN collection {
  .id, .kind, .name, .type, .description, .tags, .created_at, .updated_at, container_id: collection.scope_id
} AS collection
"""

FIND_COLLECTION_BY_ID: Final = """
MATCH (collection:Collection {id: $id})
RETURN collection {
  .id, .kind, .name, .type, .description, .tags, .created_at, .updated_at, container_id: collection.scope_id
} AS collection
"""

CREATE_COLLECTION: Final = """
MATCH (container:Container {id: $scope_id})
CREATE (:Collection:EventScope {
  id: $id, kind: $kind, name: $name, type: $type, scope_id: $scope_id, next_index: 0, description: '', tags: [],
  created_at: $at, updated_at: $at
})-[:IN]->(container)
"""

# The collection is locked, so no two versions get one number.
TAKE_INDEX: Final = """
MATCH (collection:Collection {id: $id})
WITH collection, collection.next_index AS index
SET collection.next_index = index + 1, collection.updated_at = $at
RETURN index
"""


@dataclass(frozen=True, slots=True)
class NewCollection:
    id: str
    kind: CollectionKind
    name: str
    type: str
    scope_id: str


async def find_collection(tx: Transaction, scope_id: str, name: str) -> Collection | None:
    row = await tx.row(FIND_COLLECTION, scope_id=scope_id, name=name)
    return None if row is None else _collection(row["collection"])


async def find_collection_by_id(tx: Transaction, collection_id: str) -> Collection | None:
    row = await tx.row(FIND_COLLECTION_BY_ID, id=collection_id)
    return None if row is None else _collection(row["collection"])


async def create_collection(tx: Transaction, new: NewCollection, *, at: Instant) -> Collection:
    await tx.rows(
        CREATE_COLLECTION,
        id=new.id,
        kind=new.kind,
        name=new.name,
        type=new.type,
        scope_id=new.scope_id,
        at=at,
    )
    return Collection(new.id, new.kind, new.name, new.type, "", (), new.scope_id, at, at)


async def take_index(tx: Transaction, collection_id: str, *, at: Instant) -> int:
    """Return the next number of a locked collection; it is never given again."""
    row = await tx.row(TAKE_INDEX, id=collection_id, at=at)
    assert row is not None, "the collection was locked in this transaction"
    index: int = row["index"]
    return index


def _collection(row: dict[str, Any]) -> Collection:
    return Collection(**{**row, "kind": CollectionKind(row["kind"])})
