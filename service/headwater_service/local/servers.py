"""The local programs: how each is configured, started, and known to be ready. The tests start them by the same code."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

from headwater_service.errors import UnavailableError
from headwater_service.local.home import write_private
from headwater_service.local.ports import is_free
from headwater_service.store.graph import connect

NEO4J_CONF: Final = """# Written by headwater at each start.
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
# Every call of the service has its own deadline; with keep-alives the driver would time each message as well.
server.bolt.connection_keep_alive_for_requests=OFF
dbms.usage_report.enabled=false
db.transaction.timeout={transaction_seconds}s
db.lock.acquisition.timeout={lock_seconds}s
server.memory.pagecache.size=512m
db.tx_log.rotation.retention_policy=1 days 512M
"""
TRANSACTION_SECONDS: Final = 30
LOCK_SECONDS: Final = 10

_JVM_OPTIONS: Final = (
    "-Xms512m",
    "-Xmx1g",
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
)
_NAMES_OF_OURS: Final = ("HEADWATER_", "NEO4J_", "MINIO_")


@dataclass(frozen=True, slots=True)
class Program:
    """Something to start: `is_ready` is asked until it is true."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    is_ready: Callable[[], bool]
    stop_seconds: float


def inherited_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return our environment without what would configure the programs behind our back."""
    return {name: value for name, value in environment.items() if not name.startswith(_NAMES_OF_OURS)}


def neo4j_program(*, jars: Path, home: Path, port: int, password: str) -> Program:
    """Write the configuration of a Neo4j whose data lies in `home` and say how it starts."""
    for folder in ("conf", "data", "logs", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    conf = NEO4J_CONF.format(port=port, transaction_seconds=TRANSACTION_SECONDS, lock_seconds=LOCK_SECONDS)
    write_private(home / "conf" / "neo4j.conf", conf.encode())
    return Program(
        name="neo4j",
        command=(
            java(),
            *_JVM_OPTIONS,
            "-cp",
            f"{jars}/*",
            "org.neo4j.server.CommunityEntryPoint",
            f"--home-dir={home}",
            f"--config-dir={home / 'conf'}",
        ),
        environment=inherited_environment(),
        folder=home,
        # While nothing listens there is nobody to ask, which costs more than to look.
        is_ready=lambda: not is_free(port) and bolt_answers(f"bolt://127.0.0.1:{port}", "neo4j", password),
        # The last checkpoint is written here; without it the next start has to recover.
        stop_seconds=90.0,
    )


def set_first_password(*, jars: Path, home: Path, password: str) -> None:
    """Give the database its password before its first start; later ones change nothing.

    Raises UnavailableError with the command's own words.
    """
    if (home / "data" / "dbms" / "auth.ini").exists() or (home / "data" / "databases").exists():
        return
    # The command reads an argument from a file, so that the password is in no list of processes.
    argument = home / "run" / "first-password"
    write_private(argument, password.encode() + b"\n")
    try:
        done = subprocess.run(
            [
                *(java(), "-cp", f"{jars}/*", "org.neo4j.server.startup.Neo4jAdminCommand"),
                *("dbms", "set-initial-password", f"@{argument}"),
            ],
            env={**inherited_environment(), "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        argument.unlink()
    if done.returncode:
        raise UnavailableError(f"Neo4j's admin command failed: {done.stdout}{done.stderr}")


def minio_program(
    program: Path,
    *,
    data: Path,
    listen: str,
    console_port: int,
    root: tuple[str, str],
    cors_origin: str,
) -> Program:
    """Say how a MinIO starts whose objects lie in `data`. `listen` is `address:port`."""
    data.mkdir(parents=True, exist_ok=True)
    host, _, port = listen.rpartition(":")
    environment = {
        **inherited_environment(),
        "MINIO_ROOT_USER": root[0],
        "MINIO_ROOT_PASSWORD": root[1],
        # Buckets of this MinIO have no CORS settings of their own: the server's hold.
        "MINIO_API_CORS_ALLOW_ORIGIN": cors_origin,
        "MINIO_UPDATE": "off",
    }
    return Program(
        name="minio",
        command=(
            str(program),
            "server",
            "--quiet",
            "--address",
            listen,
            "--console-address",
            f"127.0.0.1:{console_port}",
            # Else it makes a folder for certificates in the user's home.
            "--certs-dir",
            str(data.with_name("minio-certificates")),
            str(data),
        ),
        environment=environment,
        folder=data,
        # Its `health/ready` says 200 while the store is still offline, and the bucket could not be set up.
        is_ready=lambda: http_answers(f"http://{own_address(host)}:{port}/minio/health/cluster"),
        stop_seconds=30.0,
    )


def service_program(environment: Mapping[str, str], *, folder: Path) -> Program:
    """Say how the service starts with these settings, of which HEADWATER_LISTEN is one."""
    host, _, port = environment["HEADWATER_LISTEN"].rpartition(":")
    return Program(
        name="service",
        command=(sys.executable, "-m", "headwater_service"),
        environment={**inherited_environment(), **environment},
        folder=folder,
        is_ready=lambda: http_answers(f"http://{own_address(host)}:{port}/readyz"),
        stop_seconds=40.0,
    )


def bolt_answers(uri: str, user: str, password: str, database: str = "neo4j") -> bool:
    """Tell whether the database answers a query within three seconds."""

    async def verify() -> None:
        graph = connect(uri, user, password, database, deadline_seconds=3.0)
        try:
            await graph.verify()
        finally:
            await graph.close()

    try:
        asyncio.run(verify())
    except UnavailableError:
        return False
    return True


def http_answers(url: str) -> bool:
    """Tell whether a GET is answered with 200."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            return pool.request("GET", url, timeout=2.0).status == 200
    except (HTTPError, OSError):
        return False


def own_address(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}.get(host, host)


def java() -> str:
    """Return the Java to run. Raises UnavailableError without one."""
    java_home = os.environ.get("JAVA_HOME")
    if java_home and Path(java_home, "bin", "java").exists():
        return str(Path(java_home, "bin", "java"))
    found = shutil.which("java")
    if found is None:
        raise UnavailableError(
            "'java' is not installed. Neo4j needs Java 17 or 21; see the prerequisites in the README."
        )
    return found
