"""GraphQL types: collections and pages of them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import model
from headwater_service.api.aliases import Alias, AliasMoveConnection, MovedAfter, MovedBefore
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.containers import Container, container_type
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.guards import Guard
from headwater_service.api.inputs import OfVersions, Order, VersionFilter, VersionListing, VersionOrder
from headwater_service.api.node import Node
from headwater_service.domain import locations
from headwater_service.model import CollectionKind, Instant, ProposalState
from headwater_service.store.alias_history import MovesWanted
from headwater_service.store.listings_versions import Place

if TYPE_CHECKING:
    from headwater_service.api.proposals import ProposalConnection
    from headwater_service.api.versions import VersionConnection


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
    ttl_seconds: int | None = strawberry.field(
        description="How long its versions live that have no time to live of their own; null is for ever."
    )
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
            ttl_seconds=collection.ttl_seconds,
            home=container,
        )

    @resolved("The project or registry it lies in.")
    def container(self, info: Info) -> Container:
        return container_type(self.home, info.context.public_url)

    @resolved("All movable names in it, sorted.")
    async def aliases(self, info: Info) -> list[Alias]:
        return await info.context.loaders.aliases(self.id)

    @resolved("Names of aliases that it had and that were removed, sorted; `aliasMoves` tells where they pointed.")
    async def former_aliases(self, info: Info) -> list[str]:
        return await info.context.loaders.alias_history.former_names(self.id)

    @resolved("One of its aliases, now or as it stood at a time; null if it pointed nowhere then.")
    async def alias(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="As `production`; `latest` is one too.")],
        at: Annotated[
            Instant | None, strawberry.argument(description="Where it pointed at that instant; null: now.")
        ] = None,
    ) -> Alias | None:
        if at is not None:
            return await info.context.loaders.alias_history.alias_at(self.id, name, at)
        return next((alias for alias in await info.context.loaders.aliases(self.id) if alias.name == name), None)

    @resolved("Every place that an alias, or any of its aliases, has pointed at, newest first; also removed ones.")
    async def alias_moves(
        self,
        info: Info,
        name: Annotated[
            str | None,
            strawberry.argument(description="The alias, whether it is there now or not; null: all that ever were."),
        ] = None,
        moved_after: MovedAfter = None,
        moved_before: MovedBefore = None,
        first: First = 50,
        after: After = None,
    ) -> AliasMoveConnection:
        asked = MovesWanted(self.id, name, after=moved_after, before=moved_before)
        return await info.context.listings.moves(asked, first=first, after=after)

    @resolved("Guards set on it, by alias; those of its registry hold too, see `Alias.guards` and `Registry.guards`.")
    async def guards(self, info: Info) -> list[Guard]:
        return [Guard.from_model(guard) for guard in await info.context.loaders.guards.of(self.id)]

    @resolved("Moves of its aliases that somebody proposed, newest first.")
    async def proposals(
        self,
        info: Info,
        states: Annotated[
            list[ProposalState] | None, strawberry.argument(description="Only those in these states; null: all.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["ProposalConnection", strawberry.lazy("headwater_service.api.proposals")]:
        return await info.context.listings.proposals(self.id, states, first=first, after=after)

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


@strawberry.type(description="A collection on a page.")
class CollectionEdge(Edge):
    node: Collection = strawberry.field(description="The collection at this position.")


@strawberry.type(description="A page of collections.")
class CollectionConnection(Connection):
    edges: list[CollectionEdge] = strawberry.field(description="The collections of this page, in the order asked for.")
