"""Requests that come together share a query, and none gets an answer that is older than its question."""

import asyncio
from collections.abc import Sequence

import pytest

from headwater_service.store.gathering import Gathered


class Source:
    """Answers when it is let go on, with what it held when a query began."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.queries: list[list[str]] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()

    async def find(self, keys: Sequence[str]) -> dict[str, int]:
        self.queries.append(list(keys))
        found = {key: self.values[key] for key in keys if key in self.values}
        error = self.error
        await self.gate.wait()
        if error is not None:
            raise error
        return found


async def asked(gathered: Gathered[str, int], *keys: str) -> list[asyncio.Task[int | None]]:
    """Ask for each key as a request of its own, and let them all begin."""
    tasks = [asyncio.create_task(gathered.find(key)) for key in keys]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_what_is_asked_for_together_is_one_query() -> None:
    source = Source()
    source.values = {"a": 1, "b": 2}
    gathered = Gathered(source.find)

    tasks = await asked(gathered, "a", "b", "a", "missing")
    source.gate.set()

    assert await asyncio.gather(*tasks) == [1, 2, 1, None]
    assert source.queries == [["a", "b", "missing"]]


async def test_what_is_asked_for_during_a_query_waits_for_the_next() -> None:
    source = Source()
    source.values = {"a": 1}
    gathered = Gathered(source.find)
    [before] = await asked(gathered, "a")
    source.values = {"a": 2, "b": 3}

    after = await asked(gathered, "a", "b", "a")
    source.gate.set()

    assert await before == 1
    assert await asyncio.gather(*after) == [2, 3, 2]
    assert source.queries == [["a"], ["a", "b"]]


async def test_an_error_reaches_those_who_asked_and_nobody_later() -> None:
    source = Source()
    source.values, source.error = {"a": 1}, RuntimeError("down")
    gathered = Gathered(source.find)
    failing = await asked(gathered, "a", "b")
    source.error = None
    [later] = await asked(gathered, "a")
    source.gate.set()

    results = await asyncio.gather(*failing, return_exceptions=True)

    assert [str(result) for result in results] == ["down", "down"]
    assert await later == 1


async def test_one_that_gives_up_takes_the_answer_from_nobody() -> None:
    source = Source()
    source.values = {"a": 1}
    gathered = Gathered(source.find)
    leaving, staying = await asked(gathered, "a", "a")

    leaving.cancel()
    source.gate.set()

    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying == 1


async def test_it_answers_again_after_a_pause() -> None:
    source = Source()
    source.values = {"a": 1}
    source.gate.set()
    gathered = Gathered(source.find)

    first = await gathered.find("a")
    source.values = {"a": 2}
    second = await gathered.find("a")

    assert (first, second) == (1, 2)
    assert source.queries == [["a"], ["a"]]
