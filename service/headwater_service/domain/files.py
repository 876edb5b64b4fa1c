"""Files of a version: listed, and the signed addresses of their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import structlog

from headwater_service.domain.access import Viewer
from headwater_service.domain.artifacts import get_version, version_with_role
from headwater_service.domain.digests import parse_digest
from headwater_service.domain.manifests import find_entry, list_entries
from headwater_service.domain.uploads import find_right_version
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import ArtifactVersion, ManifestEntry, Page, Role, VersionState
from headwater_service.store.blobs import blob_key, held_blobs, pin_blob
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.manifests import layout_key, manifest_key
from headwater_service.store.objects import ObjectStore, SignedUrl
from headwater_service.store.operations import record, take_lock
from headwater_service.store.reads import PlacedVersion

log = structlog.get_logger(__name__)

MOST_BLOBS: Final = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """A version's files, and the entity in whose part of the store they lie."""

    version: ArtifactVersion
    entity_id: str


@dataclass(frozen=True, slots=True)
class ManifestUrls:
    """Signed addresses of a version's two documents."""

    manifest: SignedUrl
    layout: SignedUrl


async def get_content(graph: Graph, viewer: Viewer, version_id: str) -> Content:
    """Return the content of an artifact version that the viewer may read, or of the source of such a link."""
    return await graph.read(lambda tx: _find_content(tx, viewer, version_id))


async def get_live_content(graph: Graph, viewer: Viewer, version_id: str) -> Content:
    """Return content whose bytes may be had. Raises ConflictError when the version, or that link to it, was deleted."""

    async def work(tx: Transaction) -> Content:
        content = await _find_content(tx, viewer, version_id)
        placed = await get_version(tx, version_id)
        if VersionState.DELETED in (placed.version.state, placed.content.state):
            raise ConflictError(
                f"{placed.collection.name}:v{placed.version.index} was deleted: its bytes can't be had unless it is "
                "restored.",
                current="DELETED",
            )
        return content

    return await graph.read(work)


async def _find_content(tx: Transaction, viewer: Viewer, version_id: str) -> Content:
    placed = await version_with_role(tx, viewer, version_id, Role.VIEWER, what="read files")
    if placed.version.id != placed.content.id:
        placed = await version_with_role(tx, viewer, placed.content.id, Role.VIEWER, what="read files")
    return _content(placed)


async def list_files(
    graph: Graph,
    objects: ObjectStore,
    viewer: Viewer,
    version_id: str,
    *,
    prefix: str | None,
    after: str | None,
    first: int,
) -> Page[ManifestEntry]:
    """Return a page of entries in byte order; a cursor is the entry's path."""
    content = await get_content(graph, viewer, version_id)
    version = content.version
    found = await list_entries(
        objects,
        content.entity_id,
        version.digest,
        file_count=version.file_count,
        prefix=prefix or "",
        after=after,
        limit=first + 1,
    )
    items = found[:first]
    return Page(items, [entry.path for entry in items], len(found) > first)


async def manifest_urls(graph: Graph, objects: ObjectStore, viewer: Viewer, version_id: str) -> ManifestUrls:
    """Sign the addresses of a version's manifest and layout."""
    content = await get_live_content(graph, viewer, version_id)
    digest = content.version.digest
    return ManifestUrls(
        objects.sign_get(manifest_key(content.entity_id, digest)),
        objects.sign_get(layout_key(content.entity_id, digest)),
    )


async def download_urls(
    graph: Graph, objects: ObjectStore, viewer: Viewer, version_id: str, digests: Sequence[str]
) -> list[SignedUrl]:
    """Sign downloads of blobs that the version holds, in the order asked, each pinned to its object version."""
    if len(digests) > MOST_BLOBS:
        raise InvalidInputError(f"At most {MOST_BLOBS} blobs a call, not {len(digests)}.", field="blobs")
    content = await get_live_content(graph, viewer, version_id)
    held = await _held(graph, content, digests)
    return [objects.sign_get(blob_key(content.entity_id, digest), version_id=held[digest]) for digest in digests]


