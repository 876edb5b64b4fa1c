"""`headwater run ls|show`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .._run_filters import leaf_paths, where_filter, wire_run_filter, wire_run_order
from . import documents
from .output import AsJson, examples, print_facts, print_json, print_table
from .service import Service, found, read_pages

app = typer.Typer(no_args_is_help=True, help="Look at runs.", rich_markup_mode=None)

RunPath = Annotated[str, typer.Argument(metavar="RUN", help="[entity/]project/key, or the run's address.")]


@app.command(
    "ls",
    epilog=examples(
        "run ls --state FAILED",
        "run ls --where 'summary.accuracy>=0.9' --where config.optimizer=adam --order -summary.accuracy",
    ),
)
def list_runs(
    project: Annotated[str | None, typer.Argument(metavar="[[ENTITY/]PROJECT]", help="Default: your project.")] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only runs in this state, as FAILED; may be repeated.")
    ] = None,
    job_type: Annotated[list[str] | None, typer.Option(help="Only runs of this job type; may be repeated.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Only runs with this in their config or summary, as 'config.lr<0.1', 'summary.accuracy>=0.9', "
            "'config.model=resnet' or 'config.model~res' (contains); may be repeated."
        ),
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            help="created_at, finished_at, duration, name, state, job_type, config.KEY or summary.KEY; '-' in front: "
            "last first."
        ),
    ] = "-created_at",
    limit: Annotated[int, typer.Option(min=1, help="How many runs at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the runs of a project, the newest first."""
    service = Service()
    keywords: dict[str, Any] = {"states": state or None, "job_types": job_type or None}
    wanted = wire_run_filter(where_filter(where or ()), keywords)
    orderly = wire_run_order(order)
    project = service.listed_container(project)
    runs = read_pages(service, documents.LIST_RUNS, "runs", limit, project=project, filter=wanted, orderBy=orderly)
    paths = leaf_paths((*(where or ()), order))

    if as_json:
        print_json(runs)
    else:
        print_table(
            ("run", "name", "state", "job type", "started", *paths),
            [
                [run["path"], run["name"], run["state"], run["jobType"], run["createdAt"]]
                + [leaf_at(run, path) for path in paths]
                for run in runs
            ],
        )


def leaf_at(run: dict[str, Any], path: str) -> Any:
    """The value at `summary.val.loss`, or None; keys may hold dots themselves."""
    value: Any = run
    while path and isinstance(value, dict):
        key = max((key for key in value if path == key or path.startswith(f"{key}.")), key=len, default=None)
        if key is None:
            return None
        value, path = value[key], path[len(key) + 1 :]
    return None if path else value


@app.command("show")
def show_run(path: RunPath, as_json: AsJson = False) -> None:
    """Show a run: its state, what it read and made, its configuration and its results."""
    service = Service()
    run = found(service.query(documents.SHOW_RUN, path=service.run_path(path))["run"], path)
    run["inputs"] = [edge["node"] for edge in run["inputs"]["edges"]]
    run["outputs"] = [{**edge["node"], "isReused": edge["isReused"]} for edge in run["outputs"]["edges"]]

    if as_json:
        print_json(run)
        return
    print_facts(
        {
            "run": run["path"],
            "name": run["name"],
            "state": run["state"],
            "job type": run["jobType"],
            "group": run["group"],
            "tags": run["tags"],
            "notes": run["notes"],
            "by": run["createdBy"] and run["createdBy"]["name"],
            "started": run["createdAt"],
            "ended": run["finishedAt"],
            "exit code": run["exitCode"],
            "host": run["host"],
            "command": run["command"],
            "commit": run["gitCommit"],
            "inputs": [version["path"] for version in run["inputs"]],
            "outputs": [version["path"] + (" (reused)" if version["isReused"] else "") for version in run["outputs"]],
            "config": run["config"],
            "summary": run["summary"],
            "address": run["url"],
        }
    )
