"""What `log` makes of its input. Nothing that is logged ends a training: it is kept, or left out and named."""

import dataclasses
import math
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import headwater
from headwater._recorder import LARGEST_STEP, MANY_KEYS, MOST_KEYS
from headwater.errors import InvalidInputError


@pytest.fixture
def run() -> Iterator[headwater.Run]:
    with headwater.init(mode="disabled") as run:
        yield run


def test_keys_of_nested_values_are_joined(run: headwater.Run) -> None:
    run.log({"a": 1, "b": {"c": 2, "d": {"e": np.float32(0.5)}}, "empty": {}})

    assert dict(run.summary) == {"a": 1, "b/c": 2, "b/d/e": 0.5}


def test_fields_of_an_object_are_nested_values(run: headwater.Run) -> None:
    @dataclasses.dataclass
    class Scores:
        f1: float
        auc: float

    run.log({"val": Scores(0.5, 0.75)})
    run.log(Scores(1.0, 1.0))  # type: ignore[arg-type]

    assert dict(run.summary) == {"val/f1": 0.5, "val/auc": 0.75, "f1": 1.0, "auc": 1.0}


def test_every_kind_of_scalar_is_kept_as_it_is(run: headwater.Run) -> None:
    values = {"text": "x", "yes": True, "no": np.bool_(False), "none": None, "up": math.inf, "down": -math.inf}

    run.log({**values, "nan": math.nan})

    assert math.isnan(run.summary.pop("nan"))
    assert dict(run.summary) == values
    assert type(run.summary["no"]) is bool


def test_times_of_numpy_are_times_in_every_unit(run: headwater.Run) -> None:
    for unit in ("s", "us", "ns"):
        at, span = np.datetime64("2026-11-03T12:00:00", unit), np.timedelta64(90, "s").astype(f"m8[{unit}]")
        run.log({"at": at, "span": span, "many": np.array([at, "NaT"], dtype=at.dtype)})

        assert dict(run.summary) == {"at": "2026-11-03T12:00:00", "span": 90.0, "many": ["2026-11-03T12:00:00", None]}


def test_what_cannot_be_logged_is_named_once_with_its_path_and_the_rest_is_kept(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for step in range(2):
        run.log({"loss": step, "a": {"model": object()}, "rows": [[1, 2], [3, {"x": 1j}]]})

    assert dict(run.summary) == {"loss": 1}
    assert run.step == 2
    assert capsys.readouterr().err.splitlines() == [
        "log leaves out 'a/model': 'a/model' is a builtins.object, which cannot be logged. Log numbers, texts, truth "
        "values, lists of them, histograms, images, tables or plots.",
        "log leaves out 'rows': 'rows[1][1]/x' is a builtins.complex, which cannot be logged. Log numbers, texts, "
        "truth values, lists of them, histograms, images, tables or plots.",
    ]


def test_an_object_that_fails_when_asked_is_left_out(run: headwater.Run, capsys: pytest.CaptureFixture[str]) -> None:
    class Lost:
        def __float__(self) -> float:
            raise RuntimeError("the device is gone")

    run.log({"lost": Lost(), "big": 10**400, "kept": 1})

    assert dict(run.summary) == {"kept": 1}
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in told] == ["log leaves out 'lost'", "log leaves out 'big'"]
    assert "RuntimeError: the device is gone" in told[0]


def test_values_that_hold_themselves_are_left_out(run: headwater.Run, capsys: pytest.CaptureFixture[str]) -> None:
    nested: dict[str, Any] = {"x": 1}
    nested["again"] = nested
    listed: list[Any] = []
    listed.append(listed)

    run.log({"loss": 1, "listed": listed})
    run.log({"nested": nested, "loss": 2})

    assert run.summary["loss"] == 2
    assert all(len(key) < 500 for key in run.summary)
    assert capsys.readouterr().err.count("or holds itself") == 2


def test_what_holds_itself_more_than_once_is_left_out_at_once(run: headwater.Run) -> None:
    class Node(dict[str, Any]):
        asked = 0

        def items(self) -> Any:
            Node.asked += 1
            if Node.asked > 100:
                pytest.fail("it would go on for ever")
            return super().items()

    node = Node(x=1)
    node["parent"], node["child"] = node, node

    run.log({"node": node, "loss": 1})

    assert dict(run.summary) == {"node/x": 1, "loss": 1}


