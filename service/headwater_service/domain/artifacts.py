"""Artifacts: content logged as a version, once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Final

from headwater_service.domain import metadata as documents
from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.alias_changes import (
    NO_EVIDENCE,
    Cause,
    Evidence,
    Refusal,
    refusal_from,
    stored_refusal,
)
from headwater_service.domain.aliases import given_aliases, point_aliases
from headwater_service.domain.collections import ensure_collection
from headwater_service.domain.containers import get_project
from headwater_service.domain.evidence import with_evidence
from headwater_service.domain.manifests import read_layout
from headwater_service.domain.names import valid_name, valid_type
from headwater_service.domain.paths import LATEST
from headwater_service.domain.runs import require_live_run, run_with_role
from headwater_service.domain.search import index_version, version_text
from headwater_service.domain.texts import valid_description, valid_tags
from headwater_service.domain.uploads import BATCH, require_blobs, verify_blobs
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import (
    ArtifactVersion,
    Collection,
    CollectionKind,
    Container,
    JsonObject,
    ManifestSummary,
    Role,
    VersionState,
)
from headwater_service.store.blobs import hold_blobs
from headwater_service.store.collections import take_index
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.manifests import find_manifest
from headwater_service.store.objects import ObjectStore
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.reads import PlacedCollection, PlacedVersion, find_versions
from headwater_service.store.versions import (
    change_version,
    create_artifact_version,
    create_fields,
    create_produced,
    delete_fields,
    find_by_digest,
    find_metadata,
)

MOST_ALIASES: Final = 100
# A commit holds one edge a blob: a large one gets the time that writing them takes.
_USUAL_BLOBS: Final = 20_000
_BLOBS_PER_SECOND: Final = 1000


class MetadataMode(StrEnum):
    KEEP = "KEEP"
    UPDATE = "UPDATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactLog:
    """What is logged: `project` is a path, the manifest was stored before, None is what was not given."""

    project: str
    name: str
    type: str
    manifest_digest: str
    run_id: str | None = None
    description: str | None = None
    metadata: JsonObject | None = None
    metadata_mode: MetadataMode = MetadataMode.KEEP
    aliases: Sequence[str] = ()
    tags: Sequence[str] = ()
    history_step: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedArtifact:
    """`is_reused`: the same content was a version already. `notices` tell what was therefore not done.

    `refused` are the aliases that were given and did not move; the version is committed all the same.
    """

    placed: PlacedVersion
    is_reused: bool
    notices: Sequence[str]
    refused: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class _Content:
    """Content whose bytes were looked for: size by digest, and the object version of each that was found."""

    manifest: ManifestSummary
    blobs: Mapping[str, int]
    verified: Mapping[str, str]


class _NewContentError(Exception):
    """The version to be used again is gone since we looked: its blobs must be checked after all."""


async def log_artifact(
    graph: Graph, objects: ObjectStore, viewer: Viewer, given: ArtifactLog, *, operation: str, document_bytes: int
) -> LoggedArtifact:
    """Log content as the next version of its collection, or as the version that has it already.

    Raises ConflictError whose `missing` are blobs to be sent before the same call can succeed.
    """
    log, metadata = _checked(given, document_bytes=document_bytes)
    project = await get_project(graph, viewer, log.project, Role.MEMBER, what="log artifacts")
    await _require_run(graph, viewer, log.run_id, project)
    manifest = await graph.read(lambda tx: find_manifest(tx, project.entity_id, log.manifest_digest))
    if manifest is None:
        raise NotFoundError("That manifest is not stored. Send it first.", path=log.manifest_digest)
    collection = await ensure_collection(
        graph,
        project,
        log.name,
        kind=CollectionKind.SOURCE,
        type=log.type,
        by=viewer.user_id,
        operation=operation,
    )
    commit = _Commit(viewer, log, metadata, project, collection, operation, document_bytes)
    if await graph.read(lambda tx: find_by_digest(tx, collection.id, manifest.digest)) is not None:
        try:
            return await with_evidence(
                objects, lambda seen: graph.write(lambda tx: _log(tx, replace(commit, evidence=seen), None))
            )
        except _NewContentError:
            pass
    # Before the transaction, which must not wait for the store.
    blobs = dict(await read_layout(objects, project.entity_id, manifest.digest))
    content = _Content(manifest, blobs, await verify_blobs(graph, objects, project.entity_id, blobs))
    is_large = len(blobs) > _USUAL_BLOBS
    seconds = len(blobs) / _BLOBS_PER_SECOND if is_large else None
    return await with_evidence(
        objects,
        lambda seen: graph.write(
            lambda tx: _log(tx, replace(commit, evidence=seen), content), deadline_seconds=seconds
        ),
    )


async def get_version(tx: Transaction, version_id: str) -> PlacedVersion:
    """Return a version that is known to be there."""
    return (await find_versions(tx, [version_id]))[version_id]


async def version_with_role(
    tx: Transaction, viewer: Viewer, version_id: str, role: Role, *, what: str
) -> PlacedVersion:
    """Return a version if the viewer has `role` where it lies. Raises NotFoundError, also to an outsider."""
    placed = (await find_versions(tx, [version_id])).get(version_id)
    require_container(viewer, None if placed is None else placed.container, role, what=what, path=version_id)
    assert placed is not None, "its container was found"
    return placed


async def require_live(tx: Transaction, version_id: str) -> None:
    """Raise ConflictError when a version of a locked collection was deleted, maybe just before the lock."""
    placed = await get_version(tx, version_id)
    if placed.version.state is VersionState.DELETED:
        name = f"{placed.collection.name}:v{placed.version.index}"
        raise ConflictError(f"{name} was deleted: restore it first.", current="DELETED")


@dataclass(frozen=True, slots=True)
class _Commit:
    """Everything about a log that was settled before its transaction."""

    viewer: Viewer
    log: ArtifactLog
    metadata: str | None
    project: Container
    collection: Collection
    operation: str
    document_bytes: int
    evidence: Evidence = NO_EVIDENCE


async def _log(tx: Transaction, commit: _Commit, content: _Content | None) -> LoggedArtifact:
    lock = await take_lock(tx, commit.collection.id, commit.operation)
    assert lock is not None, "the collection was found before, and its node is never deleted"
    recorded = lock.replayed("ARTIFACT_LOGGED", "ARTIFACT_REUSED")
    if recorded is not None:
        placed = await get_version(tx, recorded["version"])
        refused = [refusal_from(stored) for stored in recorded.get("refused", ())]
        return LoggedArtifact(placed, recorded["is_reused"], recorded["notices"], refused)
    existing = await find_by_digest(tx, commit.collection.id, commit.log.manifest_digest)
    if existing is not None:
        return await _log_again(tx, commit, lock, existing)
    if content is None:
        raise _NewContentError
    return await _log_first(tx, commit, lock, content)


async def _log_first(tx: Transaction, commit: _Commit, lock: Lock, content: _Content) -> LoggedArtifact:
    entity_id, log = commit.project.entity_id, commit.log
    await require_blobs(tx, entity_id, content.blobs, content.verified, operation=commit.operation, at=lock.at)
    version = ArtifactVersion(
        id=new_id(),
        index=await take_index(tx, lock.scope, at=lock.at),
        collection_id=lock.scope,
        scope_id=commit.project.id,
        type=log.type,
        digest=content.manifest.digest,
        size=content.manifest.size,
        file_count=content.manifest.file_count,
        description=log.description or "",
        tags=log.tags,
        state=VersionState.COMMITTED,
        history_step=log.history_step,
        created_at=lock.at,
    )
    properties = asdict(version) | {"metadata": commit.metadata or "{}", "created_by": commit.viewer.user_id}
    await create_artifact_version(tx, properties | version_text(properties))
    held = sorted(content.blobs)
    for start in range(0, len(held), BATCH):
        await hold_blobs(tx, entity_id, version.id, held[start : start + BATCH])
    await create_fields(tx, documents.leaves(properties["metadata"]), scope_id=version.scope_id, owner_id=version.id)
    return await _end(tx, commit, lock, version.id, is_reused=False, notices=(), before=None, after=properties)


async def _log_again(tx: Transaction, commit: _Commit, lock: Lock, version_id: str) -> LoggedArtifact:
    placed = await get_version(tx, version_id)
    before = await snapshot(tx, placed)
    changes, notices = _differences(commit, placed, before)
    await apply_changes(tx, placed, changes)
    return await _end(
        tx, commit, lock, version_id, is_reused=True, notices=notices, before=before, after=before | changes
    )


async def _end(
    tx: Transaction,
    commit: _Commit,
    lock: Lock,
    version_id: str,
    *,
    is_reused: bool,
    notices: Sequence[str],
    before: JsonObject | None,
    after: JsonObject,
) -> LoggedArtifact:
    """Add what every log has: the run's edge, the aliases, the event."""
    log, by = commit.log, commit.viewer.user_id
    if log.run_id is not None:
        await create_produced(tx, log.run_id, version_id, reused=is_reused, at=lock.at)
    # Content seen before is no news: `latest` stays at the version that came last.
    names = log.aliases if is_reused else [LATEST, *log.aliases]
    home = PlacedCollection(commit.collection, commit.project)
    changed = await point_aliases(
        tx,
        lock,
        commit.viewer,
        home,
        names,
        version_id,
        cause=Cause.LOG,
        reason="logged",
        evidence=commit.evidence,
    )
    await record(
        tx,
        lock,
        "ARTIFACT_REUSED" if is_reused else "ARTIFACT_LOGGED",
        scope_id=commit.project.id,
        by=by,
        answer={
            "version": version_id,
            "is_reused": is_reused,
            "notices": list(notices),
            "refused": [stored_refusal(refusal) for refusal in changed.refusals],
        },
        before=before,
        after=after | {"run_id": log.run_id, "moves": [asdict(move) for move in changed.moves]},
    )
    return LoggedArtifact(await get_version(tx, version_id), is_reused, notices, changed.refusals)


