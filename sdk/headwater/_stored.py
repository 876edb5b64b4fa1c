"""Manifest and layout of a version: fetched once, checked, kept by digest, read as streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from . import _operations
from ._cache import Cache, appearing
from ._client import Client
from ._entry import Entry
from ._errors import HeadwaterError, NotFoundError, UnavailableError
from ._manifest import read_manifest, read_rows
from ._transfer import Expired, fetch

PIECE = 64 * 1024
ROUNDS = 3
"""How often an address is asked for before the clocks are to blame."""


class Location(NamedTuple):
    """Where the bytes of a digest lie: a stretch of a blob."""

    blob: str
    offset: int


class StoredManifest:
    """The manifest of one artifact version, by its id and its digest."""

    def __init__(self, client: Client, version_id: str, digest: str, cache: Cache) -> None:
        self._client = client
        self._version_id = version_id
        self._digest = digest
        self._cache = cache

    def load(self) -> dict[str, Entry]:
        """All entries by path."""
        entries: dict[str, Entry] = {}

        def take(entry: Entry) -> None:
            entries[entry.path] = entry

        self._read(take, entries.clear)
        return entries

    def each(self, take: Callable[[Entry], None], restart: Callable[[], None]) -> None:
        """Give each entry to `take`, in order; `restart` is called first when the copy here was damaged."""
        self._read(take, restart)

    def _read(self, take: Callable[[Entry], None], restart: Callable[[], None]) -> None:
        path = self._cache.manifest_path(self._digest)
        if os.path.exists(path):
            with suppress(HeadwaterError):
                if read_manifest(_pieces(path), take) == self._digest:
                    return
            # Damaged on disk: what it said does not count.
            restart()
        self._fetch(path)
        if (found := read_manifest(_pieces(path), take)) != self._digest:
            os.unlink(path)
            raise HeadwaterError(f"The manifest of {self._digest} that the store gives has the digest {found}.")

    def locate(self, digests: set[str]) -> dict[str, Location]:
        """Where the bytes of some digests lie.

        Raises:
            NotFoundError: if the layout does not know one.
        """
        path = self._cache.layout_path(self._digest)
        found = self._locations(path, digests) if os.path.exists(path) else {}
        if len(found) < len(digests):
            self._fetch_layout(path)
            found = self._locations(path, digests)
        for digest in digests - found.keys():
            raise NotFoundError(f"The layout of the version does not say where {digest} lies.")
        return found

    def forget_layout(self) -> None:
        """Ask for the layout again the next time: the collector may have moved bytes."""
        with suppress(FileNotFoundError):
            os.unlink(self._cache.layout_path(self._digest))

    def _locations(self, path: str, digests: set[str]) -> dict[str, Location]:
        rows = read_rows(_pieces(path))
        return {row["digest"]: Location(row["blob"], row["offset"]) for row in rows if row["digest"] in digests}

    def _fetch(self, path: str) -> None:
        self._save("url", path)

    def _fetch_layout(self, path: str) -> None:
        self._save("layoutUrl", path)

    def _save(self, which: str, path: str) -> None:
        for _ in range(ROUNDS):
            # An address that was too old when it was used is asked for anew.
            with suppress(Expired):
                _save(self._addresses()[which], path)
                return
        raise UnavailableError("The addresses of the list of files expire at once: compare the clocks.")

    def _addresses(self) -> dict[str, Any]:
        node = self._client.execute(_operations.GET_MANIFEST, {"id": self._version_id})["node"]
        if not node or "manifest" not in node:
            raise NotFoundError("The version is gone, or your key may no longer see it.")
        manifest: dict[str, Any] = node["manifest"]
        return manifest


def _save(url: str, path: str) -> None:
    def take(blocks: Iterable[bytes]) -> None:
        with appearing(path) as temporary, open(temporary, "xb") as file:
            file.writelines(blocks)

    fetch(url, take)


def _pieces(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece
