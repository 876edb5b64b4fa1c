"""What every response has in common: request ids, hosts, security headers, CORS, compression, errors."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from browsers import STATIC
from headwater_service.config import Settings
from headwater_service.local.processes import wait_until
from servers import Service, running_service
from service.http.http_client import bearer, send

DASHBOARD = "https://dashboard.example"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def public_service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a public name, https, another public store and an allowed dashboard."""
    named = replace(
        settings,
        public_url="https://lineage.example",
        s3_public_endpoint="https://files.example:9443",
        cors_origins=(DASHBOARD,),
    )
    with running_service(named, tmp_path_factory.mktemp("public")) as started:
        yield started


def test_a_request_id_is_made_and_a_plain_one_of_the_client_is_kept(service: Service) -> None:
    made = send("GET", f"{service.url}/healthz")
    kept = send("GET", f"{service.url}/healthz", headers={"X-Request-Id": "trace-7.a_b"})
    forged = send("GET", f"{service.url}/healthz", headers={"X-Request-Id": 'x" onload="'})

    assert UUID.fullmatch(made.headers["X-Request-Id"])
    assert kept.headers["X-Request-Id"] == "trace-7.a_b"
    assert UUID.fullmatch(forged.headers["X-Request-Id"])


def test_an_error_names_its_request_id(service: Service) -> None:
    response = send("GET", f"{service.url}/acme/nothing", headers={"X-Request-Id": "seen-by-the-client"})

    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="headwater"'
    assert response.json()["error"]["type"] == "PermissionDeniedError"
    assert response.json()["error"]["requestId"] == "seen-by-the-client"


def test_a_log_line_has_the_request_id_and_no_query_string(service: Service) -> None:
    send("GET", f"{service.url}/sign-in?token=very-secret", headers={"X-Request-Id": "find-me-in-the-log"})

    def found() -> list[str]:
        return [line for line in service.log.read_text("utf-8").splitlines() if "find-me-in-the-log" in line]

    # It is written when the answer is sent already.
    wait_until(lambda: bool(found()), seconds=10)
    lines = found()
    assert len(lines) == 1
    told = json.loads(lines[0])
    assert (told["path"], told["status"], told["level"]) == ("/sign-in", 200, "info")
    assert "very-secret" not in lines[0]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:8900", "192.168.1.20:8900", "LINEAGE.example"])
def test_own_names_and_addresses_are_answered(public_service: Service, host: str) -> None:
    assert send("GET", f"{public_service.url}/sign-in", headers={"Host": host}).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "lineage.example.evil"])
def test_another_name_is_refused_so_that_no_page_can_rebind_its_own(public_service: Service, host: str) -> None:
    response = send("GET", f"{public_service.url}/sign-in", headers={"Host": host})

    assert response.status == 400
    assert "HEADWATER_PUBLIC_URL" in response.json()["error"]["message"]


def test_health_answers_a_probe_that_knows_no_name(public_service: Service) -> None:
    assert send("GET", f"{public_service.url}/healthz", headers={"Host": "probe.internal"}).status == 200


def test_pages_carry_a_policy_that_follows_the_public_store(public_service: Service) -> None:
    response = send("GET", f"{public_service.url}/sign-in")

    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https://files.example:9443; "
        "media-src https://files.example:9443; connect-src 'self' https://files.example:9443; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_answers_of_the_api_may_run_nothing(service: Service) -> None:
    response = send("GET", f"{service.url}/healthz")

    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"


def test_an_allowed_dashboard_may_call_with_a_key_but_never_with_cookies(public_service: Service) -> None:
    preflight = send(
        "OPTIONS",
        f"{public_service.url}/graphql",
        headers={
            "Origin": DASHBOARD,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )

    assert preflight.status == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == DASHBOARD
    assert "Access-Control-Allow-Credentials" not in preflight.headers


def test_a_preflight_for_the_header_of_our_own_pages_is_refused(public_service: Service) -> None:
    preflight = send(
        "OPTIONS",
        f"{public_service.url}/graphql",
        headers={
            "Origin": DASHBOARD,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-headwater-request",
        },
    )

    assert preflight.status == 400


def test_no_other_origin_may_read_answers(public_service: Service, service: Service) -> None:
    for url in (public_service.url, service.url):
        response = send("GET", f"{url}/healthz", headers={"Origin": "https://elsewhere.example"})

        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_long_answers_are_compressed(service: Service, admin_key: str, encoding: str) -> None:
    url = f"{service.url}/metrics"
    plain = send("GET", url, headers=bearer(admin_key))
    packed = send("GET", url, headers={**bearer(admin_key), "Accept-Encoding": encoding}, decode_content=False)

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == encoding
    assert len(packed.data) * 3 < len(plain.data)
    if encoding == "gzip":
        assert gzip.decompress(packed.data).startswith(b"# HELP")


def test_short_answers_are_sent_as_they_are(service: Service) -> None:
    response = send("GET", f"{service.url}/healthz", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert response.data == b'{"status":"alive"}'


def test_a_method_that_a_path_does_not_have_is_405(service: Service) -> None:
    response = send("DELETE", f"{service.url}/healthz")

    assert response.status == 405
    assert response.json()["error"]["message"] == "DELETE is not possible on /healthz."


@pytest.mark.parametrize(
    "path", ["static/../app.py", "static/%2e%2e/app.py", "assets/..%2frouting.py", "assets//etc/passwd", "static/none"]
)
def test_files_outside_the_built_pages_are_not_served(service: Service, path: str) -> None:
    response = send("GET", f"{service.url}/{path}")

    assert response.status in (401, 404)
    assert "import" not in response.data.decode()


@pytest.mark.skipif(not (STATIC / "app" / "manifest.json").exists(), reason="needs the built pages: `make ui`")
def test_of_what_is_built_only_files_with_a_hash_in_their_names_are_kept_for_ever(service: Service) -> None:
    hashed = next((STATIC / "app" / "assets").glob("index-*.js")).name

    kept = send("GET", f"{service.url}/static/app/assets/{hashed}")
    manifest = send("GET", f"{service.url}/static/app/manifest.json")

    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert manifest.headers["Cache-Control"] == "no-cache"


def test_pages_and_their_own_files_are_asked_for_each_time(service: Service) -> None:
    page = send("GET", f"{service.url}/sign-in")
    script = send("GET", f"{service.url}/assets/sign_in.js")

    assert page.headers["Cache-Control"] == "no-store"
    assert script.headers["Cache-Control"] == "no-cache"
    assert script.headers["Content-Type"].startswith("text/javascript")
