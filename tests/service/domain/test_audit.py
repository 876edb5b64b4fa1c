"""A check of the audit trail names what was done to the events behind the service's back.

The database is one of these tests' own: what is done to it here would alarm every other check.
"""

import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from headwater_service.domain import audit, events
from headwater_service.domain.access import Viewer
from headwater_service.domain.audit import AuditCheck, AuditFaultKind, check_audit
from headwater_service.domain.containers import create_project
from headwater_service.domain.people import bootstrap_user, create_user
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.errors import InvalidInputError, PermissionDeniedError
from headwater_service.store.events import StoredEvent, event_from
from headwater_service.store.graph import Graph, connect
from headwater_service.store.ids import new_id
from headwater_service.store.leases import take_lease
from headwater_service.store.migrations import migrate
from servers import Neo4j, running_neo4j
from viewers import DOCUMENT_BYTES, fresh, new_run

pytestmark = pytest.mark.slow

ALL = "MATCH (event:Event) RETURN properties(event) AS facts, event.id AS id ORDER BY event.seq"
END = "MATCH (chain:EventChain) RETURN chain.seq AS seq, chain.hash AS hash"
WIPE = "MATCH (event) WHERE event:Event OR event:EventChain DETACH DELETE event"
PUT_BACK = "UNWIND $events AS facts CREATE (event:Event) SET event = facts"
PUT_END = "MERGE (chain:EventChain {name: 'events'}) SET chain.seq = $seq, chain.hash = $hash"
MANY = """
UNWIND range($first, $first + 4999) AS number
CREATE (event:Event:Unsequenced {
  id: $scope + '/' + number, scope: $scope, scope_id: $scope, subject_id: $scope, number: number, kind: 'MANY',
  operation_id: '' + number, before: null, after: '{"n":' + number + '}', answer: 'null', by: null, at: number,
  format: 2
})
"""
COUNTED = "CREATE (:EventScope {id: $scope, event_number: $count})"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4j]:
    """A database of these tests alone."""
    with running_neo4j(tmp_path_factory.mktemp("audit")) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lonely(server: Neo4j) -> AsyncIterator[Graph]:
    """A graph that nobody else writes to."""
    opened = connect(server.uri, server.user, server.password, "neo4j", deadline_seconds=60)
    await migrate(opened)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def admin(lonely: Graph) -> Viewer:
    """An administrator with a run of twelve changes and three projects: events of several scopes, all sequenced."""
    viewer = await viewer_of_key(lonely, await bootstrap_user(lonely, "auditor"))
    assert viewer is not None
    started = await new_run(lonely, viewer)
    for number in range(11):
        change = RunChange(summary={"n": number})
        await update_run(lonely, viewer, started.run.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)
        if number % 4 == 0:
            await create_project(lonely, viewer, None, f"project-{number}", "", operation=new_id())
    await sequence_all(lonely)
    return viewer


@pytest_asyncio.fixture
async def graph(lonely: Graph, admin: Viewer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Graph]:
    """The lonely graph, whose events are put back as they were after the test."""
    monkeypatch.setattr(audit, "SECOND_LOOK_SECONDS", 0.0)
    kept = [row["facts"] for row in await run(lonely, ALL)]
    end = (await run(lonely, END))[0]
    yield lonely
    await run(lonely, WIPE)
    await run(lonely, PUT_BACK, events=kept)
    await run(lonely, PUT_END, **end)


async def run(graph: Graph, text: Any, **parameters: Any) -> list[dict[str, Any]]:
    return await graph.write(lambda tx: tx.rows(text, **parameters))


async def sequence_all(graph: Graph) -> None:
    lease = await graph.write(lambda tx: take_lease(tx, fresh("lease"), "holder", seconds=60))
    assert lease is not None
    while await events.sequence_events(graph, lease):
        pass


async def check_all(graph: Graph, viewer: Viewer, *, anchor: str | None = None, limit: int = 10_000) -> AuditCheck:
    """Make all the calls of a whole check and return the last, with the sums of all."""
    cursor: str | None = None
    count = scopes = 0
    while True:
        check = await check_audit(graph, viewer, anchor=anchor, cursor=cursor, limit=limit)
        count, scopes, cursor = count + check.events, scopes + check.scopes, check.cursor
        if cursor is None:
            return AuditCheck(count, scopes, check.last, None, check.fault)


