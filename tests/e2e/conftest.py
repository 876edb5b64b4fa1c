"""What the end-to-end tests share: two replicas behind a balancer without memory, and places to run examples in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browsers import running_browser
from conftest import Person
from e2e.examples import NewPlace, Place
from e2e.killed import KilledServer
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started


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
def killed_service(settings: Settings, tmp_path: Path) -> Iterator[KilledServer]:
    port = free_port()
    own = replace(settings, listen=f"127.0.0.1:{port}", public_url=f"http://127.0.0.1:{port}")
    program = service_program(environment_of(own), folder=tmp_path)
    service = KilledServer(program, f"http://127.0.0.1:{port}", tmp_path / "service.log")
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def new_place(
    service: Service,
    make_user: Callable[..., Person],
    make_project: Callable[[Person], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> NewPlace:
    """Make a user with one project, whose programs reach the service at `url`."""

    def make(url: str = service.url) -> Place:
        user, folder = make_user(), tmp_path_factory.mktemp("place")
        entity, _, project = make_project(user).partition("/")
        (folder / "work").mkdir()
        variables = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "HEADWATER_BASE_URL": url,
            "HEADWATER_API_KEY": user.key,
            "HEADWATER_ENTITY": entity,
            "HEADWATER_PROJECT": project,
            **{f"HEADWATER_{name}": str(folder / name.lower()) for name in ("HOME", "DIR", "ARTIFACT_DIR")},
        }
        return Place(entity, project, variables, folder / "work")

    return make
