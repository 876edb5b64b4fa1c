"""Ends of versions, runs, collections, projects and registries: made, taken back, and listed as the trash.

What has ended keeps its node, with `ended_at`, `ended_by`, `end_reason` and the `deletion_id` that it shares with all
that ended in one deletion; `is_deletion_root` marks what somebody asked to delete, not what went along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, LiteralString

from headwater_service.model import EndReason, Instant
from headwater_service.store.graph import Transaction

# A lineage edge locks neither of its ends, but whoever adds one to a version writes to it first; so does this.
LOCK_NODES: Final = """
UNWIND $ids AS id
MATCH (node:Lineage {id: id})
SET node.lock = $operation
"""

LOCK_BLOBS: Final = """
UNWIND $ids AS id
MATCH (:Lineage {id: id})-[:HOLDS]->(blob:Blob)
WITH DISTINCT blob
ORDER BY blob.digest, blob.entity_id
SET blob.lock = $operation
"""

END_NODES: Final = """
UNWIND $ends AS end
MATCH (node:Lineage {id: end.id})
SET node.ended_at = end.at, node.ended_by = $by, node.end_reason = $reason, node.deletion_id = $deletion,
  node.is_deletion_root = end.is_root
WITH node
WHERE NOT node:Run
SET node.state = 'DELETED'
"""

END_COLLECTIONS: Final = """
UNWIND $ends AS end
MATCH (node:Collection {id: end.id})
SET node.ended_at = end.at, node.ended_by = $by, node.end_reason = $reason, node.deletion_id = $deletion,
  node.is_deletion_root = end.is_root
"""

END_CONTAINERS: Final = """
UNWIND $ends AS end
MATCH (node:Container {id: end.id})
SET node.ended_at = end.at, node.ended_by = $by, node.end_reason = $reason, node.deletion_id = $deletion,
  node.is_deletion_root = end.is_root
"""

RESTORE_NODES: Final = """
UNWIND $ids AS id
MATCH (node:Lineage {id: id})
REMOVE node.ended_at, node.ended_by, node.end_reason, node.deletion_id, node.is_deletion_root
WITH node
WHERE NOT node:Run
SET node.state = 'COMMITTED', node.restored_at = $at
"""

RESTORE_COLLECTIONS: Final = """
UNWIND $ids AS id
MATCH (node:Collection {id: id})
REMOVE node.ended_at, node.ended_by, node.end_reason, node.deletion_id, node.is_deletion_root
"""

RESTORE_CONTAINERS: Final = """
UNWIND $ids AS id
MATCH (node:Container {id: id})
REMOVE node.ended_at, node.ended_by, node.end_reason, node.deletion_id, node.is_deletion_root
"""

# One record of lists: ten thousand records take several times as long to read.
_COLUMNS: Final[LiteralString] = """
RETURN collect([
  node.id,
  CASE
    WHEN node:Run THEN 'RUN' WHEN node:ArtifactVersion THEN 'ARTIFACT_VERSION'
    WHEN node:RegistryVersion THEN 'REGISTRY_VERSION' WHEN node:Collection THEN 'COLLECTION' ELSE 'CONTAINER'
  END,
  coalesce(node.scope_id, node.id), node.collection_id, node.index,
  CASE WHEN node:Run THEN node.key ELSE node.name END,
  node.type, node.source_id, coalesce(node.size, 0), node.ended_at, node.ended_by, node.end_reason, node.deletion_id
]) AS nodes
"""

ENDED: Final[LiteralString] = (
    """
UNWIND $ids AS id
OPTIONAL MATCH (lineage:Lineage {id: id})
OPTIONAL MATCH (collection:Collection {id: id})
OPTIONAL MATCH (container:Container {id: id})
WITH coalesce(lineage, collection, container) AS node
WHERE node.ended_at IS NOT NULL"""
    + _COLUMNS
)

ENDED_TOGETHER: Final[LiteralString] = (
    """
