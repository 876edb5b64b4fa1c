"""A version to a folder: what is there already stays, what the cache has is copied, the rest is fetched and checked.

A warm download asks the service nothing: manifest, layout and bytes are on this machine, by digest.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from time import time_ns

from ._cache import Cache, appearing, copy_file
from ._client import Client, print_notice
from ._digests import hash_file
from ._entry import Entry
from ._errors import ConflictError, HeadwaterError, InvalidInputError, MissingFileError, NotFoundError
from ._fetch import Fetcher, Wanted
from ._names_on_disk import NameCheck, probe
from ._progress import Transfer
from ._references import fetch_reference
from ._stored import StoredManifest
from ._threads import Crew
from ._transfer import THREADS

BATCH = 1000
FIELDS = 3  # size, mtime, ctime
FRESH_NANOSECONDS = 50_000_000
"""A file changed this recently could change again within one tick of the file system's clock: not to be trusted."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to bring where."""

    version_id: str
    digest: str
    name: str
    root: str
    prefix: str = ""
    is_exact: bool = False  # prefix is the whole path of one entry
    skip_cache: bool = False
    allow_missing_references: bool = False


@dataclass(slots=True)
class Target:
    """An entry, its number in the manifest, and its place on disk."""

    number: int
    entry: Entry
    path: str


@dataclass
class _Plan:
    """What the look at the folder found."""

    targets: list[Target] = field(default_factory=list)
    stats: array[int] = field(default_factory=lambda: array("q"))
    count: int = 0


def download(client: Client, request: Request, cache: Cache) -> str:
    """Bring the files of a version to a folder and return the folder.

    Raises:
        ConflictError: if the file system cannot hold the names.
        NotFoundError: if a file's bytes are lost, or a reference is gone or changed, naming it.
        UnavailableError: if the service or the store stays away.
    """
    root = os.path.abspath(request.root)
    manifest = StoredManifest(client, request.version_id, request.digest, cache)
    record = _Record(cache, root, request)
    try:
        os.makedirs(root, exist_ok=True)
    except OSError as error:
        raise _unwritable(root, error) from error
    plan = _look(manifest, request, root, record)
    if plan.targets:
        size = sum(target.entry.size for target in plan.targets)
        try:
            with Transfer(f"Downloading {request.name}", size) as progress:
                _Work(client, request, cache, manifest, progress).run(plan)
        except HeadwaterError:
            raise  # some of them are OSErrors too
        except OSError as error:
            raise _unwritable(root, error) from error
        # Without the record the next download only looks closer.
        with suppress(OSError):
            record.write(plan)
    return root


def _unwritable(root: str, error: OSError) -> HeadwaterError:
    return HeadwaterError(
        f"{error.filename or root!r} cannot be written: {error.strerror or error}. What came down so far stays, and "
        "the same call goes on from there; root='…' names another folder."
    )


class _Record:
    """What an earlier download of this version left in this folder: size and times of each file."""

    def __init__(self, cache: Cache, root: str, request: Request) -> None:
        key = hashlib.sha256(
            f"{root}\0{request.digest}\0{request.prefix}\0{request.is_exact}".encode("utf-8", "surrogateescape")
        )
        self._path = cache.placed_path(key.hexdigest())
        self.stats: array[int] = array("q")
        with suppress(OSError):
            with open(self._path, "rb") as file:
                self.stats.frombytes(file.read())

    def write(self, plan: _Plan) -> None:
        for target in plan.targets:
            at = target.number * FIELDS
            plan.stats[at : at + FIELDS] = array(
                "q", _stats(os.stat(target.path)) if os.path.exists(target.path) else _UNKNOWN
            )
        limit = time_ns() - FRESH_NANOSECONDS
        for target in plan.targets:
            if plan.stats[target.number * FIELDS + 2] > limit:
                plan.stats[target.number * FIELDS] = -1
        with appearing(self._path) as temporary, open(temporary, "xb") as file:
            plan.stats.tofile(file)


_UNKNOWN = (-1, 0, 0)


