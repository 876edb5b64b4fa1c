"""Where listings look: the paths a listing is asked for, turned into the scopes that the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.containers import container_at, entity_of, get_container
from headwater_service.domain.files import get_content
from headwater_service.domain.manifests import list_entries
from headwater_service.domain.reading import event_scopes, visible_scopes, visible_scopes_in
from headwater_service.errors import InvalidInputError
from headwater_service.model import ContainerKind, Role
from headwater_service.store import reads
from headwater_service.store.filters import RunFilter, VersionFilter
from headwater_service.store.graph import Graph
from headwater_service.store.listing import Group
from headwater_service.store.listings_runs import RunGroup, group_runs
from headwater_service.store.listings_versions import Place, VersionGroup, group_versions
from headwater_service.store.objects import ObjectStore

_FIRST_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many things share the values of some keys, and how many bytes they have; sorted by these."""

    keys: tuple[str, ...]
    count: int
    size: int


async def scopes_at(graph: Graph, viewer: Viewer, path: str | None) -> list[str]:
    """Return the scope of a project or registry, or without a path all that the viewer may see.

    Raises NotFoundError.
    """
    if path is None:
        return await visible_scopes(graph, viewer)
    return [(await get_container(graph, viewer, path, Role.VIEWER)).id]


async def scope_of_events_at(graph: Graph, viewer: Viewer, path: str) -> str:
    """Return the scope of a project or registry, also of a deleted one. Raises NotFoundError."""
    container = await graph.read(lambda tx: container_at(tx, viewer, path, may_be_ended=True))
    return require_container(viewer, container, Role.VIEWER, what="read", path=path).id


async def scope_of(graph: Graph, collection_id: str) -> str:
    """Return the scope of a collection that was found."""
    found = await graph.read(lambda tx: reads.find_collections(tx, [collection_id]))
    return found[collection_id].container.id


async def project_scopes_at(graph: Graph, viewer: Viewer, path: str | None) -> list[str]:
    """Return the scope of a project, or without a path all visible scopes. Raises InvalidInputError for a registry."""
    if path is None:
        return await visible_scopes(graph, viewer)
    container = await get_container(graph, viewer, path, Role.VIEWER)
    if container.kind is not ContainerKind.PROJECT:
        raise InvalidInputError(f"{path!r} is a registry; runs lie in projects.", field="project")
    return [container.id]


async def scopes_in_entity(graph: Graph, viewer: Viewer, entity_name: str | None) -> list[str]:
    """Return the visible scopes in one entity, or without a name in all of the viewer's. Raises NotFoundError."""
    if entity_name is None:
        return await visible_scopes(graph, viewer)
    entity_id = entity_of(viewer, entity_name)
    return await visible_scopes_in(graph, viewer, [entity_id])


async def event_scopes_in(graph: Graph, viewer: Viewer, entity_name: str | None) -> list[str]:
    """Return the scopes whose events are asked for: of an entity with all that lies in it, or all visible."""
    if entity_name is None:
        return await event_scopes(graph, viewer)
    inside = await scopes_in_entity(graph, viewer, entity_name)
    return inside if viewer.project_id is not None else [entity_of(viewer, entity_name), *inside]


async def count_runs_by(
    graph: Graph, scopes: Sequence[str], wanted: RunFilter, groups: Sequence[RunGroup]
) -> list[GroupCount]:
    """Count the runs of some scopes in groups. Raises InvalidInputError for no key or one given twice."""
    _check_groups(groups)
    return await _named(graph, groups, await graph.read(lambda tx: group_runs(tx, scopes, wanted, groups)))


async def count_versions_by(
    graph: Graph, scopes: Sequence[str], wanted: VersionFilter, groups: Sequence[VersionGroup]
) -> list[GroupCount]:
    """Count the versions of some scopes in groups, with the bytes of those that are no links.

    The deleted are counted only if the state is a key. Raises InvalidInputError for no key or one given twice.
    """
    _check_groups(groups)
    found = await graph.read(lambda tx: group_versions(tx, Place(scopes), wanted, groups))
    return await _named(graph, groups, found)


async def count_files(graph: Graph, objects: ObjectStore, viewer: Viewer, version_id: str, *, prefix: str) -> int:
    """Count the entries of a version whose paths begin so; this reads its whole manifest."""
    content = await get_content(graph, viewer, version_id)
    version = content.version
    found = await list_entries(
        objects,
        content.entity_id,
        version.digest,
        file_count=version.file_count,
        prefix=prefix,
        after=None,
        limit=version.file_count,
    )
    return len(found)


def _check_groups(groups: Sequence[StrEnum]) -> None:
    if not groups:
        raise InvalidInputError("`groupBy` is empty; it takes at least one key.", field="groupBy")
    again = next((group for position, group in enumerate(groups) if group in groups[:position]), None)
    if again is not None:
        raise InvalidInputError(f"`groupBy` names {again} twice.", field="groupBy")


async def _named(graph: Graph, groups: Sequence[StrEnum], found: Sequence[Group]) -> list[GroupCount]:
    """Return groups with their keys as text: days as dates, containers by their paths."""
    ids = {str(key) for one in found for key, group in zip(one.keys, groups, strict=True) if group == "PROJECT"}
    containers = await graph.read(lambda tx: reads.find_containers(tx, sorted(ids))) if ids else {}

    def text(group: str, key: str | int) -> str:
        if group == "DAY":
            return (_FIRST_DAY + timedelta(days=int(key))).strftime("%Y-%m-%d")
        return containers[str(key)].path if group == "PROJECT" else str(key)

    counts = [
        GroupCount(tuple(text(group, key) for group, key in zip(groups, one.keys, strict=True)), one.count, one.size)
        for one in found
    ]
    return sorted(counts, key=lambda counted: counted.keys)
