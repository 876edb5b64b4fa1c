"""The usual paths in one statement: container, collection and the version that an alias names."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, LiteralString

from headwater_service.store.graph import Transaction
from headwater_service.store.reads import (
    COLLECTION_COLUMNS,
    CONTAINER_COLUMNS,
    VERSION_COLUMNS,
    PlacedVersion,
    placed_version_from,
)

RESOLVE_ALIASES: Final[LiteralString] = (
    """
UNWIND $asked AS asked
MATCH (container:Container {entity_id: asked.entity_id, name: asked.container})-[:OWNED_BY]->(entity:Entity)
WHERE container.ended_at IS NULL
MATCH (collection:Collection {scope_id: container.id, name: asked.name})
WHERE collection.ended_at IS NULL
MATCH (alias:Alias {collection_id: collection.id, name: asked.alias})
MATCH (version:Lineage {id: alias.version_id})
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
RETURN asked.number AS number,"""
    + VERSION_COLUMNS
    + ","
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)


@dataclass(frozen=True, slots=True)
class NamedAlias:
    """An alias as a path names it: entity by id, everything else by its very name."""

    entity_id: str
    container: str
    name: str
    alias: str


async def find_by_aliases(tx: Transaction, asked: Sequence[NamedAlias]) -> dict[NamedAlias, PlacedVersion]:
    """Return the versions that aliases point at now. What is not there by these very names is left out."""
    rows = await tx.rows(RESOLVE_ALIASES, asked=[{**asdict(one), "number": i} for i, one in enumerate(asked)])
    return {asked[row["number"]]: placed_version_from(row) for row in rows}
