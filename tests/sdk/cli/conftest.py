"""Runs command lines in this process."""

import pytest

from command_lines import Cli, Done
from headwater.cli.main import main


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], client_environment: dict[str, str]) -> Cli:
    """Run `headwater ARGUMENTS` as the user of this test, whose settings name the project of this test."""

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def ok(cli: Cli) -> Cli:
    """The same for command lines that must succeed."""

    def run(*arguments: str) -> Done:
        done = cli(*arguments)
        assert done.code == 0, done.err
        return done

    return run
