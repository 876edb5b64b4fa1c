"""Names, paths of versions and paths of entries: parsed, normalised and refused here, before anything is sent.

The service has the same rules; `tests/vectors/paths.json` is the table that holds both to them.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from ._errors import InvalidInputError

LONGEST_NAME = 128
LONGEST_ENTITY = 64
LONGEST_PATH_BYTES = 1024
LONGEST_SEGMENT_BYTES = 255
LARGEST_INDEX = 2**31 - 1  # a GraphQL Int
RESERVED = "-"
REGISTRY = "model-registry"  # the registry that every entity has from the start
RESERVED_ENTITIES = frozenset(
    {
        "-",
        "api",
        "assets",
        "docs",
        "favicon.ico",
        "files",
        "graphiql",
        "graphql",
        "healthz",
        "metrics",
        "readyz",
        "robots.txt",
        "sign-in",
        "static",
    }
)
_VERSION = re.compile(r"v[0-9]+", re.ASCII)
_CANONICAL_VERSION = re.compile(r"v(0|[1-9][0-9]*)", re.ASCII)
_DIGEST_PREFIX = re.compile(r"sha256:[0-9a-f]{8,64}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_ENTITY = re.compile(r"[\w.\-]+")
_DRIVE = re.compile(r"[A-Za-z]:/")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# Control characters, lone surrogates, and the two separators that end a line in a browser.
_REFUSED_IN_NAME = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class IndexRef:
    """`v3`: a version by its number."""

    index: int

    def __str__(self) -> str:
        return f"v{self.index}"


@dataclass(frozen=True, slots=True)
class AliasRef:
    """`production`, or `production@2026-05-01T00:00:00Z`: where an alias points, now or at a time."""

    alias: str
    at: datetime | None = None

    def __str__(self) -> str:
        return self.alias if self.at is None else f"{self.alias}@{format_time(self.at)}"


@dataclass(frozen=True, slots=True)
class DigestRef:
    """`sha256:0123abcd…`: a version by the beginning of its digest."""

    digest: str

    def __str__(self) -> str:
        return self.digest


Ref = IndexRef | AliasRef | DigestRef
LATEST = AliasRef("latest")


@dataclass(frozen=True, slots=True)
class VersionPath:
    """`entity/container/name:ref`, complete; the container is a project or a registry."""

    entity: str
    container: str
    name: str
    ref: Ref

    def __str__(self) -> str:
        return f"{self.entity}/{self.container}/{self.name}:{self.ref}"


def parse_version_path(text: str, *, entity: str | None = None, project: str | None = None) -> VersionPath:
    """Parse `[[entity/]container/]name[:ref]`; missing parts are the given entity and project.

    Raises:
        InvalidInputError: if it breaks a rule of paths, or a part is missing and has no default.
    """
    path, separator, ref = check_text(text, "path of a version").partition(":")
    parts = path.split("/")
    if len(parts) > 3:
        raise InvalidInputError(f"{text!r} has {len(parts)} parts; a path has at most three: entity/project/name.")
    parsed_ref = parse_ref(ref, whole=text) if separator else LATEST
    name = check_name(parts[-1], what="artifact name")
    container = check_name(parts[-2], what="project name") if len(parts) > 1 else project
    owner = check_entity(parts[0]) if len(parts) > 2 else entity
    if container is None:
        raise InvalidInputError(f"{text!r} names no project and there is no default one: write project/{name}.")
    if owner is None:
        raise InvalidInputError(f"{text!r} names no entity and there is no default: write entity/{container}/{name}.")
    return VersionPath(owner, container, name, parsed_ref)


def parse_ref(ref: str, *, whole: str = "") -> Ref:
    """Parse what follows the first ':' of a path."""
    whole = whole or ref
    if not ref:
        raise InvalidInputError(f"{whole!r} has nothing after the ':'; leave the ':' out for the latest version.")
    if ref.startswith("sha256:"):
        if not _DIGEST_PREFIX.fullmatch(ref):
            raise InvalidInputError(f"{whole!r}: a digest is 'sha256:' and 8 to 64 lower-case hexadecimal digits.")
        return DigestRef(ref)
    alias, at, time = ref.partition("@")
    if _VERSION.fullmatch(alias):
        return _index_ref(alias, whole=whole, has_time=bool(at))
    name = check_name(alias, what="alias")
    return AliasRef(name, parse_time(time, whole=whole)) if at else AliasRef(name)


def _index_ref(version: str, *, whole: str, has_time: bool) -> IndexRef:
    if has_time:
        raise InvalidInputError(f"{whole!r}: a version number never moves, so it takes no '@' and time.")
    if not _CANONICAL_VERSION.fullmatch(version):
        raise InvalidInputError(f"{whole!r}: write the version number without leading zeros.")
    if len(version) > 11 or int(version[1:]) > LARGEST_INDEX:
        raise InvalidInputError(f"{whole!r}: version numbers end at v{LARGEST_INDEX}.")
    return IndexRef(int(version[1:]))


def parse_time(text: str, *, whole: str = "") -> datetime:
    """Parse an RFC 3339 time with its offset; a day alone is its start in UTC.

    Args:
        text: The time.
        whole: What it is a part of, for the message.

    Raises:
        InvalidInputError: if it is neither.
    """
    place = f"{whole!r}: " if whole else ""
    complete = f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text
    if not _TIME.fullmatch(complete):
        raise InvalidInputError(
            f"{place}{text!r} is no time. Write RFC 3339 with its offset, as 2026-05-01T09:30:00Z, or a day, as "
            "2026-05-01, for its start in UTC."
        )
    try:
        # Python reads no more than six digits of a second; finer ones are cut.
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", complete.upper())).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"{place}{text!r} is no time: {error}.") from error


def format_time(time: datetime) -> str:
    """RFC 3339 in UTC with microseconds, as everywhere in the API."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_name(name: str, *, what: str = "name") -> str:
    """Return the NFC form of a name of a project, a collection, a type or an alias.

    Raises:
        InvalidInputError: if it is empty, too long, reserved, or holds a character that names never hold.
    """
    normal = unicodedata.normalize("NFC", check_text(name, what))
    if not normal:
        raise InvalidInputError(f"The {what} is empty.", field=what)
    if bad := _REFUSED_IN_NAME.search(normal):
        raise InvalidInputError(f"The {what} {name!r} holds the control character {bad.group()!r}.", field=what)
    if bad := re.search("[/:@]", normal):
        raise InvalidInputError(
            f"The {what} {name!r} holds {bad.group()!r}; names hold no '/', ':' or '@'.", field=what
        )
    if normal != normal.strip():
        raise InvalidInputError(f"The {what} {name!r} begins or ends with a space.", field=what)
    if normal in (RESERVED, ".", ".."):
        raise InvalidInputError(f"{name!r} is reserved and cannot be the {what}.", field=what)
    if len(normal) > LONGEST_NAME:
        raise InvalidInputError(
            f"The {what} {name[:20]!r}… has {len(normal)} of {LONGEST_NAME} characters.", field=what
        )
    return normal


