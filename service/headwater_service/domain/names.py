"""The rules for names: of entities, containers, collections, types, aliases, and of the files in a version."""

import re
import unicodedata
from typing import Final

from headwater_service.errors import InvalidInputError

NAME_CHARACTERS: Final = 128
ENTITY_CHARACTERS: Final = 64
ENTRY_BYTES: Final = 1024
SEGMENT_BYTES: Final = 255

# Every first path segment of the service itself, and the separator of its pages.
RESERVED_ENTITY_NAMES: Final = frozenset(
    "- api assets docs favicon.ico files graphiql graphql healthz metrics readyz robots.txt sign-in static".split()
)

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ENTRY_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DRIVE: Final = re.compile(r"[A-Za-z]:/")
_VERSION: Final = re.compile(r"v[0-9]+")
# Letters, marks (Japanese and Indic names need them) and digits of any script, and three signs.
_ENTITY: Final = re.compile(r"[\w.\-]+")


def valid_name(name: str, *, what: str, field: str = "name") -> str:
    """Return the name in NFC. `what` begins the sentence that refuses it, `field` is the input that it names."""
    name = _composed(name, what=what, field=field)
    if not 1 <= len(name) <= NAME_CHARACTERS:
        raise InvalidInputError(f"{what} must have 1 to {NAME_CHARACTERS} characters, not {len(name)}.", field=field)
    for forbidden in "/:@":
        if forbidden in name:
            raise InvalidInputError(f"{what} {name!r} must not hold {forbidden!r}.", field=field)
    if _CONTROL.search(name):
        raise InvalidInputError(f"{what} {name!r} must not hold control characters.", field=field)
    if name != name.strip():
        raise InvalidInputError(f"{what} {name!r} must not begin or end with a space.", field=field)
    if name in ("-", ".", ".."):
        raise InvalidInputError(f"{what} {name!r} is reserved.", field=field)
    return name


def valid_entity_name(name: str, *, field: str = "name") -> str:
    """Return the entity name in NFC: a segment of every address, so shorter and stricter than other names."""
    name = _composed(name, what="Entity name", field=field)
    if len(name) > ENTITY_CHARACTERS or not _ENTITY.fullmatch(name) or name in (".", ".."):
        raise InvalidInputError(
            f"Entity name {name!r} must have 1 to {ENTITY_CHARACTERS} letters, digits, '_', '.' or '-'.", field=field
        )
    if name.lower() in RESERVED_ENTITY_NAMES:
        raise InvalidInputError(f"Entity name {name!r} is reserved.", field=field)
    return name


def valid_type(name: str, *, field: str = "type") -> str:
    """Return the type of artifacts in NFC."""
    return valid_name(name, what="Artifact type", field=field)


def valid_alias(name: str, *, field: str = "name") -> str:
    """Return the alias in NFC; what would read as a version number is refused."""
    name = valid_name(name, what="Alias", field=field)
    if _VERSION.fullmatch(name):
        raise InvalidInputError(f"Alias {name!r} would read as a version number.", field=field)
    return name


def valid_entry_path(path: str) -> str:
    """Return the path of a file in a version unchanged, or raise InvalidInputError that shows it."""
    fault = entry_path_fault(path)
    if fault is not None:
        raise InvalidInputError(f"File name {path!r} {fault}.", field="path")
    return path


def entry_path_fault(path: str) -> str | None:
    """Return what is wrong with the path of a file in a version, or None."""
    if not path:
        return "is empty"
    if _ENTRY_CONTROL.search(path):
        return "holds a control character"
    if "\\" in path:
        return "holds a backslash"
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return "is not valid Unicode"
    if size > ENTRY_BYTES:
        return f"is longer than {ENTRY_BYTES} bytes"
    segments = path.split("/")
    if path[0] == "/" or _DRIVE.match(path):
        return "is absolute"
    if "" in segments or "." in segments or ".." in segments:
        return "has an empty, '.' or '..' segment"
    if size > SEGMENT_BYTES and any(len(segment.encode()) > SEGMENT_BYTES for segment in segments):
        return f"has a segment longer than {SEGMENT_BYTES} bytes"
    return None


def _composed(name: str, *, what: str, field: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"{what} {name!r} is not valid Unicode.", field=field) from error
    return unicodedata.normalize("NFC", name)
