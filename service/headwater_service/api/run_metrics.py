"""GraphQL: what a program said of the metrics of its run."""

import strawberry

from headwater_service.api.enums import describe
from headwater_service.domain import run_metrics
from headwater_service.domain.run_metrics import MetricGoal, MetricSummary

describe(
    MetricSummary,
    "What the summary keeps of the values of a metric. NaN counts for FIRST and LAST alone.",
    {
        "MIN": "The smallest one.",
        "MAX": "The largest one.",
        "MEAN": "Their mean.",
        "FIRST": "The first one.",
        "LAST": "The last one.",
        "BEST": "The smallest or the largest one, as the goal says.",
        "COPY": "The last one, not as a field of an object but in its place.",
        "NONE": "Nothing.",
    },
)
describe(
    MetricGoal,
    "Which of two values of a metric is better.",
    {"MINIMIZE": "The smaller one.", "MAXIMIZE": "The larger one."},
)


@strawberry.type(description="How the values of metrics of a run are to be drawn and summarised, as its program says.")
class RunMetric:
    name: str = strawberry.field(
        description="The metric, or the beginning of metrics followed by `*`; a metric follows the longest that fits."
    )
    step_metric: str | None = strawberry.field(
        description="The metric whose values are the horizontal axis; null for the steps."
    )
    is_step_synced: bool = strawberry.field(
        description="Whether a record without a value of `stepMetric` was given its last one."
    )
    summary: list[MetricSummary] = strawberry.field(
        description="What the summary keeps, as fields of an object; empty when unsaid, which means COPY."
    )
    goal: MetricGoal | None = strawberry.field(description="What is better; null when unsaid, which means MINIMIZE.")
    is_hidden: bool = strawberry.field(description="Whether charts leave it out until somebody asks for it.")

    @classmethod
    def from_model(cls, metric: run_metrics.RunMetric) -> "RunMetric":
        return cls(
            name=metric.name,
            step_metric=metric.step_metric,
            is_step_synced=metric.is_step_synced,
            summary=list(metric.summary),
            goal=metric.goal,
            is_hidden=metric.is_hidden,
        )
