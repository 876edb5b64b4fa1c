"""GraphQL types: projects and registries."""

from typing import Annotated

import strawberry

from headwater_service import model
from headwater_service.api.connection import Connection, Edge
from headwater_service.api.node import Node
from headwater_service.domain import locations
from headwater_service.model import Instant


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


@strawberry.type(description="A shared place of collections into which versions are linked, to be found and promoted.")
class Registry(Node):
    name: str = strawberry.field(description="Unique among the projects and registries of its entity.")
    path: str = strawberry.field(description="`entity/registry`, as every `path` argument takes it.")
    url: str = strawberry.field(description="Address of its page on this server.")
    description: str = strawberry.field(description="Free text for people, in Markdown; may be empty.")
    created_at: Instant = strawberry.field(description="When it came into being.")
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
            container=container,
        )


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