async def get_file(graph: Graph, objects: ObjectStore, viewer: Viewer, version_id: str, path: str) -> ManifestEntry:
    """Return the entry of a version at a path. Raises NotFoundError that names it."""
    content = await get_live_content(graph, viewer, version_id)
    version = content.version
    entry = await find_entry(objects, content.entity_id, version.digest, file_count=version.file_count, path=path)
    if entry is None:
        raise NotFoundError(f"The version has no file {path!r}.", path=path)
    return entry


async def file_url(
    graph: Graph,
    objects: ObjectStore,
    viewer: Viewer,
    version_id: str,
    path: str,
    *,
    preview_type: str | None = None,
) -> SignedUrl:
    """Sign a download of one file by its path, as an attachment, or shown in the browser as `preview_type`.

    Raises NotFoundError that names the file, also for a reference, whose bytes are elsewhere.
    """
    content = await get_live_content(graph, viewer, version_id)
    entry = await get_file(graph, objects, viewer, version_id, path)
    if entry.digest is None:
        raise NotFoundError(f"{path!r} is a reference: its bytes lie at {entry.reference}.", path=path)
    held = await _held(graph, content, [entry.digest])
    return objects.sign_get(
        blob_key(content.entity_id, entry.digest),
        version_id=held[entry.digest],
        disposition=disposition(path, kind="inline" if preview_type else "attachment"),
        content_type=preview_type,
    )


async def repair_blob(
    graph: Graph, objects: ObjectStore, viewer: Viewer, version_id: str, digest_text: str, *, operation: str
) -> SignedUrl:
    """Point a blob, whose bytes a reader found wrong, at an object version that the store knows to be right.

    Raises NotFoundError that names the blob when there is none.
    """
    digest = parse_digest(digest_text)
    content = await get_live_content(graph, viewer, version_id)
    pinned = (await _held(graph, content, [digest.text]))[digest.text]
    right = await find_right_version(objects, content.entity_id, digest)
    # An alarm either way: stored bytes changed under us, or a reader was given others than were stored.
    log.error("a reader found wrong bytes", entity_id=content.entity_id, blob=digest.text, pinned=pinned, right=right)
    if right is None:
        raise NotFoundError(f"No stored copy of {digest.text} is right; upload it again.", path=digest.text)
    if right != pinned:
        await graph.write(
            lambda tx: _pin(tx, viewer, content, digest.text, pinned=pinned, right=right, operation=operation)
        )
    return objects.sign_get(blob_key(content.entity_id, digest.text), version_id=right)


def disposition(path: str, *, kind: str) -> str:
    """Return the Content-Disposition by which a browser names a file (RFC 6266)."""
    return f"{kind}; filename*=UTF-8''{quote(path.rpartition('/')[2], safe='')}"


async def _pin(
    tx: Transaction,
    viewer: Viewer,
    content: Content,
    digest: str,
    *,
    pinned: str,
    right: str,
    operation: str,
) -> None:
    version = content.version
    lock = await take_lock(tx, version.collection_id, operation)
    assert lock is not None, "the version's collection was found before"
    if lock.replayed("BLOB_REPAIRED") is not None:
        return
    await pin_blob(tx, content.entity_id, digest, right, operation=operation, at=lock.at)
    await record(
        tx,
        lock,
        "BLOB_REPAIRED",
        scope_id=version.scope_id,
        by=viewer.user_id,
        answer={"object_version": right},
        before={"blob": digest, "object_version": pinned},
        after={"blob": digest, "object_version": right},
    )


async def _held(graph: Graph, content: Content, digests: Sequence[str]) -> dict[str, str]:
    wanted = list(dict.fromkeys(digests))
    held = await graph.read(lambda tx: held_blobs(tx, content.entity_id, content.version.id, wanted))
    for digest in wanted:
        if digest not in held:
            raise InvalidInputError(f"The version does not hold the blob {digest}.", field="blobs")
    return held


def _content(placed: PlacedVersion) -> Content:
    return Content(placed.content, placed.container.entity_id)
