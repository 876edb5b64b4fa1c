"""Config and summary of a run: JSON objects that also keep NaN and the infinities, as strings of these names."""

import math
from collections.abc import Mapping
from typing import Any

import orjson

from headwater_service.errors import InvalidInputError
from headwater_service.model import JsonObject


def encode(document: Mapping[str, Any], *, field: str, limit: int) -> str:
    """Return a document as the JSON text that is stored. Raises InvalidInputError when it is none, or too large."""
    try:
        # Keys that are numbers become strings, as JSON has it.
        data = orjson.dumps(to_json(document), option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"{field} can't be written as JSON: {error}.", field=field) from error
    if len(data) > limit:
        raise InvalidInputError(
            f"{field} has {len(data):,} bytes as JSON; the limit is {limit:,} (HEADWATER_METADATA_BYTES). "
            "Keep large values as files in an artifact.",
            field=field,
        )
    return data.decode()


def decode(text: str) -> JsonObject:
    """Return what `encode` was given; numbers that JSON lacks stay the strings `NaN`, `Infinity`, `-Infinity`."""
    document: JsonObject = orjson.loads(text)
    return document


def to_json(value: Any) -> Any:
    """Return a value with every number that JSON lacks replaced by its name."""
    if isinstance(value, float):
        return value if math.isfinite(value) else _name_of(value)
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


def require_object(value: Any, *, field: str) -> Mapping[str, Any]:
    """Return the value if it is a JSON object. Raises InvalidInputError."""
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"{field} must be a JSON object, not {type(value).__name__}.", field=field)
    return value


def merge(document: JsonObject, changes: Mapping[str, Any]) -> JsonObject:
    """Return the document with the keys given replaced, and those removed that are given as null."""
    merged = {**document, **changes}
    return {key: value for key, value in merged.items() if not (key in changes and value is None)}


def _name_of(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
