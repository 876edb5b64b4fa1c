"""Projects and registries: the two kinds of container, in one namespace for each entity."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, LiteralString

from headwater_service.model import Container, Member, Role, User
from headwater_service.store.graph import Transaction
from headwater_service.store.reads import CONTAINER_COLUMNS, container_from

FIND_CONTAINER: Final[LiteralString] = (
    """
MATCH (container:Container {entity_id: $entity_id, name: $name})-[:OWNED_BY]->(entity:Entity)
RETURN """
    + CONTAINER_COLUMNS
)

FIND_RENAMED_CONTAINER: Final[LiteralString] = (
    """
MATCH (former:FormerName {scope_id: $entity_id, name: $name})
MATCH (container:Container {id: former.target_id})-[:OWNED_BY]->(entity:Entity)
WHERE container.ended_at IS NULL
RETURN """
    + CONTAINER_COLUMNS
)

FIND_CONTAINER_BY_ID: Final[LiteralString] = (
    """
MATCH (container:Container {id: $id})-[:OWNED_BY]->(entity:Entity)
RETURN """
    + CONTAINER_COLUMNS
)

CREATE_PROJECT: Final = """
MATCH (entity:Entity {id: $entity_id})
CREATE (:Container:Project:EventScope {
  id: $id, kind: 'PROJECT', name: $name, entity_id: $entity_id, description: $description, created_at: $at,
  visibility: 'ENTITY', artifact_types: [], protected_aliases: []
})-[:OWNED_BY]->(entity)
"""

CREATE_REGISTRY: Final = """
MATCH (entity:Entity {id: $entity_id})
CREATE (:Container:Registry:EventScope {
  id: $id, kind: 'REGISTRY', name: $name, entity_id: $entity_id, description: $description, created_at: $at,
  visibility: $visibility, artifact_types: $artifact_types, protected_aliases: $protected_aliases
})-[:OWNED_BY]->(entity)
"""

CHANGE_CONTAINER: Final = """
MATCH (container:Container {id: $id})
SET container += $changes
"""

# A deleted collection is in nobody's way: bringing it back is checked anew.
COUNT_COLLECTIONS: Final = """
MATCH (collection:Collection {scope_id: $id})
WHERE collection.ended_at IS NULL
RETURN count(collection) AS count
"""

REGISTRY_ROLE: Final = """
MATCH (user:User {id: $user_id}), (registry:Container {id: $registry_id})
OPTIONAL MATCH (user)-[held:HAS_ROLE_IN]->(registry)
RETURN held.role AS role, EXISTS { (user)-[:MEMBER_OF]->(:Entity {id: registry.entity_id}) } AS is_member
"""

PUT_REGISTRY_ROLE: Final = """
MATCH (user:User {id: $user_id}), (registry:Container {id: $registry_id})
MERGE (user)-[held:HAS_ROLE_IN]->(registry)
SET held.role = $role
"""

DELETE_REGISTRY_ROLE: Final = """
MATCH (:User {id: $user_id})-[held:HAS_ROLE_IN]->(:Container {id: $registry_id})
DELETE held
"""

DELETE_REGISTRY_ROLES: Final = """
MATCH (:Container {id: $registry_id})<-[held:HAS_ROLE_IN]-(:User)
DELETE held
"""

REGISTRY_MEMBERS: Final = """
UNWIND $ids AS id
MATCH (:Container {id: id})<-[held:HAS_ROLE_IN]-(user:User)
RETURN id, user {.id, .name, .is_admin, .created_at} AS user, held.role AS role
ORDER BY user.name
"""


# Its node, and with it the ids of what lies in it, stays; so does what was deleted with it, each thing by itself.
CREATE_CONTAINER_AGAIN: Final = """
MATCH (container:Container {id: $id})
CALL (container) {
  MATCH (collection:Collection {deletion_id: container.deletion_id, scope_id: container.id})
  SET collection.is_deletion_root = true
}
CALL (container) {
  MATCH (run:Run {deletion_id: container.deletion_id, scope_id: container.id})
  SET run.is_deletion_root = true
}
CALL (container) {
  MATCH (guard:Guard {owner_id: container.id})
  WHERE guard.name > ''
  DELETE guard
}
SET container.kind = $kind, container.description = $description, container.created_at = $at,
  container.visibility = $visibility, container.artifact_types = $artifact_types,
  container.protected_aliases = $protected_aliases
