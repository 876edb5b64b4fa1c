"""What a program said of the metrics of its run: the axis of each, what its summary keeps, what is better.

The definitions travel in the run's summary, under a key of their own, so that they are kept and resumed with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

DOCUMENT: Final = "_metrics"


class MetricSummary(StrEnum):
    MIN = "MIN"
    MAX = "MAX"
    MEAN = "MEAN"
    FIRST = "FIRST"
    LAST = "LAST"
    BEST = "BEST"
    COPY = "COPY"
    NONE = "NONE"


class MetricGoal(StrEnum):
    MINIMIZE = "MINIMIZE"
    MAXIMIZE = "MAXIMIZE"


@dataclass(frozen=True, slots=True)
class RunMetric:
    """A definition. `name` is a metric, or the beginning of metrics followed by `*`."""

    name: str
    step_metric: str | None
    is_step_synced: bool
    summary: Sequence[MetricSummary]
    goal: MetricGoal | None
    is_hidden: bool


def metrics_of(summary: Mapping[str, Any]) -> list[RunMetric]:
    """Return the definitions in the summary of a run, in the order they were made.

    A summary holds what its program likes: what is no definition is left out.
    """
    match summary.get(DOCUMENT):
        case {"definitions": list(definitions)}:
            found = [_metric(definition) for definition in definitions]
            return [metric for metric in found if metric is not None]
    return []


def _metric(definition: object) -> RunMetric | None:
    match definition:
        case {
            "name": str(name),
            "stepMetric": (str() | None) as axis,
            "stepSync": bool(is_synced),
            "summary": list(summary),
            "goal": goal,
            "hidden": bool(is_hidden),
        }:
            try:
                kinds = [MetricSummary(str(kind).upper()) for kind in summary]
                aim = None if goal is None else MetricGoal(str(goal).upper())
            except ValueError:
                return None
            return RunMetric(name, axis, is_synced, kinds, aim, is_hidden)
    return None
