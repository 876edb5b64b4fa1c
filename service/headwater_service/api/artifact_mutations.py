"""GraphQL mutations: artifacts logged, used, linked and changed."""

from functools import partial
from typing import Annotated, Any, cast

import strawberry

from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
    UserError,
    error_type,
)
from headwater_service.api.fields import mutation
from headwater_service.api.loaders import version_type
from headwater_service.api.people_mutations import OPERATION
from headwater_service.api.scalars import Digest, Json, Step
from headwater_service.api.versions import ArtifactVersion, RegistryVersion, Version
from headwater_service.domain import artifacts, consumption, documents, links, version_changes
from headwater_service.domain.artifacts import MetadataMode
from headwater_service.domain.evidence import with_evidence
from headwater_service.model import JsonObject

describe(
    MetadataMode,
    "What happens to the metadata of a version whose content is logged again.",
    {
        "KEEP": "It stays; a notice tells when other metadata was given.",
        "UPDATE": "The keys given replace those it has; description and tags follow likewise.",
    },
)


@strawberry.input(description="Content to log. Its blobs and its manifest were sent before.")
class LogArtifactInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    project: str = strawberry.field(description="`entity/project`, or `project` of the viewer's own entity.")
    run_id: strawberry.ID | None = strawberry.field(
        description="The run that produced it, in the same project; null: it was put there by a person.", default=None
    )
    name: str = strawberry.field(description="The collection, made if unknown; 1 to 128 characters without `/:@`.")
    type: str = strawberry.field(description="Such as `dataset` or `model`; fixed by a collection's first version.")
    manifest_digest: Digest = strawberry.field(description="The manifest that was PUT.")
    description: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    metadata: Json | None = strawberry.field(description="Object of the author's own; no NaN.", default=None)
    metadata_mode: MetadataMode = strawberry.field(
        description="What to do with it if the content is there already.", default=MetadataMode.KEEP
    )
    aliases: list[str] = strawberry.field(
        description="Aliases that move to the version; `latest` needs no mention.", default_factory=list
    )
    tags: list[str] = strawberry.field(description="Free labels, at most 100.", default_factory=list)
    history_step: Step | None = strawberry.field(
        description="Last step of the run's history when this was logged.", default=None
    )


@strawberry.type(description="An alias that a log asked for and that stayed where it was.")
class RefusedAlias:
    name: str = strawberry.field(description="The alias as it was given.")
    error: UserError = strawberry.field(description="Why it did not move; `__typename` tells the kind of error.")


@strawberry.type(description="Content that is logged.")
class LogArtifactPayload:
    version: ArtifactVersion = strawberry.field(description="The version that has it, new or from before.")
    is_reused: bool = strawberry.field(description="Whether the same content was a version already.")
    notices: list[str] = strawberry.field(description="What was not done because the content was there already.")
    refused_aliases: list[RefusedAlias] = strawberry.field(
        description="Aliases given that did not move; the version is committed all the same. Empty when all did."
    )


@strawberry.input(description="What a run uses.")
class UseArtifactInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    run_id: strawberry.ID = strawberry.field(description="What consumes it: a run that the viewer may change.")
    path: str = strawberry.field(
        description="`[[entity/]container/]name[:ref]`; what it leaves out is that of the run. Through a registry's "
        "path the registry version itself is consumed."
    )
    type: str | None = strawberry.field(description="What it must be; null: anything.", default=None)
    allow_recalled: bool = strawberry.field(
        description="Use it although a CRITICAL recall reaches it, which is otherwise a ConflictError.", default=False
    )


@strawberry.type(description="What a run uses.")
class UseArtifactPayload:
    version: Version = strawberry.field(description="The version that the path meant at that moment.")


@strawberry.input(description="A version and where to link it.")
class LinkArtifactInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    version_id: strawberry.ID = strawberry.field(description="What to link; of a link, its source is linked.")
    target: str = strawberry.field(
        description="`Name`, `project/Name`, `registry/Name` or `entity/registry/Name`; the collection is made if "
        "unknown, the registry or project is not."
    )
    project: str | None = strawberry.field(
        description="Path of the project that a bare name is in; null: that of the version.", default=None
    )
    aliases: list[str] = strawberry.field(
        description="Aliases of the target that move to the link; `latest` needs no mention.", default_factory=list
    )


@strawberry.type(description="A version that is linked.")
class LinkArtifactPayload:
    version: RegistryVersion = strawberry.field(description="The link, new or from before.")


@strawberry.input(description="Facts of a version. What is null or left out is not meant.")
class VersionFactsInput:
    description: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    metadata: Json | None = strawberry.field(description="Object of all its metadata.", default=None)
    tags: list[str] | None = strawberry.field(description="All its labels, in any order.", default=None)


