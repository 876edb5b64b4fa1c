"""The GraphQL route as a WebSocket: who may open one, and for how long what it was opened with counts.

A browser sends the session's cookie with any handshake, whatever page asks for it, and the header that keeps forgeries
off the HTTP route can't be sent here. So the page's origin decides: it must be our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from starlette.websockets import WebSocket

from headwater_service.api.context import Context
from headwater_service.api.schema import schema
from headwater_service.api.socket import PROTOCOL, Connection, SocketRefusal, serve_socket
from headwater_service.domain.access import Viewer
from headwater_service.domain.event_stream import Live
from headwater_service.errors import UnavailableError
from headwater_service.http.authentication import (
    SESSION_COOKIE,
    Credentials,
    credentials_in,
    own_origins,
    viewer_with,
)
from headwater_service.http.errors import UnauthenticatedError
from headwater_service.http.services import Services, services_of

TRY_AGAIN: Final = 1013
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
NO_PROTOCOL: Final = 4406
TOO_MANY: Final = 4429


async def graphql_socket(socket: WebSocket) -> None:
    """Serve subscriptions on a socket. What is wrong is told by the code that closes it."""
    services = services_of(socket.scope)
    if PROTOCOL not in socket.scope["subprotocols"]:
        await socket.accept()
        await socket.close(NO_PROTOCOL, f"The subprotocol is {PROTOCOL}")
        return
    await socket.accept(PROTOCOL)
    if not _is_known_origin(socket, services):
        await socket.close(FORBIDDEN, "Not from a page of this origin")
    elif not services.is_prepared:
        await socket.close(TRY_AGAIN, "The service is still starting")
    else:
        await _serve(socket, services)


async def _serve(socket: WebSocket, services: Services) -> None:
    settings, request_id = services.settings, socket.scope["state"]["request_id"]
    guest = _Guest(socket, services)
    connection = Connection(
        admit=guest.admit,
        new_context=partial(_new_context, services, guest, request_id),
        request_id=request_id,
        init_seconds=settings.socket_init_seconds,
        most_subscriptions=settings.socket_subscriptions,
        most_bytes=2 * settings.graphql_bytes,
    )
    try:
        await serve_socket(schema, socket, connection)
    finally:
        guest.leave()


async def _new_context(services: Services, guest: "_Guest", request_id: str) -> Context:
    return Context(
        graph=services.graph,
        objects=services.objects,
        settings=services.settings,
        viewer=await guest.renew(),
        request_id=request_id,
        live=Live(services.tail, guest.renew),
    )


@dataclass
class _Guest:
    """Who opened a socket. Counted from when it is known until it leaves."""

    socket: WebSocket
    services: Services
    credentials: Credentials | None = None
    user_id: str | None = None

    async def admit(self, said: Mapping[str, Any]) -> None:
        """Take the key that the client sent, or its cookie. Raises SocketRefusal."""
        try:
            self.credentials = _credentials(self.socket, self.services, said)
            viewer = await self.renew()
        except UnauthenticatedError as error:
            raise SocketRefusal(UNAUTHORIZED, "Unauthorized: " + _short(error.message)) from error
        except UnavailableError as error:
            raise SocketRefusal(TRY_AGAIN, _short(error.message)) from error
        if self.services.sockets[viewer.user_id] >= self.services.settings.sockets_per_user:
            raise SocketRefusal(TOO_MANY, "Too many connections: HEADWATER_SOCKETS_PER_USER sets the limit")
        self.user_id = viewer.user_id
        self.services.sockets[viewer.user_id] += 1

    async def renew(self) -> Viewer:
        """Return who this is now. Raises UnauthenticatedError once the key is revoked or the session over."""
        if self.credentials is None:
            raise UnauthenticatedError("Say who you are first: connection_init with a key, or a session's cookie.")
        return await viewer_with(self.services.graph, self.credentials)

    def leave(self) -> None:
        if self.user_id is not None:
            sockets = self.services.sockets
            sockets[self.user_id] -= 1
            if not sockets[self.user_id]:
                del sockets[self.user_id]


def _credentials(socket: WebSocket, services: Services, said: Mapping[str, Any]) -> Credentials:
    header = next((value for name, value in said.items() if name.lower() == "authorization"), None)
    if isinstance(header, str):
        return credentials_in(header)
    token = socket.cookies.get(SESSION_COOKIE)
    # Browsers always tell the origin: without one it is none, and the cookie was taken from one.
    if token and socket.headers.get("origin") in own_origins(socket, services.settings):
        return Credentials("session", token)
    raise UnauthenticatedError('Send {"authorization": "Bearer <API key>"} as the payload of connection_init.')


def _is_known_origin(socket: WebSocket, services: Services) -> bool:
    """Tell whether a page may open a socket at all: our own, or a dashboard's, which then needs a key."""
    origin = socket.headers.get("origin")
    settings = services.settings
    return origin is None or origin in own_origins(socket, settings) or origin in settings.cors_origins


def _short(message: str) -> str:
    # The reason of a close frame is 123 bytes at most.
    return message.encode()[:100].decode(errors="ignore")
