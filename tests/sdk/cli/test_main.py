"""Exit codes, error lines and options that every command shares."""

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from command_lines import Cli
from headwater.cli.main import OTHER_NAMES, build_app, exit_code
from headwater.errors import ConflictError, MissingFileError, NotFoundError, PermissionDeniedError, UnavailableError
from headwater_service import errors as service_errors


def test_wrong_usage_is_2(cli: Cli) -> None:
    assert cli("lineage").code == 2
    assert cli("lineage", "x", "--format", "poem").code == 2


def test_an_unknown_command_is_named_and_one_like_it_offered(cli: Cli) -> None:
    done = cli("linage")

    assert done.code == 2
    assert "Did you mean 'lineage'?" in done.err


def test_a_command_by_the_name_it_has_elsewhere_is_told_its_name_here(cli: Cli) -> None:
    done = cli("delete", "net:v0")

    assert done.code == 2
    assert "No such command 'delete'. What you want may be: headwater rm\n" in done.err
    for name in OTHER_NAMES.values():
        assert cli(*name.split(), "--help").code == 0


def test_the_examples_of_the_help_are_command_lines_that_there_are() -> None:
    group = typer.main.get_command(build_app())

    lines = [line for command in commands_below(group) for line in examples_of(command)]

    assert len(lines) > 20
    for line in lines:
        name, *arguments = shlex.split(line)
        assert name == "headwater"
        parse(group, arguments)


def commands_below(command: Any) -> Iterator[Any]:
    yield command
    for member in getattr(command, "commands", {}).values():
        yield from commands_below(member)


def examples_of(command: Any) -> list[str]:
    lines = (command.epilog or "").splitlines()
    return [line.strip() for line in lines if line.startswith("  headwater ")]


def parse(command: Any, arguments: list[str]) -> None:
    """Read a command line as the command would, and carry nothing out. Raises for what it does not understand."""
    if hasattr(command, "commands"):
        _, member, rest = command.resolve_command(command.make_context("headwater", list(arguments)), arguments)
        parse(member, rest)
    else:
        command.make_context("headwater", arguments)


def test_what_does_not_exist_is_3_and_one_line(cli: Cli, project: str) -> None:
    done = cli("artifact", "show", "no-such-thing")

    assert done.code == 3
    assert done.out == ""
    assert done.err == "Error: There is no 'no-such-thing', or you may not see it.\n"


def test_a_wrong_key_is_4(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "0" * 40)

    done = cli("whoami")

    assert (done.code, done.out) == (4, "")
    assert len(done.err.splitlines()) == 1


def test_no_key_is_4_and_says_how_to_get_one(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_API_KEY")

    done = cli("whoami")

    assert done.code == 4
    assert "headwater login" in done.err


def test_a_service_that_does_not_answer_is_5(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("headwater.cli.service.PATIENCE_SECONDS", 0.2)

    done = cli("whoami")

    assert done.code == 5
    assert "does not answer" in done.err and "headwater up" in done.err
    assert len(done.err.splitlines()) == 1


def test_debug_shows_the_traceback_wherever_it_stands(cli: Cli) -> None:
    for arguments in (("--debug", "artifact", "show", "nothing"), ("artifact", "show", "nothing", "--debug")):
        done = cli(*arguments)

        assert done.code == 3
        assert done.err.startswith("Traceback")


def test_a_wrong_value_of_an_argument_is_refused_by_name(cli: Cli) -> None:
    done = cli("artifact", "show", "a/b/c/d/e")

    assert done.code == 1
    assert "a/b/c/d/e" in done.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFoundError("x"), 3),
        (MissingFileError("x"), 3),
        (PermissionDeniedError("x"), 4),
        (UnavailableError("x"), 5),
        (ConflictError("x"), 1),
        (ValueError("x"), 1),
        (service_errors.UnavailableError("x"), 5),
    ],
)
def test_errors_have_exit_codes(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_version_is_printed(cli: Cli) -> None:
    assert cli("--version").out == "0.1.0\n"
