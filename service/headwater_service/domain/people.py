"""Users, entities, their members and API keys: who exists, and who may do what where."""

from collections.abc import Awaitable
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from headwater_service.domain.access import (
    Viewer,
    require_server_admin,
    require_whole_entity,
    require_whole_user,
)
from headwater_service.domain.containers import MODEL_REGISTRY, container_at, entity_of
from headwater_service.domain.names import valid_entity_name, valid_name
from headwater_service.domain.sessions import hash_secret, new_key
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import ApiKey, Entity, EntityKind, Instant, Page, Role, User
from headwater_service.store import listings_people
from headwater_service.store import people as store
from headwater_service.store.graph import DuplicateError, Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from headwater_service.store.listings_people import Acquaintance
from headwater_service.store.operations import Lock, record, take_lock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key at the one moment when its secret is known."""

    api_key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What a new key shall reach: everything of its user, unless narrowed."""

    name: str = ""
    is_read_only: bool = False
    entity: str | None = None
    project: str | None = None
    expires_at: Instant | None = None


async def bootstrap_user(graph: Graph, name: str) -> str:
    """Create a server administrator of this name, unless there is one, and return a new API key of that user.

    For the account that runs the service: whoever can reach the database needs no permission.
    """
    name = valid_entity_name(name)

    async def work(tx: Transaction) -> str:
        user = await store.find_user_by_name(tx, name)
        if user is None:
            user = await _create_user(tx, name, is_admin=True, by=None)
            made = await _lock(tx, user.id, new_id())
            # Nobody was there to do it: the account that runs the service did.
            await record(tx, made, "USER_CREATED", scope_id=user.id, by=None, answer=user.id, after=asdict(user))
        lock = await _lock(tx, user.id, new_id())
        issued = await _issue_key(tx, lock, user.id, KeyRequest())
        return issued.secret

    try:
        return await graph.write(work)
    except DuplicateError:
        # Either another process was first to make the same user, which is now found, or a team has the name.
        return await _unless_taken(graph.write(work), name)


async def create_user(
    graph: Graph, viewer: Viewer, name: str, *, is_admin: bool, operation: str
) -> tuple[User, IssuedKey]:
    """Create a user with an entity of the same name and a first key.

    A replay returns the same user and key with another secret, for only the hash of the first is stored.
    """
    require_server_admin(viewer, what="create users")
    name = valid_entity_name(name)

    async def work(tx: Transaction) -> tuple[User, IssuedKey]:
        lock = await _lock(tx, viewer.user_id, operation)
        answer = lock.replayed("USER_CREATED")
        if answer is not None:
            recorded = await store.find_user(tx, answer["user"])
            assert recorded is not None, "an event names the user, and users are never deleted"
            return recorded, await _issue_again(tx, answer["key"], by=viewer.user_id)
        user = await _create_user(tx, name, is_admin=is_admin, by=viewer.user_id)
        theirs = await _lock(tx, user.id, operation)
        issued = await _issue_key(tx, theirs, user.id, KeyRequest(), by=viewer.user_id)
        answer = {"user": user.id, "key": issued.api_key.id}
        await record(
            tx,
            lock,
            "USER_CREATED",
            scope_id=user.id,
            by=viewer.user_id,
            answer=answer,
            after=asdict(user),
            subject=user.id,
        )
        return user, issued

    return await _unless_taken(graph.write(work), name)


async def list_users(graph: Graph, viewer: Viewer, window: Window) -> Page[User]:
    """Return a page of the users whom the viewer knows, by name: an administrator all, others who share an entity."""
    return await graph.read(lambda tx: listings_people.list_users(tx, _known_to(viewer), window))


async def count_users(graph: Graph, viewer: Viewer) -> int:
    return await graph.read(lambda tx: listings_people.count_users(tx, _known_to(viewer)))


