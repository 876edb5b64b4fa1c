"""Fixtures for all tests: real servers once per session, fresh names per test."""

import contextlib
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from authorisation_world import World, make_world
from headwater_service.config import Settings
from headwater_service.domain.people import bootstrap_user
from headwater_service.store.graph import Graph, connect
from headwater_service.store.migrations import migrate
from posting import post_document
from servers import Servers, Service, fresh_bucket_settings, running_service, servers_for_tests, variables_of

# Whoever runs the tests in the background of a shell ignores interrupts, and every program they start would too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CREATE_USER = """
mutation CreateUser($input: CreateUserInput!) {
  createUser(input: $input) { __typename ... on CreateUserPayload { apiKey } ... on UserError { message } }
}
"""
CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) {
    __typename
    ... on CreateProjectPayload { project { path } }
    ... on UserError { message }
  }
}
"""


@dataclass(frozen=True)
class Person:
    """A user with a key that may do all the user may; the user's own entity has the same name."""

    name: str
    key: str


def pytest_configure() -> None:
    """Let a session that is asked to end (CI, `timeout`) stop the servers it started, as it does on an interrupt."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several processes share the tests (`-n`), start the servers here, once, and name them to all."""
    if session.config.getoption("numprocesses", None):
        shared = contextlib.ExitStack()
        session.config.add_cleanup(shared.close)
        os.environ.update(variables_of(shared.enter_context(servers_for_tests())))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """A real Neo4j and a real MinIO."""
    with servers_for_tests() as started:
        yield started


@pytest.fixture(scope="session")
def settings(servers: Servers) -> Settings:
    """Settings of a service with a bucket and three limited keys of this session."""
    return fresh_bucket_settings(servers)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def graph(settings: Settings) -> AsyncIterator[Graph]:
    """The graph behind the service, migrated; for tests below the API."""
    opened = connect(
        settings.neo4j_uri,
        settings.neo4j_user,
        settings.neo4j_password,
        settings.neo4j_database,
        deadline_seconds=settings.query_timeout_seconds,
    )
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as its own process."""
    with running_service(settings, tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def admin_key(graph: Graph) -> str:
    """A key of an administrator of the server."""
    return await bootstrap_user(graph, f"root-{secrets.token_hex(4)}")


@pytest.fixture(scope="session")
def post(service: Service) -> Callable[..., dict[str, Any]]:
    """Post a GraphQL document with a key and variables, and return `data`; an error fails the test."""

    def send(document: str, *, key: str, url: str | None = None, **variables: Any) -> dict[str, Any]:
        return post_document(url or service.url, key, document, **variables)

    return send


@pytest.fixture(scope="session")
def make_user(post: Callable[..., dict[str, Any]], admin_key: str) -> Callable[..., Person]:
    """Make a user with a fresh name."""

    def make(*, is_admin: bool = False) -> Person:
        name = f"user-{secrets.token_hex(4)}"
        made = post(
            CREATE_USER,
            key=admin_key,
            input={"operationId": secrets.token_hex(16), "name": name, "isAdmin": is_admin},
        )["createUser"]
        assert made["__typename"] == "CreateUserPayload", made
        return Person(name, made["apiKey"])

    return make


@pytest.fixture
def user(make_user: Callable[..., Person]) -> Person:
    """A user of this test alone."""
    return make_user()


@pytest.fixture
def entity(user: Person) -> str:
    """The name of the user's own entity."""
    return user.name


@pytest.fixture(scope="session")
def make_project(post: Callable[..., dict[str, Any]]) -> Callable[[Person], str]:
    """Make a project with a fresh name in a user's own entity, and return its path: `entity/project`."""

    def make(user: Person) -> str:
        made = post(
            CREATE_PROJECT,
            key=user.key,
            input={
                "operationId": secrets.token_hex(16),
                "entity": user.name,
                "name": f"project-{secrets.token_hex(4)}",
            },
        )["createProject"]
        assert made["__typename"] == "CreateProjectPayload", made
        path: str = made["project"]["path"]
        return path

    return make


@pytest.fixture
def project(make_project: Callable[[Person], str], user: Person) -> str:
    """The path of a project of this test alone: `entity/project`."""
    return make_project(user)


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a test from reading or writing this account's settings, caches and journals."""
    for name in list(os.environ):
        # Where the tests' servers are is read at the start of the session.
        if name.startswith(("HEADWATER_", "WANDB_")) and not name.startswith("HEADWATER_TEST_"):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("headwater")
    for name in ("HOME", "DIR", "ARTIFACT_DIR"):
        (folder / name.lower()).mkdir()
        monkeypatch.setenv(f"HEADWATER_{name}", str(folder / name.lower()))


@pytest.fixture
def client_environment(
    isolated: None, monkeypatch: pytest.MonkeyPatch, service: Service, user: Person, project: str
) -> dict[str, str]:
    """Set the variables by which the SDK and the CLI reach the service as `user`, in `project`; return them too."""
    entity, _, name = project.partition("/")
    variables = {
        "HEADWATER_BASE_URL": service.url,
        "HEADWATER_API_KEY": user.key,
        "HEADWATER_ENTITY": entity,
        "HEADWATER_PROJECT": name,
    }
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return variables


@pytest.fixture(scope="session")
def roomy_service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose cost limits do not stop a walk over everything."""
    roomy = replace(
        settings,
        graphql_nodes=10_000_000,
        graphql_depth=60,
        graphql_aliases=100_000,
        graphql_bytes=10_000_000,
        graphql_seconds=60.0,
        query_timeout_seconds=25.0,
    )
    with running_service(roomy, tmp_path_factory.mktemp("roomy")) as started:
        yield started


@pytest.fixture(scope="session")
def world(roomy_service: Service, post: Callable[..., Any], make_user: Callable[..., Any]) -> World:
    def send(document: str, *, key: str, **variables: Any) -> dict[str, Any]:
        data: dict[str, Any] = post(document, key=key, url=roomy_service.url, **variables)
        return data

    return make_world(roomy_service.url, send, make_user)
