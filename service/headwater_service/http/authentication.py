"""Who sends a request: a key by Bearer or Basic, or a browser by its session cookie."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final, Literal

from starlette.requests import HTTPConnection, Request

from headwater_service.config import Settings
from headwater_service.domain import sessions
from headwater_service.domain.access import Viewer
from headwater_service.errors import PermissionDeniedError
from headwater_service.http.errors import UnauthenticatedError
from headwater_service.http.services import services_of
from headwater_service.store.graph import Graph

SESSION_COOKIE: Final = "headwater_session"
REQUEST_HEADER: Final = "X-Headwater-Request"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY: Final = re.compile(r"[a-z0-9]{40}")
_HOW: Final = (
    "Send `Authorization: Bearer <API key>`; `headwater login` stores a key. "
    "In a browser, open a link of `headwater open` first."
)

Means = Literal["bearer", "basic", "session"]


@dataclass(frozen=True, slots=True)
class Credentials:
    means: Means
    secret: str


async def authenticate(request: Request) -> Viewer:
    """Return the viewer. Raises UnauthenticatedError without valid credentials, PermissionDeniedError for a forgery."""
    services = services_of(request.scope)
    credentials = find_credentials(request, services.settings)
    if credentials is None:
        raise UnauthenticatedError(_why_none(request))
    if credentials.means == "session":
        _refuse_forgery(request)
    return await viewer_with(services.graph, credentials)


async def viewer_with(graph: Graph, credentials: Credentials) -> Viewer:
    """Return who stands behind credentials now. Raises UnauthenticatedError when they are not valid any more."""
    if credentials.means == "session":
        viewer = await sessions.viewer_of_session(graph, credentials.secret)
    else:
        viewer = await sessions.viewer_of_key(graph, credentials.secret)
    if viewer is None:
        what = "This browser's session is over." if credentials.means == "session" else "This API key is not valid."
        raise UnauthenticatedError(f"{what} {_HOW}")
    return viewer


def find_credentials(request: Request, settings: Settings) -> Credentials | None:
    """Return what the request shows; a header wins over the cookie. Raises UnauthenticatedError for a bad header."""
    header = request.headers.get("authorization")
    if header is not None:
        return credentials_in(header)
    token = request.cookies.get(SESSION_COOKIE)
    # A page of another origin may send our cookie along; it then counts for nothing.
    if token and request.headers.get("origin", settings.service_public_url) in own_origins(request, settings):
        return Credentials("session", token)
    return None


def _why_none(request: Request) -> str:
    if request.cookies.get(SESSION_COOKIE):
        # As behind a proxy that asks us by another name than browsers ask it.
        return (
            f"A session counts only for pages of this service, not for those of {request.headers.get('origin')!r}. "
            "If that is its public address, set HEADWATER_PUBLIC_URL."
        )
    return f"There are no credentials in this request. {_HOW}"


def credentials_in(header: str) -> Credentials:
    """Read what an `Authorization` header says. Raises UnauthenticatedError."""
    scheme, _, value = header.strip().partition(" ")
    key, means = value.strip(), scheme.lower()
    if means == "basic":
        user, _, key = _basic(key).partition(":")
        if user != "api":
            raise UnauthenticatedError("Basic credentials have the user name `api` and an API key as the password.")
    if means not in ("bearer", "basic") or not _KEY.fullmatch(key):
        raise UnauthenticatedError(f"An API key has exactly 40 characters of a-z and 0-9. {_HOW}")
    return Credentials("basic" if means == "basic" else "bearer", key)


def _basic(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnauthenticatedError("The Basic credentials are not base64 of `api:<API key>`.") from error


def own_origins(request: HTTPConnection, settings: Settings) -> tuple[str, ...]:
    # The host was checked against the allow-list before any route ran.
    host = request.headers.get("host", "")
    return (settings.service_public_url, f"http://{host}", f"https://{host}")


def _refuse_forgery(request: Request) -> None:
    """A form or an image of another page can send the cookie, but no header of our own."""
    if request.method not in SAFE_METHODS and request.headers.get(REQUEST_HEADER) != "1":
        raise PermissionDeniedError(f"A request signed in by cookie needs the header `{REQUEST_HEADER}: 1`.")
