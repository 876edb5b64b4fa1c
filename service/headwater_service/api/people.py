"""GraphQL types: users, keys, entities and their members, the viewer."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import model
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.node import Node
from headwater_service.domain import locations
from headwater_service.domain.listings import scopes_in_entity
from headwater_service.model import EntityKind, Instant, Role

if TYPE_CHECKING:
    from headwater_service.api.containers import Project, ProjectConnection, RegistryConnection
    from headwater_service.api.proposals import ProposalConnection


@strawberry.type(description="A person or program with an account on this server.")
class User(Node):
    name: str = strawberry.field(description="Unique on this server; also the name of the user's own entity.")
    created_at: Instant = strawberry.field(description="When the account was made.")

    @classmethod
    def from_model(cls, user: model.User) -> "User":
        return cls(id=strawberry.ID(user.id), name=user.name, created_at=user.created_at)

    @resolved("One's own keys, also those that are revoked; of others none, unless one administers the server.")
    async def api_keys(self, info: Info) -> list["ApiKey"]:
        return await info.context.loaders.api_keys(self.id)


@strawberry.type(description="A user on a page.")
class UserEdge(Edge):
    node: User = strawberry.field(description="The user at this position.")


@strawberry.type(description="A page of users.")
class UserConnection(Connection):
    edges: list[UserEdge] = strawberry.field(description="The users of this page, in order of name.")


@strawberry.type(description="Credentials of a program. The secret is shown once, when the key is made.")
class ApiKey(Node):
    name: str = strawberry.field(description="What its owner calls it; may be empty.")
    hint: str = strawberry.field(description="The last four characters of the secret, to tell keys apart.")
    is_read_only: bool = strawberry.field(description="Whether every mutation is refused to it.")
    created_at: Instant = strawberry.field(description="When it was issued.")
    expires_at: Instant | None = strawberry.field(description="When it stops working by itself; null: never.")
    revoked_at: Instant | None = strawberry.field(description="When somebody ended it; null while it is valid.")
    entity_id: strawberry.Private[str | None]
    project_id: strawberry.Private[str | None]

    @classmethod
    def from_model(cls, key: model.ApiKey) -> "ApiKey":
        return cls(
            id=strawberry.ID(key.id),
            name=key.name,
            hint=key.hint,
            is_read_only=key.is_read_only,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            entity_id=key.entity_id,
            project_id=key.project_id,
        )

    @resolved("The only entity it reaches; null when it reaches all of its owner's.")
    async def entity(self, info: Info) -> "Entity | None":
        return None if self.entity_id is None else await info.context.loaders.entity(self.entity_id)

    @resolved("The only project it reaches; null when it reaches all that lie in its entity.")
    async def project(
        self, info: Info
    ) -> Annotated["Project", strawberry.lazy("headwater_service.api.containers")] | None:
        return None if self.project_id is None else await info.context.loaders.project(self.project_id)


@strawberry.type(description="Somebody's place in an entity, or in one registry.")
class Member:
    user: User = strawberry.field(description="Who belongs to it.")
    role: Role = strawberry.field(description="What that user may do here.")

    @classmethod
    def from_model(cls, member: model.Member) -> "Member":
        return cls(user=User.from_model(member.user), role=member.role)


@strawberry.type(description="An owner of projects and registries: one person or a team.")
class Entity(Node):
    name: str = strawberry.field(description="Unique on this server; the first part of every path.")
    kind: EntityKind = strawberry.field(description="Whether one person or a team owns it.")
    created_at: Instant = strawberry.field(description="When it came into being.")
    url: str = strawberry.field(description="Address of its page on this server.")

    @classmethod
    def from_model(cls, entity: model.Entity, public_url: str) -> "Entity":
        return cls(
            id=strawberry.ID(entity.id),
            name=entity.name,
            kind=entity.kind,
            created_at=entity.created_at,
            url=locations.entity_url(public_url, entity.name),
        )

    @resolved("What the viewer may do here; null to one who only administers the server.")
    def viewer_role(self, info: Info) -> Role | None:
        return info.context.viewer.role_in(self.id)

    @resolved("Everybody who belongs to it, by name. A key for one project is told nobody.")
    async def members(self, info: Info) -> list[Member]:
        return await info.context.loaders.members(self.id)

    @resolved("Its containers of runs, those that the viewer may see.")
    async def projects(
        self, info: Info, first: First = 50, after: After = None
    ) -> Annotated["ProjectConnection", strawberry.lazy("headwater_service.api.containers")]:
        context = info.context
        scopes = await scopes_in_entity(context.graph, context.viewer, self.name)
        return await context.listings.projects(scopes, name_contains=None, first=first, after=after)

    @resolved("Its shared places of linked versions, those that the viewer may see.")
    async def registries(
        self, info: Info, first: First = 50, after: After = None
    ) -> Annotated["RegistryConnection", strawberry.lazy("headwater_service.api.containers")]:
        context = info.context
        scopes = await scopes_in_entity(context.graph, context.viewer, self.name)
        return await context.listings.registries(scopes, first=first, after=after)


@strawberry.type(description="Whoever sends this request, and what its key or session allows.")
class Viewer:
    is_admin: bool = strawberry.field(description="Whether the user administers this server: its people, not its data.")
    is_read_only: bool = strawberry.field(description="Whether every mutation is refused to this key.")
    server_version: str = strawberry.field(description="Release of Headwater that answers, such as `0.1.0`.")

    @resolved("Who it is.")
    async def user(self, info: Info) -> User:
        found = await info.context.loaders.user(info.context.viewer.user_id)
        assert found is not None, "a key or session without its user is refused"
        return found

    @resolved("Everything the viewer belongs to and this key reaches, by name.")
    async def entities(self, info: Info) -> list[Entity]:
        loaders = info.context.loaders
        found = await asyncio.gather(*(loaders.entity(entity_id) for entity_id in info.context.viewer.roles))
        return sorted((entity for entity in found if entity is not None), key=lambda entity: entity.name)

    @resolved("Open proposals that the viewer could approve, newest first: as an admin who did neither yet.")
    async def proposals(
        self, info: Info, first: First = 50, after: After = None
    ) -> Annotated["ProposalConnection", strawberry.lazy("headwater_service.api.proposals")]:
        return await info.context.listings.proposals_to_decide(first=first, after=after)

    @resolved("The one that paths without an entity mean.")
    async def default_entity(self, info: Info) -> Entity:
        found = await info.context.loaders.entity(info.context.viewer.default_entity_id)
        assert found is not None, "a viewer always belongs to its default entity"
        return found
