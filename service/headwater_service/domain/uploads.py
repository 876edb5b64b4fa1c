"""Uploads: what must be sent, signed addresses to send it to, and the check that it arrived.

Nothing that a client says about bytes counts: only a checksum that the store computed and shows again.
"""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

import structlog

from headwater_service.domain.access import Viewer, require_role
from headwater_service.domain.containers import entity_of
from headwater_service.domain.digests import Digest, check_size, combined_hex, parse_digest
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import BlobState, Instant, Role
from headwater_service.store.blobs import (
    ExpectedBlob,
    blob_key,
    claim_blobs,
    expect_blobs,
    present_blobs,
    unwanted_versions,
)
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.objects import ObjectStore, SignedUrl, StoredObject, StoredPart

log = structlog.get_logger(__name__)

MOST_BLOBS: Final = 1000
MOST_SIGNED_PARTS: Final = 100
MOST_NAMED: Final = 20
MOST_MISSING: Final = 1000
BATCH: Final = 2000


class UploadState(StrEnum):
    PRESENT = "PRESENT"
    UPLOAD = "UPLOAD"


@dataclass(frozen=True, slots=True)
class UploadedPart:
    """A part that the store already has; `digest` is `sha256:<hex>` of its bytes."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What to do for one blob: nothing, one PUT to `signed`, or the parts of `upload_id` that are not there yet."""

    digest: str
    state: UploadState
    signed: SignedUrl | None = None
    upload_id: str | None = None
    part_size: int | None = None
    parts: Sequence[UploadedPart] = ()


@dataclass(frozen=True, slots=True)
class SignedPart:
    number: int
    signed: SignedUrl


async def prepare_uploads(
    graph: Graph, objects: ObjectStore, viewer: Viewer, entity_name: str | None, blobs: Sequence[tuple[str, int]]
) -> list[Upload]:
    """Tell for each blob (digest and size, up to 1,000) whether it must be sent, and where to.

    Asked again for a blob whose PUT found the key taken (412), it looks at the stored checksum.
    """
    entity_id = _writable_entity(viewer, entity_name)
    if len(blobs) > MOST_BLOBS:
        raise InvalidInputError(f"At most {MOST_BLOBS} blobs a call, not {len(blobs)}.", field="blobs")
    digests: dict[str, Digest] = {}
    for text, size in blobs:
        digests[text] = parse_digest(text)
        check_size(digests[text], size)
    sizes = dict(blobs)
    present = await graph.read(lambda tx: present_blobs(tx, entity_id, sizes))
    wanted = {digest: size for digest, size in sizes.items() if digest not in present}
    uploads = {digest: Upload(digest, UploadState.PRESENT) for digest in present}
    if wanted:
        token = new_id()
        expected = await graph.write(lambda tx: expect_blobs(tx, entity_id, wanted, token=token))
        singles = [blob for blob in expected if not digests[blob.digest].is_composite]
        multiples = [blob for blob in expected if digests[blob.digest].is_composite]
        uploads |= await _single_uploads(objects, entity_id, singles, wanted)
        made = await asyncio.gather(
            *(_multi_part_upload(objects, entity_id, b, digests[b.digest], wanted[b.digest]) for b in multiples)
        )
        uploads |= {upload.digest: upload for upload in made}
    return [uploads[digest] for digest in sizes]


def sign_upload_parts(
    objects: ObjectStore,
    viewer: Viewer,
    entity_name: str | None,
    digest_text: str,
    upload_id: str,
    parts: Sequence[tuple[int, str]],
) -> list[SignedPart]:
    """Sign the upload of parts, each given by its number and the digest of its bytes."""
    entity_id = _writable_entity(viewer, entity_name)
    digest = parse_digest(digest_text)
    if len(parts) > MOST_SIGNED_PARTS:
        raise InvalidInputError(f"At most {MOST_SIGNED_PARTS} parts a call, not {len(parts)}.", field="parts")
    key = blob_key(entity_id, digest.text)
    signed: list[SignedPart] = []
    for number, part_text in parts:
        part = parse_digest(part_text)
        if part.is_composite or not 1 <= number <= digest.parts:
            raise InvalidInputError(
                f"Part {number} of {digest.text} needs a number from 1 to {digest.parts} and a digest of one part.",
                field="parts",
            )
        signed.append(SignedPart(number, objects.sign_part(key, upload_id, number, sha256=part.checksum)))
    return signed


