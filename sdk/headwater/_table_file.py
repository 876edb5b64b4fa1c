"""A table as a Parquet file and back.

Every reader of Parquet reads it. What its types cannot tell lies under `headwater` in its metadata: a form a column.

| form | how a column is kept |
|---|---|
| `value` | as Arrow has it |
| `json` | text: dictionaries, and cells of different types |
| `tensor` | arrays of one shape and type: Arrow's fixed-shape tensors, to other readers lists of that length |
| `npy` | other arrays: the bytes of NumPy's own format |
| `media` | `bytes` and `path`, as data sets of images have them; `facts` as JSON; further `files` by name |
"""

from __future__ import annotations

import datetime
import decimal
import io
import json
from collections.abc import Callable
from typing import Any

from . import _cells
from ._errors import InvalidInputError
from ._media import Kept, Media

FORMAT = 1
METADATA_KEY = b"headwater"


def write(columns: dict[str, list[Any]]) -> bytes:
    """The bytes of a Parquet file with these columns.

    Raises:
        InvalidInputError: if pyarrow is missing, or an array cannot be kept.
    """
    pa, parquet = _arrow()
    arrays, forms = [], []
    for name, column in columns.items():
        array, form = _written(column, name)
        arrays.append(array)
        forms.append(form)
    said = json.dumps({"format": FORMAT, "columns": forms}).encode()
    schema = pa.schema([pa.field(name, array.type) for name, array in zip(columns, arrays, strict=True)])
    table = pa.Table.from_arrays(arrays, schema=schema.with_metadata({METADATA_KEY: said}))
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def read(content: bytes) -> dict[str, list[Any]]:
    """The columns of a Parquet file; of one that `write` did not make, as Arrow gives them."""
    _, parquet = _arrow()
    table = parquet.read_table(io.BytesIO(content))
    said = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b'{"format": 1, "columns": []}'))
    if said["format"] > FORMAT:
        raise InvalidInputError("The table was written by a newer version of headwater: upgrade to read it.")
    forms = said["columns"] or [{"form": "value"}] * table.num_columns
    return {
        name: _READERS[form["form"]](table.column(name), form)
        for name, form in zip(table.column_names, forms, strict=True)
    }


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InvalidInputError("Tables need pyarrow: pip install pyarrow.") from error
    return pyarrow, parquet


def _written(column: list[Any], name: str) -> tuple[Any, dict[str, Any]]:
    filled = [value for value in column if value is not None]
    if filled and all(isinstance(value, Media) for value in filled):
        return _written_media(column)
    if any(isinstance(value, Media) for value in filled):
        raise InvalidInputError(f"The column {name!r} holds media and other values: use two columns.")
    if filled and all(_cells.is_array(value) for value in filled):
        return _written_arrays(column, filled)
    return _written_values(column)


def _written_values(column: list[Any]) -> tuple[Any, dict[str, Any]]:
    import pyarrow as pa

    # A dictionary as a struct would get the keys of all others.
    if not any(_holds(value, dict) for value in column):
        try:
            array = pa.array(column)
            # Arrow makes bytes of texts, dates of times, local times of those elsewhere, if they come together.
            if _is_exact(array.type) or _are_same(array.to_pylist(), column):
                return array, {"form": "value"}
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            # They are of different types: as JSON each keeps its own.
            pass
    texts = [None if value is None else json.dumps(_tagged(value), ensure_ascii=False) for value in column]
    return pa.array(texts, pa.string()), {"form": "json"}


def _is_exact(kind: Any) -> bool:
    """Whether Arrow takes only what it can keep in a column of a type."""
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_null(kind))


def _are_same(read: list[Any], written: list[Any]) -> bool:
    return all(one == other or (one is None and other != other) for one, other in zip(read, written, strict=True))


def _holds(value: Any, kind: type) -> bool:
    return isinstance(value, kind) or (isinstance(value, list) and any(_holds(item, kind) for item in value))


# What JSON has no form for: the type, how its values are written, how they are read.
_TAGS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "_datetime": (datetime.datetime, lambda at: at.isoformat(), datetime.datetime.fromisoformat),
    "_date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "_time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "_timedelta": (
        datetime.timedelta,
        lambda span: [span.days, span.seconds, span.microseconds],
        lambda parts: datetime.timedelta(*parts),
    ),
    "_decimal": (decimal.Decimal, str, decimal.Decimal),
    "_bytes": (bytes, bytes.hex, bytes.fromhex),
    "_float": (float, lambda value: repr(float(value)), float),
}
_NAMES = frozenset((*_TAGS, "_array", "_object"))


