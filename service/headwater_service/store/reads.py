"""Reads by id, many ids in one query. Each row says where its node lies; who may see it is decided above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import orjson

from headwater_service.model import (
    Alias,
    ApiKey,
    ArtifactVersion,
    Collection,
    CollectionKind,
    Container,
    ContainerKind,
    Entity,
    EntityKind,
    Event,
    Member,
    RegistryVersion,
    Role,
    Run,
    RunState,
    User,
    VersionState,
    Visibility,
)
from headwater_service.store.graph import Transaction

# The columns of a noun, for every query that returns it. `container` and `entity` are bound before.
CONTAINER_COLUMNS: Final[LiteralString] = """
container {
  .id, .kind, .name, .entity_id, .description, .created_at, .visibility, .artifact_types, .protected_aliases,
  .ended_at, entity_name: entity.name
} AS container
"""

COLLECTION_COLUMNS: Final[LiteralString] = """
collection {
  .id, .kind, .name, .type, .description, .tags, .created_at, .updated_at, .ended_at, .ttl_seconds,
  container_id: container.id
} AS collection
"""

RUN_COLUMNS: Final[LiteralString] = """
run {
  .id, .key, .name, .scope_id, .created_by, .job_type, .group, .tags, .notes, .state, .host, .command, .git_commit,
  .git_remote, .created_at, .started_at, .heartbeat_at, .finished_at, .exit_code, .ended_at
} AS run
"""

# `content` is the artifact version itself, or the source of a registry version.
VERSION_COLUMNS: Final[LiteralString] = """
version {
  .id, .index, .collection_id, .scope_id, .type, .source_id, .state, .linked_by, .created_at
} AS version,
content {
  .id, .index, .collection_id, .scope_id, .type, .digest, .size, .file_count, .description, .tags, .state,
  .history_step, .created_at
} AS content
"""

# Joins from a bound `version` to all that its columns need.
VERSION_JOINS: Final[LiteralString] = """
MATCH (version)-[:VERSION_OF]->(collection:Collection)-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity)
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
"""

RUN_JOINS: Final[LiteralString] = """
MATCH (container:Container {id: run.scope_id})-[:OWNED_BY]->(entity:Entity)
"""

USERS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (user:User {id: id})
RETURN user {.id, .name, .is_admin, .created_at} AS user,
  [(user)-[:MEMBER_OF]->(entity:Entity) | entity.id] AS entities
"""

ENTITIES: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (entity:Entity {id: id})
RETURN entity {.id, .name, .kind, .created_at} AS entity
"""

MEMBERS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (entity:Entity {id: id})<-[membership:MEMBER_OF]-(user:User)
RETURN id, user {.id, .name, .is_admin, .created_at} AS user, membership.role AS role
ORDER BY user.name
"""

API_KEYS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (key:ApiKey {id: id})
RETURN key {
  .id, .name, .hint, .user_id, .is_read_only, .entity_id, .project_id, .created_at, .expires_at, .revoked_at
} AS key
"""

API_KEYS_OF_USERS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (key:ApiKey {user_id: id})
RETURN id, key {
  .id, .name, .hint, .user_id, .is_read_only, .entity_id, .project_id, .created_at, .expires_at, .revoked_at
} AS key
ORDER BY key.id
"""

CONTAINERS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (container:Container {id: id})-[:OWNED_BY]->(entity:Entity)
RETURN """
    + CONTAINER_COLUMNS
)

VISIBLE_SCOPES: Final[LiteralString] = """
MATCH (container:Container)
WHERE container.entity_id IN $entities AND ($project IS NULL OR container.id = $project)
  AND (coalesce(container.visibility, 'ENTITY') = 'ENTITY'
    OR container.entity_id IN $administered OR container.id IN $held)
RETURN container.id AS id
"""

COLLECTIONS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (collection:Collection {id: id})-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity)
RETURN """
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

RUNS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (run:Run {id: id})"""
    + RUN_JOINS
    + "RETURN "
    + RUN_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

RUN_BY_KEY: Final[LiteralString] = """
MATCH (run:Run {scope_id: $scope, key: $key})
RETURN run.id AS id
"""

RUN_DOCUMENTS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (run:Run {id: id})
RETURN id, run.config AS config, run.summary AS summary
"""

VERSIONS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (version:Lineage {id: id})"""
    + VERSION_JOINS
    + "RETURN "
    + VERSION_COLUMNS
    + ","
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

CONTENTS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (content:ArtifactVersion {id: id})
RETURN content {
  .id, .index, .collection_id, .scope_id, .type, .digest, .size, .file_count, .description, .tags, .state,
  .history_step, .created_at
} AS content
"""

