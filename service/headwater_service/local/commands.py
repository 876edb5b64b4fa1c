"""The commands of the local servers: `headwater up`, `down`, `status`, `logs`, `doctor`, `reset`, `open`."""

import contextlib
import json
import os
import sys
import time
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from headwater_service.local import compose, doctor, lifecycle
from headwater_service.local.home import home_from
from headwater_service.local.plan import Plan, make_plan, warnings_of
from headwater_service.local.state import read_state
from headwater_service.local.status import PROGRAMS, Status, status_of

LOG_NAMES: Final = (*PROGRAMS, "supervisor")

_JSON = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (up, down, status, logs, doctor_command, reset, open_command):
        app.command(name=command.__name__.removesuffix("_command"), rich_help_panel="Local servers")(command)


def up(
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay until interrupted, then stop everything; for supervisors.")
    ] = False,
    listen: Annotated[
        str,
        typer.Option(
            "--listen", metavar="ADDRESS", help="Serve a network: an address of this machine, or 0.0.0.0 for all."
        ),
    ] = "",
    docker: Annotated[
        bool, typer.Option("--docker", help="Use docker-compose.yml of the checkout instead of local programs.")
    ] = False,
) -> None:
    """Start Neo4j, MinIO and the service, and return when they are ready.

    The first time, it fetches Neo4j and builds MinIO, which takes minutes. What HEADWATER_NEO4J_* and HEADWATER_S3_*
    name is used instead of a local server.
    """
    if docker:
        _up_docker()
        return
    environment = {**os.environ, **({"HEADWATER_LISTEN": listen} if listen else {})}
    plan = make_plan(environment)
    _up(plan, parent=os.getpid() if foreground else None)
    if foreground:
        raise typer.Exit(lifecycle.wait_for_end(plan.home))


def down() -> None:
    """Stop what `up` started, and nothing else. Data stays."""
    home = home_from()
    if compose.is_used(home):
        compose.down(home)
        typer.echo("Stopped.")
        return
    typer.echo("Stopped." if home.root.exists() and lifecycle.down(home) else "Nothing was running.")


def status(as_json: _JSON = False) -> None:
    """Show what runs. The exit code is 0 when the service is ready, else 1."""
    current = status_of(make_plan())
    if as_json:
        typer.echo(json.dumps(current.to_json(), indent=2))
    else:
        _print_status(current)
    raise typer.Exit(0 if current.is_ready else 1)


def logs(
    name: Annotated[str, typer.Argument(metavar="[neo4j|minio|service|supervisor]")] = "service",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what is added.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
) -> None:
    """Print the end of a log."""
    if name not in LOG_NAMES:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(LOG_NAMES)}")
    path = home_from().logs / f"{name}.log"
    if not path.exists():
        typer.echo(f"There is no {path} yet: run `headwater up`.", err=True)
        raise typer.Exit(1)
    with contextlib.suppress(KeyboardInterrupt):
        for line in _lines_of(path, lines):
            typer.echo(line)
        if follow:
            _follow(path)


def doctor_command(as_json: _JSON = False) -> None:
    """Check versions, disk, ports, servers, rights and addresses. Each line is OK or what to do."""
    checks = doctor.examine(make_plan())
    if as_json:
        typer.echo(json.dumps([check.to_json() for check in checks], indent=2))
    else:
        _print_checks(checks)
    raise typer.Exit(1 if any(check.state == "fail" for check in checks) else 0)


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete all data of the local servers: every run, artifact and key."""
    home = home_from()
    if not home.root.exists():
        typer.echo(f"There is nothing in {home.root}.")
        return
    if not yes:
        if not sys.stdin.isatty():
            typer.echo("Nothing was deleted. Without a terminal to ask on, say `headwater reset --yes`.", err=True)
            raise typer.Exit(1)
        typer.confirm(f"Delete all runs, artifacts, users and keys in {home.data}?", abort=True)
    home.create()
    if compose.is_used(home):
        compose.reset(home)
    lifecycle.reset(home)
    typer.echo("Deleted. `headwater up` starts anew.")


def open_command(
    print_only: Annotated[bool, typer.Option("--print", help="Print the link instead of opening a browser.")] = False,
) -> None:
    """Sign the browser in with a new one-time link."""
    url = lifecycle.sign_in_link(make_plan())
    if print_only or not webbrowser.open(url):
        typer.echo(url)


def _up(plan: Plan, parent: int | None) -> None:
    started_at = time.monotonic()
    with _progress() as report:
        has_started = lifecycle.up(plan, report, parent=parent)
    for warning in warnings_of(plan):
        typer.echo(f"Warning: {warning}", err=True)
    url = plan.settings().service_public_url
    if has_started:
        typer.echo(f"Headwater is ready at {url} ({time.monotonic() - started_at:.0f} s)")
    else:
        typer.echo(f"Headwater is already up at {url}")
    if not has_started and read_state(plan.home).settings_digest != plan.digest():
        typer.echo("Settings have changed since it was started: `headwater down` and `headwater up` apply them.")
    if (address := lifecycle.foreign_login(plan)) is not None:
        typer.echo(
            f"{plan.home.settings_file} signs in to {address}; it was left alone. To use this service: "
            f"delete that file and run `headwater up` again."
        )
    typer.echo("Sign in with a browser: headwater open")


def _up_docker() -> None:
    home = home_from()
    home.create()
    compose.up(home)
    typer.echo("Headwater is ready. The first user and its key:")
    typer.echo(f"  {compose.first_user_command(home, lifecycle.user_name())}")


@contextlib.contextmanager
def _progress() -> Iterator[lifecycle.Report]:
    """Give a function that shows what is being done: a spinner on a terminal, else a line each."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda message: typer.echo(message, err=True)
        return
    with console.status("Starting") as spinner:

        def show(message: str) -> None:
            console.print(f"[dim]{message}[/dim]", highlight=False)
            spinner.update(message)

        yield show


def _print_status(current: Status) -> None:
    console = Console()
    table = Table(box=None, pad_edge=False)
    for column in ("PROGRAM", "STATE", "ADDRESS", "PID", "UP", "RESTARTS"):
        table.add_column(column, no_wrap=True)
    for program in current.programs:
        uptime = "" if program.uptime_seconds is None else f"{program.uptime_seconds} s"
        pid = "" if program.pid is None else str(program.pid)
        table.add_row(program.name, program.state, program.address, pid, uptime, str(program.restarts))
    console.print(table)
    console.print(f"{'ready' if current.is_ready else 'not ready'} at {current.url}", highlight=False)


def _print_checks(checks: list[doctor.Check]) -> None:
    console = Console()
    words: Mapping[str, str] = {"ok": "[green]OK[/green]  ", "warn": "[yellow]NOTE[/yellow]", "fail": "[red]FAIL[/red]"}
    for check in checks:
        console.print(f"{words[check.state]} {check.name}:", end=" ", highlight=False)
        console.print(check.message, markup=False, highlight=False, soft_wrap=True)


def _lines_of(path: Path, count: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 400 * (count + 1)))
        return file.read().decode("utf-8", "replace").splitlines()[-count:] if count else []


def _follow(path: Path) -> None:
    position = path.stat().st_size
    while True:
        size = path.stat().st_size
        # A log that became too long was emptied.
        position = 0 if size < position else position
        if size > position:
            with path.open("rb") as file:
                file.seek(position)
                added = file.read()
            position += len(added)
            typer.echo(added.decode("utf-8", "replace"), nl=False)
        time.sleep(0.3)
