"""Aliases in the graph: where each points, and every move it made. Writers hold the collection's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from headwater_service.model import AliasMove, Instant
from headwater_service.store.graph import Transaction

# An alias that was removed has no node; its numbering goes on from its last move. `rev > 0` is always true and lets
# the index give that move first.
FIND_PLACES: Final = """
UNWIND $names AS name
OPTIONAL MATCH (alias:Alias {collection_id: $collection_id, name: name})
OPTIONAL CALL (name) {
  MATCH (move:AliasMove {collection_id: $collection_id, name: name})
  WHERE move.rev > 0
  RETURN move.rev AS last
  ORDER BY move.collection_id DESC, move.name DESC, move.rev DESC
  LIMIT 1
}
OPTIONAL MATCH (:Collection {id: $collection_id})-[:IN]->(container:Container)
RETURN name, coalesce(last, 0) AS last, alias.version_id AS version_id,
  name IN coalesce(container.protected_aliases, []) AS is_protected,
  EXISTS { (:Guard {owner_id: $collection_id, name: name}) }
    OR EXISTS { (:Guard {owner_id: container.id, name: name}) } AS is_guarded
"""

SAVE_ALIASES: Final = """
UNWIND $moves AS move
MERGE (alias:Alias {collection_id: $collection_id, name: move.name})
SET alias.rev = move.rev, alias.version_id = move.to, alias.moved_at = $at, alias.moved_by = $by
WITH alias, move
CALL (alias) {
  MATCH (alias)-[old:POINTS_TO]->()
  DELETE old
}
MATCH (version:Lineage {id: move.to})
CREATE (alias)-[:POINTS_TO]->(version)
"""

DELETE_ALIASES: Final = """
UNWIND $names AS name
MATCH (alias:Alias {collection_id: $collection_id, name: name})
DETACH DELETE alias
"""

DROP_ALIASES: Final = """
UNWIND $moves AS move
MATCH (alias:Alias {collection_id: move.collection_id, name: move.name})
DETACH DELETE alias
CREATE (:AliasMove {
  collection_id: move.collection_id, name: move.name, rev: move.rev, from: move.from_version_id, to: null,
  at: move.at, by: move.by, reason: move.reason
})
"""

# As for one collection above, for many: where `latest` is, where it should be, and how often it moved.
LATEST_PLACES: Final = """
UNWIND $collections AS collection_id
OPTIONAL CALL (collection_id) {
  MATCH (version:ArtifactVersion {collection_id: collection_id})
  WHERE version.index >= 0 AND version.state = 'COMMITTED'
  RETURN version.id AS artifact_id ORDER BY version.collection_id DESC, version.index DESC LIMIT 1
}
OPTIONAL CALL (collection_id) {
  MATCH (version:RegistryVersion {collection_id: collection_id})
  WHERE version.index >= 0 AND version.state = 'COMMITTED'
  RETURN version.id AS link_id ORDER BY version.collection_id DESC, version.index DESC LIMIT 1
}
OPTIONAL CALL (collection_id) {
  MATCH (move:AliasMove {collection_id: collection_id, name: $latest})
  WHERE move.rev > 0
  RETURN move.rev AS last ORDER BY move.collection_id DESC, move.name DESC, move.rev DESC LIMIT 1
}
OPTIONAL MATCH (alias:Alias {collection_id: collection_id, name: $latest})
RETURN collection_id, coalesce(artifact_id, link_id) AS highest, coalesce(last, 0) AS last, alias.version_id AS now
"""

POINT_ALIASES: Final = """
UNWIND $moves AS move
MERGE (alias:Alias {collection_id: move.collection_id, name: move.name})
SET alias.rev = move.rev, alias.version_id = move.to_version_id, alias.moved_at = move.at, alias.moved_by = move.by
WITH alias, move
CALL (alias) {
  MATCH (alias)-[old:POINTS_TO]->()
  DELETE old
}
MATCH (version:Lineage {id: move.to_version_id})
CREATE (alias)-[:POINTS_TO]->(version)
CREATE (:AliasMove {
  collection_id: move.collection_id, name: move.name, rev: move.rev, from: move.from_version_id,
  to: move.to_version_id, at: move.at, by: move.by, reason: move.reason
})
"""

CREATE_MOVES: Final = """
UNWIND $moves AS move
CREATE (:AliasMove {
  collection_id: $collection_id, name: move.name, rev: move.rev, from: move.from, to: move.to, at: $at, by: $by,
  reason: $reason
})
"""

# The last place that is not where the alias points now, and still there: a link goes with its source.
FIND_TARGET_BEFORE: Final = """
MATCH (move:AliasMove {collection_id: $collection_id, name: $name})
WHERE move.rev > 0 AND move.to IS NOT NULL AND ($current IS NULL OR move.to <> $current)
WITH move
ORDER BY move.collection_id DESC, move.name DESC, move.rev DESC
MATCH (version:Lineage {id: move.to})
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
WHERE version.state = 'COMMITTED' AND content.state = 'COMMITTED'
RETURN version.id AS id
LIMIT 1
"""

FIND_NAMES_ON: Final = """
UNWIND $version_ids AS id
MATCH (version:Lineage {id: id})<-[:POINTS_TO]-(alias:Alias {collection_id: $collection_id})
RETURN alias.name AS name
ORDER BY name
"""

# Of a source, what its links carry counts too.
FIND_PROTECTED_ON: Final = """
UNWIND $version_ids AS id
MATCH (:Lineage {id: id})-[:LINKED_TO*0..1]->(carrier:ArtifactVersion|RegistryVersion)<-[:POINTS_TO]-(alias:Alias)
MATCH (carrier)-[:VERSION_OF]->(collection:Collection)-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity)
WHERE alias.name IN coalesce(container.protected_aliases, [])
RETURN id AS version_id, alias.name AS name, carrier.id AS carrier_id, container.id AS scope_id,
  entity.name + '/' + container.name + '/' + collection.name + ':v' + carrier.index AS path
