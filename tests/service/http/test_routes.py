"""Every route declares who may call it; nothing else is reachable."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from headwater_service.app import build_app
from headwater_service.config import Settings
from headwater_service.domain.names import valid_entity_name
from headwater_service.errors import InvalidInputError
from headwater_service.http.guard import Access, Endpoint
from headwater_service.http.routes import ENDPOINTS, SOCKETS
from servers import Service
from service.http.http_client import bearer, send

VECTORS = Path(__file__).parents[2] / "vectors" / "paths.json"
OPEN = {
    ("/healthz", "GET"),
    ("/readyz", "GET"),
    ("/robots.txt", "GET"),
    ("/favicon.ico", "GET"),
    ("/assets/{path:path}", "GET"),
    ("/static/{path:path}", "GET"),
    ("/sign-in", "GET"),
    ("/api/sessions", "POST"),
}


@pytest.fixture(scope="module")
def app(settings: Settings) -> Starlette:
    return build_app(settings)


def test_every_route_of_the_application_is_a_declared_endpoint(app: Starlette) -> None:
    sockets = [route for route in app.routes if isinstance(route, WebSocketRoute)]
    assert sockets == list(SOCKETS)
    assert [route.path for route in sockets] == ["/graphql"]
    for route in (route for route in app.routes if route not in sockets):
        assert isinstance(route, Route), route
        assert isinstance(route.app, Endpoint), route.path
        assert route.app in ENDPOINTS


def test_exactly_these_routes_are_open() -> None:
    found = {
        (endpoint.path, method)
        for endpoint in ENDPOINTS
        if endpoint.access is Access.OPEN
        for method in endpoint.methods
    }

    assert found == OPEN


def test_only_the_metrics_are_open_to_this_machine() -> None:
    assert [endpoint.path for endpoint in ENDPOINTS if endpoint.access is Access.METRICS] == ["/metrics"]


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.access is Access.VIEWER], ids=lambda e: e.path)
def test_nobody_gets_401_everywhere_else(service: Service, endpoint: Endpoint) -> None:
    path = endpoint.path.replace("{path:path}", "acme/churn")

    for method in endpoint.methods:
        response = send(method, f"{service.url}{path}", body=b"{}", headers={"Content-Type": "application/json"})

        assert response.status == 401, (method, path, response.data)


def test_the_first_segment_of_every_route_is_no_name_of_an_entity() -> None:
    segments = {endpoint.path.split("/")[1] for endpoint in ENDPOINTS} - {"{path:path}"}

    for segment in segments:
        with pytest.raises(InvalidInputError, match="is reserved"):
            valid_entity_name(segment)
    # The table by which the SDK is tested too has each of them.
    assert segments <= set(json.loads(VECTORS.read_text("utf-8"))["entities"]["invalid"])


@pytest.mark.parametrize("path", ["api/nothing", "docs", "files"])
def test_a_reserved_path_without_a_route_is_not_found(service: Service, admin_key: str, path: str) -> None:
    response = send("GET", f"{service.url}/{path}", headers=bearer(admin_key))

    assert response.status == 404
    assert response.json()["error"]["type"] == "NotFoundError"
