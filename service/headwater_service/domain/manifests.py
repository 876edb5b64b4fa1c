"""Manifests: taken in and stored, found again, read entry by entry."""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import orjson

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer, require_role
from headwater_service.domain.containers import entity_of
from headwater_service.domain.manifest_reader import Inflater, ManifestReader, entry_from_line
from headwater_service.errors import InvalidInputError
from headwater_service.model import ManifestEntry, ManifestSummary, Role
from headwater_service.store.blobs import present_blobs
from headwater_service.store.graph import Graph
from headwater_service.store.manifests import find_manifest, layout_key, manifest_key, save_manifest
from headwater_service.store.objects import ObjectStore

MOST_MISSING: Final = 1000
BATCH: Final = 2000
_INLINE_BYTES: Final = 16 * 1024
_FEED_BYTES: Final = 256 * 1024
_CACHED_ENTRIES: Final = 50_000
_CACHE_ENTRIES: Final = 200_000


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """What a PUT of a manifest found: `missing` are up to 1,000 digests whose bytes the store does not have."""

    summary: ManifestSummary
    missing: Sequence[str]
    is_known: bool


async def store_manifest(
    graph: Graph,
    objects: ObjectStore,
    viewer: Viewer,
    settings: Settings,
    entity_name: str,
    body: AsyncIterator[bytes],
    *,
    content_encoding: str | None = None,
) -> StoredManifest:
    """Check and store a manifest that comes as NDJSON. The same one again changes nothing.

    Raises InvalidInputError that names the entry at fault.
    """
    entity_id = entity_of(viewer, entity_name)
    require_role(viewer, entity_id, Role.MEMBER, what="log artifacts")
    if content_encoding not in (None, "", "identity", "gzip"):
        raise InvalidInputError(f"Content-Encoding {content_encoding!r} is not known here; gzip is.")
    reader = ManifestReader(most_entries=settings.manifest_entries, most_bytes=settings.manifest_bytes)
    try:
        await _feed(reader, body, Inflater() if content_encoding == "gzip" else None)
        summary = await asyncio.to_thread(reader.finish)
        is_known = await graph.read(lambda tx: find_manifest(tx, entity_id, summary.digest)) is not None
        if not is_known:
            await objects.put(layout_key(entity_id, summary.digest), reader.layout)
            await objects.put(manifest_key(entity_id, summary.digest), reader.manifest)
            await graph.write(lambda tx: save_manifest(tx, entity_id, summary))
        return StoredManifest(summary, await _missing(graph, entity_id, reader), is_known)
    finally:
        await asyncio.to_thread(reader.close)


async def has_manifest(graph: Graph, viewer: Viewer, entity_name: str, digest: str) -> bool:
    """Tell whether a manifest is stored in an entity of the viewer's."""
    entity_id = entity_of(viewer, entity_name)
    require_role(viewer, entity_id, Role.VIEWER, what="read")
    return await graph.read(lambda tx: find_manifest(tx, entity_id, digest)) is not None


async def read_layout(objects: ObjectStore, entity_id: str, digest: str) -> list[tuple[str, int]]:
    """Return the blobs of a manifest with their sizes, in order of digest."""
    blobs: list[tuple[str, int]] = []
    async for lines in read_lines(objects, layout_key(entity_id, digest)):
        blobs += await asyncio.to_thread(_blobs_of, lines)
    return blobs


async def list_entries(
    objects: ObjectStore, entity_id: str, digest: str, *, file_count: int, prefix: str, after: str | None, limit: int
) -> list[ManifestEntry]:
    """Return up to `limit` entries whose path begins with `prefix`, those behind the path `after`, in byte order."""
    if file_count <= _CACHED_ENTRIES:
        entries = await _cached_entries(objects, entity_id, digest)
        return _select(entries, prefix.encode(), (after or "").encode(), limit)
    found: list[ManifestEntry] = []
    # Closed at once when the page is full, so that the connection does not wait for the rest.
    async with aclosing(read_lines(objects, manifest_key(entity_id, digest))) as groups:
        async for lines in groups:
            entries = await asyncio.to_thread(_entries_of, lines)
            found += _select(entries, prefix.encode(), (after or "").encode(), limit - len(found))
            if len(found) == limit or (entries and _is_past(entries[-1], prefix.encode())):
                break
    return found


async def read_entries(
    objects: ObjectStore, entity_id: str, digest: str, *, file_count: int, prefix: str
) -> AsyncGenerator[list[ManifestEntry], None]:
    """Yield all entries whose path begins with `prefix`, in groups, in byte order."""
    wanted = prefix.encode()
    if file_count <= _CACHED_ENTRIES:
        yield _select(await _cached_entries(objects, entity_id, digest), wanted, b"", file_count)
        return
    async with aclosing(read_lines(objects, manifest_key(entity_id, digest))) as groups:
        async for lines in groups:
            entries = await asyncio.to_thread(_entries_of, lines)
            yield _select(entries, wanted, b"", len(entries))
            if entries and _is_past(entries[-1], wanted):
                return


