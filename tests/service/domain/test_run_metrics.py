"""Definitions of metrics, read out of a summary that holds what a program likes."""

from typing import Any

import pytest

from headwater._metrics import Metrics, metric
from headwater_service.domain.run_metrics import MetricGoal, MetricSummary, RunMetric, metrics_of


def test_what_the_sdk_sends_is_understood() -> None:
    metrics = Metrics()
    metrics.define(metric("val/*", step_metric="epoch", summary="min,mean", goal="minimize", hidden=True))
    metrics.define(metric("loss", step_sync=False))

    assert metrics_of({"loss": 1, "_metrics": metrics.document()}) == [
        RunMetric("val/*", "epoch", True, [MetricSummary.MIN, MetricSummary.MEAN], MetricGoal.MINIMIZE, True),
        RunMetric("loss", None, False, [], None, False),
    ]


@pytest.mark.parametrize(
    "document",
    [
        None,
        3,
        [],
        {"definitions": {}},
        {"definitions": [3, None, {}]},
        {
            "definitions": [
                {"name": "a", "stepMetric": None, "stepSync": True, "summary": ["x"], "goal": None, "hidden": False}
            ]
        },
        {
            "definitions": [
                {"name": "a", "stepMetric": 3, "stepSync": True, "summary": [], "goal": None, "hidden": False}
            ]
        },
    ],
)
def test_what_is_no_definition_is_left_out(document: Any) -> None:
    assert metrics_of({"_metrics": document}) == []
    assert len(Metrics(document)) == 0
