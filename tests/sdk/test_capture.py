"""The console: what is written is kept with its time, and whoever writes never notices."""

import io
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater import _capture
from headwater._capture import Capture
from headwater._journal import Stream, read_records

Listen = Callable[[], Capture]


@pytest.fixture
def listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Starts a capture that listens to two fresh streams; to be called in the test, where pytest has set its own."""
    names = iter(("first", "second"))
    started: list[Capture] = []

    def start() -> Capture:
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), "utf-8"))
        started.append(Capture(lambda: Stream(tmp_path / f"{next(names)}.log")))
        started[0].start()
        return started[0]

    yield start
    for capture in started:
        capture.stop()


def kept(capture: Capture) -> list[tuple[str, str]]:
    """What was written where, in order."""
    capture.stop()
    return [(record["values"]["source"], record["values"]["text"]) for record in read_records(capture.stream.path)]


def test_lines_are_kept_with_their_source_and_time(listen: Listen) -> None:
    console = listen()
    before = time.time()
    print("one", 1)
    print("oops", file=sys.stderr)
    sys.stdout.writelines(["two\n", "three\n"])

    assert kept(console) == [("stdout", "one 1"), ("stderr", "oops"), ("stdout", "two"), ("stdout", "three")]
    times = [record["time"] for record in read_records(console.stream.path)]
    assert times == sorted(times) and before <= times[0] <= times[-1] <= time.time()


def test_a_line_is_on_disk_when_print_returns(listen: Listen) -> None:
    console = listen()
    print("one")

    (record,) = read_records(console.stream.path)
    assert record["values"] == {"source": "stdout", "text": "one"}


def test_the_programs_own_output_is_what_it_was(listen: Listen) -> None:
    listen()
    written = sys.stdout.write("日本語\n")
    sys.stdout.flush()

    assert written == 4
    assert isinstance(sys.stdout.buffer, io.BytesIO)
    assert sys.stdout.buffer.getvalue() == "日本語\n".encode()


def test_what_a_writer_does_wrong_is_told_as_before(listen: Listen) -> None:
    console = listen()
    with pytest.raises(TypeError):
        sys.stdout.write(b"bytes")  # type: ignore[arg-type]  # the mistake

    assert kept(console) == []


def test_of_a_progress_bar_the_last_state_is_kept(listen: Listen) -> None:
    console = listen()
    for percent in range(0, 101, 10):
        sys.stderr.write(f"\r{percent}%")
    sys.stderr.write("\ndone\r\n")

    assert kept(console) == [("stderr", "100%\ndone")]


def test_a_line_without_an_end_is_kept_when_the_run_ends(listen: Listen) -> None:
    console = listen()
    sys.stdout.write("no end")

    assert kept(console) == [("stdout", "no end")]


def test_a_progress_bar_that_never_ends_takes_no_memory(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    console = listen()
    monkeypatch.setattr(_capture, "LONGEST_PENDING", 100)
    for step in range(1000):
        sys.stderr.write(f"\rstep {step}")

    assert len(console._pending["stderr"]) <= 200
    assert kept(console) == [("stderr", "step 999")]


def test_a_logger_that_was_made_before_is_heard(listen: Listen) -> None:
    console = listen()
    handler = logging.StreamHandler(sys.stderr)
    logger = logging.Logger("before")
    logger.addHandler(handler)

    logger.warning("careful")

    assert kept(console) == [("stderr", "careful")]


def test_after_the_end_the_streams_are_as_they_were(listen: Listen) -> None:
    console = listen()
    console.stop()
    print("late")

    assert kept(console) == []
    assert "write" not in vars(sys.stdout) and "write" not in vars(sys.stderr)


def test_who_tapped_the_stream_later_stays_in_place(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    console = listen()
    heard: list[str] = []
    inner = sys.stdout.write

    def outer(text: str) -> int:
        heard.append(text)
        return inner(text)

    monkeypatch.setattr(sys.stdout, "write", outer)
    console.stop()
    sys.stdout.write("late\n")

    assert heard == ["late\n"]
    assert kept(console) == []


def test_captures_that_end_in_any_order_hear_their_own_part_and_leave_nothing(listen: Listen, tmp_path: Path) -> None:
    first = listen()
    print("first")
    second = Capture(lambda: Stream(tmp_path / "beside.log"))
    second.start()
    print("both")
    first.stop()
    print("second")

    assert kept(second) == [("stdout", "both"), ("stdout", "second")]
    assert kept(first) == [("stdout", "first"), ("stdout", "both")]
    assert "write" not in vars(sys.stdout) and "write" not in vars(sys.stderr)


def test_a_stream_that_cannot_be_tapped_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fixed:
        __slots__ = ("texts",)

        def __init__(self) -> None:
            self.texts: list[str] = []

        def write(self, text: str) -> int:
            self.texts.append(text)
            return len(text)

    fixed = Fixed()
    monkeypatch.setattr(sys, "stdout", fixed)
    monkeypatch.setattr(sys, "stderr", None)
    capture = Capture(lambda: Stream(tmp_path / "a.log"))
    capture.start()
    print("one")

    assert kept(capture) == []
    assert fixed.texts == ["one", "\n"]


def test_bytes_that_are_no_text_are_kept_as_escapes(listen: Listen) -> None:
    console = listen()
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]  # a TextIOWrapper
    print("a\udcff")

    assert kept(console) == [("stdout", "a\\udcff")]


def test_a_failure_of_ours_never_reaches_who_prints(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    console = listen()

    def broken(record: Any) -> bytes:
        raise ValueError("broken")

    monkeypatch.setattr(_capture, "pack", broken)
    print("one")

    assert str(console.failure) == "broken"


def test_a_flood_is_cut_and_counted(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    console = listen()
    monkeypatch.setattr(_capture, "LARGEST_CONSOLE", 1000)
    for _ in range(100):
        print("x" * 100)

    texts = kept(console)
    assert 0 < len(texts) < 10
    assert console.left_out == (100 - len(texts)) * 100


def test_many_threads_may_print(listen: Listen) -> None:
    console = listen()

    def work(number: int) -> None:
        for count in range(100):
            sys.stdout.write(f"{number}-{count}\n")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(text for _, text in kept(console)) == sorted(f"{n}-{c}" for n in range(4) for c in range(100))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_goes_on_in_a_stream_of_its_own(listen: Listen, tmp_path: Path) -> None:
    console = listen()
    sys.stdout.write("unfinished ")
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with console._lock:
            held.set()
            release.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)  # the end of a child that waits for ever
        print("child")
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    release.set()
    holder.join()
    print("parent")

    assert status == 0
    assert kept(console) == [("stdout", "unfinished parent")]
    (of_child,) = read_records(tmp_path / "second.log")
    assert of_child["values"] == {"source": "stdout", "text": "child"}
