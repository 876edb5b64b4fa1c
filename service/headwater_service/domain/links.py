"""Links: a version shown in a registry, or as a registered model of a project, under a number of its own."""

from dataclasses import asdict

from headwater_service.domain.access import Viewer, require_role_at
from headwater_service.domain.alias_changes import NO_EVIDENCE, Cause, Evidence
from headwater_service.domain.aliases import given_aliases, point_aliases, require_all
from headwater_service.domain.artifacts import get_version, version_with_role
from headwater_service.domain.collections import ensure_collection_in
from headwater_service.domain.containers import split_container_path
from headwater_service.domain.paths import LATEST, parse_target
from headwater_service.domain.resolution import visible_container
from headwater_service.errors import ConflictError
from headwater_service.model import CollectionKind, Container, RegistryVersion, Role, VersionState
from headwater_service.store.collections import take_index
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.links import create_link, find_link
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.reads import PlacedCollection, PlacedVersion


async def link_artifact(
    graph: Graph,
    viewer: Viewer,
    version_id: str,
    target: str,
    *,
    project: str | None,
    aliases: list[str],
    operation: str,
    evidence: Evidence = NO_EVIDENCE,
) -> PlacedVersion:
    """Link a version to a target such as `Name`, `project/Name` or `entity/registry/Name`; return the link.

    Linking a link links its source; linking again moves the aliases. `project` is the path that bare names are in,
    by default that of the version. Raises NotFoundError for an unknown project or registry, and ConflictError when a
    collection that runs log to has the name; EvidenceNeededError is for `with_evidence`.
    """
    names = given_aliases(aliases)
    source, container, name = await graph.read(lambda tx: _ends(tx, viewer, version_id, target, project=project))

    async def work(tx: Transaction) -> PlacedVersion:
        # One transaction with the link: whatever refuses that leaves no empty collection behind. The container is
        # older than what lies in it, so that the locks are in order of id.
        collection = await ensure_collection_in(
            tx,
            container,
            name,
            kind=CollectionKind.REGISTRY,
            type=source.content.type,
            by=viewer.user_id,
            operation=operation,
        )
        lock = await take_lock(tx, collection.id, operation)
        assert lock is not None, "the collection was found before, and its node is never deleted"
        recorded = lock.replayed("LINKED", "LINKED_AGAIN")
        if recorded is not None:
            return await get_version(tx, recorded["version"])
        existing = await find_link(tx, collection.id, source.content.id)
        link_id = existing or await _create(tx, lock, viewer, source, container)
        moved = names if existing else [LATEST, *names]
        home = PlacedCollection(collection, container)
        changed = await point_aliases(
            tx, lock, viewer, home, moved, link_id, cause=Cause.LINK, reason="linked", evidence=evidence
        )
        require_all(changed.refusals)
        await record(
            tx,
            lock,
            "LINKED_AGAIN" if existing else "LINKED",
            scope_id=container.id,
            by=viewer.user_id,
            answer={"version": link_id},
            before={"version_id": existing, "aliases": changed.before},
            after={
                "version_id": link_id,
                "source_id": source.content.id,
                "moves": [asdict(move) for move in changed.moves],
            },
        )
        return await get_version(tx, link_id)

    return await graph.write(work)


async def _create(tx: Transaction, lock: Lock, viewer: Viewer, source: PlacedVersion, container: Container) -> str:
    version = RegistryVersion(
        id=new_id(),
        index=await take_index(tx, lock.scope, at=lock.at),
        collection_id=lock.scope,
        scope_id=container.id,
        type=source.content.type,
        source_id=source.content.id,
        state=VersionState.COMMITTED,
        linked_by=viewer.user_id,
        created_at=lock.at,
    )
    await create_link(tx, asdict(version))
    return version.id


async def _ends(
    tx: Transaction, viewer: Viewer, version_id: str, target: str, *, project: str | None
) -> tuple[PlacedVersion, Container, str]:
    """Return what is linked, and the container and name of where to."""
    source = await version_with_role(tx, viewer, version_id, Role.VIEWER, what="link versions")
    if isinstance(source.version, RegistryVersion):
        # The link may be seen by more people than its source.
        source = await version_with_role(tx, viewer, source.content.id, Role.VIEWER, what="link versions")
    if source.version.state is not VersionState.COMMITTED:
        raise ConflictError(f"{source.collection.name}:v{source.version.index} was deleted; it can't be linked.")
    entity_name, project_name = split_container_path(project or source.container.path)
    default_entity = entity_name or viewer.entity_names[viewer.default_entity_id]
    path = parse_target(target, entity=default_entity, project=project_name)
    container = await visible_container(tx, viewer, path, text=target)
    require_role_at(viewer, container, Role.MEMBER, what=f"link to {container.path}")
    return source, container, path.name