CALL () {
  MATCH (node:Lineage {deletion_id: $deletion}) RETURN node
  UNION ALL
  MATCH (node:Collection {deletion_id: $deletion}) RETURN node
  UNION ALL
  MATCH (node:Container {deletion_id: $deletion}) RETURN node
}
WITH node
LIMIT $limit"""
    + _COLUMNS
)

TRASH: Final[LiteralString] = (
    """
CALL () {
  MATCH (node:Lineage) WHERE node.scope_id IN $scopes AND node.ended_at > $since RETURN node
  UNION ALL
  MATCH (node:Collection) WHERE node.scope_id IN $scopes AND node.ended_at > $since RETURN node
  UNION ALL
  MATCH (node:Container) WHERE node.id IN $scopes AND node.ended_at > $since RETURN node
}
WITH node
WHERE node.is_deletion_root AND ($before_at IS NULL
  OR node.ended_at < $before_at OR (node.ended_at = $before_at AND node.id < $before_id))
WITH node
ORDER BY node.ended_at DESC, node.id DESC
LIMIT $limit"""
    + _COLUMNS
)

COUNT_TRASH: Final = """
CALL () {
  MATCH (node:Lineage) WHERE node.scope_id IN $scopes AND node.ended_at > $since RETURN node
  UNION ALL
  MATCH (node:Collection) WHERE node.scope_id IN $scopes AND node.ended_at > $since RETURN node
  UNION ALL
  MATCH (node:Container) WHERE node.id IN $scopes AND node.ended_at > $since RETURN node
}
WITH node
WHERE node.is_deletion_root
RETURN count(*) AS count
"""

ENDINGS: Final = """
UNWIND $ids AS id
MATCH (node:Lineage {id: id})
WHERE node.ended_at IS NOT NULL
RETURN node {.id, .ended_at, .end_reason, .ended_by, .deletion_id} AS node
"""

# A source that is linked into a collection again may not get a second live link there.
LINKED_AGAIN: Final = """
UNWIND $links AS link
MATCH (:ArtifactVersion {id: link.source_id})-[:LINKED_TO]->(other:RegistryVersion)
WHERE other.collection_id = link.collection_id AND other.state = 'COMMITTED' AND other.id <> link.id
RETURN link.id AS id, other.index AS index
"""

NOW: Final = """
WITH datetime.realtime() AS now
RETURN now.epochSeconds * 1000000 + now.microsecond AS now
"""


class TrashKind(StrEnum):
    RUN = "RUN"
    ARTIFACT_VERSION = "ARTIFACT_VERSION"
    REGISTRY_VERSION = "REGISTRY_VERSION"
    COLLECTION = "COLLECTION"
    CONTAINER = "CONTAINER"


@dataclass(frozen=True, slots=True)
class Ending:
    """One node that ends: when, and whether somebody named it."""

    id: str
    at: Instant
    is_root: bool


@dataclass(frozen=True, slots=True)
class EndedNode:
    """Something in the trash. `name` is a run's key, or the name of a collection, project or registry.

    `scope_id` is the project or registry that it lies in; of a project or registry, its own id.
    """

    id: str
    kind: TrashKind
    scope_id: str
    collection_id: str | None
    index: int | None
    name: str | None
    type: str | None
    source_id: str | None
    size: int
    ended_at: Instant
    ended_by: str | None
    end_reason: EndReason
    deletion_id: str | None


@dataclass(frozen=True, slots=True)
class VersionEnd:
    """When, by whom and why a version ended."""

    ended_at: Instant
    ended_by: str | None
    reason: EndReason | None
    deletion_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What ended nodes share."""

    id: str
    by: str | None
    reason: EndReason


async def lock_nodes(tx: Transaction, ids: Sequence[str], *, operation: str) -> None:
    """Lock versions, and the blobs they hold: no edge and no holder is added until the transaction ends."""
    await tx.rows(LOCK_NODES, ids=sorted(ids), operation=operation)
    await tx.rows(LOCK_BLOBS, ids=sorted(ids), operation=operation)


