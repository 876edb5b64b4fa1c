"""Several processes: sequential requests on one connection wait for no delayed acknowledgement."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import urllib3

from headwater_service.config import Settings
from servers import Service, running_service

# A socket without TCP_NODELAY makes each small answer wait for the client's acknowledgement: 40 ms on Linux.
STALL_SECONDS = 0.040


def median_seconds(service: Service) -> float:
    with urllib3.HTTPConnectionPool("127.0.0.1", int(service.url.rpartition(":")[2]), maxsize=1) as pool:
        taken = []
        for _ in range(60):
            started = time.perf_counter()
            assert pool.request("GET", "/healthz").status == 200
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def test_two_workers_are_as_quick_as_one(service: Service, settings: Settings, tmp_path: Path) -> None:
    one = median_seconds(service)

    with running_service(replace(settings, workers=2), tmp_path) as several:
        two = median_seconds(several)

    assert two < one + STALL_SECONDS / 2
