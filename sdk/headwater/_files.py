"""The files of a run itself: media that were logged, and what `run.save` keeps."""

from __future__ import annotations

import glob as globbing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import _run_operations as operations
from ._cache import write_whole
from ._client import Client
from ._console import write
from ._digests import hash_file
from ._errors import ConflictError, HeadwaterError, InvalidInputError, NotFoundError, UnavailableError
from ._history import MediaFile
from ._names import check_entry_path
from ._threads import hire
from ._upload import Blob, expect_uploads, upload_blobs

BATCH = 200
LONGEST_PAUSE = 30.0
MOST_CHANGES = 5
LOOK_SECONDS = 10.0  # between two looks at files that are kept as they change
POLICIES = ("live", "now", "end")


@dataclass(frozen=True)
class Pending:
    """A file on its way: its name in the run, and where it lies."""

    name: str
    path: Path


@dataclass(frozen=True)
class Saved:
    """A file of the user's that is kept again when it is another one: what it was, and whether before the end."""

    path: Path
    mark: tuple[int, int] | None
    is_live: bool

    def has_changed(self) -> bool:
        """Whether it is there, and not what was kept."""
        try:
            return _mark(self.path) != self.mark
        except OSError:
            return False


class RunFiles:
    """Uploads the files of a run in the background, several at a time. A failure waits for `finish`."""

    def __init__(self, client: Client, run_id: str, entity: str, folder: Path) -> None:
        self._client = client
        self._run_id = run_id
        self._entity = entity
        self._folder = folder
        self._saved: dict[str, Saved] = {}
        self._names: set[str] = set()
        self._looked_at = 0.0
        self._sent_media: set[str] = set()
        self.media = 0
        self.others = 0
        self._begin()

    def _begin(self) -> None:
        self._pending: list[Pending] = []
        self._makers: list[Callable[[], list[str]]] = []
        self._changed = threading.Condition()
        self._working = False
        self._failure: HeadwaterError | None = None
        self._deadline: float | None = None
        self._away: UnavailableError | None = None

    def after_fork(self) -> None:
        """Forget what a thread of the parent does, and what the parent keeps."""
        self._saved = {}
        self._begin()

    def add_media(self, file: MediaFile) -> None:
        """Keep a logged image or plot: in the journal folder now, in the service soon."""
        if file.path in self._sent_media:
            return
        path = self._folder / file.path
        write_whole(path, file.content)
        self._sent_media.add(file.path)
        self.media += 1
        self._add(Pending(file.path, path))

    def add_saved(self, name: str, path: Path, policy: str = "live") -> None:
        """Keep a file of the user's: now, and again as it changes (live), only now, or at the end."""
        if name not in self._names:
            self._names.add(name)
            self.others += 1
        if policy == "now":
            self._saved.pop(name, None)
        else:
            self._saved[name] = Saved(path, None if policy == "end" else _mark(path), policy == "live")
        if policy != "end":
            self._add(Pending(name, path))

    def look(self) -> None:
        """Keep again what has changed of the files that are live, from time to time and not while others wait."""
        if self._working or time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        for name, saved in list(self._saved.items()):
            if saved.is_live and saved.has_changed():
                self.add_saved(name, saved.path)

    def add_made(self, make: Callable[[], list[str]]) -> None:
        """Keep files of the journal folder that a function makes in the background: it returns their names."""
        with self._changed:
            self._makers.append(make)
        self._begin_work()

    def finish(self, patience: float = 600.0) -> None:
        """Wait until all files are there.

        Args:
            patience: Seconds to keep trying while the service is away.

        Raises:
            HeadwaterError: why some are not.
        """
        deadline = time.monotonic() + patience
        for name, saved in list(self._saved.items()):
            if saved.has_changed():
                self.add_saved(name, saved.path)
        with self._changed:
            self._deadline = deadline
            self._changed.notify_all()
            while self._working and self._failure is None:
                if self._away is not None and time.monotonic() > deadline:
                    self._failure = self._away
                else:
                    self._changed.wait(0.2)
        if self._failure is not None:
            raise self._failure

    def _add(self, pending: Pending) -> None:
        with self._changed:
            self._pending = [other for other in self._pending if other.name != pending.name] + [pending]
        expect_uploads()
        self._begin_work()

    def _begin_work(self) -> None:
        with self._changed:
            starts = not self._working
            self._working = True
        if starts and not hire(self._work):
            self._work()

    def _work(self) -> None:
        while True:
            self._make()
            with self._changed:
                if self._makers:
                    continue
                if not self._pending:
                    self._working = False
                    self._changed.notify_all()
                    return
                batch, self._pending = self._pending[:BATCH], self._pending[BATCH:]
            failure = self._send(batch)
            with self._changed:
                self._failure = self._failure or failure
                self._changed.notify_all()

    def _make(self) -> None:
        with self._changed:
            makers, self._makers = self._makers, []
        for make in makers:
            try:
                names = make()
            except OSError as error:
                # A full disk, most often: the run itself is not the worse for it.
                write(f"Not all files of the run could be written: {error}")
                continue
            with self._changed:
                self._pending += [Pending(name, self._folder / name) for name in names]

    def _send(self, batch: list[Pending]) -> HeadwaterError | None:
        """Upload some files; the reason if it cannot be done. While the service is away, this goes on trying."""
        pause, changes = 1.0, 0
        while True:
            try:
                self._upload(batch)
                self._away = None
                return None
            except ConflictError as error:
                # A file changed between its hash and its upload: what it is now counts.
                changes += 1
                if changes > MOST_CHANGES:
                    return error
            except UnavailableError as error:
                self._away = error
                if self._deadline is not None and time.monotonic() > self._deadline:
                    return error
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE if self._deadline is None else 5.0)
            except HeadwaterError as error:
                return error
            except OSError as error:
                return NotFoundError(f"A file of the run cannot be read: {error}")

    def _upload(self, batch: list[Pending]) -> None:
        hashed = [(pending, hash_file(pending.path)) for pending in batch]
        # Of equal files one is enough.
        blobs = {found.digest: Blob(found.digest, found.size, str(p.path), found.parts) for p, found in hashed}
        upload_blobs(self._client, self._entity, blobs.values())
        files = [{"path": p.name, "digest": found.digest, "size": found.size} for p, found in hashed]
        self._client.mutate(operations.ATTACH_RUN_FILES, {"runId": self._run_id, "files": files})


