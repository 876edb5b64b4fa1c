"""Which names the service answers to. A page elsewhere that points its own name at us (DNS rebinding) is refused."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from headwater_service.config import Settings
from headwater_service.errors import InvalidInputError
from headwater_service.http.errors import error_response

# Probes of load balancers send what they like, and these routes say nothing that is worth stealing.
_ANY_HOST: Final = frozenset({"/healthz", "/readyz"})


class AllowedHosts:
    """Accepts the public name, the name listened on, localhost, and addresses (an address cannot be rebound)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._names = {
            "localhost",
            _name(urlsplit(settings.service_public_url).netloc),
            _name(settings.listen),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in _ANY_HOST:
            await self.app(scope, receive, send)
            return
        name = _name(Headers(scope=scope).get("host", ""))
        if name in self._names or _is_address(name):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            # Not accepted, so that its server answers the handshake with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        error = InvalidInputError(
            f"This service does not answer to the name {name!r}. If that is its public name, set HEADWATER_PUBLIC_URL.",
            field="Host",
        )
        await error_response(error, scope["state"]["request_id"])(scope, receive, send)


def _name(host: str) -> str:
    """Cut the port off: `localhost:8900`, `[::1]:8900`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
