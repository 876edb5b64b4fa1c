"""The outermost layer: a request id for logs, errors and the client; one line of log and one measurement a request."""

import re
import time
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headwater_service.http.errors import error_response
from headwater_service.http.metrics import SOCKETS_OPEN, count_closed_socket, count_request
from headwater_service.store.ids import new_id

log = structlog.get_logger("headwater.request")

HEADER: Final = "X-Request-Id"
_ACCEPTED: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Takes the client's request id if it is a plain one, else makes one. Answers what nobody caught with 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _ACCEPTED.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        serve = self._socket if scope["type"] == "websocket" else self._request
        await serve(scope, receive, send, request_id)

    async def _request(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            log.exception("unforeseen error", path=scope["path"])
            if status == 0:
                await error_response(error, request_id)(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            route = scope["state"].get("route", "none")
            count_request(scope["method"], route, status, seconds)
            write = log.debug if route in ("/healthz", "/readyz", "/metrics") else log.info
            # The path, never the query string: a presigned or forged address may carry a secret there.
            write("request", method=scope["method"], path=scope["path"], status=status, seconds=round(seconds, 6))

    async def _socket(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        """One line of log at the end, with the code that ended it: the server's own, or else the client's."""
        started = time.perf_counter()
        codes: list[int] = []

        async def receive_end() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                codes.append(message.get("code", 1005))
            return message

        async def send_with_id(message: Message) -> None:
            if message["type"] == "websocket.accept":
                MutableHeaders(scope=message)[HEADER] = request_id
            elif message["type"] == "websocket.close":
                codes.append(message.get("code", 1000))
            await send(message)

        with SOCKETS_OPEN.track_inprogress():
            try:
                await self.app(scope, receive_end, send_with_id)
            except Exception:
                log.exception("unforeseen error", path=scope["path"])
                codes.append(1011)
                raise
            finally:
                seconds = time.perf_counter() - started
                code = codes[0] if codes else 1006
                count_closed_socket(code)
                log.info("socket", path=scope["path"], code=code, seconds=round(seconds, 6))
