"""Builds the application: the only place where the parts are wired together."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final, TypedDict

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware

from headwater_service.config import Settings, settings_from
from headwater_service.domain.event_tail import EventTail
from headwater_service.domain.periodic import start
from headwater_service.errors import UnavailableError
from headwater_service.http.hosts import AllowedHosts
from headwater_service.http.logs import configure_logs
from headwater_service.http.request_id import HEADER, RequestId
from headwater_service.http.routes import refuse_route, routes
from headwater_service.http.security_headers import SecurityHeaders
from headwater_service.http.services import Services
from headwater_service.store.graph import connect
from headwater_service.store.migrations import migrate
from headwater_service.store.objects import open_objects
from headwater_service.store.probes import StoreProbes

log = structlog.get_logger("headwater.app")

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
# When to look for garbage in cycles: after so many new objects; each tenth look goes on to what outlived one; each
# thousandth through everything. Python's own 700, 10, 10 cost a request of a few milliseconds a quarter of its time,
# for what a request leaves in cycles is gone in the first look or the second.
GARBAGE_THRESHOLDS: Final = (10_000, 10, 100)


class State(TypedDict):
    services: Services


def create() -> Starlette:
    """Build the application from the environment: what each service process calls."""
    settings = settings_from()
    configure_logs(settings)
    app = build_app(settings)
    # What is loaded now, the schema most of all, stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    return app


def build_app(settings: Settings) -> Starlette:
    """Build the application. It answers at once, and becomes ready when graph and store are there."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        graph = connect(
            settings.neo4j_uri,
            settings.neo4j_user,
            settings.neo4j_password,
            settings.neo4j_database,
            deadline_seconds=settings.query_timeout_seconds,
        )
        services = Services(settings=settings, graph=graph, objects=open_objects(settings), tail=EventTail(graph))
        background = asyncio.create_task(_run_in_background(services), name="background")
        try:
            yield {"services": services}
        finally:
            background.cancel()
            with suppress(asyncio.CancelledError):
                await background
            await services.tail.stop()
            await services.objects.close()
            await services.graph.close()

    return Starlette(
        routes=routes(),
        lifespan=lifespan,
        exception_handlers={HTTPException: refuse_route},
        middleware=[
            Middleware(RequestId),
            Middleware(SecurityHeaders),
            Middleware(AllowedHosts, settings=settings),
            # Dashboards of other origins send a key; a cookie is never accepted from there.
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type", HEADER],
                expose_headers=[HEADER],
            ),
            # The quickest levels: the slow ones cost more than the answer that they shorten.
            Middleware(CompressMiddleware, minimum_size=1024, zstd_level=1, brotli=False, gzip_level=1),
        ],
    )


async def _run_in_background(services: Services) -> None:
    """Prepare the graph, then do this replica's share of the periodic work until the process ends."""
    await asyncio.gather(_prepare(services), _ask_store(services))
    periodic = start(services.graph, services.objects, services.settings)
    try:
        await asyncio.Event().wait()
    finally:
        await periodic.stop()


async def _ask_store(services: Services) -> None:
    """See once that the object store has what bytes are not safe without; until then the service is not ready."""
    # Asked on the internal address: the public one need not be reachable from here.
    probes = StoreProbes(replace(services.settings, s3_public_endpoint=services.settings.s3_endpoint))
    pause = FIRST_PAUSE_SECONDS
    while services.store_faults is None:
        try:
            found = await asyncio.to_thread(probes.required)
        except UnavailableError as error:
            log.warning("the object store cannot be asked yet", reason=str(error), next_attempt_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        services.store_faults = tuple(probe.name for probe in found if probe.outcome == "fail")
        for probe in found:
            if probe.outcome == "fail":
                log.error("the object store cannot be used", lacks=probe.name, what_to_do=probe.message)


async def _prepare(services: Services) -> None:
    """Bring the graph up to date, however long it takes to appear."""
    pause = FIRST_PAUSE_SECONDS
    while not services.is_prepared:
        try:
            applied = await migrate(services.graph)
            services.is_prepared = True
            log.info("the graph is prepared", applied=applied)
        except (UnavailableError, TimeoutError) as error:
            services.preparation_error = f"failed: {error}"
            log.warning("the graph cannot be prepared yet", reason=str(error), next_attempt_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
