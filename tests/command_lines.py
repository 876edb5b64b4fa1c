"""What the tests of the command line share: the outcome of one command line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Done:
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        """The lines of stdout, split at tabs."""
        return [line.split("\t") for line in self.out.splitlines()]

    @property
    def facts(self) -> dict[str, str]:
        """The lines of stdout that are a name and a value."""
        return {row[0]: row[1] for row in self.rows if len(row) == 2}

    def json(self) -> Any:
        return orjson.loads(self.out)


Cli = Callable[..., Done]