def _tagged(value: Any) -> Any:
    """A value as JSON holds it; what JSON has no form for names its type."""
    if isinstance(value, dict):
        tagged = {key: _tagged(item) for key, item in value.items()}
        return {"_object": tagged} if len(tagged) == 1 and not _NAMES.isdisjoint(tagged) else tagged
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if _cells.is_array(value):
        return {"_array": _npy(value).hex()}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and value - value == 0:
        return float(value)
    if hasattr(value, "item") and not isinstance(value, float):
        # Of nanoseconds numpy makes numbers without a unit.
        return _tagged((value.astype(f"{value.dtype.kind}8[us]") if value.dtype.kind in "Mm" else value).item())
    if not isinstance(value, float) and value != value:
        return None
    found = next(((tag, write) for tag, (kind, write, _) in _TAGS.items() if isinstance(value, kind)), None)
    return str(value) if found is None else {found[0]: found[1](value)}


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag: str
    content: Any
    tag, content = next(iter(value.items())) if len(value) == 1 else ("", None)
    if tag == "_object":
        return {key: _untagged(item) for key, item in content.items()}
    if tag == "_array":
        return _from_npy(bytes.fromhex(content))
    return _TAGS[tag][2](content) if tag in _TAGS else {key: _untagged(item) for key, item in value.items()}


def _written_arrays(column: list[Any], filled: list[Any]) -> tuple[Any, dict[str, Any]]:
    import numpy as np
    import pyarrow as pa

    first = filled[0]
    is_uniform = all(value.shape == first.shape and value.dtype == first.dtype for value in filled)
    if not is_uniform or first.dtype.kind not in "biuf" or first.dtype.itemsize > 8 or not first.size:
        return pa.array([None if v is None else _npy(v) for v in column], pa.large_binary()), {"form": "npy"}
    has_gaps = len(filled) < len(column)
    blank = np.zeros(first.shape, first.dtype)
    stacked = np.stack([blank if value is None else value for value in column])
    flat = pa.array(stacked.astype(first.dtype.newbyteorder("=")).reshape(-1))
    mask = pa.array([value is None for value in column]) if has_gaps else None
    storage = pa.FixedSizeListArray.from_arrays(flat, first.size, mask=mask)
    kind = pa.fixed_shape_tensor(flat.type, first.shape)
    return pa.ExtensionArray.from_storage(kind, storage), {"form": "tensor", "shape": first.shape}


def _written_media(column: list[Any]) -> tuple[Any, dict[str, Any]]:
    import pyarrow as pa

    cells: list[dict[str, Any] | None] = []
    for row, value in enumerate(column):
        if value is None:
            cells.append(None)
            continue
        kept = value._kept()
        facts = json.dumps({"_type": value._kind, **kept.facts}, ensure_ascii=False)
        files = [{"name": name, "bytes": content} for name, content in kept.companions.items()]
        cells.append({"bytes": kept.content, "path": f"{row}{value._ending()}", "facts": facts, "files": files})
    files_type = pa.list_(pa.struct([("name", pa.string()), ("bytes", pa.binary())]))
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string()), ("facts", pa.string()), ("files", files_type)])
    return pa.array(cells, kind), {"form": "media"}


def _npy(array: Any) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _from_npy(content: bytes) -> Any:
    import numpy as np

    return np.load(io.BytesIO(content), allow_pickle=False)


def _read_values(column: Any, _: dict[str, Any]) -> list[Any]:
    import pyarrow as pa

    values: list[Any] = column.to_pylist()
    kind = column.type
    is_narrow = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if not is_narrow or kind in (pa.int64(), pa.float64()):
        return values
    scalar = kind.to_pandas_dtype()
    return [None if value is None else scalar(value) for value in values]


def _read_json(column: Any, _: dict[str, Any]) -> list[Any]:
    return [None if text is None else _untagged(json.loads(text)) for text in column.to_pylist()]


def _read_tensors(column: Any, form: dict[str, Any]) -> list[Any]:
    array = column.combine_chunks()
    storage = array.storage if hasattr(array, "storage") else array
    # Missing arrays have no numbers here.
    flat = storage.drop_null().flatten().to_numpy(zero_copy_only=False)
    present = iter(flat.reshape(-1, *form["shape"]))
    return [next(present) if is_there else None for is_there in storage.is_valid().to_pylist()]


def _read_npy(column: Any, _: dict[str, Any]) -> list[Any]:
    return [None if content is None else _from_npy(content) for content in column.to_pylist()]


def _read_media(column: Any, _: dict[str, Any]) -> list[Any]:
    from ._objects import restored

    return [None if stored is None else restored(*_parts(stored)) for stored in column.to_pylist()]


def _parts(stored: dict[str, Any]) -> tuple[str, Kept]:
    facts = json.loads(stored["facts"])
    files = {file["name"]: file["bytes"] for file in stored["files"]}
    return facts.pop("_type"), Kept(stored["bytes"], facts, files)


_READERS: dict[str, Callable[[Any, dict[str, Any]], list[Any]]] = {
    "value": _read_values,
    "json": _read_json,
    "tensor": _read_tensors,
    "npy": _read_npy,
    "media": _read_media,
}
