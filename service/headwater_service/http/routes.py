"""All routes: path, methods, who may call them. What is not here does not exist."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, WebSocketRoute

from headwater_service.errors import NotFoundError
from headwater_service.http.app_page import app_page
from headwater_service.http.errors import error_response, json_response
from headwater_service.http.files import redirect_to_file
from headwater_service.http.graphiql import graphiql, refuse_page
from headwater_service.http.graphql import get_graphql, post_graphql, refuse_graphql
from headwater_service.http.graphql_socket import graphql_socket
from headwater_service.http.guard import Access, Endpoint
from headwater_service.http.health import healthz, readyz
from headwater_service.http.history import post_history
from headwater_service.http.manifests import head_manifest, put_manifest
from headwater_service.http.metrics import metrics
from headwater_service.http.sessions import create_session, delete_session, sign_in_page

_PACKAGE: Final = Path(str(files("headwater_service")))
_PAGE_FILES: Final = _PACKAGE / "http" / "pages"
_BUILT_FILES: Final = _PACKAGE / "static"
_FOR_EVER: Final = "public, max-age=31536000, immutable"


async def page_file(request: Request) -> Response:
    """A script or style of our own small pages."""
    return _file(_PAGE_FILES, request.path_params["path"], "no-cache")


async def built_file(request: Request) -> Response:
    """A file of a built page. The name of one among the assets holds a hash of its content."""
    path = request.path_params["path"]
    return _file(_BUILT_FILES, path, _FOR_EVER if "/assets/" in path else "no-cache")


async def robots(request: Request) -> Response:
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")


async def favicon(request: Request) -> Response:
    return Response(status_code=204, headers={"Cache-Control": _FOR_EVER})


def _file(folder: Path, name: str, cache: str) -> Response:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file() or path.suffix == ".html":
        raise NotFoundError(f"There is no file {name!r} here.", path=name)
    return FileResponse(path, headers={"Cache-Control": cache})


# The router tries them in this order: what is asked for most comes first.
ENDPOINTS: Final = (
    Endpoint("/graphql", ("POST",), Access.VIEWER, post_graphql, refuse_graphql),
    Endpoint("/graphql", ("GET",), Access.VIEWER, get_graphql, refuse_graphql),
    Endpoint("/healthz", ("GET",), Access.OPEN, healthz),
    Endpoint("/readyz", ("GET",), Access.OPEN, readyz),
    Endpoint("/metrics", ("GET",), Access.METRICS, metrics),
    Endpoint("/robots.txt", ("GET",), Access.OPEN, robots),
    Endpoint("/favicon.ico", ("GET",), Access.OPEN, favicon),
    Endpoint("/assets/{path:path}", ("GET",), Access.OPEN, page_file),
    Endpoint("/static/{path:path}", ("GET",), Access.OPEN, built_file),
    Endpoint("/sign-in", ("GET",), Access.OPEN, sign_in_page),
    Endpoint("/api/sessions", ("POST",), Access.OPEN, create_session),
    Endpoint("/api/sessions", ("DELETE",), Access.VIEWER, delete_session),
    Endpoint("/api/manifests/{entity}", ("PUT",), Access.VIEWER, put_manifest),
    Endpoint("/api/manifests/{entity}/{digest}", ("HEAD",), Access.VIEWER, head_manifest),
    Endpoint("/api/runs/{run_id}/history", ("POST",), Access.VIEWER, post_history),
    Endpoint("/files/{path:path}", ("GET",), Access.VIEWER, redirect_to_file, refuse_page),
    Endpoint("/graphiql", ("GET",), Access.VIEWER, graphiql, refuse_page),
    Endpoint("/{path:path}", ("GET",), Access.VIEWER, app_page, refuse_page),
)


# Sockets decide themselves who is let in, for a handshake has no form in which to say why not.
SOCKETS: Final = (WebSocketRoute("/graphql", graphql_socket),)


def routes() -> list[Route | WebSocketRoute]:
    return [*(Route(endpoint.path, endpoint, methods=list(endpoint.methods)) for endpoint in ENDPOINTS), *SOCKETS]


async def refuse_route(request: Request, error: Exception) -> Response:
    """What the router itself refuses: an unknown path, a method that a path does not have."""
    request_id = request.state.request_id
    path = request.scope["path"]
    if isinstance(error, HTTPException) and error.status_code == 405:
        message = f"{request.method} is not possible on {path}."
        body = {"type": "InvalidInputError", "message": message, "requestId": request_id}
        return json_response({"error": body}, 405, error.headers)
    return error_response(NotFoundError(f"There is no page {path}.", path=path), request_id)
