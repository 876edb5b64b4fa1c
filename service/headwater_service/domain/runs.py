"""Runs: started or resumed, changed, ended, and CRASHED when they fall silent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from headwater_service.domain import documents
from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.containers import (
    container_at,
    create_project,
    get_project,
    require_project,
    split_container_path,
)
from headwater_service.domain.display_names import display_name
from headwater_service.domain.expectations import require_expected
from headwater_service.domain.run_fields import keep_fields
from headwater_service.domain.search import RUN_TEXTS, run_text
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import Container, Instant, JsonObject, Role, Run, RunState
from headwater_service.store import runs as store
from headwater_service.store.containers import find_container_by_id
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, check_lease
from headwater_service.store.operations import Lock, record, take_lock

TEXT_CHARACTERS: Final = 128
LONG_TEXT_CHARACTERS: Final = 100_000
TAGS: Final = 100
CRASHED_BATCH: Final = 100
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
# CRASHED is told by who finds the journal of a program that is no more.
_ENDS: Final = (RunState.FINISHED, RunState.FAILED, RunState.KILLED, RunState.CRASHED)


class RunResume(StrEnum):
    NEVER = "NEVER"
    ALLOW = "ALLOW"
    MUST = "MUST"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """What a program tells when it starts; `project` is a path, `started_at` its own claim."""

    project: str
    key: str
    name: str | None = None
    job_type: str | None = None
    group: str | None = None
    tags: Sequence[str] | None = None
    notes: str | None = None
    config: Mapping[str, Any] | None = None
    host: str | None = None
    command: str | None = None
    git_commit: str | None = None
    git_remote: str | None = None
    started_at: Instant | None = None
    resume: RunResume = RunResume.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What people wrote about a run; None is left as it is, or not looked at."""

    name: str | None = None
    notes: str | None = None
    job_type: str | None = None
    group: str | None = None
    tags: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChange(RunFacts):
    """What to change, if it is as expected. `config` and `summary` are merged by key, null removes one."""

    expected: RunFacts | None = None
    config: Mapping[str, Any] | None = None
    summary: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StartedRun:
    run: Run
    container: Container
    is_resumed: bool


async def start_run(
    graph: Graph, viewer: Viewer, start: RunStart, *, operation: str, document_bytes: int
) -> StartedRun:
    """Start a run, or go on with the one that has its key; an unknown project is created.

    Raises NotFoundError for an unknown entity, which lists the viewer's, and for an unknown key with MUST;
    ConflictError for a known key with NEVER.
    """
    if not _KEY.fullmatch(start.key):
        raise InvalidInputError(
            f"{start.key!r} can't be the id of a run: it takes 1 to 64 of a-z, A-Z, 0-9, '_' and '-'.", field="key"
        )
    facts = _facts(start)
    config = documents.require_object(start.config or {}, field="config")
    documents.encode(config, field="config", limit=document_bytes)
    project = await _project_of(graph, viewer, start, operation=operation)

    async def work(tx: Transaction) -> StartedRun:
        lock = await _lock(tx, project.id, operation)
        answer = lock.replayed("RUN_STARTED", "RUN_RESUMED")
        if answer is not None:
            return StartedRun(await _get_run(tx, answer["run"]), project, answer["is_resumed"])
        existing = await store.find_run_by_key(tx, project.id, start.key)
        if existing is not None and existing.ended_at is not None:
            raise ConflictError(f"The run {start.key!r} was deleted. Restore it, or choose another id.")
        if existing is None:
            if start.resume is RunResume.MUST:
                raise NotFoundError(f"There is no run {start.key!r} in {project.path} to resume.", path=start.key)
            run = await _create_run(
                tx, lock, viewer, start, facts, documents.encode(config, field="config", limit=document_bytes)
            )
        else:
            if start.resume is RunResume.NEVER:
                raise ConflictError(
                    f"The run {start.key!r} exists in {project.path}. Choose another id, or allow to resume it.",
                    current=existing.state,
                )
            run = await _resume_run(tx, lock, viewer, existing, facts, config, document_bytes=document_bytes)
        return StartedRun(run, project, existing is not None)

    return await graph.write(work)


async def update_run(
    graph: Graph, viewer: Viewer, run_id: str, change: RunChange, *, operation: str, document_bytes: int
) -> tuple[Run, Container]:
    """Change what people wrote about a run, or what it tells of itself. Raises ConflictError if not as expected."""
    facts = _facts(change)
    expected = {} if change.expected is None else _facts(change.expected)

    async def work(tx: Transaction) -> tuple[Run, Container]:
        _, container = await run_with_role(tx, viewer, run_id, Role.MEMBER, what="change runs")
        lock = await _lock(tx, run_id, operation)
        if lock.replayed("RUN_UPDATED") is not None:
            return await _get_run(tx, run_id), container
        before = await _snapshot(tx, run_id)
        require_expected(before, expected, what=before["name"])
        changes = {**facts, **_merged(before, change.config, change.summary, limit=document_bytes)}
        return await _change(tx, lock, "RUN_UPDATED", before, changes, by=viewer.user_id), container

    return await graph.write(work)


