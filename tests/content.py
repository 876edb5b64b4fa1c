"""Content for tests below the API: bytes sent as a client sends them, manifests stored, versions logged."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.artifacts import ArtifactLog, LoggedArtifact, log_artifact
from headwater_service.domain.manifests import StoredManifest, store_manifest
from headwater_service.domain.uploads import Upload, UploadState, prepare_uploads
from headwater_service.model import Container
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.objects import ObjectStore, SignedUrl
from viewers import DOCUMENT_BYTES

http = urllib3.PoolManager(maxsize=8)


@dataclass(frozen=True)
class Site:
    """The doors of a service and the settings behind them."""

    graph: Graph
    objects: ObjectStore
    settings: Settings


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


async def send(signed: SignedUrl, data: bytes) -> int:
    """PUT as a client does, and return the status."""
    answer = await asyncio.to_thread(
        http.request, "PUT", signed.url, body=data, headers=dict(signed.headers), retries=False
    )
    return answer.status


async def fetch(url: str) -> bytes:
    answer = await asyncio.to_thread(http.request, "GET", url, retries=False)
    assert answer.status == 200, answer.data
    return answer.data


async def prepare(site: Site, viewer: Viewer, container: Container, *contents: bytes) -> list[Upload]:
    blobs = list({digest_of(data): len(data) for data in contents}.items())
    return await prepare_uploads(site.graph, site.objects, viewer, container.entity_name, blobs)


async def upload(site: Site, viewer: Viewer, container: Container, *contents: bytes) -> None:
    """Send what the service asks for."""
    by_digest = {digest_of(data): data for data in contents}
    for prepared in await prepare(site, viewer, container, *contents):
        if prepared.state is UploadState.UPLOAD:
            assert prepared.signed is not None
            status = await send(prepared.signed, by_digest[prepared.digest])
            if status == 412:
                # Another client was first: then the service sees that the bytes are right.
                (again,) = await prepare(site, viewer, container, by_digest[prepared.digest])
                assert again.state is UploadState.PRESENT
            else:
                assert status == 200


def lines_of(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return b'{"format":1}\n' + b"".join(orjson.dumps(entry) + b"\n" for entry in entries)


def entries_of(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [
        {"path": path, "size": len(files[path]), "digest": digest_of(files[path])}
        for path in sorted(files, key=str.encode)
    ]


async def in_pieces(data: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def put_manifest(site: Site, viewer: Viewer, container: Container, files: Mapping[str, bytes]) -> StoredManifest:
    body = in_pieces(lines_of(entries_of(files)))
    return await store_manifest(site.graph, site.objects, viewer, site.settings, container.entity_name, body)


async def log(
    site: Site,
    viewer: Viewer,
    project: Container,
    name: str,
    files: Mapping[str, bytes],
    *,
    operation: str | None = None,
    **more: Any,
) -> LoggedArtifact:
    """Send files and manifest, and log them as a client does."""
    await upload(site, viewer, project, *files.values())
    stored = await put_manifest(site, viewer, project, files)
    return await log_stored(site, viewer, project, name, stored.summary.digest, operation=operation, **more)


async def log_stored(
    site: Site,
    viewer: Viewer,
    project: Container,
    name: str,
    manifest_digest: str,
    *,
    operation: str | None = None,
    **more: Any,
) -> LoggedArtifact:
    """Log content whose files and manifest are sent."""
    given: dict[str, Any] = {"type": "dataset", **more}
    wanted = ArtifactLog(project=project.path, name=name, manifest_digest=manifest_digest, **given)
    return await log_artifact(
        site.graph, site.objects, viewer, wanted, operation=operation or new_id(), document_bytes=DOCUMENT_BYTES
    )
