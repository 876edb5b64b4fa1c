"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

from headwater_service.errors import UnavailableError
from headwater_service.http.errors import json_response
from headwater_service.http.services import Services, services_of


async def healthz(request: Request) -> Response:
    """The process answers; says nothing of what lies behind it."""
    return json_response({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 when graph, store and migrations are there, else 503 and which of them is missing."""
    services = services_of(request.scope)
    graph, store = await asyncio.gather(_state(services.graph.verify()), _state(services.objects.verify()))
    parts = {"graph": graph, "store": _usable(services, store), "migrations": _migrations(services)}
    is_ready = set(parts.values()) == {"ok"}
    return json_response({"status": "ready" if is_ready else "not ready", **parts}, 200 if is_ready else 503)


async def _state(check: Awaitable[None]) -> str:
    try:
        await check
    except UnavailableError:
        return "unreachable"
    return "ok"


def _usable(services: Services, store: str) -> str:
    if store != "ok" or services.store_faults == ():
        return store
    # What it lacks stands in the log: this route is open to all.
    return "pending" if services.store_faults is None else "unusable"


def _migrations(services: Services) -> str:
    return "ok" if services.is_prepared else "pending"
