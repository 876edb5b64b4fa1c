"""Projects and registries: the two kinds of container, in one namespace for each entity."""

from typing import Final, LiteralString

from headwater_service.model import Container
from headwater_service.store.graph import Transaction
from headwater_service.store.reads import CONTAINER_COLUMNS, container_from

FIND_CONTAINER: Final[LiteralString] = (
    """
MATCH (container:Container {entity_id: $entity_id, name: $name})-[:OWNED_BY]->(entity:Entity)
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


async def find_container(tx: Transaction, entity_id: str, name: str) -> Container | None:
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
