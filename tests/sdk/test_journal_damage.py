"""Journals that were damaged, cut, or met a full disk: what can be kept is kept, in its place."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater._journal import (
    Damage,
    Stream,
    Tail,
    is_held,
    pack,
    read_records,
    recover_payloads,
    run_folder,
    unpack,
)
from headwater._sender import Sender
from headwater._sync import Journal, find_journals


def written(path: Path, count: int) -> list[int]:
    """Write records and return where each begins."""
    stream = Stream(path)
    starts = []
    for number in range(count):
        starts.append(path.stat().st_size if number else 0)
        stream.append(pack({"step": number, "time": 0.0, "values": {"x": number, "text": "x" * number}}))
    stream.close()
    return starts


def steps(path: Path, damage: Damage) -> list[int | None]:
    return [None if payload is None else unpack(payload)["step"] for payload in recover_payloads(path, damage)]


def test_what_is_whole_has_no_damage(tmp_path: Path) -> None:
    written(tmp_path / "a.log", 5)
    damage = Damage()

    assert steps(tmp_path / "a.log", damage) == [0, 1, 2, 3, 4]
    assert damage == Damage(0, 0)


@pytest.mark.parametrize("offset", [0, 4, 8, 12, 16], ids=["length", "checksum", "number", "first byte", "content"])
def test_a_damaged_record_costs_only_itself(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "a.log"
    starts = written(path, 5)
    content = bytearray(path.read_bytes())
    content[starts[2] + offset] ^= 0x55
    path.write_bytes(content)
    damage = Damage()

    assert steps(path, damage) == [0, 1, None, 3, 4]
    assert damage == Damage(places=1)


def test_records_behind_a_place_that_costs_several_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    starts = written(path, 9)
    content = bytearray(path.read_bytes())
    content[starts[2] : starts[5] + 3] = bytes(starts[5] + 3 - starts[2])
    content[starts[7]] ^= 0x55
    path.write_bytes(content)
    damage = Damage()

    assert steps(path, damage) == [0, 1, None, None, None, None, 6, None, 8]
    assert damage == Damage(places=2)


def test_a_cut_at_every_byte_of_the_last_record_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    starts = written(path, 3)
    content = path.read_bytes()

    for end in range(starts[2] + 1, len(content)):
        path.write_bytes(content[:end])
        damage = Damage()
        assert steps(path, damage) == [0, 1]
        assert damage == Damage(tail_size=end - starts[2])


def test_zeros_at_the_end_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    written(path, 2)
    path.write_bytes(path.read_bytes() + bytes(4096))
    damage = Damage()

    assert steps(path, damage) == [0, 1]
    assert damage == Damage(tail_size=4096)
    assert len(list(read_records(path))) == 2


def test_an_empty_stream_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()

    assert steps(tmp_path / "a.log", Damage()) == []


def test_what_a_full_disk_did_not_take_is_written_when_it_does_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Stream(tmp_path / "absent" / "a.log")
    tail = Tail(stream)
    for step in range(3):
        stream.append(pack({"step": step}))
    assert (stream.count, stream.written, len(stream.unwritten)) == (3, 0, 3)
    assert [unpack(each)["step"] for each in tail.read(2, 1000)] == [0, 1]
    tail.advance(tail.read(2, 1000), 2)

    stream.path.parent.mkdir()
    stream.retry()
    stream.append(pack({"step": 3}))

    assert (stream.failure, stream.count, stream.unwritten) == (None, 4, [])
    assert [record["step"] for record in read_records(stream.path)] == [0, 1, 2, 3]
    assert [unpack(each)["step"] for each in tail.read(10, 1000)] == [2, 3]


def test_two_runs_of_one_second_and_id_get_folders_of_their_own(tmp_path: Path) -> None:
    started = datetime(2026, 5, 1, tzinfo=UTC)

    folders = [run_folder(tmp_path, "abc", started) for _ in range(3)]

    assert [folder.name for folder in folders] == [
        "run-20260501_000000-abc",
        "run-20260501_000000-abc.2",
        "run-20260501_000000-abc.3",
    ]


HOLDER = """
import sys
import time
from pathlib import Path
from headwater._journal import Stream
stream = Stream(Path(sys.argv[1]) / "run.log")
stream.hold()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_a_run_is_held_for_as_long_as_its_process_lives(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"

        assert is_held(tmp_path)
        process.kill()
        process.wait()

        assert not is_held(tmp_path)


def test_a_clock_that_is_set_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    sender = Sender(Stream(tmp_path / "a.log"), lambda stream, first, payloads: 0, lambda: None, told.append)
    sender.once()
    assert told == []

    now = time.time
    monkeypatch.setattr("headwater._sender.time.time", lambda: now() - 3600)
    sender.once()
    sender.once()

    assert told == ["The clock of this machine jumped by -3,600 s; so do the times of what is logged."]


KILLED_IN_A_FILE = """
import os, resource, signal, sys
import headwater
run = headwater.init(mode="offline", settings={"console": False, "record_environment": False})
run.log({"image": headwater.Image([[0, 255]])})
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
noise = os.urandom(90_000)
from PIL import Image
run.log({"image": headwater.Image(Image.frombytes("RGB", (300, 100), noise))})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of the system kills the program in the middle of a write")
def test_a_file_that_was_being_written_when_the_process_was_killed_is_no_file_of_the_run(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED_IN_A_FILE], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == -signal.SIGXFSZ, done.stderr
    (folder,) = find_journals(Path(os.environ["HEADWATER_DIR"]))
    assert [name.partition("_")[0] for name in Journal(folder).files()] == ["media/images/image"]
