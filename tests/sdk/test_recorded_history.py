"""The history of a recorded run: rows, samples and tables, soon after they are logged."""

import math
import time
from collections.abc import Iterator
from typing import Any

import pytest

import headwater
from headwater._recorded_history import PAGE


@pytest.fixture
def run(client_environment: dict[str, str]) -> Iterator[headwater.Run]:
    """A run that goes on."""
    with headwater.init(project="histories") as started:
        yield started


def recorded(run: headwater.Run, count: int) -> Any:
    """The run as the service has it, once it has so many rows."""
    found = headwater.Api().run(run.path)
    deadline = time.monotonic() + 20
    while sum(1 for _ in found.history()) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_a_row_can_be_read_within_two_seconds_of_its_log(run: headwater.Run) -> None:
    run.log({"loss": 1.0})
    history = recorded(run, 1).history()

    delays = []
    for step in range(1, 4):
        run.log({"loss": 1.0 / step})
        logged = time.monotonic()
        while sum(1 for _ in history) <= step:
            assert time.monotonic() - logged < 10
        delays.append(time.monotonic() - logged)

    # The middle one: what else this machine does now is not what is asked.
    assert sorted(delays)[1] < 2.0


def test_rows_come_one_by_one_or_in_a_loop_over_several_pages(run: headwater.Run) -> None:
    count = PAGE + 10
    for step in range(count):
        run.log({"n": step})
    history = recorded(run, count).history()

    assert [next(history)["n"], next(history)["n"]] == [0, 1]
    assert [row["n"] for row in history] == list(range(count))
    assert [row["n"] for row in history] == list(range(count))


def test_steps_may_be_larger_than_32_bits(run: headwater.Run) -> None:
    tokens = 3_000_000_000_000
    for step in range(3):
        run.log({"n": step}, step=tokens + step)

    found = recorded(run, 3)

    assert [row["_step"] for row in found.history(min_step=tokens + 1)] == [tokens + 1, tokens + 2]


def test_samples_keep_the_peaks(run: headwater.Run) -> None:
    for step in range(500):
        run.log({"loss": 99.0 if step == 321 else 1.0, "other": step})
    found = recorded(run, 500)

    rows = list(found.history(["loss"], samples=20))

    assert len(rows) <= 20
    assert (rows[0]["_step"], rows[-1]["_step"]) == (0, 499)
    assert [row["loss"] for row in rows if row["_step"] == 321] == [99.0]
    assert {key for row in rows for key in row} == {"_step", "_time", "loss"}


def test_a_history_is_an_arrow_table(run: headwater.Run) -> None:
    run.log({"loss": 0.5})
    run.log({"loss": math.nan, "phase": "main", "mixed": 1})
    run.log({"epoch": 1, "mixed": "text"})

    table = recorded(run, 3).history().to_arrow()

    assert table.column_names == ["_step", "_time", "loss", "phase", "mixed", "epoch"]
    assert table["_step"].to_pylist() == [0, 1, 2]
    assert str(table["loss"].to_pylist()) == "[0.5, nan, None]"
    assert table["phase"].to_pylist() == [None, "main", None]
    assert table["mixed"].to_pylist() == [None, "1", '"text"']
    assert str(table.schema.field("epoch").type) == "int64"


def test_a_history_without_rows_is_an_empty_table(run: headwater.Run) -> None:
    found = headwater.Api().run(run.path)

    table = found.history().to_arrow()

    assert (table.column_names, table.num_rows) == (["_step", "_time"], 0)


def test_a_history_is_a_frame_of_pandas(run: headwater.Run) -> None:
    pytest.importorskip("pandas")
    run.log({"loss": 0.5})
    run.log({"loss": 0.25, "phase": "main"})

    frame = recorded(run, 2).history().to_pandas()

    assert list(frame.columns) == ["_step", "_time", "loss", "phase"]
    assert list(frame["loss"]) == [0.5, 0.25]


def test_a_history_is_a_frame_of_polars(run: headwater.Run) -> None:
    pytest.importorskip("polars")
    run.log({"loss": 0.5})
    run.log({"loss": 0.25, "phase": "main"})

    frame = recorded(run, 2).history().to_polars()

    assert frame.columns == ["_step", "_time", "loss", "phase"]
    assert frame["phase"].to_list() == [None, "main"]
