"""What the commands of the local servers do and print. Imported when one is called: the client's need none of it."""

import contextlib
import json
import os
import sys
import time
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.table import Table

from headwater_service.config import settings_from
from headwater_service.local import compose, doctor, lifecycle
from headwater_service.local.home import Home, home_from
from headwater_service.local.plan import Plan, make_plan, warnings_of
from headwater_service.local.state import read_state
from headwater_service.local.status import PROGRAMS, Status, status_of

LOG_NAMES: Final = (*PROGRAMS, "supervisor")


def up(listen: str) -> None:
    """Start what does not run and return when it is ready."""
    _up(_plan(listen), parent=None)


def up_in_foreground(listen: str) -> int:
    """Start everything, stay, and stop everything when interrupted. Return the exit code."""
    plan = _plan(listen)
    _up(plan, parent=os.getpid())
    return lifecycle.wait_for_end(plan.home)


def up_in_docker() -> None:
    """Start the containers of docker-compose.yml and say how to make the first user."""
    home = home_from()
    home.create()
    compose.up(home)
    typer.echo("Headwater is ready. The first user and its key:")
    typer.echo(f"  {compose.first_user_command(home, lifecycle.user_name())}")


def down() -> None:
    """Stop what was started, whichever way."""
    home = home_from()
    if not home.root.exists():
        typer.echo("Nothing was running.")
    elif compose.is_used(home):
        compose.down(home)
        typer.echo("Stopped.")
    else:
        typer.echo("Stopped." if lifecycle.down(home) else "Nothing was running.")


def status(as_json: bool) -> int:
    """Print what runs; return the exit code."""
    current = status_of(make_plan())
    if as_json:
        typer.echo(json.dumps(current.to_json(), indent=2))
    else:
        _print_status(current)
    return 0 if current.is_ready else 1


def logs(name: str, lines: int, follow: bool) -> None:
    """Print the last lines of a log, and with `follow` what is added."""
    if name not in LOG_NAMES:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(LOG_NAMES)}")
    path = _log_path(home_from(), name)
    if not path.exists():
        typer.echo(f"There is no {path} yet: run `headwater up`.", err=True)
        raise typer.Exit(1)
    for line in _lines_of(path, lines):
        typer.echo(line)
    if follow:
        with contextlib.suppress(KeyboardInterrupt):
            _follow(path)


def examine(as_json: bool) -> int:
    """Print the answers of `doctor`; return the exit code."""
    checks = doctor.examine(make_plan())
    if as_json:
        typer.echo(json.dumps([check.to_json() for check in checks], indent=2))
    else:
        _print_checks(checks)
    return 1 if any(check.state == "fail" for check in checks) else 0


def reset(is_confirmed: bool) -> None:
    """Delete all data, after asking unless that is done."""
    home = home_from()
    if not home.root.exists():
        typer.echo(f"There is nothing in {home.root}.")
        return
    if not is_confirmed:
        if not sys.stdin.isatty():
            typer.echo("Nothing was deleted. Without a terminal to ask on, say `headwater reset --yes`.", err=True)
            raise typer.Exit(1)
        typer.confirm(f"Delete all runs, artifacts, users and keys in {home.data}?", abort=True)
    home.create()
    if compose.is_used(home):
        compose.reset(home)
    lifecycle.reset(home)
    typer.echo("Deleted. `headwater up` starts anew.")


def open_link(page: str, print_only: bool) -> None:
    """Make a one-time link that goes on to a page and give it to the browser, or print it."""
    url = lifecycle.sign_in_link(make_plan(), page)
    if print_only or not webbrowser.open(url):
        typer.echo(url)


def bootstrap_from_environment(name: str) -> str:
    """Make an administrator of the server that the environment names, and return a key."""
    return lifecycle.first_user(settings_from(), name)


def _plan(listen: str) -> Plan:
    environment = {**os.environ, **({"HEADWATER_LISTEN": listen} if listen else {})}
    plan = make_plan(environment)
    if plan.home.state_file.exists():
        return plan
    # The first time, minutes go by until the programs are there, and ports chosen before may be taken by then.
    with _progress() as report:
        lifecycle.provision(plan, report)
    plan.home.ports_file.unlink()
    return make_plan(environment)


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
    if current.supervisor_pid is None and any(program.state == "running" for program in current.programs):
        console.print("Nothing watches over these any more: `headwater up` does so again.", highlight=False)


def _print_checks(checks: list[doctor.Check]) -> None:
    console = Console()
    words: Mapping[str, str] = {"ok": "[green]OK[/green]  ", "warn": "[yellow]NOTE[/yellow]", "fail": "[red]FAIL[/red]"}
    for check in checks:
        console.print(f"{words[check.state]} {check.name}:", end=" ", highlight=False)
        console.print(check.message, markup=False, highlight=False, soft_wrap=True)


def _log_path(home: Home, name: str) -> Path:
    # What Neo4j prints before its own log begins is in ours; afterwards that stays empty.
    own = home.neo4j / "logs" / "neo4j.log"
    return own if name == "neo4j" and own.exists() else home.logs / f"{name}.log"


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
