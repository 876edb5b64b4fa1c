"""What several requests look up at the same time is looked up in one query."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Gathered(Generic[K, T]):
    """Runs one query at a time; what is asked for meanwhile waits for the next one.

    So no answer is older than its question, as a cache's would be: a key that was revoked before a request came is
    refused. A request that comes alone waits for nobody. The busier the service, the more share a query.
    """

    def __init__(self, find: Callable[[Sequence[K]], Awaitable[Mapping[K, T]]]) -> None:
        self._find = find
        self._asked: dict[K, asyncio.Future[T | None]] = {}
        self._running: asyncio.Task[None] | None = None

    async def find(self, key: K) -> T | None:
        """Return what is found for a key, or None. Raises what the query raised."""
        future = self._asked.get(key)
        if future is None:
            future = self._asked[key] = asyncio.get_running_loop().create_future()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        # Others may wait for the same answer: one that gives up must not take it from them.
        return await asyncio.shield(future)

    async def _run(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, {}
                await self._answer(asked)
        finally:
            self._running = None

    async def _answer(self, asked: Mapping[K, asyncio.Future[T | None]]) -> None:
        try:
            found = await self._find(list(asked))
        except Exception as error:
            for future in asked.values():
                future.set_exception(error)
                # Nobody may be left who waits for it.
                future.exception()
            return
        for key, future in asked.items():
            future.set_result(found.get(key))
