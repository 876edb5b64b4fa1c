"""History as it is stored: one Parquet file a chunk of consecutive records of one stream.

Columns `number`, `step`, `time` (seconds since 1970), and one for each key, named `v:<key>` so that a key may be
called `step` too. A column has the type of its values in this chunk; values of several types, lists and objects
are JSON text, and the field's metadata says so.
"""

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pyarrow
import pyarrow.parquet

from headwater_service.errors import InvalidInputError

_PREFIX: Final = "v:"
_AS_JSON: Final = {b"headwater": b"json"}
_BASE: Final = ("number", "step", "time")
_INT64: Final = range(-(2**63), 2**63)
# Beyond this, a double can't hold every whole number.
_EXACT: Final = range(-(2**53), 2**53 + 1)


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
    for key in dict.fromkeys(key for record in records for key in record.values):
        field, array = _column(key, [record.values.get(key) for record in records])
        fields.append(field)
        arrays.append(array)
    buffer = io.BytesIO()
    table = pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields))
    pyarrow.parquet.write_table(table, buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def facts_of(first: int, records: Sequence[HistoryRecord]) -> ChunkFacts:
    steps = [record.step for record in records]
    return ChunkFacts(first, len(records), min(steps), max(steps))


def read_facts(data: bytes) -> ChunkFacts:
    """Return the facts of a chunk that is stored."""
    table = pyarrow.parquet.read_table(io.BytesIO(data), columns=["number", "step"])
    steps = table["step"].to_pylist()
    return ChunkFacts(table["number"][0].as_py(), table.num_rows, min(steps), max(steps))


def decode_chunk(data: bytes, keys: Collection[str] | None) -> Iterator[NumberedRecord]:
    """Yield the records of a chunk with all their values, or with those of `keys` alone."""
    file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
    schema = file.schema_arrow
    names = [name for name in schema.names if name in _BASE or keys is None or name.removeprefix(_PREFIX) in keys]
    table = file.read(columns=names)
    columns = {name.removeprefix(_PREFIX): _values(table, name) for name in names if name not in _BASE}
    base = [table[name].to_pylist() for name in _BASE]
    for row, (number, step, time) in enumerate(zip(*base, strict=True)):
        values = {key: column[row] for key, column in columns.items() if column[row] is not None}
        yield NumberedRecord(number, step, time, values)


def _column(key: str, values: list[Any]) -> tuple[Any, Any]:
    name = _PREFIX + key
    arrow_type = _type_of([value for value in values if value is not None])
    if arrow_type is not None:
        return pyarrow.field(name, arrow_type), pyarrow.array(values, arrow_type)
    texts = [None if value is None else _json(key, value) for value in values]
    return pyarrow.field(name, pyarrow.string(), metadata=_AS_JSON), pyarrow.array(texts, pyarrow.string())


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
    if kinds == {float, int} and all(value in _EXACT for value in values if type(value) is int):
        return pyarrow.float64()
    return None


def _json(key: str, value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"The value of {key!r} can't be kept: {error}.", field=key) from error


def _values(table: Any, name: str) -> list[Any]:
    values: list[Any] = table[name].to_pylist()
    metadata = table.schema.field(name).metadata or {}
    if metadata.get(b"headwater") != b"json":
        return values
    return [None if value is None else orjson.loads(value) for value in values]
