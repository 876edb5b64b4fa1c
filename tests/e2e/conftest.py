"""What the end-to-end tests share: two replicas behind a balancer without memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from e2e.killed import KilledService
from e2e.round_robin import round_robin
from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from headwater_service.local.servers import service_program
from servers import Service, environment_of, running_service


@dataclass(frozen=True)
class Replicas:
    """The address of the balancer, and the two services behind it."""

    url: str
    services: tuple[Service, Service]


@pytest.fixture(scope="session")
def replicas(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    """Two services of which each request meets the next one."""
    port = free_port()
    named = replace(settings, public_url=f"http://127.0.0.1:{port}")
    with (
        running_service(named, tmp_path_factory.mktemp("one")) as one,
        running_service(named, tmp_path_factory.mktemp("two")) as two,
        round_robin(port, [one.url, two.url]) as url,
    ):
        yield Replicas(url, (one, two))


@pytest.fixture
def killed_service(settings: Settings, tmp_path: Path) -> Iterator[KilledService]:
    port = free_port()
    own = replace(settings, listen=f"127.0.0.1:{port}", public_url=f"http://127.0.0.1:{port}")
    program = service_program(environment_of(own), folder=tmp_path)
    service = KilledService(program, f"http://127.0.0.1:{port}", tmp_path / "service.log")
    service.start()
    yield service
    service.stop()
