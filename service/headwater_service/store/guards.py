"""Guards in the graph, and what their rules look at. Writers hold the lock of the registry or collection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from headwater_service.model import Guard, JsonObject
from headwater_service.store.graph import Transaction

FIND_GUARDS: Final = """
UNWIND $owner_ids AS owner_id
UNWIND $names AS name
MATCH (guard:Guard {owner_id: owner_id, name: name})
RETURN guard {.id, .owner_id, .name, .rules, .set_at, .set_by} AS guard
"""

# `name > ''` is always true and lets the index over both properties be used.
GUARDS_OF: Final = """
UNWIND $owner_ids AS owner_id
MATCH (guard:Guard {owner_id: owner_id})
WHERE guard.name > ''
RETURN guard {.id, .owner_id, .name, .rules, .set_at, .set_by} AS guard
ORDER BY guard.owner_id, guard.name
"""

PUT_GUARD: Final = """
MERGE (guard:Guard {owner_id: $owner_id, name: $name})
ON CREATE SET guard.id = $id
SET guard.rules = $rules, guard.set_at = $set_at, guard.set_by = $set_by
"""

DELETE_GUARD: Final = """
MATCH (guard:Guard {owner_id: $owner_id, name: $name})
DELETE guard
"""

# Those who may approve there, and how many others may propose: members of the entity, by the higher of two roles.
COUNT_DECIDERS: Final = """
MATCH (container:Container {id: $container_id})-[:OWNED_BY]->(entity:Entity)
MATCH (user:User)-[membership:MEMBER_OF]->(entity)
OPTIONAL MATCH (user)-[held:HAS_ROLE_IN]->(container)
WITH user, [membership.role, coalesce(held.role, membership.role)] AS roles,
  held IS NOT NULL OR coalesce(container.visibility, 'ENTITY') = 'ENTITY' AS is_seen
WITH user, 'ADMIN' IN roles AS is_admin, is_seen AND 'MEMBER' IN roles AS is_member
RETURN collect(CASE WHEN is_admin THEN user.id END) AS admins,
  sum(CASE WHEN is_member AND NOT is_admin THEN 1 ELSE 0 END) AS others
"""

DOCUMENTS: Final = """
UNWIND $ids AS id
MATCH (version:ArtifactVersion {id: id})
OPTIONAL MATCH (version)<-[edge:PRODUCED {reused: false}]-(run:Run)
WHERE edge.retracted_at IS NULL
RETURN id, version.metadata AS metadata, run.scope_id AS run_scope, run.summary AS summary
"""

HELD: Final = """
MATCH (version:ArtifactVersion {id: $id})-[:HOLDS]->(blob:Blob)
RETURN blob.entity_id AS entity_id, blob.digest AS digest, blob.size AS size, blob.state AS state,
  blob.version_id AS version_id
ORDER BY digest
"""

# The newest first: a metric that none of so many has is taken for a slip of the pen.
NEWEST_IN_COLLECTION: Final = """
MATCH (:Collection {id: $id})<-[:VERSION_OF]-(version:Lineage)
WITH version
ORDER BY version.created_at DESC
LIMIT $limit
RETURN DISTINCT coalesce(version.source_id, version.id) AS id
"""

NEWEST_IN_REGISTRY: Final = """
MATCH (version:RegistryVersion {scope_id: $id})
WHERE version.created_at > 0
WITH version
ORDER BY version.scope_id DESC, version.created_at DESC
LIMIT $limit
RETURN DISTINCT version.source_id AS id
"""


@dataclass(frozen=True, slots=True)
class Deciders:
    """The ids of those who may approve moves somewhere, and how many others may propose them."""

    admins: Sequence[str]
    others: int


@dataclass(frozen=True, slots=True)
class Documents:
    """What was measured of a version: its metadata, and the summary of the run that made it (None: no such run)."""

    metadata: JsonObject
    summary: JsonObject | None
    run_scope: str | None


@dataclass(frozen=True, slots=True)
class HeldBlob:
    entity_id: str
    digest: str
    size: int
    is_present: bool
    version_id: str


async def find_guards(tx: Transaction, owner_ids: Sequence[str], names: Iterable[str]) -> list[Guard]:
    """Return the guards of some aliases in registries and collections."""
    rows = await tx.rows(FIND_GUARDS, owner_ids=list(owner_ids), names=list(names))
    return [_guard(row["guard"]) for row in rows]


async def list_guards(tx: Transaction, owner_ids: Sequence[str]) -> dict[str, list[Guard]]:
    """Return all guards of registries and collections, in order of the alias."""
    found: dict[str, list[Guard]] = {}
    for row in await tx.rows(GUARDS_OF, owner_ids=list(owner_ids)):
        guard = _guard(row["guard"])
        found.setdefault(guard.owner_id, []).append(guard)
    return found


async def put_guard(tx: Transaction, guard: Guard) -> None:
    """Set a guard; one that is there for the alias gets the new rules and keeps its id."""
    await tx.rows(
        PUT_GUARD,
        id=guard.id,
        owner_id=guard.owner_id,
        name=guard.name,
        rules=orjson.dumps(list(guard.rules)).decode(),
        set_at=guard.set_at,
        set_by=guard.set_by,
    )


async def delete_guard(tx: Transaction, owner_id: str, name: str) -> None:
    await tx.rows(DELETE_GUARD, owner_id=owner_id, name=name)


async def find_deciders(tx: Transaction, container_id: str) -> Deciders:
    row = await tx.row(COUNT_DECIDERS, container_id=container_id)
    assert row is not None, "an aggregation is a row"
    return Deciders(row["admins"], row["others"])


async def find_documents(tx: Transaction, version_ids: Sequence[str]) -> dict[str, Documents]:
    """Return what was measured of artifact versions."""
    rows = await tx.rows(DOCUMENTS, ids=list(version_ids))
    return {
        row["id"]: Documents(
            _object(row["metadata"]) or {},
            None if row["run_scope"] is None else _object(row["summary"]) or {},
            row["run_scope"],
        )
        for row in rows
    }


async def list_held(tx: Transaction, version_id: str) -> list[HeldBlob]:
    """Return every blob that an artifact version holds."""
    rows = await tx.rows(HELD, id=version_id)
    return [
        HeldBlob(row["entity_id"], row["digest"], row["size"], row["state"] == "PRESENT", row["version_id"] or "")
        for row in rows
    ]


async def list_newest(tx: Transaction, owner_id: str, *, is_registry: bool, limit: int) -> list[str]:
    """Return the artifact versions behind the newest versions of a registry or collection, deleted ones too."""
    text = NEWEST_IN_REGISTRY if is_registry else NEWEST_IN_COLLECTION
    return [row["id"] for row in await tx.rows(text, id=owner_id, limit=limit)]


def _guard(row: Mapping[str, Any]) -> Guard:
    return Guard(**{**row, "rules": orjson.loads(row["rules"])})


def _object(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