async def complete_upload(
    objects: ObjectStore, viewer: Viewer, entity_name: str | None, digest_text: str, upload_id: str
) -> str:
    """Make the blob of its parts and return its digest. The same again changes nothing.

    Raises ConflictError that names the parts not there yet, or when the parts are not those of the digest.
    """
    entity_id = _writable_entity(viewer, entity_name)
    digest = parse_digest(digest_text)
    if not digest.is_composite:
        raise InvalidInputError(f"{digest.text} is sent in one part, without an upload to complete.", field="digest")
    key = blob_key(entity_id, digest.text)
    try:
        parts = await objects.list_parts(key, upload_id)
    except NotFoundError as error:
        if _is_right(await objects.stat(key), digest):
            return digest.text
        raise NotFoundError("There is no such upload any more. Prepare it again.", path=upload_id) from error
    _require_all(parts, digest)
    if combined_hex(_hex(part.sha256) for part in parts) != digest.hex:
        # Which part is wrong cannot be told, so the next attempt must not take any of them up.
        await objects.abort_upload(key, upload_id)
        raise ConflictError(f"The parts sent are not those of {digest.text}: the file changed. Send it again.")
    await _complete(objects, key, upload_id, parts, digest)
    return digest.text


async def verify_blobs(graph: Graph, objects: ObjectStore, entity_id: str, wanted: Mapping[str, int]) -> dict[str, str]:
    """Return, of the blobs wanted (size by digest), those that are there, with the object version that was checked.

    Asks the store only about those that no earlier commit has seen. Not for use inside a transaction.
    """
    found: dict[str, str] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        present = await graph.read(partial(present_blobs, entity_id=entity_id, digests=batch))
        found |= present
        unknown = [digest for digest in batch if digest not in present]
        if unknown:
            found |= await _arrived(graph, objects, entity_id, {digest: wanted[digest] for digest in unknown})
    return found


