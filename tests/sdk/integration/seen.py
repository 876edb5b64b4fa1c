"""What a run left behind."""

from typing import Any

import headwater


def rows_of(path: str) -> list[dict[str, Any]]:
    """The history of a run, without the times."""
    return [{key: value for key, value in row.items() if key != "_time"} for row in headwater.Api().run(path).history()]


def table_of(path: str, name: str) -> headwater.Table:
    """A table of an artifact."""
    table = headwater.Api().artifact(path).get(name)
    assert isinstance(table, headwater.Table)
    return table
