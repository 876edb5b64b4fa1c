"""The choke point of HTTP: every route declares who may call it, and nothing runs before that is checked."""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from headwater_service.domain.access import Viewer
from headwater_service.errors import DomainError, UnavailableError
from headwater_service.http.authentication import authenticate
from headwater_service.http.errors import error_response
from headwater_service.http.services import Services, services_of

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Refusal: TypeAlias = Callable[[Request, DomainError], Response]


class Access(StrEnum):
    """Who may call a route. OPEN ones say nothing about anybody's data; `METRICS` is a loopback peer or a viewer."""

    OPEN = "open"
    METRICS = "metrics"
    VIEWER = "viewer"


def refuse_as_rest(request: Request, error: DomainError) -> Response:
    return error_response(error, request.state.request_id)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route: its path, methods, who may call it, what answers, and in which form it refuses."""

    path: str
    methods: tuple[str, ...]
    access: Access
    handler: Handler
    refuse: Refusal = refuse_as_rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        scope["state"]["route"] = self.path
        try:
            await self._admit(request)
            response = await self.handler(request)
        except DomainError as error:
            response = self.refuse(request, error)
        await response(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        if self.access is Access.OPEN or (self.access is Access.METRICS and _is_loopback(request)):
            return
        _require_prepared(services_of(request.scope))
        request.state.viewer = await authenticate(request)


def viewer_of(request: Request) -> Viewer:
    """Return the viewer that the guard admitted."""
    viewer = request.state.viewer
    assert isinstance(viewer, Viewer)
    return viewer


def _require_prepared(services: Services) -> None:
    if not services.is_prepared:
        raise UnavailableError(
            f"The service is still starting: preparing the graph {services.preparation_error}. "
            "It goes on by itself; try again in a moment."
        )


def _is_loopback(request: Request) -> bool:
    # What a proxy on this machine passes on comes from elsewhere.
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
