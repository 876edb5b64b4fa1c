"""Times to live in the graph, and the versions whose time is over.

`ttl_seconds` of a version is its own time; 0 is for ever; without one it has that of its collection. `expiry_at` is
there only with a time of its own, so that an index holds just those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from headwater_service.model import Instant
from headwater_service.store.deletions import read_clock
from headwater_service.store.graph import Transaction

NEVER: Final = 0

SET_VERSION_TTL: Final = """
MATCH (version:ArtifactVersion {id: $id})
SET version.ttl_seconds = $seconds,
  version.expiry_at = CASE WHEN $seconds > 0 THEN version.created_at + $seconds * 1000000 END
"""

SET_COLLECTION_TTL: Final = """
MATCH (collection:Collection {id: $id})
SET collection.ttl_seconds = $seconds, collection.updated_at = $at
"""

# An alias that is protected or guarded, in the registry or project or in the collection, holds its version.
_IS_HELD: Final[LiteralString] = """EXISTS {
    MATCH (version)<-[:POINTS_TO]-(alias:Alias)
    MATCH (version)-[:VERSION_OF]->(home:Collection)-[:IN]->(container:Container)
    WHERE alias.name IN coalesce(container.protected_aliases, [])
      OR EXISTS { (:Guard {owner_id: home.id, name: alias.name}) }
      OR EXISTS { (:Guard {owner_id: container.id, name: alias.name}) }
  }"""

LIFETIMES: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (version:ArtifactVersion {id: id})
MATCH (collection:Collection {id: version.collection_id})
OPTIONAL MATCH (version)-[:LINKED_TO]->(link:RegistryVersion)
WITH id, version, collection, count(CASE link.state WHEN 'COMMITTED' THEN 1 END) AS links,
  max(link.ended_at) AS unlinked_at
RETURN id, version.ttl_seconds AS own, collection.ttl_seconds AS inherited, version.created_at AS created_at,
  links > 0 OR """
    + _IS_HELD
    + """ AS is_kept, unlinked_at, version.restored_at AS restored_at
"""
)

_IS_FREE: Final[LiteralString] = (
    """
  AND coalesce(version.restored_at, 0) <= now - $rest
  AND NOT EXISTS {
    MATCH (version)-[:LINKED_TO]->(link:RegistryVersion)
    WHERE link.state = 'COMMITTED' OR link.ended_at > now - $rest
  }
  AND NOT """
    + _IS_HELD
)

DUE_BY_ITSELF: Final[LiteralString] = (
    """
MATCH (version:ArtifactVersion)
WHERE version.expiry_at < $now AND version.state = 'COMMITTED'
WITH version, $now AS now
WHERE true"""
    + _IS_FREE
    + """
RETURN version.id AS id
LIMIT $limit
"""
)

DUE_IN_COLLECTION: Final[LiteralString] = (
    """
MATCH (collection:Collection)
WHERE collection.ttl_seconds > 0 AND collection.ended_at IS NULL
MATCH (version:ArtifactVersion)
WHERE version.collection_id = collection.id AND version.state = 'COMMITTED'
  AND version.created_at < $now - collection.ttl_seconds * 1000000 AND version.ttl_seconds IS NULL
WITH version, $now AS now
WHERE true"""
    + _IS_FREE
    + """
RETURN version.id AS id
LIMIT $limit
"""
)

IS_DUE: Final[LiteralString] = (
    """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond AS now
MATCH (version:ArtifactVersion {id: $id})
MATCH (collection:Collection {id: version.collection_id})
WITH version, now, coalesce(version.ttl_seconds, collection.ttl_seconds, 0) AS seconds
WHERE version.state = 'COMMITTED' AND seconds > 0 AND version.created_at + seconds * 1000000 < now"""
    + _IS_FREE
    + """
RETURN version.id AS id
"""
)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a version lives: its own time (`NEVER` for ever, None when it has none) and its collection's.

    `is_kept`: it is linked, or a protected or guarded alias holds it. `rested_at` is when the last of its links that
    are gone went, or when it was restored, whichever came later.
    """

    own_seconds: int | None
    inherited_seconds: int | None
    created_at: Instant
    is_kept: bool
    rested_at: Instant | None

    @property
    def seconds(self) -> int | None:
        """The time that counts; None is for ever."""
        return (self.inherited_seconds if self.own_seconds is None else self.own_seconds) or None


async def set_version_ttl(tx: Transaction, version_id: str, seconds: int | None) -> None:
    await tx.rows(SET_VERSION_TTL, id=version_id, seconds=seconds)


async def set_collection_ttl(tx: Transaction, collection_id: str, seconds: int | None, *, at: Instant) -> None:
    await tx.rows(SET_COLLECTION_TTL, id=collection_id, seconds=seconds, at=at)


async def find_lifetimes(tx: Transaction, version_ids: Sequence[str]) -> dict[str, Lifetime]:
    """Return the times of artifact versions."""
    rows = await tx.rows(LIFETIMES, ids=list(version_ids))
    return {
        row["id"]: Lifetime(
            own_seconds=row["own"],
            inherited_seconds=row["inherited"],
            created_at=row["created_at"],
            is_kept=row["is_kept"],
            rested_at=max(filter(None, (row["unlinked_at"], row["restored_at"])), default=None),
        )
        for row in rows
    }


async def list_due(tx: Transaction, *, rest_seconds: int, limit: int) -> list[str]:
    """Return ids of versions whose time is over and that nothing keeps."""
    parameters = {"now": await read_clock(tx), "rest": rest_seconds * 1_000_000, "limit": limit}
    rows = [*await tx.rows(DUE_BY_ITSELF, parameters), *await tx.rows(DUE_IN_COLLECTION, parameters)]
    return [row["id"] for row in rows[:limit]]


async def is_due(tx: Transaction, version_id: str, *, rest_seconds: int) -> bool:
    return await tx.row(IS_DUE, id=version_id, rest=rest_seconds * 1_000_000) is not None
