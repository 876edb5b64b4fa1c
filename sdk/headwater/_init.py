"""`init`: starts a run, or joins the one that is open."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from . import _exit
from ._config import Config, as_mapping
from ._console import write
from ._errors import HeadwaterError, InvalidInputError
from ._run import Run
from ._settings import Settings, read_settings
from ._start import Request, start_disabled, start_offline, start_online, start_shared

_current: Run | None = None
_running: list[Run] = []  # the current one, and those beside it
_latest: Run | None = None
_cell: int | None = None
_has_started = False

_RESUME = {None: "NEVER", False: "NEVER", "never": "NEVER", "allow": "ALLOW", True: "ALLOW", "must": "MUST"}
_JOIN = (None, False, "default", "return_previous")
_REPLACE = (True, "finish_previous")
_BESIDE = "create_new"
_STARTS = {"online": start_online, "shared": start_shared, "offline": start_offline, "disabled": start_disabled}


def init(
    project: str | None = None,
    entity: str | None = None,
    name: str | None = None,
    job_type: str | None = None,
    group: str | None = None,
    tags: Iterable[str] | None = None,
    notes: str | None = None,
    config: Any = None,
    id: str | None = None,
    resume: bool | str | None = None,
    mode: str | None = None,
    dir: str | os.PathLike[str] | None = None,
    require_online: bool | None = None,
    reinit: bool | str | None = None,
    settings: Mapping[str, Any] | Settings | None = None,
) -> Run:
    """Start a run, or join the one that is open: then its configuration gets what is new in `config`.

    Use it as a function, and call `finish()`; or as a context manager, which finishes the run, as FAILED after an
    exception. A run that is open when the program ends is finished then.

    Args:
        project: The project it belongs to; it is created if there is none. Default: HEADWATER_PROJECT, else
            `uncategorized`.
        entity: Who owns the project. Default: HEADWATER_ENTITY, else the entity of your key.
        name: The name people see. Default: two words and a number.
        job_type: The step of a pipeline it carries out, such as "train".
        group: What ties it to other runs.
        tags: Free labels.
        notes: Free text, in Markdown.
        config: Its settings: a dictionary, or a namespace such as argparse makes.
        id: Its id in the project, in place of eight random characters.
        resume: With `id`: "allow" continues the run if there is one, "must" demands it; otherwise it must be new.
        mode: "online"; "offline" for a run that is kept here until `headwater sync` sends it; "shared" for one of
            several processes that write the run of one `id` together, which the first one ends (or RANK 0, where RANK
            is set); "disabled" for a run that accepts everything and sends nothing. Default: HEADWATER_MODE, else
            "online", which goes on offline, with a warning, if the service does not answer.
        dir: The folder under which the journal is written, in `.headwater`. Default: HEADWATER_DIR, else here.
        require_online: Whether it is an error if the service does not answer, instead of a run that is offline.
        reinit: What becomes of a run that is open. "finish_previous" (or True) finishes it, and starts another.
            "create_new" starts another beside it, which ends by itself: `headwater.run` and the verbs at module level
            stay with the one that is open. Otherwise `init` joins it.
        settings: Further settings by their names, such as {"base_url": …, "silent": True}.

    Raises:
        NotFoundError: if there is no such entity (the message lists yours), or no run to resume.
        ConflictError: if there is a run of this id already, and `resume` does not say to continue it.
        PermissionDeniedError: without a valid key.
        IncompatibleServerError: if the service is too old for this SDK.
        UnavailableError: if the service does not answer, with `require_online`.
    """
    if reinit not in (*_JOIN, *_REPLACE, _BESIDE):
        raise InvalidInputError(
            f"reinit is {reinit!r}; it must be 'return_previous', 'finish_previous' or 'create_new'."
        )
    if resume not in _RESUME:
        raise InvalidInputError(f"resume is {resume!r}; it must be 'allow', 'must' or 'never'.")
    running = None if reinit == _BESIDE else _to_join(replace=reinit in _REPLACE)
    given: dict[str, Any] = {
        "project": project,
        "entity": entity,
        "name": name,
        "job_type": job_type,
        "group": group,
        "tags": (tags,) if isinstance(tags, str) else None if tags is None else tuple(tags),
        "notes": notes,
        "id": id,
    }
    _check_texts(given)
    if running is not None:
        return _join(running, given, config)
    options = _options(settings)
    arguments: dict[str, Any] = {"project": project, "entity": entity, "mode": mode, "dir": dir, "name": name}
    arguments |= {
        "job_type": job_type,
        "tags": given["tags"],
        "run_id": id,
        "run_group": group,
        "require_online": require_online,
    }
    chosen = read_settings(**{**options, **{key: value for key, value in arguments.items() if value is not None}})
    request = Request(
        key=chosen.run_id,
        name=chosen.name,
        job_type=chosen.job_type,
        group=chosen.run_group,
        tags=chosen.tags,
        notes=notes,
        config=Config(config),
        resume=_RESUME[resume],
    )
    run = _STARTS[chosen.mode](chosen, request)
    _enter(run, is_beside=reinit == _BESIDE)
    return run


def _check_texts(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        for text in value if isinstance(value, tuple) else (value,):
            if text is not None and not isinstance(text, str):
                raise InvalidInputError(f"{name} holds {text!r}, which is no text.", field=name)


def current(verb: str) -> Run:
    """The run that is open.

    Raises:
        InvalidInputError: if there is none.
    """
    if _current is None:
        raise InvalidInputError(f"{verb} needs an open run. Start one first: headwater.init().")
    return _current


def find_current() -> Run | None:
    """The run that is open, None if there is none."""
    return _current


def latest() -> Run | None:
    """The run that was started last, open or not, as far as IPython may ask for it; None elsewhere."""
    return _latest


def leave(run: Run) -> None:
    """The run is over: the next `init` starts another."""
    global _current
    if _current is run:
        _current = None
    if run in _running:
        _running.remove(run)
    if not _running:
        _exit.release()


def finish(exit_code: int | None = None) -> None:
    """End the run that is open. If the last one is finished already, as by a `with`, nothing is left to do.

    Args:
        exit_code: 0 for FINISHED (the default), anything else for FAILED.

    Raises:
        InvalidInputError: if no run was ever started in this process.
    """
    if _current is not None or not _has_started:
        current("finish").finish(exit_code)


def _enter(run: Run, *, is_beside: bool) -> None:
    global _current, _latest, _cell, _has_started
    # Those of the process that this one was forked from are not open here.
    _running[:] = [*(each for each in _running if each._process == run._process), run]
    if not is_beside:
        _current = run
        _cell = _notebook_cell()
        _has_started = True
    _latest = run if "IPython" in sys.modules else None
    _exit.watch(_at_exit)


def _at_exit(exit_code: int, is_killed: bool) -> None:
    for run in reversed(list(_running)):
        try:
            run._finish(exit_code, is_killed=is_killed)
        except HeadwaterError as error:
            # The program is over, nobody could catch this: say it, even where the run is silent.
            write(f"The run could not be finished: {error}")


def _to_join(*, replace: bool) -> Run | None:
    """The open run that `init` joins. One that an earlier cell of a notebook left open is finished instead."""
    run = _current
    if run is None or run._process != os.getpid():
        return None
    cell = _notebook_cell()
    is_left_over = cell is not None and cell != _cell and not run._entered
    if replace or is_left_over:
        run.finish()
        return None
    return run


def _notebook_cell() -> int | None:
    """The number of the notebook cell that is running; None elsewhere."""
    interactive = sys.modules.get("IPython")
    shell = None if interactive is None else interactive.get_ipython()
    if shell is None or getattr(shell, "kernel", None) is None:
        return None
    return int(shell.execution_count)


def _join(run: Run, given: dict[str, Any], config: Any) -> Run:
    """Give an open run what is new in the configuration, and say what is not taken over."""
    values = as_mapping(config)
    differing = [f"config[{key!r}]" for key in run.config.differing(values)]
    run.config.setdefaults(values)
    held = {name: getattr(run, name) for name in given}
    differing += [name for name, value in given.items() if value is not None and value != held[name]]
    if differing:
        run._console.say(
            f"The run {run.name} is open, and init gives it back. Not taken over: {', '.join(differing)}. "
            "To start another one: finish() first, or reinit='finish_previous'; "
            "one beside it: reinit='create_new'."
        )
    run._joined += 1
    return run


def _options(settings: Mapping[str, Any] | Settings | None) -> dict[str, Any]:
    if isinstance(settings, Settings):
        return {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return dict(settings or {})
