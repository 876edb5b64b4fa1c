"""GraphQL types: collections, their aliases and how those moved."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import model
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.containers import Container, container_type
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.inputs import OfVersions, Order, VersionFilter, VersionListing, VersionOrder
from headwater_service.api.node import Node
from headwater_service.api.people import User
from headwater_service.domain import locations
from headwater_service.model import CollectionKind, Instant
from headwater_service.store.listings_versions import Place

if TYPE_CHECKING:
    from headwater_service.api.versions import Version, VersionConnection


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

    @resolved("The project or registry it lies in.")
    def container(self, info: Info) -> Container:
        return container_type(self.home, info.context.public_url)

    @resolved("All movable names in it, sorted.")
    async def aliases(self, info: Info) -> list["Alias"]:
        return await info.context.loaders.aliases(self.id)

    @resolved("One of its aliases, null if it has none of that name. For a table with a column an alias.")
    async def alias(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="As `production`; `latest` is one too.")],
    ) -> "Alias | None":
        return next((alias for alias in await info.context.loaders.aliases(self.id) if alias.name == name), None)

    @resolved("Its members; deleted ones are left out.")
    async def versions(
        self,
        info: Info,
        filter: Annotated[VersionFilter | None, OfVersions] = None,
        order_by: Annotated[VersionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["VersionConnection", strawberry.lazy("headwater_service.api.versions")]:
        listing = VersionListing(filter=filter, order_by=order_by, first=first, after=after)
        return await info.context.listings.versions(Place([self.home.id], self.id), listing)


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

    @resolved("What it points at now.")
    async def version(self, info: Info) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")]:
        found = await info.context.loaders.version(self.version_id)
        assert found is not None, "an alias points into its own collection"
        return found

    @resolved("Who pointed it there; null when the account is gone.")
    async def moved_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.mover_id)

    @resolved("Every place it has pointed at, newest first.")
    async def history(self, info: Info, first: First = 50, after: After = None) -> "AliasMoveConnection":
        return await info.context.listings.moves(self.collection_id, self.name, first=first, after=after)


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

    @resolved("Where it pointed before; null when it was new.", name="from")
    async def from_version(
        self, info: Info
    ) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")] | None:
        return None if self.from_id is None else await info.context.loaders.version(self.from_id)

    @resolved("Where it pointed afterwards; null when it was removed.", name="to")
    async def to_version(
        self, info: Info
    ) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")] | None:
        return None if self.to_id is None else await info.context.loaders.version(self.to_id)

    @resolved("Who moved it; null when the account is gone.")
    async def by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.mover_id)


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
