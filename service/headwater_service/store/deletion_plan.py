"""What a deletion would end, and what hangs on it: read before it, and again under its locks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

# One record of lists: ten thousand records take several times as long to read.
_COLUMNS: Final[LiteralString] = """
WITH node LIMIT $limit
RETURN collect([
  node.id, CASE WHEN node:Run THEN 'RUN' WHEN node:ArtifactVersion THEN 'ARTIFACT_VERSION' ELSE 'REGISTRY_VERSION' END,
  node.scope_id, node.collection_id, node.index, node.key, node.source_id, node.state, node.ended_at
]) AS nodes
"""

NODES: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (node:Lineage {id: id})"""
    + _COLUMNS
)

IN_COLLECTIONS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (:Collection {id: id})<-[:VERSION_OF]-(node:Lineage)
WHERE node.state = 'COMMITTED'"""
    + _COLUMNS
)

# An index over two properties is used only when both are asked about.
RUNS_IN_CONTAINERS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (node:Run)
WHERE node.scope_id = id AND node.created_at > 0 AND node.ended_at IS NULL"""
    + _COLUMNS
)

COLLECTIONS_IN: Final = """
UNWIND $ids AS id
MATCH (collection:Collection {scope_id: id})
WHERE collection.ended_at IS NULL
RETURN collection.id AS id
LIMIT $limit
"""

# What another run that stays produced as well is that run's too, and stays with it.
OUTPUTS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (:Run {id: id})-[edge:PRODUCED {reused: false}]->(node:ArtifactVersion)
WHERE edge.retracted_at IS NULL AND node.state = 'COMMITTED'
  AND NOT EXISTS {
    MATCH (node)<-[again:PRODUCED]-(other:Run)
    WHERE again.retracted_at IS NULL AND other.ended_at IS NULL AND NOT other.id IN $ids
  }"""
    + _COLUMNS
)

LINKS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (:ArtifactVersion {id: id})-[:LINKED_TO]->(node:RegistryVersion)
WHERE node.state = 'COMMITTED'"""
    + _COLUMNS
)

# All that is to end is live, so that a blob goes exactly when as many live nodes hold it as are to end.
BYTES: Final = """
UNWIND $ids AS id
MATCH (holder:Lineage {id: id})-[:HOLDS]->(blob:Blob)
WITH blob, count(*) AS ending
WITH blob.size AS size, ending = COUNT {
  MATCH (blob)<-[:HOLDS]-(live:Lineage)
  WHERE live.ended_at IS NULL AND coalesce(live.state, '') <> 'DELETED'
} AS is_freed
RETURN sum(CASE WHEN is_freed THEN size ELSE 0 END) AS freed, sum(CASE WHEN is_freed THEN 0 ELSE size END) AS shared
"""

ALIASES: Final = """
UNWIND $ids AS id
MATCH (version:Lineage {id: id})<-[:POINTS_TO]-(alias:Alias)
MATCH (collection:Collection {id: alias.collection_id})-[:IN]->(container:Container)
RETURN alias.collection_id AS collection_id, alias.name AS name, id AS version_id, alias.rev AS rev,
  alias.name IN coalesce(container.protected_aliases, []) AS is_protected
ORDER BY collection_id, name
"""

USES: Final = """
UNWIND $ids AS id
MATCH (:Lineage {id: id})-[edge:CONSUMED_BY]->(:Run)
WHERE edge.retracted_at IS NULL
RETURN id, count(*) AS uses
"""

CONSUMERS: Final = """
UNWIND $ids AS id
MATCH (:Lineage {id: id})-[edge:CONSUMED_BY]->(run:Run)
WHERE edge.retracted_at IS NULL AND run.ended_at IS NULL AND NOT run.id IN $ids
WITH DISTINCT run.id AS id
ORDER BY id
RETURN count(*) AS count, collect(id)[..$shown] AS ids
"""