async def end_nodes(tx: Transaction, ends: Sequence[Ending], deletion: Deletion) -> None:
    """End versions and runs, whose scopes are locked."""
    await tx.rows(END_NODES, _parameters(ends, deletion))


async def end_collections(tx: Transaction, ends: Sequence[Ending], deletion: Deletion) -> None:
    await tx.rows(END_COLLECTIONS, _parameters(ends, deletion))


async def end_containers(tx: Transaction, ends: Sequence[Ending], deletion: Deletion) -> None:
    await tx.rows(END_CONTAINERS, _parameters(ends, deletion))


async def restore_nodes(tx: Transaction, ids: Sequence[str], *, at: Instant) -> None:
    """Take the ends of anything back, by id."""
    await tx.rows(RESTORE_NODES, ids=ids, at=at)
    await tx.rows(RESTORE_COLLECTIONS, ids=ids)
    await tx.rows(RESTORE_CONTAINERS, ids=ids)


async def find_ended(tx: Transaction, ids: Sequence[str]) -> dict[str, EndedNode]:
    """Return those of these that have ended."""
    return {node.id: node for node in _ended(await tx.row(ENDED, ids=ids))}


async def list_ended_together(tx: Transaction, deletion_id: str, *, limit: int) -> dict[str, EndedNode]:
    """Return what ended in one deletion and was not restored since, up to `limit`."""
    found = _ended(await tx.row(ENDED_TOGETHER, deletion=deletion_id, limit=limit))
    return {node.id: node for node in found}


async def list_trash(
    tx: Transaction, scopes: Sequence[str], *, since: Instant, before: tuple[float | str, str] | None, limit: int
) -> list[EndedNode]:
    """Return what somebody deleted in these scopes later than `since`, the last first."""
    at, node_id = before or (None, None)
    row = await tx.row(TRASH, scopes=list(scopes), since=since, before_at=at, before_id=node_id, limit=limit)
    return _ended(row)


async def count_trash(tx: Transaction, scopes: Sequence[str], *, since: Instant) -> int:
    row = await tx.row(COUNT_TRASH, scopes=list(scopes), since=since)
    assert row is not None, "count returns a row"
    return int(row["count"])


async def find_version_ends(tx: Transaction, ids: Sequence[str]) -> dict[str, VersionEnd]:
    """Return how runs and versions ended, those that are live left out."""
    return {
        row["node"]["id"]: VersionEnd(
            row["node"]["ended_at"],
            row["node"]["ended_by"],
            EndReason(row["node"]["end_reason"]),
            row["node"]["deletion_id"],
        )
        for row in await tx.rows(ENDINGS, ids=list(ids))
    }


async def list_linked_again(tx: Transaction, links: Sequence[EndedNode]) -> dict[str, int]:
    """Return, for links that ended, the number of the live link that now stands for the same source there."""
    given = [{"id": link.id, "source_id": link.source_id, "collection_id": link.collection_id} for link in links]
    return {row["id"]: row["index"] for row in await tx.rows(LINKED_AGAIN, links=given)}


async def read_clock(tx: Transaction) -> Instant:
    row = await tx.row(NOW)
    assert row is not None, "RETURN gives a row"
    return Instant(row["now"])


def _parameters(ends: Sequence[Ending], deletion: Deletion) -> Mapping[str, Any]:
    return {
        "ends": [{"id": end.id, "at": end.at, "is_root": end.is_root} for end in ends],
        "by": deletion.by,
        "reason": deletion.reason,
        "deletion": deletion.id,
    }


def _ended(row: Mapping[str, Any] | None) -> list[EndedNode]:
    assert row is not None, "collect returns a row"
    found = [EndedNode(*columns) for columns in row["nodes"]]
    return [replace(node, kind=TrashKind(node.kind), end_reason=EndReason(node.end_reason)) for node in found]
