"""Starts a run: in the service, in its journal alone, or nowhere in disabled mode."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import _run_operations as operations
from ._client import Client, new_operation_id
from ._config import Config
from ._console import Console, write
from ._environment import Environment, read_environment
from ._errors import (
    ConflictError,
    HeadwaterError,
    IncompatibleServerError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from ._history import unwire, utf8, wire, wire_time
from ._journal import FORMAT, META, Stream, pack, random_key, run_folder, sync_command
from ._names import check_entity, check_name
from ._online import Online
from ._run import Run
from ._run_facts import Facts
from ._settings import DEFAULT_PROJECT, Settings, wandb_only

START_SECONDS = 15.0  # what a start waits for the service: longer than its restart, shorter than one's patience


@dataclass(frozen=True)
class Request:
    """What a run is started with, the settings aside."""

    key: str | None
    name: str | None
    job_type: str | None
    group: str | None
    tags: tuple[str, ...]
    notes: str | None
    config: Config
    resume: str


def connect(settings: Settings, console: Console) -> Client:
    """A client for these settings.

    Raises:
        PermissionDeniedError: if they hold no key, or something that cannot be one.
    """
    if not settings.api_key:
        raise PermissionDeniedError(
            f"There is no API key for {settings.base_url}. Log in with `headwater login`, or set HEADWATER_API_KEY; "
            "`headwater up` starts a server here and stores its key." + wandb_only()
        )
    if not (settings.api_key.isascii() and settings.api_key.isprintable()):
        raise PermissionDeniedError(
            f"What is set as the API key for {settings.base_url} is none: a key has exactly 40 characters of a-z and "
            "0-9. See HEADWATER_API_KEY, or log in with `headwater login`."
        )
    return Client(settings.base_url, settings.api_key, notify=console.say)


def start_disabled(settings: Settings, request: Request) -> Run:
    """A run that accepts everything and sends nothing."""
    key = request.key or random_key(8)
    facts = Facts(
        key=key,
        name=request.name or f"disabled-{key}",
        entity=settings.entity or "disabled",
        project=settings.project or DEFAULT_PROJECT,
        job_type=request.job_type,
        group=request.group,
        tags=request.tags,
        notes=request.notes,
    )
    return Run(facts, settings, config=request.config)


@dataclass(frozen=True)
class Beginning:
    """What is settled before the service is asked: where the run is kept, and what it is started with."""

    key: str
    project: str
    folder: Path
    started: datetime
    operation: str
    input: dict[str, Any]
    environment: Environment
    console: Console
    unwritten: list[dict[str, Any]] = field(default_factory=list)

    def note(self, entity: str | None) -> None:
        """Write down how the run begins, so that its journal alone can start it in any service."""
        meta = Stream(self.folder / f"{META}.log")
        content = {"entity": entity, "project": self.project, "operation": self.operation, "input": self.input}
        meta.append(pack({"kind": "start", "time": time.time(), "format": FORMAT, **content}))
        if meta.unwritten:
            self.unwritten.append(content)
        meta.close()

    def note_again(self, online: Online) -> None:
        """Leave what a full disk did not take to the run, which tries it until the disk does."""
        for content in self.unwritten:
            online.note("start", format=FORMAT, **content)


def start_online(settings: Settings, request: Request) -> Run:
    """A run that the service knows and that sends what is logged; offline if the service does not answer."""
    console = Console(silent=settings.silent)
    client = connect(settings, console)
    client.deadline_seconds = START_SECONDS
    beginning = _begin(settings, request, console)
    try:
        entity = settings.entity or default_entity(client)
        beginning.note(entity)
        payload = _announce(client, entity, beginning)
    except UnavailableError as error:
        if settings.require_online:
            _forget(beginning.folder)
            raise
        return _without_service(settings, request, beginning, error)
    except HeadwaterError:
        _forget(beginning.folder)
        raise
    return _known_run(settings, request, beginning, client, payload)


def start_shared(settings: Settings, request: Request) -> Run:
    """A run that several processes write, each in a stream of its own.

    Raises:
        InvalidInputError: without an id, by which they find each other.
    """
    if request.key is None:
        raise InvalidInputError("mode='shared' needs the id of the run that the processes share.", field="id")
    return start_online(settings, replace(request, resume="ALLOW"))


def start_offline(settings: Settings, request: Request) -> Run:
    """A run that is kept in its journal alone, until that is synced."""
    console = Console(silent=settings.silent)
    beginning = _begin(settings, request, console)
    run = _offline_run(settings, request, beginning)
    console.say(f"The run {run.name} is offline, and kept in {beginning.folder}")
    return run


def _without_service(settings: Settings, request: Request, beginning: Beginning, error: UnavailableError) -> Run:
    run = _offline_run(settings, request, beginning)
    # Also in silence: a run that nobody sends is what its author must know of.
    write(
        f"{error.message.rstrip('.')}. The run goes on offline; nothing is lost, and what it logs is sent by: "
        f"{sync_command(beginning.folder)}"
    )
    return run


def _begin(settings: Settings, request: Request, console: Console) -> Beginning:
    environment = read_environment()
    if environment.notice:
        console.say(environment.notice)
    project = check_name(settings.project or DEFAULT_PROJECT, what="project name")
    key = check_name(request.key or random_key(8), what="run id")
    started = datetime.now(UTC)
    given = {
        "key": key,
        "name": request.name,
        "jobType": request.job_type,
        "group": request.group,
        "tags": list(request.tags),
        "notes": request.notes,
        "config": wire(request.config.as_dict()),
        "host": environment.host,
        "command": environment.command,
        "gitCommit": environment.git_commit,
        "gitRemote": environment.git_remote,
        "startedAt": wire_time(started),
        "resume": request.resume,
    }
    return Beginning(
        key=key,
        project=project,
        folder=_journal_folder(settings, console, key, started),
        started=started,
        operation=new_operation_id(),
        input={name: utf8(value) for name, value in given.items() if value is not None},
        environment=environment,
        console=console,
    )


def _forget(folder: Path) -> None:
    """Remove the journal of a run that was refused: nothing was logged yet."""
    shutil.rmtree(folder, ignore_errors=True)


def _known_run(
    settings: Settings, request: Request, beginning: Beginning, client: Client, payload: dict[str, Any]
) -> Run:
    """The run that the service knows from here on."""
    console = beginning.console
    known = payload["run"]
    run_entity = known["project"]["entity"]
    facts = Facts(
        key=known["key"],
        name=known["name"],
        entity=run_entity["name"],
        project=known["project"]["name"],
        job_type=known["jobType"],
        group=known["group"],
        tags=tuple(known["tags"]),
        notes=known["notes"] or None,
        url=known["url"],
        is_resumed=payload["isResumed"],
        start_time=beginning.started,
    )
    online = Online(client, known["id"], facts.entity, beginning.folder, console)
    beginning.note_again(online)
    summary = unwire(known["summary"] or {})
    next_step = _next_step(client, f"{facts.entity}/{facts.project}/{facts.key}", summary) if facts.is_resumed else 0
    if settings.mode == "shared":
        # Steps are those of the group: a process that comes later counts them from the beginning, too.
        next_step = 0
        online.is_guest = os.environ["RANK"] != "0" if "RANK" in os.environ else facts.is_resumed
    run = Run(
        facts,
        settings,
        online=online,
        config=Config(unwire(known["config"] or {}), on_change=online.config_changed),
        summary={name: value for name, value in summary.items() if name != "_step"},
        next_step=next_step,
    )
    online.attach(run)
    online.surround(settings, beginning.environment)
    if facts.is_resumed:
        run.config.update(request.config.as_dict(), allow_val_change=True)
    console.run_address(facts.name, facts.url or "")
    return run


def _offline_run(settings: Settings, request: Request, beginning: Beginning) -> Run:
    """The run as far as this machine knows it. Its name is given by the service, unless you chose one."""
    from ._offline import UNKNOWN_ENTITY, Offline
    from ._offline_resume import steps_before

    beginning.note(settings.entity)
    entity = UNKNOWN_ENTITY if settings.entity is None else settings.entity
    facts = Facts(
        key=beginning.key,
        name=request.name or f"offline-{beginning.key}",
        entity=entity,
        project=beginning.project,
        job_type=request.job_type,
        group=request.group,
        tags=request.tags,
        notes=request.notes,
        start_time=beginning.started,
    )
    offline = Offline(settings.base_url, facts.key, entity, beginning.folder, beginning.console)
    beginning.note_again(offline)
    next_step = 0 if request.resume == "NEVER" else steps_before(beginning.folder, facts.key)
    run = Run(
        facts,
        settings,
        online=offline,
        config=Config(request.config.as_dict(), on_change=offline.config_changed),
        next_step=next_step,
    )
    offline.attach(run)
    offline.surround(settings, beginning.environment)
    return run


def _journal_folder(settings: Settings, console: Console, key: str, started: datetime) -> Path:
    """The journal folder of a run: among the temporary files, if the chosen place cannot be written."""
    try:
        return run_folder(settings.dir, key, started.astimezone())
    except OSError as error:
        folder = run_folder(Path(tempfile.mkdtemp(prefix="headwater-")), key, started.astimezone())
        console.say(
            f"The journal cannot be in {settings.dir} ({error.strerror}) and is in {folder}. "
            "HEADWATER_DIR names a better place."
        )
        return folder


def default_entity(client: Client) -> str:
    """The entity that the key belongs to."""
    return str(client.execute(operations.VIEWER)["viewer"]["defaultEntity"]["name"])


def _announce(client: Client, entity: str, beginning: Beginning) -> dict[str, Any]:
    try:
        return announce(client, f"{entity}/{beginning.project}", beginning.operation, beginning.input)
    except NotFoundError as error:
        _explain_entity(client, entity, error)
        raise


def announce(client: Client, project: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Start a run in the service, or find it started by the same operation.

    Raises:
        IncompatibleServerError: if the service is too old to understand this.
    """
    try:
        return client.mutate(operations.START_RUN, {"operationId": operation, "project": project, **given})
    except (ConflictError, NotFoundError, PermissionDeniedError, UnavailableError):
        raise
    except HeadwaterError as error:
        server = str(client.execute(operations.SERVER_VERSION)["viewer"]["serverVersion"])
        if older(server, version("headwater")):
            raise IncompatibleServerError(
                f"The service at {client.base_url} is Headwater {server}, and too old for this SDK, which is "
                f"{version('headwater')}: update the service, or install headwater=={server}. It said: {error.message}"
            ) from error
        raise


