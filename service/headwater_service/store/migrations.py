"""Apply the numbered `.cypher` files beside this module, in order, once, by one replica at a time.

Every statement is safe to run again: the server refuses to mix a change of schema with a change of data in one
transaction, so a replica that dies between a statement and its record leaves work that is simply repeated.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, LiteralString

from headwater_service.errors import UnavailableError
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, check_lease, drop_lease, take_lease

LEASE_NAME: Final = "migrations"
LEASE_SECONDS: Final = 60.0
# An index over a large graph is built inside its statement's transaction.
STATEMENT_SECONDS: Final = 600.0

# These come before the first migration: without them two replicas could make two leases.
LEASE_NAME_IS_UNIQUE: Final = """
CREATE CONSTRAINT lease_name IF NOT EXISTS FOR (n:Lease) REQUIRE n.name IS UNIQUE
"""
MIGRATION_NUMBER_IS_UNIQUE: Final = """
CREATE CONSTRAINT migration_number IF NOT EXISTS FOR (n:Migration) REQUIRE n.number IS UNIQUE
"""

APPLIED: Final = """
MATCH (migration:Migration)
RETURN migration.number AS number, migration.digest AS digest
"""

RECORD_APPLIED: Final = """
WITH datetime.realtime() AS now
MERGE (migration:Migration {number: $number})
SET migration.name = $name, migration.digest = $digest, migration.at = now.epochSeconds * 1000000 + now.microsecond
"""

AWAIT_INDEXES: Final = """
CALL db.awaitIndexes($seconds)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `0001_constraints.cypher`. `digest` tells when its text changed since it was applied."""

    number: int
    name: str
    statements: tuple[str, ...]
    digest: str


async def migrate(graph: Graph) -> list[str]:
    """Apply what is not applied yet and return the names; waits while another replica does it."""
    for statement in (LEASE_NAME_IS_UNIQUE, MIGRATION_NUMBER_IS_UNIQUE):
        await _run(graph, statement)
    holder = new_id()
    async with asyncio.timeout(STATEMENT_SECONDS):
        while not (lease := await _take(graph, holder)):
            await asyncio.sleep(0.25)
    try:
        return [await _apply(graph, lease, migration) for migration in await _pending(graph)]
    finally:
        await graph.write(lambda tx: drop_lease(tx, lease))


async def pending(graph: Graph) -> list[str]:
    """Return the names of the migrations that are not applied."""
    return [migration.name for migration in await _pending(graph)]


def migrations() -> list[Migration]:
    """Return all migrations that this version of the service knows, in order."""
    folder = files("headwater_service.store") / "migrations"
    found = [_parse(file.name, file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".cypher")]
    return sorted(found, key=lambda migration: migration.number)


def _parse(file_name: str, text: str) -> Migration:
    name = file_name.removesuffix(".cypher")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    statements = tuple(statement.strip() for statement in code.split(";") if statement.strip())
    return Migration(int(name.split("_")[0]), name, statements, hashlib.sha256(code.encode()).hexdigest())


async def _pending(graph: Graph) -> list[Migration]:
    rows = await graph.read(lambda tx: tx.rows(APPLIED))
    applied = {row["number"]: row["digest"] for row in rows}
    return [migration for migration in migrations() if applied.get(migration.number) != migration.digest]


async def _apply(graph: Graph, lease: Lease, migration: Migration) -> str:
    for statement in migration.statements:
        if await _take(graph, lease.holder) != lease:
            raise UnavailableError("Another replica took over the migrations of the graph. Start again.")
        # The text is a file of this package, not a value from outside.
        await _run(graph, statement)
    await graph.read(
        lambda tx: tx.rows(AWAIT_INDEXES, seconds=int(STATEMENT_SECONDS)), deadline_seconds=STATEMENT_SECONDS
    )

    async def record(tx: Transaction) -> None:
        await check_lease(tx, lease)
        await tx.rows(RECORD_APPLIED, number=migration.number, name=migration.name, digest=migration.digest)

    await graph.write(record)
    return migration.name


async def _take(graph: Graph, holder: str) -> Lease | None:
    return await graph.write(lambda tx: take_lease(tx, LEASE_NAME, holder, seconds=LEASE_SECONDS))


async def _run(graph: Graph, statement: LiteralString) -> None:
    await graph.write(lambda tx: tx.rows(statement), deadline_seconds=STATEMENT_SECONDS)
