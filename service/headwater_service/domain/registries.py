"""Registries: what they take, who sees them, and the roles that somebody has in one alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from headwater_service.domain.access import Viewer, require_container, require_whole_entity
from headwater_service.domain.containers import entity_of, lock_container, take_container_name
from headwater_service.domain.expectations import require_expected
from headwater_service.domain.names import valid_alias, valid_name, valid_type
from headwater_service.domain.paths import LATEST
from headwater_service.domain.texts import valid_description
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, ContainerKind, JsonObject, Role, User, Visibility
from headwater_service.store import containers as store
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.people import find_user_by_name

MOST_TYPES: Final = 100
MOST_PROTECTED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRegistry:
    """No `artifact_types` are any."""

    name: str
    description: str = ""
    visibility: Visibility = Visibility.ENTITY
    artifact_types: Sequence[str] = ()
    protected_aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryChange:
    """What to change of a registry, or what it is taken to be; None is left as it is, or not looked at."""

    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    artifact_types: Sequence[str] | None = None
    protected_aliases: Sequence[str] | None = None


async def create_registry(
    graph: Graph, viewer: Viewer, entity_name: str | None, given: NewRegistry, *, operation: str
) -> Container:
    """Create a registry whose admin is the viewer, and return it. Raises ConflictError when the name is taken."""
    entity_id = entity_of(viewer, entity_name)
    require_whole_entity(viewer, entity_id, Role.MEMBER, what="create registries")
    name = valid_name(given.name, what="Registry name")
    description, types = valid_description(given.description), _types(given.artifact_types)
    aliases = _aliases(given.protected_aliases)

    async def work(tx: Transaction) -> Container:
        lock = await take_lock(tx, entity_id, operation)
        assert lock is not None, "the viewer is in the entity, and entities are never deleted"
        recorded = lock.replayed("REGISTRY_CREATED")
        if recorded is not None:
            return await _by_id(tx, recorded)
        ended = await store.find_container_named(tx, entity_id, name)
        if ended is None or ended.ended_at is None:
            await take_container_name(tx, viewer, entity_id, name, at=lock.at)
        registry = Container(
            id=new_id() if ended is None else ended.id,
            kind=ContainerKind.REGISTRY,
            name=name,
            entity_id=entity_id,
            entity_name=viewer.entity_names[entity_id],
            description=description,
            created_at=lock.at,
            visibility=given.visibility,
            artifact_types=types,
            protected_aliases=aliases,
        )
        if ended is None:
            await store.create_registry(tx, registry)
        else:
            await take_lock(tx, ended.id, operation)
            await store.create_container_again(tx, registry)
            await store.delete_registry_roles(tx, ended.id)
        await store.put_registry_role(tx, registry.id, viewer.user_id, Role.ADMIN)
        await record(
            tx,
            lock,
            "REGISTRY_CREATED",
            scope_id=registry.id,
            subject=registry.id,
            by=viewer.user_id,
            answer=registry.id,
            after={**asdict(registry), "roles": {viewer.user_id: Role.ADMIN}},
        )
        return registry

    return await graph.write(work)


def holding(viewer: Viewer, registry_id: str, role: Role | None) -> Viewer:
    """Return the viewer as it is after it was given a role in a registry, or lost it."""
    others = {held: its for held, its in viewer.registry_roles.items() if held != registry_id}
    return replace(viewer, registry_roles=others if role is None else {**others, registry_id: role})


async def update_registry(
    graph: Graph,
    viewer: Viewer,
    registry_id: str,
    change: RegistryChange,
    *,
    expected: RegistryChange | None,
    operation: str,
) -> Container:
    """Change a registry. Its former name leads to it until something else takes that name.

    Raises ConflictError when it is not as expected, when the name is taken, and when it holds collections and would
    take fewer types than before.
    """
    changes = _checked(change)

    async def work(tx: Transaction) -> Container:
        lock = await _lock(tx, viewer, registry_id, what="change the registry", operation=operation)
        registry = await _administered(tx, viewer, registry_id, what="change the registry")
        if lock.replayed("REGISTRY_CHANGED") is not None:
            return registry
        require_expected(asdict(registry), {} if expected is None else _checked(expected), what=registry.path)
        made = {name: value for name, value in changes.items() if value != getattr(registry, name)}
        if "artifact_types" in made:
            await _require_growth(tx, registry, made["artifact_types"])
        if "name" in made:
            await take_container_name(tx, viewer, registry.entity_id, made["name"], instead_of=registry, at=lock.at)
        if made:
            await store.change_container(tx, registry_id, made)
        changed = await _by_id(tx, registry_id)
        await record(
            tx,
            lock,
            "REGISTRY_CHANGED",
            scope_id=registry_id,
            by=viewer.user_id,
            answer=registry_id,
            before=asdict(registry),
            after=asdict(changed),
        )
        return changed

    return await graph.write(work)


async def set_registry_member(
    graph: Graph, viewer: Viewer, registry_id: str, user_name: str, role: Role, *, operation: str
) -> Container:
    """Give a member of the entity a role in the registry alone, in place of the one held there."""
    what = "change its members"

    async def work(tx: Transaction) -> Container:
        lock = await _lock(tx, viewer, registry_id, what=what, operation=operation)
        registry = await _administered(tx, viewer, registry_id, what=what)
        if lock.replayed("REGISTRY_MEMBER_SET") is not None:
            return registry
        user = await find_user_by_name(tx, user_name)
        held, is_member = (None, False) if user is None else await store.registry_role(tx, registry_id, user.id)
        if user is None or not is_member:
            raise NotFoundError(
                f"{user_name!r} is no member of {registry.entity_name!r}. An admin of it can change that: "
                f"`headwater member add {registry.entity_name} {user_name}`.",
                path=user_name,
            )
        await store.put_registry_role(tx, registry_id, user.id, role)
        await _record_role(tx, lock, viewer, user, before=held, after=role)
        return registry

    return await graph.write(work)


async def remove_registry_member(
    graph: Graph, viewer: Viewer, registry_id: str, user_name: str, *, operation: str
) -> Container:
    """Take the role in the registry alone from a user. Who has none is a NotFoundError."""
    what = "change its members"

    async def work(tx: Transaction) -> Container:
        lock = await _lock(tx, viewer, registry_id, what=what, operation=operation)
        registry = await _administered(tx, viewer, registry_id, what=what)
        if lock.replayed("REGISTRY_MEMBER_REMOVED") is not None:
            return registry
        user = await find_user_by_name(tx, user_name)
        held, _ = (None, False) if user is None else await store.registry_role(tx, registry_id, user.id)
        if user is None or held is None:
            raise NotFoundError(f"{user_name!r} has no role of its own in {registry.path}.", path=user_name)
        await store.delete_registry_role(tx, registry_id, user.id)
        await _record_role(tx, lock, viewer, user, before=held, after=None)
        return registry

    return await graph.write(work)


async def _lock(tx: Transaction, viewer: Viewer, registry_id: str, *, what: str, operation: str) -> Lock:
    # What is read before the lock only keeps strangers from taking it.
    registry = await _administered(tx, viewer, registry_id, what=what)
    return await lock_container(tx, registry, operation=operation)


async def _administered(tx: Transaction, viewer: Viewer, registry_id: str, *, what: str) -> Container:
    found = await store.find_container_by_id(tx, registry_id)
    registry = require_container(viewer, found, Role.VIEWER, what=what, path=registry_id)
    if registry.kind is not ContainerKind.REGISTRY:
        raise InvalidInputError(f"{registry.path} is a project, not a registry.", field="registryId")
    require_container(viewer, registry, Role.ADMIN, what=what, path=registry_id)
    if viewer.project_id is not None:
        # It is told nothing of members either, and what it did to them would outlive it.
        raise PermissionDeniedError(f"This key is for one registry, so it may not {what}.")
    return registry


async def _by_id(tx: Transaction, registry_id: str) -> Container:
    registry = await store.find_container_by_id(tx, registry_id)
    assert registry is not None, "it was locked or recorded, and its node is never deleted"
    return registry


async def _require_growth(tx: Transaction, registry: Container, types: Sequence[str]) -> None:
    is_any = not types
    lost = [] if is_any else [type for type in registry.artifact_types if type not in types]
    is_less = not is_any and (lost or not registry.artifact_types)
    if is_less and await store.count_collections(tx, registry.id):
        now = ", ".join(repr(type) for type in registry.artifact_types) or "any"
        raise ConflictError(
            f"{registry.path} holds collections, so it can take more types but not fewer. It takes: {now}.",
            current=", ".join(registry.artifact_types),
        )


def _checked(change: RegistryChange) -> JsonObject:
    """Return what was given, as it is stored."""
    given: JsonObject = {
        "name": change.name if change.name is None else valid_name(change.name, what="Registry name"),
        "description": change.description if change.description is None else valid_description(change.description),
        "visibility": change.visibility,
        "artifact_types": None if change.artifact_types is None else _types(change.artifact_types),
        "protected_aliases": None if change.protected_aliases is None else _aliases(change.protected_aliases),
    }
    return {name: value for name, value in given.items() if value is not None}


def _types(types: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(valid_type(type, field="artifactTypes") for type in types))
    if len(found) > MOST_TYPES:
        raise InvalidInputError(f"A registry names at most {MOST_TYPES} types.", field="artifactTypes")
    return found


def _aliases(names: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(valid_alias(name, field="protectedAliases") for name in names))
    if LATEST in found:
        raise InvalidInputError(
            f"The alias {LATEST!r} is kept by the service; nobody moves it, so it can't be protected.",
            field="protectedAliases",
        )
    if len(found) > MOST_PROTECTED:
        raise InvalidInputError(f"A registry protects at most {MOST_PROTECTED} aliases.", field="protectedAliases")
    return found


async def _record_role(
    tx: Transaction, lock: Lock, viewer: Viewer, user: User, *, before: Role | None, after: Role | None
) -> None:
    await record(
        tx,
        lock,
        "REGISTRY_MEMBER_REMOVED" if after is None else "REGISTRY_MEMBER_SET",
        scope_id=lock.scope,
        by=viewer.user_id,
        answer=user.id,
        before=None if before is None else {"user_id": user.id, "role": before},
        after=None if after is None else {"user_id": user.id, "role": after},
    )
