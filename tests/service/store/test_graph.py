"""The one place that talks to the database: it always answers, and the database itself refuses doubles."""

import asyncio
import threading
import time
from typing import LiteralString
from urllib.parse import urlsplit

import pytest

from headwater_service.config import Settings
from headwater_service.errors import UnavailableError
from headwater_service.local.ports import free_port
from headwater_service.store.graph import DuplicateError, Graph, connect
from service.http.forwarder import forwarding
from viewers import fresh

# One row for each constraint that stands behind a lock or a look-up. In one query, so that nothing is left behind.
CREATE_TWICE: dict[str, LiteralString] = {
    "container name": "UNWIND [1, 2] AS n CREATE (:Container {id: $id + n, entity_id: $id, name: 'a'})",
    "collection name": "UNWIND [1, 2] AS n CREATE (:Collection {id: $id + n, scope_id: $id, name: 'a'})",
    "user name": "UNWIND [1, 2] AS n CREATE (:User {id: $id + n, name: $id})",
    "entity name": "UNWIND [1, 2] AS n CREATE (:Entity {id: $id + n, name: $id})",
    "run key": "UNWIND [1, 2] AS n CREATE (:Run {id: $id + n, scope_id: $id, key: 'a'})",
    "artifact version": "UNWIND [1, 2] AS n CREATE (:ArtifactVersion {id: $id + n, collection_id: $id, index: 0})",
    "registry version": "UNWIND [1, 2] AS n CREATE (:RegistryVersion {id: $id + n, collection_id: $id, index: 0})",
    "alias": "UNWIND [1, 2] AS n CREATE (:Alias {collection_id: $id, name: 'a'})",
    "alias move": "UNWIND [1, 2] AS n CREATE (:AliasMove {collection_id: $id, name: 'a', rev: 1})",
    "blob": "UNWIND [1, 2] AS n CREATE (:Blob {entity_id: $id, digest: 'a'})",
    "manifest": "UNWIND [1, 2] AS n CREATE (:Manifest {entity_id: $id, digest: 'a'})",
    "event number": "UNWIND [1, 2] AS n CREATE (:Event {id: $id + n, scope: $id, number: 1, operation_id: $id + n})",
    "event operation": "UNWIND [1, 2] AS n CREATE (:Event {id: $id + n, scope: $id, number: n, operation_id: 'a'})",
    "event sequence": "UNWIND [1, 2] AS n CREATE (:Event {id: $id + n, scope: $id, number: n, seq: $id})",
    "chain": "UNWIND [1, 2] AS n CREATE (:EventChain {name: $id})",
    "stream": "UNWIND [1, 2] AS n CREATE (:Stream {id: $id})",
    "history chunk": "UNWIND [1, 2] AS n CREATE (:HistoryChunk {run_id: $id, stream: 's', first: 0})",
    "lease": "UNWIND [1, 2] AS n CREATE (:Lease {name: $id})",
    "consumed": "UNWIND [1, 2] AS n CREATE ()-[:CONSUMED_BY {id: $id}]->()",
    "produced": "UNWIND [1, 2] AS n CREATE ()-[:PRODUCED {id: $id}]->()",
    "linked": "UNWIND [1, 2] AS n CREATE ()-[:LINKED_TO {id: $id}]->()",
}


@pytest.mark.parametrize("what", CREATE_TWICE)
async def test_the_database_refuses_a_second_one_of_what_is_one(graph: Graph, what: str) -> None:
    with pytest.raises(DuplicateError):
        await graph.write(lambda tx: tx.rows(CREATE_TWICE[what], id=fresh("one")))


async def test_a_database_that_falls_silent_is_unavailable_within_the_deadline(settings: Settings) -> None:
    address = urlsplit(settings.neo4j_uri)
    port, is_silent = free_port(), threading.Event()
    frozen = connect(
        f"bolt://127.0.0.1:{port}",
        settings.neo4j_user,
        settings.neo4j_password,
        settings.neo4j_database,
        deadline_seconds=1.0,
    )
    with forwarding(port, (address.hostname or "", address.port or 7687), is_silent=is_silent):
        await frozen.verify()
        is_silent.set()
        started = time.monotonic()

        with pytest.raises(UnavailableError, match="did not answer in time"):
            async with asyncio.timeout(10):
                await frozen.read(lambda tx: tx.rows("RETURN 1 AS one"))

        assert time.monotonic() - started < 3
    await frozen.close()
