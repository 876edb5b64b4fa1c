"""The usual path in one statement: container, collection and the version that an alias names."""

from typing import Final, LiteralString

from headwater_service.store.graph import Transaction
from headwater_service.store.reads import (
    COLLECTION_COLUMNS,
    CONTAINER_COLUMNS,
    VERSION_COLUMNS,
    PlacedVersion,
    placed_version_from,
)

_COLLECTION: Final[LiteralString] = """
MATCH (container:Container {entity_id: $entity_id, name: $container})-[:OWNED_BY]->(entity:Entity)
WHERE container.ended_at IS NULL
MATCH (collection:Collection {scope_id: container.id, name: $name})
WHERE collection.ended_at IS NULL
"""

_COLUMNS: Final[LiteralString] = (
    """
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
RETURN """
    + VERSION_COLUMNS
    + ","
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

RESOLVE_ALIAS: Final[LiteralString] = (
    _COLLECTION
    + """
MATCH (alias:Alias {collection_id: collection.id, name: $alias})
MATCH (version:Lineage {id: alias.version_id})"""
    + _COLUMNS
)


async def find_by_alias(
    tx: Transaction, *, entity_id: str, container: str, name: str, alias: str
) -> PlacedVersion | None:
    """Return the version that an alias points at now. None: not there by these very names."""
    row = await tx.row(RESOLVE_ALIAS, entity_id=entity_id, container=container, name=name, alias=alias)
    return None if row is None else placed_version_from(row)
