"""Starts a run: in the service, or only here in disabled mode."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import _run_operations as operations
from ._client import Client
from ._config import Config
from ._console import Console
from ._environment import Environment, read_environment
from ._errors import InvalidInputError, NotFoundError, PermissionDeniedError
from ._history import unwire, wire
from ._journal import random_key, run_folder
from ._names import check_entity, check_name
from ._online import Online
from ._run import Facts, Run
from ._settings import DEFAULT_PROJECT, Settings, wandb_only

START_SECONDS = 30.0  # what a start waits for the service: longer than its restart, shorter than one's patience


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


def start_online(settings: Settings, request: Request) -> Run:
    """A run that the service knows and that sends what is logged."""
    console = Console(silent=settings.silent)
    client = connect(settings, console)
    client.deadline_seconds = START_SECONDS
    environment = read_environment()
    if environment.notice:
        console.say(environment.notice)
    entity = settings.entity or default_entity(client)
    project = check_name(settings.project or DEFAULT_PROJECT, what="project name")
    key = check_name(request.key or random_key(8), what="run id")
    started = datetime.now(UTC)
    payload = _announce(client, f"{entity}/{project}", key, request, environment, started)
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
        start_time=started,
    )
    folder = _journal_folder(settings, console, facts.key, started)
    online = Online(client, known["id"], facts.entity, folder, console)
    online.note("start", run=known["id"], path=f"{facts.entity}/{facts.project}/{facts.key}", name=facts.name)
    summary = unwire(known["summary"] or {})
    next_step = _next_step(client, f"{facts.entity}/{facts.project}/{facts.key}", summary) if facts.is_resumed else 0
    run = Run(
        facts,
        settings,
        online=online,
        config=Config(unwire(known["config"] or {}), on_change=online.config_changed),
        summary={name: value for name, value in summary.items() if name != "_step"},
        next_step=next_step,
    )
    online.attach(run)
    if facts.is_resumed:
        run.config.update(request.config.as_dict(), allow_val_change=True)
    console.run_address(facts.name, facts.url or "")
    return run


def _journal_folder(settings: Settings, console: Console, key: str, started: datetime) -> Path:
    """The journal folder of a run: among the temporary files, if the chosen place cannot be written."""
    try:
        return run_folder(settings.dir, key, started.astimezone())
    except OSError as error:
        folder = run_folder(Path(tempfile.mkdtemp(prefix="headwater-")), key, started.astimezone())
        console.say(
            f"The journal cannot be in {settings.dir.absolute()} ({error.strerror}) and is in {folder}. "
            "HEADWATER_DIR names a better place."
        )
        return folder


def default_entity(client: Client) -> str:
    """The entity that the key belongs to."""
    return str(client.execute(operations.VIEWER)["viewer"]["defaultEntity"]["name"])


def _announce(
    client: Client, project: str, key: str, request: Request, environment: Environment, started: datetime
) -> dict[str, Any]:
    input = {
        "project": project,
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
        "startedAt": started.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "resume": request.resume,
    }
    try:
        return client.mutate(operations.START_RUN, {name: value for name, value in input.items() if value is not None})
    except NotFoundError as error:
        _explain_entity(client, project.split("/")[0], error)
        raise


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
