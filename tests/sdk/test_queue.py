"""Background work: in order by name, several names at once, errors kept for who waits."""

import threading
import time

import pytest

from headwater._queue import NamedQueue


def test_tasks_of_one_name_run_one_after_the_other_in_the_order_of_the_calls() -> None:
    queue = NamedQueue()
    seen: list[tuple[str, int]] = []

    def task(name: str, number: int) -> None:
        time.sleep(0.001 * (number % 3))
        seen.append((name, number))

    futures = [queue.submit(name, lambda n=name, i=i: task(n, i)) for i in range(20) for name in "ab"]  # type: ignore[misc]
    for future in futures:
        future.result(timeout=10)

    assert [number for name, number in seen if name == "a"] == list(range(20))
    assert [number for name, number in seen if name == "b"] == list(range(20))


def test_tasks_of_different_names_run_at_once() -> None:
    queue = NamedQueue()
    barrier = threading.Barrier(3)

    futures = [queue.submit(name, lambda: barrier.wait(timeout=10)) for name in "abc"]

    assert sorted(future.result(timeout=10) for future in futures) == [0, 1, 2]


def test_an_error_reaches_who_waits_and_stops_nothing_else() -> None:
    queue = NamedQueue()

    def fail() -> None:
        raise ValueError("broken")

    failing = queue.submit("a", fail)
    following = queue.submit("a", lambda: 7)

    with pytest.raises(ValueError, match="broken"):
        failing.result(timeout=10)
    assert following.result(timeout=10) == 7
