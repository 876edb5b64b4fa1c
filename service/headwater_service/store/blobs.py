"""Blobs in the graph: which bytes an entity has in the object store, and which version holds which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.model import BlobState, Instant
from headwater_service.store.graph import Transaction

# A blob for which an upload was signed is EXPECTED until a commit that names it has seen its stored checksum.
PRESENT_BLOBS: Final = """
UNWIND $digests AS digest
MATCH (blob:Blob {entity_id: $entity_id, digest: digest})
WHERE blob.state = 'PRESENT'
RETURN blob.digest AS digest, blob.size AS size, blob.version_id AS version_id
"""

UNWANTED_VERSIONS: Final = """
UNWIND $digests AS digest
MATCH (blob:Blob {entity_id: $entity_id, digest: digest})
WHERE blob.state IN ['CONDEMNED', 'GONE']
RETURN blob.digest AS digest, blob.version_id AS version_id
"""

EXPECT_BLOBS: Final = """
UNWIND $blobs AS row
MERGE (blob:Blob {entity_id: $entity_id, digest: row.digest})
ON CREATE SET blob.state = 'EXPECTED', blob.size = row.size, blob.expected_by = $token
RETURN blob.digest AS digest, blob.state AS state, blob.state = 'EXPECTED' AND blob.expected_by = $token AS is_new
"""

# The write of a parameter locks each blob, in the order of the list, before its state is read. What is not PRESENT
# becomes so only with an object version that was checked for this, and that the collector is not deleting.
CLAIM_BLOBS: Final = """
UNWIND $blobs AS row
MERGE (blob:Blob {entity_id: $entity_id, digest: row.digest})
ON CREATE SET blob.state = 'EXPECTED', blob.size = row.size
SET blob.lock = $operation
WITH blob, row, blob.state <> 'PRESENT' AND row.version_id IS NOT NULL
  AND (blob.state = 'EXPECTED' OR blob.version_id <> row.version_id) AS is_arrived
FOREACH (_ IN CASE WHEN is_arrived THEN [1] ELSE [] END |
  SET blob.state = 'PRESENT', blob.size = row.size, blob.version_id = row.version_id, blob.verified_at = $at
)
WITH blob
WHERE blob.state = 'PRESENT'
RETURN blob.digest AS digest, blob.size AS size
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


@dataclass(frozen=True, slots=True)
class ExpectedBlob:
    """A blob whose bytes are to come. `is_new`: nobody asked to upload it before, so its key does not exist."""

    digest: str
    state: BlobState
    is_new: bool


def blob_key(entity_id: str, digest: str) -> str:
    """Return the key of a blob's bytes."""
    algorithm, _, rest = digest.partition(":")
    return f"{entity_id}/blobs/{algorithm}/{rest[:2]}/{rest}"


async def present_blobs(tx: Transaction, entity_id: str, digests: Iterable[str]) -> dict[str, str]:
    """Return, of these digests, those that the store is known to have, with the object version of each."""
    rows = await tx.rows(PRESENT_BLOBS, entity_id=entity_id, digests=list(digests))
    return {row["digest"]: row["version_id"] for row in rows}


async def unwanted_versions(tx: Transaction, entity_id: str, digests: Iterable[str]) -> dict[str, str]:
    """Return, of these digests, those being collected, with the object version that goes or went."""
    rows = await tx.rows(UNWANTED_VERSIONS, entity_id=entity_id, digests=list(digests))
    return {row["digest"]: row["version_id"] for row in rows}


async def expect_blobs(tx: Transaction, entity_id: str, sizes: Mapping[str, int], *, token: str) -> list[ExpectedBlob]:
    """Note that uploads of these blobs are about to be signed. `token` is the caller's own, the same in a retry."""
    blobs = [{"digest": digest, "size": sizes[digest]} for digest in sorted(sizes)]
    rows = await tx.rows(EXPECT_BLOBS, entity_id=entity_id, blobs=blobs, token=token)
    return [ExpectedBlob(row["digest"], BlobState(row["state"]), row["is_new"]) for row in rows]


async def claim_blobs(
    tx: Transaction,
    entity_id: str,
    blobs: Sequence[Mapping[str, str | int | None]],
    *,
    operation: str,
    at: Instant,
) -> dict[str, int]:
    """Lock blobs until the transaction ends and return the size of those PRESENT.

    `blobs` are `digest`, `size` and `version_id` (the object version that was seen to be right, else null) in order
    of digest.
    """
    rows = await tx.rows(CLAIM_BLOBS, entity_id=entity_id, blobs=blobs, operation=operation, at=at)
    return {row["digest"]: row["size"] for row in rows}


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