def test_after_some_keys_the_others_that_are_left_out_are_not_named(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log({f"bad{number}": object() for number in range(100)})

    told = capsys.readouterr().err.splitlines()
    assert len([line for line in told if line.startswith("log leaves out")]) == 11
    assert told[-1] == "Of further keys that are left out nothing is said."


def test_keys_that_are_no_texts_become_texts_with_a_notice(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log({1: 0.5, ("a", 2): 1, "deep": {3: 4}})  # type: ignore[dict-item]

    assert dict(run.summary) == {"1": 0.5, "('a', 2)": 1, "deep/3": 4}
    assert capsys.readouterr().err.splitlines() == [
        "log takes the key 1 for the text '1': keys of what is logged are texts."
    ]


def test_keys_of_headwater_itself_are_left_out(run: headwater.Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.log({"_step": 7, "": 1, "loss": 2})

    assert dict(run.summary) == {"loss": 2}
    assert run.step == 1
    assert "'_step' is a key of Headwater's own" in capsys.readouterr().err


def test_a_fraction_as_a_step_is_rounded_down_with_a_notice(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log({"a": 1}, step=2.0)  # type: ignore[arg-type]
    run.log({"a": 2}, step=np.int64(3))  # type: ignore[arg-type]
    assert capsys.readouterr().err == ""

    run.log({"a": 3}, step=3.5)  # type: ignore[arg-type]

    assert run.step == 4
    assert capsys.readouterr().err.startswith("log(step=3.5) is recorded at step 3: steps are whole numbers.")


def test_a_step_below_zero_is_left_out_and_one_beyond_all_is_an_error(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log({"a": 1}, step=-1)
    with pytest.raises(InvalidInputError, match="the largest one is"):
        run.log({"a": 2}, step=LARGEST_STEP + 1)
    run.log({"a": 3})

    assert (dict(run.summary), run.step) == ({"a": 3}, 1)
    assert capsys.readouterr().err.startswith("log(step=-1) is below 0, where steps begin, and is left out")


def test_at_the_end_a_run_tells_how_many_calls_came_too_late(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init(mode="disabled") as run:
        run.log({"a": 1}, step=10)
        for step in range(5):
            run.log({"a": 1}, step=step)

    assert capsys.readouterr().err.splitlines()[-1] == "5 calls of log came after a later step and were left out."


def test_more_keys_than_anybody_looks_at_are_told_once_and_kept(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(MANY_KEYS + 2):
        run.log({f"loss_of_{number}": number})

    assert len(run.summary) == MANY_KEYS + 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("This run logs more than 10,000 different keys.")


def test_beyond_the_most_keys_of_a_run_new_ones_are_left_out(
    run: headwater.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log({f"row {number}": 1 for number in range(MOST_KEYS)})
    run.log({"row 3": 2, "one more": 1, "another": 1})

    assert len(run.summary) == MOST_KEYS
    assert (run.summary["row 3"], "one more" in run.summary) == (2, False)
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in told] == [
        "This run logs more than 10,000 different keys. All are kept, but each is a chart of its own",
        "This run logs more than 50,000 different keys",
    ]
    assert "new ones are left out, such as 'one more'" in told[1]


def test_threads_that_log_at_once_get_steps_of_their_own(run: headwater.Run) -> None:
    class Slow:
        def __float__(self) -> float:
            time.sleep(0.001)
            return 1.0

    def work() -> None:
        for _ in range(20):
            run.log({"a": Slow()})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert run.step == 80


def test_what_logs_while_it_is_logged_blocks_nothing(run: headwater.Run) -> None:
    class Chatty:
        def __float__(self) -> float:
            run.log({"inner": 1})
            return 2.0

    thread = threading.Thread(target=lambda: run.log({"outer": Chatty()}), daemon=True)
    thread.start()
    thread.join(10)

    assert not thread.is_alive()
    assert dict(run.summary) == {"inner": 1, "outer": 2.0}
