"""What surrounds a run: the machine, the command, the state of the code."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from shutil import which

PATIENCE = 1.0  # seconds that git may take


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


def _command() -> str:
    words = getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv]
    text = subprocess.list2cmdline(words) if os.name == "nt" else _joined(words)
    return text[:4096]


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
