"""Collections: found in a container, made when the first version comes."""

from dataclasses import asdict

from headwater_service.errors import ConflictError
from headwater_service.model import Collection, CollectionKind, Container
from headwater_service.store.collections import NewCollection, create_collection, find_collection
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import record, take_lock


async def ensure_collection(
    graph: Graph, container: Container, name: str, *, kind: CollectionKind, type: str, by: str, operation: str
) -> Collection:
    """Return the collection of this name, kind and type, made if there is none.

    Raises ConflictError when the name is held by a collection of another kind or type.
    """
    existing = await graph.read(lambda tx: find_collection(tx, container.id, name))
    if existing is None:
        # An operation of its own: the lock is the container's, which later writes of this operation don't need.
        creation = f"{operation}/collection"
        new = NewCollection(new_id(), kind, name, type, container.id)
        existing = await graph.write(lambda tx: _create(tx, container, new, by=by, operation=creation))
    _require_same(existing, container, kind=kind, type=type)
    return existing


async def _create(tx: Transaction, container: Container, new: NewCollection, *, by: str, operation: str) -> Collection:
    lock = await take_lock(tx, container.id, operation)
    assert lock is not None, "the container was found before, and containers are never deleted"
    existing = await find_collection(tx, container.id, new.name)
    if existing is not None:
        return existing
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
