"""What a draft artifact holds: files are hashed as they are added, in threads, and checked by the rules of names."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from functools import cached_property
from itertools import islice
from typing import Literal

from ._cache import Cache, default_cache
from ._client import print_notice
from ._digests import SMALLEST_PART, FileHash, hash_file, hashing_threads
from ._entry import Entry, Folder
from ._errors import ConflictError, HeadwaterError, InvalidInputError, MissingFileError, PermissionDeniedError
from ._names import check_entry_path, normal_path
from ._progress import Transfer

Policy = Literal["mutable", "immutable"]
"""mutable: a copy is kept until the upload, so the file may change meanwhile. immutable: uploaded from where it is."""

SUBMITTED_AHEAD = 2000


class Draft:
    """Entries by path, and the digests of the parts of large files, which the upload needs again."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: dict[str, Entry] = {}
        self.parts: dict[str, tuple[bytes, ...]] = {}
        self._normal: dict[str, str] = {}
        for entry in entries:
            self._enter(entry)

    @cached_property
    def cache(self) -> Cache:
        """Where copies of mutable files are kept."""
        return default_cache()

    def put(self, entry: Entry, *, overwrite: bool) -> Entry:
        """Add an entry. The same path with the same content is no change.

        Raises:
            InvalidInputError: if the path breaks a rule, or holds other content and `overwrite` is not given.
        """
        check_entry_path(entry.path)
        present = self.entries.get(entry.path)
        if present is not None and present.identity == entry.identity:
            return present
        if present is not None and not overwrite:
            raise InvalidInputError(
                f"{entry.path!r} is in the artifact already, with other content. Use overwrite=True to replace it."
            )
        self._enter(entry)
        return entry

    def _enter(self, entry: Entry) -> None:
        normal = normal_path(entry.path)
        # An ASCII path is its own normal form, so only others need the second index.
        other = self._normal.get(normal, normal if normal in self.entries else None)
        if other is not None and other != entry.path:
            raise InvalidInputError(
                f"The names {other!r} ({other.encode()!r}) and {entry.path!r} ({entry.path.encode()!r}) are equal "
                "after Unicode normalisation (NFC), and some file systems cannot hold both. Rename one."
            )
        if not normal.isascii():
            self._normal[normal] = entry.path
        self.entries[entry.path] = entry

    def remove(self, path: str) -> None:
        """Remove the entry of a path, or all entries below it.

        Raises:
            MissingFileError: if there is neither.
        """
        below = path.rstrip("/") + "/"
        found = [path] if path in self.entries else [other for other in self.entries if other.startswith(below)]
        if not found:
            raise MissingFileError(f"The artifact has no entry {path!r}.", path=path)
        for other in found:
            del self.entries[other]
            self._normal.pop(normal_path(other), None)

    def add_file(self, local_path: str, name: str, *, overwrite: bool, policy: Policy) -> Entry:
        """Hash a file, keep a copy if it may change, and add its entry."""
        check_entry_path(name)
        with hashing_threads() as threads:
            found = self._take(local_path, policy=policy, threads=threads)
        return self.put(self._entry(name, local_path, found, policy=policy), overwrite=overwrite)

    def adopt_file(self, local_path: str, name: str, *, overwrite: bool) -> Entry:
        """Add a file of our own making and move it into the cache."""
        check_entry_path(name)
        with hashing_threads() as threads:
            found = hash_file(local_path, executor=threads)
        entry = self.put(Entry(name, found.size, digest=found.digest), overwrite=overwrite)
        self.cache.keep_moved(found.digest, local_path)
        self._note_parts(found)
        return entry

    def add_folder(self, root: str, prefix: str, *, merge: bool, policy: Policy) -> None:
        """Add all files below a folder, in order of their paths; `merge` replaces entries that differ."""
        folder = Folder(os.path.abspath(root), prefix)
        files = sorted((check_entry_path(prefix + name), size) for name, size in walk_files(root))
        total = sum(size for _, size in files)
        with hashing_threads() as threads, Transfer(f"Hashing {root}", total) as progress:
            for path, found in self._hash_all(folder, files, policy=policy, threads=threads):
                progress.advance(found.size)
                self.put(self._entry(path, folder, found, policy=policy), overwrite=merge)

    def _hash_all(
        self, folder: Folder, files: list[tuple[str, int]], *, policy: Policy, threads: Executor
    ) -> Iterator[tuple[str, FileHash]]:
        """Hash small files a thread each, the parts of large ones over all threads; yield in the given order."""
        todo = iter(files)
        window: list[tuple[str, Future[FileHash] | None]] = []
        while chunk := list(islice(todo, SUBMITTED_AHEAD)):
            for path, size in chunk:
                large = size > SMALLEST_PART
                work = None if large else threads.submit(self._take, folder.locate(path), policy=policy, threads=None)
                window.append((path, work))
            for path, work in window:
                # A large file waits its turn here: its parts must not queue behind themselves.
                found = work.result() if work else self._take(folder.locate(path), policy=policy, threads=threads)
                yield path, found
            window.clear()

    def _take(self, local_path: str, *, policy: Policy, threads: Executor | None) -> FileHash:
        """Hash a file and, if it may change, put a copy of just these bytes into the cache."""
        before = _state_of(local_path)
        try:
            found = hash_file(local_path, executor=threads)
        except HeadwaterError:
            raise  # some of them are OSErrors too
        except OSError as error:
            raise unreadable(local_path, error) from error
        if policy == "mutable" and self.cache.find(found.digest, found.size) is None:
            self._copy(local_path, found)
        if _state_of(local_path) != before:
            self.cache.forget(found.digest)
            raise InvalidInputError(f"{local_path!r} changed while it was added: add it when nothing writes to it.")
        return found

    def _copy(self, local_path: str, found: FileHash) -> None:
        try:
            self.cache.keep_copy(found.digest, local_path)
        except OSError as error:
            # A full disk must not stop a training; the store refuses the upload if the file has changed by then.
            print_notice(f"no copy of {local_path!r} could be kept ({error}): leave the file as it is until it is sent")

    def _entry(self, path: str, origin: Folder | str, found: FileHash, *, policy: Policy) -> Entry:
        self._note_parts(found)
        if policy == "mutable" and self.cache.find(found.digest, found.size) is not None:
            return Entry(path, found.size, digest=found.digest)
        if isinstance(origin, str):
            origin = os.path.abspath(origin)
        return Entry(path, found.size, digest=found.digest, origin=origin)

    def _note_parts(self, found: FileHash) -> None:
        if len(found.parts) > 1:
            self.parts[found.digest] = found.parts

    def check_tree(self) -> None:
        """Refuse a file whose path is also a folder of another.

        Raises:
            ConflictError: naming both.
        """
        known: set[str] = set()
        for path in self.entries:
            folder = path.rpartition("/")[0]
            while folder and folder not in known:
                if folder in self.entries:
                    raise ConflictError(f"{folder!r} is a file and, because of {path!r}, also a folder. Rename one.")
                known.add(folder)
                folder = folder.rpartition("/")[0]


