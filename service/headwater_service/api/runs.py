"""GraphQL types: runs, their files and their history."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import model
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.containers import Project
from headwater_service.api.context import Info
from headwater_service.api.deletion import Ending
from headwater_service.api.fields import resolved
from headwater_service.api.inputs import EarliestFirst, NeighboursWanted, OfNeighbours, VersionFilter
from headwater_service.api.lineage import lineage_of
from headwater_service.api.lineage_node import LineageNode
from headwater_service.api.node import Node
from headwater_service.api.people import User
from headwater_service.api.recalls import Recall
from headwater_service.api.run_history import (
    AfterStep,
    FirstRows,
    HistoryKeys,
    MaxStep,
    MinStep,
    RunHistory,
    Samples,
    Wanted,
    history_of,
)
from headwater_service.api.run_metrics import RunMetric
from headwater_service.api.run_surroundings import (
    RunAlert,
    RunConsole,
    SystemMetrics,
    console_of,
    system_metrics_of,
)
from headwater_service.api.scalars import Json
from headwater_service.domain import locations
from headwater_service.domain.lineage import LineageKind
from headwater_service.domain.run_metrics import metrics_of
from headwater_service.model import Instant, RunState
from headwater_service.store.filters import OrderDirection

Prefix = Annotated[
    str | None, strawberry.argument(description="Only paths that begin so, such as `media/`; null gives all.")
]

if TYPE_CHECKING:
    from headwater_service.api.versions import FileConnection, InputConnection, OutputConnection


@strawberry.type(description="One execution of a program, with what it was given, what it measured and what it made.")
class Run(Node, LineageNode):
    key: str = strawberry.field(description="Eight characters that users see as the run's id; unique in its project.")
    name: str = strawberry.field(description="Shown to people; need not be unique.")
    path: str = strawberry.field(description="`entity/project/key`, as every `path` argument takes it.")
    job_type: str | None = strawberry.field(
        description="The step of a pipeline it carries out, such as `train`, as its author says; null if unsaid."
    )
    group: str | None = strawberry.field(description="What ties runs of one experiment together; null if unsaid.")
    tags: list[str] = strawberry.field(description="Free labels for filters.")
    notes: str = strawberry.field(description="Free text for people, in Markdown; may be empty.")
    state: RunState = strawberry.field(description="Whether it still goes on, and if not, how it ended.")
    host: str | None = strawberry.field(description="Name of the machine, as the program told it.")
    command: str | None = strawberry.field(description="Command line that started the program.")
    git_commit: str | None = strawberry.field(description="Revision of the code that was checked out.")
    git_remote: str | None = strawberry.field(description="Address of the repository of that revision.")
    started_at: Instant = strawberry.field(
        description="When it began by the program's clock, if it said so: an offline run is created later, by its sync."
    )
    heartbeat_at: Instant | None = strawberry.field(description="When the server last heard of it.")
    finished_at: Instant | None = strawberry.field(
        description="When it ended, by the program's clock if it said so; null while it goes on."
    )
    exit_code: int | None = strawberry.field(description="What the process returned; null while it goes on.")
    container: strawberry.Private[model.Container]
    creator_id: strawberry.Private[str | None]

    @classmethod
    def from_model(
        cls, run: model.Run, container: model.Container, public_url: str, *, distance: int | None = None
    ) -> "Run":
        return cls(
            id=strawberry.ID(run.id),
            kind=LineageKind.RUN,
            label=run.name,
            url=locations.run_url(public_url, container, run.key),
            created_at=run.created_at,
            distance=distance,
            is_deleted=run.ended_at is not None,
            key=run.key,
            name=run.name,
            path=f"{container.path}/{run.key}",
            job_type=run.job_type,
            group=run.group,
            tags=list(run.tags),
            notes=run.notes,
            state=run.state,
            host=run.host,
            command=run.command,
            git_commit=run.git_commit,
            git_remote=run.git_remote,
            started_at=run.created_at if run.started_at is None else run.started_at,
            heartbeat_at=run.heartbeat_at,
            finished_at=run.finished_at,
            exit_code=run.exit_code,
            container=container,
            creator_id=run.created_by,
        )

    @resolved(
        "What is wrong with what it was given: recalls of all that is upstream of it, critical ones first, then the "
        "nearest; at most 100. An error when that can't be told, because too much is upstream, and never an empty list."
    )
    async def recalls(self, info: Info) -> list[Recall]:
        return await info.context.loaders.recalls(self.id)

    @resolved("Where it lies.")
    def project(self, info: Info) -> Project:
        return Project.from_model(self.container, info.context.public_url)

    @resolved("Who started it; null when the account is gone.")
    async def created_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.creator_id)

    @resolved("What it was given: one JSON object, as the program last set it.")
    async def config(self, info: Info) -> Json:
        return Json((await info.context.loaders.run_documents(self.id))[0])

    @resolved("What it came to: one JSON object, the last value of each metric unless the program set another.")
    async def summary(self, info: Info) -> Json:
        return Json((await info.context.loaders.run_documents(self.id))[1])

    @resolved("What its program said of its metrics, in that order.")
    async def metrics(self, info: Info) -> list[RunMetric]:
        _, summary = await info.context.loaders.run_documents(self.id)
        return [RunMetric.from_model(metric) for metric in metrics_of(summary)]

    @resolved("Versions it consumed, in that order; a registry version is listed as itself.")
    async def inputs(
        self,
        info: Info,
        filter: Annotated[VersionFilter | None, OfNeighbours] = None,
        direction: EarliestFirst = OrderDirection.ASC,
        first: First = 50,
        after: After = None,
    ) -> Annotated["InputConnection", strawberry.lazy("headwater_service.api.versions")]:
        wanted = NeighboursWanted(filter, direction)
        return await info.context.listings.inputs(self.id, wanted, first=first, after=after)

    @resolved("Versions it produced, in that order.")
    async def outputs(
        self,
        info: Info,
        filter: Annotated[VersionFilter | None, OfNeighbours] = None,
        direction: EarliestFirst = OrderDirection.ASC,
        first: First = 50,
        after: After = None,
    ) -> Annotated["OutputConnection", strawberry.lazy("headwater_service.api.versions")]:
        wanted = NeighboursWanted(filter, direction)
        return await info.context.listings.outputs(self.id, wanted, first=first, after=after)

    @resolved("What was saved beside its artifacts: media and single files, by path.")
    async def files(
        self, info: Info, prefix: Prefix = None, first: First = 50, after: After = None
    ) -> Annotated["FileConnection", strawberry.lazy("headwater_service.api.versions")]:
        return await info.context.listings.run_files(self, prefix or "", first=first, after=after)

    @resolved("What it measured, step by step; of a metric logged twice at a step the later value.")
    async def history(
        self,
        info: Info,
        keys: HistoryKeys = None,
        samples: Samples = None,
        min_step: MinStep = None,
        max_step: MaxStep = None,
        first: FirstRows = 1000,
        after: AfterStep = None,
    ) -> RunHistory:
        wanted = Wanted(keys=keys, samples=samples, min_step=min_step, max_step=max_step, first=first, after=after)
        return await history_of(info, self.id, wanted)

    @resolved("What its processes wrote to stdout and stderr, put together in the order of time.")
    async def console(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="Most texts in the answer: 1 to 10,000.")] = 1000,
        after: After = None,
    ) -> RunConsole:
        return await console_of(info, self.id, first, after)

    @resolved(
        "What the machine did meanwhile (`cpu`, `memory`, `gpu.0.utilization`, …): percent, bytes, degrees Celsius, "
        "watts; counts of bytes since the run began."
    )
    async def system_metrics(
        self,
        info: Info,
        keys: Annotated[
            list[str] | None,
            strawberry.argument(description="Only samples of one of these, and only these; null gives all."),
        ] = None,
        first: Annotated[int, strawberry.argument(description="Most samples in the answer: 1 to 10,000.")] = 1000,
        after: After = None,
    ) -> SystemMetrics:
        return await system_metrics_of(info, self.id, keys, first, after)

    @resolved("What it wanted people to know, oldest first; at most 1,000.")
    async def alerts(self, info: Info) -> list[RunAlert]:
        return await info.context.loaders.alerts(self.id)

    @resolved("How it was deleted; null while it is there. How the execution itself ended is `state`.")
    async def ending(self, info: Info) -> Ending | None:
        return await info.context.loaders.ending(self.id)

    lineage = resolved("What it came from, what came of it, or both, as far as the viewer may see.")(lineage_of)


@strawberry.type(description="A run on a page.")
class RunEdge(Edge):
    node: Run = strawberry.field(description="The run at this position.")


@strawberry.type(description="A page of runs.")
class RunConnection(Connection):
    edges: list[RunEdge] = strawberry.field(description="The runs of this page, in the order asked for.")