METADATA: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (version:ArtifactVersion {id: id})
RETURN id, version.metadata AS metadata
"""

ALIASES_OF_VERSIONS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (alias:Alias)-[:POINTS_TO]->(version:Lineage {id: id})
RETURN id, alias.name AS name
ORDER BY name
"""

ALIASES_OF_COLLECTIONS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (alias:Alias {collection_id: id})
WHERE alias.name IS NOT NULL AND alias.version_id IS NOT NULL
RETURN alias {.collection_id, .name, .rev, .version_id, .moved_at, .moved_by} AS alias
ORDER BY alias.name
"""

EVENTS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (event:Event {id: id})
WHERE event.seq IS NOT NULL
RETURN event {
  .id, .scope, .subject_id, .number, .seq, .hash, .kind, .operation_id, .before, .after, .by, .at
} AS event, event.scope_id AS scope_id
"""

KINDS: Final[LiteralString] = """
OPTIONAL MATCH (lineage:Lineage {id: $id})
OPTIONAL MATCH (scope:EventScope {id: $id})
OPTIONAL MATCH (key:ApiKey {id: $id})
OPTIONAL MATCH (event:Event {id: $id})
OPTIONAL MATCH (proposal:Proposal {id: $id})
RETURN coalesce(labels(lineage), []) + coalesce(labels(scope), [])
  + coalesce(labels(key), []) + coalesce(labels(event), []) + coalesce(labels(proposal), []) AS labels
"""


@dataclass(frozen=True, slots=True)
class PlacedRun:
    """A run and the project it lies in."""

    run: Run
    container: Container


@dataclass(frozen=True, slots=True)
class PlacedCollection:
    collection: Collection
    container: Container


@dataclass(frozen=True, slots=True)
class PlacedVersion:
    """A version with its place; `content` is the artifact version whose files it shows: itself, or its source."""

    version: ArtifactVersion | RegistryVersion
    content: ArtifactVersion
    collection: Collection
    container: Container


@dataclass(frozen=True, slots=True)
class ScopedEvent:
    event: Event
    scope_id: str


@dataclass(frozen=True, slots=True)
class KnownUser:
    user: User
    entity_ids: Sequence[str]


def container_from(row: Mapping[str, Any]) -> Container:
    found = row["container"]
    return Container(
        **{
            **found,
            "kind": ContainerKind(found["kind"]),
            "visibility": Visibility(found["visibility"] or Visibility.ENTITY),
            "artifact_types": tuple(found["artifact_types"] or ()),
            "protected_aliases": tuple(found["protected_aliases"] or ()),
        }
    )


def collection_from(row: Mapping[str, Any]) -> Collection:
    found = row["collection"]
    return Collection(
        **{
            **found,
            "kind": CollectionKind(found["kind"]),
            "description": found["description"] or "",
            "tags": found["tags"] or (),
        }
    )


def placed_collection_from(row: Mapping[str, Any]) -> PlacedCollection:
    return PlacedCollection(collection_from(row), container_from(row))


def placed_run_from(row: Mapping[str, Any]) -> PlacedRun:
    found = row["run"]
    run = Run(
        **{
            **found,
            "state": RunState(found["state"]),
            "tags": found["tags"] or (),
            "notes": found["notes"] or "",
        }
    )
    return PlacedRun(run, container_from(row))


def placed_version_from(row: Mapping[str, Any]) -> PlacedVersion:
    content = content_from(row)
    found = row["version"]
    version: ArtifactVersion | RegistryVersion = content
    if found["source_id"] is not None:
        version = RegistryVersion(**{**found, "state": VersionState(found["state"])})
    return PlacedVersion(version, content, collection_from(row), container_from(row))


def content_from(row: Mapping[str, Any]) -> ArtifactVersion:
    found = row["content"]
    return ArtifactVersion(
        **{
            **found,
            "state": VersionState(found["state"]),
            "description": found["description"] or "",
            "tags": found["tags"] or (),
        }
    )


def event_from(row: Mapping[str, Any]) -> ScopedEvent:
    found = row["event"]
    event = Event(**{**found, "before": _object(found["before"]), "after": _object(found["after"])})
    return ScopedEvent(event, row["scope_id"])


async def find_users(tx: Transaction, ids: Sequence[str]) -> dict[str, KnownUser]:
    rows = await tx.rows(USERS, ids=list(ids))
    return {row["user"]["id"]: KnownUser(User(**row["user"]), row["entities"]) for row in rows}


async def find_entities(tx: Transaction, ids: Sequence[str]) -> dict[str, Entity]:
    rows = await tx.rows(ENTITIES, ids=list(ids))
    return {row["entity"]["id"]: Entity(**{**row["entity"], "kind": EntityKind(row["entity"]["kind"])}) for row in rows}


