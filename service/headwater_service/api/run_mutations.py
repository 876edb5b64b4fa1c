"""GraphQL mutations: projects and runs."""

from typing import Annotated, Any, cast

import strawberry

from headwater_service.api.containers import Project
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
from headwater_service.api.runs import Run
from headwater_service.api.scalars import ByteCount, Digest, Json
from headwater_service.domain import containers, documents, run_files, runs
from headwater_service.domain.runs import RunResume
from headwater_service.model import Instant, JsonObject, RunState

describe(
    RunResume,
    "What to do when a run of the key given exists in the project.",
    {
        "NEVER": "Refuse with a ConflictError.",
        "ALLOW": "Go on with it; if it does not exist, start it.",
        "MUST": "Go on with it; if it does not exist, refuse with a NotFoundError.",
    },
)


@strawberry.input(description="The project to make.")
class CreateProjectInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    entity: str | None = strawberry.field(description="Name of its owner; null: the viewer's own entity.", default=None)
    name: str = strawberry.field(
        description="1 to 128 characters without `/`, `:`, `@`; unique among projects and registries of the entity."
    )
    description: str = strawberry.field(description="Free text for people, in Markdown.", default="")


@strawberry.type(description="A project that exists now.")
class CreateProjectPayload:
    project: Project = strawberry.field(description="The new project, or as it was if it existed before.")


@strawberry.input(description="What a program tells when it starts.")
class StartRunInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    project: str = strawberry.field(description="`entity/project`, or `project` of the viewer's own; made if unknown.")
    key: str = strawberry.field(description="1 to 64 characters of `[A-Za-z0-9_-]`, unique in the project.")
    name: str | None = strawberry.field(
        description="Shown to people; null: two words and a number, given by the server.", default=None
    )
    job_type: str | None = strawberry.field(description="The step of a pipeline, such as `train`.", default=None)
    group: str | None = strawberry.field(description="What ties runs of one experiment together.", default=None)
    tags: list[str] | None = strawberry.field(description="Free labels, at most 100.", default=None)
    notes: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    config: Json | None = strawberry.field(description="Object of what the run was given.", default=None)
    host: str | None = strawberry.field(description="Name of the machine.", default=None)
    command: str | None = strawberry.field(description="Command line that started the program.", default=None)
    git_commit: str | None = strawberry.field(description="Revision of the code that is checked out.", default=None)
    git_remote: str | None = strawberry.field(description="Address of the repository of it.", default=None)
    started_at: Instant | None = strawberry.field(
        description="By the program's clock. Only kept and shown, never sorted by.",
        default=None,
    )
    resume: RunResume = strawberry.field(
        description="Whether to go on with the run that has this key.", default=RunResume.NEVER
    )


@strawberry.type(description="A run that goes on.")
class StartRunPayload:
    run: Run = strawberry.field(description="The run, new or resumed.")
    is_resumed: bool = strawberry.field(description="Whether it existed before.")


@strawberry.input(description="What people wrote about a run. What is null or left out is not meant.")
class RunFactsInput:
    name: str | None = strawberry.field(description="Shown to people.", default=None)
    notes: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    job_type: str | None = strawberry.field(description="The step of a pipeline, such as `train`.", default=None)
    group: str | None = strawberry.field(description="What ties runs of one experiment together.", default=None)
    tags: list[str] | None = strawberry.field(description="All its labels, in any order.", default=None)


@strawberry.input(description="What to change of a run. What is null or left out stays as it is.")
class UpdateRunInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    run_id: strawberry.ID = strawberry.field(description="Which run.")
    name: str | None = strawberry.field(description="Shown to people.", default=None)
    notes: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    job_type: str | None = strawberry.field(description="The step of a pipeline, such as `train`.", default=None)
    group: str | None = strawberry.field(description="What ties runs of one experiment together.", default=None)
    tags: list[str] | None = strawberry.field(description="Free labels, in place of all it has.", default=None)
    config: Json | None = strawberry.field(
        description="Object whose keys replace those of the config; a key with null removes one.", default=None
    )
    summary: Json | None = strawberry.field(
        description="Object whose keys replace those of the summary; a key with null removes one.", default=None
    )
    expected: RunFactsInput | None = strawberry.field(
        description="Facts as the caller knows them; a ConflictError that says what is there if one is another by now.",
        default=None,
    )


@strawberry.type(description="A run after a change.")
class UpdateRunPayload:
    run: Run = strawberry.field(description="The run as it is now.")


@strawberry.input(description="How a run ended.")
class FinishRunInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    run_id: strawberry.ID = strawberry.field(description="Which run.")
    exit_code: int = strawberry.field(description="What the process returned; 0 is success.")
    state: RunState | None = strawberry.field(
        description="FINISHED, FAILED, KILLED or CRASHED; null: FINISHED for exit code 0, else FAILED.", default=None
    )
    finished_at: Instant | None = strawberry.field(
        description="By the program's clock, for runs that were recorded offline; null, or later than now: now.",
        default=None,
    )
    summary: Json | None = strawberry.field(
        description="Object whose keys replace those of the summary; a key with null removes one.", default=None
    )


@strawberry.type(description="A run that ended.")
class FinishRunPayload:
    run: Run = strawberry.field(description="The run with its last state.")


@strawberry.input(description="A file whose bytes are uploaded.")
class RunFileInput:
    path: str = strawberry.field(description="Where it lies in the run, with `/`; replaces the file that is there.")
    digest: Digest = strawberry.field(description="Digest of its bytes.")
    size: ByteCount = strawberry.field(description="Number of its bytes.")


