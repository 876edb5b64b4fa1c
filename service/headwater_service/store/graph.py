"""The one place that owns Neo4j sessions, retries, deadlines and errors."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, LiteralString, TypeVar

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncResult, NotificationMinimumSeverity, Query
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)
from prometheus_client import Histogram

from headwater_service.errors import UnavailableError
from headwater_service.store.gathering import Gathered

K = TypeVar("K")
T = TypeVar("T")
Access = Literal["READ", "WRITE"]

BOLT_SECONDS = Histogram("headwater_bolt_seconds", "Time of one read or write of the graph", ["access"])

# Another write held what this one had to wait for.
_LOCK_ERRORS: Final = ("LockAcquisitionTimeout", "LockClientStopped", "DeadlockDetected")

# A lock that could not be had in time is reported as the client's fault, which the driver would not retry.
_RETRIED_CLIENT_ERRORS: Final = frozenset(
    {
        "Neo.ClientError.Transaction.LockClientStopped",
        "Neo.TransientError.Transaction.LockClientStopped",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
        "Neo.ClientError.Transaction.TransactionMarkedAsFailed",
    }
)


class DuplicateError(Exception):
    """A uniqueness constraint refused a write: another writer was first. Stays inside store and domain."""


class Transaction:
    """What a store function is given: runs fixed query texts with parameters and returns plain rows."""

    def __init__(self, run: Callable[[LiteralString, dict[str, Any]], Awaitable[AsyncResult]]) -> None:
        self._run = run
        self.query_count = 0

    async def rows(
        self, query: LiteralString, parameters: Mapping[str, Any] | None = None, /, **more: Any
    ) -> list[dict[str, Any]]:
        """Run a query and return all its rows."""
        self.query_count += 1
        result = await self._run(query, {**(parameters or {}), **more})
        # All queries return values and maps, no nodes, so that there is nothing in a record to convert.
        return [dict(record.items()) async for record in result]  # type: ignore[no-untyped-call]

    async def row(
        self, query: LiteralString, parameters: Mapping[str, Any] | None = None, /, **more: Any
    ) -> dict[str, Any] | None:
        """Run a query and return its first row, or None."""
        rows = await self.rows(query, parameters, **more)
        return rows[0] if rows else None


Work = Callable[[Transaction], Awaitable[T]]
# Looks up many keys in one query.
FindMany = Callable[[Transaction, Sequence[K]], Awaitable[Mapping[K, T]]]


class Graph:
    """A pool of connections to Neo4j. Every call ends within its deadline: with an answer, or UnavailableError."""

    def __init__(self, driver: AsyncDriver, database: str, *, deadline_seconds: float) -> None:
        self._driver = driver
        self._database = database
        self._deadline_seconds = deadline_seconds
        self._gathered: dict[FindMany[Any, Any], Gathered[Any, Any]] = {}
        self.query_count = 0

    async def read(self, work: Work[T], *, deadline_seconds: float | None = None) -> T:
        """Run `work`, each of its queries in a read transaction of its own, again after a passing fault.

        Neo4j reads what is committed at that moment also inside one transaction, so that one around several queries
        would isolate nothing: it would only cost two more round trips.
        """
        return await self._run("READ", work, deadline_seconds, is_single=True)

    async def find(self, find_many: FindMany[K, T], key: K) -> T | None:
        """Look one thing up, in one query with what other requests look up by the same function at this moment.

        `find_many` is a function of a module, for those that pass the same one share a query.
        """
        gathered: Gathered[K, T] | None = self._gathered.get(find_many)
        if gathered is None:
            gathered = Gathered(lambda keys: self.read(lambda tx: find_many(tx, keys)))
            self._gathered[find_many] = gathered
        return await gathered.find(key)

    async def write(self, work: Work[T], *, deadline_seconds: float | None = None) -> T:
        """Run `work` in a write transaction, again after a passing fault.

        A lost connection leaves it open whether the commit happened, so `work` must be safe to repeat: it looks
        its operation id up first (`store.operations`), or writes the same values again.
        """
        return await self._run("WRITE", work, deadline_seconds)

    async def write_each(self, work: Work[T]) -> T:
        """Run `work`, each of its queries a write of its own that commits itself, again after a passing fault.

        For a change that is one statement: what holds for `write` about repeating holds for each.
        """
        return await self._run("WRITE", work, None, is_single=True)

    async def verify(self) -> None:
        """Raise UnavailableError unless the database answers."""
        await self.read(lambda tx: tx.rows("RETURN 1 AS one"), deadline_seconds=3.0)

    async def close(self) -> None:
        await self._driver.close()

    async def _run(
        self, access: Access, work: Work[T], deadline_seconds: float | None, *, is_single: bool = False
    ) -> T:
        end = time.monotonic() + (deadline_seconds or self._deadline_seconds)
        attempt, is_held = 0, False
        while True:
            try:
                async with asyncio.timeout(end - time.monotonic()):
                    return await self._attempt(access, work, max(end - time.monotonic(), 0.001), is_single=is_single)
            except TimeoutError as error:
                raise _unavailable("did not answer in time", is_held=is_held) from error
            except (Neo4jError, DriverError) as error:
                pause = min(0.02 * 2**attempt, 0.5) * random.uniform(0.5, 1.5)
                _raise_unless_passing(error)
                is_held = isinstance(error, Neo4jError) and str(error.code).endswith(_LOCK_ERRORS)
                if time.monotonic() + pause >= end:
                    raise _unavailable("is not reachable", is_held=is_held) from error
            attempt += 1
            await asyncio.sleep(pause)

    async def _attempt(self, access: Access, work: Work[T], seconds: float, *, is_single: bool) -> T:
        started = time.perf_counter()
        async with self._driver.session(database=self._database, default_access_mode=access) as session:
            # The server ends a transaction even if this process is stopped in the middle of it.
            if is_single:
                answer = await self._counted(
                    Transaction(lambda query, values: session.run(Query(query, timeout=seconds), values)), work
                )
            else:
                async with await session.begin_transaction(timeout=seconds) as transaction:
                    answer = await self._counted(Transaction(transaction.run), work)
                    await transaction.commit()
        BOLT_SECONDS.labels(access).observe(time.perf_counter() - started)
        return answer

    async def _counted(self, transaction: Transaction, work: Work[T]) -> T:
        try:
            return await work(transaction)
        finally:
            self.query_count += transaction.query_count


def _unavailable(what: str, *, is_held: bool) -> UnavailableError:
    """Say why there is no answer; `is_held`: the last attempt that ended had waited for another write."""
    if is_held:
        return UnavailableError("Another write holds what this one needs. Nothing is lost; try again.")
    return UnavailableError(f"The graph database {what}. Nothing is lost; try again.")


def _raise_unless_passing(error: Neo4jError | DriverError) -> None:
    """Return for a fault that a new attempt may not meet; else raise what it means."""
    if isinstance(error, ConstraintError):
        raise DuplicateError(str(error)) from error
    if isinstance(error, AuthError):
        raise UnavailableError(
            "The graph database refused the service's credentials. See `headwater doctor`."
        ) from error
    if isinstance(error, TransientError | ServiceUnavailable | SessionExpired):
        return
    if isinstance(error, ClientError) and error.code in _RETRIED_CLIENT_ERRORS:
        return
    if error.is_retryable():
        return
    raise error


def connect(uri: str, user: str, password: str, database: str, *, deadline_seconds: float) -> Graph:
    """Open a pool of connections. Connects on first use; call it inside the running event loop."""
    driver = AsyncGraphDatabase.driver(
        uri,
        auth=(user, password),
        connection_acquisition_timeout=deadline_seconds,
        connection_timeout=min(deadline_seconds, 5.0),
        # Each call has its deadline; one of the driver's own costs a task for each message.
        connection_write_timeout=None,  # type: ignore[arg-type]
        max_transaction_retry_time=0,
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        user_agent="headwater",
    )
    return Graph(driver, database, deadline_seconds=deadline_seconds)
