"""GraphQL: what a run measured, as rows and as series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import strawberry

from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.scalars import Json, Step, step_of
from headwater_service.domain.documents import to_json
from headwater_service.domain.history import History, HistoryRequest, read_history
from headwater_service.domain.history_samples import SampleRequest, Series, rows_of, sample_history, series_of
from headwater_service.errors import InvalidInputError

MOST_ROWS: Final = 10_000

HistoryKeys = Annotated[
    list[str] | None,
    strawberry.argument(description="Only steps with one of these metrics, and only these; null gives all."),
]
Samples = Annotated[
    int | None,
    strawberry.argument(
        description="At most so many points of each metric, 4 to 10,000, from all steps wanted: the first and the "
        "last, and of equal stretches of steps the lowest and the highest. Null gives pages of every row."
    ),
]
MinStep = Annotated[Step | None, strawberry.argument(description="The first step wanted.")]
MaxStep = Annotated[Step | None, strawberry.argument(description="The last step wanted.")]
FirstRows = Annotated[
    int, strawberry.argument(description="Most rows in the answer: 1 to 10,000. Without effect on samples.")
]
AfterStep = Annotated[
    Step | None, strawberry.argument(description="`endCursor` of the page before. Without effect on samples.")
]


@strawberry.type(description="One metric of a run, by columns: the three lists are of one length.")
class HistorySeries:
    key: str = strawberry.field(description="The metric, as `log` named it.")
    count: int = strawberry.field(
        description="How many values were logged in the steps asked for; more than are given if they are samples."
    )
    steps: Json = strawberry.field(description="List of whole numbers, rising.")
    times: Json = strawberry.field(description="List of seconds since 1970, by the program's clock.")
    values: Json = strawberry.field(description="List of what was logged.")

    @classmethod
    def from_series(cls, series: Series) -> "HistorySeries":
        points = series.points
        return cls(
            key=series.key,
            count=series.count,
            steps=Json([point.step for point in points]),
            times=Json([to_json(point.time) for point in points]),
            values=Json([to_json(point.value) for point in points]),
        )


@strawberry.type(description="Part of what a run measured step by step.")
class RunHistory:
    keys: list[str] = strawberry.field(description="Every metric that occurs in this part, sorted.")
    end_cursor: Step | None = strawberry.field(
        description="The last step given, to be sent as `after`; null if none, and for samples."
    )
    has_next_page: bool = strawberry.field(
        description="Whether later steps follow; ask for them with `endCursor`. False for samples."
    )
    found: strawberry.Private["_Found"]

    @resolved("One object a step: `_step`, `_time` (seconds since 1970) and the metrics given for it.")
    def rows(self) -> list[Json]:
        if isinstance(self.found, History):
            return [Json(row) for row in self.found.rows]
        return [Json(row) for row in rows_of(self.found)]

    @resolved("The same by metric, which is what a chart takes.")
    def series(self) -> list[HistorySeries]:
        series = series_of(self.found.rows) if isinstance(self.found, History) else self.found
        return [HistorySeries.from_series(one) for one in series]


_Found = History | Sequence[Series]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The arguments of `history`."""

    keys: list[str] | None
    samples: int | None
    min_step: int | None
    max_step: int | None
    first: int
    after: int | None


async def history_of(info: Info, run_id: str, wanted: Wanted) -> RunHistory:
    """Return a page of a run's history, or samples of all of it."""
    context = info.context
    if wanted.samples is not None:
        request = SampleRequest(
            samples=wanted.samples, keys=wanted.keys, min_step=wanted.min_step, max_step=wanted.max_step
        )
        series = await sample_history(context.graph, context.objects, context.viewer, run_id, request)
        return RunHistory(keys=[one.key for one in series], end_cursor=None, has_next_page=False, found=series)
    if not 1 <= wanted.first <= MOST_ROWS:
        raise InvalidInputError(
            f"`first` is {wanted.first}; a history page has 1 to {MOST_ROWS:,} rows.", field="first"
        )
    page = HistoryRequest(
        keys=wanted.keys, min_step=wanted.min_step, max_step=wanted.max_step, first=wanted.first, after=wanted.after
    )
    found = await read_history(context.graph, context.objects, context.viewer, run_id, page)
    return RunHistory(
        keys=sorted(found.keys), end_cursor=step_of(found.end_step), has_next_page=found.has_next, found=found
    )
