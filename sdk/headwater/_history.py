"""What may be logged: values as they are recorded, keys as they are named, steps as they advance."""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._errors import InvalidInputError

MAX_ELEMENTS = 10_000
DEEPEST = 50
# Bytes of the values of one `log`: what the service takes at once (HEADWATER_HISTORY_BATCH_BYTES), less their frame.
LARGEST_RECORD = 16 * 1024 * 1024 - 4096
_INT64 = range(-(2**63), 2**63)
_PLAIN = frozenset((float, str, bool, type(None)))
_RESERVED = frozenset(("_step", "_time"))


@dataclass(frozen=True)
class MediaFile:
    """The file behind a logged image or plot: its path in the run, its bytes, and the value that names it."""

    path: str
    content: bytes
    value: dict[str, Any]


class Loggable:
    """Something that becomes a file of the run when it is logged: an image, a plot."""

    def as_file(self, key: str, step: int) -> MediaFile:
        """The file of it, logged under a key at a step."""
        raise NotImplementedError


def flatten(data: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The pairs of a logged dictionary, a nested key joined to its parents with '/'."""
    _check_depth(depth)
    for key, value in data.items():
        name = prefix + (key if type(key) is str else str(key))
        if isinstance(value, Mapping):
            yield from flatten(value, name + "/", depth + 1)
        elif name in _RESERVED or not name:
            raise InvalidInputError(f"The key {name!r} cannot be logged: '_step', '_time' and '' are Headwater's own.")
        else:
            yield name, value


def plain(value: Any, key: str) -> Any:
    """A logged value as it is recorded: a number, a text, a truth value, or a list of them.

    Raises:
        InvalidInputError: if it is none of them; the message names the key.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if value in _INT64 else float(value)
    if isinstance(value, list | tuple):
        return _plain_list(value, key)
    converted = _from_known(value)
    if converted is None:
        raise InvalidInputError(
            f"{key!r} is a {kind.__module__}.{kind.__qualname__}, which cannot be logged. "
            "Log numbers, texts, truth values, lists of them, images or plots."
        )
    return plain(converted[0], key)


def _plain_list(values: list[Any] | tuple[Any, ...], key: str) -> list[Any]:
    if len(values) > MAX_ELEMENTS:
        raise InvalidInputError(
            f"{key!r} has {len(values):,} elements; a logged list holds at most {MAX_ELEMENTS:,}. "
            "Log a figure of it, or keep it as a file in an artifact."
        )
    return [plain(value, key) for value in values]


def _from_known(value: Any) -> tuple[Any] | None:
    """The Python value of a scalar, an array or a tensor of any library, boxed; None for other objects."""
    for kind, convert in _SCALARS:
        if isinstance(value, kind):
            return (convert(value),)
    return _from_tensor(value)


_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (float, float),
    (int, int),
    (str, str.__str__),
    (datetime.date, lambda value: value.isoformat()),
    (os.PathLike, os.fspath),
)


def _from_tensor(value: Any) -> tuple[Any] | None:
    # No library is imported: what makes something a tensor is what it can do.
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    shape = getattr(value, "shape", None)
    if shape is not None and hasattr(value, "item") and math.prod(shape) == 1:
        return (value.item(),)
    if shape is not None and hasattr(value, "numpy") and not hasattr(value, "tolist"):
        value = value.numpy()
    if shape is not None and hasattr(value, "tolist"):
        return (_listed(value, math.prod(shape)),)
    if hasattr(value, "__float__"):
        return (float(value),)
    return None


def _listed(value: Any, size: int) -> Any:
    # A range stands for too many elements: it has the length, and costs nothing.
    return value.tolist() if size <= MAX_ELEMENTS else list(range(MAX_ELEMENTS + 1))


def cut_to_size(
    values: dict[str, Any], most_bytes: int, size_of: Callable[[str, Any], int]
) -> tuple[dict[str, Any], dict[str, int]]:
    """The values that fit into so many bytes, and the sizes of the largest ones, which are left out for it."""
    sizes = {key: size_of(key, value) for key, value in values.items()}
    total = sum(sizes.values())
    left_out: dict[str, int] = {}
    for key in sorted(sizes, key=lambda name: sizes[name], reverse=True):
        if total <= most_bytes:
            break
        total -= sizes[key]
        left_out[key] = sizes[key]
    return {key: value for key, value in values.items() if key not in left_out}, left_out


def _check_depth(depth: int) -> None:
    if depth > DEEPEST:
        raise InvalidInputError(f"The values are nested more than {DEEPEST} levels deep, or hold themselves.")


def json_value(value: Any, depth: int = 0) -> Any:
    """A configuration value as JSON holds it: keys are texts, tuples are lists, what has no form is its text."""
    _check_depth(depth)
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if value in _INT64 else float(value)
    if isinstance(value, Mapping):
        return {str(key): json_value(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(item, depth + 1) for item in value]
    converted = _from_known(value)
    return str(value) if converted is None else json_value(converted[0], depth + 1)


def wire(value: Any) -> Any:
    """The same value for a JSON document, where NaN and the infinities are texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, dict):
        return {key: wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [wire(item) for item in value]
    return value


_UNWIRED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def unwire(value: Any) -> Any:
    """What `wire` was given."""
    if isinstance(value, str):
        return _UNWIRED.get(value, value)
    if isinstance(value, dict):
        return {key: unwire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unwire(item) for item in value]
    return value
