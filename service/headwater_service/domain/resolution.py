"""Which version a path means, for this viewer and now."""

from headwater_service.domain.access import Viewer
from headwater_service.domain.paths import LATEST, ArtifactPath, Ref, parse_path
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.model import Collection, CollectionKind, Container, ContainerKind
from headwater_service.store.aliases import find_alias, find_alias_at
from headwater_service.store.collections import find_collection
from headwater_service.store.containers import find_container
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.reads import PlacedVersion, find_versions
from headwater_service.store.resolving import NamedAlias, find_by_aliases
from headwater_service.store.versions import (
    find_by_index,
    list_by_digest_prefix,
    list_links_by_digest_prefix,
)


async def resolve_version(
    tx: Transaction, viewer: Viewer, text: str, *, entity: str | None, project: str | None
) -> PlacedVersion:
    """Return the version at `[[entity/]container/]name[:ref]`; `entity` and `project` fill in what it leaves out.

    Raises InvalidInputError for a path that is none or an ambiguous digest, and NotFoundError, which to an outsider
    says the same whether the thing exists or not.
    """
    path = parse_path(text, entity=entity, project=project)
    named = _named_alias(viewer, path)
    usual = None if named is None else _as_named(viewer, path, (await find_by_aliases(tx, [named])).get(named))
    return usual or await resolve_step_by_step(tx, viewer, path, text)


async def resolve_step_by_step(tx: Transaction, viewer: Viewer, path: ArtifactPath, text: str) -> PlacedVersion:
    """Return the version at the path that `text` names, of any form, or raise as `resolve_version` does."""
    # A number still names its version after the collection or the project was deleted: lineage shows such paths.
    is_number = path.ref.index is not None
    container = await visible_container(tx, viewer, path, text=text, may_be_ended=is_number)
    collection = await find_collection(tx, container.id, path.name)
    if collection is None or (collection.ended_at is not None and not is_number):
        raise NotFoundError(f"There is no artifact {path.name!r} in {container.path}.", path=text)
    version_id = await _version_id(tx, collection, path.ref, text)
    if version_id is None:
        raise NotFoundError(f"{container.path}/{collection.name} has no {_described(path.ref)}.", path=text)
    return (await find_versions(tx, [version_id]))[version_id]


async def find_usual(graph: Graph, viewer: Viewer, path: ArtifactPath) -> PlacedVersion | None:
    """Return what most paths ask for, a version by its alias, in a query shared with other requests.

    None: `resolve_step_by_step` knows what is there instead, or why there is nothing.
    """
    named = _named_alias(viewer, path)
    return None if named is None else _as_named(viewer, path, await graph.find(find_by_aliases, named))


def _named_alias(viewer: Viewer, path: ArtifactPath) -> NamedAlias | None:
    """Return what one query finds. None: the path names no current alias, or an entity that is not the viewer's."""
    if path.ref.index is not None or path.ref.digest_prefix is not None or path.ref.at is not None:
        return None
    entity_id = next((id for id, name in viewer.entity_names.items() if name == path.entity), None)
    if entity_id is None:
        return None
    return NamedAlias(entity_id, path.container_name, path.name, path.ref.alias or LATEST)


def _as_named(viewer: Viewer, path: ArtifactPath, found: PlacedVersion | None) -> PlacedVersion | None:
    if found is None or not viewer.sees(found.container):
        return None
    return None if path.is_registry_by_name and found.container.kind is not ContainerKind.REGISTRY else found


async def visible_container(
    tx: Transaction, viewer: Viewer, path: ArtifactPath, *, text: str, may_be_ended: bool = False
) -> Container:
    """Return the project or registry of a path, if it is there and the viewer may see it. Raises NotFoundError."""
    entity_ids = [entity_id for entity_id, name in viewer.entity_names.items() if name == path.entity]
    container = await find_container(tx, entity_ids[0], path.container_name) if entity_ids else None
    is_gone = container is None or (container.ended_at is not None and not may_be_ended)
    if container is None or is_gone or not viewer.sees(container):
        raise NotFoundError(
            f"There is no project or registry {path.entity}/{path.container_name}, or you may not see it.", path=text
        )
    if path.is_registry_by_name and container.kind is not ContainerKind.REGISTRY:
        raise NotFoundError(f"{container.path} is a project, not a registry.", path=text)
    return container


async def _version_id(tx: Transaction, collection: Collection, ref: Ref, text: str) -> str | None:
    if ref.index is not None:
        return await find_by_index(tx, collection.id, ref.index)
    if ref.digest_prefix is not None:
        return await _by_digest(tx, collection, ref.digest_prefix, text)
    alias = ref.alias or LATEST
    if ref.at is None:
        return await find_alias(tx, collection.id, alias)
    return await find_alias_at(tx, collection.id, alias, ref.at)


async def _by_digest(tx: Transaction, collection: Collection, prefix: str, text: str) -> str | None:
    is_source = collection.kind is CollectionKind.SOURCE
    search = list_by_digest_prefix if is_source else list_links_by_digest_prefix
    found = await search(tx, collection.id, f"sha256:{prefix}")
    if len(found) > 1:
        named = " and ".join(f"v{index}" for _, index in found)
        raise InvalidInputError(f"{text!r} is ambiguous: {named} begin so. Give more digits.", field="path")
    return found[0][0] if found else None


def _described(ref: Ref) -> str:
    if ref.index is not None:
        return f"version v{ref.index}"
    if ref.digest_prefix is not None:
        return f"version with the digest sha256:{ref.digest_prefix}…"
    return f"alias {ref.alias!r}" + (" at that time" if ref.at is not None else "")
