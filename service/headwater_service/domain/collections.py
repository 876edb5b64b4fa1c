"""Collections: found in a container, made when the first version comes, or by hand."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import get_container
from headwater_service.domain.names import valid_name, valid_type
from headwater_service.domain.search import index_collection
from headwater_service.domain.texts import valid_description, valid_tags
from headwater_service.errors import ConflictError, InvalidInputError
from headwater_service.model import Collection, CollectionKind, Container, ContainerKind, Role
from headwater_service.store.collections import (
    NewCollection,
    change_collection,
    create_collection,
    create_collection_again,
    find_collection,
    find_collection_named,
)
from headwater_service.store.containers import find_container_by_id
from headwater_service.store.former_names import drop_former_name
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.reads import PlacedCollection, find_collections


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCollection:
    """A collection to make by hand; without a `kind` it is that of its container, in a project SOURCE."""

    name: str
    type: str
    kind: CollectionKind | None = None
    description: str = ""
    tags: Sequence[str] = ()


async def ensure_collection(
    graph: Graph, container: Container, name: str, *, kind: CollectionKind, type: str, by: str, operation: str
) -> Collection:
    """Return the collection of this name, kind and type, made if there is none.

    Raises ConflictError when the name is held by a collection of another kind or type.
    """
    existing = await graph.read(lambda tx: find_collection(tx, container.id, name))
    if existing is None or existing.ended_at is not None:
        return await graph.write(
            lambda tx: ensure_collection_in(tx, container, name, kind=kind, type=type, by=by, operation=operation)
        )
    _require_same(existing, container, kind=kind, type=type)
    return existing


async def ensure_collection_in(
    tx: Transaction, container: Container, name: str, *, kind: CollectionKind, type: str, by: str, operation: str
) -> Collection:
    """Do the same in a transaction of the caller, who may undo it; the container is locked if one is made."""
    existing = await find_collection(tx, container.id, name)
    if existing is None or existing.ended_at is not None:
        # An operation of its own: the lock is the container's, which later writes of this operation don't need.
        new = NewCollection(new_id(), kind, name, type, container.id)
        existing = await _create(tx, container, new, by=by, operation=f"{operation}/collection")
    _require_same(existing, container, kind=kind, type=type)
    return existing


async def create_collection_at(
    graph: Graph, viewer: Viewer, path: str, given: GivenCollection, *, operation: str
) -> PlacedCollection:
    """Create a collection in the project or registry at a path. Raises ConflictError when it has one of that name."""
    name, type = valid_name(given.name, what="Collection name"), valid_type(given.type)
    description, tags = valid_description(given.description), valid_tags(given.tags)
    what = "create collections"
    container = await get_container(graph, viewer, path, Role.MEMBER, what=what)
    kind = _kind_in(container, given.kind)

    async def work(tx: Transaction) -> PlacedCollection:
        lock = await take_lock(tx, container.id, operation)
        assert lock is not None, "the container was found before, and its node is never deleted"
        recorded = lock.replayed("COLLECTION_CREATED")
        if recorded is not None:
            return (await find_collections(tx, [recorded]))[recorded]
        existing = await find_collection_named(tx, container.id, name)
        if existing is not None and existing.ended_at is None:
            raise ConflictError(f"{container.path} has a collection {name!r} already.", current=existing.type)
        new = NewCollection(new_id(), kind, name, type, container.id, description, tags)
        made = await _create_locked(tx, lock, new, existing, by=viewer.user_id)
        return (await find_collections(tx, [made.id]))[made.id]

    return await graph.write(work)


def _kind_in(container: Container, kind: CollectionKind | None) -> CollectionKind:
    if container.kind is ContainerKind.REGISTRY:
        if kind is CollectionKind.SOURCE:
            raise InvalidInputError(f"{container.path} is a registry: runs log into projects only.", field="kind")
        return CollectionKind.REGISTRY
    return kind or CollectionKind.SOURCE


def require_type(container: Container, type: str) -> None:
    """Raise ConflictError that names both unless a registry takes versions of this type."""
    if container.artifact_types and type not in container.artifact_types:
        taken = ", ".join(repr(known) for known in container.artifact_types)
        raise ConflictError(
            f"{container.path} takes versions of the type {taken}, not {type!r}. An admin of it can add types.",
            current=", ".join(container.artifact_types),
        )


async def _create(tx: Transaction, container: Container, new: NewCollection, *, by: str, operation: str) -> Collection:
    lock = await take_lock(tx, container.id, operation)
    assert lock is not None, "the container was found before, and its node is never deleted"
    lock.require_live()
    existing = await find_collection(tx, container.id, new.name)
    if existing is not None and existing.ended_at is None:
        return existing
    if lock.answer is not None and existing is None:
        # Its collection would have been found: it was another one.
        raise ConflictError("This operation id was used for another artifact. Make a new one for each change.")
    return await _create_locked(tx, lock, new, existing, by=by)


async def _create_locked(
    tx: Transaction, lock: Lock, new: NewCollection, ended: Collection | None, *, by: str
) -> Collection:
    """Create a collection under the lock of its container, whose types may have changed since it was read.

    One that was deleted is made anew under its name: its numbers go on, and what was deleted with it stays so.
    """
    container = await find_container_by_id(tx, new.scope_id)
    assert container is not None, "it was locked in this transaction"
    require_type(container, new.type)
    await drop_former_name(tx, container.id, new.name)
    if ended is None:
        collection = await create_collection(tx, new, at=lock.at)
    else:
        await take_lock(tx, ended.id, lock.operation)
        await change_collection(tx, ended.id, {"description": new.description, "tags": list(new.tags)}, at=lock.at)
        collection = await create_collection_again(tx, ended.id, new, at=lock.at)
    await index_collection(tx, collection)
    if lock.answer is None:
        await record(
            tx,
            lock,
            "COLLECTION_CREATED",
            scope_id=container.id,
            subject=collection.id,
            by=by,
            answer=collection.id,
            before=None if ended is None else asdict(ended),
            after=asdict(collection),
        )
    return collection


def _require_same(collection: Collection, container: Container, *, kind: CollectionKind, type: str) -> None:
    path = f"{container.path}/{collection.name}"
    if collection.kind is not kind:
        if kind is CollectionKind.SOURCE:
            raise ConflictError(f"{path!r} is a registered model: link to it, or log under another name.")
        raise ConflictError(f"{path!r} holds versions that runs logged: link under another name.")
    if collection.type != type:
        raise ConflictError(
            f"{path!r} has the type {collection.type!r}, not {type!r}: a collection keeps the type it began with.",
            current=collection.type,
        )
