"""Signing a browser in by a one-time link, out again, and what a session may not do."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from headwater_service.config import Settings
from headwater_service.domain.sessions import create_sign_in, viewer_of_key
from headwater_service.store.graph import Graph
from servers import Service, running_service
from service.http.http_client import bearer, send

COOKIE = re.compile(
    r"headwater_session=([A-Za-z0-9_-]{43}); HttpOnly; Max-Age=1209600; Path=/; SameSite=lax(; Secure)?"
)


async def link_token(graph: Graph, key: str) -> str:
    viewer = await viewer_of_key(graph, key)
    assert viewer is not None
    token, _ = await create_sign_in(graph, viewer, seconds=60)
    return token


async def signed_in(service: Service, graph: Graph, key: str) -> str:
    """Sign in and return the Cookie header."""
    response = send("POST", f"{service.url}/api/sessions", json={"token": await link_token(graph, key)})
    found = COOKIE.fullmatch(response.headers["Set-Cookie"])
    assert found is not None, response.headers["Set-Cookie"]
    return f"headwater_session={found[1]}"


async def test_a_link_signs_in_once(service: Service, graph: Graph, admin_key: str) -> None:
    token = await link_token(graph, admin_key)

    first = send("POST", f"{service.url}/api/sessions", json={"token": token})
    second = send("POST", f"{service.url}/api/sessions", json={"token": token})

    assert (first.status, first.json()) == (200, {"signedIn": True})
    assert COOKIE.fullmatch(first.headers["Set-Cookie"])
    assert second.status == 401
    assert "headwater open" in second.json()["error"]["message"]
    assert "Set-Cookie" not in second.headers


async def test_the_cookie_is_secure_behind_https(
    settings: Settings, graph: Graph, admin_key: str, tmp_path: Path
) -> None:
    token = await link_token(graph, admin_key)

    with running_service(replace(settings, public_url="https://lineage.example"), tmp_path) as service:
        response = send("POST", f"{service.url}/api/sessions", json={"token": token})

    assert response.headers["Set-Cookie"].endswith("; Secure")


async def test_a_session_opens_pages_and_ends_at_sign_out(service: Service, graph: Graph, admin_key: str) -> None:
    cookie = await signed_in(service, graph, admin_key)
    page = send("GET", f"{service.url}/graphiql", headers={"Cookie": cookie})

    out = send("DELETE", f"{service.url}/api/sessions", headers={"Cookie": cookie, "X-Headwater-Request": "1"})

    assert page.status in (200, 404)  # 404 names `make ui` where the pages are not built
    assert out.json() == {"signedIn": False}
    assert send("GET", f"{service.url}/graphiql", headers={"Cookie": cookie}).status == 401


async def test_a_cookie_alone_changes_nothing(service: Service, graph: Graph, admin_key: str) -> None:
    cookie = await signed_in(service, graph, admin_key)

    response = send("DELETE", f"{service.url}/api/sessions", headers={"Cookie": cookie})

    assert response.status == 403
    assert "X-Headwater-Request: 1" in response.json()["error"]["message"]
    assert send("GET", f"{service.url}/no/such", headers={"Cookie": cookie}).status != 401


async def test_a_cookie_sent_by_a_page_of_another_origin_counts_for_nothing(
    service: Service, graph: Graph, admin_key: str
) -> None:
    cookie = await signed_in(service, graph, admin_key)

    response = send("GET", f"{service.url}/graphiql", headers={"Cookie": cookie, "Origin": "https://elsewhere.example"})

    assert response.status == 401
    assert "HEADWATER_PUBLIC_URL" in response.json()["error"]["message"]


def test_a_form_cannot_sign_a_browser_in(service: Service) -> None:
    response = send(
        "POST", f"{service.url}/api/sessions", body=b'{"token":"x"}', headers={"Content-Type": "text/plain"}
    )

    assert response.status == 400
    assert response.json()["error"]["field"] == "Content-Type"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": 3}', b'{"token": ""}', b"{"])
def test_a_body_without_a_token_is_refused(service: Service, body: bytes) -> None:
    response = send("POST", f"{service.url}/api/sessions", body=body, headers={"Content-Type": "application/json"})

    assert response.status == 400
    assert response.json()["error"]["type"] == "InvalidInputError"


def test_a_browser_without_a_session_is_told_about_headwater_open(service: Service) -> None:
    response = send("GET", f"{service.url}/acme/churn/model:v3", headers={"Accept": "text/html"})

    assert response.status == 401
    assert "<code>headwater open</code>" in response.data.decode()


@pytest.mark.parametrize(
    "header",
    [
        "Bearer short",
        "Bearer " + "A" * 40,
        "Bearer " + "a" * 40,
        "Basic !!!",
        "Basic dXNlcjp4",
        "Digest x",
        "",
    ],
)
def test_bad_credentials_are_401(service: Service, header: str) -> None:
    response = send("GET", f"{service.url}/graphiql", headers={"Authorization": header})

    assert response.status == 401
    assert response.json()["error"]["type"] == "PermissionDeniedError"


def test_a_key_works_as_bearer_and_as_basic_password(service: Service, admin_key: str) -> None:
    basic = base64.b64encode(f"api:{admin_key}".encode()).decode()

    assert send("GET", f"{service.url}/graphiql", headers=bearer(admin_key)).status != 401
    assert send("GET", f"{service.url}/graphiql", headers={"Authorization": f"Basic {basic}"}).status != 401
