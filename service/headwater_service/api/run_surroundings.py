"""GraphQL: what surrounds a run — its console, the machine it ran on, the alerts it raised."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import errors
from headwater_service.api.connection import After, decode_cursor, encode_cursor
from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.people_mutations import OPERATION
from headwater_service.api.scalars import Json
from headwater_service.domain import console, run_alerts
from headwater_service.domain.history import HistoryRequest, read_history
from headwater_service.model import Instant
from headwater_service.store import run_alerts as store
from headwater_service.store.history import StreamKind
from headwater_service.store.run_alerts import AlertLevel

if TYPE_CHECKING:
    from headwater_service.api.runs import Run

MICROSECONDS = 1_000_000

describe(
    AlertLevel,
    "How much an alert matters.",
    {"INFO": "Good to know.", "WARN": "Somebody should look at it.", "ERROR": "Something went wrong."},
)


@strawberry.type(description="What a run wanted people to know.")
class RunAlert:
    id: strawberry.ID = strawberry.field(description="Opaque; the same for ever.")
    title: str = strawberry.field(description="What happened, in a line.")
    text: str = strawberry.field(description="More about it, in Markdown; may be empty.")
    level: AlertLevel = strawberry.field(description="How much it matters.")
    at: Instant = strawberry.field(description="When the server heard of it, by the clock of the database.")
    raised_at: Instant | None = strawberry.field(
        description="When it was raised, by the program's clock: earlier than `at` for a run that was offline."
    )

    @classmethod
    def from_model(cls, alert: store.RunAlert) -> "RunAlert":
        return cls(
            id=strawberry.ID(alert.id),
            title=alert.title,
            text=alert.text,
            level=alert.level,
            at=alert.at,
            raised_at=alert.raised_at,
        )


@strawberry.type(description="Lines that a process of a run wrote to its console at once.")
class ConsoleText:
    source: str = strawberry.field(description="`stdout` or `stderr`.")
    stream: str = strawberry.field(description="Which process wrote it: each has a stream of its own.")
    written_at: Instant = strawberry.field(description="When, by the clock of its machine.")
    text: str = strawberry.field(
        description="Whole lines, without the end of the last one. Of a line that was written over, its last state."
    )


@strawberry.type(description="Part of what a run wrote to its console, oldest first.")
class RunConsole:
    texts: list[ConsoleText] = strawberry.field(description="What was written, in the order of time.")
    end_cursor: str | None = strawberry.field(
        description="Position of the last text, to be sent as `after`, also to see what came later; null if none."
    )
    has_next_page: bool = strawberry.field(description="Whether more follow now; ask for them with `endCursor`.")


@strawberry.type(description="Part of what the machines of a run did, oldest first.")
class SystemMetrics:
    keys: list[str] = strawberry.field(description="What occurs in these samples, sorted.")
    samples: list[Json] = strawberry.field(description="One object a sample: `_time` (seconds since 1970) and values.")
    end_cursor: str | None = strawberry.field(description="Position of the last sample, to be sent as `after`.")
    has_next_page: bool = strawberry.field(description="Whether more follow now; ask for them with `endCursor`.")


async def system_metrics_of(
    info: Info, run_id: str, keys: list[str] | None, first: int, after: str | None
) -> SystemMetrics:
    """Read a page of what the machines of a run did."""
    context = info.context
    # Milliseconds since 1970 are more than GraphQL's Int holds, so a page ends at a cursor, not at a step.
    position = None if after is None else _milliseconds(decode_cursor(after))
    request = HistoryRequest(keys=keys, first=first, after=position, kind=StreamKind.SYSTEM)
    found = await read_history(context.graph, context.objects, context.viewer, run_id, request)
    samples = [Json({key: value for key, value in row.items() if key != "_step"}) for row in found.rows]
    return SystemMetrics(
        keys=sorted(found.keys),
        samples=samples,
        end_cursor=after if found.end_step is None else encode_cursor(str(found.end_step)),
        has_next_page=found.has_next,
    )


def _milliseconds(position: str) -> int:
    try:
        return int(position)
    except ValueError as error:
        raise errors.InvalidInputError("`after` is not a cursor of this listing.", field="after") from error


async def console_of(info: Info, run_id: str, first: int, after: After) -> RunConsole:
    """Read a page of a run's console."""
    context = info.context
    position = None if after is None else decode_cursor(after)
    page = await console.read_console(
        context.graph, context.objects, context.viewer, run_id, first=first, after=position
    )
    texts = [
        ConsoleText(source=one.source, stream=one.stream, written_at=_instant(one.time), text=one.text)
        for one in page.items
    ]
    return RunConsole(
        texts=texts,
        end_cursor=encode_cursor(page.cursors[-1]) if page.cursors else after,
        has_next_page=page.has_next,
    )


def _instant(seconds: float) -> Instant:
    # What no calendar holds is the end of it: such a clock tells nothing.
    limit = int(datetime.max.replace(tzinfo=UTC).timestamp())
    return Instant(int(min(max(seconds, 0.0), limit) * MICROSECONDS))


@strawberry.input(description="What people should know of a run.")
class RaiseAlertInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    run_id: strawberry.ID = strawberry.field(description="The run that it is about; at most 1,000 alerts each.")
    title: str = strawberry.field(description="What happened: 1 to 256 characters.")
    text: str = strawberry.field(description="More about it, in Markdown: at most 10,000 characters.", default="")
    level: AlertLevel = strawberry.field(description="How much it matters.", default=AlertLevel.INFO)
    raised_at: Instant | None = strawberry.field(
        description="By the program's clock, for runs that were recorded offline. Only kept.", default=None
    )


@strawberry.type(description="An alert that was raised.")
class RaiseAlertPayload:
    alert: RunAlert = strawberry.field(description="What people are told now; a replay gets the same.")
    run: Annotated["Run", strawberry.lazy("headwater_service.api.runs")] = strawberry.field(
        description="The run that raised it."
    )


RaiseAlertResult = Annotated[
    RaiseAlertPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RaiseAlertResult", description="The alert, or why there is none."),
]


@strawberry.type
class AlertMutation:
    @mutation("Tell people something about a run. It is an event of its project, too.")
    async def raise_alert(
        self,
        info: Info,
        input: Annotated[RaiseAlertInput, strawberry.argument(description="The run and what people should know.")],
    ) -> RaiseAlertResult:
        from headwater_service.api.runs import Run

        context = info.context
        alert, run, container = await run_alerts.raise_alert(
            context.graph,
            context.viewer,
            input.run_id,
            title=input.title,
            text=input.text,
            level=input.level,
            raised_at=input.raised_at,
            operation=input.operation_id,
        )
        context.forget()
        run_type = Run.from_model(run, container, context.public_url)
        return RaiseAlertPayload(alert=RunAlert.from_model(alert), run=run_type)
