"""Start a program so that it outlives us, know it again later, and stop exactly it.

A process is known by its pid together with a random token in its environment, which no other process has; never by
its name.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil

TOKEN_VARIABLE: Final = "HEADWATER_START_TOKEN"
# The kernel counts from boot and the wall clock may be set meanwhile.
_CREATED_WITHIN_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Identity:
    """Which process it is, so that a reused pid is not taken for it."""

    pid: int
    created_at: float
    token: str

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Identity":
        return cls(int(content["pid"]), float(content["created_at"]), str(content["token"]))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def start(command: Sequence[str], *, environment: Mapping[str, str], token: str, log: Path, folder: Path) -> Identity:
    """Start a program in its own session with its output appended to `log`."""
    # The descriptor is closed here as soon as the child has it.
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            env={**environment, TOKEN_VARIABLE: token},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # We wait by pid and identity, because after a restart of ours the process is nobody's child.
    child.returncode = 0
    return Identity(child.pid, _created_at(child.pid), token)


def _created_at(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def is_running(identity: Identity) -> bool:
    """Tell whether that very process still runs. A dead child of ours is reaped on the way."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(identity.pid, os.WNOHANG)
    try:
        process = psutil.Process(identity.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return _is_it(process, identity)
    except psutil.NoSuchProcess:
        return False


def _is_it(process: psutil.Process, identity: Identity) -> bool:
    try:
        environment = process.environ()
    except psutil.AccessDenied:
        environment = {}
    if environment:
        return environment.get(TOKEN_VARIABLE) == identity.token
    # For a moment after its start the kernel shows no environment of a program.
    return abs(process.create_time() - identity.created_at) <= _CREATED_WITHIN_SECONDS


def find_by_token(token: str) -> Identity | None:
    """Return the first process that was started with this token, if one runs.

    For a start whose pid could not be noted down because the starter was killed just then.
    """
    found = [process for process in _own_processes() if _token_of(process) == token]
    if not found:
        return None
    # What it started itself has the same token and is younger.
    oldest = min(found, key=lambda process: process.create_time())
    return Identity(oldest.pid, oldest.create_time(), token)


def stop(identity: Identity, *, seconds: float) -> bool:
    """Ask a process to end and wait; after `seconds` end it. Tell whether it ended by itself.

    Also ends what it left behind in its session.
    """
    clean = _terminate(identity, seconds)
    end_leftovers(identity)
    return clean


def _terminate(identity: Identity, seconds: float) -> bool:
    if not is_running(identity):
        return True
    _signal(identity, signal.SIGTERM)
    if wait_until(lambda: not is_running(identity), seconds=seconds):
        return True
    _signal(identity, signal.SIGKILL)
    wait_until(lambda: not is_running(identity), seconds=10.0)
    return False


def end_leftovers(identity: Identity) -> None:
    """End the processes that a dead program left behind (a killed parent of workers), known by its token."""
    for process in _own_processes():
        if process.pid != identity.pid and _token_of(process) == identity.token:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Look again and again until the condition holds; tell whether it did in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


def _signal(identity: Identity, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(identity.pid, number)


def _own_processes() -> Iterable[psutil.Process]:
    user = os.getuid()
    for process in psutil.process_iter():
        try:
            if process.uids().real == user and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def _token_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(TOKEN_VARIABLE)
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return None
