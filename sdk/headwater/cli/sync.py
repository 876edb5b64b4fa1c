"""`headwater sync`: sends the journals of runs that were offline, or were killed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater._errors import HeadwaterError, InvalidInputError, NotFoundError
from headwater._journal import sync_command
from headwater._settings import read_settings
from headwater._sync import Synced, find_journals, is_synced, sync

from .output import AsJson, print_json
from .service import Service

PATIENCE_SECONDS = 120.0


def sync_journals(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", help="The folder of a run's journal, or one that has some."),
    ] = None,
    all_here: Annotated[
        bool, typer.Option("--all", help="All journals under HEADWATER_DIR that are not synced yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send what runs logged while they were offline, or before they were killed. To repeat it changes nothing."""
    settings = read_settings()
    if not folders and not all_here:
        raise InvalidInputError(_advice(settings.dir))
    service = Service(settings)
    service.client.deadline_seconds = PATIENCE_SECONDS
    chosen = [journal for folder in folders or () for journal in find_journals(folder)]
    if all_here:
        chosen += [each for each in find_journals(settings.dir) if not is_synced(each, service.base_url)]
    done = [_sync_one(service, folder) for folder in chosen]
    # A run may have read what a later one of these made: its sources are there now.
    done = [_sync_one(service, each.folder) if _lacks_source(each) else each for each in done]

    if as_json:
        print_json([_facts(each) for each in done])
    else:
        for each in done:
            _tell(each)
        if not done:
            print("All journals are synced already.")
    failures = [failure for each in done for failure in each.failures]
    if failures:
        raise failures[0]


def _advice(place: Path) -> str:
    try:
        found = find_journals(place)
    except NotFoundError:
        return f"Name the folder of a journal. There is none in {place.absolute()}."
    return f"Name the folder of a journal, or --all. The last one here: {sync_command(found[-1])}"


def _sync_one(service: Service, folder: Path) -> Synced:
    try:
        return sync(service.client, folder)
    except HeadwaterError as error:
        return Synced(folder, failures=[error])


def _lacks_source(done: Synced) -> bool:
    return any(isinstance(failure, NotFoundError) for failure in done.failures)


def _facts(done: Synced) -> dict[str, Any]:
    return {
        "folder": str(done.folder),
        "run": done.path,
        "url": done.url,
        "records": done.records,
        "files": done.files,
        "artifacts": done.artifacts,
        "goesOn": done.goes_on,
        "problems": done.problems,
        "failures": [failure.message for failure in done.failures],
    }


def _tell(done: Synced) -> None:
    if done.path:
        print(f"{done.path}: {done.records:,} record(s), {done.artifacts} artifact(s), {done.files} file(s)")
        print(f"View run {done.name} at: {done.url}")
    else:
        print(f"{done.folder}: not synced")
    if done.goes_on:
        print("  The run goes on; sync it again when it has ended.")
    for problem in (*done.problems, *(failure.message for failure in done.failures)):
        print(f"  {problem}")