def _state_of(path: str) -> tuple[int, int, int, int]:
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        raise MissingFileError(f"There is no file {path!r}.", path=path) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise InvalidInputError(f"{path!r} is a folder: use add_dir.")
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInputError(f"{path!r} is no regular file.")
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def walk_files(root: str) -> Iterator[tuple[str, int]]:
    """Yield the path (with '/') and size of each file below a folder, through symbolic links, each loop cut once.

    Raises:
        MissingFileError: if the folder does not exist, or a link leads nowhere.
        InvalidInputError: if the root is no folder, or something below is neither file nor folder.
    """
    if not os.path.exists(root):
        raise MissingFileError(f"There is no folder {root!r}.", path=root)
    if not os.path.isdir(root):
        raise InvalidInputError(f"{root!r} is no folder: use add_file.")
    yield from _walk(root, "", ancestors=())


def _walk(folder: str, prefix: str, *, ancestors: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, int]]:
    here = _identity(os.stat(folder))
    if here in ancestors:
        return
    try:
        items = os.scandir(folder)
    except OSError as error:
        raise unreadable(folder, error) from error
    with items:
        for item in items:
            try:
                status = item.stat()
            except FileNotFoundError as error:
                raise MissingFileError(f"The link {item.path!r} leads nowhere.", path=item.path) from error
            except OSError as error:
                raise unreadable(item.path, error) from error
            if stat.S_ISDIR(status.st_mode):
                yield from _walk(item.path, prefix + item.name + "/", ancestors=(*ancestors, here))
            elif stat.S_ISREG(status.st_mode):
                yield prefix + item.name, status.st_size
            else:
                raise InvalidInputError(f"{item.path!r} is neither a file nor a folder.")


def unreadable(path: str, error: OSError) -> HeadwaterError:
    """The error for a file or folder that is there and cannot be read."""
    if error.errno == errno.ELOOP:
        return MissingFileError(f"The link {path!r} leads nowhere: it leads back to itself.", path=path)
    if isinstance(error, PermissionError):
        return PermissionDeniedError(f"You may not read {path!r}: change its rights, or leave it out.")
    return InvalidInputError(f"{path!r} cannot be read: {error.strerror or error}.")


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def folder_prefix(name: str | None) -> str:
    """The beginning of the paths of a folder that is added under a name."""
    if not name or name.strip("/") in ("", "."):
        return ""
    return check_entry_path(name.rstrip("/")) + "/"


def temporary_name(name: str, digest: str) -> str:
    """A name for a file that only has a temporary one: its stem becomes the beginning of its digest."""
    folder, slash, base = name.rpartition("/")
    _stem, dot, rest = base.partition(".")
    return f"{folder}{slash}{digest.partition(':')[2][:20]}{dot}{rest}"
