"""History as it is stored: one Parquet file a chunk of consecutive records of one stream.

Columns `number`, `step`, `time` (seconds since 1970), and one for each key, named `v:<key>` so that a key may be
called `step` too. A column has the type of its values in this chunk; values of several types, lists and objects
are JSON text, and the field's metadata says so.
"""

import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy
import orjson
import pyarrow
import pyarrow.parquet

from headwater_service.errors import InvalidInputError

PREFIX: Final = "v:"
AS_JSON: Final = {b"headwater": b"json"}
BASE: Final = ("number", "step", "time")
# Beyond so many columns, what each costs by itself is most of it: their dictionaries, statistics and compressors.
WIDE: Final = 1000
_DENSE: Final = {"compression": "zstd", "compression_level": 1}
_PLAIN: Final = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
_INT64: Final = range(-(2**63), 2**63)
# Beyond this, a double can't hold every whole number.
EXACT: Final = range(-(2**53), 2**53 + 1)


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """What one call of `log` recorded."""

    step: int
    time: float
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NumberedRecord:
    """A record read back; `number` counts in its stream."""

    number: int
    step: int
    time: float
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChunkFacts:
    """What must be known of a chunk without reading it."""

    first: int
    count: int
    min_step: int
    max_step: int


def encode_chunk(first: int, records: Sequence[HistoryRecord]) -> bytes:
    """Return records, the first of which has the number `first`, as a Parquet file."""
    steps = [record.step for record in records]
    fields = [pyarrow.field("number", pyarrow.int64()), pyarrow.field("step", pyarrow.int64())]
    fields.append(pyarrow.field("time", pyarrow.float64()))
    arrays = [
        pyarrow.array(range(first, first + len(records)), pyarrow.int64()),
        pyarrow.array(steps, pyarrow.int64()),
        pyarrow.array([record.time for record in records], pyarrow.float64()),
    ]
    # What is null everywhere has no type: a column of it would make its key's numbers JSON text when it is merged.
    valued = (key for record in records for key, value in record.values.items() if value is not None)
    for key in dict.fromkeys(valued):
        field, array = _column(key, [record.values.get(key) for record in records])
        fields.append(field)
        arrays.append(array)
    return write_columns(pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)))


def facts_of(first: int, records: Sequence[HistoryRecord]) -> ChunkFacts:
    steps = [record.step for record in records]
    return ChunkFacts(first, len(records), min(steps), max(steps))


def read_facts(data: bytes) -> ChunkFacts:
    """Return the facts of a chunk that is stored."""
    table = pyarrow.parquet.read_table(io.BytesIO(data), columns=["number", "step"])
    steps = table["step"].to_pylist()
    return ChunkFacts(table["number"][0].as_py(), table.num_rows, min(steps), max(steps))


def size_of(data: bytes) -> int:
    """Return about how many bytes of memory a stored chunk takes when it is read."""
    metadata = pyarrow.parquet.read_metadata(io.BytesIO(data))
    written: int = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    # Values that repeat are written once.
    values: int = metadata.num_rows * metadata.num_columns
    return max(written, 8 * values)


def decode_chunk(
    data: bytes,
    keys: Collection[str] | None,
    *,
    low: int = _INT64.start,
    high: int = _INT64.stop - 1,
    most_steps: int | None = None,
) -> Iterator[NumberedRecord]:
    """Yield the records of a chunk with all their values, or those that have one of `keys`, with these alone.

    Only of steps from `low` to `high`, and of the lowest `most_steps` of them: what is left out is never made a
    Python object.
    """
    table = _rows_of(read_columns(data, keys), low, high, most_steps, has_keys=keys is not None)
    names = [name for name in table.schema.names if name not in BASE]
    columns = {name.removeprefix(PREFIX): values_of(table, name) for name in names}
    base = [table[name].to_pylist() for name in BASE]
    for row, (number, step, time) in enumerate(zip(*base, strict=True)):
        values = {key: column[row] for key, column in columns.items() if column[row] is not None}
        yield NumberedRecord(number, step, time, values)


def read_columns(data: bytes, keys: Collection[str] | None) -> Any:
    """Return a chunk as a table of `number`, `step`, `time` and all columns of values, or those of `keys`."""
    file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
    names = file.schema_arrow.names
    # A set: a run may have tens of thousands of keys, and a request ask for as many.
    wanted = None if keys is None else frozenset(keys)
    return file.read(
        columns=[name for name in names if name in BASE or wanted is None or name.removeprefix(PREFIX) in wanted]
    )


def write_columns(table: Any) -> bytes:
    """Return a table as a chunk is stored."""
    buffer = io.BytesIO()
    options = _PLAIN if table.num_columns > WIDE else _DENSE
    pyarrow.parquet.write_table(table, buffer, **options)
    return buffer.getvalue()


def is_json(field: Any) -> bool:
    """Tell whether the column of a schema's field holds JSON text."""
    return (field.metadata or {}).get(b"headwater") == b"json"


def json_text(key: str, value: Any) -> str:
    """Return a value as text in a column of JSON. Raises InvalidInputError that names the key."""
    if isinstance(value, float) and not math.isfinite(value):
        # As in every JSON of ours: orjson would make it null, which is no value.
        value = "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"The value of {key!r} can't be kept: {error}.", field=key) from error


def values_of(table: Any, name: str) -> list[Any]:
    """Return the values of a column, read from JSON where that is what it holds; None where there is none."""
    values: list[Any] = table[name].to_pylist()
    if not is_json(table.schema.field(name)):
        return values
    return [None if value is None else orjson.loads(value) for value in values]


def _rows_of(table: Any, low: int, high: int, most_steps: int | None, *, has_keys: bool) -> Any:
    steps = table["step"].to_numpy()
    wanted = (steps >= low) & (steps <= high)
    if has_keys:
        valued = numpy.zeros(len(steps), bool)
        for name in table.schema.names:
            if name not in BASE:
                valued |= table[name].is_valid().to_numpy()
        wanted &= valued
    if most_steps is not None:
        found = numpy.unique(steps[wanted])
        if len(found) > most_steps:
            wanted &= steps < found[most_steps]
    return table if wanted.all() else table.filter(pyarrow.array(wanted))


def _column(key: str, values: list[Any]) -> tuple[Any, Any]:
    name = PREFIX + key
    arrow_type = _type_of([value for value in values if value is not None])
    if arrow_type is not None:
        return pyarrow.field(name, arrow_type), pyarrow.array(values, arrow_type)
    texts = [None if value is None else json_text(key, value) for value in values]
    return pyarrow.field(name, pyarrow.string(), metadata=AS_JSON), pyarrow.array(texts, pyarrow.string())


def _type_of(values: Sequence[Any]) -> Any:
    """Return the Arrow type that holds all values exactly, or None: JSON text."""
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return pyarrow.bool_()
    if kinds == {str}:
        return pyarrow.string()
    if kinds == {int} and all(value in _INT64 for value in values):
        return pyarrow.int64()
    if kinds == {float}:
        return pyarrow.float64()
    if kinds == {float, int} and all(value in EXACT for value in values if type(value) is int):
        return pyarrow.float64()
    return None
