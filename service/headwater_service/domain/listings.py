"""Where listings look: the paths a listing is asked for, turned into the scopes that the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import entity_of, get_container
from headwater_service.domain.files import get_content
from headwater_service.domain.manifests import list_entries
from headwater_service.domain.reading import event_scopes, visible_scopes, visible_scopes_in
from headwater_service.errors import InvalidInputError
from headwater_service.model import ContainerKind, Role
from headwater_service.store import reads
from headwater_service.store.filters import RunFilter, VersionFilter
from headwater_service.store.graph import Graph
from headwater_service.store.listings_runs import RunGroup, group_runs
from headwater_service.store.listings_versions import Place, VersionGroup, group_versions
from headwater_service.store.objects import ObjectStore

_FIRST_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many things share a key, and how many bytes they have; sorted by key."""

    key: str
    count: int
    size: int


async def scopes_at(graph: Graph, viewer: Viewer, path: str | None) -> list[str]:
    """Return the scope of a project or registry, or without a path all that the viewer may see.

    Raises NotFoundError.
    """
    if path is None:
        return await visible_scopes(graph, viewer)
    return [(await get_container(graph, viewer, path, Role.VIEWER)).id]


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


async def count_runs_by(graph: Graph, scopes: Sequence[str], wanted: RunFilter, group: RunGroup) -> list[GroupCount]:
    """Count the runs of some scopes in groups."""
    found = await graph.read(lambda tx: group_runs(tx, scopes, wanted, group))
    if group is RunGroup.PROJECT:
        return await _by_path(graph, found)
    return _counts(found, is_day=group is RunGroup.DAY)


async def count_versions_by(
    graph: Graph, scopes: Sequence[str], wanted: VersionFilter, group: VersionGroup
) -> list[GroupCount]:
    """Count the live versions of some scopes in groups, with the bytes of those that are no links."""
    found = await graph.read(lambda tx: group_versions(tx, Place(scopes), wanted, group))
    if group is VersionGroup.PROJECT:
        return await _by_path(graph, found)
    return _counts(found, is_day=group is VersionGroup.DAY)


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


def _counts(found: Sequence[tuple[str | int, int, int]], *, is_day: bool) -> list[GroupCount]:
    return [GroupCount(_day(int(key)) if is_day else str(key), count, size) for key, count, size in found]


def _day(number: int) -> str:
    return (_FIRST_DAY + timedelta(days=number)).strftime("%Y-%m-%d")


async def _by_path(graph: Graph, found: Sequence[tuple[str | int, int, int]]) -> list[GroupCount]:
    containers = await graph.read(lambda tx: reads.find_containers(tx, [str(key) for key, _, _ in found]))
    counts = [GroupCount(containers[str(key)].path, count, size) for key, count, size in found]
    return sorted(counts, key=lambda counted: counted.key)
