"""`headwater.lock`: what paths of versions mean for the programs that run beside it, as exact digests."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from ._cache import appearing
from ._errors import InvalidInputError
from ._names import DigestRef, IndexRef, VersionPath, parse_version_path
from ._version import LoggedVersion, Place

LOCKFILE = "headwater.lock"
FORMAT = 1


@dataclass(frozen=True)
class Pin:
    """What a path means: `version` is the complete path with the number, `digest` its content."""

    version: str
    digest: str
    type: str
    size: int
    file_count: int
    metadata: dict[str, Any]

    @property
    def exact(self) -> VersionPath:
        """The path that means this content and no other."""
        path = parse_version_path(self.version)
        return VersionPath(path.entity, path.container, path.name, DigestRef(self.digest))

    def as_version(self) -> LoggedVersion:
        """The version as far as the file tells of it, for a run that is offline."""
        path = parse_version_path(self.version)
        assert isinstance(path.ref, IndexRef), "checked when it was read"
        place = Place("", path.ref.index, "", path.entity, path.container, path.name, ())
        return LoggedVersion(
            place=place,
            source=place,
            is_link=False,
            type=self.type,
            digest=self.digest,
            size=self.size,
            file_count=self.file_count,
            description="",
            metadata=self.metadata,
            tags=(),
            state="COMMITTED",
            url="",
            created_at=datetime.fromtimestamp(0, UTC),
        )


def pin_of(version: LoggedVersion) -> Pin:
    """The pin of a version that the service described."""
    return Pin(
        version.place.path, version.digest, version.type, version.size, version.file_count, dict(version.metadata)
    )


def read_lockfile(path: Path | None = None) -> dict[str, Pin]:
    """The pins of a lockfile by the complete paths that they are for; none if there is no file.

    Raises:
        InvalidInputError: if it is damaged, or of a newer version of Headwater.
    """
    path = Path(LOCKFILE) if path is None else path
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        document = orjson.loads(content)
        pins = {name: Pin(**pin) for name, pin in document["versions"].items()}
        is_whole = document["format"] == FORMAT and all(
            isinstance(parse_version_path(pin.version).ref, IndexRef) for pin in pins.values()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"{path.absolute()} is no lockfile: {error}. `headwater lock` writes one.") from error
    if not is_whole:
        raise InvalidInputError(f"{path.absolute()} is of another version of Headwater: write it anew.")
    return pins


def write_lockfile(pins: dict[str, Pin], path: Path | None = None) -> None:
    """Write a lockfile, the same bytes for the same pins."""
    document = {"format": FORMAT, "versions": {name: asdict(pins[name]) for name in sorted(pins)}}
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
    with appearing(os.path.abspath(LOCKFILE if path is None else path)) as temporary:
        Path(temporary).write_bytes(orjson.dumps(document, option=options))


def find_pin(path: VersionPath, *, unknown_entity: str) -> Pin | None:
    """The pin of a path in the lockfile here. A path of the unknown entity is that of any entity, if there is one."""
    pins = read_lockfile()
    if path.entity != unknown_entity:
        return pins.get(str(path))
    rest = str(path).partition("/")[2]
    fitting = [pin for name, pin in pins.items() if name.partition("/")[2] == rest]
    return fitting[0] if len(fitting) == 1 else None
