"""Links in the graph: registry versions, each with one source."""

from collections.abc import Mapping
from typing import Any, Final

from headwater_service.errors import ConflictError
from headwater_service.store.graph import Transaction

FIND_LINK: Final = """
MATCH (:ArtifactVersion {id: $source_id})-[:LINKED_TO]->(version:RegistryVersion {collection_id: $collection_id})
WHERE version.state = 'COMMITTED'
RETURN version.id AS id
"""

# The source is locked before its state is read, for the reason given in `store.consumption`; and its text, which
# finds the link too, so that whoever changes it at the same time comes wholly before or wholly after.
CREATE_LINK: Final = """
MATCH (source:ArtifactVersion {id: $source_id})
SET source.lock = $edge_id
WITH source
WHERE source.state = 'COMMITTED'
MATCH (collection:Collection {id: $collection_id})
CREATE (version:RegistryVersion:Lineage)-[:VERSION_OF]->(collection)
SET version = $properties, version.search_text = source.search_text,
  version.search_scope = CASE WHEN source.search_text IS NULL THEN null ELSE $search_scope END
CREATE (source)-[:LINKED_TO {id: $edge_id, at: $at}]->(version)
RETURN version.id AS id
"""


async def find_link(tx: Transaction, collection_id: str, source_id: str) -> str | None:
    """Return the id of the registry version by which a source is in a collection."""
    row = await tx.row(FIND_LINK, collection_id=collection_id, source_id=source_id)
    return None if row is None else row["id"]


async def create_link(tx: Transaction, properties: Mapping[str, Any]) -> None:
    """Create a registry version and the edge from its source. Raises ConflictError when the source was deleted."""
    source_id, version_id = properties["source_id"], properties["id"]
    made = await tx.row(
        CREATE_LINK,
        collection_id=properties["collection_id"],
        source_id=source_id,
        edge_id=f"{source_id}:{version_id}",
        at=properties["created_at"],
        properties=properties,
        search_scope=properties["scope_id"].replace("-", ""),
    )
    if made is None:
        raise ConflictError("That version was deleted just now: it can't be linked any more.")
