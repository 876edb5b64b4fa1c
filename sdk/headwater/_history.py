"""What may be logged: values as they are recorded, keys as they are named, steps as they advance."""

from __future__ import annotations

import dataclasses
import datetime
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ._errors import InvalidInputError

MAX_ELEMENTS = 10_000
DEEPEST = 50
# Bytes of the values of one `log`: what the service takes at once (HEADWATER_HISTORY_BATCH_BYTES), less their frame.
LARGEST_RECORD = 16 * 1024 * 1024 - 4096
INT64 = range(-(2**63), 2**63)
_PLAIN = frozenset((float, str, bool, type(None)))


@dataclass(frozen=True)
class MediaFile:
    """The file behind a logged medium: its path in the run, its bytes, the value that names it, files beside it."""

    path: str
    content: bytes
    value: dict[str, Any]
    companions: tuple[MediaFile, ...] = ()


class Inline:
    """Something that is logged as a value of its own form, without a file: a histogram."""

    def as_value(self) -> dict[str, Any]:
        """What the history holds of it."""
        raise NotImplementedError


class Loggable:
    """Something that becomes a file of the run when it is logged: an image, a plot."""

    def as_file(self, key: str, step: int) -> MediaFile:
        """The file of it, logged under a key at a step."""
        raise NotImplementedError


def plain(value: Any, key: str, depth: int = 0) -> Any:
    """A logged value as it is recorded: a number, a text, a truth value, or a list of them (and of objects of them).

    Raises:
        InvalidInputError: if it is none of them; the message names the key.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if value in INT64 else float(value)
    if isinstance(value, list | tuple):
        return _plain_list(value, key, depth)
    if isinstance(value, Inline):
        return value.as_value()
    if depth and isinstance(value, Mapping):
        return {str(name): plain(item, f"{key}/{name}", depth + 1) for name, item in value.items()}
    converted = _from_known(value)
    if converted is None:
        raise InvalidInputError(
            f"{key!r} is a {kind.__module__}.{kind.__qualname__}, which cannot be logged. "
            "Log numbers, texts, truth values, lists of them, histograms, images, tables or plots."
        )
    return plain(converted[0], key, depth + 1)


def _plain_list(values: list[Any] | tuple[Any, ...], key: str, depth: int) -> list[Any]:
    if len(values) > MAX_ELEMENTS:
        raise InvalidInputError(
            f"{key!r} has {len(values):,} elements; a logged list holds at most {MAX_ELEMENTS:,}. "
            "Log a histogram of it, or keep it as a file in an artifact."
        )
    if depth > DEEPEST:
        raise InvalidInputError(f"{key[:100]!r} is nested more than {DEEPEST} levels deep, or holds itself.")
    return [
        value if type(value) in _PLAIN else plain(value, f"{key}[{index}]", depth + 1)
        for index, value in enumerate(values)
    ]


def _from_known(value: Any) -> tuple[Any] | None:
    """The Python value of a scalar, an array or a tensor of any library, boxed; None for other objects."""
    kind: Any = type(value)
    convert = _converter_of(kind)
    return _from_tensor(value) if convert is None else (convert(value),)


@lru_cache(maxsize=1024)
def _converter_of(kind: type) -> Callable[[Any], Any] | None:
    return next((convert for base, convert in _SCALARS if issubclass(kind, base)), None)


_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (float, float),
    (int, int),
    (str, str.__str__),
    (datetime.date, lambda value: value.isoformat()),
    (datetime.timedelta, lambda value: value.total_seconds()),
    (os.PathLike, os.fspath),
)


def _from_tensor(value: Any) -> tuple[Any] | None:
    # No library is imported: what makes something a tensor is what it can do.
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    shape = getattr(value, "shape", None)
    if type(value).__module__ == "numpy" and value.dtype.kind in "Mm":
        # Of nanoseconds numpy makes numbers without a unit.
        value = value.astype(f"{value.dtype.kind}8[us]")
    if shape is not None and hasattr(value, "item") and math.prod(shape) == 1:
        return (value.item(),)
    if shape is not None and hasattr(value, "numpy") and not hasattr(value, "tolist"):
        value = value.numpy()
    if shape is not None and hasattr(value, "tolist"):
        return (value.tolist() if math.prod(shape) <= MAX_ELEMENTS else _spread(value),)
    if hasattr(value, "__float__"):
        return (float(value),)
    return None


def _spread(value: Any) -> Inline:
    """The histogram that stands for an array of too many elements."""
    from ._histogram import Histogram

    return Histogram(value)


def summary_value(value: Any) -> Any:
    """A value of a summary as JSON holds it: of an array of too many elements the histogram, as when it is logged."""
    shape = getattr(value, "shape", None)
    is_large = isinstance(shape, tuple) and math.prod(shape) > MAX_ELEMENTS
    converted = _from_known(value) if is_large else None
    return json_value(value if converted is None else converted[0])


def fields_of(value: Any) -> Mapping[Any, Any] | None:
    """The fields of a mapping, a namespace, a dataclass, an attrs class or a pydantic model; None for others."""
    if isinstance(value, type):
        return None
    kind: Any = type(value)
    read = _reader_of(kind)
    return None if read is None else read(value)


@lru_cache(maxsize=1024)
def _reader_of(kind: type) -> Callable[[Any], Mapping[Any, Any]] | None:
    """How the fields of objects of a class are read, if they are settings."""
    if issubclass(kind, Mapping):
        return _itself
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        return lambda value: {name: getattr(value, name) for name in names}
    if hasattr(kind, "__attrs_attrs__"):
        names = [field.name for field in kind.__attrs_attrs__]
        return lambda value: {name: getattr(value, name) for name in names}
    homes = {f"{base.__module__.partition('.')[0]}.{base.__name__}" for base in kind.__mro__}
    if homes & {"argparse.Namespace", "types.SimpleNamespace"}:
        return vars
    # Of any version of pydantic: iterating over a model gives its fields.
    return dict if "pydantic.BaseModel" in homes else None


def _itself(value: Any) -> Any:
    return value


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


def utf8(value: Any) -> Any:
    """A value with texts that UTF-8 can hold: with '?' for what is no character."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [utf8(item) for item in value]
    if isinstance(value, dict):
        return {utf8(key): utf8(item) for key, item in value.items()}
    return value


def _check_depth(depth: int) -> None:
    if depth > DEEPEST:
        raise InvalidInputError(f"The values are nested more than {DEEPEST} levels deep, or hold themselves.")


def json_value(value: Any, depth: int = 0) -> Any:
    """A configuration value as JSON holds it: keys are texts, tuples are lists, what has no form is its text."""
    _check_depth(depth)
    kind = type(value)
    if kind is str:
        return utf8(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if value in INT64 else _as_float(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(item, depth + 1) for item in value]
    if isinstance(value, Inline):
        return value.as_value()
    fields = fields_of(value)
    if fields is not None:
        return {utf8(str(key)): json_value(item, depth + 1) for key, item in fields.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [json_value(item, depth + 1) for item in value]
    try:
        converted = _from_known(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        # An array of objects, a tensor that its device has given up: it has a text at least.
        converted = None
    if converted is None or isinstance(converted[0], Inline):
        return utf8(str(value))
    return json_value(converted[0], depth + 1)


def _as_float(value: int) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return str(value)


def wire_time(at: datetime.datetime) -> str:
    """A time as the service takes it."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
