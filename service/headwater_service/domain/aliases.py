"""Aliases: moved by compare-and-set, all of a call or none, with a history that is never rewritten."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.names import valid_alias
from headwater_service.domain.paths import LATEST
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import AliasMove, Role, VersionState
from headwater_service.store.aliases import Place, find_move, find_places, save_moves
from headwater_service.store.collections import find_collection_by_id
from headwater_service.store.containers import find_container_by_id
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.reads import find_versions

MOST_MOVES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Where the caller takes an alias to point now; None is nowhere."""

    version_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRequest:
    """One move: `version_id` None removes the alias; `expected` None moves it from wherever it is."""

    collection_id: str
    name: str
    version_id: str | None
    expected: Expectation | None = None


async def move_aliases(
    graph: Graph, viewer: Viewer, requests: Sequence[MoveRequest], *, reason: str, operation: str
) -> list[AliasMove]:
    """Make all the moves or none, and return them in the order asked.

    Raises ConflictError that says where an alias points when that is not what was expected.
    """
    wanted = [
        MoveRequest(
            collection_id=request.collection_id,
            name=_movable(request.name),
            version_id=request.version_id,
            expected=request.expected,
        )
        for request in requests
    ]
    places = {(request.collection_id, request.name) for request in wanted}
    if not 1 <= len(wanted) <= MOST_MOVES or len(places) < len(wanted):
        raise InvalidInputError(f"Give 1 to {MOST_MOVES} moves, each of another alias.", field="moves")

    async def work(tx: Transaction) -> list[AliasMove]:
        made: dict[tuple[str, str], AliasMove] = {}
        # Locks in order of id: two calls that share collections can't wait for each other.
        for collection_id in sorted({request.collection_id for request in wanted}):
            of_collection = [request for request in wanted if request.collection_id == collection_id]
            moves = await _move_in_collection(tx, viewer, of_collection, reason=reason, operation=operation)
            made |= {(collection_id, move.name): move for move in moves}
        return [made[(request.collection_id, request.name)] for request in wanted]

    return await graph.write(work)


async def point_aliases(
    tx: Transaction, lock: Lock, names: Iterable[str], version_id: str, *, by: str, reason: str
) -> list[AliasMove]:
    """Point aliases of the locked collection at a version; those that do already are left alone."""
    places = await find_places(tx, lock.scope, names)
    moves = [
        AliasMove(lock.scope, name, place.rev + 1, place.version_id, version_id, lock.at, by, reason)
        for name, place in places.items()
        if place.version_id != version_id
    ]
    await save_moves(tx, lock.scope, moves)
    return moves


def given_aliases(names: Iterable[str]) -> list[str]:
    """Return the aliases that a log or link gives, once each and without `latest`, which the service keeps."""
    return [name for name in dict.fromkeys(valid_alias(name) for name in names) if name != LATEST]


def _movable(name: str) -> str:
    name = valid_alias(name)
    if name == LATEST:
        raise InvalidInputError(f"The alias {LATEST!r} is kept by the service; it can't be moved.", field="moves")
    return name


async def _move_in_collection(
    tx: Transaction, viewer: Viewer, requests: Sequence[MoveRequest], *, reason: str, operation: str
) -> list[AliasMove]:
    collection_id = requests[0].collection_id
    scope_id = await _require_member(tx, viewer, collection_id)
    lock = await take_lock(tx, collection_id, operation)
    assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
    recorded = lock.replayed("ALIASES_MOVED")
    if recorded is not None:
        return [await find_move(tx, collection_id, name, rev) for name, rev in recorded]
    places = await find_places(tx, collection_id, [request.name for request in requests])
    await _require_versions(tx, requests)
    moves = [
        await _move(tx, lock, request, places[request.name], by=viewer.user_id, reason=reason) for request in requests
    ]
    await save_moves(tx, collection_id, [move for move in moves if move.rev > places[move.name].rev])
    await record(
        tx,
        lock,
        "ALIASES_MOVED",
        scope_id=scope_id,
        by=viewer.user_id,
        answer=[(move.name, move.rev) for move in moves],
        before={"aliases": {name: place.version_id for name, place in places.items()}},
        after={"moves": [asdict(move) for move in moves]},
    )
    return moves


async def _move(tx: Transaction, lock: Lock, request: MoveRequest, place: Place, *, by: str, reason: str) -> AliasMove:
    if request.expected is not None and request.expected.version_id != place.version_id:
        current, expected = await _named(tx, place.version_id), await _named(tx, request.expected.version_id)
        raise ConflictError(
            f"Alias {request.name!r} points at {current}, expected {expected}. Read it again and retry.",
            current=current,
        )
    if request.version_id is None and place.version_id is None:
        raise NotFoundError(f"There is no alias {request.name!r} to remove.", path=request.name)
    if request.version_id == place.version_id:
        return await find_move(tx, lock.scope, request.name, place.rev)
    return AliasMove(lock.scope, request.name, place.rev + 1, place.version_id, request.version_id, lock.at, by, reason)


async def _require_member(tx: Transaction, viewer: Viewer, collection_id: str) -> str:
    """Return the container's id if the viewer may move aliases in the collection."""
    collection = await find_collection_by_id(tx, collection_id)
    container = None if collection is None else await find_container_by_id(tx, collection.container_id)
    return require_container(viewer, container, Role.MEMBER, what="move aliases", path=collection_id).id


async def _require_versions(tx: Transaction, requests: Sequence[MoveRequest]) -> None:
    wanted = [request.version_id for request in requests if request.version_id is not None]
    found: dict[str, Any] = dict(await find_versions(tx, wanted)) if wanted else {}
    for request in requests:
        if request.version_id is None:
            continue
        placed = found.get(request.version_id)
        # One of another collection is as good as none: naming it would tell that it exists.
        if placed is None or placed.version.collection_id != request.collection_id:
            raise NotFoundError(
                f"Alias {request.name!r} can't point at {request.version_id!r}: the collection has no such version.",
                path=request.version_id,
            )
        if placed.version.state is not VersionState.COMMITTED:
            raise ConflictError(f"v{placed.version.index} was deleted; no alias can point at it.")


async def _named(tx: Transaction, version_id: str | None) -> str:
    if version_id is None:
        return "nothing"
    placed = (await find_versions(tx, [version_id])).get(version_id)
    return "no version of yours" if placed is None else f"v{placed.version.index}"
