"""Where everything on this machine lies: one folder per user, and the few files in it that must be private."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from headwater_service.errors import ConflictError


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one user's local Headwater, mode 0700."""

    root: Path

    @property
    def provisioned(self) -> Path:
        """Programs of fixed versions; may be deleted at any time, the next `up` brings them again."""
        return self.root / "provisioned"

    @property
    def data(self) -> Path:
        """What `reset` deletes."""
        return self.root / "data"

    @property
    def neo4j(self) -> Path:
        return self.data / "neo4j"

    @property
    def minio(self) -> Path:
        return self.data / "minio"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def ports_file(self) -> Path:
        return self.root / "ports.json"

    @property
    def credentials_file(self) -> Path:
        # Beside the data: with other credentials the data could not be read any more.
        return self.data / "credentials.json"

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def settings_file(self) -> Path:
        return self.root / "settings.toml"

    def create(self) -> None:
        """Make the folders, for this user alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.provisioned, self.data, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)


def home_from(environment: Mapping[str, str] = os.environ) -> Home:
    """Return the folder that HEADWATER_HOME names, else the platform's own for data of programs."""
    given = environment.get("HEADWATER_HOME")
    return Home(Path(given).expanduser().absolute() if given else platformdirs.user_data_path("headwater", False))


def read_json(path: Path) -> dict[str, Any]:
    """Return what a file holds; nothing if it is not there."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ConflictError(f"{path} is damaged: it should hold a JSON object.")
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file at once; only this user can read it."""
    write_private(path, json.dumps(content, indent=2, sort_keys=True).encode() + b"\n")


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once, mode 0600."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


@contextlib.contextmanager
def locked(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold a lock file that the system gives up when its holder dies.

    Raises ConflictError when another program still holds it after `seconds`.
    """
    end = time.monotonic() + seconds
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= end:
                    raise ConflictError(f"Another headwater command is still at work (it holds {path}).") from error
                time.sleep(0.1)
            else:
                break
        yield
