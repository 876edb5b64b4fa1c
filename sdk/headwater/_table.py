"""Tables: rows of values, arrays and media, kept as one Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from . import _cells
from ._client import print_notice
from ._errors import InvalidInputError, NotFoundError
from ._history import MediaFile
from ._media import Kept, Media


class Table(Media):
    """A table to log, or to keep in an artifact.

    `run.log({"predictions": headwater.Table(columns=["digit", "guess"], data=[[pixels, 7]])})` also makes it a version
    of the artifact `run-<id>-predictions`. A cell holds a number, a text, a truth value, a time, bytes, an array or
    tensor (its shape and type are kept), a list or a dictionary of these, an image or another medium, or None. Cells of
    one column may differ in type.

    Args:
        columns: The names of the columns; "0", "1", … if not given.
        data: The rows; or an array of two dimensions; or a data frame.
        dataframe: A data frame of pandas or polars, or an Arrow table; its columns are those of the table.
        rows: The same as `data`.
        dtype, optional, allow_mixed_types: Without effect, for code that gives them: every column takes every type.

    Raises:
        InvalidInputError: if a name comes twice, a row has more or fewer cells than there are columns, or a cell holds
            something that cannot be kept; it is named.
    """

    MAX_ROWS: ClassVar[int] = 10_000
    """Rows of a logged table; those above are left out, with a notice. It may be set."""
    MAX_ARTIFACT_ROWS: ClassVar[int] = 200_000
    """Rows of a table in an artifact; more are refused. It may be set."""

    _kind = "table"
    _folder = "tables"

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        data: Any = None,
        *,
        dataframe: Any = None,
        rows: Any = None,
        dtype: Any = None,
        optional: Any = True,
        allow_mixed_types: bool = True,
    ) -> None:
        self._cells: dict[str, list[Any]] = {}
        data = rows if data is None else data
        if dataframe is None and _is_frame(data):
            dataframe, data = data, None
        if dataframe is not None:
            if data is not None or columns is not None:
                raise InvalidInputError("A table of a data frame has its columns and rows: give neither.")
            self._take(dict(_cells.columns_of(dataframe)))
            return
        listed = [] if data is None else _rows_of(data)
        width = len(listed[0]) if listed and columns is None else 0
        names = [str(index) for index in range(width)] if columns is None else [str(name) for name in columns]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise InvalidInputError(f"The columns {twice} come more than once.", field="columns")
        self._cells = {name: [] for name in names}
        for row in listed:
            self.add_data(*row)

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return list(self._cells)

    @property
    def data(self) -> list[list[Any]]:
        """Its rows, as a list that is made anew each time."""
        return [list(row) for row in zip(*self._cells.values(), strict=True)]

    def __len__(self) -> int:
        """The number of its rows."""
        return len(next(iter(self._cells.values()), ()))

    def __repr__(self) -> str:
        """Its size and columns."""
        return f"Table({len(self)} rows, columns={self.columns})"

    def add_data(self, *cells: Any) -> None:
        """Add a row: a cell for each column.

        Raises:
            InvalidInputError: if there are more or fewer cells than columns, or one cannot be kept.
        """
        if len(cells) != len(self._cells):
            raise InvalidInputError(
                f"A row of this table has {len(self._cells)} cells ({', '.join(self._cells)}), not {len(cells)}."
            )
        row = [_cells.cell(value, f"{name!r}, row {len(self)}") for name, value in zip(self._cells, cells, strict=True)]
        for column, value in zip(self._cells.values(), row, strict=True):
            column.append(_own(value))

    def add_row(self, *cells: Any) -> None:
        """Add a row: the same as `add_data`."""
        self.add_data(*cells)

    def add_column(self, name: str, data: Any) -> None:
        """Add a column.

        Args:
            name: Its name.
            data: A cell for each row; an array gives one for each of its first dimension.

        Raises:
            InvalidInputError: if the name is taken, there are more or fewer cells than rows, or one cannot be kept.
        """
        name = str(name)
        if name in self._cells:
            raise InvalidInputError(f"The table has a column {name!r} already.", field="name")
        column = _cells.listed(data)
        if self._cells and len(column) != len(self):
            raise InvalidInputError(f"The column {name!r} has {len(column)} cells; the table has {len(self)} rows.")
        self._take({name: column})
        self._cells[name] = [_own(value) for value in self._cells[name]]

    def add_computed_columns(self, compute: Callable[[int, dict[str, Any]], Mapping[str, Any]]) -> None:
        """Add columns that are computed of each row.

        Args:
            compute: Gets the number of a row and its cells by column, and returns new cells by column.
        """
        found = [dict(compute(index, row)) for index, row in enumerate(self._dictionaries())]
        names = dict.fromkeys(name for row in found for name in row)
        for name in names:
            self.add_column(name, [row.get(name) for row in found])

    def get_column(self, name: str, convert_to: Literal["numpy"] | None = None) -> Any:
        """The cells of a column, as a list.

        Args:
            name: Its name.
            convert_to: "numpy" for an array: of arrays and images of one shape it has a dimension more.

        Raises:
            NotFoundError: if there is no such column.
        """
        if convert_to not in (None, "numpy"):
            raise InvalidInputError(f"convert_to is {convert_to!r}; it may be 'numpy'.", field="convert_to")
        if name not in self._cells:
            raise NotFoundError(f"The table has no column {name!r}, but {', '.join(map(repr, self._cells))}.")
        column = self._cells[name]
        return list(column) if convert_to is None else _cells.as_array(column)

    def get_dataframe(self) -> Any:
        """The table as a data frame of pandas.

        Raises:
            InvalidInputError: if pandas is not there.
        """
        try:
            import pandas
        except ImportError as error:
            raise InvalidInputError("get_dataframe needs pandas: pip install pandas.") from error
        return pandas.DataFrame({name: pandas.Series(cells) for name, cells in self._cells.items()})

    def iterrows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows with their numbers, one after the other."""
        for index, row in enumerate(zip(*self._cells.values(), strict=True)):
            yield index, list(row)

    def _dictionaries(self) -> Iterator[dict[str, Any]]:
        for _, row in self.iterrows():
            yield dict(zip(self._cells, row, strict=True))

    def _take(self, columns: Mapping[str, list[Any]]) -> None:
        for name, column in columns.items():
            self._cells[name] = [_cells.cell(value, f"{name!r}, row {row}") for row, value in enumerate(column)]

    # -- as a file

    def _ending(self) -> str:
        return ".parquet"

    def _kept(self) -> Kept:
        if len(self) > self.MAX_ARTIFACT_ROWS:
            raise InvalidInputError(
                f"A table has at most {self.MAX_ARTIFACT_ROWS:,} rows, and this one {len(self):,}. Set "
                "headwater.Table.MAX_ARTIFACT_ROWS, or write a Parquet file and add that."
            )
        from ._table_file import write

        facts = {"columns": self.columns, "rows": len(self), "format": "parquet"}
        return Kept(write(self._cells), facts)

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        from ._table_file import read

        table = cls()
        table._cells = read(kept.content)
        return table

    def _first(self, rows: int) -> Table:
        part = Table()
        part._cells = {name: column[:rows] for name, column in self._cells.items()}
        return part

    def as_file(self, key: str, step: int) -> MediaFile:
        """The run file of it, logged under a key at a step: of a long table, of its first rows."""
        shown = self._shown(key)
        return super(Table, shown).as_file(key, step)

    def _shown(self, key: str) -> Table:
        if len(self) <= self.MAX_ROWS:
            return self
        print_notice(
            f"the table {key!r} has {len(self):,} rows; the first {self.MAX_ROWS:,} are logged. Set "
            "headwater.Table.MAX_ROWS, or add it to an artifact"
        )
        return self._first(self.MAX_ROWS)


def _own(value: Any) -> Any:
    """A cell that stays as it is: who fills one buffer again and again means what is in it now."""
    return value.copy() if _cells.is_array(value) else value


def _is_frame(data: Any) -> bool:
    return hasattr(data, "columns") and not isinstance(data, Table)


def _rows_of(data: Any) -> list[Any]:
    rows = _cells.listed(data)
    for index, row in enumerate(rows):
        if isinstance(row, str | bytes) or not hasattr(row, "__len__") or not hasattr(row, "__iter__"):
            raise InvalidInputError(f"The row {index} is a {type(row).__name__}; a row is a list of cells.")
    return rows
