"""Migrations: applied in order, once, by one of several replicas."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.store.graph import Graph, Transaction, connect
from headwater_service.store.leases import drop_lease, take_lease
from headwater_service.store.migrations import LEASE_NAME, migrate, migrations, pending

APPLIED = "MATCH (m:Migration) RETURN m.number AS number, m.name AS name, m.at > 0 AS has_time ORDER BY m.number"
FORGET_TEXT = "MATCH (m:Migration {number: 1}) SET m.digest = 'of an older text'"


@pytest_asyncio.fixture(loop_scope="session")
async def replica(settings: Settings) -> AsyncIterator[Graph]:
    """A second replica's own connections."""
    opened = connect(
        settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, settings.neo4j_database, deadline_seconds=10
    )
    yield opened
    await opened.close()


async def test_the_files_are_numbered_without_gap_and_hold_statements() -> None:
    found = migrations()

    assert [migration.number for migration in found] == list(range(1, len(found) + 1))
    assert all(migration.statements for migration in found)
    assert not any("//" in statement for migration in found for statement in migration.statements)


async def test_a_second_start_finds_nothing_to_do(graph: Graph) -> None:
    assert await migrate(graph) == []
    assert await pending(graph) == []


async def test_what_is_applied_is_recorded(graph: Graph) -> None:
    rows = await graph.read(lambda tx: tx.rows(APPLIED))

    assert rows == [{"number": m.number, "name": m.name, "has_time": True} for m in migrations()]


async def test_a_changed_text_is_applied_again_by_one_of_two_replicas(graph: Graph, replica: Graph) -> None:
    await graph.write(lambda tx: tx.rows(FORGET_TEXT))
    assert await pending(graph) == ["0001_constraints"]

    applied = await asyncio.gather(migrate(graph), migrate(replica))

    assert sorted(applied) == [[], ["0001_constraints"]]
    assert await pending(graph) == []


async def test_a_replica_waits_while_another_one_migrates(graph: Graph, replica: Graph) -> None:
    async def take(tx: Transaction) -> None:
        assert await take_lease(tx, LEASE_NAME, "another replica", seconds=30) is not None

    await graph.write(take)
    waiting = asyncio.create_task(migrate(replica))
    await asyncio.sleep(0.6)
    assert not waiting.done()

    lease = await graph.write(lambda tx: take_lease(tx, LEASE_NAME, "another replica", seconds=30))
    assert lease is not None
    await graph.write(lambda tx: drop_lease(tx, lease))

    assert await asyncio.wait_for(waiting, 10) == []
