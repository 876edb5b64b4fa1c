"""The outermost layer: a request id for logs, errors and the client; one line of log and one measurement a request."""

import re
import time
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headwater_service.http.errors import error_response
from headwater_service.http.metrics import count_request
from headwater_service.store.ids import new_id

log = structlog.get_logger("headwater.request")

HEADER: Final = "X-Request-Id"
_ACCEPTED: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Takes the client's request id if it is a plain one, else makes one. Answers what nobody caught with 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _ACCEPTED.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
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
