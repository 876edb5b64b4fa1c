"""`headwater`: puts the commands together, and turns errors into a line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from headwater._errors import HeadwaterError, UnavailableError

from . import (
    account,
    aliases,
    api,
    artifacts,
    audit,
    collections,
    deletion,
    guards,
    lineage,
    lock,
    recalls,
    registries,
    runs,
    search,
    sync,
    teams,
)

GROUP = "headwater.commands"
SERVER_COMMANDS = ("up", "down", "status", "logs", "doctor", "open", "reset")
# By name: the service has errors of its own with the same names, and the base install cannot import them.
EXIT_CODES = {"NotFoundError": 3, "PermissionDeniedError": 4, "UnavailableError": 5}
TYPED_ERRORS = frozenset({*EXIT_CODES, "HeadwaterError", "ConflictError", "InvalidInputError"})
# What people type for commands that are called otherwise here.
OTHER_NAMES = {
    "delete": "rm",
    "get": "artifact get",
    "link": "artifact link",
    "put": "artifact put",
    "unlink": "rm",
    "undelete": "restore",
}
EPILOG = (
    "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not found, 4 not permitted, "
    "5 the service or the store does not answer."
)


class Commands(TyperGroup):
    """All commands; asked for one that is called otherwise here, it says how."""

    # Any: the types are those of the click that typer brings with it, under a private name.
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command."""
        if args and args[0] not in self.commands and args[0] in OTHER_NAMES:
            ctx.fail(f"No such command {args[0]!r}. What you want may be: headwater {OTHER_NAMES[args[0]]}")
        return super().resolve_command(ctx, args)


def run() -> None:
    """The `headwater` command."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit code. `--debug` may stand anywhere in it."""
    is_debug = "--debug" in arguments
    try:
        build_app()([argument for argument in arguments if argument != "--debug"], prog_name="headwater")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if is_debug:
            traceback.print_exception(error)
        else:
            print(describe(error), file=sys.stderr)
        return exit_code(error)
    return 0


def exit_code(error: Exception) -> int:
    """The exit code for an error: the most specific class that has one decides, else 1."""
    return next((EXIT_CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in EXIT_CODES), 1)


def describe(error: Exception) -> str:
    """One line for people: our own errors say what to do; of others only a traceback would help."""
    if isinstance(error, OSError) or any(kind.__name__ in TYPED_ERRORS for kind in type(error).__mro__):
        hint = ". Is it running? To run one yourself: headwater up" if isinstance(error, UnavailableError) else ""
        return " ".join(f"Error: {str(error).rstrip('.') if hint else error}{hint}".split())
    return " ".join(f"Error: {type(error).__name__}: {error} (--debug shows where)".split())


def build_app() -> typer.Typer:
    """All commands: the client's own, and those that the server extra registers."""
    app = typer.Typer(
        name="headwater",
        help="Headwater: where models and datasets come from, and what came out of them.",
        epilog=EPILOG,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        cls=Commands,
    )
    app.callback()(global_options)
    add_server_commands(app)
    app.command()(account.login)
    app.command()(account.whoami)
    app.add_typer(artifacts.app, name="artifact")
    app.add_typer(aliases.app, name="alias")
    app.command(epilog=guards.PROMOTE_EXAMPLES)(guards.promote)
    app.add_typer(guards.guard_app, name="guard")
    app.add_typer(guards.proposal_app, name="proposal")
    app.add_typer(collections.app, name="collection")
    app.add_typer(registries.app, name="registry")
    app.add_typer(runs.app, name="run")
    app.add_typer(audit.app, name="audit")
    app.add_typer(recalls.app, name="recall")
    app.command(epilog=search.EXAMPLES)(search.search)
    app.command()(lineage.lineage)
    app.command(epilog=deletion.RM_EXAMPLES)(deletion.rm)
    app.command(epilog=deletion.RESTORE_EXAMPLES)(deletion.restore)
    app.add_typer(deletion.trash_app, name="trash")
    app.command(epilog=deletion.TTL_EXAMPLES)(deletion.ttl)
    app.command("lock")(lock.lock_versions)
    app.command("sync")(sync.sync_journals)
    app.command()(api.api)
    app.add_typer(teams.user_app, name="user")
    app.add_typer(teams.entity_app, name="entity")
    app.add_typer(teams.member_app, name="member")
    app.add_typer(teams.key_app, name="key")
    return app


def print_version(is_wanted: bool) -> None:
    """Print the version and stop, if it was asked for."""
    if is_wanted:
        print(version("headwater"))
        raise typer.Exit


def global_options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def add_server_commands(app: typer.Typer) -> None:
    """Let the server's package add its commands; without its libraries, add ones that say what is missing."""
    for registered in entry_points(group=GROUP):
        try:
            register: Callable[[typer.Typer], None] = registered.load()
        except ImportError as error:
            add_missing_commands(app, error)
        else:
            register(app)


def add_missing_commands(app: typer.Typer, missing: ImportError) -> None:
    """Add commands in the place of the server's that name the missing library and how to get it."""

    def explain() -> None:
        raise HeadwaterError(
            f"This needs the server, and {missing.name or missing} is not installed. "
            "In a checkout of Headwater: pip install '.[server]'"
        )

    for name in SERVER_COMMANDS:
        app.command(
            name,
            help="Part of the server, which is not installed here.",
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(explain)