async def list_members(tx: Transaction, entity_ids: Sequence[str]) -> dict[str, list[Member]]:
    """Return the members of entities, in order of their names."""
    members: dict[str, list[Member]] = {}
    for row in await tx.rows(MEMBERS, ids=list(entity_ids)):
        members.setdefault(row["id"], []).append(Member(User(**row["user"]), Role(row["role"])))
    return members


async def find_api_keys(tx: Transaction, ids: Sequence[str]) -> dict[str, ApiKey]:
    return {row["key"]["id"]: ApiKey(**row["key"]) for row in await tx.rows(API_KEYS, ids=list(ids))}


async def list_api_keys(tx: Transaction, user_ids: Sequence[str]) -> dict[str, list[ApiKey]]:
    keys: dict[str, list[ApiKey]] = {}
    for row in await tx.rows(API_KEYS_OF_USERS, ids=list(user_ids)):
        keys.setdefault(row["id"], []).append(ApiKey(**row["key"]))
    return keys


async def find_containers(tx: Transaction, ids: Sequence[str]) -> dict[str, Container]:
    containers = [container_from(row) for row in await tx.rows(CONTAINERS, ids=list(ids))]
    return {container.id: container for container in containers}


async def list_visible_scopes(
    tx: Transaction,
    entity_ids: Sequence[str],
    project_id: str | None,
    *,
    administered: Sequence[str],
    held: Sequence[str],
) -> list[str]:
    """Return the ids of all projects and registries of some entities, or of the one that narrows a key.

    Of the restricted registries only those of an entity in `administered`, and those in `held`.
    """
    rows = await tx.rows(
        VISIBLE_SCOPES,
        entities=list(entity_ids),
        project=project_id,
        administered=list(administered),
        held=list(held),
    )
    return [row["id"] for row in rows]


async def find_collections(tx: Transaction, ids: Sequence[str]) -> dict[str, PlacedCollection]:
    found = [placed_collection_from(row) for row in await tx.rows(COLLECTIONS, ids=list(ids))]
    return {placed.collection.id: placed for placed in found}


async def find_runs(tx: Transaction, ids: Sequence[str]) -> dict[str, PlacedRun]:
    found = [placed_run_from(row) for row in await tx.rows(RUNS, ids=list(ids))]
    return {placed.run.id: placed for placed in found}


async def find_run_id(tx: Transaction, scope_id: str, key: str) -> str | None:
    row = await tx.row(RUN_BY_KEY, scope=scope_id, key=key)
    return None if row is None else str(row["id"])


async def find_run_documents(tx: Transaction, ids: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Return config and summary of runs."""
    rows = await tx.rows(RUN_DOCUMENTS, ids=list(ids))
    return {row["id"]: (_object(row["config"]) or {}, _object(row["summary"]) or {}) for row in rows}


async def find_versions(tx: Transaction, ids: Sequence[str]) -> dict[str, PlacedVersion]:
    found = [placed_version_from(row) for row in await tx.rows(VERSIONS, ids=list(ids))]
    return {placed.version.id: placed for placed in found}


async def find_contents(tx: Transaction, ids: Sequence[str]) -> dict[str, ArtifactVersion]:
    """Return artifact versions without their places, for the links that show their content."""
    found = [content_from(row) for row in await tx.rows(CONTENTS, ids=list(ids))]
    return {content.id: content for content in found}


async def find_metadata(tx: Transaction, version_ids: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of artifact versions."""
    rows = await tx.rows(METADATA, ids=list(version_ids))
    return {row["id"]: _object(row["metadata"]) or {} for row in rows}


async def list_alias_names(tx: Transaction, version_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the aliases that point at versions, sorted."""
    names: dict[str, list[str]] = {}
    for row in await tx.rows(ALIASES_OF_VERSIONS, ids=list(version_ids)):
        names.setdefault(row["id"], []).append(row["name"])
    return names


async def list_aliases(tx: Transaction, collection_ids: Sequence[str]) -> dict[str, list[Alias]]:
    """Return the aliases of collections, in order of their names."""
    aliases: dict[str, list[Alias]] = {}
    for row in await tx.rows(ALIASES_OF_COLLECTIONS, ids=list(collection_ids)):
        aliases.setdefault(row["alias"]["collection_id"], []).append(Alias(**row["alias"]))
    return aliases


async def find_events(tx: Transaction, ids: Sequence[str]) -> dict[str, ScopedEvent]:
    found = [event_from(row) for row in await tx.rows(EVENTS, ids=list(ids))]
    return {scoped.event.id: scoped for scoped in found}


async def find_labels(tx: Transaction, node_id: str) -> frozenset[str]:
    """Return the labels of whatever has this id; none when nothing has it."""
    row = await tx.row(KINDS, id=node_id)
    return frozenset(row["labels"] or ()) if row else frozenset()


def _object(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
