"""The one place that talks to the database: it always answers, and the database itself refuses doubles."""

import asyncio
import importlib
import threading
import time
from typing import LiteralString
from urllib.parse import urlsplit

import pytest
from neo4j import AsyncGraphDatabase
from neo4j.exceptions import Neo4jError

from headwater_service.config import Settings
from headwater_service.errors import UnavailableError
from headwater_service.local.ports import free_port
from headwater_service.local.servers import LOCK_SECONDS
from headwater_service.store.graph import DuplicateError, Graph, Transaction, connect
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

PUT: LiteralString = "UNWIND $names AS name CREATE (:Lease {name: name, visits: 0})"
VISIT: LiteralString = "MATCH (lease:Lease {name: $name}) SET lease.visits = lease.visits + 1"
TAKE: LiteralString = """
UNWIND $names AS name
MATCH (lease:Lease {name: name})
WITH lease, lease.visits AS visits
DELETE lease
RETURN visits
"""


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


async def test_writers_that_block_each_other_are_tried_again(graph: Graph) -> None:
    names = [fresh("one"), fresh("other")]
    await graph.write(lambda tx: tx.rows(PUT, names=names))
    attempts, each_holds_one = 0, asyncio.Barrier(2)

    async def visit(first: str, second: str) -> None:
        is_first = True

        async def work(tx: Transaction) -> None:
            nonlocal attempts, is_first
            attempts += 1
            await tx.rows(VISIT, name=first)
            if is_first:
                is_first = False
                await each_holds_one.wait()
            await tx.rows(VISIT, name=second)

        await graph.write(work)

    await asyncio.gather(visit(*names), visit(*reversed(names)))

    # The database ended one of the two, and what that one had written does not count twice.
    assert attempts == 3
    assert [row["visits"] for row in await graph.write(lambda tx: tx.rows(TAKE, names=names))] == [2, 2]


async def test_who_waits_for_a_lock_is_answered_within_the_deadline_and_has_written_nothing(graph: Graph) -> None:
    name = fresh("held")
    await graph.write(lambda tx: tx.rows(PUT, names=[name]))
    has_lock, may_end = asyncio.Event(), asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await tx.rows(VISIT, name=name)
        has_lock.set()
        await may_end.wait()

    holder = asyncio.create_task(graph.write(hold))
    await has_lock.wait()
    started = time.monotonic()
    with pytest.raises(UnavailableError, match="Nothing is lost; try again"):
        await graph.write(lambda tx: tx.rows(VISIT, name=name), deadline_seconds=1.0)
    waited = time.monotonic() - started
    patient = asyncio.create_task(graph.write(lambda tx: tx.rows(VISIT, name=name)))
    may_end.set()
    await asyncio.gather(holder, patient)

    assert waited < 3
    (left,) = await graph.write(lambda tx: tx.rows(TAKE, names=[name]))
    assert left["visits"] == 2


@pytest.mark.slow
async def test_who_gives_up_on_a_lock_is_told_that_another_write_holds_it(graph: Graph) -> None:
    name = fresh("held")
    await graph.write(lambda tx: tx.rows(PUT, names=[name]))
    has_lock, may_end = asyncio.Event(), asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await tx.rows(VISIT, name=name)
        has_lock.set()
        await may_end.wait()

    holder = asyncio.create_task(graph.write(hold, deadline_seconds=25.0))
    await has_lock.wait()
    # Longer than the database itself lets a write wait for a lock, so that it says what it waited for.
    with pytest.raises(UnavailableError, match="Another write holds what this one needs"):
        await graph.write(lambda tx: tx.rows(VISIT, name=name), deadline_seconds=LOCK_SECONDS + 1.0)
    may_end.set()
    await holder

    (left,) = await graph.write(lambda tx: tx.rows(TAKE, names=[name]))
    assert left["visits"] == 1


async def test_a_client_that_stalls_with_a_lock_loses_it(graph: Graph, settings: Settings) -> None:
    name = fresh("stalled")
    await graph.write(lambda tx: tx.rows(PUT, names=[name]))
    auth = (settings.neo4j_user, settings.neo4j_password)
    # As a process that was stopped: it neither goes on nor hangs up.
    async with AsyncGraphDatabase.driver(settings.neo4j_uri, auth=auth) as driver, driver.session() as session:
        stalled = await session.begin_transaction(timeout=1.0)
        await (await stalled.run(VISIT, name=name)).consume()

        await graph.write(lambda tx: tx.rows(VISIT, name=name), deadline_seconds=10.0)

        with pytest.raises(Neo4jError):
            await stalled.commit()
    (left,) = await graph.write(lambda tx: tx.rows(TAKE, names=[name]))
    assert left["visits"] == 1


def test_answers_are_decoded_by_the_compiled_driver() -> None:
    # `neo4j-rust-ext` puts it there; without it the driver works, at half the speed, and tells nobody.
    packstream = importlib.import_module("neo4j._codec.packstream.v1")

    assert packstream._rust_unpack.__module__ == "neo4j._rust.codec.packstream.v1"
