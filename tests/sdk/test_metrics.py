"""`define_metric`: what the summary keeps of the values of a key, and over which axis it is drawn."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

import headwater
from headwater._metrics import Followed, Metric, Metrics, metric
from headwater.errors import InvalidInputError


@pytest.fixture
def run() -> Iterator[headwater.Run]:
    with headwater.init(mode="disabled") as run:
        yield run


def log_all(run: headwater.Run, key: str, values: list[Any]) -> Any:
    for value in values:
        run.log({key: value})
    return run.summary.get(key)


@pytest.mark.parametrize(
    ("summary", "kept"),
    [
        ("min", {"min": 1}),
        ("max", {"max": 4}),
        ("mean", {"mean": 2.5}),
        ("first", {"first": 3}),
        ("last", {"last": 2}),
        ("best", {"best": 1}),
        ("min,max", {"min": 1, "max": 4}),
        (["mean", "LAST"], {"mean": 2.5, "last": 2}),
        ("copy", 2),
        ("none", None),
        (None, 2),
    ],
)
def test_the_summary_keeps_what_the_definition_says(run: headwater.Run, summary: Any, kept: Any) -> None:
    run.define_metric("loss", summary=summary)

    assert log_all(run, "loss", [3, 1, 4, 2]) == kept


def test_the_best_value_follows_the_goal(run: headwater.Run) -> None:
    run.define_metric("accuracy", summary="best", goal="maximize")

    assert log_all(run, "accuracy", [0.5, 0.75, 0.25]) == {"best": 0.75}


def test_values_that_are_no_numbers_spoil_no_figure(run: headwater.Run) -> None:
    run.define_metric("loss", summary="min,max,mean,first,last")

    assert log_all(run, "loss", ["none yet"]) == "none yet"
    (only_nan,) = {math.isnan(value) for value in log_all(run, "loss", [math.nan]).values()}
    assert only_nan
    kept = log_all(run, "loss", [2, math.nan, 4, "x"])
    assert math.isnan(kept.pop("first"))
    assert kept == {"min": 2, "max": 4, "mean": 3.0, "last": "x"}


def test_infinities_count(run: headwater.Run) -> None:
    run.define_metric("loss", summary="min,max,mean")

    assert log_all(run, "loss", [1, math.inf]) == {"min": 1, "max": math.inf, "mean": math.inf}


def test_a_key_follows_its_own_definition_else_its_longest_beginning(run: headwater.Run) -> None:
    run.define_metric("*", summary="last")
    run.define_metric("val/*", summary="min")
    run.define_metric("val/acc", summary="max")

    run.log({"loss": 1, "val/loss": 2, "val/acc": 3})
    run.log({"loss": 2, "val/loss": 3, "val/acc": 2})

    assert dict(run.summary) == {"loss": {"last": 2}, "val/loss": {"min": 2}, "val/acc": {"max": 3}}


def test_a_later_definition_adds_to_an_earlier_one_or_overwrites_it(run: headwater.Run) -> None:
    run.define_metric("loss", step_metric="epoch", summary="min", goal="minimize")

    merged = run.define_metric("loss", summary="max", hidden=True)
    fresh = run.define_metric("loss", summary="mean", overwrite=True)

    assert merged == Metric("loss", "epoch", True, ("max",), "minimize", True)
    assert fresh == Metric("loss", summary=("mean",))


def test_a_definition_after_values_knows_those_it_saw(run: headwater.Run) -> None:
    run.define_metric("loss", summary="min")
    log_all(run, "loss", [1, 3])

    run.define_metric("loss", summary="max,mean", overwrite=True)

    assert log_all(run, "loss", [2]) == {"max": 3, "mean": 2.0}


def test_records_get_the_last_value_of_their_axis(run: headwater.Run) -> None:
    seen: list[dict[str, Any]] = []
    metrics = Metrics()
    metrics.define(metric("train/*", step_metric="epoch"))
    metrics.define(metric("eval/*", step_metric="epoch", step_sync=False))

    for values in ({"train/loss": 3}, {"epoch": 1}, {"train/loss": 2}, {"eval/loss": 1}, {"train/a": 1, "epoch": 2}):
        record = dict(values)
        metrics.complete(record)
        metrics.summarise(record, {})
        seen.append(record)

    assert seen == [
        {"train/loss": 3},
        {"epoch": 1},
        {"train/loss": 2, "epoch": 1},
        {"eval/loss": 1},
        {"train/a": 1, "epoch": 2},
    ]


def test_a_definition_may_be_an_axis(run: headwater.Run) -> None:
    epoch = run.define_metric("epoch", hidden=True)

    assert run.define_metric("loss", step_metric=epoch).step_metric == "epoch"


def test_figures_go_on_after_a_resumption() -> None:
    metrics = Metrics()
    metrics.define(metric("loss", summary="mean,min"))
    metrics.define(metric("acc", summary="best", goal="maximize"))
    summary: dict[str, Any] = {}
    for values in ({"loss": 1.0, "acc": 0.9}, {"loss": 2.0, "acc": 0.8}):
        summary |= metrics.summarise(values, summary)

    again = Metrics(json.loads(json.dumps(metrics.document())))
    summary |= again.summarise({"loss": 6.0, "acc": 0.5}, summary)

    assert summary == {"loss": {"mean": 3.0, "min": 1.0}, "acc": {"best": 0.9}}
    assert again.document()["counts"] == {"loss": 3}


def test_what_a_resumption_was_not_told_to_track_counts_from_there() -> None:
    metrics = Metrics()
    metrics.define(metric("loss", summary="min"))

    assert metrics.summarise({"loss": 2}, {"loss": {"max": 9}}) == {"loss": {"min": 2}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a*b"}, r"may end in one '\*'"),
        ({"name": ""}, "name is ''"),
        ({"name": 3}, "name is 3"),
        ({"name": "a", "step_metric": "b*"}, "an axis is one key"),
        ({"name": "a", "step_metric": 3}, "step_metric is 3"),
        ({"name": "a", "summary": "median"}, "takes min, max, mean, first, last, best, copy, none"),
        ({"name": "a", "summary": "none,min"}, "'none' alone"),
        ({"name": "a", "summary": []}, r"summary is \[\]"),
        ({"name": "a", "goal": "higher"}, "must be 'minimize' or 'maximize'"),
    ],
)
def test_a_definition_that_says_nothing_possible_is_refused(
    run: headwater.Run, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        run.define_metric(**arguments)


def test_the_verb_defines_for_the_open_run(run: headwater.Run) -> None:
    headwater.define_metric("loss", summary="max")

    assert log_all(run, "loss", [2, 1]) == {"max": 2}


def test_the_summary_of_a_run_that_was_killed_is_told_by_its_records() -> None:
    metrics = Metrics()
    metrics.define(metric("loss", summary="min,mean"))
    followed = Followed(metrics.document())

    for step, loss in enumerate([3.0, 1.0]):
        followed.take({"step": step, "time": 0.0, "values": {"loss": loss, "lr": 0.5}})

    told = followed.document()
    assert told.pop("_metrics")["counts"] == {"loss": 2}
    assert told == {"loss": {"min": 1.0, "mean": 2.0}, "lr": 0.5, "_step": 1}
    assert Followed().document() == {}
