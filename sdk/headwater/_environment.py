"""What surrounds a run: the machine, the command, the state of the code."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

import orjson

from ._cache import write_whole
from ._history import utf8

PATIENCE = 1.0  # seconds that git may take
DIFF_PATIENCE = 20.0  # the same in the background, for what is changed
LARGEST_DIFF = 10 * 1024 * 1024
FACTS, PACKAGES, DIFF = (f"environment/{name}" for name in ("environment.json", "requirements.txt", "diff.patch"))


@dataclass(frozen=True)
class Environment:
    """Facts about the process, None where there is none."""

    host: str
    command: str
    python: str
    git_commit: str | None
    git_remote: str | None
    notice: str | None = None


def read_environment() -> Environment:
    """Look around, in about a second at most."""
    commit, remote, notice = _git()
    return Environment(
        host=platform.node(),
        command=_command(),
        python=platform.python_version(),
        git_commit=commit,
        git_remote=None if remote is None else without_credentials(remote),
        notice=notice,
    )


def without_credentials(url: str) -> str:
    """The address of a repository without the name and the password it may hold."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/]*@", r"\1", url, flags=re.IGNORECASE)


def write_environment(folder: Path, known: Environment) -> list[str]:
    """Write what surrounds the program to files under a folder, and return their names there.

    It takes what looking at each installed package and each changed file takes: nothing for the main thread.
    """
    names = [FACTS, PACKAGES]
    write_whole(folder / PACKAGES, installed_packages().encode())
    diff, left_out = _diff()
    if diff:
        write_whole(folder / DIFF, diff)
        names.append(DIFF)
    write_whole(folder / FACTS, orjson.dumps(_facts(known, left_out), option=orjson.OPT_INDENT_2))
    return names


@cache
def installed_packages() -> str:
    """The installed packages as pip writes them, a line each; they are looked at once a process."""
    from importlib.metadata import distributions

    found = {(dist.name.lower(), f"{dist.name}=={dist.version}") for dist in distributions() if dist.name}
    return "".join(f"{line}\n" for _, line in sorted(found))


def _facts(known: Environment, diff_left_out: str | None) -> dict[str, Any]:
    facts = {
        "host": known.host,
        "command": known.command,
        "working_directory": os.getcwd(),
        "python": known.python,
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "processor": platform.machine(),
        "processors": os.cpu_count(),
        "git_commit": known.git_commit,
        "git_remote": known.git_remote,
        "diff": diff_left_out,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _diff() -> tuple[bytes, str | None]:
    """What is changed since the commit that is checked out, and why it is not told."""
    if which("git") is None:
        return b"", None
    question = ("diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv", "--binary")
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", *question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DIFF_PATIENCE,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b"", f"left out: git did not answer within {DIFF_PATIENCE:.0f} s"
    except OSError as error:
        return b"", f"left out: {error}"
    if done.returncode != 0:
        # No repository, or one without a commit.
        return b"", None
    if len(done.stdout) > LARGEST_DIFF:
        return b"", f"left out: it has {len(done.stdout):,} bytes, and at most {LARGEST_DIFF:,} are kept"
    return done.stdout, None


def _command() -> str:
    words = getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv]
    text = subprocess.list2cmdline(words) if os.name == "nt" else _joined(words)
    return str(utf8(text[:4096]))


def _joined(words: list[str]) -> str:
    import shlex

    return shlex.join(words)


def _git() -> tuple[str | None, str | None, str | None]:
    """The commit, the remote, and what kept them from being read: not set where there is simply no repository."""
    if which("git") is None:
        return None, None, None
    questions = (("rev-parse", "HEAD"), ("config", "--get", "remote.origin.url"))
    try:
        asked = [_ask(question) for question in questions]
        (commit, complaint), (remote, _) = [_answer(process) for process in asked]
    except subprocess.TimeoutExpired:
        return None, None, f"git did not answer within {PATIENCE:.0f} s: the commit is not recorded."
    except OSError as error:
        return None, None, f"git cannot be started ({error}): the commit is not recorded."
    if commit is None and "not a git repository" not in complaint and "ambiguous argument" not in complaint:
        return None, remote, f"git gives no commit: {complaint}"
    return commit, remote, None


def _ask(question: tuple[str, ...]) -> subprocess.Popen[str]:
    # Never a prompt for a password, and messages that can be told apart.
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return subprocess.Popen(
        ["git", *question],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    )


def _answer(process: subprocess.Popen[str]) -> tuple[str | None, str]:
    try:
        output, complaint = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return (output.strip() or None) if process.returncode == 0 else None, complaint.strip()
