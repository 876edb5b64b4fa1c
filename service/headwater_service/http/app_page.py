"""The web UI: one page for the address of every object; its script reads from the address what to show."""

import secrets
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from headwater_service.domain.names import RESERVED_ENTITY_NAMES
from headwater_service.errors import NotFoundError
from headwater_service.http.security_headers import app_policy
from headwater_service.http.services import services_of

_INDEX: Final = files("headwater_service") / "static" / "app" / "index.html"
# What the built page has in place of the nonce, which is another for each answer.
_NONCE: Final = "__STYLE_NONCE__"
# Pages of no object: `/-/settings`.
_OWN_PAGES: Final = "-"


async def app_page(request: Request) -> Response:
    """Answer with the web UI for `/`, an object's address and the pages below `/-/`."""
    path = request.path_params["path"]
    first = path.partition("/")[0].lower()
    if first in RESERVED_ENTITY_NAMES and first != _OWN_PAGES:
        raise NotFoundError(f"There is no page /{path}.", path=f"/{path}")
    nonce = secrets.token_urlsafe(16)
    return HTMLResponse(
        _built_page().replace(_NONCE, nonce),
        headers={
            "Content-Security-Policy": app_policy(services_of(request.scope).settings, nonce=nonce),
            "Cache-Control": "no-store",
        },
    )


def _built_page() -> str:
    # Read each time: a page of before a new build would name files that are gone.
    if not _INDEX.is_file():
        raise NotFoundError("The web UI is not part of this build. `make ui` builds it.", path="/")
    return _INDEX.read_text("utf-8")