async def finish_run(
    graph: Graph,
    viewer: Viewer,
    run_id: str,
    exit_code: int,
    *,
    state: RunState | None,
    summary: Mapping[str, Any] | None,
    finished_at: Instant | None = None,
    operation: str,
    document_bytes: int,
) -> tuple[Run, Container]:
    """End a run: FINISHED with exit code 0, else FAILED, unless a state is given.

    Ending it so again changes nothing; ending it otherwise is believed, for the program knows best. `finished_at` is
    by its clock; it can't be later than now.
    """
    state = state or (RunState.FINISHED if exit_code == 0 else RunState.FAILED)
    if state not in _ENDS:
        raise InvalidInputError(
            f"A run can't be ended as {state}; give FINISHED, FAILED, KILLED or CRASHED.", field="state"
        )

    async def work(tx: Transaction) -> tuple[Run, Container]:
        _, container = await run_with_role(tx, viewer, run_id, Role.MEMBER, what="finish runs")
        lock = await _lock(tx, run_id, operation)
        run = await _get_run(tx, run_id)
        if lock.replayed("RUN_FINISHED") is not None:
            return run, container
        before = await _snapshot(tx, run_id)
        changes = _merged(before, None, summary, limit=document_bytes)
        ended = lock.at if finished_at is None else min(finished_at, lock.at)
        is_told_when = finished_at is not None and ended != run.finished_at
        if is_told_when or (run.state, run.exit_code) != (state, exit_code):
            changes |= {"state": state.value, "exit_code": exit_code, "finished_at": ended}
        if not changes:
            return run, container
        return await _change(tx, lock, "RUN_FINISHED", before, changes, by=viewer.user_id), container

    return await graph.write(work)


async def beat(graph: Graph, viewer: Viewer, run_id: str) -> None:
    """Note that a run is alive; one that was taken for CRASHED is RUNNING again."""

    async def work(tx: Transaction) -> None:
        run, _ = await run_with_role(tx, viewer, run_id, Role.MEMBER, what="send heartbeats")
        require_live_run(run)
        await beat_within(tx, run_id)

    await graph.write(work)


async def beat_within(tx: Transaction, run_id: str) -> None:
    """Note in a transaction of the caller's, which has checked the viewer, that a run is alive."""
    if await store.beat(tx, run_id) is not RunState.CRASHED:
        return
    lock = await _lock(tx, run_id, new_id())
    before = await _snapshot(tx, run_id)
    if before["state"] == RunState.CRASHED:
        changes = {"state": RunState.RUNNING.value, "finished_at": None, "exit_code": None, "heartbeat_at": lock.at}
        await _change(tx, lock, "RUN_REVIVED", before, changes, by=None)


async def crash_silent_runs(graph: Graph, lease: Lease, *, seconds: float) -> int:
    """Mark the runs CRASHED that were not heard of for so long, and return how many. Raises LeaseLostError."""
    silent = await graph.read(lambda tx: store.list_silent_runs(tx, seconds=seconds, count=CRASHED_BATCH))
    return sum([await _crash(graph, lease, run_id, seconds=seconds) for run_id in silent])


async def run_with_role(
    tx: Transaction, viewer: Viewer, run_id: str, role: Role, *, what: str
) -> tuple[Run, Container]:
    """Return a run and its project if the viewer has `role` there. Raises NotFoundError, also to an outsider."""
    run = await store.find_run(tx, run_id)
    container = None if run is None else await find_container_by_id(tx, run.scope_id)
    container = require_container(viewer, container, role, what=what, path=run_id)
    assert run is not None, "its container was found"
    return run, container


def require_live_run(run: Run) -> None:
    """Raise ConflictError when the run was deleted: it takes nothing more."""
    if run.ended_at is not None:
        raise ConflictError(f"The run {run.key!r} was deleted. Restore it, or start another.")


async def _project_of(graph: Graph, viewer: Viewer, start: RunStart, *, operation: str) -> Container:
    if start.resume is RunResume.MUST:
        return await get_project(graph, viewer, start.project, Role.MEMBER, what="resume runs")
    # A project that had the name before is meant too: who renames one need not change every script.
    existing = await graph.read(lambda tx: container_at(tx, viewer, start.project))
    if existing is not None:
        project = require_project(existing)
        return require_container(viewer, project, Role.MEMBER, what="start runs", path=start.project)
    entity, name = split_container_path(start.project)
    project = await create_project(graph, viewer, entity, name, "", operation=f"{operation}/project")
    return require_container(viewer, project, Role.MEMBER, what="start runs", path=start.project)


async def _create_run(
    tx: Transaction, lock: Lock, viewer: Viewer, start: RunStart, facts: JsonObject, config: str
) -> Run:
    number = await store.next_run_number(tx, lock.scope)
    properties = {
        "name": display_name(number),
        "tags": [],
        "notes": "",
        **facts,
        "id": new_id(),
        "key": start.key,
        "number": number,
        "scope_id": lock.scope,
        "created_by": viewer.user_id,
        "state": RunState.RUNNING.value,
        "config": config,
        "summary": "{}",
        "created_at": lock.at,
        "started_at": start.started_at,
    }
    run = await store.create_run(tx, properties | run_text(properties), at=lock.at)
    await keep_fields(tx, None, properties)
    await record(
        tx,
        lock,
        "RUN_STARTED",
        scope_id=run.scope_id,
        by=viewer.user_id,
        answer={"run": run.id, "is_resumed": False},
        after={**asdict(run), "config": config, "summary": "{}"},
        subject=run.id,
    )
    return run


