"""What one replica does for all from time to time, each job under a lease of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from headwater_service.config import Settings
from headwater_service.domain.events import BATCH, sequence_events
from headwater_service.domain.history_compaction import compact_histories
from headwater_service.domain.run_fields_fill import fill_run_fields
from headwater_service.domain.runs import CRASHED_BATCH, crash_silent_runs
from headwater_service.domain.search_fill import fill_texts
from headwater_service.domain.ttl import BATCH as EXPIRY_BATCH
from headwater_service.domain.ttl import expire_versions
from headwater_service.errors import UnavailableError
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, LeaseLostError, drop_lease, take_lease
from headwater_service.store.objects import ObjectStore

LEASE_SECONDS: Final = 15.0
FAULT_SECONDS: Final = 5.0
SEQUENCER_SECONDS: Final = 0.25
CRASHED_SECONDS: Final = 15.0
# Once all is filled in, a round is one look at one node.
FILL_SECONDS: Final = 60.0
EXPIRY_SECONDS: Final = 60.0
COMPACTION_SECONDS: Final = 15.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work of one replica at a time. `work` returns whether more waits, which is then done at once."""

    name: str
    every_seconds: float
    work: Callable[[Lease], Awaitable[bool]]


class Periodic:
    """The jobs of this replica, running until `stop`."""

    def __init__(self, graph: Graph, jobs: list[Job]) -> None:
        self._graph = graph
        self._holder = new_id()
        self._tasks = [asyncio.create_task(self._run(job), name=f"periodic {job.name}") for job in jobs]

    async def stop(self) -> None:
        """End the jobs, and let another replica take their leases at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        lease: Lease | None = None
        renewed = 0.0
        try:
            while True:
                try:
                    if time.monotonic() - renewed > LEASE_SECONDS / 3:
                        lease, renewed = await self._take(job), time.monotonic()
                    is_more = lease is not None and await job.work(lease)
                    await asyncio.sleep(0.0 if is_more else job.every_seconds)
                except LeaseLostError:
                    log.info("another replica took over", job=job.name)
                    lease, renewed = None, time.monotonic()
                except UnavailableError as error:
                    log.warning("periodic work waits for the graph", job=job.name, error=error.message)
                    await asyncio.sleep(FAULT_SECONDS)
                except Exception:
                    # A bug in one round must not end the job for the life of the process.
                    log.exception("periodic work failed", job=job.name)
                    await asyncio.sleep(FAULT_SECONDS)
        finally:
            if lease is not None:
                await self._drop(lease)

    async def _take(self, job: Job) -> Lease | None:
        return await self._graph.write(lambda tx: take_lease(tx, job.name, self._holder, seconds=LEASE_SECONDS))

    async def _drop(self, lease: Lease) -> None:
        async def work(tx: Transaction) -> None:
            await drop_lease(tx, lease)

        try:
            await self._graph.write(work, deadline_seconds=2.0)
        except UnavailableError as error:
            # It expires by itself.
            log.warning("a lease could not be given back", lease=lease.name, error=error.message)


def start(graph: Graph, objects: ObjectStore, settings: Settings) -> Periodic:
    """Start this replica's jobs in the running event loop."""
    return Periodic(
        graph,
        [
            Job("sequencer", SEQUENCER_SECONDS, partial(_sequence, graph)),
            Job("crashed-runs", CRASHED_SECONDS, partial(_crash, graph, settings.crashed_after_seconds)),
            Job("expired-versions", EXPIRY_SECONDS, partial(_expire, graph)),
            Job("history-compaction", COMPACTION_SECONDS, partial(compact_histories, graph, objects)),
            Job("search-texts", FILL_SECONDS, partial(fill_texts, graph)),
            Job("run-fields", FILL_SECONDS, partial(fill_run_fields, graph)),
        ],
    )


async def _sequence(graph: Graph, lease: Lease) -> bool:
    return await sequence_events(graph, lease) == BATCH


async def _crash(graph: Graph, seconds: float, lease: Lease) -> bool:
    return await crash_silent_runs(graph, lease, seconds=seconds) == CRASHED_BATCH


async def _expire(graph: Graph, lease: Lease) -> bool:
    return await expire_versions(graph, lease) == EXPIRY_BATCH
