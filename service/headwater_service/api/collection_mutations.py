"""GraphQL mutations: collections made by hand, renamed, described and tagged."""

from typing import Annotated

import strawberry

from headwater_service.api.collections import Collection
from headwater_service.api.context import Info
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.loaders import collection_type
from headwater_service.api.people_mutations import OPERATION
from headwater_service.domain.collection_changes import CollectionChange, CollectionFacts, update_collection
from headwater_service.domain.collections import GivenCollection, create_collection_at
from headwater_service.model import CollectionKind


@strawberry.input(description="The collection to make.")
class CreateCollectionInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    container: str = strawberry.field(
        description="Where to make it: `entity/name` of a project or registry, or `name` in the viewer's own entity."
    )
    name: str = strawberry.field(
        description="1 to 128 characters without `/`, `:`, `@`; unique among the collections there."
    )
    type: str = strawberry.field(description="What its versions will be, such as `model`; a registry may name a few.")
    kind: CollectionKind | None = strawberry.field(
        description="What its versions will be; null: REGISTRY in a registry, SOURCE in a project. REGISTRY in a "
        "project makes a registered model of that project.",
        default=None,
    )
    description: str = strawberry.field(description="Free text for people, in Markdown: its card.", default="")
    tags: list[str] = strawberry.field(description="Free labels, at most 100.", default_factory=list)


@strawberry.type(description="A collection that exists now.")
class CreateCollectionPayload:
    collection: Collection = strawberry.field(description="The new collection, without versions.")


@strawberry.input(description="Facts of a collection. What is null or left out is not meant.")
class CollectionFactsInput:
    name: str | None = strawberry.field(description="As for a new collection.", default=None)
    description: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    type: str | None = strawberry.field(
        description="What its versions are; changes only until it has had one.", default=None
    )
    tags: list[str] | None = strawberry.field(description="Free labels, in place of all it has.", default=None)


@strawberry.input(description="A collection and what to change of it.")
class UpdateCollectionInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    collection_id: strawberry.ID = strawberry.field(description="A collection that the viewer may change.")
    changes: CollectionFactsInput | None = strawberry.field(
        description="New facts. A former name leads to the collection, also for those who log or link, until another "
        "takes it.",
        default=None,
    )
    add_tags: list[str] = strawberry.field(
        description="Labels to add to those it has then; not together with `tags`.", default_factory=list
    )
    remove_tags: list[str] = strawberry.field(
        description="Labels to take from those it has then; unknown ones are no matter.", default_factory=list
    )
    expected: CollectionFactsInput | None = strawberry.field(
        description="Facts as the caller knows them; a ConflictError if one is another by now.", default=None
    )


@strawberry.type(description="A collection after a change.")
class UpdateCollectionPayload:
    collection: Collection = strawberry.field(description="The collection as it is now.")


CreateCollectionResult = Annotated[
    CreateCollectionPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("CreateCollectionResult", description="The collection, or why there is none."),
]
UpdateCollectionResult = Annotated[
    UpdateCollectionPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("UpdateCollectionResult", description="The changed collection, or why nothing changed."),
]


@strawberry.type
class CollectionMutation:
    @mutation("Make an empty collection, to describe it before its first version comes.")
    async def create_collection(
        self,
        info: Info,
        input: Annotated[CreateCollectionInput, strawberry.argument(description="The collection to make.")],
    ) -> CreateCollectionResult:
        context = info.context
        given = GivenCollection(
            name=input.name, type=input.type, kind=input.kind, description=input.description, tags=input.tags
        )
        placed = await create_collection_at(
            context.graph, context.viewer, input.container, given, operation=input.operation_id
        )
        context.forget()
        return CreateCollectionPayload(collection=collection_type(placed, context.public_url))

    @mutation("Rename a collection, describe it, or change its tags.")
    async def update_collection(
        self,
        info: Info,
        input: Annotated[UpdateCollectionInput, strawberry.argument(description="The collection and what to change.")],
    ) -> UpdateCollectionResult:
        context = info.context
        change = CollectionChange(
            facts=_facts(input.changes or CollectionFactsInput()),
            add_tags=input.add_tags,
            remove_tags=input.remove_tags,
            expected=None if input.expected is None else _facts(input.expected),
        )
        placed = await update_collection(
            context.graph, context.viewer, input.collection_id, change, operation=input.operation_id
        )
        context.forget()
        return UpdateCollectionPayload(collection=collection_type(placed, context.public_url))


def _facts(given: CollectionFactsInput) -> CollectionFacts:
    return CollectionFacts(name=given.name, description=given.description, type=given.type, tags=given.tags)
