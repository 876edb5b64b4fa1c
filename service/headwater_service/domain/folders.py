"""Folders of a version: what lies directly below a path, with how much lies below each subfolder."""

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass

from headwater_service.domain.access import Viewer
from headwater_service.domain.files import get_content
from headwater_service.domain.manifests import read_entries
from headwater_service.errors import InvalidInputError
from headwater_service.model import ManifestEntry, Page
from headwater_service.store.graph import Graph
from headwater_service.store.objects import ObjectStore


@dataclass(slots=True)
class FolderItem:
    """A file, or a subfolder whose path ends with `/`; with all files that it stands for and their bytes."""

    path: str
    file: ManifestEntry | None
    file_count: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """A page of what lies in a folder, and how many items it has."""

    page: Page[FolderItem]
    count: int


async def list_folder(
    graph: Graph, objects: ObjectStore, viewer: Viewer, version_id: str, path: str, *, first: int, after: str | None
) -> Folder:
    """Return what lies directly in a folder, in byte order of path; the path is empty or ends with `/`."""
    if path and not path.endswith("/"):
        raise InvalidInputError(f"{path!r} is no folder: the path of one ends with `/`.", field="path")
    content = await get_content(graph, viewer, version_id)
    version = content.version
    collected = Collected(path, after, first)
    groups = read_entries(objects, content.entity_id, version.digest, file_count=version.file_count, prefix=path)
    async with aclosing(groups):
        async for entries in groups:
            collected.add(entries)
    return collected.folder()


class Collected:
    """Puts entries that come in byte order together to items: what begins with the same name and `/` is one folder."""

    def __init__(self, path: str, after: str | None, first: int) -> None:
        self._path = path
        self._after = None if after is None else after.encode()
        self._first = first
        self._found: list[FolderItem] = []
        self._last: FolderItem | None = None
        self._count = 0

    def add(self, entries: Iterable[ManifestEntry]) -> None:
        for entry in entries:
            item = self._item_of(entry)
            item.file_count += 1
            item.size += entry.size

    def _item_of(self, entry: ManifestEntry) -> FolderItem:
        name, slash, _ = entry.path[len(self._path) :].partition("/")
        path = f"{self._path}{name}{slash}"
        if self._last is None or self._last.path != path:
            self._last = FolderItem(path, None if slash else entry)
            self._count += 1
            # One more than the page tells that others follow.
            if (self._after is None or path.encode() > self._after) and len(self._found) <= self._first:
                self._found.append(self._last)
        return self._last

    def folder(self) -> Folder:
        items = self._found[: self._first]
        return Folder(Page(items, [item.path for item in items], len(self._found) > self._first), self._count)
