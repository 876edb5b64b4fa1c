"""Metadata of a version: a JSON object of the author's, and the leaves by which it is searched."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from headwater_service.domain import documents
from headwater_service.errors import InvalidInputError
from headwater_service.model import JsonObject

MOST_LEAVES: Final = 5000
# An index key of the graph holds some 8 kB; longer texts are found by their beginning.
SEARCHED_CHARACTERS: Final = 1000
SEARCHED_PATH_CHARACTERS: Final = 500
_LARGEST_INTEGER: Final = 2**63 - 1


def encode(metadata: Any, *, limit: int) -> str:
    """Return metadata as the JSON text that is stored.

    Raises InvalidInputError, naming the key, for numbers that JSON lacks.
    """
    given = documents.require_object(metadata, field="metadata")
    for path, value in _walk(given, ""):
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidInputError(f"metadata[{path!r}] is {value}, which metadata can't hold.", field="metadata")
    return documents.encode(given, field="metadata", limit=limit)


def merge(stored: str, given: Mapping[str, Any]) -> JsonObject:
    """Return the stored metadata with the keys given replaced."""
    return {**documents.decode(stored), **given}


def leaves(text: str) -> list[JsonObject]:
    """Return path and value of each scalar of stored metadata; those of a list share the list's path."""
    found: dict[tuple[str, Any, str | None], None] = {}
    for path, value in _walk(documents.decode(text), ""):
        if value is None or len(path) > SEARCHED_PATH_CHARACTERS:
            continue
        if isinstance(value, str):
            found[(path, None, value[:SEARCHED_CHARACTERS])] = None
        else:
            found[(path, _number(value), None)] = None
        if len(found) == MOST_LEAVES:
            break
    return [{"path": path, "num": number, "str": string} for path, number, string in found]


def leaves_of(document: Mapping[str, Any]) -> JsonObject:
    """Return the scalars of a document by path, without those that share one, as the items of a list do."""
    found: JsonObject = {}
    several: set[str] = set()
    for path, value in _walk(document, ""):
        if path in found:
            several.add(path)
        found[path] = value
    return {path: value for path, value in found.items() if path not in several and value is not None}


def _number(value: float) -> float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return float(value)
    return value


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _walk(item, path)
    else:
        yield path, value