ORDER BY path, name
"""

# A collection holds versions of one kind; `index >= 0` is always true and lets the index give the highest first.
FIND_HIGHEST: Final = """
CALL () {
  MATCH (version:ArtifactVersion {collection_id: $collection_id})
  WHERE version.index >= 0 AND version.state = 'COMMITTED' AND NOT version.id IN $without
  RETURN version.id AS id
  ORDER BY version.collection_id DESC, version.index DESC
  LIMIT 1
UNION ALL
  MATCH (version:RegistryVersion {collection_id: $collection_id})
  WHERE version.index >= 0 AND version.state = 'COMMITTED' AND NOT version.id IN $without
  RETURN version.id AS id
  ORDER BY version.collection_id DESC, version.index DESC
  LIMIT 1
}
RETURN id
"""

FIND_ALIAS: Final = """
MATCH (alias:Alias {collection_id: $collection_id, name: $name})
RETURN alias.version_id AS id
"""

FIND_ALIAS_AT: Final = """
MATCH (move:AliasMove {collection_id: $collection_id, name: $name})
WHERE move.at <= $at
RETURN move.to AS id
ORDER BY move.collection_id DESC, move.name DESC, move.at DESC
LIMIT 1
"""

FIND_LAST_MOVE: Final = """
MATCH (move:AliasMove {collection_id: $collection_id, name: $name})
WHERE move.rev > 0
RETURN move {
  .collection_id, .name, .rev, .at, .by, .reason, from_version_id: move.from, to_version_id: move.to
} AS move
ORDER BY move.collection_id DESC, move.name DESC, move.rev DESC
LIMIT 1
"""

FIND_MOVE: Final = """
MATCH (move:AliasMove {collection_id: $collection_id, name: $name, rev: $rev})
RETURN move {
  .collection_id, .name, .rev, .at, .by, .reason, from_version_id: move.from, to_version_id: move.to
} AS move
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alias points now (None: nowhere), the number of its last move (0: it never was), and who may move it.

    Whether it is protected or guarded is read under the lock with the rest, not with the container before it.
    """

    version_id: str | None
    rev: int
    is_protected: bool
    is_guarded: bool


@dataclass(frozen=True, slots=True)
class ProtectedAlias:
    """An alias that keeps a version: on the version itself, or on its link (`carrier_id`, at `path` in `scope_id`)."""

    version_id: str
    name: str
    carrier_id: str
    scope_id: str
    path: str


async def find_places(tx: Transaction, collection_id: str, names: Iterable[str]) -> dict[str, Place]:
    rows = await tx.rows(FIND_PLACES, collection_id=collection_id, names=list(names))
    return {row["name"]: Place(row["version_id"], row["last"], row["is_protected"], row["is_guarded"]) for row in rows}


async def save_moves(tx: Transaction, collection_id: str, moves: Sequence[AliasMove]) -> None:
    """Make moves of one collection, at one time by one user, and write them into the history."""
    if not moves:
        return
    rows = [
        {"name": move.name, "rev": move.rev, "from": move.from_version_id, "to": move.to_version_id} for move in moves
    ]
    first = moves[0]
    placed = [row for row in rows if row["to"] is not None]
    removed = [move.name for move in moves if move.to_version_id is None]
    if placed:
        await tx.rows(SAVE_ALIASES, collection_id=collection_id, moves=placed, at=first.at, by=first.by)
    if removed:
        await tx.rows(DELETE_ALIASES, collection_id=collection_id, names=removed)
    await tx.rows(CREATE_MOVES, collection_id=collection_id, moves=rows, at=first.at, by=first.by, reason=first.reason)


async def find_target_before(tx: Transaction, collection_id: str, name: str, current: str | None) -> str | None:
    """Return the version that an alias pointed at last, other than `current` and not deleted."""
    row = await tx.row(FIND_TARGET_BEFORE, collection_id=collection_id, name=name, current=current)
    return None if row is None else row["id"]


async def list_names_on(tx: Transaction, collection_id: str, version_ids: Sequence[str]) -> list[str]:
    """Return the names of the aliases of a collection that point at some of its versions."""
    rows = await tx.rows(FIND_NAMES_ON, collection_id=collection_id, version_ids=list(version_ids))
    return [row["name"] for row in rows]


async def list_protected_on(tx: Transaction, version_ids: Sequence[str]) -> list[ProtectedAlias]:
    rows = await tx.rows(FIND_PROTECTED_ON, version_ids=list(version_ids))
    return [ProtectedAlias(**row) for row in rows]


async def find_highest(tx: Transaction, collection_id: str, *, without: Sequence[str]) -> str | None:
    """Return the id of the live version with the highest number, some versions left aside."""
    row = await tx.row(FIND_HIGHEST, collection_id=collection_id, without=list(without))
    return None if row is None else row["id"]


async def find_latest_places(
    tx: Transaction, collection_ids: Sequence[str], latest: str
) -> dict[str, tuple[str | None, str | None, int]]:
    """Return, of locked collections, the highest live version, where `latest` points, and the number of its move."""
    rows = await tx.rows(LATEST_PLACES, collections=collection_ids, latest=latest)
    return {row["collection_id"]: (row["highest"], row["now"], row["last"]) for row in rows}


async def point_aliases(tx: Transaction, moves: Sequence[AliasMove]) -> None:
    """Point aliases of many collections, all of which are locked, and write that into the history."""
    await tx.rows(POINT_ALIASES, moves=[asdict(move) for move in moves])


async def drop_aliases(tx: Transaction, moves: Sequence[AliasMove]) -> None:
    """Remove aliases of many collections, all of which are locked, and write that into the history."""
    await tx.rows(DROP_ALIASES, moves=[asdict(move) for move in moves])


async def find_alias(tx: Transaction, collection_id: str, name: str) -> str | None:
    """Return the id of the version that an alias points at."""
    row = await tx.row(FIND_ALIAS, collection_id=collection_id, name=name)
    return None if row is None else row["id"]


async def find_alias_at(tx: Transaction, collection_id: str, name: str, at: Instant) -> str | None:
    """Return the id of the version that an alias pointed at then."""
    row = await tx.row(FIND_ALIAS_AT, collection_id=collection_id, name=name, at=at)
    return None if row is None else row["id"]


async def find_last_move(tx: Transaction, collection_id: str, name: str) -> AliasMove:
    """Return the move that put an alias where it points."""
    row = await tx.row(FIND_LAST_MOVE, collection_id=collection_id, name=name)
    assert row is not None, "an alias that points somewhere was moved there"
    return AliasMove(**row["move"])


async def find_move(tx: Transaction, collection_id: str, name: str, rev: int) -> AliasMove:
    row = await tx.row(FIND_MOVE, collection_id=collection_id, name=name, rev=rev)
    assert row is not None, "an event names it, and history is never deleted"
    return AliasMove(**row["move"])
