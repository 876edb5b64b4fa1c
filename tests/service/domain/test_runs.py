"""Runs: started, resumed, changed, ended, silent and back."""

import asyncio
import re
import secrets
from dataclasses import replace
from typing import Any

import pytest

from headwater_service.domain import runs
from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import get_project
from headwater_service.domain.people import KeyRequest, create_api_key
from headwater_service.domain.runs import RunChange, RunResume, RunStart, StartedRun
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Instant, Run, RunState
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, LeaseLostError, take_lease
from headwater_service.store.runs import find_documents, find_run
from viewers import DOCUMENT_BYTES, fresh, known, new_admin, new_project, new_run, new_team

SILENCE = "MATCH (run:Run {id: $id}) SET run.heartbeat_at = run.heartbeat_at - $microseconds"
EVENTS = "MATCH (event:Event {scope: $scope}) RETURN event.kind AS kind ORDER BY event.number"


async def start(graph: Graph, viewer: Viewer, given: RunStart, operation: str | None = None) -> StartedRun:
    return await runs.start_run(graph, viewer, given, operation=operation or new_id(), document_bytes=DOCUMENT_BYTES)


async def update(graph: Graph, viewer: Viewer, run_id: str, change: RunChange, operation: str | None = None) -> Run:
    run, _ = await runs.update_run(
        graph, viewer, run_id, change, operation=operation or new_id(), document_bytes=DOCUMENT_BYTES
    )
    return run


async def finish(graph: Graph, viewer: Viewer, run_id: str, exit_code: int, **more: Any) -> Run:
    given = {"state": None, "summary": None, "operation": new_id(), **more}
    run, _ = await runs.finish_run(graph, viewer, run_id, exit_code, document_bytes=DOCUMENT_BYTES, **given)
    return run


async def stored(graph: Graph, run_id: str) -> Run:
    run = await graph.read(lambda tx: find_run(tx, run_id))
    assert run is not None
    return run


async def documents(graph: Graph, run_id: str) -> tuple[str, str]:
    return await graph.read(lambda tx: find_documents(tx, run_id))


async def kinds(graph: Graph, scope: str) -> list[str]:
    return [row["kind"] for row in await graph.read(lambda tx: tx.rows(EVENTS, scope=scope))]


async def silent(graph: Graph, run_id: str, *, seconds: int) -> None:
    await graph.write(lambda tx: tx.rows(SILENCE, id=run_id, microseconds=seconds * 1_000_000))


async def lease_of(graph: Graph) -> Lease:
    lease = await graph.write(lambda tx: take_lease(tx, fresh("lease"), "a", seconds=60))
    assert lease is not None
    return lease


async def crash_all(graph: Graph) -> None:
    lease = await lease_of(graph)
    while await runs.crash_silent_runs(graph, lease, seconds=300) == runs.CRASHED_BATCH:
        pass


async def test_a_start_keeps_all_that_the_program_tells(graph: Graph) -> None:
    admin = await new_admin(graph)
    given = RunStart(
        project="churn",
        key="abcd1234",
        name="baseline",
        job_type="train",
        group="sweep 1",
        tags=["gpu", "猫", "gpu"],
        notes="# why",
        config={"lr": 0.1, "limit": float("inf")},
        host="box",
        command="train.py --lr 0.1",
        git_commit="c0ffee",
        git_remote="git@example.org:a/b",
        started_at=Instant(1_700_000_000_000_000),
    )

    started = await start(graph, admin, given)

    run = started.run
    assert (started.is_resumed, started.container.path) == (False, f"{admin.user_name}/churn")
    assert run == Run(
        id=run.id,
        key="abcd1234",
        name="baseline",
        scope_id=started.container.id,
        created_by=admin.user_id,
        job_type="train",
        group="sweep 1",
        tags=["gpu", "猫"],
        notes="# why",
        state=RunState.RUNNING,
        host="box",
        command="train.py --lr 0.1",
        git_commit="c0ffee",
        git_remote="git@example.org:a/b",
        created_at=run.created_at,
        started_at=given.started_at,
        heartbeat_at=run.created_at,
        finished_at=None,
        exit_code=None,
    )
    assert await documents(graph, run.id) == ('{"lr":0.1,"limit":"Infinity"}', "{}")
    assert await kinds(graph, started.container.id) == ["RUN_STARTED"]


async def test_a_run_without_a_name_is_given_two_words_and_its_number(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)

    names = [(await new_run(graph, admin, project)).run.name for _ in range(3)]

    assert [re.fullmatch(r"[a-z]+-[a-z]+-(\d+)", name)[1] for name in names] == ["1", "2", "3"]  # type: ignore[index]


async def test_runs_started_at_once_get_different_numbers(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)

    started = await asyncio.gather(*(new_run(graph, admin, project) for _ in range(12)))

    assert sorted(int(one.run.name.rpartition("-")[2]) for one in started) == list(range(1, 13))


