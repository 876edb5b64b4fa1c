"""Plain addresses of files, for browsers and `curl`: the file of a version or of a run behind a path."""

from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import container_at
from headwater_service.domain.files import disposition, file_url
from headwater_service.domain.resolution import resolve_version
from headwater_service.errors import NotFoundError
from headwater_service.store.blobs import blob_key
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.objects import ObjectStore, SignedUrl
from headwater_service.store.run_files import HeldFile, find_run_file

# What a browser may show. No SVG and no HTML: both run scripts. All text is shown as plain text.
_IMAGES: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_TEXTS: Final = frozenset(
    {"txt", "md", "csv", "tsv", "json", "jsonl", "yaml", "yml", "toml", "log", "py", "ini", "cfg"}
)


async def signed_address(
    graph: Graph, objects: ObjectStore, viewer: Viewer, address: str, *, is_preview: bool
) -> SignedUrl:
    """Sign a download of `<entity>/<container>/<name>:<ref>/<path>` or `<entity>/<project>/-/runs/<key>/<path>`.

    The URL is pinned to an object version. Raises NotFoundError that says the same to an outsider as of what is not.
    """
    parts = address.split("/")
    if len(parts) >= 6 and parts[2:4] == ["-", "runs"]:
        return await _run_file(graph, objects, viewer, parts, is_preview=is_preview)
    if len(parts) < 4:
        raise NotFoundError(f"/files/{address} names no file.", path=address)
    version, path = "/".join(parts[:3]), "/".join(parts[3:])
    placed = await graph.read(lambda tx: resolve_version(tx, viewer, version, entity=None, project=None))
    preview = _preview_type(path) if is_preview else None
    return await file_url(graph, objects, viewer, placed.version.id, path, preview_type=preview)


async def _run_file(
    graph: Graph, objects: ObjectStore, viewer: Viewer, parts: list[str], *, is_preview: bool
) -> SignedUrl:
    project, key, path = "/".join(parts[:2]), parts[4], "/".join(parts[5:])

    async def work(tx: Transaction) -> HeldFile | None:
        container = await container_at(tx, viewer, project)
        return None if container is None else await find_run_file(tx, container.id, key, path)

    held = await graph.read(work)
    if held is None:
        raise NotFoundError(f"There is no file {path!r} of a run {project}/{key}, or you may not see it.", path=path)
    preview = _preview_type(path) if is_preview else None
    return objects.sign_get(
        blob_key(held.entity_id, held.digest),
        version_id=held.version_id,
        disposition=disposition(path, kind="inline" if preview else "attachment"),
        content_type=preview,
    )


def _preview_type(path: str) -> str | None:
    extension = path.rpartition(".")[2].lower()
    return "text/plain; charset=utf-8" if extension in _TEXTS else _IMAGES.get(extension)