async def find_entry(
    objects: ObjectStore, entity_id: str, digest: str, *, file_count: int, path: str
) -> ManifestEntry | None:
    """Return the entry with exactly this path, or None."""
    found = await list_entries(objects, entity_id, digest, file_count=file_count, prefix=path, after=None, limit=1)
    # The path itself is the first of all that begin with it.
    return found[0] if found and found[0].path == path else None


class _Cache:
    """Parsed manifests by entity and digest, the least lately used dropped first. They never change."""

    def __init__(self, most_entries: int) -> None:
        self._most_entries = most_entries
        self._count = 0
        self._kept: OrderedDict[tuple[str, str], list[ManifestEntry]] = OrderedDict()

    def find(self, key: tuple[str, str]) -> list[ManifestEntry] | None:
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: tuple[str, str], entries: list[ManifestEntry]) -> None:
        if key in self._kept:
            return
        self._kept[key] = entries
        self._count += len(entries) + 1
        while self._count > self._most_entries:
            _, dropped = self._kept.popitem(last=False)
            self._count -= len(dropped) + 1


_cache: Final = _Cache(_CACHE_ENTRIES)


async def _cached_entries(objects: ObjectStore, entity_id: str, digest: str) -> list[ManifestEntry]:
    key = (entity_id, digest)
    entries = _cache.find(key)
    if entries is None:
        entries = []
        async for lines in read_lines(objects, manifest_key(entity_id, digest)):
            entries += await asyncio.to_thread(_entries_of, lines)
        _cache.keep(key, entries)
    return entries


async def _feed(reader: ManifestReader, body: AsyncIterator[bytes], inflater: Inflater | None) -> None:
    waiting: list[bytes] = []
    size = 0
    async for chunk in body:
        waiting.append(chunk)
        size += len(chunk)
        if size >= _FEED_BYTES:
            await asyncio.to_thread(_take, reader, inflater, b"".join(waiting))
            waiting.clear()
            size = 0
    rest = b"".join(waiting)
    # The usual manifest is small: a thread would cost more than the work.
    if len(rest) <= _INLINE_BYTES and inflater is None:
        _take(reader, inflater, rest)
    else:
        await asyncio.to_thread(_take, reader, inflater, rest)
    if inflater is not None:
        inflater.finish()


def _take(reader: ManifestReader, inflater: Inflater | None, data: bytes) -> None:
    if inflater is None:
        reader.feed(data)
        return
    for piece in inflater.pieces(data):
        reader.feed(piece)


async def _missing(graph: Graph, entity_id: str, reader: ManifestReader) -> list[str]:
    missing: list[str] = []
    batch: list[str] = []

    async def look() -> None:
        asked = list(batch)
        present = await graph.read(lambda tx: present_blobs(tx, entity_id, asked))
        missing.extend(digest for digest in asked if digest not in present)

    for digest, _ in reader.blobs():
        batch.append(digest)
        if len(batch) == BATCH:
            await look()
            batch.clear()
            if len(missing) >= MOST_MISSING:
                break
    if batch:
        await look()
    return missing[:MOST_MISSING]


async def read_lines(objects: ObjectStore, key: str) -> AsyncGenerator[list[bytes], None]:
    """Yield the lines of a stored document in groups, without its format line."""
    inflate = zlib.decompressobj(wbits=31)
    rest = b""
    is_first = True
    async with aclosing(objects.chunks(key)) as chunks:
        async for chunk in chunks:
            data = rest + await asyncio.to_thread(inflate.decompress, chunk)
            lines = data.split(b"\n")
            rest = lines.pop()
            if is_first and lines:
                del lines[0]
                is_first = False
            if lines:
                yield lines


def _entries_of(lines: list[bytes]) -> list[ManifestEntry]:
    return [entry_from_line(line) for line in lines]


def _blobs_of(lines: list[bytes]) -> list[tuple[str, int]]:
    return [(row["blob"], row["size"]) for row in map(orjson.loads, lines)]


def _select(entries: Sequence[ManifestEntry], prefix: bytes, after: bytes, limit: int) -> list[ManifestEntry]:
    """Return the first `limit` entries with the prefix behind `after`; the entries are in byte order."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        path = entries[middle].path.encode()
        if path < prefix or path <= after:
            low = middle + 1
        else:
            high = middle
    found: list[ManifestEntry] = []
    for entry in entries[low : low + limit]:
        if not entry.path.encode().startswith(prefix):
            break
        found.append(entry)
    return found


def _is_past(entry: ManifestEntry, prefix: bytes) -> bool:
    path = entry.path.encode()
    return path > prefix and not path.startswith(prefix)
