"""Find or start the real servers the tests run on, by the same code as `headwater up`.

HEADWATER_TEST_NEO4J_URI, _USER, _PASSWORD and HEADWATER_TEST_S3_ENDPOINT, _ROOT_USER, _ROOT_PASSWORD name servers
that run already; what is not named is started on a free port, with its data in a folder that is deleted afterwards.
"""

import contextlib
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from headwater_service.config import Settings
from headwater_service.local.home import home_from
from headwater_service.local.ports import free_port
from headwater_service.local.processes import Identity, is_running, start, stop, wait_until
from headwater_service.local.provision import provision_minio, provision_neo4j
from headwater_service.local.servers import (
    Program,
    minio_program,
    neo4j_program,
    service_program,
    set_first_password,
)
from headwater_service.store.setup import Key, StoreKeys, set_up_store

# Read before any test changes the environment: programs are provisioned once for this account.
PROVISIONED = home_from()
READY_SECONDS = 120.0
REGION = "us-east-1"
# Half of the database's work was planning: the tests ask more than a thousand different queries, and counts that grow
# from nothing make each plan old at once.
PLANS_KEPT = """server.memory.query_cache.per_db_cache_num_entries=2500
dbms.cypher.min_replan_interval=60s
"""


@dataclass(frozen=True)
class Neo4j:
    """A database to test on. `process` is None when the tests did not start it."""

    uri: str
    user: str
    password: str
    process: Identity | None = None


@dataclass(frozen=True)
class Store:
    """An object store to test on, with its root key."""

    endpoint: str
    root: Key
    process: Identity | None = None


@dataclass(frozen=True)
class Servers:
    """Both servers."""

    neo4j: Neo4j
    store: Store


@dataclass(frozen=True)
class Service:
    """A running service process and the settings it was started with."""

    url: str
    settings: Settings
    process: Identity
    log: Path


