"""One entry of a manifest: a file or a reference, and where a draft's file lies on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ._errors import ConflictError

if TYPE_CHECKING:
    from ._artifact import Artifact


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder whose files were added together: each entry keeps one pointer to it instead of a path of its own."""

    root: str
    prefix: str

    def locate(self, path: str) -> str:
        """Where the file of an entry lies."""
        return os.path.join(self.root, *path[len(self.prefix) :].split("/"))


@dataclass(slots=True)
class Entry:
    """A file (`digest`) or a reference (`ref` and `etag`).

    `origin` is where a draft has the bytes; None: in the cache, or in the store already.
    """

    path: str
    size: int
    digest: str | None = None
    ref: str | None = None
    etag: str | None = None
    extra: dict[str, Any] | None = None
    origin: Folder | str | None = None

    @property
    def local_path(self) -> str | None:
        """The file on this machine, if a draft knows one."""
        return self.origin.locate(self.path) if isinstance(self.origin, Folder) else self.origin

    @property
    def identity(self) -> tuple[str, ...]:
        """What must be equal for two entries of one path to be the same."""
        if self.ref is None:
            return (self.digest or "",)
        return (self.ref, self.etag or "", str(self.size))


class ArtifactEntry:
    """An entry as users see it: `path`, `size`, `digest` or `ref`, and its file by `download()`."""

    def __init__(self, artifact: Artifact, entry: Entry) -> None:
        self._artifact = artifact
        self._entry = entry

    def __repr__(self) -> str:
        return f"ArtifactEntry({self.path!r}, size={self.size}, {self.ref or self.digest})"

    @property
    def path(self) -> str:
        """The path inside the artifact, with '/' on every system."""
        return self._entry.path

    name = path

    @property
    def size(self) -> int:
        """Bytes; of a reference, as it was when it was added (0 if nobody said)."""
        return self._entry.size

    @property
    def digest(self) -> str:
        """The digest of the bytes; of a reference, its ETag, version or digest, or the URI if it was not checked."""
        return self._entry.digest or self._entry.etag or ""

    @property
    def ref(self) -> str | None:
        """The URI of a reference, None for a file."""
        return self._entry.ref

    @property
    def extra(self) -> dict[str, Any]:
        """What else is known of a reference, such as its version in the bucket."""
        return dict(self._entry.extra or {})

    @property
    def local_path(self) -> str | None:
        """Where the file lies on this machine, for an entry of a draft."""
        return self._entry.local_path

    def ref_target(self) -> str:
        """The URI of a reference.

        Raises:
            ConflictError: if the entry is a file of the artifact itself.
        """
        if self._entry.ref is None:
            raise ConflictError(f"{self.path!r} is a file of the artifact, not a reference.")
        return self._entry.ref

    def copied_to(self, path: str) -> Entry:
        """The same content under a path of another artifact."""
        return replace(self._entry, path=path, origin=self._entry.local_path)

    def download(self, root: str | os.PathLike[str] | None = None, skip_cache: bool = False) -> str:
        """Bring this one file to disk and return where it lies; arguments as for `Artifact.download`."""
        folder = self._artifact._download_entry(self._entry, root=root, skip_cache=skip_cache)
        return os.path.join(folder, *self.path.split("/"))
