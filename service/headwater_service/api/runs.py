"""GraphQL types: runs, their files and their history."""

import strawberry

from headwater_service import model
from headwater_service.api.connection import Connection, Edge
from headwater_service.api.lineage_node import LineageNode
from headwater_service.api.node import Node
from headwater_service.api.scalars import Json
from headwater_service.domain import locations
from headwater_service.domain.lineage import LineageKind
from headwater_service.model import Instant, RunState


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
    heartbeat_at: Instant | None = strawberry.field(description="When the server last heard of it.")
    finished_at: Instant | None = strawberry.field(description="When it ended; null while it goes on.")
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
            heartbeat_at=run.heartbeat_at,
            finished_at=run.finished_at,
            exit_code=run.exit_code,
            container=container,
            creator_id=run.created_by,
        )


@strawberry.type(description="A run on a page.")
class RunEdge(Edge):
    node: Run = strawberry.field(description="The run at this position.")


@strawberry.type(description="A page of runs.")
class RunConnection(Connection):
    edges: list[RunEdge] = strawberry.field(description="The runs of this page, in the order asked for.")


@strawberry.type(description="Part of what a run measured step by step.")
class RunHistory:
    keys: list[str] = strawberry.field(description="Every metric that occurs in these rows, sorted.")
    rows: list[Json] = strawberry.field(
        description="One object a step: `_step`, `_time` (seconds since 1970) and the metrics logged at it."
    )
    end_cursor: int | None = strawberry.field(description="The last step given, to be sent as `after`; null if none.")
    has_next_page: bool = strawberry.field(description="Whether later steps follow; ask for them with `endCursor`.")