@strawberry.input(description="What to change of a version. What is null or left out stays as it is.")
class UpdateVersionInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    version_id: strawberry.ID = strawberry.field(description="An artifact version; a link shows what its source has.")
    description: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    metadata: Json | None = strawberry.field(description="Object in place of all its metadata.", default=None)
    tags: list[str] | None = strawberry.field(description="Free labels, in place of all it has.", default=None)
    expected: VersionFactsInput | None = strawberry.field(
        description="Facts as the caller knows them; a ConflictError that says what is there if one is another by now.",
        default=None,
    )


@strawberry.type(description="A version after a change.")
class UpdateVersionPayload:
    version: Version = strawberry.field(description="The version as it is now.")


LogArtifactResult = Annotated[
    LogArtifactPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("LogArtifactResult", description="The version, or what must be sent or corrected first."),
]
UseArtifactResult = Annotated[
    UseArtifactPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("UseArtifactResult", description="The version, or why the run can't use it."),
]
LinkArtifactResult = Annotated[
    LinkArtifactPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("LinkArtifactResult", description="The link, or why there is none."),
]
UpdateVersionResult = Annotated[
    UpdateVersionPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("UpdateVersionResult", description="The changed version, or why nothing changed."),
]


@strawberry.type
class ArtifactMutation:
    @mutation(
        "Log content as the next version of its collection; content that is a version already becomes no second one."
    )
    async def log_artifact(
        self,
        info: Info,
        input: Annotated[LogArtifactInput, strawberry.argument(description="What to log.")],
    ) -> LogArtifactResult:
        context = info.context
        logged = await artifacts.log_artifact(
            context.graph,
            context.objects,
            context.viewer,
            _log(input),
            operation=input.operation_id,
            document_bytes=context.settings.metadata_bytes,
        )
        context.forget()
        placed = logged.placed
        version = ArtifactVersion.from_model(placed.content, placed.collection, placed.container, context.public_url)
        return LogArtifactPayload(
            version=version,
            is_reused=logged.is_reused,
            notices=list(logged.notices),
            refused_aliases=[
                RefusedAlias(name=refusal.name, error=error_type(refusal.error)) for refusal in logged.refused
            ],
        )

    @mutation("Note that a run consumes a version, and get it. The same again changes nothing.")
    async def use_artifact(
        self,
        info: Info,
        input: Annotated[UseArtifactInput, strawberry.argument(description="The run and what it uses.")],
    ) -> UseArtifactResult:
        context = info.context
        placed = await consumption.use_artifact(
            context.graph,
            context.viewer,
            input.run_id,
            input.path,
            type=input.type,
            operation=input.operation_id,
            allow_recalled=input.allow_recalled,
        )
        context.forget()
        return UseArtifactPayload(version=version_type(placed, context.public_url))

    @mutation("Link a version into a registry or as a registered model. Linking it again moves the aliases.")
    async def link_artifact(
        self,
        info: Info,
        input: Annotated[LinkArtifactInput, strawberry.argument(description="The version and the target.")],
    ) -> LinkArtifactResult:
        context = info.context
        link = partial(
            links.link_artifact,
            context.graph,
            context.viewer,
            input.version_id,
            input.target,
            project=input.project,
            aliases=input.aliases,
            operation=input.operation_id,
        )
        placed = await with_evidence(context.objects, lambda evidence: link(evidence=evidence))
        context.forget()
        return LinkArtifactPayload(version=cast(RegistryVersion, version_type(placed, context.public_url)))

    @mutation("Change the description, the tags or the metadata of a version; its content never changes.")
    async def update_version(
        self,
        info: Info,
        input: Annotated[UpdateVersionInput, strawberry.argument(description="The version and what to change of it.")],
    ) -> UpdateVersionResult:
        context = info.context
        placed = await version_changes.update_version(
            context.graph,
            context.viewer,
            input.version_id,
            _change(input),
            operation=input.operation_id,
            document_bytes=context.settings.metadata_bytes,
        )
        context.forget()
        return UpdateVersionPayload(version=version_type(placed, context.public_url))


def _log(input: LogArtifactInput) -> artifacts.ArtifactLog:
    return artifacts.ArtifactLog(
        project=input.project,
        name=input.name,
        type=input.type,
        manifest_digest=input.manifest_digest,
        run_id=input.run_id,
        description=input.description,
        metadata=_object(input.metadata),
        metadata_mode=input.metadata_mode,
        aliases=input.aliases,
        tags=input.tags,
        history_step=input.history_step,
    )


def _change(input: UpdateVersionInput) -> version_changes.VersionChange:
    return version_changes.VersionChange(
        description=input.description,
        metadata=_object(input.metadata),
        tags=input.tags,
        expected=None if input.expected is None else _known(input.expected),
    )


def _known(facts: VersionFactsInput) -> version_changes.VersionFacts:
    return version_changes.VersionFacts(
        description=facts.description, metadata=_object(facts.metadata), tags=facts.tags
    )


def _object(value: Json | None) -> JsonObject | None:
    # The scalar takes any JSON value; metadata is an object.
    return None if value is None else cast(Any, documents.require_object(value, field="metadata"))