async def create_entity(graph: Graph, viewer: Viewer, name: str, *, operation: str) -> Entity:
    """Create a team whose first admin is the viewer, with its registry. Raises ConflictError when the name is taken."""
    require_whole_user(viewer, what="create entities")
    name = valid_entity_name(name)

    async def work(tx: Transaction) -> Entity:
        lock = await _lock(tx, viewer.user_id, operation)
        answer = lock.replayed("ENTITY_CREATED")
        if answer is not None:
            return await _entity(tx, answer)
        entity = await _create_entity(tx, lock, name, EntityKind.TEAM, admin_id=viewer.user_id)
        await _record_entity(tx, lock, entity, admin_id=viewer.user_id, by=viewer.user_id)
        return entity

    return await _unless_taken(graph.write(work), name)


def joined(viewer: Viewer, entity: Entity) -> Viewer:
    """Return the viewer as it is after it created an entity."""
    return replace(
        viewer,
        roles={**viewer.roles, entity.id: Role.ADMIN},
        entity_names={**viewer.entity_names, entity.id: entity.name},
    )


async def add_member(
    graph: Graph, viewer: Viewer, entity_name: str, user_name: str, role: Role, *, operation: str
) -> Entity:
    """Give a user a role in an entity, in place of the one it has. The last admin keeps that role."""
    entity_id = entity_of(viewer, entity_name)
    require_whole_entity(viewer, entity_id, Role.ADMIN, what="add members")

    async def work(tx: Transaction) -> Entity:
        lock = await _lock(tx, entity_id, operation)
        if lock.replayed("MEMBER_SET") is not None:
            return await _entity(tx, entity_id)
        user = await _get_user(tx, user_name)
        held, is_owner, admins = await store.membership(tx, entity_id, user.id)
        if role is not Role.ADMIN:
            _require_not_needed(user, held, is_owner=is_owner, admins=admins)
        await store.put_member(tx, entity_id, user.id, role)
        await _record_member(tx, lock, viewer, user, before=held, after=role)
        return await _entity(tx, entity_id)

    return await graph.write(work)


async def remove_member(graph: Graph, viewer: Viewer, entity_name: str, user_name: str, *, operation: str) -> Entity:
    """Take a user out of an entity. The last admin can't go; one who is not in it is a NotFoundError."""
    entity_id = entity_of(viewer, entity_name)
    require_whole_entity(viewer, entity_id, Role.ADMIN, what="remove members")

    async def work(tx: Transaction) -> Entity:
        lock = await _lock(tx, entity_id, operation)
        if lock.replayed("MEMBER_REMOVED") is not None:
            return await _entity(tx, entity_id)
        user = await _get_user(tx, user_name)
        held, is_owner, admins = await store.membership(tx, entity_id, user.id)
        if held is None:
            raise NotFoundError(f"{user_name!r} is no member of {entity_name!r}.", path=user_name)
        _require_not_needed(user, held, is_owner=is_owner, admins=admins)
        await store.delete_member(tx, entity_id, user.id)
        await _end_registry_roles(tx, viewer, entity_id, user, operation=operation)
        await _record_member(tx, lock, viewer, user, before=held, after=None)
        return await _entity(tx, entity_id)

    return await graph.write(work)


async def create_api_key(graph: Graph, viewer: Viewer, request: KeyRequest, *, operation: str) -> IssuedKey:
    """Make a key of the viewer, which may reach less than its user and end at a time.

    A replay returns the same key with another secret, for only the hash of the first is stored.
    """
    require_whole_user(viewer, what="create API keys")
    if request.name:
        request = replace(request, name=valid_name(request.name, what="Key name"))

    async def work(tx: Transaction) -> IssuedKey:
        lock = await _lock(tx, viewer.user_id, operation)
        answer = lock.replayed("API_KEY_CREATED")
        if answer is not None:
            return await _issue_again(tx, answer, by=viewer.user_id)
        if request.expires_at is not None and request.expires_at <= lock.at:
            raise InvalidInputError("That time is past, so the key would never work.", field="expiresAt")
        entity_id, project_id = await _reach(tx, viewer, request)
        return await _issue_key(tx, lock, viewer.user_id, request, entity_id=entity_id, project_id=project_id)

    return await graph.write(work)


