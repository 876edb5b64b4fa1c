"""A process of many writers into one collection, to be killed: prints each version as it is acknowledged."""

import asyncio
import os
import secrets
import sys

from content import Site, log
from headwater_service.config import settings_from
from headwater_service.domain.containers import get_project
from headwater_service.store.graph import connect
from headwater_service.store.objects import open_objects
from viewers import known


async def write_for_ever(key: str, project_path: str, writers: int) -> None:
    settings = settings_from(os.environ)
    graph = connect(
        settings.neo4j_uri,
        settings.neo4j_user,
        settings.neo4j_password,
        settings.neo4j_database,
        deadline_seconds=settings.query_timeout_seconds,
    )
    site = Site(graph, open_objects(settings), settings)
    viewer = await known(graph, key)
    project = await get_project(graph, viewer, project_path, what="read")

    async def write() -> None:
        while True:
            logged = await log(site, viewer, project, "data", {"a": secrets.token_bytes(16)})
            print(logged.placed.version.index, logged.placed.version.id, flush=True)

    await asyncio.gather(*(write() for _ in range(writers)))


if __name__ == "__main__":
    asyncio.run(write_for_ever(sys.argv[1], sys.argv[2], int(sys.argv[3])))
