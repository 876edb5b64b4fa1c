"""Projects and registries: found by path, and projects made."""

from dataclasses import asdict
from typing import Final

from headwater_service.domain.access import Viewer, require_container, require_whole_entity
from headwater_service.domain.names import valid_name
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import Container, ContainerKind, Role
from headwater_service.store.containers import create_container_again, find_container, find_container_by_id
from headwater_service.store.containers import create_project as insert_project
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import record, take_lock

MODEL_REGISTRY: Final = "model-registry"


def entity_of(viewer: Viewer, name: str | None) -> str:
    """Return the id of an entity of the viewer, by default the viewer's own.

    Raises NotFoundError that names the viewer's entities and the command that makes one.
    """
    if name is None:
        return viewer.default_entity_id
    for entity_id, entity_name in viewer.entity_names.items():
        if entity_name == name:
            return entity_id
    yours = ", ".join(sorted(viewer.entity_names.values()))
    raise NotFoundError(
        f"There is no entity {name!r}, or you are not in it. Yours: {yours}. "
        f"To make it: `headwater entity create {name}`.",
        path=name,
    )


def split_container_path(path: str) -> tuple[str | None, str]:
    """Split `entity/name` or `name`. Raises InvalidInputError for anything else."""
    parts = path.split("/")
    if len(parts) > 2 or not all(parts):
        raise InvalidInputError(
            f"{path!r} is not a path of a project or registry: 'entity/name' or 'name'.", field="path"
        )
    return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])


async def container_at(tx: Transaction, viewer: Viewer, path: str) -> Container | None:
    """Return the project or registry at a path, or None: it is not there, or the viewer may not see it.

    Raises NotFoundError when the entity is not one of the viewer's.
    """
    entity_name, name = split_container_path(path)
    container = await find_container(tx, entity_of(viewer, entity_name), name)
    is_there = container is not None and container.ended_at is None
    return container if is_there and container is not None and viewer.sees(container) else None


async def get_container(
    graph: Graph, viewer: Viewer, path: str, role: Role = Role.VIEWER, *, what: str = "read"
) -> Container:
    """Return the project or registry at a path, in which the viewer has `role`. Raises NotFoundError."""
    container = await graph.read(lambda tx: container_at(tx, viewer, path))
    return require_container(viewer, container, role, what=what, path=path)


async def get_project(graph: Graph, viewer: Viewer, path: str, role: Role = Role.VIEWER, *, what: str) -> Container:
    """Return the project at a path. Raises NotFoundError, and ConflictError when it is a registry."""
    return require_project(await get_container(graph, viewer, path, role, what=what))


def require_project(container: Container) -> Container:
    if container.kind is not ContainerKind.PROJECT:
        raise ConflictError(f"{container.path!r} is a registry, not a project. Choose another name.")
    return container


async def create_project(
    graph: Graph, viewer: Viewer, entity_name: str | None, name: str, description: str, *, operation: str
) -> Container:
    """Create a project and return it; one that exists is returned as it is.

    Raises NotFoundError for an entity that is not the viewer's, and ConflictError when a registry has the name.
    """
    entity_id = entity_of(viewer, entity_name)
    name = valid_name(name, what="Project name")

    async def work(tx: Transaction) -> Container:
        existing = await find_container(tx, entity_id, name)
        if existing is not None and existing.ended_at is None and viewer.sees(existing):
            return require_project(existing)
        require_whole_entity(viewer, entity_id, Role.MEMBER, what="create projects")
        return await _create_under_lock(tx, viewer, entity_id, name, description, operation=operation)

    return await graph.write(work)


async def _create_under_lock(
    tx: Transaction, viewer: Viewer, entity_id: str, name: str, description: str, *, operation: str
) -> Container:
    lock = await take_lock(tx, entity_id, operation)
    if lock is None:
        raise NotFoundError("There is no such entity any more.")
    answer = lock.replayed("PROJECT_CREATED")
    if answer is not None:
        recorded = await find_container_by_id(tx, answer)
        assert recorded is not None, "an event names it, and projects are never deleted"
        return recorded
    existing = await find_container(tx, entity_id, name)
    if existing is not None and existing.ended_at is None:
        return require_project(existing)
    entity = viewer.entity_names[entity_id]
    project_id = new_id() if existing is None else existing.id
    project = Container(project_id, ContainerKind.PROJECT, name, entity_id, entity, description, lock.at)
    if existing is None:
        await insert_project(tx, project)
    else:
        await take_lock(tx, existing.id, operation)
        await create_container_again(tx, project)
    await record(
        tx,
        lock,
        "PROJECT_CREATED",
        scope_id=project.id,
        by=viewer.user_id,
        answer=project.id,
        after=asdict(project),
    )
    return project
