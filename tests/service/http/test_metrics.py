"""Measurements: who may read them, that they count, and that names of operations stay bounded."""

from dataclasses import replace
from pathlib import Path

import pytest

from headwater_service.config import Settings
from headwater_service.http import metrics
from servers import Service, running_service
from service.http.http_client import bearer, send


def test_this_machine_may_read_them(service: Service) -> None:
    text = send("GET", f"{service.url}/metrics").data.decode()

    assert "# TYPE headwater_requests_total counter" in text
    assert 'headwater_bolt_seconds_bucket{access="READ"' in text
    assert 'headwater_s3_seconds_count{operation="verify"}' in text


@pytest.mark.parametrize(
    "forwarded",
    [{"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=203.0.113.9"}],
    ids=["address", "loopback", "standard"],
)
def test_what_a_proxy_passes_on_needs_a_key(service: Service, admin_key: str, forwarded: dict[str, str]) -> None:
    assert send("GET", f"{service.url}/metrics", headers=forwarded).status == 401
    assert send("GET", f"{service.url}/metrics", headers={**forwarded, **bearer(admin_key)}).status == 200


def test_requests_are_counted_by_declared_route(service: Service) -> None:
    def count() -> float:
        text = send("GET", f"{service.url}/metrics").data.decode()
        line = 'headwater_requests_total{method="GET",route="/{path:path}",status="401"} '
        return sum(float(found.removeprefix(line)) for found in text.splitlines() if found.startswith(line))

    before = count()
    send("GET", f"{service.url}/some/project/{before}")

    assert count() == before + 1


def test_several_processes_are_added_up(settings: Settings, tmp_path: Path) -> None:
    with running_service(replace(settings, workers=2), tmp_path) as service:
        for _ in range(20):
            send("GET", f"{service.url}/robots.txt")
        text = send("GET", f"{service.url}/metrics").data.decode()

    assert 'headwater_requests_total{method="GET",route="/robots.txt",status="200"} 20.0' in text


def test_names_of_operations_stay_bounded() -> None:
    names = {metrics._bounded(f"Operation{number}") for number in range(3 * metrics.MOST_OPERATION_NAMES)}

    assert "other" in names
    assert len(names) <= metrics.MOST_OPERATION_NAMES + 1
    assert metrics._bounded(None) == "anonymous"
