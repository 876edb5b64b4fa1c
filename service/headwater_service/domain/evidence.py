"""Bytes looked at for a rule: outside the transaction, which must not wait for the store, and before its next try."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from headwater_service.domain.alias_changes import NO_EVIDENCE, Evidence, EvidenceNeededError, StoredBytes
from headwater_service.domain.digests import parse_digest
from headwater_service.errors import UnavailableError
from headwater_service.store.blobs import blob_key
from headwater_service.store.objects import ObjectStore

T = TypeVar("T")

MOST_ROUNDS: Final = 10
_BATCH: Final = 100


async def with_evidence(objects: ObjectStore, attempt: Callable[[Evidence], Awaitable[T]]) -> T:
    """Carry out `attempt`; where a rule asks for bytes, look at them and try again with what was found.

    So bytes count as verified when the store showed their checksum in this call, of the very object version that the
    graph names when the alias moves. Who moves an alias without such a rule waits for no store.
    """
    evidence = NO_EVIDENCE
    for _ in range(MOST_ROUNDS):
        try:
            return await attempt(evidence)
        except EvidenceNeededError as needed:
            evidence = Evidence({**evidence.is_right, **await _look_at(objects, needed.blobs)})
    raise UnavailableError("The bytes of the version are being replaced all the time. Nothing is lost; try again.")


async def _look_at(objects: ObjectStore, blobs: Sequence[StoredBytes]) -> dict[StoredBytes, bool]:
    found: dict[StoredBytes, bool] = {}
    for start in range(0, len(blobs), _BATCH):
        batch = blobs[start : start + _BATCH]
        seen = await asyncio.gather(*(_is_right(objects, blob) for blob in batch))
        found |= dict(zip(batch, seen, strict=True))
    return found


async def _is_right(objects: ObjectStore, blob: StoredBytes) -> bool:
    stored = await objects.stat(blob_key(blob.entity_id, blob.digest), blob.version_id)
    return stored is not None and stored.sha256 == parse_digest(blob.digest).checksum and stored.size == blob.size
