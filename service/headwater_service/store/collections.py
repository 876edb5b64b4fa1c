"""Collections in the graph: the named series that versions are numbered in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.model import Collection, CollectionKind, Instant
from headwater_service.store.graph import Transaction

FIND_COLLECTION: Final = """
MATCH (collection:Collection {scope_id: $scope_id, name: $name})
RETURN collection {
  .id, .kind, .name, .type, .description, .tags, .created_at, .updated_at, .ended_at, .ttl_seconds,
  container_id: collection.scope_id
} AS collection
"""

FIND_RENAMED_COLLECTION: Final = """
MATCH (former:FormerName {scope_id: $scope_id, name: $name})
MATCH (collection:Collection {id: former.target_id})
WHERE collection.ended_at IS NULL
RETURN collection {
  .id, .kind, .name, .type, .description, .tags, .created_at, .updated_at, .ended_at, .ttl_seconds,
  container_id: collection.scope_id
} AS collection
"""

FIND_COLLECTION_BY_ID: Final = """
MATCH (collection:Collection {id: $id})
RETURN collection {
  .id, .kind, .name, .type, .description, .tags, .created_at, .updated_at, .ended_at, .ttl_seconds,
  container_id: collection.scope_id
} AS collection
"""

CREATE_COLLECTION: Final = """
MATCH (container:Container {id: $scope_id})
CREATE (:Collection:EventScope {
  id: $id, kind: $kind, name: $name, type: $type, scope_id: $scope_id, next_index: 0, description: $description,
  tags: $tags,
  created_at: $at, updated_at: $at
})-[:IN]->(container)
"""

# What was deleted with it stays in the trash, each thing by itself.
CREATE_COLLECTION_AGAIN: Final = """
MATCH (collection:Collection {id: $id})
CALL (collection) {
  MATCH (collection)<-[:VERSION_OF]-(version:Lineage {deletion_id: collection.deletion_id})
  SET version.is_deletion_root = true
}
CALL (collection) {
  MATCH (guard:Guard {owner_id: collection.id})
  WHERE guard.name > ''
  DELETE guard
}
SET collection.kind = $kind, collection.type = $type, collection.description = '', collection.tags = [],
  collection.created_at = $at, collection.updated_at = $at
REMOVE collection.ended_at, collection.ended_by, collection.end_reason, collection.deletion_id,
  collection.is_deletion_root, collection.ttl_seconds
"""

# The collection is locked, so no two versions get one number.
TAKE_INDEX: Final = """
MATCH (collection:Collection {id: $id})
WITH collection, collection.next_index AS index
SET collection.next_index = index + 1, collection.updated_at = $at
RETURN index
"""


CHANGE_COLLECTION: Final = """
MATCH (collection:Collection {id: $id})
SET collection += $changes, collection.updated_at = $at
"""

HAD_VERSIONS: Final = """
MATCH (collection:Collection {id: $id})
RETURN collection.next_index > 0 AS had_versions
"""


@dataclass(frozen=True, slots=True)
class NewCollection:
    id: str
    kind: CollectionKind
    name: str
    type: str
    scope_id: str
    description: str = ""
    tags: Sequence[str] = ()


async def find_collection(tx: Transaction, scope_id: str, name: str) -> Collection | None:
    """Return what bears the name, else what bore it last."""
    row = await tx.row(FIND_COLLECTION, scope_id=scope_id, name=name)
    if row is None:
        row = await tx.row(FIND_RENAMED_COLLECTION, scope_id=scope_id, name=name)
    return None if row is None else _collection(row["collection"])


async def find_collection_named(tx: Transaction, scope_id: str, name: str) -> Collection | None:
    """Return what bears the name now."""
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
        description=new.description,
        tags=list(new.tags),
        at=at,
    )
    return Collection(new.id, new.kind, new.name, new.type, new.description, list(new.tags), new.scope_id, at, at)


async def change_collection(tx: Transaction, collection_id: str, changes: dict[str, Any], *, at: Instant) -> None:
    """Set some properties of a locked collection."""
    await tx.rows(CHANGE_COLLECTION, id=collection_id, changes=changes, at=at)


async def had_versions(tx: Transaction, collection_id: str) -> bool:
    """Whether a collection ever had a version, also one that was deleted since."""
    row = await tx.row(HAD_VERSIONS, id=collection_id)
    assert row is not None, "the collection was locked in this transaction"
    return bool(row["had_versions"])


async def create_collection_again(
    tx: Transaction, collection_id: str, new: NewCollection, *, at: Instant
) -> Collection:
    """Make a deleted collection anew on its node, which is locked, so that its numbers go on."""
    await tx.rows(CREATE_COLLECTION_AGAIN, id=collection_id, kind=new.kind, type=new.type, at=at)
    found = await find_collection_by_id(tx, collection_id)
    assert found is not None, "it was locked in this transaction"
    return found


async def take_index(tx: Transaction, collection_id: str, *, at: Instant) -> int:
    """Return the next number of a locked collection; it is never given again."""
    row = await tx.row(TAKE_INDEX, id=collection_id, at=at)
    assert row is not None, "the collection was locked in this transaction"
    index: int = row["index"]
    return index


def _collection(row: dict[str, Any]) -> Collection:
    return Collection(**{**row, "kind": CollectionKind(row["kind"])})