NEXT: Final = """
UNWIND $ids AS id
MATCH (:Lineage {id: id})-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->(next:Lineage)
WHERE edge.retracted_at IS NULL
RETURN DISTINCT next.id AS id, next.scope_id AS scope_id,
  next.ended_at IS NULL AND coalesce(next.state, '') <> 'DELETED' AS is_live
"""


@dataclass(frozen=True, slots=True)
class EndingNode:
    """A run or version as far as its deletion matters; `key` is a run's, `index` and `collection_id` a version's."""

    id: str
    kind: str
    scope_id: str
    collection_id: str | None
    index: int | None
    key: str | None
    source_id: str | None
    state: str
    ended_at: Instant | None

    @property
    def is_live(self) -> bool:
        return self.ended_at is None and self.state != "DELETED"


@dataclass(frozen=True, slots=True)
class EndingAlias:
    """An alias that points at what is to end."""

    collection_id: str
    name: str
    version_id: str
    rev: int
    is_protected: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    id: str
    scope_id: str
    is_live: bool


async def find_nodes(tx: Transaction, ids: Sequence[str]) -> dict[str, EndingNode]:
    return _nodes(await tx.row(NODES, ids=list(ids), limit=len(ids)))


async def list_in_collections(tx: Transaction, ids: Sequence[str], *, limit: int) -> dict[str, EndingNode]:
    """Return the live versions of collections, up to `limit`."""
    return _nodes(await tx.row(IN_COLLECTIONS, ids=ids, limit=limit))


async def list_runs_in(tx: Transaction, ids: Sequence[str], *, limit: int) -> dict[str, EndingNode]:
    """Return the live runs of projects, up to `limit`."""
    return _nodes(await tx.row(RUNS_IN_CONTAINERS, ids=ids, limit=limit))


async def list_collections_in(tx: Transaction, ids: Sequence[str], *, limit: int) -> list[str]:
    """Return the ids of the live collections of projects and registries, up to `limit`."""
    return [row["id"] for row in await tx.rows(COLLECTIONS_IN, ids=ids, limit=limit)]


async def list_outputs(tx: Transaction, run_ids: Sequence[str], *, limit: int) -> dict[str, EndingNode]:
    """Return the live versions that these runs made and that no other live run produced too, up to `limit`."""
    return _nodes(await tx.row(OUTPUTS, ids=run_ids, limit=limit))


async def list_links(tx: Transaction, version_ids: Sequence[str], *, limit: int) -> dict[str, EndingNode]:
    """Return the live links of artifact versions, up to `limit`."""
    return _nodes(await tx.row(LINKS, ids=version_ids, limit=limit))


async def count_bytes(tx: Transaction, ids: Sequence[str]) -> tuple[int, int]:
    """Return the bytes that only these live nodes hold, and those that other live nodes hold as well."""
    row = await tx.row(BYTES, ids=ids)
    assert row is not None, "sum returns a row"
    return row["freed"], row["shared"]


async def list_aliases_on(tx: Transaction, version_ids: Sequence[str]) -> list[EndingAlias]:
    return [EndingAlias(**row) for row in await tx.rows(ALIASES, ids=version_ids)]


async def count_uses(tx: Transaction, version_ids: Sequence[str]) -> dict[str, int]:
    """Return how often each version was consumed, those never consumed left out."""
    return {row["id"]: row["uses"] for row in await tx.rows(USES, ids=version_ids)}


async def find_consumers(tx: Transaction, ids: Sequence[str], *, shown: int) -> tuple[int, list[str]]:
    """Count the live runs beside these that consumed one of these, and return the ids of the first ones."""
    row = await tx.row(CONSUMERS, ids=ids, shown=shown)
    assert row is not None, "count returns a row"
    return row["count"], row["ids"]


async def list_next(tx: Transaction, ids: Sequence[str]) -> list[Neighbour]:
    """Return what lies one edge downstream of any of these."""
    return [Neighbour(**row) for row in await tx.rows(NEXT, ids=ids)]


def _nodes(row: dict[str, Any] | None) -> dict[str, EndingNode]:
    assert row is not None, "collect returns a row"
    return {columns[0]: EndingNode(*columns) for columns in row["nodes"]}
