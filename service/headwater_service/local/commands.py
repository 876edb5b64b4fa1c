"""The commands of the local servers: `headwater up`, `down`, `status`, `logs`, `doctor`, `reset`, `open`.

Only their names and options are here, for every command of the client loads this module.
"""

from importlib.util import find_spec
from typing import Annotated

import typer

# Without them nothing here works. Looked for only: to import them would cost each command half a second.
for _library in ("minio", "neo4j", "psutil", "pyarrow", "starlette", "strawberry", "structlog", "uvicorn"):
    if find_spec(_library) is None:
        raise ModuleNotFoundError(f"No module named {_library!r}", name=_library)

_JSON = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for name, command in {
        "up": up,
        "down": down,
        "status": status,
        "logs": logs,
        "doctor": doctor,
        "open": open_link,
        "reset": reset,
    }.items():
        app.command(name)(command)


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
    from headwater_service.local import actions

    if docker:
        actions.up_in_docker()
    elif foreground:
        raise typer.Exit(actions.up_in_foreground(listen))
    else:
        actions.up(listen)


def down() -> None:
    """Stop what `up` started, and nothing else. Data stays."""
    from headwater_service.local import actions

    actions.down()


def status(as_json: _JSON = False) -> None:
    """Show what runs. The exit code is 0 when the service is ready, else 1."""
    from headwater_service.local import actions

    raise typer.Exit(actions.status(as_json))


def logs(
    name: Annotated[str, typer.Argument(metavar="[neo4j|minio|service|supervisor]")] = "service",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what is added.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
) -> None:
    """Print the end of a log."""
    from headwater_service.local import actions

    actions.logs(name, lines, follow)


def doctor(as_json: _JSON = False) -> None:
    """Check versions, disk, ports, servers, rights and addresses.

    Each line is OK or says what to do; the exit code is 1 when something is wrong.
    """
    from headwater_service.local import actions

    raise typer.Exit(actions.examine(as_json))


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete all data of the local servers: every run, artifact and key."""
    from headwater_service.local import actions

    actions.reset(yes)


def open_link(
    page: Annotated[
        str,
        typer.Argument(
            metavar="[PAGE]",
            help="What to show, by its path: `entity/project`, `project/name:best`, `project/name:best/-/lineage`; "
            "else the home page.",
        ),
    ] = "",
    print_only: Annotated[bool, typer.Option("--print", help="Print the link instead of opening a browser.")] = False,
) -> None:
    """Sign the browser in with a new one-time link."""
    from headwater_service.local import actions

    actions.open_link(page, print_only)


def bootstrap_from_environment(name: str) -> str:
    """Make an administrator of the server that the environment names, and return a key.

    For `headwater user add --admin` where the service runs and no key exists yet.
    """
    from headwater_service.local import actions

    return actions.bootstrap_from_environment(name)
