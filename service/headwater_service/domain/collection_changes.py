"""What of a collection may change after it was made: its name, what is written about it, and an unused type."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.collections import require_type
from headwater_service.domain.expectations import require_expected
from headwater_service.domain.names import valid_name, valid_type
from headwater_service.domain.search import index_collection
from headwater_service.domain.texts import valid_description, valid_tags
from headwater_service.errors import ConflictError, InvalidInputError
from headwater_service.model import Collection, Container, JsonObject, Role
from headwater_service.store.collections import change_collection, find_collection_named, had_versions
from headwater_service.store.former_names import drop_former_name, keep_former_name
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.reads import PlacedCollection, find_collections


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFacts:
    """What to change of a collection, or what it is taken to be; None is left as it is, or not looked at."""

    name: str | None = None
    description: str | None = None
    type: str | None = None
    tags: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionChange:
    """`facts` take the place of what is there; then tags are added and removed, whatever others there are."""

    facts: CollectionFacts
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    expected: CollectionFacts | None = None


async def update_collection(
    graph: Graph, viewer: Viewer, collection_id: str, change: CollectionChange, *, operation: str
) -> PlacedCollection:
    """Change a collection. Its former name leads to it until something else takes that name.

    Raises ConflictError when it is not as expected, when the name is taken, and for another type once it has had a
    version.
    """
    given = _checked(change.facts)
    if change.facts.tags is not None and (change.add_tags or change.remove_tags):
        raise InvalidInputError("Give either the tags as a whole, or those to add and to remove.", field="tags")

    async def work(tx: Transaction) -> PlacedCollection:
        # What is read before the locks only keeps strangers from taking them.
        container = (await _changeable(tx, viewer, collection_id)).container
        locks = {scope: await take_lock(tx, scope, operation) for scope in sorted((container.id, collection_id))}
        lock = locks[collection_id]
        assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
        placed = await _changeable(tx, viewer, collection_id)
        if lock.replayed("COLLECTION_CHANGED") is not None:
            return placed
        made = await _changes(tx, lock, placed, given, change)
        changed = replace(placed.collection, **made, updated_at=lock.at if made else placed.collection.updated_at)
        if made:
            await change_collection(tx, collection_id, made, at=lock.at)
            await index_collection(tx, changed)
        await record(
            tx,
            lock,
            "COLLECTION_CHANGED",
            scope_id=container.id,
            by=viewer.user_id,
            answer=collection_id,
            before=asdict(placed.collection),
            after=asdict(changed),
        )
        return PlacedCollection(changed, placed.container)

    return await graph.write(work)


async def _changes(
    tx: Transaction, lock: Lock, placed: PlacedCollection, given: JsonObject, change: CollectionChange
) -> JsonObject:
    """Return what is to be set, after everything that speaks against it was looked at."""
    collection, container = placed.collection, placed.container
    expected = {} if change.expected is None else _checked(change.expected)
    require_expected(asdict(collection), expected, what=f"{container.path}/{collection.name}")
    if change.add_tags or change.remove_tags:
        removed = set(change.remove_tags)
        given = {
            **given,
            "tags": valid_tags([*(tag for tag in collection.tags if tag not in removed), *change.add_tags]),
        }
    now = {**asdict(collection), "tags": list(collection.tags)}
    made = {name: value for name, value in given.items() if value != now[name]}
    if "type" in made:
        await _require_unused(tx, collection, container, made["type"])
    if "name" in made:
        await _take_name(tx, lock, collection, container, made["name"])
    return made


async def _changeable(tx: Transaction, viewer: Viewer, collection_id: str) -> PlacedCollection:
    placed = (await find_collections(tx, [collection_id])).get(collection_id)
    container = None if placed is None else placed.container
    require_container(viewer, container, Role.MEMBER, what="change collections", path=collection_id)
    assert placed is not None, "its container was found"
    return placed


async def _require_unused(tx: Transaction, collection: Collection, container: Container, type: str) -> None:
    require_type(container, type)
    if await had_versions(tx, collection.id):
        raise ConflictError(
            f"{container.path}/{collection.name} has had versions of the type {collection.type!r}; it can't become "
            f"{type!r}.",
            current=collection.type,
        )


async def _take_name(tx: Transaction, lock: Lock, collection: Collection, container: Container, name: str) -> None:
    """Free the name under the lock of the container, and let the one given up redirect."""
    existing = await find_collection_named(tx, container.id, name)
    if existing is not None:
        deleted = "" if existing.ended_at is None else ", which was deleted"
        raise ConflictError(f"{container.path} has a collection {name!r} already{deleted}.", current=existing.type)
    await drop_former_name(tx, container.id, name)
    await keep_former_name(tx, container.id, collection.name, collection.id, at=lock.at)


def _checked(facts: CollectionFacts) -> JsonObject:
    """Return what was given, as it is stored."""
    given: JsonObject = {
        "name": None if facts.name is None else valid_name(facts.name, what="Collection name"),
        "description": None if facts.description is None else valid_description(facts.description),
        "type": None if facts.type is None else valid_type(facts.type),
        "tags": None if facts.tags is None else valid_tags(facts.tags),
    }
    return {name: value for name, value in given.items() if value is not None}