def _stats(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _look(manifest: StoredManifest, request: Request, root: str, record: _Record) -> _Plan:
    """Compare the folder with the record; what is not surely right becomes a target."""
    plan = _Plan()
    names = NameCheck(probe(root))
    known = record.stats

    def take(entry: Entry) -> None:
        if not entry.path.startswith(request.prefix) or (request.is_exact and entry.path != request.prefix):
            return
        path = os.path.join(root, *names.take(entry.path).split("/"))
        at = plan.count * FIELDS
        try:
            found = _stats(os.stat(path))
        except OSError:
            found = _UNKNOWN
        plan.stats.extend(found)
        is_recorded = len(known) >= at + FIELDS and found == (known[at], known[at + 1], known[at + 2])
        if not is_recorded or found == _UNKNOWN:
            plan.targets.append(Target(plan.count, entry, path))
        plan.count += 1

    def restart() -> None:
        nonlocal names
        names = NameCheck(probe(root))
        plan.targets.clear()
        plan.count = 0
        del plan.stats[:]

    manifest.each(take, restart)
    return plan


class _Work:
    """The threads of one download."""

    def __init__(
        self, client: Client, request: Request, cache: Cache, manifest: StoredManifest, progress: Transfer
    ) -> None:
        self._request = request
        self._cache = cache
        self._skips_cache = request.skip_cache
        self._manifest = manifest
        self._progress = progress
        self._fetcher = Fetcher(client, request.version_id, progress)

    def run(self, plan: _Plan) -> None:
        todo = iter(plan.targets)
        with Crew(THREADS) as threads, self._fetcher:
            try:
                while batch := list(islice(todo, BATCH)):
                    placed = list(threads.map(self._place, batch))
                    lacking = [target for target, is_placed in zip(batch, placed, strict=True) if not is_placed]
                    list(threads.map(self._fetch, *self._wanted(lacking)))
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def _place(self, target: Target) -> bool:
        """Whether the file is there already, or could be put there without the store."""
        entry = target.entry
        _check_free(target)
        if entry.ref is not None:
            self._bring_reference(target)
            return True
        digest = entry.digest or ""
        if _is_right(target.path, entry):
            self._progress.advance(entry.size)
            return True
        cached = None if self._request.skip_cache else self._cache.find(digest, entry.size)
        if cached is None:
            return False
        with appearing(target.path) as temporary:
            copy_file(cached, temporary)
        self._progress.advance(entry.size)
        return True

    def _bring_reference(self, target: Target) -> None:
        try:
            fetch_reference(target.entry, target.path)
        except NotFoundError as error:
            if not self._request.allow_missing_references:
                raise
            print_notice(f"left out: {error.message}")

    def _wanted(self, lacking: Sequence[Target]) -> tuple[list[Wanted], list[list[Target]]]:
        """Each digest once, with where it lies, and all its places on disk."""
        groups: dict[str, list[Target]] = {}
        for target in lacking:
            groups.setdefault(target.entry.digest or "", []).append(target)
        wanted = self._fetcher.prepare(self._manifest, [group[0].entry for group in groups.values()]) if groups else []
        return wanted, list(groups.values())

    def _fetch(self, wanted: Wanted, targets: Sequence[Target]) -> None:
        first, *others = targets
        if not self._skips_cache and self._fetch_into_cache(wanted):
            source = self._cache.blob_path(wanted.digest)
            others = list(targets)
        else:
            with appearing(first.path) as temporary:
                self._fetcher.fetch(wanted, temporary)
            source = first.path
        for target in others:
            with appearing(target.path) as temporary:
                copy_file(source, temporary)

    def _fetch_into_cache(self, wanted: Wanted) -> bool:
        """Bring a file into the cache; False if that has no room for it, which is no reason to fail."""
        try:
            with appearing(self._cache.blob_path(wanted.digest)) as temporary:
                self._fetcher.fetch(wanted, temporary)
                os.chmod(temporary, 0o444)
        except HeadwaterError:
            raise  # some of them are OSErrors too
        except OSError as error:
            if not self._skips_cache:
                self._skips_cache = True
                print_notice(f"the rest is not kept in the cache {self._cache.root}: {error.strerror or error}")
            return False
        return True


def _is_right(path: str, entry: Entry) -> bool:
    try:
        return os.stat(path).st_size == entry.size and hash_file(path).digest == entry.digest
    except OSError:
        return False


def _check_free(target: Target) -> None:
    if os.path.isdir(target.path) and not os.path.islink(target.path):
        raise ConflictError(f"{target.path!r} is a folder; the file {target.entry.path!r} is to be there.")


def remove_others(root: str, manifest: StoredManifest) -> None:
    """Delete the files of a folder that the version does not have, and folders left empty."""
    known = manifest.load()
    for folder, folders, files in os.walk(root, topdown=False):
        for name in files:
            path = os.path.join(folder, name)
            if _entry_path(root, path) not in known:
                os.unlink(path)
        for name in folders:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                os.unlink(path)
            elif not os.listdir(path):
                os.rmdir(path)


def verify(root: str, manifest: StoredManifest) -> int:
    """Compare every file of a folder with the version; return how many references were not checked.

    Raises:
        NotFoundError: if a file is missing.
        InvalidInputError: if a file differs, or there is one that the version does not have.
    """
    if not os.path.isdir(root):
        raise MissingFileError(
            f"There is no folder {root!r} to compare: download the version first, or name the folder with root='…'.",
            path=root,
        )
    known = manifest.load()
    for path in _files_below(root):
        if _entry_path(root, path) not in known:
            raise InvalidInputError(f"{path!r} is not in the version.")
    references = 0
    for entry in known.values():
        path = os.path.join(root, *entry.path.split("/"))
        if entry.ref is not None:
            references += 1
        elif (found := hash_file(path)).digest != entry.digest:
            raise InvalidInputError(f"{path!r} differs: it should be {entry.digest}, and is {found.digest}.")
    return references


def _files_below(root: str) -> Iterator[str]:
    for folder, _, files in os.walk(root):
        for name in files:
            yield os.path.join(folder, name)


def _entry_path(root: str, path: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")
