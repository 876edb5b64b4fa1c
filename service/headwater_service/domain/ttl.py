"""Times to live: set on versions and collections, and what happens when one is over."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.artifacts import get_version, require_live, version_with_role
from headwater_service.domain.paths import LATEST
from headwater_service.errors import InvalidInputError
from headwater_service.model import AliasMove, ArtifactVersion, EndReason, Instant, Role
from headwater_service.store import deletions
from headwater_service.store import ttl as store
from headwater_service.store.aliases import find_highest, find_places, list_names_on, save_moves
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.leases import Lease, check_lease
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.reads import PlacedCollection, PlacedVersion, find_collections

BATCH: Final = 100
MOST_SECONDS: Final = 100 * 366 * 86_400
# A version stays at least so long after its last link went, and after it was restored.
REST_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Ttl:
    """A time to live: `seconds`, none for ever, or what the collection says (`is_inherited`)."""

    seconds: int | None
    is_inherited: bool = False


async def set_version_ttl(graph: Graph, viewer: Viewer, version_id: str, ttl: Ttl, *, operation: str) -> PlacedVersion:
    """Say how long after its creation a version expires.

    Raises InvalidInputError for a link, which lives as long as people want it to, and for a time that is not positive.
    """
    _check(ttl)

    async def work(tx: Transaction) -> PlacedVersion:
        placed = await version_with_role(tx, viewer, version_id, Role.MEMBER, what="set times to live")
        if not isinstance(placed.version, ArtifactVersion):
            raise InvalidInputError("A link has no time to live: set it on the version it links to.", field="versionId")
        lock = await take_lock(tx, placed.collection.id, operation)
        assert lock is not None, "the version's collection was found in this transaction"
        if lock.replayed("VERSION_TTL_SET") is None:
            await require_live(tx, version_id)
            before = (await store.find_lifetimes(tx, [version_id])).get(version_id)
            own = None if ttl.is_inherited else (ttl.seconds or store.NEVER)
            await store.set_version_ttl(tx, version_id, own)
            await record(
                tx,
                lock,
                "VERSION_TTL_SET",
                scope_id=placed.container.id,
                by=viewer.user_id,
                answer=version_id,
                before={"version_id": version_id, "ttl": None if before is None else before.own_seconds},
                after={"version_id": version_id, "ttl": own},
            )
        return await get_version(tx, version_id)

    return await graph.write(work)


async def set_collection_ttl(
    graph: Graph, viewer: Viewer, collection_id: str, seconds: int | None, *, operation: str
) -> PlacedCollection:
    """Say how long the versions of a collection live that have no time of their own. None: for ever."""
    _check(Ttl(seconds))

    async def work(tx: Transaction) -> PlacedCollection:
        placed = (await find_collections(tx, [collection_id])).get(collection_id)
        container = None if placed is None else placed.container
        require_container(viewer, container, Role.MEMBER, what="set times to live", path=collection_id)
        assert placed is not None, "its container was found"
        if placed.collection.kind != "SOURCE":
            raise InvalidInputError("Links have no time to live: set it where the versions are logged.", field="ttl")
        lock = await take_lock(tx, collection_id, operation)
        assert lock is not None, "it was found in this transaction"
        if lock.replayed("COLLECTION_TTL_SET") is None:
            await store.set_collection_ttl(tx, collection_id, seconds, at=lock.at)
            await record(
                tx,
                lock,
                "COLLECTION_TTL_SET",
                scope_id=placed.container.id,
                by=viewer.user_id,
                answer=collection_id,
                before=asdict(placed.collection),
                after=asdict(placed.collection) | {"ttl_seconds": seconds},
            )
        return (await find_collections(tx, [collection_id]))[collection_id]

    return await graph.write(work)


async def expire_versions(graph: Graph, lease: Lease, *, limit: int = BATCH) -> int:
    """Delete versions whose time is over into the trash, and return how many. Raises LeaseLostError.

    A version stays while it is linked, for a day after its last link went, and while a protected or guarded alias is
    on it.
    """
    due = await graph.read(lambda tx: store.list_due(tx, rest_seconds=REST_SECONDS, limit=limit))
    return sum([await _expire(graph, lease, version_id) for version_id in due])


def expires_at(lifetime: store.Lifetime) -> Instant | None:
    """Return when a version expires, or None: never, or not as long as a link or an alias keeps it."""
    if lifetime.seconds is None or lifetime.is_kept:
        return None
    own = lifetime.created_at + lifetime.seconds * 1_000_000
    rested = 0 if lifetime.rested_at is None else lifetime.rested_at + REST_SECONDS * 1_000_000
    return Instant(max(own, rested))


def _check(ttl: Ttl) -> None:
    if ttl.is_inherited and ttl.seconds is not None:
        raise InvalidInputError("Give a time to live or inherit it, not both.", field="ttlSeconds")
    if ttl.seconds is not None and not 1 <= ttl.seconds <= MOST_SECONDS:
        raise InvalidInputError("A time to live is from 1 second to 100 years.", field="ttlSeconds")


async def _expire(graph: Graph, lease: Lease, version_id: str) -> int:
    operation = new_id()

    async def work(tx: Transaction) -> int:
        await check_lease(tx, lease)
        placed = await get_version(tx, version_id)
        lock = await take_lock(tx, placed.collection.id, operation)
        assert lock is not None, "the version's collection was found in this transaction"
        await deletions.lock_nodes(tx, [version_id], operation=operation)
        # Under the locks: it may have been linked, used anew, protected or deleted since it was listed.
        if not await store.is_due(tx, version_id, rest_seconds=REST_SECONDS):
            return 0
        moves = await _release(tx, lock, version_id)
        deletion = deletions.Deletion(id=new_id(), by=None, reason=EndReason.EXPIRED)
        await deletions.end_nodes(tx, [deletions.Ending(version_id, lock.at, is_root=True)], deletion)
        await record(
            tx,
            lock,
            "VERSION_EXPIRED",
            scope_id=placed.container.id,
            by=None,
            answer=version_id,
            before={"versions": [version_id]},
            after={"deletion_id": deletion.id, "ended_at": lock.at, "moves": [asdict(move) for move in moves]},
        )
        return 1

    return await graph.write(work)


async def _release(tx: Transaction, lock: Lock, version_id: str) -> list[AliasMove]:
    """Take the aliases off a version that expires. No rule is asked: it is due, so that none of them is protected."""
    names = await list_names_on(tx, lock.scope, [version_id])
    highest = await find_highest(tx, lock.scope, without=[version_id])
    places = await find_places(tx, lock.scope, names)
    moves = [
        AliasMove(
            collection_id=lock.scope,
            name=name,
            rev=place.rev + 1,
            from_version_id=version_id,
            to_version_id=highest if name == LATEST else None,
            at=lock.at,
            by=None,
            reason="expired",
        )
        for name, place in places.items()
    ]
    await save_moves(tx, lock.scope, moves)
    return moves


async def list_lifetimes(graph: Graph, version_ids: Sequence[str]) -> list[store.Lifetime | None]:
    """Return the times to live of versions that the viewer was given; None for links."""
    found = await graph.read(lambda tx: store.find_lifetimes(tx, version_ids))
    return [found.get(version_id) for version_id in version_ids]
