"""Versions in the graph: made, found by number, digest or source, and changed in what may change."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater_service.errors import ConflictError
from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

FIND_BY_INDEX: Final = """
OPTIONAL MATCH (artifact:ArtifactVersion {collection_id: $collection_id, index: $index})
OPTIONAL MATCH (link:RegistryVersion {collection_id: $collection_id, index: $index})
RETURN coalesce(artifact.id, link.id) AS id
"""

# There may be two, when one was deleted, logged anew, and then restored.
FIND_BY_DIGEST: Final = """
MATCH (version:ArtifactVersion {collection_id: $collection_id, digest: $digest})
WHERE version.state = 'COMMITTED'
RETURN version.id AS id
ORDER BY version.index DESC
LIMIT 1
"""

# Two are enough to know that a prefix is ambiguous.
FIND_BY_DIGEST_PREFIX: Final = """
MATCH (version:ArtifactVersion {collection_id: $collection_id})
WHERE version.digest STARTS WITH $prefix AND version.state = 'COMMITTED'
RETURN version.id AS id, version.index AS index
ORDER BY index
LIMIT 2
"""

FIND_LINKS_BY_DIGEST_PREFIX: Final = """
MATCH (:Collection {id: $collection_id})<-[:VERSION_OF]-(version:RegistryVersion)
WHERE version.state = 'COMMITTED'
MATCH (source:ArtifactVersion {id: version.source_id})
WHERE source.digest STARTS WITH $prefix
RETURN version.id AS id, version.index AS index
ORDER BY index
LIMIT 2
"""

CREATE_ARTIFACT_VERSION: Final = """
MATCH (collection:Collection {id: $collection_id})
CREATE (version:ArtifactVersion:Lineage)-[:VERSION_OF]->(collection)
SET version = $properties
"""

CREATE_FIELDS: Final = """
UNWIND $fields AS field
CREATE (:Field {scope_id: $scope_id, owner_id: $owner_id, path: field.path, num: field.num, str: field.str})
"""

DELETE_FIELDS: Final = """
MATCH (field:Field {owner_id: $owner_id})
DELETE field
"""

CHANGE_VERSION: Final = """
MATCH (version:ArtifactVersion {id: $id})
SET version += $changes
"""

FIND_METADATA: Final = """
MATCH (version:ArtifactVersion {id: $id})
RETURN version.metadata AS metadata
"""

# One edge of a kind between a run and a version: its id is unique, so a second one is refused.
FIND_PRODUCED: Final = """
MATCH ()-[edge:PRODUCED {id: $edge_id}]->()
RETURN edge.id AS id
"""

CREATE_PRODUCED: Final = """
MATCH (run:Run {id: $run_id})
SET run.lock = $edge_id
WITH run
WHERE run.ended_at IS NULL
MATCH (version:ArtifactVersion {id: $version_id})
CREATE (run)-[edge:PRODUCED {id: $edge_id, at: $at, reused: $reused}]->(version)
RETURN edge.id AS id
"""


async def find_by_index(tx: Transaction, collection_id: str, index: int) -> str | None:
    """Return the id of a version, deleted or not."""
    row = await tx.row(FIND_BY_INDEX, collection_id=collection_id, index=index)
    return None if row is None else row["id"]


async def find_by_digest(tx: Transaction, collection_id: str, digest: str) -> str | None:
    """Return the id of the committed version with this content."""
    row = await tx.row(FIND_BY_DIGEST, collection_id=collection_id, digest=digest)
    return None if row is None else row["id"]


async def list_by_digest_prefix(tx: Transaction, collection_id: str, prefix: str) -> list[tuple[str, int]]:
    """Return id and number of up to two committed artifact versions whose digest begins so."""
    rows = await tx.rows(FIND_BY_DIGEST_PREFIX, collection_id=collection_id, prefix=prefix)
    return [(row["id"], row["index"]) for row in rows]


async def list_links_by_digest_prefix(tx: Transaction, collection_id: str, prefix: str) -> list[tuple[str, int]]:
    """Return id and number of up to two registry versions whose source's digest begins so."""
    rows = await tx.rows(FIND_LINKS_BY_DIGEST_PREFIX, collection_id=collection_id, prefix=prefix)
    return [(row["id"], row["index"]) for row in rows]


async def create_artifact_version(tx: Transaction, properties: Mapping[str, Any]) -> None:
    await tx.rows(CREATE_ARTIFACT_VERSION, collection_id=properties["collection_id"], properties=properties)


async def create_fields(tx: Transaction, fields: Sequence[Mapping[str, Any]], *, scope_id: str, owner_id: str) -> None:
    """Store the leaves of a version's metadata (`path`, and `num` or `str`) to be searched."""
    if fields:
        await tx.rows(CREATE_FIELDS, fields=fields, scope_id=scope_id, owner_id=owner_id)


async def delete_fields(tx: Transaction, owner_id: str) -> None:
    await tx.rows(DELETE_FIELDS, owner_id=owner_id)


async def change_version(tx: Transaction, version_id: str, changes: Mapping[str, Any]) -> None:
    await tx.rows(CHANGE_VERSION, id=version_id, changes=changes)


async def find_metadata(tx: Transaction, version_id: str) -> str:
    """Return a version's metadata as the JSON text that is stored."""
    row = await tx.row(FIND_METADATA, id=version_id)
    assert row is not None, "the version was found in this transaction, and its node is never deleted"
    text: str = row["metadata"]
    return text


async def create_produced(tx: Transaction, run_id: str, version_id: str, *, reused: bool, at: Instant) -> None:
    """Note that a run logged a version. It may have before: then this changes nothing."""
    edge = {"run_id": run_id, "version_id": version_id, "edge_id": f"{run_id}:{version_id}"}
    # Edges of a version are made under its collection's lock, so a look first is enough.
    if await tx.row(FIND_PRODUCED, edge_id=edge["edge_id"]) is None:
        if await tx.row(CREATE_PRODUCED, edge, at=at, reused=reused) is None:
            raise ConflictError("The run was deleted. Restore it, or log from another.")
