"""What the end-to-end tests share: two replicas behind a balancer without memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from e2e.round_robin import round_robin
from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from servers import Service, running_service


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
