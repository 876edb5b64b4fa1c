"""GraphQL types: users, keys, entities and their members, the viewer."""

import strawberry

from headwater_service import model
from headwater_service.api.node import Node
from headwater_service.domain import locations
from headwater_service.model import EntityKind, Instant, Role


@strawberry.type(description="A person or program with an account on this server.")
class User(Node):
    name: str = strawberry.field(description="Unique on this server; also the name of the user's own entity.")
    created_at: Instant = strawberry.field(description="When the account was made.")

    @classmethod
    def from_model(cls, user: model.User) -> "User":
        return cls(id=strawberry.ID(user.id), name=user.name, created_at=user.created_at)


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


@strawberry.type(description="Somebody's place in an entity.")
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
