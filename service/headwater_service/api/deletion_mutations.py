"""GraphQL mutations: deletions, links undone, what comes back from the trash, and times to live."""

from typing import Annotated, cast

import strawberry

from headwater_service.api.collections import Collection
from headwater_service.api.context import Info
from headwater_service.api.deletion import DeletionFigures, DeletionInput
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.loaders import collection_type, version_type
from headwater_service.api.people_mutations import OPERATION
from headwater_service.api.versions import ArtifactVersion, RegistryVersion
from headwater_service.domain import deletion, trash, ttl


@strawberry.input(description="A deletion that was planned.")
class DeleteInput(DeletionInput):
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    plan_digest: str = strawberry.field(
        description="`digest` of the plan of the same things: if it would come out otherwise now, nothing is deleted."
    )
    delete_aliases: bool = strawberry.field(
        description="Whether aliases besides `latest` go too; protected ones never do.", default=False
    )


@strawberry.type(description="A deletion that was made.")
class DeletePayload:
    deletion: strawberry.ID = strawberry.field(description="What `restore` takes to bring back all of it.")
    figures: DeletionFigures = strawberry.field(description="What ended: what the plan said.")


@strawberry.input(description="What to bring back: a whole deletion, or things by id.")
class RestoreInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    deletion: strawberry.ID | None = strawberry.field(
        description="All that ended in one deletion; null when `ids` are given.", default=None
    )
    ids: list[strawberry.ID] = strawberry.field(
        description="Versions and runs by themselves, collections, projects and registries with what ended with them.",
        default_factory=list,
    )


@strawberry.type(description="What came back from the trash.")
class RestorePayload:
    versions: int = strawberry.field(description="Artifact versions, with their numbers.")
    links: int = strawberry.field(description="Registry versions, with their numbers.")
    collections: int = strawberry.field(description="Series, also those that a version needed as its place.")
    runs: int = strawberry.field(description="Executions, with their keys.")
    projects: int = strawberry.field(description="Projects and registries, also those needed as a place.")


@strawberry.input(description="A link to end.")
class UnlinkInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    version_id: strawberry.ID = strawberry.field(description="A registry version; the version it links to stays.")


@strawberry.type(description="A link that ended.")
class UnlinkPayload:
    version: RegistryVersion = strawberry.field(description="Its tombstone; linking again makes one with a new number.")


@strawberry.input(description="How long a version lives, counted from its creation.")
class SetVersionTtlInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    version_id: strawberry.ID = strawberry.field(description="An artifact version; a link has no time to live.")
    ttl_seconds: int | None = strawberry.field(description="From 1; null is for ever.", default=None)
    inherit: bool = strawberry.field(description="Whether it has the time of its collection instead.", default=False)


@strawberry.type(description="A version with its time to live.")
class SetVersionTtlPayload:
    version: ArtifactVersion = strawberry.field(description="The version; `expiresAt` tells when it goes.")


@strawberry.input(description="How long the versions of a collection live that have no time of their own.")
class SetCollectionTtlInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    collection_id: strawberry.ID = strawberry.field(description="A series that runs log to.")
    ttl_seconds: int | None = strawberry.field(description="From 1, counted from each creation; null is for ever.")


@strawberry.type(description="A collection with its time to live.")
class SetCollectionTtlPayload:
    collection: Collection = strawberry.field(description="The series as it is now.")


DeleteResult = Annotated[
    DeletePayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("DeleteResult", description="What was deleted, or why nothing was."),
]
RestoreResult = Annotated[
    RestorePayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RestoreResult", description="What came back, or why nothing did."),
]
UnlinkResult = Annotated[
    UnlinkPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("UnlinkResult", description="The link that ended, or why it stays."),
]
SetVersionTtlResult = Annotated[
    SetVersionTtlPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("SetVersionTtlResult", description="The version, or why its time did not change."),
]
SetCollectionTtlResult = Annotated[
    SetCollectionTtlPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("SetCollectionTtlResult", description="The collection, or why its time did not change."),
]


@strawberry.type
class DeletionMutation:
    @mutation("Carry out a deletion that was planned, all of it or nothing. What ended can be restored for a while.")
    async def delete(
        self,
        info: Info,
        input: Annotated[DeleteInput, strawberry.argument(description="What was planned, and the plan's digest.")],
    ) -> DeleteResult:
        context = info.context
        made = await deletion.delete(
            context.graph,
            context.viewer,
            input.to_targets(),
            plan_digest=input.plan_digest,
            delete_aliases=input.delete_aliases,
            operation=input.operation_id,
            limit=context.settings.deletion_nodes,
        )
        context.forget()
        return DeletePayload(
            deletion=strawberry.ID(made.deletion_id), figures=DeletionFigures.from_figures(made.figures)
        )

    @mutation("Bring back what was deleted, unlinked or expired. Of its aliases only `latest` comes back by itself.")
    async def restore(
        self,
        info: Info,
        input: Annotated[RestoreInput, strawberry.argument(description="A deletion, or things in the trash.")],
    ) -> RestoreResult:
        context = info.context
        back = await trash.restore(
            context.graph,
            context.viewer,
            input.ids,
            deletion_id=input.deletion,
            operation=input.operation_id,
            days=context.settings.restore_days,
            limit=context.settings.deletion_nodes,
        )
        context.forget()
        return RestorePayload(
            versions=back.versions,
            links=back.links,
            collections=back.collections,
            runs=back.runs,
            projects=back.containers,
        )

    @mutation("Take a link out of its registry or project. The version it links to, and the lineage, stay.")
    async def unlink(
        self,
        info: Info,
        input: Annotated[UnlinkInput, strawberry.argument(description="Which link ends.")],
    ) -> UnlinkResult:
        context = info.context
        placed = await deletion.unlink(context.graph, context.viewer, input.version_id, operation=input.operation_id)
        context.forget()
        return UnlinkPayload(version=cast(RegistryVersion, version_type(placed, context.public_url)))

    @mutation("Set how long after its creation a version is deleted by itself. It never is while it is linked.")
    async def set_version_ttl(
        self,
        info: Info,
        input: Annotated[SetVersionTtlInput, strawberry.argument(description="The version and its time.")],
    ) -> SetVersionTtlResult:
        context = info.context
        placed = await ttl.set_version_ttl(
            context.graph,
            context.viewer,
            input.version_id,
            ttl.Ttl(input.ttl_seconds, input.inherit),
            operation=input.operation_id,
        )
        context.forget()
        return SetVersionTtlPayload(version=cast(ArtifactVersion, version_type(placed, context.public_url)))

    @mutation("Set how long the versions of a collection live that have no time to live of their own.")
    async def set_collection_ttl(
        self,
        info: Info,
        input: Annotated[SetCollectionTtlInput, strawberry.argument(description="The collection and its time.")],
    ) -> SetCollectionTtlResult:
        context = info.context
        placed = await ttl.set_collection_ttl(
            context.graph, context.viewer, input.collection_id, input.ttl_seconds, operation=input.operation_id
        )
        context.forget()
        return SetCollectionTtlPayload(collection=collection_type(placed, context.public_url))