async def require_blobs(
    tx: Transaction,
    entity_id: str,
    wanted: Mapping[str, int],
    verified: Mapping[str, str],
    *,
    operation: str,
    at: Instant,
) -> None:
    """Lock the blobs of a commit, in order of digest, after `verify_blobs` looked for them.

    Raises ConflictError whose `missing` are the first 1,000 that must be sent, and InvalidInputError when a size is
    not the stored one.
    """
    ordered = sorted(wanted)
    missing: list[str] = [digest for digest in ordered if digest not in verified]
    for start in range(0, 0 if missing else len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        rows: list[dict[str, str | int | None]] = [
            {"digest": digest, "size": wanted[digest], "version_id": verified[digest]} for digest in batch
        ]
        sizes = await claim_blobs(tx, entity_id, rows, operation=operation, at=at)
        missing += [digest for digest in batch if digest not in sizes]
        for digest, size in sizes.items():
            if wanted[digest] != size:
                raise InvalidInputError(f"{digest} has {size} bytes, not {wanted[digest]}.", field="size")
    if missing:
        raise ConflictError(
            f"The store lacks {len(missing)} of {len(ordered)} blobs. Send those and call again.",
            missing=missing[:MOST_MISSING],
        )


async def find_right_version(objects: ObjectStore, entity_id: str, digest: Digest) -> str | None:
    """Return the newest object version whose stored checksum is the digest, or None."""
    key = blob_key(entity_id, digest.text)
    for version in await objects.list_versions(key):
        if _is_right(await objects.stat(key, version.version_id), digest):
            return version.version_id
    return None


def _writable_entity(viewer: Viewer, entity_name: str | None) -> str:
    entity_id = entity_of(viewer, entity_name)
    require_role(viewer, entity_id, Role.MEMBER, what="upload files")
    return entity_id


async def _single_uploads(
    objects: ObjectStore, entity_id: str, blobs: Sequence[ExpectedBlob], sizes: Mapping[str, int]
) -> dict[str, Upload]:
    known = [blob for blob in blobs if not blob.is_new]
    stored = await objects.stat_many([blob_key(entity_id, blob.digest) for blob in known])
    by_digest = {blob.digest: found for blob, found in zip(known, stored, strict=True)}
    return {
        blob.digest: _single_upload(objects, entity_id, blob, by_digest.get(blob.digest), sizes[blob.digest])
        for blob in blobs
    }


def _single_upload(
    objects: ObjectStore, entity_id: str, blob: ExpectedBlob, stored: StoredObject | None, size: int
) -> Upload:
    digest = parse_digest(blob.digest)
    key = blob_key(entity_id, blob.digest)
    if stored is None:
        return Upload(blob.digest, UploadState.UPLOAD, objects.sign_put(key, sha256=digest.checksum))
    if blob.state is BlobState.EXPECTED and _is_right(stored, digest) and stored.size == size:
        return Upload(blob.digest, UploadState.PRESENT)
    # The key has wrong bytes, or some that are being collected: a new version beside them, nothing is destroyed.
    return Upload(blob.digest, UploadState.UPLOAD, objects.sign_put_again(key, sha256=digest.checksum))


async def _multi_part_upload(
    objects: ObjectStore, entity_id: str, blob: ExpectedBlob, digest: Digest, size: int
) -> Upload:
    key = blob_key(entity_id, digest.text)
    if not blob.is_new:
        stored = await objects.stat(key)
        if (
            blob.state is BlobState.EXPECTED
            and stored is not None
            and _is_right(stored, digest)
            and stored.size == size
        ):
            return Upload(digest.text, UploadState.PRESENT)
    begun = [] if blob.is_new else await objects.list_uploads(key)
    upload_id = begun[0] if begun else await objects.create_upload(key)
    parts = await objects.list_parts(key, upload_id) if begun else []
    return Upload(
        digest.text,
        UploadState.UPLOAD,
        upload_id=upload_id,
        part_size=digest.part_size,
        parts=[UploadedPart(part.number, f"sha256:{_hex(part.sha256)}") for part in parts],
    )


def _require_all(parts: Sequence[StoredPart], digest: Digest) -> None:
    there = {part.number for part in parts}
    absent = [number for number in range(1, digest.parts + 1) if number not in there]
    if absent:
        named = ", ".join(map(str, absent[:MOST_NAMED])) + (" and more" if len(absent) > MOST_NAMED else "")
        raise ConflictError(f"{digest.text} still lacks {len(absent)} of {digest.parts} parts: {named}.")
    if len(there) > digest.parts:
        raise ConflictError(f"{digest.text} has parts beyond {digest.parts}. Send it again.")


async def _complete(
    objects: ObjectStore, key: str, upload_id: str, parts: Sequence[StoredPart], digest: Digest
) -> None:
    try:
        await objects.complete_upload(key, upload_id, parts)
    except ConflictError:
        if _is_right(await objects.stat(key), digest):
            await objects.abort_upload(key, upload_id)
            return
        await objects.complete_upload_again(key, upload_id, parts)
    except NotFoundError:
        # Another completed it between our look and our call.
        if not _is_right(await objects.stat(key), digest):
            raise


async def _arrived(graph: Graph, objects: ObjectStore, entity_id: str, wanted: Mapping[str, int]) -> dict[str, str]:
    digests = list(wanted)
    unwanted = await graph.read(lambda tx: unwanted_versions(tx, entity_id, digests))
    stored = await objects.stat_many([blob_key(entity_id, digest) for digest in digests])
    found: dict[str, str] = {}
    for digest, at_key in zip(digests, stored, strict=True):
        if at_key is None or at_key.version_id == unwanted.get(digest):
            continue
        if _is_right(at_key, parse_digest(digest)) and at_key.size == wanted[digest]:
            found[digest] = at_key.version_id
        else:
            log.warning("stored bytes are not the blob's", entity_id=entity_id, digest=digest, size=at_key.size)
    return found


def _is_right(stored: StoredObject | None, digest: Digest) -> bool:
    return stored is not None and stored.sha256 == digest.checksum


def _hex(checksum: str) -> str:
    return base64.b64decode(checksum).hex()
