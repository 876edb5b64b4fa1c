"""Background work: several at once, errors kept for who waits, done by whoever has it when no thread can be had."""

import queue
import subprocess
import sys
import threading
import time

import pytest

from headwater._threads import Crew, hire, keep_ready


def test_a_crew_works_on_as_many_tasks_at_once_as_it_has_threads() -> None:
    barrier = threading.Barrier(3)

    with Crew(3) as crew:
        places = list(crew.map(lambda _: barrier.wait(timeout=10), range(9)))

    assert sorted(places) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_crew_never_has_more_threads_than_it_may() -> None:
    lock = threading.Lock()
    working, most = 0, 0

    def task(_: int) -> None:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        time.sleep(0.002)
        with lock:
            working -= 1

    with Crew(2) as crew:
        list(crew.map(task, range(20)))

    assert most == 2


def test_an_error_reaches_who_waits() -> None:
    with Crew(1) as crew:
        failing = crew.submit(lambda: 1 // 0)
        following = crew.submit(lambda: 7)

    assert isinstance(failing.exception(timeout=10), ZeroDivisionError)
    assert following.result(timeout=10) == 7


def test_a_crew_that_is_shut_down_drops_what_has_not_begun_and_waits_for_the_rest() -> None:
    crew = Crew(1)
    begun, end = threading.Event(), threading.Event()

    def task() -> str:
        begun.set()
        assert end.wait(10)
        return "done"

    first = crew.submit(task)
    second = crew.submit(lambda: "never")
    assert begun.wait(10)
    threading.Timer(0.05, end.set).start()
    crew.shutdown(cancel_futures=True)

    assert first.result(timeout=0) == "done"
    assert second.cancelled()
    with pytest.raises(RuntimeError, match="closed"):
        crew.submit(lambda: None)


def test_threads_are_used_again() -> None:
    keep_ready(4)
    before = set(threading.enumerate())

    seen: queue.Queue[threading.Thread] = queue.Queue()
    for _ in range(20):
        assert hire(lambda: seen.put(threading.current_thread()))
        assert seen.get(timeout=10) in before


AT_THE_END = """
import atexit, sys, threading
from headwater._queue import NamedQueue
from headwater._threads import Crew, keep_ready

def over():
    done, names = [], set()
    def task(number):
        done.append(number)
        names.add(threading.current_thread().name)
        return number
    with Crew(4) as crew, Crew(2) as outer:
        results = list(crew.map(task, range(50)))
        nested = outer.submit(lambda: crew.submit(task, 50).result(timeout=10)).result(timeout=10)
    queued = [NamedQueue().submit("a", lambda: task(51)).result(timeout=10)]
    assert results + [nested] + queued == list(range(52)) == sorted(done)
    try:
        threading.Thread(target=int).start()
    except RuntimeError:
        # So it is in 3.12, and may be again.
        assert {ready} or names == {{"MainThread"}}
    print(len(done))

keep_ready({ready})
atexit.register(over)
"""


@pytest.mark.parametrize("ready", [0, 1, 8])
def test_everything_is_done_after_the_end_of_the_main_program(ready: int) -> None:
    script = AT_THE_END.format(ready=ready)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "52\n"
