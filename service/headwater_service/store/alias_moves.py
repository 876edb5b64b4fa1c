"""The usual move of one alias in one statement that commits itself: half the round trips of the general way.

It does all that the general way does, lock, replay, checks, move, history and event, for the case in which nothing
stands against it. In any other case it changes nothing and says so, and the general way finds out why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import orjson

from headwater_service.model import AliasMove, Instant, User
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import EVENT_FORMAT, GIVEN_INPUT
from headwater_service.store.reads import (
    COLLECTION_COLUMNS,
    CONTAINER_COLUMNS,
    VERSION_COLUMNS,
    PlacedVersion,
    placed_version_from,
)

# Who may not move here takes no lock either. Then the lock comes first, as everywhere, and what counts is read after
# it. The JSON texts are those that the general way stores. A row for each version that the answer may show.
MOVE_ALIAS: Final[LiteralString] = (
    """
MATCH (scope:EventScope {id: $collection_id})-[:IN]->(place:Container)
WHERE place.entity_id IN $reach.seen
  AND ($reach.project_id IS NULL OR place.id = $reach.project_id)
  AND (place.id IN $reach.granted OR (place.entity_id IN $reach.entity_ids
    AND (coalesce(place.visibility, 'ENTITY') <> 'RESTRICTED'
      OR place.entity_id IN $reach.administered OR place.id IN $reach.held)))
SET scope.lock = $operation
WITH scope
MATCH (scope)-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity)
MATCH (version:Lineage {id: $version_id})
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
OPTIONAL MATCH (current:Alias {collection_id: $collection_id, name: $name})
OPTIONAL CALL (scope) {
  MATCH (move:AliasMove {collection_id: $collection_id, name: $name})
  WHERE move.rev > 0
  RETURN move.rev AS last
  ORDER BY move.collection_id DESC, move.name DESC, move.rev DESC
  LIMIT 1
}
WITH scope, container, entity, version, current.version_id AS from, coalesce(last, 0) + 1 AS rev,
  datetime.realtime() AS now
WHERE scope.ended_at IS NULL AND container.ended_at IS NULL
  AND version.collection_id = $collection_id AND version.state = 'COMMITTED' AND content.state = 'COMMITTED'
  AND coalesce(from, '') <> $version_id
  AND (NOT $is_checked OR coalesce(from, '') = coalesce($expected_id, ''))
  AND NOT $name IN coalesce(container.protected_aliases, [])
  AND NOT EXISTS { (:Guard {owner_id: $collection_id, name: $name}) }
  AND NOT EXISTS { (:Guard {owner_id: container.id, name: $name}) }
  AND NOT EXISTS { (:Event {scope: $collection_id, operation_id: $operation}) }
WITH scope, container, entity, version, from, rev, now.epochSeconds * 1000000 + now.microsecond AS clock
WITH scope, container, entity, version, from, rev,
  CASE WHEN clock > coalesce(scope.last_at, 0) THEN clock ELSE scope.last_at + 1 END AS at,
  CASE WHEN from IS NULL THEN 'null' ELSE '"' + from + '"' END AS from_json
SET scope.last_at = at, scope.event_number = coalesce(scope.event_number, 0) + 1
MERGE (alias:Alias {collection_id: $collection_id, name: $name})
SET alias.rev = rev, alias.version_id = $version_id, alias.moved_at = at, alias.moved_by = $by
WITH scope, container, entity, version, from, rev, at, from_json, alias
CALL (alias) {
  MATCH (alias)-[old:POINTS_TO]->()
  DELETE old
}
CREATE (alias)-[:POINTS_TO]->(version)
CREATE (:AliasMove {
  collection_id: $collection_id, name: $name, rev: rev, from: from, to: $version_id, at: at, by: $by, reason: $reason
})
CREATE (:Event:Unsequenced {
  id: $event_id, scope: $collection_id, scope_id: container.id, subject_id: $collection_id, format: $format,
  number: scope.event_number, kind: 'ALIASES_MOVED', operation_id: $operation, input: $input, by: $by, at: at,
  before: '{"aliases":{' + $name_json + ':' + from_json + '}}',
  after: $after[0] + toString(rev) + $after[1] + from_json + $after[2] + toString(at) + $after[3],
  answer: '[[' + $name_json + ',' + toString(rev) + ']]'
})
WITH scope AS collection, container, entity, from, rev, at
OPTIONAL MATCH (user:User {id: $by})
UNWIND [$version_id, from] AS shown
MATCH (version:Lineage {id: shown})
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
RETURN rev, from, at, user {.id, .name, .is_admin, .created_at} AS user, """
    + VERSION_COLUMNS
    + ","
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)


@dataclass(slots=True)
class Seen:
    """What a move read on its way, so that its answer need not read it again. `moves` are those that still stand."""

    moves: list[AliasMove] = field(default_factory=list)
    versions: list[PlacedVersion] = field(default_factory=list)
    users: list[User] = field(default_factory=list)


async def move_alias(
    tx: Transaction,
    *,
    collection_id: str,
    name: str,
    version_id: str,
    expected_id: str | None,
    is_checked: bool,
    by: str,
    reach: Mapping[str, Any],
    reason: str,
    operation: str,
    seen: Seen,
) -> AliasMove | None:
    """Point an alias at a version and return the move. None: something stands against it, and nothing changed.

    `reach` tells where the mover may move aliases, as the fields of `domain.access.Reach`.
    """
    rows = await tx.rows(
        MOVE_ALIAS,
        collection_id=collection_id,
        name=name,
        version_id=version_id,
        expected_id=expected_id,
        is_checked=is_checked,
        by=by,
        reach=reach,
        reason=reason,
        operation=operation,
        input=GIVEN_INPUT.get(),
        event_id=new_id(),
        format=EVENT_FORMAT,
        name_json=_json(name),
        after=[
            f'{{"moves":[{{"collection_id":{_json(collection_id)},"name":{_json(name)},"rev":',
            ',"from_version_id":',
            f',"to_version_id":{_json(version_id)},"at":',
            f',"by":{_json(by)},"reason":{_json(reason)}}}]}}',
        ],
    )
    if not rows:
        return None
    row = rows[0]
    move = AliasMove(collection_id, name, row["rev"], row["from"], version_id, Instant(row["at"]), by, reason)
    seen.moves.append(move)
    seen.versions += [placed_version_from(one) for one in rows]
    seen.users += [] if row["user"] is None else [User(**row["user"])]
    return move


def _json(text: str) -> str:
    return orjson.dumps(text).decode()
