"""Blobs in the graph: which bytes an entity has in the object store, and which version holds which."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

PRESENT_BLOBS: Final = """
UNWIND $digests AS digest
MATCH (blob:Blob {entity_id: $entity_id, digest: digest})
WHERE blob.state = 'PRESENT'
RETURN blob.digest AS digest, blob.size AS size, blob.version_id AS version_id
"""

# The write of a parameter locks each blob, in the order of the list, before its state is read.
LOCK_BLOBS: Final = """
UNWIND $digests AS digest
MATCH (blob:Blob {entity_id: $entity_id, digest: digest})
SET blob.lock = $operation
WITH blob
WHERE blob.state = 'PRESENT'
RETURN blob.digest AS digest, blob.size AS size
"""

SAVE_BLOBS: Final = """
UNWIND $blobs AS row
MERGE (blob:Blob {entity_id: $entity_id, digest: row.digest})
SET blob.lock = $operation
WITH blob, row
WHERE coalesce(blob.state, 'GONE') <> 'PRESENT'
SET blob.state = 'PRESENT', blob.size = row.size, blob.version_id = row.version_id, blob.verified_at = $at
"""

HOLD_BLOBS: Final = """
MATCH (version:ArtifactVersion {id: $version_id})
UNWIND $digests AS digest
MATCH (blob:Blob {entity_id: $entity_id, digest: digest})
CREATE (version)-[:HOLDS]->(blob)
"""

HELD_BLOBS: Final = """
MATCH (version:ArtifactVersion {id: $version_id})
UNWIND $digests AS digest
MATCH (blob:Blob {entity_id: $entity_id, digest: digest})
WHERE EXISTS { (version)-[:HOLDS]->(blob) }
RETURN blob.digest AS digest, blob.version_id AS version_id
"""

PIN_BLOB: Final = """
MATCH (blob:Blob {entity_id: $entity_id, digest: $digest})
SET blob.lock = $operation, blob.state = 'PRESENT', blob.version_id = $version_id, blob.verified_at = $at
"""


def blob_key(entity_id: str, digest: str) -> str:
    """Return the key of a blob's bytes."""
    algorithm, _, rest = digest.partition(":")
    return f"{entity_id}/blobs/{algorithm}/{rest[:2]}/{rest}"


async def present_blobs(tx: Transaction, entity_id: str, digests: Iterable[str]) -> dict[str, int]:
    """Return size by digest of those that the store is known to have."""
    rows = await tx.rows(PRESENT_BLOBS, entity_id=entity_id, digests=list(digests))
    return {row["digest"]: row["size"] for row in rows}


async def lock_blobs(tx: Transaction, entity_id: str, digests: Sequence[str], *, operation: str) -> dict[str, int]:
    """Lock blobs, given in order of digest, until the transaction ends; return the size of those PRESENT."""
    rows = await tx.rows(LOCK_BLOBS, entity_id=entity_id, digests=digests, operation=operation)
    return {row["digest"]: row["size"] for row in rows}


async def save_blobs(
    tx: Transaction,
    entity_id: str,
    blobs: Sequence[Mapping[str, str | int]],
    *,
    operation: str,
    at: Instant,
) -> None:
    """Note blobs (`digest`, `size`, `version_id`, in order of digest) whose stored checksum was seen to be right."""
    await tx.rows(SAVE_BLOBS, entity_id=entity_id, blobs=blobs, operation=operation, at=at)


async def hold_blobs(tx: Transaction, entity_id: str, version_id: str, digests: Sequence[str]) -> None:
    await tx.rows(HOLD_BLOBS, entity_id=entity_id, version_id=version_id, digests=digests)


async def held_blobs(tx: Transaction, entity_id: str, version_id: str, digests: Iterable[str]) -> dict[str, str]:
    """Return, of these digests, those that the version holds, each with the object version that has its bytes."""
    rows = await tx.rows(HELD_BLOBS, entity_id=entity_id, version_id=version_id, digests=list(digests))
    return {row["digest"]: row["version_id"] for row in rows}


async def pin_blob(
    tx: Transaction, entity_id: str, digest: str, object_version: str, *, operation: str, at: Instant
) -> None:
    """Point a blob at the object version that has its bytes."""
    await tx.rows(PIN_BLOB, entity_id=entity_id, digest=digest, version_id=object_version, operation=operation, at=at)
