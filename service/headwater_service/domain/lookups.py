"""What a path leads to, for the viewer: runs, collections and versions. What is absent or not visible is None."""

from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import get_container
from headwater_service.domain.paths import parse_path
from headwater_service.domain.resolution import find_usual, resolve_step_by_step, visible_container
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.model import Container
from headwater_service.store.collections import find_collection
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.reads import PlacedVersion, find_run_id

# Where things lie when a path names no project: the place in which clients without settings start runs.
DEFAULT_PROJECT: Final = "uncategorized"
_RUN_MARK: Final = ("-", "runs")


async def find_container_at(graph: Graph, viewer: Viewer, path: str) -> Container | None:
    """Return the project or registry at `entity/name`, or `name` in the viewer's default entity."""
    try:
        return await get_container(graph, viewer, path)
    except NotFoundError:
        return None


async def find_version_at(graph: Graph, viewer: Viewer, path: str, *, type: str | None = None) -> PlacedVersion | None:
    """Return the version at a path. Raises InvalidInputError naming both types when it is not of `type`."""
    try:
        placed = await get_version_at(graph, viewer, path)
    except NotFoundError:
        return None
    if type is not None and placed.version.type != type:
        raise InvalidInputError(f"{path!r} has the type {placed.version.type!r}, not {type!r}.", field="type")
    return placed


async def find_version_id(graph: Graph, viewer: Viewer, path: str) -> str:
    """Return the id of the version at a path. Raises NotFoundError."""
    return (await get_version_at(graph, viewer, path)).version.id


async def get_version_at(graph: Graph, viewer: Viewer, path: str) -> PlacedVersion:
    """Return the version at a path. Raises NotFoundError."""
    entity = viewer.entity_names.get(viewer.default_entity_id)
    parsed = parse_path(path, entity=entity, project=DEFAULT_PROJECT)
    usual = await find_usual(graph, viewer, parsed)
    if usual is not None:
        return usual
    return await graph.read(lambda tx: resolve_step_by_step(tx, viewer, parsed, path))


async def find_collection_id(graph: Graph, viewer: Viewer, path: str) -> str | None:
    """Return the id of the collection at `[[entity/]container/]name`."""
    try:
        return await get_collection_id(graph, viewer, path)
    except NotFoundError:
        return None


async def get_collection_id(graph: Graph, viewer: Viewer, path: str, *, may_be_ended: bool = False) -> str:
    """Return the id of the collection at a path, of a deleted one only if it `may_be_ended`. Raises NotFoundError."""
    if ":" in path:
        raise InvalidInputError(f"{path!r} names a version; a collection's path ends before the ':'.", field="path")
    parsed = parse_path(path, entity=viewer.entity_names.get(viewer.default_entity_id), project=DEFAULT_PROJECT)

    async def work(tx: Transaction) -> str:
        container = await visible_container(tx, viewer, parsed, text=path, may_be_ended=may_be_ended)
        collection = await find_collection(tx, container.id, parsed.name)
        if collection is None or (collection.ended_at is not None and not may_be_ended):
            raise NotFoundError(f"There is no collection {parsed.name!r} in {container.path}.", path=path)
        return collection.id

    return await graph.read(work)


async def find_run_id_at(graph: Graph, viewer: Viewer, path: str) -> str | None:
    """Return the id of the run at `entity/project/key` or `project/key`, with or without `-/runs/` before the key."""
    parts = path.split("/")
    if tuple(parts[-3:-1]) == _RUN_MARK:
        parts = [*parts[:-3], parts[-1]]
    if not 2 <= len(parts) <= 3 or not all(parts):
        raise InvalidInputError(f"{path!r} is not the path of a run: 'entity/project/key'.", field="path")
    container = await find_container_at(graph, viewer, "/".join(parts[:-1]))
    if container is None:
        return None
    scope = container.id
    return await graph.read(lambda tx: find_run_id(tx, scope, parts[-1]))
