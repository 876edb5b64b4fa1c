"""A process is known by pid and token, and nothing else is ever stopped."""

import os
import secrets
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil

from headwater_service.local.processes import (
    TOKEN_VARIABLE,
    Identity,
    end_leftovers,
    find_by_token,
    is_running,
    start,
    stop,
    wait_until,
)

WAIT = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {WAIT!r}]); time.sleep(60)"


def run(code: str, folder: Path) -> Identity:
    log = folder / "out.log"
    identity = start(
        [sys.executable, "-c", code],
        environment=os.environ,
        token=secrets.token_hex(8),
        log=log,
        folder=folder,
    )
    assert wait_until(lambda: "up" in log.read_text(), seconds=20)
    return identity


def test_a_started_process_outlives_the_session_it_came_from_and_is_found_again(tmp_path: Path) -> None:
    identity = run(WAIT, tmp_path)

    assert is_running(identity)
    assert os.getsid(identity.pid) == identity.pid
    assert find_by_token(identity.token) == replace(identity, created_at=psutil.Process(identity.pid).create_time())
    assert stop(identity, seconds=10)


def test_stop_tells_whether_the_process_ended_by_itself(tmp_path: Path) -> None:
    gentle, stubborn = run(WAIT, tmp_path), run(STUBBORN, tmp_path)
    wait_until(lambda: (tmp_path / "out.log").read_text().count("up") == 2, seconds=20)

    endings = [stop(gentle, seconds=10), stop(stubborn, seconds=0.5)]

    assert endings == [True, False]
    assert [is_running(gentle), is_running(stubborn)] == [False, False]


def test_a_killed_process_is_seen_as_ended(tmp_path: Path) -> None:
    identity = run(WAIT, tmp_path)

    os.kill(identity.pid, signal.SIGKILL)

    assert wait_until(lambda: not is_running(identity), seconds=10)
    assert find_by_token(identity.token) is None


def test_another_process_with_the_pid_is_neither_taken_for_ours_nor_stopped() -> None:
    with subprocess.Popen([sys.executable, "-c", WAIT], stdout=subprocess.PIPE) as stranger:
        assert stranger.stdout is not None and stranger.stdout.readline() == b"up\n"
        identity = Identity(stranger.pid, psutil.Process(stranger.pid).create_time(), secrets.token_hex(8))

        is_taken, is_stopped = is_running(identity), stop(identity, seconds=1)

        assert (is_taken, is_stopped, stranger.poll()) == (False, True, None)
        stranger.kill()


def test_another_process_that_shows_no_environment_is_told_apart_by_when_it_began() -> None:
    with subprocess.Popen(["/bin/sleep", "60"], env={}) as stranger:
        began = psutil.Process(stranger.pid).create_time()
        wait_until(lambda: psutil.Process(stranger.pid).name() == "sleep", seconds=10)
        earlier = Identity(stranger.pid, began - 60, secrets.token_hex(8))

        is_taken, is_stopped = is_running(earlier), stop(earlier, seconds=1)

        assert (is_taken, is_stopped, stranger.poll()) == (False, True, None)
        stranger.kill()


def test_what_a_killed_parent_left_behind_is_ended(tmp_path: Path) -> None:
    parent = run(PARENT, tmp_path)
    children = psutil.Process(parent.pid).children()
    os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(parent), seconds=10)

    end_leftovers(parent)

    assert len(children) == 1
    assert wait_until(lambda: not children[0].is_running(), seconds=10)


def test_the_token_is_in_the_environment_and_not_in_the_arguments(tmp_path: Path) -> None:
    identity = run(WAIT, tmp_path)
    process = psutil.Process(identity.pid)

    environment, arguments = process.environ(), process.cmdline()
    stop(identity, seconds=10)

    assert environment[TOKEN_VARIABLE] == identity.token
    assert identity.token not in " ".join(arguments)
