"""Chunks of history column by column: merged to larger ones, and looked through for what a chart of them shows."""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from headwater_service.store.history_chunks import (
    AS_JSON,
    BASE,
    EXACT,
    PREFIX,
    ChunkFacts,
    is_json,
    json_text,
    read_columns,
    values_of,
    write_columns,
)

_WORD: Final = 2**64


@dataclass(frozen=True, slots=True)
class Buckets:
    """Steps from `low` to `high`, in `count` parts of equal width."""

    low: int
    high: int
    count: int

    @property
    def width(self) -> int:
        return -(-(self.high - self.low + 1) // self.count)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric; `number` is that of its record in its stream."""

    step: int
    number: int
    time: float
    value: Any


@dataclass(frozen=True, slots=True)
class Extremes:
    """What a chunk has of one metric: the first and the last point, and by bucket the lowest and the highest.

    `others` are the first points of buckets that hold nothing else than NaN, and the last ones of values that have
    no order: texts, truth values, lists, objects. `points` are all of them, where there are few.
    """

    count: int
    first: Point
    last: Point
    lowest: Sequence[tuple[int, Point]]
    highest: Sequence[tuple[int, Point]]
    others: Sequence[tuple[int, Point]]
    points: Sequence[Point] | None


def merge_columns(chunks: Sequence[bytes]) -> tuple[ChunkFacts, bytes]:
    """Return consecutive chunks of one stream as one; every value comes back from it as from them."""
    pieces = [_Piece(read_columns(chunk, None)) for chunk in chunks]
    names = dict.fromkeys(name for piece in pieces for name in piece.columns)
    schema = pyarrow.schema(
        [_merged_field(name, [piece for piece in pieces if name in piece.columns]) for name in names]
    )
    merged = pyarrow.concat_tables([piece.in_schema(schema) for piece in pieces])
    bounds = pyarrow.compute.min_max(merged["step"]).as_py()
    facts = ChunkFacts(merged["number"][0].as_py(), merged.num_rows, bounds["min"], bounds["max"])
    return facts, write_columns(merged)


def parts_within(chunks: Sequence[bytes], most_cells: int) -> list[slice]:
    """Return which consecutive chunks can become one each that has no more cells.

    One has a column of every key in any of them, as long as all together: far more cells than they had, if few keys
    are in all.
    """
    parts: list[slice] = []
    start, rows, names = 0, 0, set[str]()
    for place, chunk in enumerate(chunks):
        file = pyarrow.parquet.ParquetFile(io.BytesIO(chunk))
        own = set(file.schema_arrow.names)
        rows, names = rows + file.metadata.num_rows, names | own
        if place > start and rows * len(names) > most_cells:
            parts.append(slice(start, place))
            start, rows, names = place, file.metadata.num_rows, own
    return [*parts, slice(start, len(chunks))]


def find_extremes(data: bytes, keys: Collection[str] | None, buckets: Buckets, *, most: int) -> dict[str, Extremes]:
    """Return what a chart of at most `most` points needs of a chunk, for each metric in the steps of the buckets."""
    table = read_columns(data, keys)
    steps = table["step"].to_numpy()
    wanted = (steps >= buckets.low) & (steps <= buckets.high)
    if not wanted.all():
        table = table.filter(pyarrow.array(wanted))
        steps = table["step"].to_numpy()
    if (steps[1:] < steps[:-1]).any():
        # Records of a stream come with rising steps; a run that was started again may have gone back.
        table = table.take(pyarrow.array(numpy.argsort(steps, kind="stable")))
        steps = table["step"].to_numpy()
    # Steps may lie 2^64 apart: as unsigned words, their distance is always right.
    places = (steps.astype(numpy.uint64) - numpy.uint64(buckets.low % _WORD)) // numpy.uint64(buckets.width)
    found = {}
    for name in table.schema.names[len(BASE) :]:
        rows = numpy.flatnonzero(table[name].is_valid().to_numpy())
        if len(rows):
            found[name.removeprefix(PREFIX)] = _Column(table, name, most).extremes(rows, places[rows])
    return found


class _Column:
    """A column of a table, and the points in it."""

    def __init__(self, table: Any, name: str, most: int) -> None:
        self._table = table
        self._name = name
        self._most = most
        self._is_number = pyarrow.types.is_floating(table[name].type) or pyarrow.types.is_integer(table[name].type)

    def extremes(self, rows: Any, places: Any) -> Extremes:
        starts = numpy.flatnonzero(numpy.concatenate(([True], places[1:] != places[:-1])))
        if not self._is_number:
            ends = numpy.append(starts[1:], len(rows)) - 1
            return self._extremes(rows, places, rows[:0], rows[:0], ends)
        values = self._table[self._name].to_numpy()[rows].astype(numpy.float64)
        counts = numpy.diff(numpy.append(starts, len(rows)))
        lows = numpy.fmin.reduceat(values, starts)
        highs = numpy.fmax.reduceat(values, starts)
        lowest = _first_of_each(values == numpy.repeat(lows, counts), places)
        highest = _first_of_each(values == numpy.repeat(highs, counts), places)
        return self._extremes(rows, places, lowest, highest, starts[numpy.isnan(lows)])

    def _extremes(self, rows: Any, places: Any, lowest: Any, highest: Any, others: Any) -> Extremes:
        ends = self._points(rows[[0, -1]])
        low, high, other = (
            list(zip(places[found].tolist(), self._points(rows[found]), strict=True))
            for found in (lowest, highest, others)
        )
        points = self._points(rows) if len(rows) <= self._most else None
        return Extremes(len(rows), ends[0], ends[1], low, high, other, points)

    def _points(self, rows: Any) -> list[Point]:
        part = self._table.select([*BASE, self._name]).take(pyarrow.array(rows))
        columns = [part[name].to_pylist() for name in ("step", "number", "time")]
        return [Point(*point) for point in zip(*columns, values_of(part, self._name), strict=True)]


def _first_of_each(found: Any, places: Any) -> Any:
    """Return the first index in each place among those found; places are sorted."""
    rows = numpy.flatnonzero(found)
    where = places[rows]
    is_first = numpy.ones(len(rows), bool)
    is_first[1:] = where[1:] != where[:-1]
    return rows[is_first]


class _Piece:
    """A table to be merged, with its columns at hand by name: a table looks through all its names for each."""

    def __init__(self, table: Any) -> None:
        self.rows = table.num_rows
        self.fields = {field.name: field for field in table.schema}
        self.columns = dict(zip(self.fields, table.columns, strict=True))

    def in_schema(self, schema: Any) -> Any:
        """Return the table with the columns of a schema."""
        return pyarrow.Table.from_arrays([self._as_field(field) for field in schema], schema=schema)

    def _as_field(self, field: Any) -> Any:
        column = self.columns.get(field.name)
        if column is None:
            return pyarrow.nulls(self.rows, field.type)
        if is_json(field) and not is_json(self.fields[field.name]):
            key = field.name.removeprefix(PREFIX)
            texts = [None if value is None else json_text(key, value) for value in column.to_pylist()]
            return pyarrow.array(texts, pyarrow.string())
        return column.cast(field.type)


def _merged_field(name: str, pieces: Sequence[_Piece]) -> Any:
    """Return the field that holds the columns of all pieces exactly: of one type, or JSON text."""
    # Chunks from before may have columns of nulls alone, as JSON text: they have no say.
    pieces = [piece for piece in pieces if piece.columns[name].null_count < piece.rows] or pieces
    columns = [piece.columns[name] for piece in pieces]
    fields = [piece.fields[name] for piece in pieces]
    types = {str(column.type) for column in columns}
    if any(is_json(field) for field in fields) or not (len(types) == 1 or types == {"int64", "double"}):
        return pyarrow.field(name, pyarrow.string(), metadata=AS_JSON)
    if len(types) == 1:
        return fields[0]
    if all(_is_exact(column) for column in columns if str(column.type) == "int64"):
        return pyarrow.field(name, pyarrow.float64())
    return pyarrow.field(name, pyarrow.string(), metadata=AS_JSON)


def _is_exact(column: Any) -> bool:
    """Tell whether doubles hold all these whole numbers."""
    bounds = pyarrow.compute.min_max(column).as_py()
    return bounds["min"] is None or (bounds["min"] in EXACT and bounds["max"] in EXACT)
