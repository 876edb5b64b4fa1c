"""What a person at a terminal sees, who is not served by what a pipe gets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_lines import Cli
from headwater.cli.output import as_text, print_json, size_text

pty = pytest.importorskip("pty", reason="a terminal needs a Unix")


def on_terminal(*arguments: str, columns: int) -> str:
    """What `headwater ARGUMENTS` prints on a terminal of this width."""
    master, slave = pty.openpty()
    program = [sys.executable, "-c", "from headwater.cli.main import run; run()", *arguments]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    with subprocess.Popen(program, stdout=slave, stderr=subprocess.PIPE, env=environment) as process:
        os.close(slave)
        printed = bytearray()
        while chunk := read(master):
            printed += chunk
    os.close(master)
    assert process.returncode == 0
    return printed.decode().replace("\r\n", "\n")


def read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:
        # Linux says so when the other end of a terminal is closed.
        return b""


@pytest.fixture
def put(ok: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(12_345))
    ok("artifact", "put", str(tmp_path / "a.bin"), "-n", "data", "-t", "dataset", "-a", "best")


def test_a_table_has_a_heading_and_whole_paths_however_narrow_the_terminal(put: None, project: str) -> None:
    lines = on_terminal("artifact", "ls", columns=40).splitlines()

    assert "version" in lines[0] and "aliases" in lines[0]
    assert lines[1].startswith(f"{project}/data:v0 ")
    assert "12.3 kB" in lines[1] and "best, latest" in lines[1] and " UTC" in lines[1]


def test_a_tree_is_drawn_in_lines_and_colours(put: None) -> None:
    printed = on_terminal("lineage", "data", "--down", columns=80)

    assert "\x1b[" in printed
    assert "data:v0" in printed and "[best, latest]" in printed


def test_the_same_in_a_pipe_is_for_programs(put: None, ok: Cli, project: str) -> None:
    (row,) = ok("artifact", "ls").rows

    assert row[:5] == [f"{project}/data:v0", "dataset", "1", "12345", "best, latest"]
    assert row[5].endswith("Z")


def test_sizes_in_a_pipe_are_numbers() -> None:
    assert size_text(12_345_678) == "12345678"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (999, "999"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (5_000_000_000, "5 GB"),
        (10**18, "1e+03 PB"),
    ],
)
def test_sizes_on_a_terminal_have_three_digits(size: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.cli.output.is_terminal", lambda: True)

    assert size_text(size) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "yes"), (["a", "b"], "a, b"), ({}, ""), ({"a": 1}, '{"a":1}'), (0, "0"), (1.5, "1.5")],
)
def test_values_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


def test_json_keeps_the_order_of_keys(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"b": 1, "a": "字"})

    assert capsys.readouterr().out == '{\n  "b": 1,\n  "a": "字"\n}\n'
