"""Manifests in the graph: which are stored, and what each holds in sum. The documents lie in the object store."""

from typing import Any, Final

from headwater_service.model import ManifestSummary
from headwater_service.store.graph import Transaction

FIND_MANIFEST: Final = """
MATCH (manifest:Manifest {entity_id: $entity_id, digest: $digest})
RETURN manifest {.digest, .size, .file_count} AS manifest
"""

SAVE_MANIFEST: Final = """
MERGE (manifest:Manifest {entity_id: $entity_id, digest: $digest})
ON CREATE SET manifest.size = $size, manifest.file_count = $file_count
"""


async def find_manifest(tx: Transaction, entity_id: str, digest: str) -> ManifestSummary | None:
    row = await tx.row(FIND_MANIFEST, entity_id=entity_id, digest=digest)
    return None if row is None else _summary(row["manifest"])


async def save_manifest(tx: Transaction, entity_id: str, manifest: ManifestSummary) -> None:
    """Note that both documents of a manifest are stored."""
    await tx.rows(
        SAVE_MANIFEST,
        entity_id=entity_id,
        digest=manifest.digest,
        size=manifest.size,
        file_count=manifest.file_count,
    )


def manifest_key(entity_id: str, digest: str) -> str:
    """Return the key of the list of entries."""
    return f"{entity_id}/manifests/{digest.removeprefix('sha256:')}.ndjson.gz"


def layout_key(entity_id: str, digest: str) -> str:
    """Return the key of the list of where the bytes lie."""
    return f"{entity_id}/layouts/{digest.removeprefix('sha256:')}.ndjson.gz"


def _summary(row: dict[str, Any]) -> ManifestSummary:
    return ManifestSummary(**row)