@strawberry.input(description="What to keep beside a run's artifacts.")
class AttachRunFilesInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    run_id: strawberry.ID = strawberry.field(description="Which run.")
    files: list[RunFileInput] = strawberry.field(description="At most 1,000.")


@strawberry.type(description="The run after it was given more.")
class AttachRunFilesPayload:
    run: Run = strawberry.field(description="The run that holds them now.")


CreateProjectResult = Annotated[
    CreateProjectPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("CreateProjectResult", description="The project, or why there is none."),
]
StartRunResult = Annotated[
    StartRunPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("StartRunResult", description="The run, or why it did not start."),
]
UpdateRunResult = Annotated[
    UpdateRunPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("UpdateRunResult", description="The changed run, or why nothing changed."),
]
FinishRunResult = Annotated[
    FinishRunPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("FinishRunResult", description="The ended run, or why it did not end."),
]
AttachRunFilesResult = Annotated[
    AttachRunFilesPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("AttachRunFilesResult", description="The run with its files, or why it did not get them."),
]


@strawberry.type
class RunMutation:
    @mutation("Make a project; one that exists is returned as it is.")
    async def create_project(
        self,
        info: Info,
        input: Annotated[CreateProjectInput, strawberry.argument(description="The project to make.")],
    ) -> CreateProjectResult:
        context = info.context
        project = await containers.create_project(
            context.graph,
            context.viewer,
            input.entity,
            input.name,
            input.description,
            operation=input.operation_id,
        )
        context.forget()
        return CreateProjectPayload(project=Project.from_model(project, context.public_url))

    @mutation("Start a run, or go on with one.")
    async def start_run(
        self,
        info: Info,
        input: Annotated[StartRunInput, strawberry.argument(description="What the program tells of itself.")],
    ) -> StartRunResult:
        context = info.context
        started = await runs.start_run(
            context.graph,
            context.viewer,
            _start(input),
            operation=input.operation_id,
            document_bytes=context.settings.metadata_bytes,
        )
        context.forget()
        run = Run.from_model(started.run, started.container, context.public_url)
        return StartRunPayload(run=run, is_resumed=started.is_resumed)

    @mutation("Change what people wrote about a run, or its config and summary.")
    async def update_run(
        self,
        info: Info,
        input: Annotated[UpdateRunInput, strawberry.argument(description="The run and what to change of it.")],
    ) -> UpdateRunResult:
        context = info.context
        run, container = await runs.update_run(
            context.graph,
            context.viewer,
            input.run_id,
            _change(input),
            operation=input.operation_id,
            document_bytes=context.settings.metadata_bytes,
        )
        context.forget()
        return UpdateRunPayload(run=Run.from_model(run, container, context.public_url))

    @mutation("End a run. Ending it the same way again changes nothing.")
    async def finish_run(
        self,
        info: Info,
        input: Annotated[FinishRunInput, strawberry.argument(description="The run and how it ended.")],
    ) -> FinishRunResult:
        context = info.context
        run, container = await runs.finish_run(
            context.graph,
            context.viewer,
            input.run_id,
            input.exit_code,
            state=input.state,
            summary=_object(input.summary, "summary"),
            finished_at=input.finished_at,
            operation=input.operation_id,
            document_bytes=context.settings.metadata_bytes,
        )
        context.forget()
        return FinishRunPayload(run=Run.from_model(run, container, context.public_url))

    @mutation("Give a run files whose bytes are uploaded already, such as media and saved files.")
    async def attach_run_files(
        self,
        info: Info,
        input: Annotated[
            AttachRunFilesInput,
            strawberry.argument(description="Which run is given what; the bytes must be uploaded before."),
        ],
    ) -> AttachRunFilesResult:
        context = info.context
        run, container = await run_files.attach_run_files(
            context.graph,
            context.objects,
            context.viewer,
            input.run_id,
            [run_files.RunFile(file.path, file.digest, file.size) for file in input.files],
            operation=input.operation_id,
        )
        context.forget()
        return AttachRunFilesPayload(run=Run.from_model(run, container, context.public_url))


def _start(input: StartRunInput) -> runs.RunStart:
    return runs.RunStart(
        project=input.project,
        key=input.key,
        name=input.name,
        job_type=input.job_type,
        group=input.group,
        tags=input.tags,
        notes=input.notes,
        config=_object(input.config, "config"),
        host=input.host,
        command=input.command,
        git_commit=input.git_commit,
        git_remote=input.git_remote,
        started_at=input.started_at,
        resume=input.resume,
    )


def _change(input: UpdateRunInput) -> runs.RunChange:
    return runs.RunChange(
        name=input.name,
        notes=input.notes,
        job_type=input.job_type,
        group=input.group,
        tags=input.tags,
        config=_object(input.config, "config"),
        summary=_object(input.summary, "summary"),
        expected=None if input.expected is None else _known(input.expected),
    )


def _known(facts: RunFactsInput) -> runs.RunFacts:
    return runs.RunFacts(
        name=facts.name, notes=facts.notes, job_type=facts.job_type, group=facts.group, tags=facts.tags
    )


def _object(value: Json | None, field: str) -> JsonObject | None:
    # The scalar takes any JSON value; these fields take objects.
    return None if value is None else cast(Any, documents.require_object(value, field=field))
