"""Headers that tell a browser what our pages and files may do."""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headwater_service.config import Settings

ANSWER_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"
_ON_ALL: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def page_policy(settings: Settings) -> str:
    """Content policy of a page: scripts and styles are files of ours, bytes come from the object store."""
    store = _origin(settings.store_public_endpoint)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
        f"{store}; media-src {store}; connect-src 'self' {store}; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def app_policy(settings: Settings, *, nonce: str) -> str:
    """The same for the web UI: a library of it sets a style with this nonce, and previews are read as blobs.

    Sound and film begin at an address of ours, which leads to the store.
    """
    return (
        page_policy(settings)
        .replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'; worker-src 'self'")
        .replace("img-src 'self' data:", "img-src 'self' data: blob:")
        .replace("media-src", "media-src 'self'")
    )


def graphiql_policy(settings: Settings) -> str:
    """The same for GraphiQL, whose editor sets styles from its script, brings fonts in them and works in workers."""
    return (
        page_policy(settings)
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'; worker-src 'self'")
        .replace("font-src 'self'", "font-src 'self' data:")
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class SecurityHeaders:
    """Adds what every response has; a page sets its own content policy."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                message["headers"] = [*message.get("headers", ()), *_ON_ALL]
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Content-Security-Policy", ANSWER_POLICY)
            await send(message)

        await self.app(scope, receive, send_with_headers)