def _differences(commit: _Commit, placed: PlacedVersion, before: JsonObject) -> tuple[JsonObject, list[str]]:
    """Return what a repeated log changes of its version, and what it would have with `UPDATE`."""
    log = commit.log
    wanted: JsonObject = {}
    if log.metadata is not None:
        wanted["metadata"] = documents.encode(
            documents.merge(before["metadata"], log.metadata), limit=commit.document_bytes
        )
    if log.description is not None:
        wanted["description"] = log.description
    if log.tags:
        wanted["tags"] = list(dict.fromkeys([*before["tags"], *log.tags]))
    changes = {name: value for name, value in wanted.items() if value != before[name]}
    if log.metadata_mode is MetadataMode.UPDATE or not changes:
        return changes, []
    named = " and ".join(sorted(changes))
    name = f"{placed.collection.name}:v{placed.version.index}"
    return {}, [f"The content is that of {name}, whose {named} stayed as it was; metadata_mode='update' merges it."]


async def apply_changes(tx: Transaction, placed: PlacedVersion, changes: JsonObject) -> None:
    """Set facts of an artifact version of a locked collection, and what it is found by."""
    if not changes:
        return
    version = placed.version
    await change_version(tx, version.id, changes)
    if "description" in changes or "tags" in changes:
        await index_version(tx, asdict(placed.content) | changes)
    if "metadata" in changes:
        await delete_fields(tx, version.id)
        await create_fields(tx, documents.leaves(changes["metadata"]), scope_id=version.scope_id, owner_id=version.id)


