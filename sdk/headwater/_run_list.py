"""The runs that `Api().runs` finds: a sequence that is fetched while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from . import _listing
from . import _run_operations as operations
from ._client import Client
from ._recorded import RecordedRun


class Runs(Sequence[RecordedRun]):
    """Runs in an order, fetched a page at a time: `for run in runs`, `runs[0]`, `len(runs)`, `next(runs)`."""

    def __init__(self, client: Client, wanted: dict[str, Any]) -> None:
        self._client = client
        self._wanted = wanted
        self._fetched: list[RecordedRun] = []
        self._after: str | None = None
        self._count: int | None = None
        self._is_complete = False
        self._next = 0

    def __iter__(self) -> Iterator[RecordedRun]:
        """The runs, from the first."""
        position = 0
        while self._has(position):
            yield self._fetched[position]
            position += 1

    def __next__(self) -> RecordedRun:
        """The run after the one that this gave last."""
        if not self._has(self._next):
            raise StopIteration
        self._next += 1
        return self._fetched[self._next - 1]

    def __len__(self) -> int:
        """How many there are; the service counts them once."""
        if self._is_complete:
            return len(self._fetched)
        if self._count is None:
            self._fetch(is_counted=True)
        assert self._count is not None
        return self._count

    def __bool__(self) -> bool:
        """Whether there is any, without counting them."""
        return self._has(0)

    @overload
    def __getitem__(self, index: int) -> RecordedRun: ...
    @overload
    def __getitem__(self, index: slice) -> list[RecordedRun]: ...
    def __getitem__(self, index: int | slice) -> RecordedRun | list[RecordedRun]:
        """A run by its place in the order, or several."""
        if isinstance(index, slice):
            ends = [end for end in (index.start, index.stop) if end is not None]
            self._has(None if index.stop is None or min(ends) < 0 else max(ends))
            return self._fetched[index]
        if not self._has(None if index < 0 else index):
            raise IndexError(f"There are {len(self._fetched)} runs, and none at {index}.")
        return self._fetched[index]

    def __repr__(self) -> str:
        """Where they are from."""
        return f"<Runs of {self._wanted['project']}>"

    def _has(self, position: int | None) -> bool:
        """Fetch as far as a position, or all, and tell whether there is a run."""
        while not self._is_complete and (position is None or position >= len(self._fetched)):
            self._fetch()
        return bool(self._fetched) if position is None else position < len(self._fetched)

    def _fetch(self, *, is_counted: bool = False) -> None:
        variables = {**self._wanted, "first": _listing.PAGE, "after": self._after, "isCounted": is_counted}
        page = self._client.execute(operations.LIST_RUNS, variables)["runs"]
        self._fetched += [RecordedRun(self._client, edge["node"]) for edge in page["edges"]]
        self._after = page["pageInfo"]["endCursor"]
        self._is_complete = not page["pageInfo"]["hasNextPage"]
        if is_counted:
            self._count = page["totalCount"]
