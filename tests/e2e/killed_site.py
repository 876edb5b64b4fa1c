"""A service with a Neo4j and a MinIO of its own, each of which may be killed and started again."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from e2e.killed import READY_SECONDS, KilledServer
from headwater_service.config import Settings
from headwater_service.domain.people import bootstrap_user
from headwater_service.local.ports import free_port
from headwater_service.local.servers import service_program
from headwater_service.store.graph import Graph, connect
from servers import Neo4j, Servers, Store, environment_of, fresh_bucket_settings, neo4j_in, new_key, store_in

PASSWORD = "a-password-for-tests"
ENTITY = "killed"


@dataclass(frozen=True)
class Site:
    """Where the servers of this test are, and the key of a user named as the entity."""

    servers: Mapping[str, KilledServer]
    settings: Settings
    key: str
    folder: Path

    @property
    def url(self) -> str:
        return self.servers["service"].url

    def variables(self, project: str, folder: Path) -> dict[str, str]:
        """The environment of a program that keeps its journal in `folder`; all programs share one cache."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "HEADWATER_BASE_URL": self.url,
            "HEADWATER_API_KEY": self.key,
            "HEADWATER_ENTITY": ENTITY,
            "HEADWATER_PROJECT": project,
            "HEADWATER_HOME": str(self.folder / "home"),
            "HEADWATER_ARTIFACT_DIR": str(self.folder / "cache"),
            "HEADWATER_DIR": str(folder),
        }


@contextlib.contextmanager
def own_site(folder: Path) -> Iterator[Site]:
    """Start the three servers with all they keep in `folder`; stop them at the end."""
    with contextlib.ExitStack() as stack:
        ports = {name: free_port() for name in ("neo4j", "minio", "service")}
        root = new_key()
        programs = {
            "neo4j": neo4j_in(folder / "neo4j", port=ports["neo4j"], password=PASSWORD),
            "minio": store_in(folder / "minio", port=ports["minio"], root=root),
        }
        urls = {"neo4j": f"bolt://127.0.0.1:{ports['neo4j']}", "minio": f"http://127.0.0.1:{ports['minio']}"}
        servers: dict[str, KilledServer] = {}
        for name, program in programs.items():
            servers[name] = KilledServer(program, urls[name], folder / f"{name}.log")
            stack.callback(servers[name].stop)
            servers[name].start()
        settings = _settings(Servers(Neo4j(urls["neo4j"], "neo4j", PASSWORD), Store(urls["minio"], root)), ports)
        service = service_program(environment_of(settings), folder=folder)
        servers["service"] = KilledServer(service, settings.public_url, folder / "service.log")
        stack.callback(servers["service"].stop)
        servers["service"].start()
        yield Site(servers, settings, asyncio.run(_first_key(settings)), folder)


def _settings(servers: Servers, ports: Mapping[str, int]) -> Settings:
    address = f"127.0.0.1:{ports['service']}"
    return replace(fresh_bucket_settings(servers), listen=address, public_url=f"http://{address}")


async def _first_key(settings: Settings) -> str:
    async with opened_graph(settings) as graph:
        return await bootstrap_user(graph, ENTITY)


@contextlib.asynccontextmanager
async def opened_graph(settings: Settings) -> AsyncIterator[Graph]:
    graph = connect(
        settings.neo4j_uri,
        settings.neo4j_user,
        settings.neo4j_password,
        settings.neo4j_database,
        deadline_seconds=READY_SECONDS,
    )
    try:
        yield graph
    finally:
        await graph.close()


def new_name(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(4)}"
