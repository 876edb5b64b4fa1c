"""`headwater api` against the service."""

import io
from pathlib import Path

import pytest

from command_lines import Cli
from headwater.cli.api import read_value

WHO = "query Who { viewer { user { name } } }"
PROJECT = "query P($path: String!) { project(path: $path) { path } }"


def test_a_document_is_posted_and_its_answer_printed(ok: Cli, entity: str) -> None:
    answer = ok("api", WHO).json()

    assert answer["data"] == {"viewer": {"user": {"name": entity}}}


def test_a_document_may_come_from_stdin_or_a_file(
    ok: Cli, entity: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "who.graphql").write_text(WHO)

    from_file = ok("api", f"@{tmp_path / 'who.graphql'}").json()
    monkeypatch.setattr("sys.stdin", io.StringIO(WHO))
    from_stdin = ok("api").json()

    assert from_file["data"] == from_stdin["data"] == {"viewer": {"user": {"name": entity}}}


def test_variables_are_json_or_text(ok: Cli, project: str) -> None:
    one = ok("api", PROJECT, "-v", f"path={project}").json()
    all_at_once = ok("api", PROJECT, "--variables", f'{{"path": "{project}"}}').json()

    assert one["data"] == all_at_once["data"] == {"project": {"path": project}}


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("true", True), ("null", None), ('{"a": [1]}', {"a": [1]}), ("v3", "v3"), ("", "")]
)
def test_the_value_of_a_variable(text: str, value: object) -> None:
    assert read_value(text) == value


def test_errors_are_printed_with_the_data_and_exit_with_1(cli: Cli) -> None:
    done = cli("api", "query Bad { nothing }")

    assert done.code == 1
    assert "nothing" in done.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "arguments",
    [("-v", "path"), ("--variables", "[1]"), ("--variables", "{"), ("--variables", "@/does/not/exist")],
)
def test_variables_that_cannot_be_read_are_wrong_usage(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli("api", WHO, *arguments).code == 2