def anchor_of(check: AuditCheck) -> str:
    return f"{check.last.seq}:{check.last.hash}"


async def fault_after(graph: Graph, admin: Viewer, text: Any, **parameters: Any) -> tuple[AuditFaultKind, int | None]:
    """Do something to the database and return what a check says of it, and of which place."""
    await run(graph, text, **parameters)
    fault = (await check_all(graph, admin)).fault
    assert fault is not None, "nothing was found"
    return fault.kind, fault.seq


async def rewrite(graph: Graph) -> None:
    """Give all events new numbers without gaps, and right hashes: as a forger does who knows how the chain is made."""
    seq, previous = 0, events.GENESIS
    rows = await run(graph, ALL)
    await run(graph, "MATCH (event:Event) REMOVE event.seq")
    for row in rows:
        seq += 1
        stored = event_from({name: row["facts"].get(name) for name in StoredEvent.__slots__})
        previous = events.link_hash(previous, stored, seq)
        await run(
            graph, "MATCH (event:Event {id: $id}) SET event.seq = $seq, event.hash = $hash",
            id=row["id"], seq=seq, hash=previous,
        )  # fmt: skip
    await run(graph, PUT_END, seq=seq, hash=previous)


async def test_an_untouched_trail_is_right_however_it_is_cut_into_calls(graph: Graph, admin: Viewer) -> None:
    rows = await run(graph, ALL)

    whole = await check_all(graph, admin)
    pieces = await check_all(graph, admin, limit=3)

    assert whole.fault is None and whole == pieces
    assert whole.events == len(rows) == whole.last.seq
    assert whole.last.hash == rows[-1]["facts"]["hash"]
    assert whole.scopes == len(await run(graph, "MATCH (scope:EventScope) RETURN scope.id AS id"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("after", '{"forged":1}'),
        ("before", '{"forged":1}'),
        ("by", "somebody else"),
        ("at", 1),
        ("kind", "NOTHING_HAPPENED"),
        ("answer", '"forged"'),
        ("subject_id", "another"),
        ("scope_id", "another"),
        ("operation_id", "another"),
        ("hash", "0" * 64),
        ("format", None),
        ("number", "seven"),
    ],
)
async def test_an_edited_event_is_named_whatever_was_edited(name: str, value: Any, graph: Graph, admin: Viewer) -> None:
    text = "MATCH (event:Event {seq: 7}) SET event += $change"

    assert await fault_after(graph, admin, text, change={name: value}) == (AuditFaultKind.EDITED, 7)


async def test_a_removed_event_leaves_its_place_empty(graph: Graph, admin: Viewer) -> None:
    found = await fault_after(graph, admin, "MATCH (event:Event {seq: 5}) DELETE event")

    assert found == (AuditFaultKind.REMOVED, 5)


async def test_the_last_event_is_missed_too(graph: Graph, admin: Viewer) -> None:
    end = (await run(graph, END))[0]["seq"]

    found = await fault_after(graph, admin, "MATCH (event:Event {seq: $seq}) DELETE event", seq=end)

    assert found == (AuditFaultKind.REMOVED, end)


async def test_an_event_removed_from_a_chain_written_anew_is_missed_in_its_scope(graph: Graph, admin: Viewer) -> None:
    (gone,) = await run(
        graph,
        "MATCH (event:Event {number: 6}) WITH event, event.scope AS scope, event.number AS number "
        "DELETE event RETURN scope, number",
    )
    await rewrite(graph)

    fault = (await check_all(graph, admin)).fault

    assert fault is not None
    assert (fault.kind, fault.scope, fault.number) == (AuditFaultKind.REMOVED, gone["scope"], 6)


async def test_a_scopes_last_event_is_missed_although_the_chain_was_written_anew(graph: Graph, admin: Viewer) -> None:
    (gone,) = await run(
        graph,
        "MATCH (event:Event {number: 11}) WITH event, event.scope AS scope DELETE event RETURN scope",
    )
    await rewrite(graph)

    fault = (await check_all(graph, admin)).fault

    assert fault is not None
    assert (fault.kind, fault.scope, fault.number) == (AuditFaultKind.REMOVED, gone["scope"], 11)