async def test_runs_started_at_once_make_their_unknown_project_once(graph: Graph) -> None:
    admin = await new_admin(graph)

    started = await asyncio.gather(
        *(start(graph, admin, RunStart(project="new", key=f"run-{number}")) for number in range(8))
    )

    assert len({one.container.id for one in started}) == 1


async def test_a_replayed_start_returns_the_run_and_makes_none(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    given = RunStart(project="churn", key="abcd1234")
    first = await start(graph, admin, given, operation)

    again = await start(graph, admin, given, operation)

    assert again == first
    assert await kinds(graph, first.container.id) == ["RUN_STARTED"]


@pytest.mark.parametrize("key", ["", "a b", "a/b", "a" * 65, "ä", "-\n"])
async def test_a_key_that_cannot_stand_in_an_address_is_refused(graph: Graph, key: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        await start(graph, await new_admin(graph), RunStart(project="churn", key=key))

    assert refusal.value.data["field"] == "key"


async def test_a_known_key_is_refused_unless_it_may_be_resumed(graph: Graph) -> None:
    admin = await new_admin(graph)
    first = await start(graph, admin, RunStart(project="churn", key="abcd1234", config={"a": 1, "b": 1}))
    await finish(graph, admin, first.run.id, 1)

    with pytest.raises(ConflictError) as refusal:
        await start(graph, admin, RunStart(project="churn", key="abcd1234"))
    resumed = await start(
        graph,
        admin,
        RunStart(project="churn", key="abcd1234", config={"b": 2}, notes="again", resume=RunResume.ALLOW),
    )

    assert refusal.value.data["current"] == "FAILED"
    assert resumed.is_resumed
    assert resumed.run == replace(first.run, notes="again", heartbeat_at=resumed.run.heartbeat_at)
    assert await documents(graph, first.run.id) == ('{"a":1,"b":2}', "{}")


async def test_an_unknown_key_is_started_or_refused_as_asked(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)

    allowed = await start(graph, admin, RunStart(project=project.path, key="one", resume=RunResume.ALLOW))
    with pytest.raises(NotFoundError, match="to resume"):
        await start(graph, admin, RunStart(project=project.path, key="two", resume=RunResume.MUST))

    assert not allowed.is_resumed


async def test_resuming_in_an_unknown_project_does_not_make_it(graph: Graph) -> None:
    admin = await new_admin(graph)

    with pytest.raises(NotFoundError):
        await start(graph, admin, RunStart(project="unknown", key="one", resume=RunResume.MUST))

    with pytest.raises(NotFoundError):
        await get_project(graph, admin, "unknown", what="look")


async def test_an_unknown_entity_lists_yours(graph: Graph) -> None:
    admin = await new_admin(graph)

    with pytest.raises(NotFoundError, match=f"Yours: {admin.user_name}"):
        await start(graph, admin, RunStart(project="no-such-entity/churn", key="one"))


async def test_one_key_in_two_projects_is_two_runs(graph: Graph) -> None:
    admin = await new_admin(graph)

    first = await start(graph, admin, RunStart(project="one", key="same"))
    second = await start(graph, admin, RunStart(project="two", key="same"))

    assert first.run.id != second.run.id


async def test_an_update_changes_what_is_given_and_merges_documents(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    started = await start(graph, admin, RunStart(project="churn", key="one", config={"a": 1, "b": {"c": 1}}))
    change = RunChange(name="renamed", tags=["x"], config={"a": None, "d": 2}, summary={"loss": float("nan")})

    run = await update(graph, admin, started.run.id, change, operation)
    await update(graph, admin, started.run.id, RunChange(name="later"))
    await update(graph, admin, started.run.id, change, operation)

    assert run == replace(started.run, name="renamed", tags=["x"])
    assert (await stored(graph, run.id)).name == "later"
    assert await documents(graph, run.id) == ('{"b":{"c":1},"d":2}', '{"loss":"NaN"}')
    assert await kinds(graph, run.id) == ["RUN_UPDATED", "RUN_UPDATED"]


async def test_updates_at_once_lose_no_key(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)

    await asyncio.gather(
        *(update(graph, admin, started.run.id, RunChange(summary={f"k{number}": number})) for number in range(10))
    )

    _, summary = await documents(graph, started.run.id)
    assert sorted(re.findall(r"k\d", summary)) == [f"k{number}" for number in range(10)]


async def test_a_document_or_text_over_its_limit_is_refused_and_nothing_changes(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)

    for change in (
        RunChange(name="x", config={"a": "x" * DOCUMENT_BYTES}),
        RunChange(name="n" * 129),
        RunChange(name="x", tags=["t"] * 101),
    ):
        with pytest.raises(InvalidInputError):
            await update(graph, admin, started.run.id, change)

    assert await stored(graph, started.run.id) == started.run


@pytest.mark.parametrize(
    ("exit_code", "given", "state"),
    [
        (0, None, RunState.FINISHED),
        (1, None, RunState.FAILED),
        (130, RunState.KILLED, RunState.KILLED),
        (0, RunState.FAILED, RunState.FAILED),
    ],
)
async def test_a_run_ends_by_its_exit_code_or_as_told(
    graph: Graph, exit_code: int, given: RunState | None, state: RunState
) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)

    run = await finish(graph, admin, started.run.id, exit_code, state=given, summary={"acc": 0.9})

    assert (run.state, run.exit_code) == (state, exit_code)
    assert run.finished_at is not None and run.finished_at > run.created_at
    assert await documents(graph, run.id) == ("{}", '{"acc":0.9}')


async def test_ending_a_run_again_changes_nothing(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    started = await new_run(graph, admin)
    first = await finish(graph, admin, started.run.id, 0, operation=operation)

    assert await finish(graph, admin, started.run.id, 0, operation=operation) == first
    assert await finish(graph, admin, started.run.id, 0) == first
    assert await kinds(graph, started.run.id) == ["RUN_FINISHED"]


async def test_a_run_ended_when_its_program_says_but_never_later_than_it_was_told(graph: Graph) -> None:
    admin = await new_admin(graph)
    given = RunStart(project="churn", key="one", started_at=Instant(1_000_000))
    started = await start(graph, admin, given)

    run = await finish(graph, admin, started.run.id, 0, finished_at=Instant(3_000_000))
    again = await finish(graph, admin, started.run.id, 0, finished_at=Instant(3_000_000))
    late = await finish(graph, admin, started.run.id, 0, finished_at=Instant(2**53))

    assert (run.started_at, run.finished_at) == (1_000_000, 3_000_000)
    assert again == run
    assert late.finished_at is not None and run.created_at < late.finished_at < 2**53
    assert await kinds(graph, run.id) == ["RUN_FINISHED", "RUN_FINISHED"]


async def test_a_run_is_not_ended_as_something_that_is_no_end(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)

    with pytest.raises(InvalidInputError):
        await finish(graph, admin, started.run.id, 0, state=RunState.RUNNING)

    assert (await stored(graph, started.run.id)).state is RunState.RUNNING


async def test_outsiders_find_no_run_and_viewers_change_none(graph: Graph) -> None:
    entity, (admin, viewer) = await new_team(graph, await new_admin(graph), viewer=await new_admin(graph))
    outsider = await new_admin(graph)
    started = await start(graph, admin, RunStart(project=f"{entity.name}/churn", key="one"))
    reading = await create_api_key(graph, admin, KeyRequest(is_read_only=True), operation=new_id())
    reader = await known(graph, reading.secret)

    for caller, error in ((outsider, NotFoundError), (viewer, PermissionDeniedError), (reader, PermissionDeniedError)):
        with pytest.raises(error):
            await update(graph, caller, started.run.id, RunChange(name="x"))
        with pytest.raises(error):
            await finish(graph, caller, started.run.id, 0)
        with pytest.raises(error):
            await runs.beat(graph, caller, started.run.id)
        with pytest.raises(error):
            await start(graph, caller, RunStart(project=f"{entity.name}/churn", key="two"))

    assert await stored(graph, started.run.id) == started.run


async def test_an_unknown_run_is_not_found(graph: Graph) -> None:
    with pytest.raises(NotFoundError):
        await finish(graph, await new_admin(graph), secrets.token_hex(8), 0)


async def test_a_silent_run_is_crashed_and_runs_again_when_it_is_heard_of(graph: Graph) -> None:
    admin = await new_admin(graph)
    quiet, lively = await new_run(graph, admin), await new_run(graph, admin)
    await silent(graph, quiet.run.id, seconds=301)

    await crash_all(graph)
    crashed = await stored(graph, quiet.run.id)
    await runs.beat(graph, admin, quiet.run.id)

    back = await stored(graph, quiet.run.id)
    assert (crashed.state, crashed.finished_at) == (RunState.CRASHED, crashed.heartbeat_at)
    assert (back.state, back.finished_at) == (RunState.RUNNING, None)
    assert back.heartbeat_at is not None and back.heartbeat_at >= quiet.run.created_at
    assert await kinds(graph, quiet.run.id) == ["RUN_CRASHED", "RUN_REVIVED"]
    assert (await stored(graph, lively.run.id)).state is RunState.RUNNING


async def test_a_run_that_was_told_to_have_crashed_has_no_exit_code_when_it_runs_again(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)
    await finish(graph, admin, started.run.id, 1, state=RunState.CRASHED)

    await runs.beat(graph, admin, started.run.id)

    found = await stored(graph, started.run.id)
    assert (found.state, found.finished_at, found.exit_code) == (RunState.RUNNING, None, None)


async def test_a_heartbeat_of_an_ended_run_changes_nothing(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)
    ended = await finish(graph, admin, started.run.id, 0)

    await runs.beat(graph, admin, started.run.id)

    assert await stored(graph, started.run.id) == ended


async def test_who_lost_the_lease_crashes_no_run(graph: Graph) -> None:
    admin = await new_admin(graph)
    started = await new_run(graph, admin)
    await silent(graph, started.run.id, seconds=301)
    lease = await lease_of(graph)

    with pytest.raises(LeaseLostError):
        await runs.crash_silent_runs(graph, replace(lease, token=lease.token - 1), seconds=300)
