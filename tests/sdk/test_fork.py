"""Children of a process whose run is open: whatever becomes of them, the journal is whole and the run its parent's."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater._journal import read_records
from headwater._sync import Journal

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

BEGIN = """
import multiprocessing, os, signal, sys, threading, time
import headwater

def child(name, act):
    pid = os.fork()
    if pid == 0:
        run.log({"child": name})
        act()
    deadline = time.monotonic() + 60
    while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    print(name, os.waitstatus_to_exitcode(ended[1]), run.state, flush=True)

def work(number):
    if headwater.run is not None:
        headwater.log({"child": number})
    return headwater.run is not None

def start():
    settings = {"console": False, "system_interval": 0, "record_environment": False}
    return headwater.init(mode="offline", project="p", settings=settings)
"""

ENDS = """
run = start()
run.log({"parent": 1})
child("hard", lambda: os._exit(3))
child("killed", lambda: os.kill(os.getpid(), signal.SIGKILL))
child("terminated", lambda: os.kill(os.getpid(), signal.SIGTERM))
child("finishes", lambda: (run.finish(), os._exit(0)))
child("exits", lambda: sys.exit(4))
child("raises", lambda: 1 / 0)
run.log({"parent": 2})
"""

LOCKS = """
run = start()
run.log({"parent": 1})
online = run._online
for lock in (run._recorder._lock, online.stream.lock, online._noting, online._meta.lock, online.files._changed):
    held, let_go = threading.Event(), threading.Event()
    def hold():
        with lock:
            held.set()
            let_go.wait()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    def act():
        run.summary["a"] = 1
        run.config[f"of {os.getpid()}"] = 1
        run.finish()
        os._exit(0)
    child("while it is held", act)
    let_go.set()
    thread.join()
run.log({"parent": 2})
"""

POOLS = """
if __name__ == "__main__":
    run = start()
    run.log({"parent": 1})
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            print(method, pool.map(work, range(4)), flush=True)
        processes = [context.Process(target=work, args=(number,)) for number in (4, 5)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        print(method, [process.exitcode for process in processes], flush=True)
    run.log({"parent": 2})
"""


def ran(script: str, folder: Path) -> tuple[list[str], list[dict[str, Any]], str]:
    """What a program prints, what its run logged in all processes, and how the run ended."""
    (folder / "program.py").write_text(BEGIN + script)
    variables = {**os.environ, "HEADWATER_DIR": str(folder), "HEADWATER_HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=folder, env=variables, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (of_run,) = (folder / ".headwater").iterdir()
    journal = Journal(of_run)
    logged = [record["values"] for path in journal.streams() for record in read_records(path)]
    assert [note["kind"] for note in journal.notes].count("finish") == 1
    assert (journal.end is not None, sum(1 for path in journal.streams() for _ in journal.payloads(path))) == (
        True,
        len(logged),
    )
    assert journal.problems == []
    return done.stdout.splitlines(), sorted(logged, key=str), str(journal.end and journal.end["input"]["state"])


def test_however_a_forked_child_ends_the_run_goes_on_in_its_parent(tmp_path: Path) -> None:
    lines, logged, state = ran(ENDS, tmp_path)

    ends = {"hard": 3, "killed": -9, "terminated": -15, "finishes": 0, "exits": 4, "raises": 1}
    assert lines == [f"{name} {code} RUNNING" for name, code in ends.items()]
    assert logged == [*({"child": name} for name in sorted(ends)), {"parent": 1}, {"parent": 2}]
    assert state == "FINISHED"


def test_a_child_never_waits_for_a_lock_that_a_thread_of_its_parent_held(tmp_path: Path) -> None:
    lines, logged, state = ran(LOCKS, tmp_path)

    assert lines == ["while it is held 0 RUNNING"] * 5
    assert logged == [*[{"child": "while it is held"}] * 5, {"parent": 1}, {"parent": 2}]
    assert state == "FINISHED"


def test_workers_of_multiprocessing_have_the_run_when_they_are_forked_and_none_when_spawned(tmp_path: Path) -> None:
    lines, logged, state = ran(POOLS, tmp_path)

    forked = ["fork [True, True, True, True]", "fork [0, 0]"]
    assert lines == [*forked, "spawn [False, False, False, False]", "spawn [0, 0]"]
    assert logged == [*({"child": number} for number in range(6)), {"parent": 1}, {"parent": 2}]
    assert state == "FINISHED"
