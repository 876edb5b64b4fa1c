"""GraphQL types: collections, their aliases and how those moved."""

import strawberry

from headwater_service import model
from headwater_service.api.connection import Connection, Edge
from headwater_service.api.node import Node
from headwater_service.domain import locations
from headwater_service.model import CollectionKind, Instant


@strawberry.type(description="A named series of versions: an artifact of a project, or a registered model.")
class Collection(Node):
    name: str = strawberry.field(description="Unique among the collections of its container.")
    path: str = strawberry.field(description="`entity/container/collection`, without a version.")
    url: str = strawberry.field(description="Address of its page on this server.")
    kind: CollectionKind = strawberry.field(description="Whether runs log into it or versions are linked into it.")
    type: str = strawberry.field(
        description="What its versions are, as their author says: `dataset`, `model`, any word. The same for all."
    )
    description: str = strawberry.field(description="Free text for people, in Markdown; may be empty.")
    tags: list[str] = strawberry.field(description="Free labels for filters; unlike aliases they name no version.")
    created_at: Instant = strawberry.field(description="When its first version came, or it was made by hand.")
    updated_at: Instant = strawberry.field(description="When it or its list of versions last changed.")
    home: strawberry.Private[model.Container]

    @classmethod
    def from_model(cls, collection: model.Collection, container: model.Container, public_url: str) -> "Collection":
        return cls(
            id=strawberry.ID(collection.id),
            name=collection.name,
            path=f"{container.path}/{collection.name}",
            url=locations.item_url(public_url, container, collection.name),
            kind=collection.kind,
            type=collection.type,
            description=collection.description,
            tags=list(collection.tags),
            created_at=collection.created_at,
            updated_at=collection.updated_at,
            home=container,
        )


@strawberry.type(description="A movable name of one version inside a collection, such as `latest` or `production`.")
class Alias:
    name: str = strawberry.field(description="Unique in its collection. `latest` is kept by the server.")
    moved_at: Instant = strawberry.field(description="Since when it points where it does.")
    collection_id: strawberry.Private[str]
    version_id: strawberry.Private[str]
    mover_id: strawberry.Private[str | None]

    @classmethod
    def from_model(cls, alias: model.Alias) -> "Alias":
        return cls(
            name=alias.name,
            moved_at=alias.moved_at,
            collection_id=alias.collection_id,
            version_id=alias.version_id,
            mover_id=alias.moved_by,
        )


@strawberry.type(description="One change of where an alias points. Moves are kept for ever.")
class AliasMove:
    name: str = strawberry.field(description="The alias that was moved.")
    at: Instant = strawberry.field(description="When the change took effect, by the clock of the database.")
    reason: str = strawberry.field(description="What the mover gave as the cause; may be empty.")
    from_id: strawberry.Private[str | None]
    to_id: strawberry.Private[str | None]
    mover_id: strawberry.Private[str | None]

    @classmethod
    def from_model(cls, move: model.AliasMove) -> "AliasMove":
        return cls(
            name=move.name,
            at=move.at,
            reason=move.reason,
            from_id=move.from_version_id,
            to_id=move.to_version_id,
            mover_id=move.by,
        )


@strawberry.type(description="A collection on a page.")
class CollectionEdge(Edge):
    node: Collection = strawberry.field(description="The collection at this position.")


@strawberry.type(description="A page of collections.")
class CollectionConnection(Connection):
    edges: list[CollectionEdge] = strawberry.field(description="The collections of this page, in the order asked for.")


@strawberry.type(description="A move on a page of an alias's history.")
class AliasMoveEdge(Edge):
    node: AliasMove = strawberry.field(description="The move at this position.")


@strawberry.type(description="A page of an alias's history.")
class AliasMoveConnection(Connection):
    edges: list[AliasMoveEdge] = strawberry.field(description="The moves of this page, newest first.")
