"""The global order of events: without gap, in the order of each scope, whoever sequences."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.domain import audit, events, periodic
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.store.audit import Place, find_end, list_stretch
from headwater_service.store.events import StoredEvent, Unsequenced
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, LeaseLostError, take_lease
from headwater_service.store.listing import Window
from headwater_service.store.listings_events import Asked, count_events, list_events
from headwater_service.store.objects import ObjectStore, open_objects
from viewers import DOCUMENT_BYTES, fresh, new_admin, new_run

OF_SCOPE = """
MATCH (event:Event {scope: $scope})
RETURN event.number AS number, event.seq AS seq, event:Unsequenced AS is_unsequenced ORDER BY number
"""

# As a scan meets them that ran while the first was committed: the second alone.
CREATE_TWO = """
UNWIND [1, 2] AS number
CREATE (event:Event {
  id: $scope + number, scope: $scope, scope_id: $scope, number: number, kind: 'KIND', operation_id: $scope + number,
  answer: 'null', at: number
})
FOREACH (_ IN CASE number WHEN 2 THEN [1] ELSE [] END | SET event:Unsequenced)
"""
MEET_FIRST = "MATCH (event:Event {scope: $scope, number: 1}) SET event:Unsequenced"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The service's own access to the bucket."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


async def new_lease(graph: Graph) -> Lease:
    """A lease nobody else wants, so that two sequencers can both hold one."""
    lease = await graph.write(lambda tx: take_lease(tx, fresh("lease"), "holder", seconds=60))
    assert lease is not None
    return lease


async def of_scope(graph: Graph, scope: str) -> list[tuple[int, int | None]]:
    rows = await graph.read(lambda tx: tx.rows(OF_SCOPE, scope=scope))
    assert all(row["is_unsequenced"] == (row["seq"] is None) for row in rows)
    return [(row["number"], row["seq"]) for row in rows]


async def sequence_all(graph: Graph, lease: Lease, *, limit: int = 50) -> None:
    while await events.sequence_events(graph, lease, limit=limit):
        pass


async def test_two_sequencers_racing_with_writers_leave_no_gap_and_keep_each_scopes_order(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = [await new_run(graph, admin) for _ in range(4)]
    leases = [await new_lease(graph), await new_lease(graph)]
    end = await graph.read(find_end) or Place(0, events.GENESIS)
    is_over = asyncio.Event()

    async def write(run_id: str) -> None:
        for number in range(12):
            change = RunChange(summary={"n": number})
            await update_run(graph, admin, run_id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)

    async def sequence(lease: Lease) -> None:
        while not is_over.is_set():
            await events.sequence_events(graph, lease, limit=7)

    sequencers = [asyncio.create_task(sequence(lease)) for lease in leases]
    await asyncio.gather(*(write(one.run.id) for one in started))
    is_over.set()
    await asyncio.gather(*sequencers)
    await sequence_all(graph, leases[0])

    for one in started:
        found = await of_scope(graph, one.run.id)
        numbers = [seq for _, seq in found if seq is not None]
        assert [number for number, _ in found] == list(range(1, 13))
        assert len(numbers) == 12
        assert numbers == sorted(numbers)
    stretch = await graph.read(lambda tx: list_stretch(tx, after=end.seq, limit=1_000))
    assert audit.follow(end, stretch)[1] is None


async def test_who_lost_the_lease_sequences_nothing(graph: Graph) -> None:
    admin = await new_admin(graph)
    lease = await new_lease(graph)
    await new_run(graph, admin)

    with pytest.raises(LeaseLostError):
        await sequence_all(graph, replace(lease, token=lease.token + 1))


def event(scope: str, number: int) -> StoredEvent:
    return StoredEvent(
        id=f"{scope}{number}",
        scope=scope,
        scope_id=scope,
        subject_id="subject",
        number=number,
        kind="KIND",
        operation_id="op",
        before=None,
        after='{"a":1}',
        answer="3",
        by="user",
        at=5,
        format=2,
    )


def test_an_event_waits_for_the_one_before_it_in_its_scope() -> None:
    found = [
        Unsequenced(event("a", 3), waits_for="a2"),
        Unsequenced(event("b", 1), waits_for=None),
        Unsequenced(event("a", 4), waits_for="a3"),
        Unsequenced(event("b", 2), waits_for="b1"),
    ]

    assert [one.id for one in events.in_order(found)] == ["b1", "b2"]


async def test_an_event_is_left_for_later_when_the_one_before_it_was_not_met(graph: Graph) -> None:
    scope = fresh("scope")
    lease = await new_lease(graph)
    await graph.write(lambda tx: tx.rows(CREATE_TWO, scope=scope))

    await sequence_all(graph, lease)
    early = await graph.read(lambda tx: tx.rows(OF_SCOPE, scope=scope))
    await graph.write(lambda tx: tx.rows(MEET_FIRST, scope=scope))
    await sequence_all(graph, lease)
    (_, first), (_, second) = await of_scope(graph, scope)

    assert [row["seq"] for row in early] == [None, None]
    assert first is not None and second is not None and first < second


async def test_only_events_of_the_scopes_asked_for_are_listed(graph: Graph) -> None:
    asked, other = fresh("scope"), fresh("scope")

    async def create(tx: Transaction) -> None:
        for scope in (asked, other):
            await tx.rows(CREATE_TWO, scope=scope)
            await tx.rows(MEET_FIRST, scope=scope)

    await graph.write(create)
    await sequence_all(graph, await new_lease(graph))

    page = await graph.read(lambda tx: list_events(tx, Asked([asked]), Window(10)))
    count = await graph.read(lambda tx: count_events(tx, Asked([asked])))

    assert [scoped.event.id for scoped in page.items] == [f"{asked}1", f"{asked}2"]
    assert count == 2


def test_a_link_covers_the_hash_before_the_number_and_every_fact() -> None:
    canonical = (
        b'{"after":"{\\"a\\":1}","answer":"3","at":5,"before":null,"by":"user","format":2,"id":"a1","kind":"KIND",'
        b'"number":1,"operation_id":"op","scope":"a","scope_id":"a","seq":9,"subject_id":"subject"}'
    )

    expected = hashlib.sha256(events.GENESIS.encode() + canonical).hexdigest()
    assert events.link_hash(events.GENESIS, event("a", 1), 9) == expected
    assert events.link_hash(events.GENESIS, replace(event("a", 1), after=None), 9) != expected
    assert events.link_hash(events.GENESIS, event("a", 1), 10) != expected


def test_an_event_from_before_there_was_a_format_is_hashed_as_it_was_then() -> None:
    old = replace(event("a", 1), format=None, subject_id=None, answer="3")
    canonical = (
        b'{"after":"{\\"a\\":1}","at":5,"before":null,"by":"user","id":"a1","kind":"KIND","number":1,'
        b'"operation_id":"op","scope":"a","scope_id":"a","seq":9}'
    )

    assert old.canonical(9) == canonical


async def test_the_periodic_work_sequences_what_is_written_and_two_replicas_share_it(
    graph: Graph, objects: ObjectStore, settings: Settings
) -> None:
    replicas = [periodic.start(graph, objects, settings) for _ in range(2)]
    try:
        admin = await new_admin(graph)
        async with asyncio.timeout(30):
            while any(seq is None for _, seq in await of_scope(graph, admin.user_id)):
                await asyncio.sleep(0.1)
    finally:
        for replica in replicas:
            await replica.stop()

    assert [number for number, _ in await of_scope(graph, admin.user_id)] == [1, 2, 3]


async def test_a_stopped_replica_gives_its_leases_back_at_once(
    graph: Graph, objects: ObjectStore, settings: Settings
) -> None:
    name = fresh("job")
    ran = asyncio.Event()

    async def work(lease: Lease) -> bool:
        ran.set()
        return False

    replica = periodic.Periodic(graph, [periodic.Job(name, 0.05, work)])
    await asyncio.wait_for(ran.wait(), 5)
    await replica.stop()

    assert await graph.write(lambda tx: take_lease(tx, name, "another", seconds=1)) is not None


async def test_a_fault_in_one_round_does_not_end_a_job(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "FAULT_SECONDS", 0.01)
    rounds: list[int] = []

    async def work(lease: Lease) -> bool:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("a bug")
        return False

    replica = periodic.Periodic(graph, [periodic.Job(fresh("job"), 0.01, work)])
    async with asyncio.timeout(5):
        while len(rounds) < 3:
            await asyncio.sleep(0.01)
    await replica.stop()

    assert rounds[:3] == [0, 1, 2]
