"""Cells of tables: what may be one, and columns of them from other libraries and for them."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Iterator, Mapping
from typing import Any

from ._errors import InvalidInputError
from ._history import DEEPEST, utf8
from ._media import Media, media_of

_SCALARS = (type(None), bool, int, float, str, bytes, datetime.date, datetime.time, datetime.timedelta, decimal.Decimal)


def cell(value: Any, where: str, depth: int = 0) -> Any:
    """A value as a table keeps it: tensors are arrays, figures are images.

    Raises:
        InvalidInputError: if it cannot be kept, naming where it is.
    """
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, _SCALARS):
        return value
    if depth > DEEPEST:
        raise InvalidInputError(f"The cell {where} is nested more than {DEEPEST} levels deep, or holds itself.")
    if isinstance(value, Mapping):
        return {str(key): cell(item, f"{where}, key {key!r}", depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [cell(item, where, depth + 1) for item in value]
    found = _array(value)
    if found is None:
        found = media_of(value)
    if found is None or (isinstance(found, Media) and (depth or found._kind == "table")):
        raise InvalidInputError(
            f"The cell {where} is a {type(value).__module__}.{type(value).__qualname__}, which a table cannot keep "
            "there. Give numbers, texts, arrays, or media such as headwater.Image."
        )
    return found


def _array(value: Any) -> Any:
    """An array of what has a shape, a scalar of what has none; None for other objects."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if getattr(value, "shape", None) is None or not (hasattr(value, "__array__") or hasattr(value, "numpy")):
        return None
    import numpy as np

    array = np.asarray(value)
    if array.ndim:
        return array if array.dtype.kind in "biufcmMSU" else array.tolist()
    # The type of a number is kept, too.
    return array[()] if array.dtype.kind in "biufMm" else array.item()


def is_array(value: Any) -> bool:
    """Whether a cell is an array (a scalar of numpy is none)."""
    return hasattr(value, "ndim") and value.ndim > 0


def listed(data: Any) -> list[Any]:
    """The parts of an array, a tensor, a series or anything that can be counted through."""
    if hasattr(data, "detach"):
        data = data.detach().cpu()
    if hasattr(data, "numpy") and not hasattr(data, "__len__"):
        data = data.numpy()
    if isinstance(data, str | bytes) or not hasattr(data, "__iter__"):
        raise InvalidInputError(f"A {type(data).__name__} is no list of cells.")
    return _of_series(data) if type(data).__module__.partition(".")[0] in ("pandas", "polars") else list(data)


def columns_of(frame: Any) -> Iterator[tuple[str, list[Any]]]:
    """The columns of a data frame of pandas or polars, or of an Arrow table.

    Raises:
        InvalidInputError: if it is none of them, or a name comes twice.
    """
    home = type(frame).__module__.partition(".")[0]
    if home == "pyarrow":
        yield from frame.to_pydict().items()
        return
    if home == "polars" and hasattr(frame, "collect"):
        frame = frame.collect()
    if home not in ("pandas", "polars"):
        raise InvalidInputError(f"A {type(frame).__module__}.{type(frame).__qualname__} is no data frame.")
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidInputError(f"The columns {twice} of the data frame come more than once.")
    for position, name in enumerate(names):
        series = frame.iloc[:, position] if home == "pandas" else frame.to_series(position)
        yield name, _of_series(series)


def _of_series(series: Any) -> list[Any]:
    """The cells of a series, with None where it has nothing, and its type of numbers."""
    if hasattr(series, "to_list") and not hasattr(series, "isna"):
        is_exact = series.dtype.is_numeric() and series.null_count() == 0
        return list(series.to_numpy()) if is_exact else list(series.to_list())
    kind = getattr(series.dtype, "kind", "O")
    if kind in "biuf" and not hasattr(series.array, "_mask"):
        return list(series.to_numpy())
    return [None if missing else value for value, missing in zip(series.tolist(), series.isna(), strict=True)]


def as_array(column: list[Any]) -> Any:
    """A column as an array; of arrays and images of one shape with a dimension more.

    Raises:
        InvalidInputError: if it holds media that are no images.
    """
    import numpy as np

    from ._image import Image

    cells = [np.asarray(value.image) if isinstance(value, Image) else value for value in column]
    if any(isinstance(value, Media) for value in cells):
        raise InvalidInputError("Media other than images have no form as an array.")
    if not any(is_array(value) for value in cells):
        return _of_scalars(cells)
    shapes = {np.shape(value) for value in cells}
    if len(shapes) == 1:
        return np.stack(cells)
    ragged = np.empty(len(cells), dtype=object)
    for index, value in enumerate(cells):
        ragged[index] = value
    return ragged


def _of_scalars(cells: list[Any]) -> Any:
    import numpy as np

    if any(value is None for value in cells) and all(isinstance(value, float | int | None) for value in cells):
        cells = [math.nan if value is None else value for value in cells]
    try:
        return np.array(cells)
    except ValueError:
        # Lists of different lengths.
        ragged = np.empty(len(cells), dtype=object)
        ragged[:] = cells
        return ragged
