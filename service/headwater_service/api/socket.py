"""Subscriptions over a WebSocket, by the protocol `graphql-transport-ws`: the library's handler with our checks.

Every operation gets a context of its own, so that what one has loaded is nothing to another. A client that does not
read is dropped: nothing is kept for it, and it goes on from its cursor.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import orjson
import strawberry
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.async_base_view import AsyncWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types.execution import ExecutionResult, PreExecutionError

from headwater_service.api.context import Context
from headwater_service.api.errors import reported
from headwater_service.api.execution import GraphQLRequest
from headwater_service.api.streaming import stream
from headwater_service.errors import DomainError

PROTOCOL: Final = GRAPHQL_TRANSPORT_WS_PROTOCOL
# Longer than a moment's trouble of the network; what is sent meanwhile waits in the buffers of both machines.
SEND_SECONDS: Final = 10.0
SLOW_CLIENT: Final = 4413
_LAST_WORD_SECONDS: Final = 20.0


class SocketRefusal(Exception):
    """A connection is not let in: the code and the reason to close it with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(kw_only=True)
class Connection:
    """What stands behind a socket: `admit` takes what the client says of itself, `new_context` serves an operation."""

    admit: Callable[[Mapping[str, Any]], Awaitable[None]]
    new_context: Callable[[], Awaitable[Context]]
    request_id: str
    init_seconds: float
    most_subscriptions: int
    most_bytes: int
    # Set by the handler.
    connection_params: Mapping[str, Any] = field(default_factory=dict)


async def serve_socket(schema: strawberry.Schema, socket: WebSocket, connection: Connection) -> None:
    """Serve an accepted socket until it is closed."""
    adapter = _Adapter(socket, connection)
    handler = _Handler(schema, adapter, connection)
    serving = asyncio.create_task(handler.handle(), name="socket")
    adapter.when_blocked = serving.cancel
    try:
        await serving
    except asyncio.CancelledError:
        if not adapter.is_blocked:
            # The process ends: so does what the socket still does.
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
            raise
        # It reads this only if it reads on.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORD_SECONDS):
                await adapter.close(SLOW_CLIENT, "Too slow: subscribe again after the last cursor")


class _Adapter(AsyncWebSocketAdapter):
    """Messages as JSON, in both directions."""

    def __init__(self, socket: WebSocket, connection: Connection) -> None:
        self.is_blocked = False
        self.when_blocked: Callable[[], Any] = lambda: None
        self._socket = socket
        self._most_bytes = connection.most_bytes

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                raise NonTextMessageReceived
            if len(text) > self._most_bytes:
                raise NonJsonMessageReceived
            try:
                yield orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise NonJsonMessageReceived from error

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.is_blocked:
            # Above all no `complete`, which would tell the client that nothing more is to come.
            raise WebSocketDisconnected
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_text(orjson.dumps(message).decode())
        except TimeoutError as error:
            self.is_blocked = True
            self.when_blocked()
            raise WebSocketDisconnected from error
        except (WebSocketDisconnect, RuntimeError) as error:
            # A RuntimeError: the socket was closed while this message was made.
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.close(code=code, reason=reason)


class _Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """The library's handler, with our way to run an operation and no trust in what a message holds."""

    def __init__(self, schema: strawberry.Schema, adapter: _Adapter, connection: Connection) -> None:
        door: Any = _Door(adapter, connection)
        operations: Any = _Operations(schema, connection)
        super().__init__(
            view=door,
            websocket=adapter,
            context=connection,
            root_value=None,
            schema=operations,
            connection_init_wait_timeout=timedelta(seconds=connection.init_seconds),
            max_subscriptions_per_connection=connection.most_subscriptions,
        )

    async def handle_message(self, message: Any) -> None:
        if _is_wellformed(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Failed to parse message")

    async def handle_task_exception(self, error: Exception) -> None:
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)


class _Door:
    """The part of a view that the handler asks: who is let in."""

    def __init__(self, adapter: _Adapter, connection: Connection) -> None:
        self._adapter = adapter
        self._connection = connection

    async def on_ws_connect(self, context: Connection) -> object:
        try:
            await self._connection.admit(context.connection_params)
        except SocketRefusal as refusal:
            await self._adapter.close(refusal.code, refusal.reason)
            raise ConnectionRejectionError from refusal
        return strawberry.UNSET


class _Operations:
    """The part of a schema that the handler asks: the answers of an operation."""

    def __init__(self, schema: strawberry.Schema, connection: Connection) -> None:
        self._schema = schema
        self._connection = connection

    async def stream(
        self,
        query: str,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        request = GraphQLRequest(query=query, variables=variable_values, operation_name=operation_name)
        return self._answers(request)

    async def _answers(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        try:
            context = await self._connection.new_context()
        except DomainError as error:
            refused = GraphQLError(error.message, original_error=error)
            yield PreExecutionError(data=None, errors=[reported(refused, self._connection.request_id)])
            return
        async with aclosing(stream(self._schema, request, context)) as answers:
            async for answer in answers:
                yield answer


def _is_wellformed(message: Any) -> bool:
    """Tell whether the handler can read a message, which may be any JSON."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return False
    payload = message.get("payload")
    if message["type"] != "subscribe":
        return True
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
