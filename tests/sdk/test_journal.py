"""The journal: whole records on disk before `append` returns, readable after a kill and with a torn tail."""

import errno
import math
import os
import re
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from headwater._journal import FRAME, Stream, Tail, pack, random_key, read_records, run_folder

WRITER = """
import sys
from pathlib import Path
from headwater._journal import Stream, pack

stream = Stream(Path(sys.argv[1]))
for number in range(1_000_000):
    stream.append(pack({"step": number, "time": 0.0, "values": {"loss": number / 7}}))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""

# A limit on the size of files stands for a disk that is almost full: the last write is taken in part.
FULL = """
import resource, sys
from pathlib import Path
from headwater._journal import Stream, pack

stream = Stream(Path(sys.argv[1]))
stream.append(pack({"step": 0}))
size = stream.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, resource.RLIM_INFINITY))
stream.append(pack({"step": 1, "text": "x" * 100}))
print(size, stream.failure.errno, len(stream.unwritten))
"""


def test_records_come_back_in_order_with_nan_and_infinities(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.log")

    for value in (1.5, math.nan, math.inf, -math.inf):
        stream.append(pack({"loss": value}))

    values = [record["loss"] for record in read_records(stream.path)]
    assert values[0] == 1.5
    assert math.isnan(values[1])
    assert values[2:] == [math.inf, -math.inf]


def test_a_torn_tail_ends_the_reading_without_an_error(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.log")
    stream.append(pack({"step": 0}))
    whole = stream.path.stat().st_size
    stream.append(pack({"step": 1}))

    for length in range(whole, stream.path.stat().st_size):
        cut = tmp_path / f"{length}.log"
        cut.write_bytes(stream.path.read_bytes()[:length])
        assert list(read_records(cut)) == [{"step": 0}]


def test_a_damaged_record_ends_the_reading_before_it(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.log")
    stream.append(pack({"step": 0}))
    stream.append(pack({"step": 1}))
    content = bytearray(stream.path.read_bytes())

    content[-1] ^= 0xFF
    stream.path.write_bytes(content)

    assert list(read_records(stream.path)) == [{"step": 0}]


def test_a_length_out_of_reason_is_taken_for_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(FRAME.pack(2**31, 0, 0) + b"x" * 100)

    assert list(read_records(path)) == []


def test_every_acknowledged_record_survives_a_kill_in_the_middle_of_logging(tmp_path: Path) -> None:
    for attempt in range(5):
        path = tmp_path / f"{attempt}.log"
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        acknowledged = -1
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged == 200 + 37 * attempt:
                os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()

        steps = [record["step"] for record in read_records(path)]

        assert steps == list(range(len(steps)))
        assert len(steps) > acknowledged


def test_a_tail_reads_batches_while_the_stream_grows(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.log")
    tail = Tail(stream)
    for number in range(5):
        stream.append(pack(number))

    first = tail.read(3, 1_000)
    tail.advance(first, 3)
    stream.append(pack(5))
    second = tail.read(10, 1_000)
    tail.advance(second, 6)

    assert first == [pack(0), pack(1), pack(2)]
    assert second == [pack(3), pack(4), pack(5)]
    assert tail.read(10, 1_000) == []


def test_a_tail_gives_at_least_one_record_however_small_a_batch_may_be(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.log")
    stream.append(pack("x" * 500))
    stream.append(pack("y"))

    assert Tail(stream).read(10, 100) == [pack("x" * 500)]


def test_a_tail_goes_back_to_the_number_that_the_service_expects(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.log")
    for number in range(5):
        stream.append(pack(number))
    tail = Tail(stream)
    tail.advance(tail.read(10, 1_000), 5)

    tail.seek(2)

    assert tail.number == 2
    assert tail.read(10, 1_000) == [pack(2), pack(3), pack(4)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_what_the_disk_did_not_take_is_read_in_batches_of_the_same_size() -> None:
    stream = Stream(Path("/dev/full"))
    for _ in range(5):
        stream.append(bytes(40))
    tail = Tail(stream)

    batches = []
    while payloads := tail.read(3, 100):
        batches.append(len(payloads))
        tail.advance(payloads, tail.number + len(payloads))

    assert batches == [2, 2, 1]
    assert tail.read(3, 100) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_records_that_the_disk_refuses_are_still_read_by_the_tail() -> None:
    stream = Stream(Path("/dev/full"))
    tail = Tail(stream)

    stream.append(pack(0))
    stream.append(pack(1))
    payloads = tail.read(10, 1_000)
    tail.advance(payloads, 2)
    stream.append(pack(2))

    assert stream.failure is not None
    assert stream.failure.errno == 28
    assert payloads == [pack(0), pack(1)]
    assert tail.read(10, 1_000) == [pack(2)]
    assert stream.count == 3


def test_a_record_that_the_disk_takes_in_part_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.log"

    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [str(path.stat().st_size), str(errno.ENOSPC), "1"]
    assert list(read_records(path)) == [{"step": 0}]


def test_a_run_folder_is_named_after_start_and_id(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, "abcd1234", datetime(2026, 11, 21, 9, 5, 7))

    assert folder == tmp_path / ".headwater" / "run-20261121_090507-abcd1234"
    assert folder.is_dir()


def test_keys_are_random_text_that_seeding_does_not_repeat() -> None:
    import random

    random.seed(0)
    first = random_key(8)
    random.seed(0)
    second = random_key(8)

    assert first != second
    assert all(re.fullmatch("[a-z0-9]{8}", key) for key in (first, second))