async def revoke_api_key(graph: Graph, viewer: Viewer, key_id: str, *, operation: str) -> ApiKey:
    """Make a key useless for good: one of the viewer's own, or any if the viewer administers the server."""
    require_whole_user(viewer, what="revoke API keys")

    async def work(tx: Transaction) -> ApiKey:
        key = await store.find_api_key(tx, key_id)
        if key is None or (key.user_id != viewer.user_id and not viewer.is_admin):
            raise NotFoundError("There is no such API key, or it is not yours.")
        lock = await _lock(tx, key.user_id, operation)
        if lock.replayed("API_KEY_REVOKED") is not None:
            return key
        revoked = await store.revoke_api_key(tx, key_id, lock.at)
        await record(
            tx,
            lock,
            "API_KEY_REVOKED",
            scope_id=key.user_id,
            by=viewer.user_id,
            answer=key_id,
            before=asdict(key),
            after=asdict(revoked),
        )
        return revoked

    return await graph.write(work)


def _known_to(viewer: Viewer) -> Acquaintance | None:
    """Whom the viewer may see; None for everybody. A key for one project is told of nobody else, as of members."""
    if viewer.is_admin:
        return None
    return Acquaintance(viewer.user_id, [] if viewer.project_id is not None else list(viewer.roles))


async def _lock(tx: Transaction, scope: str, operation: str) -> Lock:
    lock = await take_lock(tx, scope, operation)
    if lock is None:
        raise NotFoundError("There is no such user or entity any more.")
    return lock


async def _create_user(tx: Transaction, name: str, *, is_admin: bool, by: str | None) -> User:
    """Create a user and its entity, each with the event that says so."""
    entity_id = new_id()
    user = await store.create_user(tx, new_id(), name, is_admin=is_admin, default_entity_id=entity_id)
    lock = await _lock(tx, user.id, new_id())
    entity = await _create_entity(tx, lock, name, EntityKind.USER, admin_id=user.id, entity_id=entity_id)
    await _record_entity(tx, lock, entity, admin_id=user.id, by=by or user.id)
    return user


async def _create_entity(
    tx: Transaction, lock: Lock, name: str, kind: EntityKind, *, admin_id: str, entity_id: str | None = None
) -> Entity:
    entity = Entity(entity_id or new_id(), name, kind, lock.at)
    return await store.create_entity(tx, entity, admin_id=admin_id, registry_id=new_id(), registry_name=MODEL_REGISTRY)


async def _record_entity(tx: Transaction, lock: Lock, entity: Entity, *, admin_id: str, by: str) -> None:
    """Record an entity with the registry and the first member that it starts with."""
    after = {**asdict(entity), "registries": [MODEL_REGISTRY], "members": {admin_id: Role.ADMIN}}
    await record(
        tx, lock, "ENTITY_CREATED", scope_id=entity.id, by=by, answer=entity.id, after=after, subject=entity.id
    )


async def _issue_key(
    tx: Transaction,
    lock: Lock,
    user_id: str,
    request: KeyRequest,
    *,
    entity_id: str | None = None,
    project_id: str | None = None,
    by: str | None = None,
) -> IssuedKey:
    """Make a key under the lock of its user, and record that; `by` is who does it, if not that user."""
    secret = new_key()
    key = ApiKey(
        id=new_id(),
        name=request.name,
        hint=secret[-4:],
        user_id=user_id,
        is_read_only=request.is_read_only,
        entity_id=entity_id,
        project_id=project_id,
        created_at=lock.at,
        expires_at=request.expires_at,
        revoked_at=None,
    )
    key = await store.create_api_key(tx, key, key_hash=hash_secret(secret))
    await record(tx, lock, "API_KEY_CREATED", scope_id=user_id, by=by or user_id, answer=key.id, after=asdict(key))
    return IssuedKey(key, secret)


