"""A client of subscriptions over a real WebSocket, by the protocol `graphql-transport-ws`."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets import exceptions
from websockets.asyncio import client
from websockets.typing import Origin, Subprotocol

PROTOCOL = "graphql-transport-ws"
SECONDS = 20.0
EVENTS = """
subscription Events($entity: String!, $after: String) {
  events(entity: $entity, after: $after) { cursor id seq kind after by { name } subject { id } }
}
"""


class Socket:
    """An open connection. What it is sent is read message by message."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str) else orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        """Return the next message. Raises an error of the library when the socket is closed instead."""
        text = await self.connection.recv()
        message: dict[str, Any] = orjson.loads(text)
        return message

    async def sign_in(self, key: str | None) -> None:
        """Say who this is, by a key or by the cookie that was sent, and be let in."""
        await self.init(key)
        assert await self.receive() == {"type": "connection_ack"}

    async def init(self, key: str | None) -> None:
        await self.send(
            {"type": "connection_init", "payload": {} if key is None else {"authorization": f"Bearer {key}"}}
        )

    async def subscribe(self, entity: str, *, after: str | None = None, name: str = "1", query: str = EVENTS) -> None:
        payload = {"query": query, "variables": {"entity": entity, "after": after}}
        await self.send({"type": "subscribe", "id": name, "payload": payload})

    async def event(self) -> dict[str, Any]:
        """Return the next event; anything else fails the test."""
        message = await self.receive()
        assert message["type"] == "next" and "errors" not in message["payload"], message
        event: dict[str, Any] = message["payload"]["data"]["events"]
        return event

    async def closed(self) -> tuple[int, str]:
        """Read until the server closes the socket, and return its code and reason."""
        try:
            while True:
                await self.connection.recv()
        except exceptions.ConnectionClosed as closed:
            assert closed.rcvd is not None, closed
            return closed.rcvd.code, closed.rcvd.reason


@asynccontextmanager
async def opened(
    url: str,
    *,
    cookie: str | None = None,
    origin: str | None = None,
    protocols: tuple[str, ...] = (PROTOCOL,),
    receive_bytes: int | None = None,
    request_id: str | None = None,
) -> AsyncIterator[Socket]:
    """Open a socket to a service, as a page of `origin` does or as a program, with a small buffer if asked."""
    host, _, rest = url.removeprefix("http://").partition(":")
    raw = socket.create_connection((host, int(rest.partition("/")[0])), timeout=SECONDS)
    if receive_bytes is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    raw.setblocking(False)
    given = {"Cookie": cookie, "X-Request-Id": request_id}
    async with client.connect(
        f"{url.replace('http', 'ws', 1)}/graphql",
        origin=Origin(origin) if origin else None,
        subprotocols=[Subprotocol(protocol) for protocol in protocols] or None,
        additional_headers={name: value for name, value in given.items() if value is not None},
        sock=raw,
        compression=None,
        max_size=None,
    ) as connection:
        yield Socket(connection)