@contextlib.contextmanager
def servers_for_tests() -> Iterator[Servers]:
    """Give the servers that the environment names, else start them and stop them at the end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="headwater-tests-")))
        yield Servers(
            neo4j=_named_neo4j() or stack.enter_context(running_neo4j(folder / "neo4j")),
            store=_named_store() or stack.enter_context(running_store(folder / "minio")),
        )


def variables_of(servers: Servers) -> dict[str, str]:
    """Return the variables that name these servers to other test processes."""
    return {
        "HEADWATER_TEST_NEO4J_URI": servers.neo4j.uri,
        "HEADWATER_TEST_NEO4J_USER": servers.neo4j.user,
        "HEADWATER_TEST_NEO4J_PASSWORD": servers.neo4j.password,
        "HEADWATER_TEST_S3_ENDPOINT": servers.store.endpoint,
        "HEADWATER_TEST_S3_ROOT_USER": servers.store.root.id,
        "HEADWATER_TEST_S3_ROOT_PASSWORD": servers.store.root.secret,
    }


def _named_neo4j() -> Neo4j | None:
    uri = os.environ.get("HEADWATER_TEST_NEO4J_URI")
    if not uri:
        return None
    user = os.environ.get("HEADWATER_TEST_NEO4J_USER", "neo4j")
    return Neo4j(uri, user, os.environ["HEADWATER_TEST_NEO4J_PASSWORD"])


def _named_store() -> Store | None:
    endpoint = os.environ.get("HEADWATER_TEST_S3_ENDPOINT")
    if not endpoint:
        return None
    root = Key(os.environ["HEADWATER_TEST_S3_ROOT_USER"], os.environ["HEADWATER_TEST_S3_ROOT_PASSWORD"])
    return Store(endpoint, root)


@contextlib.contextmanager
def running_neo4j(folder: Path, *, port: int | None = None, password: str = "a-password-for-tests") -> Iterator[Neo4j]:
    """Start a Neo4j with its data in `folder`; stop it at the end."""
    port = port or free_port()
    with running(neo4j_in(folder, port=port, password=password), folder) as process:
        yield Neo4j(f"bolt://127.0.0.1:{port}", "neo4j", password, process)


def neo4j_in(folder: Path, *, port: int, password: str) -> Program:
    """Prepare a Neo4j with its data in `folder` and say how it starts."""
    jars = provision_neo4j(PROVISIONED, _say)
    program = neo4j_program(jars=jars, home=folder, port=port, password=password)
    with (folder / "conf" / "neo4j.conf").open("a", encoding="utf-8") as conf:
        conf.write(PLANS_KEPT)
    set_first_password(jars=jars, home=folder, password=password)
    return program


@contextlib.contextmanager
def running_store(
    folder: Path, *, port: int | None = None, root: Key | None = None, cors_origin: str = "*"
) -> Iterator[Store]:
    """Start a MinIO with its objects in `folder`; stop it at the end."""
    port = port or free_port()
    root = root or new_key()
    with running(store_in(folder, port=port, root=root, cors_origin=cors_origin), folder) as process:
        yield Store(f"http://127.0.0.1:{port}", root, process)


def store_in(folder: Path, *, port: int, root: Key, cors_origin: str = "*") -> Program:
    """Say how a MinIO starts with its objects in `folder`."""
    return minio_program(
        provision_minio(PROVISIONED, _say),
        data=folder / "objects",
        listen=f"127.0.0.1:{port}",
        console_port=free_port(),
        root=(root.id, root.secret),
        cors_origin=cors_origin,
    )


@contextlib.contextmanager
def running_service(settings: Settings, folder: Path, *, more: Mapping[str, str] | None = None) -> Iterator[Service]:
    """Start `python -m headwater_service` on a free port and wait until it is ready; stop it at the end.

    `more` are further variables. The public URL is the address it listens on, unless `settings` has another.
    """
    port = free_port()
    settings = replace(
        settings, listen=f"127.0.0.1:{port}", public_url=settings.public_url or f"http://127.0.0.1:{port}"
    )
    program = service_program({**environment_of(settings), **(more or {})}, folder=folder)
    with running(program, folder) as process:
        yield Service(f"http://127.0.0.1:{port}", settings, process, folder / "service.log")


@contextlib.contextmanager
def running(program: Program, folder: Path) -> Iterator[Identity]:
    """Start a program, wait until it is ready, stop it at the end. What it prints goes to `folder/<name>.log`."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{program.name}.log"
    process = start(
        program.command,
        environment=program.environment,
        token=secrets.token_hex(16),
        log=log,
        folder=program.folder,
    )
    try:
        # Asked once: of several worker processes, another one may answer the next time.
        if not wait_until(
            lambda: program.is_ready() or not is_running(process), seconds=READY_SECONDS, pause=0.1
        ) or not is_running(process):
            raise RuntimeError(f"{program.name} did not become ready:\n{log.read_text('utf-8', 'replace')[-4000:]}")
        yield process
    finally:
        stop(process, seconds=program.stop_seconds)


def fresh_bucket_settings(servers: Servers) -> Settings:
    """Make a new bucket with its three limited keys and return settings of a service that uses it."""
    bucket = f"test-{secrets.token_hex(6)}"
    keys = StoreKeys(read=new_key(), write=new_key(), admin=new_key())
    set_up_store(servers.store.endpoint, region=REGION, bucket=bucket, root=servers.store.root, keys=keys)
    return Settings(
        neo4j_uri=servers.neo4j.uri,
        neo4j_user=servers.neo4j.user,
        neo4j_password=servers.neo4j.password,
        s3_endpoint=servers.store.endpoint,
        s3_bucket=bucket,
        s3_region=REGION,
        s3_read_key_id=keys.read.id,
        s3_read_secret=keys.read.secret,
        s3_write_key_id=keys.write.id,
        s3_write_secret=keys.write.secret,
        s3_admin_key_id=keys.admin.id,
        s3_admin_secret=keys.admin.secret,
    )


def new_key() -> Key:
    return Key(secrets.token_hex(10).upper(), secrets.token_hex(20))


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables from which a service reads exactly these settings."""
    values = {
        field.metadata["variable"]: getattr(settings, name) for name, field in Settings.__dataclass_fields__.items()
    }
    return {
        variable: ",".join(value) if isinstance(value, tuple) else str(value)
        for variable, value in values.items()
        if value not in ("", ())
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
