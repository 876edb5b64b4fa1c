"""GraphiQL, at its own address."""

from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from headwater_service.errors import DomainError, NotFoundError
from headwater_service.http.errors import UnauthenticatedError
from headwater_service.http.guard import refuse_as_rest
from headwater_service.http.security_headers import graphiql_policy
from headwater_service.http.services import services_of
from headwater_service.http.sessions import page

_INDEX: Final = files("headwater_service") / "static" / "graphiql" / "index.html"


async def graphiql(request: Request) -> Response:
    """Answer with GraphiQL; its script reads from the address which query to open, or whose."""
    if not _INDEX.is_file():
        raise NotFoundError("GraphiQL is not part of this build. `make ui` builds it.", path="/graphiql")
    return HTMLResponse(
        _INDEX.read_text("utf-8"),
        headers={
            "Content-Security-Policy": graphiql_policy(services_of(request.scope).settings),
            "Cache-Control": "no-store",
        },
    )


def refuse_page(request: Request, error: DomainError) -> Response:
    """A browser without a session is told how to get one; programs get JSON."""
    is_browser = "text/html" in request.headers.get("accept", "")
    if isinstance(error, UnauthenticatedError) and is_browser:
        return page("signed_out.html", services_of(request.scope).settings, status=401)
    return refuse_as_rest(request, error)
