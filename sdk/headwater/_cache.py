"""Bytes on this machine by digest: what was downloaded, and what a draft keeps until it is uploaded.

A cached file is write-protected and never handed out itself: downloads get a copy, or a clone where the file system
shares blocks. A hard link would be cheaper, but editing one downloaded file would change the cache and every other
download of it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from ._client import print_notice
from ._digests import parse_digest

READ_ONLY = 0o444
COPY_BYTES = 1 << 30  # at most this much in one copy_file_range call


class Cache:
    """The folder `cache` in HEADWATER_HOME. Safe for any number of threads and processes: files appear whole."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def blob_path(self, digest: str) -> str:
        """Where the bytes of a digest lie, if they are there."""
        algorithm, _, name = digest.partition(":")
        parse_digest(digest)  # a digest from the wire is about to become a path
        return os.path.join(self.root, "blobs", algorithm, name[:2], name)

    def manifest_path(self, digest: str) -> str:
        """Where the manifest of a version's digest lies."""
        return os.path.join(self.root, "manifests", _hex(digest) + ".ndjson.gz")

    def layout_path(self, digest: str) -> str:
        """Where the layout of a version's digest lies."""
        return os.path.join(self.root, "layouts", _hex(digest) + ".ndjson.gz")

    def placed_path(self, key: str) -> str:
        """Where the record lies of what a download put into a folder."""
        return os.path.join(self.root, "placed", key)

    def find(self, digest: str, size: int) -> str | None:
        """The path of the bytes of a digest, or None."""
        path = self.blob_path(digest)
        try:
            status = os.stat(path)
        except OSError:
            return None
        return path if status.st_size == size else None

    def forget(self, digest: str) -> None:
        """Remove bytes that turned out to be wrong."""
        with suppress(FileNotFoundError):
            os.unlink(self.blob_path(digest))

    def keep_copy(self, digest: str, source: str) -> str:
        """Copy a file in; the caller knows that its bytes have this digest."""
        return self._put(digest, lambda temporary: copy_file(source, temporary))

    def keep_moved(self, digest: str, source: str) -> str:
        """Move a file of ours in."""
        path = self.blob_path(digest)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            os.replace(source, path)
        except OSError:  # another file system
            path = self.keep_copy(digest, source)
            os.unlink(source)
        os.chmod(path, READ_ONLY)
        return path

    def keep_linked(self, digest: str, source: str) -> str:
        """Give the bytes of another cache a second name here, or copy them from another file system."""

        def write(temporary: str) -> None:
            try:
                os.link(source, temporary)
            except OSError:
                copy_file(source, temporary)

        return self._put(digest, write)

    def known_path(self, key: str) -> str:
        """Where it is written what a path of a version meant when it was last used."""
        return os.path.join(self.root, "versions", key[:2], key + ".json")

    def _put(self, digest: str, write: Callable[[str], None]) -> str:
        path = self.blob_path(digest)
        with appearing(path) as temporary:
            write(temporary)
            os.chmod(temporary, READ_ONLY)
        return path

    @contextmanager
    def scratch_folder(self) -> Iterator[str]:
        """A folder beside the cached bytes, so that a file can be moved in; removed at the end."""
        os.makedirs(self.root, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="tmp-", dir=self.root) as folder:
            yield folder


def default_cache() -> Cache:
    """The cache of this user."""
    from ._settings import read_settings

    root = read_settings().home / "cache"
    return Cache(root if _is_writable(root) else _temporary_root(root))


def _is_writable(root: Path) -> bool:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(root, os.W_OK | os.X_OK)


@cache
def _temporary_root(root: Path) -> Path:
    """A cache for as long as this process lives, where the user's own cannot be written."""
    folder = tempfile.mkdtemp(prefix="headwater-cache-")
    atexit.register(_remove, folder, os.getpid())
    print_notice(
        f"The cache {root} cannot be written; this process has one of its own in {folder}. "
        "HEADWATER_HOME names a better place."
    )
    return Path(folder)


def _remove(folder: str, process: int) -> None:
    # A forked child ends as well, and must not take it from its parent.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _hex(digest: str) -> str:
    return parse_digest(digest).hex


@contextmanager
def appearing(path: str) -> Iterator[str]:
    """A name to write to; the file appears under its final name, whole, when the block ends without an error."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    # Short, so that a name of 255 bytes has room for it: the final name is no part.
    temporary = os.path.join(folder, f".headwater-{os.urandom(8).hex()}")
    try:
        yield temporary
        _replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of the journal: whoever is killed meanwhile leaves none that a sync would take for it."""
    with appearing(str(path)) as temporary, open(temporary, "xb") as file:
        file.write(content)


def _replace(temporary: str, path: str) -> None:
    try:
        os.replace(temporary, path)
    except PermissionError:
        # Windows refuses to replace a write-protected file.
        os.chmod(path, stat.S_IWRITE)
        os.replace(temporary, path)


def copy_file(source: str, target: str) -> None:
    """Copy bytes to a new file; the kernel shares the blocks where the file system can."""
    if not hasattr(os, "copy_file_range"):
        shutil.copyfile(source, target)
        return
    with open(source, "rb", buffering=0) as reader, open(target, "xb", buffering=0) as writer:
        left = os.fstat(reader.fileno()).st_size
        try:
            while left > 0:
                count = os.copy_file_range(reader.fileno(), writer.fileno(), min(left, COPY_BYTES))
                if count == 0:
                    break
                left -= count
        except OSError:
            # Not between these two file systems.
            reader.seek(0)
            writer.seek(0)
            shutil.copyfileobj(reader, writer, 1 << 18)
