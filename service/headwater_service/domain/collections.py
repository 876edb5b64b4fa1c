"""Collections: found in a container, made when the first version comes."""

from dataclasses import asdict

from headwater_service.errors import ConflictError
from headwater_service.model import Collection, CollectionKind, Container
from headwater_service.store.collections import (
    NewCollection,
    create_collection,
    create_collection_again,
    find_collection,
)
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import Lock, record, take_lock


async def ensure_collection(
    graph: Graph, container: Container, name: str, *, kind: CollectionKind, type: str, by: str, operation: str
) -> Collection:
    """Return the collection of this name, kind and type, made if there is none.

    Raises ConflictError when the name is held by a collection of another kind or type.
    """
    existing = await graph.read(lambda tx: find_collection(tx, container.id, name))
    if existing is None or existing.ended_at is not None:
        # An operation of its own: the lock is the container's, which later writes of this operation don't need.
        creation = f"{operation}/collection"
        new = NewCollection(new_id(), kind, name, type, container.id)
        existing = await graph.write(lambda tx: _create(tx, container, new, by=by, operation=creation))
    _require_same(existing, container, kind=kind, type=type)
    return existing


async def _create(tx: Transaction, container: Container, new: NewCollection, *, by: str, operation: str) -> Collection:
    lock = await take_lock(tx, container.id, operation)
    assert lock is not None, "the container was found before, and its node is never deleted"
    lock.require_live()
    existing = await find_collection(tx, container.id, new.name)
    if existing is not None and existing.ended_at is None:
        return existing
    if existing is not None:
        return await _create_again(tx, lock, container, existing, new, by=by)
    if lock.answer is not None:
        # Its collection would have been found, as those are never deleted: it was another one.
        raise ConflictError("This operation id was used for another artifact. Make a new one for each change.")
    collection = await create_collection(tx, new, at=lock.at)
    await record(
        tx,
        lock,
        "COLLECTION_CREATED",
        scope_id=container.id,
        by=by,
        answer=collection.id,
        after=asdict(collection),
        subject=collection.id,
    )
    return collection


async def _create_again(
    tx: Transaction, lock: Lock, container: Container, ended: Collection, new: NewCollection, *, by: str
) -> Collection:
    """Make a deleted collection anew under its name: its numbers go on, and what was deleted with it stays so."""
    await take_lock(tx, ended.id, lock.operation)
    collection = await create_collection_again(tx, ended.id, new, at=lock.at)
    if lock.answer is None:
        await record(
            tx,
            lock,
            "COLLECTION_CREATED",
            scope_id=container.id,
            by=by,
            answer=collection.id,
            before=asdict(ended),
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
