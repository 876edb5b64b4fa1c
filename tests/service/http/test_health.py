"""The process answers at once, and becomes ready by itself when graph and store are there."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3
from minio.versioningconfig import SUSPENDED, VersioningConfig

from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from headwater_service.local.processes import start, stop, wait_until
from headwater_service.local.servers import service_program
from headwater_service.store.setup import s3_client
from servers import REGION, Servers, Service, environment_of, fresh_bucket_settings
from service.http.forwarder import forwarding
from service.http.http_client import bearer, send


def test_a_service_with_both_servers_is_ready(service: Service) -> None:
    assert send("GET", f"{service.url}/healthz").json() == {"status": "alive"}

    ready = send("GET", f"{service.url}/readyz")
    assert ready.status == 200
    assert ready.json() == {"status": "ready", "graph": "ok", "store": "ok", "migrations": "ok"}


@pytest.mark.slow
def test_it_starts_without_a_graph_and_becomes_ready_when_it_comes(settings: Settings, tmp_path: Path) -> None:
    port = free_port()

    with started(replace(settings, neo4j_uri=f"bolt://127.0.0.1:{port}"), tmp_path) as url:
        wait_until(lambda: send("GET", f"{url}/readyz").json()["store"] == "ok", seconds=30, pause=0.2)
        before = send("GET", f"{url}/readyz")
        refused = send("GET", f"{url}/acme/churn", headers=bearer("a" * 40))
        with forwarding(port, _address(settings.neo4j_uri)):
            became_ready = wait_until(lambda: send("GET", f"{url}/readyz").status == 200, seconds=30, pause=0.2)
            answered = send("GET", f"{url}/acme/churn", headers=bearer("a" * 40))
        after = send("GET", f"{url}/readyz")

    assert before.status == 503
    assert before.json() == {"status": "not ready", "graph": "unreachable", "store": "ok", "migrations": "pending"}
    assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
    assert refused.json()["error"]["type"] == "UnavailableError"
    assert became_ready
    assert answered.status == 401
    assert after.json() == {"status": "not ready", "graph": "unreachable", "store": "ok", "migrations": "ok"}


@pytest.mark.slow
def test_it_starts_without_a_store_and_becomes_ready_when_it_comes(settings: Settings, tmp_path: Path) -> None:
    port = free_port()

    with started(replace(settings, s3_endpoint=f"http://127.0.0.1:{port}"), tmp_path) as url:
        wait_until(lambda: send("GET", f"{url}/readyz").json()["migrations"] == "ok", seconds=30, pause=0.2)
        before = send("GET", f"{url}/readyz")
        with forwarding(port, _address(settings.s3_endpoint)):
            wait_until(lambda: send("GET", f"{url}/readyz").status == 200, seconds=30, pause=0.2)
            after = send("GET", f"{url}/readyz")

    assert before.json() == {"status": "not ready", "graph": "ok", "store": "unreachable", "migrations": "ok"}
    assert after.json() == {"status": "ready", "graph": "ok", "store": "ok", "migrations": "ok"}


def test_a_store_that_would_lose_what_is_overwritten_is_not_used(servers: Servers, tmp_path: Path) -> None:
    settings = fresh_bucket_settings(servers)
    client = s3_client(servers.store.endpoint, region=REGION, key=servers.store.root)
    client.set_bucket_versioning(settings.s3_bucket, VersioningConfig(SUSPENDED))

    with started(settings, tmp_path) as url:
        is_decided = wait_until(
            lambda: send("GET", f"{url}/readyz").json()["store"] == "unusable", seconds=30, pause=0.2
        )
        ready = send("GET", f"{url}/readyz")
    log = (tmp_path / "service.log").read_text("utf-8")

    assert is_decided
    assert ready.status == 503
    assert "versioned bucket" in log


@contextlib.contextmanager
def started(settings: Settings, folder: Path) -> Iterator[str]:
    """Start a service and wait until it answers at all."""
    port = free_port()
    program = service_program(environment_of(replace(settings, listen=f"127.0.0.1:{port}")), folder=folder)
    process = start(
        program.command,
        environment=program.environment,
        token=f"health-{port}",
        log=folder / "service.log",
        folder=program.folder,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        assert wait_until(lambda: _is_alive(url), seconds=30, pause=0.1)
        yield url
    finally:
        stop(process, seconds=10)


def _is_alive(url: str) -> bool:
    try:
        return send("GET", f"{url}/healthz", timeout=1).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None and parts.port is not None
    return parts.hostname, parts.port
