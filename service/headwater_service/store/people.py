"""Users, entities, their members and API keys in the graph."""

from typing import Any, Final

from headwater_service.model import ApiKey, Entity, EntityKind, Instant, Role, User
from headwater_service.store.graph import Transaction

FIND_USER_BY_NAME: Final = """
MATCH (user:User {name: $name})
RETURN user {.id, .name, .is_admin, .created_at} AS user
"""

FIND_USER: Final = """
MATCH (user:User {id: $id})
RETURN user {.id, .name, .is_admin, .created_at} AS user
"""

CREATE_USER: Final = """
WITH datetime.realtime() AS clock
CREATE (user:User:EventScope {
  id: $id, name: $name, is_admin: $is_admin, default_entity_id: $entity_id,
  created_at: clock.epochSeconds * 1000000 + clock.microsecond
})
RETURN user {.id, .name, .is_admin, .created_at} AS user
"""

FIND_ENTITY: Final = """
MATCH (entity:Entity {id: $id})
RETURN entity {.id, .name, .kind, .created_at} AS entity
"""

# Every entity starts with a registry, so that a first link has somewhere to go.
CREATE_ENTITY: Final = """
MATCH (user:User {id: $user_id})
CREATE (user)-[:MEMBER_OF {role: 'ADMIN'}]->(entity:Entity:EventScope {
  id: $id, name: $name, kind: $kind, created_at: $at
})
CREATE (:Container:Registry:EventScope {
  id: $registry_id, kind: 'REGISTRY', name: $registry_name, entity_id: $id, description: '', created_at: $at,
  visibility: 'ENTITY', artifact_types: [], protected_aliases: []
})-[:OWNED_BY]->(entity)
RETURN entity {.id, .name, .kind, .created_at} AS entity
"""

MEMBERSHIP: Final = """
MATCH (entity:Entity {id: $entity_id})
OPTIONAL MATCH (user:User {id: $user_id})-[membership:MEMBER_OF]->(entity)
RETURN membership.role AS role, user.default_entity_id = $entity_id AND entity.kind = 'USER' AS is_owner,
  COUNT { (:User)-[:MEMBER_OF {role: 'ADMIN'}]->(entity) } AS admins
"""

PUT_MEMBER: Final = """
MATCH (user:User {id: $user_id}), (entity:Entity {id: $entity_id})
MERGE (user)-[membership:MEMBER_OF]->(entity)
SET membership.role = $role
"""

DELETE_MEMBER: Final = """
MATCH (user:User {id: $user_id})-[membership:MEMBER_OF]->(:Entity {id: $entity_id})
DELETE membership
"""

# The entity is locked, and so is it whenever a role in one of its registries changes.
DELETE_ROLES_IN_REGISTRIES: Final = """
MATCH (:User {id: $user_id})-[held:HAS_ROLE_IN]->(registry:Registry {entity_id: $entity_id})
WITH held, registry.id AS registry_id, held.role AS role
DELETE held
RETURN registry_id, role ORDER BY registry_id
"""

CREATE_API_KEY: Final = """
CREATE (key:ApiKey {
  id: $id, name: $name, hash: $hash, hint: $hint, user_id: $user_id, is_read_only: $is_read_only,
  entity_id: $entity_id, project_id: $project_id, created_at: $at, expires_at: $expires_at
})
RETURN key {
  .id, .name, .hint, .user_id, .is_read_only, .entity_id, .project_id, .created_at, .expires_at, .revoked_at
} AS key
"""

FIND_API_KEY: Final = """
MATCH (key:ApiKey {id: $id})
RETURN key {
  .id, .name, .hint, .user_id, .is_read_only, .entity_id, .project_id, .created_at, .expires_at, .revoked_at
} AS key
"""

REPLACE_SECRET: Final = """
MATCH (key:ApiKey {id: $id})
WHERE key.revoked_at IS NULL
SET key.hash = $hash, key.hint = $hint
RETURN key {
  .id, .name, .hint, .user_id, .is_read_only, .entity_id, .project_id, .created_at, .expires_at, .revoked_at
} AS key
"""

REVOKE_API_KEY: Final = """
MATCH (key:ApiKey {id: $id})
SET key.revoked_at = coalesce(key.revoked_at, $at)
RETURN key {
  .id, .name, .hint, .user_id, .is_read_only, .entity_id, .project_id, .created_at, .expires_at, .revoked_at
} AS key
"""