REMOVE container:Project, container:Registry, container.ended_at, container.ended_by, container.end_reason,
  container.deletion_id, container.is_deletion_root
FOREACH (_ IN CASE WHEN $kind = 'PROJECT' THEN [1] ELSE [] END | SET container:Project)
FOREACH (_ IN CASE WHEN $kind = 'REGISTRY' THEN [1] ELSE [] END | SET container:Registry)
"""


async def find_container(tx: Transaction, entity_id: str, name: str) -> Container | None:
    """Return what bears the name, else what bore it last."""
    row = await tx.row(FIND_CONTAINER, entity_id=entity_id, name=name)
    if row is None:
        row = await tx.row(FIND_RENAMED_CONTAINER, entity_id=entity_id, name=name)
    return None if row is None else container_from(row)


async def find_container_named(tx: Transaction, entity_id: str, name: str) -> Container | None:
    """Return what bears the name now."""
    row = await tx.row(FIND_CONTAINER, entity_id=entity_id, name=name)
    return None if row is None else container_from(row)


async def find_container_by_id(tx: Transaction, container_id: str) -> Container | None:
    row = await tx.row(FIND_CONTAINER_BY_ID, id=container_id)
    return None if row is None else container_from(row)


async def create_project(tx: Transaction, project: Container) -> None:
    await tx.rows(
        CREATE_PROJECT,
        id=project.id,
        name=project.name,
        entity_id=project.entity_id,
        description=project.description,
        at=project.created_at,
    )


async def create_registry(tx: Transaction, registry: Container) -> None:
    await tx.rows(CREATE_REGISTRY, {**asdict(registry), "at": registry.created_at})


async def change_container(tx: Transaction, container_id: str, changes: dict[str, Any]) -> None:
    """Set some properties of a locked container."""
    await tx.rows(CHANGE_CONTAINER, id=container_id, changes=changes)


async def count_collections(tx: Transaction, container_id: str) -> int:
    """Return how many collections a container holds, without those that were deleted."""
    row = await tx.row(COUNT_COLLECTIONS, id=container_id)
    assert row is not None, "a count is a row"
    count: int = row["count"]
    return count


async def registry_role(tx: Transaction, registry_id: str, user_id: str) -> tuple[Role | None, bool]:
    """Return a user's role in a registry alone, and whether the user is a member of the registry's entity."""
    row = await tx.row(REGISTRY_ROLE, registry_id=registry_id, user_id=user_id)
    assert row is not None, "both were found in this transaction"
    return None if row["role"] is None else Role(row["role"]), bool(row["is_member"])


async def put_registry_role(tx: Transaction, registry_id: str, user_id: str, role: Role) -> None:
    await tx.rows(PUT_REGISTRY_ROLE, registry_id=registry_id, user_id=user_id, role=role.value)


async def delete_registry_role(tx: Transaction, registry_id: str, user_id: str) -> None:
    await tx.rows(DELETE_REGISTRY_ROLE, registry_id=registry_id, user_id=user_id)


async def delete_registry_roles(tx: Transaction, registry_id: str) -> None:
    """Take all roles in a registry away: another one is made in its place."""
    await tx.rows(DELETE_REGISTRY_ROLES, registry_id=registry_id)


async def list_registry_members(tx: Transaction, registry_ids: Sequence[str]) -> dict[str, list[Member]]:
    """Return those who have a role in registries of their own, in order of their names."""
    members: dict[str, list[Member]] = {}
    for row in await tx.rows(REGISTRY_MEMBERS, ids=list(registry_ids)):
        members.setdefault(row["id"], []).append(Member(User(**row["user"]), Role(row["role"])))
    return members


async def create_container_again(tx: Transaction, container: Container) -> None:
    """Make a deleted project or registry anew on its node, as either kind; the node is locked."""
    await tx.rows(
        CREATE_CONTAINER_AGAIN,
        id=container.id,
        kind=container.kind,
        description=container.description,
        at=container.created_at,
        visibility=container.visibility,
        artifact_types=list(container.artifact_types),
        protected_aliases=list(container.protected_aliases),
    )
