"""The history of a run as the service has it: row by row, or as a table of pandas, polars or Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import _run_operations as operations
from ._client import Client
from ._errors import NotFoundError
from ._history import unwire, wire

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

PAGE = 5_000
_FIRST_COLUMNS = ("_step", "_time")


class RecordedHistory:
    """What a run logged, in order of the steps. To iterate gives rows: `{"_step": …, "_time": …, key: value, …}`.

    A page of it is in memory at a time, and each iteration asks the service anew, so that of a run that goes on the
    next one has more.
    """

    def __init__(
        self,
        client: Client,
        path: str,
        keys: Sequence[str] | None,
        samples: int | None,
        steps: tuple[int | None, int | None],
    ) -> None:
        self._client = client
        self._path = path
        self._samples = samples
        self._wanted = {
            "path": path,
            "keys": None if keys is None else list(keys),
            "minStep": steps[0],
            "maxStep": steps[1],
        }
        self._rows: Iterator[dict[str, Any]] | None = None

    def __repr__(self) -> str:
        """The path of its run."""
        return f"<RecordedHistory of {self._path}>"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, from the first one."""
        if self._samples is not None:
            yield from map(unwire, self._ask(operations.RUN_SAMPLES, samples=self._samples)["rows"])
            return
        after: int | None = None
        while True:
            page = self._ask(operations.RUN_HISTORY, first=PAGE, after=after)
            yield from map(unwire, page["rows"])
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]

    def __next__(self) -> dict[str, Any]:
        """The row after the one that this gave last."""
        if self._rows is None:
            self._rows = iter(self)
        return next(self._rows)

    def to_pandas(self) -> pandas.DataFrame:
        """All rows as a `pandas.DataFrame` with a column for each key, NaN where a step has none.

        Raises:
            ImportError: if pandas is not installed.
        """
        import pandas

        return pandas.DataFrame(self._columns())

    def to_polars(self) -> polars.DataFrame:
        """All rows as a `polars.DataFrame` with a column for each key, null where a step has none.

        Raises:
            ImportError: if polars is not installed.
        """
        import polars

        return polars.DataFrame(polars.from_arrow(self.to_arrow()))

    def to_arrow(self) -> pyarrow.Table:
        """All rows as a `pyarrow.Table` with a column for each key, null where a step has none.

        A column of values that no one type holds is JSON text.
        """
        import pyarrow

        return pyarrow.table({key: _arrow_column(values) for key, values in self._columns().items()})

    def _ask(self, document: str, **variables: Any) -> dict[str, Any]:
        run = self._client.execute(document, {**self._wanted, **variables})["run"]
        if run is None:
            raise NotFoundError(f"The run {self._path} is no longer there.", path=self._path)
        history: dict[str, Any] = run["history"]
        return history

    def _columns(self) -> dict[str, list[Any]]:
        """The values by key, one each row; the keys of ours first, then in order of their first row."""
        columns: dict[str, list[Any]] = {key: [] for key in _FIRST_COLUMNS}
        count = 0
        for count, row in enumerate(self, 1):
            for key, value in row.items():
                column = columns.get(key)
                if column is None:
                    column = columns[key] = []
                column.extend([None] * (count - 1 - len(column)))
                column.append(value)
        for column in columns.values():
            column.extend([None] * (count - len(column)))
        return columns


def _arrow_column(values: list[Any]) -> Any:
    import pyarrow

    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError):
        return pyarrow.array([None if value is None else json.dumps(wire(value)) for value in values])