async def find_user(tx: Transaction, user_id: str) -> User | None:
    row = await tx.row(FIND_USER, id=user_id)
    return None if row is None else User(**row["user"])


async def find_user_by_name(tx: Transaction, name: str) -> User | None:
    row = await tx.row(FIND_USER_BY_NAME, name=name)
    return None if row is None else User(**row["user"])


async def create_user(tx: Transaction, user_id: str, name: str, *, is_admin: bool, default_entity_id: str) -> User:
    """Create a user without its entity. Raises DuplicateError when the name is taken."""
    row = await tx.row(CREATE_USER, id=user_id, name=name, is_admin=is_admin, entity_id=default_entity_id)
    assert row is not None, "CREATE returns a row"
    return User(**row["user"])


async def find_entity(tx: Transaction, entity_id: str) -> Entity | None:
    row = await tx.row(FIND_ENTITY, id=entity_id)
    return None if row is None else _entity(row["entity"])


async def create_entity(
    tx: Transaction, entity: Entity, *, admin_id: str, registry_id: str, registry_name: str
) -> Entity:
    """Create an entity with its first admin and first registry. Raises DuplicateError when the name is taken."""
    row = await tx.row(
        CREATE_ENTITY,
        id=entity.id,
        name=entity.name,
        kind=entity.kind.value,
        at=entity.created_at,
        user_id=admin_id,
        registry_id=registry_id,
        registry_name=registry_name,
    )
    assert row is not None, "the user was locked in this transaction"
    return _entity(row["entity"])


async def membership(tx: Transaction, entity_id: str, user_id: str) -> tuple[Role | None, bool, int]:
    """Return a user's role in an entity, whether the entity bears the user's name, and how many admins it has."""
    row = await tx.row(MEMBERSHIP, entity_id=entity_id, user_id=user_id)
    assert row is not None, "the entity was locked in this transaction"
    return None if row["role"] is None else Role(row["role"]), bool(row["is_owner"]), row["admins"]


async def put_member(tx: Transaction, entity_id: str, user_id: str, role: Role) -> None:
    await tx.rows(PUT_MEMBER, entity_id=entity_id, user_id=user_id, role=role.value)


async def delete_member(tx: Transaction, entity_id: str, user_id: str) -> None:
    await tx.rows(DELETE_MEMBER, entity_id=entity_id, user_id=user_id)


async def delete_registry_roles_of(tx: Transaction, entity_id: str, user_id: str) -> dict[str, Role]:
    """Take a user's roles in the registries of an entity away, and return them in order of the registries' ids."""
    rows = await tx.rows(DELETE_ROLES_IN_REGISTRIES, entity_id=entity_id, user_id=user_id)
    return {row["registry_id"]: Role(row["role"]) for row in rows}


async def create_api_key(tx: Transaction, key: ApiKey, *, key_hash: str) -> ApiKey:
    row = await tx.row(
        CREATE_API_KEY,
        id=key.id,
        name=key.name,
        hash=key_hash,
        hint=key.hint,
        user_id=key.user_id,
        is_read_only=key.is_read_only,
        entity_id=key.entity_id,
        project_id=key.project_id,
        at=key.created_at,
        expires_at=key.expires_at,
    )
    assert row is not None, "CREATE returns a row"
    return ApiKey(**row["key"])


async def find_api_key(tx: Transaction, key_id: str) -> ApiKey | None:
    row = await tx.row(FIND_API_KEY, id=key_id)
    return None if row is None else ApiKey(**row["key"])


async def replace_secret(tx: Transaction, key_id: str, *, key_hash: str, hint: str) -> ApiKey | None:
    """Give a key another secret. None: it is revoked."""
    row = await tx.row(REPLACE_SECRET, id=key_id, hash=key_hash, hint=hint)
    return None if row is None else ApiKey(**row["key"])


async def revoke_api_key(tx: Transaction, key_id: str, at: Instant) -> ApiKey:
    """Revoke a key; one that is revoked already keeps its time."""
    row = await tx.row(REVOKE_API_KEY, id=key_id, at=at)
    assert row is not None, "the key was read in this transaction, and keys are never deleted"
    return ApiKey(**row["key"])


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(row["id"], row["name"], EntityKind(row["kind"]), row["created_at"])