async def _issue_again(tx: Transaction, key_id: str, *, by: str) -> IssuedKey:
    """Answer the replay of a call whose secret may have been lost on its way: the same key, with a new secret.

    The former secret ends with it, which is a change of its own: it has an event under a new operation id.
    """
    before = await store.find_api_key(tx, key_id)
    assert before is not None, "an event names it, and keys are never deleted"
    lock = await _lock(tx, before.user_id, new_id())
    secret = new_key()
    key = await store.replace_secret(tx, key_id, key_hash=hash_secret(secret), hint=secret[-4:])
    if key is None:
        raise ConflictError("This operation made a key that was revoked since. Make another one.")
    await record(
        tx,
        lock,
        "API_KEY_REISSUED",
        scope_id=before.user_id,
        by=by,
        answer=key_id,
        before=asdict(before),
        after=asdict(key),
    )
    return IssuedKey(key, secret)


async def _reach(tx: Transaction, viewer: Viewer, request: KeyRequest) -> tuple[str | None, str | None]:
    """Return the entity and the project that a new key is narrowed to."""
    entity_id = None if request.entity is None else entity_of(viewer, request.entity)
    if request.project is None:
        return entity_id, None
    path = f"{request.entity}/{request.project}" if request.entity is not None else request.project
    container = await container_at(tx, viewer, path)
    if container is None:
        raise NotFoundError(f"There is no {path!r}, or you may not see it.", path=path)
    return container.entity_id, container.id


async def _get_user(tx: Transaction, name: str) -> User:
    user = await store.find_user_by_name(tx, name)
    if user is None:
        raise NotFoundError(f"There is no user {name!r}. To make it: `headwater user add {name}`.", path=name)
    return user


async def _entity(tx: Transaction, entity_id: str) -> Entity:
    entity = await store.find_entity(tx, entity_id)
    assert entity is not None, "it was locked or recorded, and entities are never deleted"
    return entity


def _require_not_needed(user: User, held: Role | None, *, is_owner: bool, admins: int) -> None:
    """Raise when the entity would lose the admin that it must keep."""
    if is_owner:
        raise ConflictError(f"{user.name!r} is the user whom this entity belongs to, and stays its admin.")
    if held is Role.ADMIN and admins == 1:
        raise ConflictError(f"{user.name!r} is the last admin. Make another member admin first.")


async def _end_registry_roles(tx: Transaction, viewer: Viewer, entity_id: str, user: User, *, operation: str) -> None:
    """Take away the roles that a user has in single registries: whoever comes back starts with none.

    The events are the registries', for not everybody in the entity may know of each.
    """
    for registry_id, role in (await store.delete_registry_roles_of(tx, entity_id, user.id)).items():
        lock = await _lock(tx, registry_id, operation)
        await record(
            tx,
            lock,
            "REGISTRY_MEMBER_REMOVED",
            scope_id=registry_id,
            by=viewer.user_id,
            answer=user.id,
            before={"user_id": user.id, "role": role},
        )


async def _record_member(
    tx: Transaction,
    lock: Lock,
    viewer: Viewer,
    user: User,
    *,
    before: Role | None,
    after: Role | None,
) -> None:
    await record(
        tx,
        lock,
        "MEMBER_REMOVED" if after is None else "MEMBER_SET",
        scope_id=lock.scope,
        by=viewer.user_id,
        answer=user.id,
        before=None if before is None else {"user_id": user.id, "role": before},
        after=None if after is None else {"user_id": user.id, "role": after},
    )


async def _unless_taken(work: Awaitable[T], name: str) -> T:
    """Say that a name is taken, where the graph refuses a second one."""
    try:
        return await work
    except DuplicateError as error:
        raise ConflictError(f"The name {name!r} is taken by another user or entity.", current=name) from error