async def snapshot(tx: Transaction, placed: PlacedVersion) -> JsonObject:
    """Return all that is stored of an artifact version."""
    stored = asdict(placed.content)
    return stored | {"tags": list(placed.content.tags), "metadata": await find_metadata(tx, placed.content.id)}


async def _require_run(graph: Graph, viewer: Viewer, run_id: str | None, project: Container) -> None:
    if run_id is None:
        return
    run, home = await graph.read(lambda tx: run_with_role(tx, viewer, run_id, Role.MEMBER, what="log artifacts"))
    require_live_run(run)
    if run.scope_id != project.id:
        raise InvalidInputError(
            f"The run {run.key!r} is in {home.path}; it can't log artifacts in {project.path}.", field="runId"
        )


def _checked(log: ArtifactLog, *, document_bytes: int) -> tuple[ArtifactLog, str | None]:
    """Return the log with its texts checked, and its metadata as stored text."""
    aliases = given_aliases(log.aliases)
    if len(aliases) > MOST_ALIASES:
        raise InvalidInputError(f"At most {MOST_ALIASES} aliases, not {len(aliases)}.", field="aliases")
    metadata = None if log.metadata is None else documents.encode(log.metadata, limit=document_bytes)
    checked = replace(
        log,
        name=valid_name(log.name, what="Artifact name"),
        type=valid_type(log.type),
        description=None if log.description is None else valid_description(log.description),
        aliases=aliases,
        tags=valid_tags(log.tags),
    )
    return checked, metadata
