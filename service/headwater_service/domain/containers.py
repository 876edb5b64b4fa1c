"""Projects and registries: found by path, and projects made."""

from dataclasses import asdict, dataclass, replace
from typing import Final

from headwater_service.domain.access import Viewer, require_container, require_role_at, require_whole_entity
from headwater_service.domain.expectations import require_expected
from headwater_service.domain.names import valid_entity_name, valid_name
from headwater_service.domain.texts import valid_description
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import Container, ContainerKind, Instant, JsonObject, Role
from headwater_service.store.containers import (
    change_container,
    create_container_again,
    find_container,
    find_container_by_id,
    find_container_named,
)
from headwater_service.store.containers import create_project as insert_project
from headwater_service.store.former_names import drop_former_name, keep_former_name
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import Lock, record, take_lock

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
    advice = f" To make it: `headwater entity create {name}`." if _may_be_entity(name) else ""
    raise NotFoundError(f"There is no entity {name!r}, or you are not in it. Yours: {yours}.{advice}", path=name)


def _may_be_entity(name: str) -> bool:
    try:
        valid_entity_name(name)
    except InvalidInputError:
        return False
    return True


def split_container_path(path: str) -> tuple[str | None, str]:
    """Split `entity/name` or `name`. Raises InvalidInputError for anything else."""
    parts = path.split("/")
    if len(parts) > 2 or not all(parts):
        raise InvalidInputError(
            f"{path!r} is not a path of a project or registry: 'entity/name' or 'name'.", field="path"
        )
    return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])


async def container_at(tx: Transaction, viewer: Viewer, path: str, *, may_be_ended: bool = False) -> Container | None:
    """Return the project or registry at a path, or None: it is not there, or the viewer may not see it.

    A deleted one is there only if it `may_be_ended`. Raises NotFoundError when the entity is not one of the viewer's.
    """
    entity_name, name = split_container_path(path)
    container = await find_container(tx, entity_of(viewer, entity_name), name)
    is_there = container is not None and (may_be_ended or container.ended_at is None)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChange:
    """What to change of a project, or what it is taken to be; None is left as it is, or not looked at."""

    name: str | None = None
    description: str | None = None


async def create_project(
    graph: Graph, viewer: Viewer, entity_name: str | None, name: str, description: str, *, operation: str
) -> Container:
    """Create a project and return it; one that exists is returned as it is. One that had the name before is not it.

    Raises NotFoundError for an entity that is not the viewer's, and ConflictError when a registry has the name.
    """
    entity_id = entity_of(viewer, entity_name)
    name = valid_name(name, what="Project name")

    async def work(tx: Transaction) -> Container:
        existing = await find_container_named(tx, entity_id, name)
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
    existing = await find_container_named(tx, entity_id, name)
    if existing is not None and existing.ended_at is None:
        if not viewer.sees(existing):
            raise taken(viewer, entity_id, name)
        return require_project(existing)
    await drop_former_name(tx, entity_id, name)
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
        before=None if existing is None else asdict(existing),
        after=asdict(project),
        subject=project.id,
    )
    return project


async def update_project(
    graph: Graph,
    viewer: Viewer,
    project_id: str,
    change: ProjectChange,
    *,
    expected: ProjectChange | None,
    operation: str,
) -> Container:
    """Change a project; its name takes an admin. Its former name leads to it until something else takes that name.

    Raises ConflictError when it is not as expected, and when the name is taken.
    """
    changes = _checked(change)

    async def work(tx: Transaction) -> Container:
        lock = await lock_container(tx, await _changeable(tx, viewer, project_id, changes), operation=operation)
        project = await _changeable(tx, viewer, project_id, changes)
        if lock.replayed("PROJECT_CHANGED") is not None:
            return project
        require_expected(asdict(project), {} if expected is None else _checked(expected), what=project.path)
        made = {name: value for name, value in changes.items() if value != getattr(project, name)}
        if "name" in made:
            await take_container_name(tx, viewer, project.entity_id, made["name"], instead_of=project, at=lock.at)
        if made:
            await change_container(tx, project_id, made)
        changed = replace(project, **made)
        await record(
            tx,
            lock,
            "PROJECT_CHANGED",
            scope_id=project_id,
            by=viewer.user_id,
            answer=project_id,
            before=asdict(project),
            after=asdict(changed),
        )
        return changed

    return await graph.write(work)


async def lock_container(tx: Transaction, container: Container, *, operation: str) -> Lock:
    """Lock a container and its entity, whose names and members it shares. What was read before is old by now."""
    # In order of id, as everywhere.
    locks = {scope: await take_lock(tx, scope, operation) for scope in sorted((container.entity_id, container.id))}
    lock = locks[container.id]
    assert lock is not None, "the container was found in this transaction, and its node is never deleted"
    return lock


async def _changeable(tx: Transaction, viewer: Viewer, project_id: str, changes: JsonObject) -> Container:
    found = await find_container_by_id(tx, project_id)
    project = require_container(viewer, found, Role.MEMBER, what="change projects", path=project_id)
    if project.kind is not ContainerKind.PROJECT:
        raise InvalidInputError(f"{project.path} is a registry, not a project.", field="projectId")
    if "name" in changes:
        require_role_at(viewer, project, Role.ADMIN, what="rename projects")
    return project


def _checked(change: ProjectChange) -> JsonObject:
    """Return what was given, as it is stored."""
    given: JsonObject = {
        "name": None if change.name is None else valid_name(change.name, what="Project name"),
        "description": None if change.description is None else valid_description(change.description),
    }
    return {name: value for name, value in given.items() if value is not None}


async def take_container_name(
    tx: Transaction, viewer: Viewer, entity_id: str, name: str, *, instead_of: Container | None = None, at: Instant
) -> None:
    """Make sure, under the lock of the entity, that a name is free, and let the name given up for it redirect.

    Raises ConflictError when a project or registry has the name.
    """
    if await find_container_named(tx, entity_id, name) is not None:
        raise taken(viewer, entity_id, name)
    await drop_former_name(tx, entity_id, name)
    if instead_of is not None:
        await keep_former_name(tx, entity_id, instead_of.name, instead_of.id, at=at)


def taken(viewer: Viewer, entity_id: str, name: str) -> ConflictError:
    """Return the refusal of a name, which says no more than that: the viewer may not see what has it."""
    return ConflictError(f"The name {name!r} is taken in {viewer.entity_names[entity_id]}.", current=name)
