"""Signing a browser in and out: a one-time token from a link becomes a session cookie."""

from importlib.resources import files
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from headwater_service.config import Settings
from headwater_service.domain import sessions
from headwater_service.errors import InvalidInputError
from headwater_service.http.authentication import SESSION_COOKIE
from headwater_service.http.body import read_body
from headwater_service.http.errors import UnauthenticatedError, json_response
from headwater_service.http.security_headers import page_policy
from headwater_service.http.services import services_of

MOST_BODY_BYTES: Final = 4096
_PAGES: Final = files("headwater_service.http") / "pages"


async def sign_in_page(request: Request) -> Response:
    """The page behind a sign-in link: its script posts the token, which stays in the fragment and in no log."""
    return page("sign_in.html", services_of(request.scope).settings)


async def create_session(request: Request) -> Response:
    """Turn a one-time token into a session cookie."""
    services = services_of(request.scope)
    token = _token(await read_body(request, most_bytes=MOST_BODY_BYTES, setting="the sign-in route"), request)
    seconds = services.settings.session_seconds
    session = await sessions.sign_in(services.graph, token, seconds=seconds)
    if session is None:
        raise UnauthenticatedError("This sign-in link was used or has expired. `headwater open` makes a new one.")
    response = json_response({"signedIn": True})
    response.set_cookie(
        SESSION_COOKIE, session, max_age=seconds, secure=_is_https(services.settings), httponly=True, samesite="lax"
    )
    return response


async def delete_session(request: Request) -> Response:
    """Sign the browser out: the session ends, and the cookie goes."""
    services = services_of(request.scope)
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await sessions.sign_out(services.graph, token)
    response = json_response({"signedIn": False})
    response.delete_cookie(SESSION_COOKIE, secure=_is_https(services.settings), httponly=True, samesite="lax")
    return response


def page(name: str, settings: Settings, *, status: int = 200) -> Response:
    """Return one of our own pages."""
    return HTMLResponse(
        (_PAGES / name).read_text("utf-8"),
        status,
        {"Content-Security-Policy": page_policy(settings), "Cache-Control": "no-store"},
    )


def _is_https(settings: Settings) -> bool:
    return settings.service_public_url.startswith("https://")


def _token(body: bytes, request: Request) -> str:
    # A form of another page cannot send this type, so it cannot sign a browser in as somebody else.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidInputError("Send the token as application/json.", field="Content-Type")
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError("The body is not JSON.") from error
    token = content.get("token") if isinstance(content, dict) else None
    if not isinstance(token, str) or not token:
        raise InvalidInputError('Send {"token": "…"}, the part of the sign-in link after the #.', field="token")
    return token
