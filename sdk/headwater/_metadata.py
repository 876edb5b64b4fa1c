"""Metadata as it can be stored: JSON, exact, with the place of what cannot be named in the error."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from ._errors import InvalidInputError

DEEPEST = 50
LARGEST_INTEGER = 2**63 - 1


def checked_metadata(metadata: Mapping[Any, Any] | None) -> dict[str, Any]:
    """A copy of metadata as plain JSON values.

    Keys that are numbers become strings, as JSON does; NumPy scalars and arrays become numbers and lists.

    Raises:
        InvalidInputError: for NaN, infinity, and values that JSON cannot hold, with their key path.
    """
    if metadata is None:
        return {}
    if not _is_mapping(metadata):
        raise InvalidInputError(f"metadata is a {type(metadata).__name__}; it must be a dict.", field="metadata")
    plain: dict[str, Any] = _plain(metadata, "metadata", 0)
    return plain


def _is_mapping(value: Any) -> bool:
    # A run's config is no Mapping, but has what one needs of it.
    return isinstance(value, Mapping) or (hasattr(value, "keys") and hasattr(value, "__getitem__"))


def _plain(value: Any, path: str, depth: int) -> Any:
    if value is None or value is True or value is False:
        return value
    if depth > DEEPEST:
        shown = path if len(path) <= 100 else f"{path[:50]}…{path[-20:]}"
        raise InvalidInputError(f"{shown} is nested more than {DEEPEST} levels deep.", field="metadata")
    if isinstance(value, Enum):
        return _plain(value.value, path, depth + 1)
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int):
        return _integer(int(value), path)
    if isinstance(value, float):
        return _number(float(value), path)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return _text(os.fspath(value), path)
    return _plain_collection(value, path, depth)


def _plain_collection(value: Any, path: str, depth: int) -> Any:
    if _is_mapping(value):
        plain: dict[str, Any] = {}
        for key in value.keys():
            name = _key(key, path)
            if name in plain:
                raise InvalidInputError(f"{path} has the key {name!r} twice, once not as a string.", field="metadata")
            plain[name] = _plain(value[key], f"{path}[{key!r}]", depth + 1)
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return [_plain(item, f"{path}{{…}}", depth + 1) for item in sorted(value, key=repr)]
    if hasattr(value, "tolist"):
        # NumPy arrays and scalars, tensors: without importing any of them.
        return _plain(value.tolist(), path, depth + 1)
    raise InvalidInputError(f"{path} is a {type(value).__name__}, which JSON cannot hold.", field="metadata")


def _key(key: Any, path: str) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, str):
        return _text(key, f"{path}[{key!r}]")
    if hasattr(key, "tolist"):
        key = key.tolist()
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int):
        return str(key)
    if isinstance(key, float):
        return repr(_number(key, f"{path}[{key!r}]"))
    raise InvalidInputError(f"{path} has the key {key!r}; keys are strings or numbers.", field="metadata")


def _text(text: str | bytes, path: str) -> str:
    if isinstance(text, bytes):
        text = os.fsdecode(text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"{path} holds {text!r}, which is not valid Unicode.", field="metadata") from error
    return str(text)


def _integer(value: int, path: str) -> int:
    if not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
        raise InvalidInputError(f"{path} is an integer of more than 64 bits: store it as a string.", field="metadata")
    return value


def _number(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise InvalidInputError(
            f"{path} is {value}, which metadata cannot hold: leave it out or use None.", field="metadata"
        )
    return value