async def _resume_run(
    tx: Transaction,
    lock: Lock,
    viewer: Viewer,
    run: Run,
    facts: JsonObject,
    config: Mapping[str, Any],
    *,
    document_bytes: int,
) -> Run:
    # The project is locked first and the run second, everywhere.
    await _lock(tx, run.id, lock.operation)
    before = await _snapshot(tx, run.id)
    changes = {
        **facts,
        **_merged(before, config, None, limit=document_bytes),
        "state": RunState.RUNNING.value,
        "heartbeat_at": lock.at,
        "finished_at": None,
        "exit_code": None,
    }
    answer = {"run": run.id, "is_resumed": True}
    return await _change(tx, lock, "RUN_RESUMED", before, changes, by=viewer.user_id, answer=answer)


async def _crash(graph: Graph, lease: Lease, run_id: str, *, seconds: float) -> int:
    async def work(tx: Transaction) -> int:
        await check_lease(tx, lease)
        lock = await _lock(tx, run_id, new_id())
        if not await store.is_silent(tx, run_id, seconds=seconds):
            return 0
        before = await _snapshot(tx, run_id)
        changes = {"state": RunState.CRASHED.value, "finished_at": before["heartbeat_at"]}
        await _change(tx, lock, "RUN_CRASHED", before, changes, by=None)
        return 1

    return await graph.write(work)


async def _change(
    tx: Transaction,
    lock: Lock,
    kind: str,
    before: JsonObject,
    changes: JsonObject,
    *,
    by: str | None,
    answer: JsonObject | None = None,
) -> Run:
    """Change a locked run and record what it was and is."""
    texts = run_text(before | changes) if RUN_TEXTS & changes.keys() else {}
    run = await store.change_run(tx, before["id"], changes | texts)
    await keep_fields(tx, before, before | changes)
    await record(
        tx,
        lock,
        kind,
        scope_id=run.scope_id,
        by=by,
        answer=answer or {"run": run.id},
        before=before,
        after=await _snapshot(tx, run.id),
    )
    return run


async def _snapshot(tx: Transaction, run_id: str) -> JsonObject:
    """Return everything that a run's event tells of it."""
    config, summary = await store.find_documents(tx, run_id)
    return {**asdict(await _get_run(tx, run_id)), "config": config, "summary": summary}


async def _get_run(tx: Transaction, run_id: str) -> Run:
    run = await store.find_run(tx, run_id)
    assert run is not None, "it was locked or recorded, and runs are never deleted"
    return run


async def _lock(tx: Transaction, scope: str, operation: str) -> Lock:
    lock = await take_lock(tx, scope, operation)
    if lock is None:
        raise NotFoundError("There is no such run or project any more.")
    return lock


def _merged(
    before: JsonObject, config: Mapping[str, Any] | None, summary: Mapping[str, Any] | None, *, limit: int
) -> JsonObject:
    """Return the texts of the documents that change."""
    changes = {}
    for field, given in (("config", config), ("summary", summary)):
        if given:
            merged = documents.merge(documents.decode(before[field]), documents.require_object(given, field=field))
            changes[field] = documents.encode(merged, field=field, limit=limit)
    return changes


def _facts(given: RunStart | RunFacts) -> JsonObject:
    """Return the checked texts among what is given, without those that are not."""
    lengths = {"name": TEXT_CHARACTERS, "job_type": TEXT_CHARACTERS, "group": TEXT_CHARACTERS}
    facts: JsonObject = {}
    for field in ("name", "job_type", "group", "notes", "host", "command", "git_commit", "git_remote"):
        value = getattr(given, field, None)
        if value is not None:
            facts[field] = _text(value, field=_input_name(field), limit=lengths.get(field, LONG_TEXT_CHARACTERS))
    if not facts.get("name", "-").strip():
        del facts["name"]
    if given.tags is not None:
        facts["tags"] = _tags(given.tags)
    return facts


def _tags(tags: Sequence[str]) -> list[str]:
    if len(tags) > TAGS:
        raise InvalidInputError(f"A run has at most {TAGS} tags, not {len(tags)}.", field="tags")
    # Once each, in the order given.
    return list(dict.fromkeys(_text(tag, field="tags", limit=TEXT_CHARACTERS) for tag in tags))


def _text(value: str, *, field: str, limit: int) -> str:
    if len(value) > limit:
        raise InvalidInputError(f"{field} has {len(value):,} characters; the limit is {limit:,}.", field=field)
    if "\x00" in value:
        raise InvalidInputError(f"{field} must not hold the character NUL.", field=field)
    return value


def _input_name(field: str) -> str:
    """Return the name by which a caller of the API knows a property: `job_type` is `jobType`."""
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)