async def test_an_event_put_behind_the_end_is_found(graph: Graph, admin: Viewer) -> None:
    end = (await run(graph, END))[0]
    (last,) = await run(graph, "MATCH (event:Event {seq: $seq}) RETURN properties(event) AS facts", seq=end["seq"])
    forged = {**last["facts"], "id": "forged", "number": 999, "operation_id": "forged", "seq": end["seq"] + 1}

    found = await fault_after(graph, admin, "CREATE (event:Event) SET event = $facts", facts=forged)

    assert found[1] == end["seq"] + 1


async def test_an_event_chained_behind_the_end_by_one_who_knows_how_is_found(graph: Graph, admin: Viewer) -> None:
    end = (await run(graph, END))[0]
    facts = {"id": "f", "scope": "f", "scope_id": "f", "number": 1, "kind": "F", "operation_id": "f", "at": 1}
    stored = event_from({name: facts.get(name) for name in StoredEvent.__slots__})
    forged = facts | {"seq": end["seq"] + 1, "hash": events.link_hash(end["hash"], stored, end["seq"] + 1)}

    found = await fault_after(graph, admin, "CREATE (event:Event) SET event = $facts", facts=forged)

    assert found == (AuditFaultKind.INSERTED, end["seq"] + 1)


async def test_an_event_put_between_two_places_is_found(graph: Graph, admin: Viewer) -> None:
    forged = {"id": "forged", "scope": "s", "number": 1, "operation_id": "o", "seq": 4.5, "kind": "X", "at": 1}

    found = await fault_after(graph, admin, "CREATE (event:Event) SET event = $facts", facts=forged)

    assert found == (AuditFaultKind.INSERTED, None)


async def test_an_event_that_waits_for_no_place_is_found(graph: Graph, admin: Viewer) -> None:
    forged = {"id": "forged", "scope": "s", "number": 1, "operation_id": "o", "kind": "X", "at": 1}

    await run(graph, "CREATE (event:Event) SET event = $facts", facts=forged)
    fault = (await check_all(graph, admin)).fault

    assert fault is not None
    assert (fault.kind, fault.event_id) == (AuditFaultKind.INSERTED, "forged")


async def test_an_event_that_its_scope_never_counted_is_found(graph: Graph, admin: Viewer) -> None:
    (last,) = await run(
        graph,
        "MATCH (event:Event {number: 11}) MATCH (scope:EventScope {id: event.scope}) "
        "RETURN properties(event) AS facts, scope.event_number AS count",
    )
    forged = {
        name: value for name, value in last["facts"].items() if name not in ("seq", "hash")
    } | {"id": "forged", "number": last["count"] + 1, "operation_id": "forged"}  # fmt: skip
    await run(graph, "CREATE (event:Event:Unsequenced) SET event = $facts", facts=forged)
    await sequence_all(graph)

    fault = (await check_all(graph, admin)).fault

    assert fault is not None
    assert (fault.kind, fault.event_id, fault.number) == (AuditFaultKind.INSERTED, "forged", 12)


@pytest.mark.parametrize("is_waiting", [True, False])
async def test_the_first_event_of_a_scope_that_there_never_was_is_found(
    is_waiting: bool, graph: Graph, admin: Viewer
) -> None:
    (first,) = await run(graph, "MATCH (event:Event {seq: 1}) RETURN properties(event) AS facts")
    forged = {name: value for name, value in first["facts"].items() if name not in ("seq", "hash")} | {
        "id": "forged", "scope": "invented", "number": 1
    }  # fmt: skip
    await run(graph, "CREATE (event:Event:Unsequenced) SET event = $facts", facts=forged)
    await sequence_all(graph)
    if not is_waiting:
        await rewrite(graph)

    fault = (await check_all(graph, admin)).fault

    assert fault is not None
    assert (fault.kind, fault.event_id, fault.scope) == (AuditFaultKind.INSERTED, "forged", "invented")


async def test_two_events_that_changed_places_are_told_from_edited_ones(graph: Graph, admin: Viewer) -> None:
    text = """
    MATCH (one:Event {seq: 6}), (two:Event {seq: 9})
    REMOVE one.seq
    SET two.seq = 6
    SET one.seq = 9
    """

    assert await fault_after(graph, admin, text) == (AuditFaultKind.REORDERED, 6)


async def test_a_new_order_inside_a_scope_is_found_although_the_chain_was_written_anew(
    graph: Graph, admin: Viewer
) -> None:
    await run(graph, "MATCH (one:Event {number: 6}) WITH one, one.seq AS seq SET one.seq = 0.5")
    await rewrite(graph)

    fault = (await check_all(graph, admin)).fault

    assert fault is not None
    assert (fault.kind, fault.seq, fault.number) == (AuditFaultKind.REORDERED, 1, 6)