def matching(glob: str | os.PathLike[str], base_path: str | os.PathLike[str] | None) -> dict[str, Path]:
    """The files that a pattern means, by their names in the run.

    Raises:
        NotFoundError: if there is none.
        InvalidInputError: if one of them does not lie under `base_path`.
    """
    pattern = os.fspath(glob)
    if base_path is not None and not os.path.isabs(pattern):
        pattern = os.path.join(os.fspath(base_path), pattern)
    paths = [pattern] if os.path.exists(pattern) else sorted(globbing.glob(pattern, recursive=True))
    files = [file for path in paths for file in _files_under(Path(path))]
    if not files:
        raise NotFoundError(f"No file matches {os.fspath(glob)!r}, seen from {os.getcwd()}.")
    # The program may go to another folder before they are read.
    return {check_entry_path(_name_in_run(path, base_path)): path.absolute() for path in files}


def _files_under(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    return [path]


def _name_in_run(path: Path, base_path: str | os.PathLike[str] | None) -> str:
    base = Path(os.path.abspath(Path.cwd() if base_path is None else base_path))
    absolute = Path(os.path.abspath(path))
    if absolute.is_relative_to(base):
        return absolute.relative_to(base).as_posix()
    if base_path is None:
        return absolute.name
    raise InvalidInputError(f"{str(path)!r} does not lie under base_path, {str(base)!r}.")


def _mark(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