def older(one: str, other: str) -> bool:
    """Whether a version comes before another, by the numbers at its beginning."""
    return _numbers(one) < _numbers(other)


def _numbers(text: str) -> list[int]:
    found = re.match(r"[0-9]+(\.[0-9]+)*", text)
    return [int(number) for number in found.group().split(".")] if found else []


def _explain_entity(client: Client, entity: str, error: NotFoundError) -> None:
    """Raise an error that helps, if it is the entity that does not exist."""
    viewer = client.execute(operations.VIEWER)["viewer"]
    yours = [known["name"] for known in viewer["entities"]]
    if entity not in yours:
        advice = f" To make one: headwater entity create {entity}" if _may_be_entity(entity) else ""
        raise NotFoundError(
            f"There is no entity {entity!r} that you may use. Yours: {', '.join(yours) or 'none'}.{advice}",
            path=entity,
            request_id=error.request_id,
        ) from error


def _may_be_entity(name: str) -> bool:
    try:
        check_entity(name)
    except InvalidInputError:
        return False
    return True


def _next_step(client: Client, path: str, summary: dict[str, Any]) -> int:
    """The step after the last one that a resumed run has logged."""
    last = int(summary.get("_step", -1))
    after: int | None = None
    while True:
        variables = {"path": path, "minStep": last + 1, "first": 1_000, "after": after}
        history = client.execute(operations.RUN_HISTORY, variables)["run"]["history"]
        if history["rows"]:
            last = max(last, int(history["rows"][-1]["_step"]))
        if not history["hasNextPage"]:
            return last + 1
        after = history["endCursor"]