async def test_a_chain_written_anew_as_a_whole_is_found_by_an_anchor_that_was_kept(graph: Graph, admin: Viewer) -> None:
    anchor = anchor_of(await check_all(graph, admin))
    await run(graph, "MATCH (event:Event {seq: 3}) SET event.after = '{}'")
    await rewrite(graph)

    alone = await check_all(graph, admin)
    anchored = (await check_all(graph, admin, anchor=anchor)).fault

    assert alone.fault is None
    assert anchored is not None and anchored.kind is AuditFaultKind.EDITED
    assert anchored.seq == int(anchor.partition(":")[0])


async def test_a_trail_cut_short_is_found_by_an_anchor_that_was_kept(graph: Graph, admin: Viewer) -> None:
    anchor = anchor_of(await check_all(graph, admin))
    end = int(anchor.partition(":")[0])
    (scope,) = await run(
        graph,
        "MATCH (event:Event {seq: $end}) MATCH (scope:EventScope {id: event.scope}) "
        "SET scope.event_number = scope.event_number - 1 DELETE event RETURN scope.id AS id",
        end=end,
    )
    await rewrite(graph)

    alone = await check_all(graph, admin)
    anchored = (await check_all(graph, admin, anchor=anchor)).fault
    await run(graph, "MATCH (s:EventScope {id: $id}) SET s.event_number = s.event_number + 1", id=scope["id"])

    assert alone.fault is None
    assert anchored is not None and (anchored.kind, anchored.seq) == (AuditFaultKind.REMOVED, end)


async def test_from_an_anchor_only_what_came_later_is_read(graph: Graph, admin: Viewer) -> None:
    first = await check_audit(graph, admin, anchor=None, cursor=None, limit=5)
    whole = await check_all(graph, admin)

    rest = await check_all(graph, admin, anchor=anchor_of(first))

    assert rest.fault is None
    assert rest.events == whole.events - 5
    assert rest.last == whole.last


async def test_a_check_that_goes_on_sees_what_was_done_to_the_place_it_stopped_at(graph: Graph, admin: Viewer) -> None:
    first = await check_audit(graph, admin, anchor=None, cursor=None, limit=5)
    await run(graph, "MATCH (event:Event {seq: 5}) SET event.hash = 'forged'")

    second = await check_audit(graph, admin, anchor=None, cursor=first.cursor, limit=5)

    assert second.fault is not None and second.fault.seq == 5


@pytest.mark.parametrize("anchor", ["7", "x:" + "0" * 64, "7:abc", "7:" + "G" * 64, ""])
async def test_an_anchor_that_is_none_is_refused(anchor: str, graph: Graph, admin: Viewer) -> None:
    with pytest.raises(InvalidInputError, match="An anchor is the number and the hash"):
        await check_audit(graph, admin, anchor=anchor, cursor=None)


@pytest.mark.parametrize("cursor", ["", "[]", "[1]", '["a","b",null]', "7"])
async def test_a_cursor_that_is_none_is_refused(cursor: str, graph: Graph, admin: Viewer) -> None:
    with pytest.raises(InvalidInputError, match="not a cursor of this check"):
        await check_audit(graph, admin, anchor=None, cursor=cursor)


async def test_whoever_does_not_administer_the_server_may_not_check(lonely: Graph, admin: Viewer) -> None:
    _, issued = await create_user(lonely, admin, fresh("person"), is_admin=False, operation=new_id())
    viewer = await viewer_of_key(lonely, issued.secret)
    assert viewer is not None

    with pytest.raises(PermissionDeniedError):
        await check_audit(lonely, viewer, anchor=None, cursor=None)


async def test_a_hundred_thousand_events_are_checked_in_little_memory(lonely: Graph, admin: Viewer) -> None:
    count, scope = 100_000, fresh("scope")
    await run(lonely, COUNTED, scope=scope, count=count)
    for first in range(1, count, 5_000):
        await run(lonely, MANY, scope=scope, first=first)
    await sequence_all(lonely)
    tracemalloc.start()

    try:
        check = await check_all(lonely, admin)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert check.fault is None
    assert check.events > count
    assert peak < 20_000_000