def check_text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"The {what} must be a text, not {value!r}.", field=what)
    return value


def path_text(value: object, argument: str) -> str:
    """A path as text.

    Raises:
        InvalidInputError: naming the argument, if it is neither text nor a path object.
    """
    found = value.__fspath__() if isinstance(value, os.PathLike) else value
    return check_text(found, argument)


def check_alias(alias: str) -> str:
    """Return the NFC form of an alias; `v3` and the like are refused, for they are version numbers."""
    normal = check_name(alias, what="alias")
    if _VERSION.fullmatch(normal):
        raise InvalidInputError(f"{alias!r} cannot be an alias: it reads as a version number.", field="aliases")
    return normal


def check_entity(name: str) -> str:
    """Return the NFC form of an entity's name: letters of any script, digits, '_', '.' and '-'."""
    normal = check_name(name, what="entity name")
    if len(normal) > LONGEST_ENTITY:
        raise InvalidInputError(f"The entity name {name[:20]!r}… has {len(normal)} of {LONGEST_ENTITY} characters.")
    if not _ENTITY.fullmatch(normal):
        raise InvalidInputError(f"The entity name {name!r} may hold letters, digits, '_', '.' and '-' only.")
    if normal.lower() in RESERVED_ENTITIES:
        raise InvalidInputError(f"{name!r} is reserved and cannot be an entity's name.", field="entity")
    return normal


def check_entry_path(path: str) -> str:
    """Return the path of an entry as it is, if it can be one: POSIX, relative, UTF-8, within the limits.

    Raises:
        InvalidInputError: naming the entry and what is wrong with it.
    """
    try:
        raw = path.encode()
    except UnicodeEncodeError as error:
        shown = path.encode("utf-8", "surrogateescape" if _is_escaped(path) else "backslashreplace")
        raise InvalidInputError(
            f"The file name {shown!r} is not UTF-8. Rename the file, or add it alone under another name: "
            "add_file(path, name='…')."
        ) from error
    if "\\" in path:
        raise InvalidInputError(f"The entry path {path!r} holds a backslash; segments are separated by '/'.")
    if bad := _CONTROL.search(path):
        raise InvalidInputError(f"The entry path {path!r} holds the control character {bad.group()!r}.")
    if path.startswith("/") or _DRIVE.match(path):
        raise InvalidInputError(f"The entry path {path!r} is absolute; entries are relative to the artifact.")
    if len(raw) > LONGEST_PATH_BYTES:
        raise InvalidInputError(f"The entry path {path[:40]!r}… has {len(raw)} of {LONGEST_PATH_BYTES} bytes.")
    for segment in path.split("/"):
        if segment in ("", ".", ".."):
            raise InvalidInputError(f"The entry path {path!r} holds the segment {segment!r}.")
        if len(raw) > LONGEST_SEGMENT_BYTES and len(segment.encode()) > LONGEST_SEGMENT_BYTES:
            raise InvalidInputError(
                f"The entry path {path[:40]!r}… has a segment of more than {LONGEST_SEGMENT_BYTES} bytes."
            )
    return path


def _is_escaped(path: str) -> bool:
    """Whether the lone surrogates are bytes that Python could not decode (surrogateescape)."""
    return all(not 0xD800 <= ord(c) <= 0xDFFF or 0xDC80 <= ord(c) <= 0xDCFF for c in path)


def normal_path(path: str) -> str:
    """The form under which two entry paths count as equal."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)
