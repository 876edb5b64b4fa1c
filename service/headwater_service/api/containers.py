"""GraphQL types: projects and registries."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import model
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.guards import Guard
from headwater_service.api.inputs import (
    CollectionFilter,
    CollectionListing,
    CollectionOrder,
    OfCollections,
    OfRuns,
    OfVersions,
    Order,
    RunFilter,
    RunListing,
    RunOrder,
    VersionFilter,
    VersionListing,
    VersionOrder,
)
from headwater_service.api.node import Node
from headwater_service.api.people import Entity, Member
from headwater_service.api.type_graph import CreatedAfter, CreatedBefore, GroupLimit, TypeGraph, type_graph_of
from headwater_service.domain import locations
from headwater_service.model import Instant, ProposalState, Role, Visibility
from headwater_service.store.listings_versions import Place

if TYPE_CHECKING:
    from headwater_service.api.collections import CollectionConnection
    from headwater_service.api.proposals import ProposalConnection
    from headwater_service.api.runs import RunConnection
    from headwater_service.api.versions import VersionConnection


@strawberry.type(description="A container of runs and of the artifacts they log.")
class Project(Node):
    name: str = strawberry.field(description="Unique among the projects and registries of its entity.")
    path: str = strawberry.field(description="`entity/project`, as every `path` argument takes it.")
    url: str = strawberry.field(description="Address of its page on this server.")
    description: str = strawberry.field(description="Free text for people, in Markdown; may be empty.")
    created_at: Instant = strawberry.field(description="When it came into being.")
    container: strawberry.Private[model.Container]

    @classmethod
    def from_model(cls, container: model.Container, public_url: str) -> "Project":
        return cls(
            id=strawberry.ID(container.id),
            name=container.name,
            path=container.path,
            url=locations.container_url(public_url, container),
            description=container.description,
            created_at=container.created_at,
            container=container,
        )

    @resolved("Who owns it.")
    async def entity(self, info: Info) -> Entity:
        found = await info.context.loaders.entity(self.container.entity_id)
        assert found is not None, "whoever sees a container belongs to its entity"
        return found

    @resolved("Executions in it.")
    async def runs(
        self,
        info: Info,
        filter: Annotated[RunFilter | None, OfRuns] = None,
        order_by: Annotated[RunOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["RunConnection", strawberry.lazy("headwater_service.api.runs")]:
        listing = RunListing(filter=filter, order_by=order_by, first=first, after=after)
        return await info.context.listings.runs([self.id], listing)

    @resolved("Named series of versions in it.")
    async def collections(
        self,
        info: Info,
        filter: Annotated[CollectionFilter | None, OfCollections] = None,
        order_by: Annotated[CollectionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["CollectionConnection", strawberry.lazy("headwater_service.api.collections")]:
        listing = CollectionListing(filter=filter, order_by=order_by, first=first, after=after)
        return await info.context.listings.collections([self.id], listing)

    @resolved("Members of all its series together; deleted ones are left out.")
    async def versions(
        self,
        info: Info,
        filter: Annotated[VersionFilter | None, OfVersions] = None,
        order_by: Annotated[VersionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["VersionConnection", strawberry.lazy("headwater_service.api.versions")]:
        listing = VersionListing(filter=filter, order_by=order_by, first=first, after=after)
        return await info.context.listings.versions(Place([self.id]), listing)

    @resolved(
        "The lineage of all that lies in it, by type and job type, with the groups of other projects and registries "
        "that it has edges with, as far as the viewer may see; deleted ones are left out."
    )
    async def type_graph(
        self,
        info: Info,
        created_after: CreatedAfter = None,
        created_before: CreatedBefore = None,
        limit: GroupLimit = 500,
    ) -> TypeGraph:
        return await type_graph_of(info, self.container, created_after, created_before, limit)


@strawberry.type(description="A shared place of collections into which versions are linked, to be found and promoted.")
class Registry(Node):
    name: str = strawberry.field(description="Unique among the projects and registries of its entity.")
    path: str = strawberry.field(description="`entity/registry`, as every `path` argument takes it.")
    url: str = strawberry.field(description="Address of its page on this server.")
    description: str = strawberry.field(description="Free text for people, in Markdown; may be empty.")
    created_at: Instant = strawberry.field(description="When it came into being.")
    visibility: Visibility = strawberry.field(description="Whether all of its entity see it, or only some.")
    artifact_types: list[str] = strawberry.field(
        description="The types of versions that can be linked into it; empty: any."
    )
    protected_aliases: list[str] = strawberry.field(
        description="Aliases that only its admins move; a version that carries one can't be unlinked or deleted."
    )
    container: strawberry.Private[model.Container]

    @classmethod
    def from_model(cls, container: model.Container, public_url: str) -> "Registry":
        return cls(
            id=strawberry.ID(container.id),
            name=container.name,
            path=container.path,
            url=locations.container_url(public_url, container),
            description=container.description,
            created_at=container.created_at,
            visibility=container.visibility,
            artifact_types=list(container.artifact_types),
            protected_aliases=list(container.protected_aliases),
            container=container,
        )

    @resolved(
        "What the viewer may do in it: the higher of the roles in its entity and in itself; null once it gave up the "
        "role by which it saw the registry."
    )
    def viewer_role(self, info: Info) -> Role | None:
        return info.context.viewer.role_at(self.container)

    @resolved("Guards on aliases of all its series, by alias.")
    async def guards(self, info: Info) -> list[Guard]:
        return [Guard.from_model(guard) for guard in await info.context.loaders.guards.of(self.id)]

    @resolved("Moves of aliases of all its series that somebody proposed, newest first.")
    async def proposals(
        self,
        info: Info,
        states: Annotated[
            list[ProposalState] | None, strawberry.argument(description="Only those in these states; null: all.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["ProposalConnection", strawberry.lazy("headwater_service.api.proposals")]:
        return await info.context.listings.proposals_in(self.id, states, first=first, after=after)

    @resolved("Those who have a role in the registry itself, by name. A key for one registry is told nobody.")
    async def members(self, info: Info) -> list[Member]:
        return await info.context.loaders.registry_members(self.id)

    @resolved("Who owns it.")
    async def entity(self, info: Info) -> Entity:
        found = await info.context.loaders.entity(self.container.entity_id)
        assert found is not None, "whoever sees a container belongs to its entity"
        return found

    @resolved("Named series of versions in it.")
    async def collections(
        self,
        info: Info,
        filter: Annotated[CollectionFilter | None, OfCollections] = None,
        order_by: Annotated[CollectionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["CollectionConnection", strawberry.lazy("headwater_service.api.collections")]:
        listing = CollectionListing(filter=filter, order_by=order_by, first=first, after=after)
        return await info.context.listings.collections([self.id], listing)

    @resolved("Members of all its series together; deleted ones are left out.")
    async def versions(
        self,
        info: Info,
        filter: Annotated[VersionFilter | None, OfVersions] = None,
        order_by: Annotated[VersionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> Annotated["VersionConnection", strawberry.lazy("headwater_service.api.versions")]:
        listing = VersionListing(filter=filter, order_by=order_by, first=first, after=after)
        return await info.context.listings.versions(Place([self.id]), listing)


Container = Annotated[
    Project | Registry,
    strawberry.union(
        "Container", description="What a collection lies in. Both kinds share one namespace in an entity."
    ),
]


def container_type(container: model.Container, public_url: str) -> Project | Registry:
    """Return the GraphQL type that a container's kind calls for."""
    if container.kind is model.ContainerKind.PROJECT:
        return Project.from_model(container, public_url)
    return Registry.from_model(container, public_url)


@strawberry.type(description="A project on a page.")
class ProjectEdge(Edge):
    node: Project = strawberry.field(description="The project at this position.")


@strawberry.type(description="A page of projects.")
class ProjectConnection(Connection):
    edges: list[ProjectEdge] = strawberry.field(description="The projects of this page, in order of path.")


@strawberry.type(description="A registry on a page.")
class RegistryEdge(Edge):
    node: Registry = strawberry.field(description="The registry at this position.")


@strawberry.type(description="A page of registries.")
class RegistryConnection(Connection):
    edges: list[RegistryEdge] = strawberry.field(description="The registries of this page, in order of path.")
