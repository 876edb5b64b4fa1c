"""Aliases: moved by compare-and-set, all of a call or none, with a history that is never rewritten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.alias_changes import NO_EVIDENCE, AliasChange, Cause, Changed, Evidence, Refusal
from headwater_service.domain.alias_checks import refusals_of
from headwater_service.domain.names import valid_alias
from headwater_service.domain.paths import LATEST
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import AliasMove, Instant, Role, VersionState
from headwater_service.store.alias_moves import Seen, move_alias
from headwater_service.store.aliases import (
    Place,
    ProtectedAlias,
    find_highest,
    find_last_move,
    find_move,
    find_places,
    list_names_on,
    list_protected_on,
    save_moves,
)
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.operations import Lock, is_operation, record, take_lock
from headwater_service.store.reads import PlacedCollection, find_collections, find_versions

MOST_MOVES: Final = 100
# Here the version is made, or was found, in the same transaction, or the alias only goes.
_OWN_VERSIONS: Final = frozenset({Cause.LOG, Cause.LINK, Cause.DROP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Where the caller takes an alias to point now; None is nowhere."""

    version_id: str | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Changes that are wanted, those that rules refuse, and where each alias points now."""

    changes: Sequence[AliasChange]
    refusals: Sequence[Refusal]
    places: Mapping[str, Place]

    @property
    def allowed(self) -> list[AliasChange]:
        refused = {refusal.name for refusal in self.refusals}
        return [change for change in self.changes if change.name not in refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRequest:
    """One move: `version_id` None removes the alias; `expected` None moves it from wherever it is."""

    collection_id: str
    name: str
    version_id: str | None
    expected: Expectation | None = None


async def move_aliases(
    graph: Graph,
    viewer: Viewer,
    requests: Sequence[MoveRequest],
    *,
    reason: str,
    operation: str,
    evidence: Evidence = NO_EVIDENCE,
    seen: Seen | None = None,
) -> list[AliasMove]:
    """Make all the moves or none, and return them in the order asked; `seen` is given what was read on the way.

    Raises ConflictError that says where an alias points when that is not what was expected, and EvidenceNeededError
    when a guard asks for bytes: `domain.promotion` answers that one.
    """
    wanted = checked_requests(requests)
    quick = await _move_one(graph, viewer, wanted, reason=reason, operation=operation, seen=seen or Seen())
    if quick is not None:
        return [quick]

    async def work(tx: Transaction) -> list[AliasMove]:
        made: dict[tuple[str, str], AliasMove] = {}
        # Locks in order of id: two calls that share collections can't wait for each other.
        for collection_id in sorted({request.collection_id for request in wanted}):
            of_collection = [request for request in wanted if request.collection_id == collection_id]
            moves = await _move_in_collection(
                tx, viewer, of_collection, reason=reason, operation=operation, evidence=evidence
            )
            made |= {(collection_id, move.name): move for move in moves}
        return [made[(request.collection_id, request.name)] for request in wanted]

    return await graph.write(work)


def checked_requests(requests: Sequence[MoveRequest]) -> list[MoveRequest]:
    """Return the moves of one call with their names in NFC. Raises InvalidInputError for two of one alias."""
    wanted = [
        MoveRequest(
            collection_id=request.collection_id,
            name=movable_alias(request.name),
            version_id=request.version_id,
            expected=request.expected,
        )
        for request in requests
    ]
    places = {(request.collection_id, request.name) for request in wanted}
    if not 1 <= len(wanted) <= MOST_MOVES or len(places) < len(wanted):
        raise InvalidInputError(f"Give 1 to {MOST_MOVES} moves, each of another alias.", field="moves")
    return wanted


async def change_aliases(
    tx: Transaction,
    lock: Lock,
    viewer: Viewer,
    home: PlacedCollection,
    wanted: Sequence[MoveRequest],
    *,
    cause: Cause,
    reason: str,
    evidence: Evidence = NO_EVIDENCE,
) -> Changed:
    """Make the changes that no rule forbids: the one way by which an alias of a locked collection changes.

    An alias that points where it should already is left alone, and no rule is asked. What the refusals mean is the
    caller's to decide: to raise the first undoes all. Raises NotFoundError and ConflictError for versions and
    expectations that are wrong whoever asks.
    """
    assert cause is not Cause.PROPOSE, "a proposal moves nothing before it is approved"
    weighed = await weigh_changes(tx, viewer, home, lock.scope, wanted, cause=cause, evidence=evidence)
    moves = moves_of(weighed, lock.scope, at=lock.at, by=viewer.user_id, reason=reason)
    await save_moves(tx, lock.scope, moves)
    return Changed(moves, weighed.refusals, {name: place.version_id for name, place in weighed.places.items()})


async def weigh_changes(
    tx: Transaction,
    viewer: Viewer,
    home: PlacedCollection,
    collection_id: str,
    wanted: Sequence[MoveRequest],
    *,
    cause: Cause,
    evidence: Evidence = NO_EVIDENCE,
) -> Weighed:
    """Tell which changes the rules would let pass, without making any."""
    places = await find_places(tx, collection_id, [request.name for request in wanted])
    if cause not in _OWN_VERSIONS:
        await _require_versions(tx, wanted)
    for request in wanted:
        await _require_expected(tx, request, places[request.name])
    changes = [
        AliasChange(
            name=request.name,
            from_version_id=places[request.name].version_id,
            to_version_id=request.version_id,
            is_protected=places[request.name].is_protected,
            is_guarded=places[request.name].is_guarded,
            evidence=evidence,
        )
        for request in wanted
        if places[request.name].version_id != request.version_id
    ]
    return Weighed(changes, await refusals_of(tx, viewer, home, changes, cause), places)


def moves_of(weighed: Weighed, collection_id: str, *, at: Instant, by: str | None, reason: str) -> list[AliasMove]:
    """Return the moves that the changes allowed are."""
    return [
        AliasMove(
            collection_id=collection_id,
            name=change.name,
            rev=weighed.places[change.name].rev + 1,
            from_version_id=change.from_version_id,
            to_version_id=change.to_version_id,
            at=at,
            by=by,
            reason=reason,
        )
        for change in weighed.allowed
    ]


async def point_aliases(
    tx: Transaction,
    lock: Lock,
    viewer: Viewer,
    home: PlacedCollection,
    names: Iterable[str],
    version_id: str,
    *,
    cause: Cause,
    reason: str,
    evidence: Evidence = NO_EVIDENCE,
) -> Changed:
    """Point aliases of the locked collection at one version of it, as far as the rules let."""
    wanted = [MoveRequest(collection_id=lock.scope, name=name, version_id=version_id) for name in names]
    return await change_aliases(tx, lock, viewer, home, wanted, cause=cause, reason=reason, evidence=evidence)


async def release_versions(
    tx: Transaction, lock: Lock, viewer: Viewer, home: PlacedCollection, version_ids: Sequence[str], *, reason: str
) -> Changed:
    """Take all aliases off versions of the locked collection that go; `latest` goes to the highest that stays.

    Protected aliases are refused whoever asks. Before or after the versions' state is changed.
    """
    names = await list_names_on(tx, lock.scope, version_ids)
    highest = await find_highest(tx, lock.scope, without=version_ids)
    wanted = [
        MoveRequest(collection_id=lock.scope, name=name, version_id=highest if name == LATEST else None)
        for name in names
    ]
    return await change_aliases(tx, lock, viewer, home, wanted, cause=Cause.DROP, reason=reason)


async def renew_latest(tx: Transaction, lock: Lock, viewer: Viewer, home: PlacedCollection, *, reason: str) -> Changed:
    """Point `latest` of the locked collection at its highest live version: after one came back."""
    highest = await find_highest(tx, lock.scope, without=())
    wanted = [MoveRequest(collection_id=lock.scope, name=LATEST, version_id=highest)] if highest else []
    return await change_aliases(tx, lock, viewer, home, wanted, cause=Cause.DROP, reason=reason)


async def protected_on(tx: Transaction, version_ids: Sequence[str]) -> list[ProtectedAlias]:
    """Return the protected aliases that keep versions from being deleted or unlinked, in order of path and name.

    A source is kept by the aliases of its links as well, also of links that the viewer may not see: what is told of
    those is the caller's to decide, by their `scope_id`.
    """
    return await list_protected_on(tx, version_ids)


def require_all(refusals: Sequence[Refusal]) -> None:
    """Raise the first refusal, if there is one: nothing of the transaction is kept."""
    if refusals:
        raise refusals[0].error


def given_aliases(names: Iterable[str]) -> list[str]:
    """Return the aliases that a log or link gives, once each and without `latest`, which the service keeps."""
    return [name for name in dict.fromkeys(valid_alias(name, field="aliases") for name in names) if name != LATEST]


def movable_alias(name: str) -> str:
    """Return the alias in NFC if people may move it: `latest` they may not."""
    name = valid_alias(name)
    if name == LATEST:
        raise InvalidInputError(f"The alias {LATEST!r} is kept by the service; it can't be moved.", field="name")
    return name


async def _move_in_collection(
    tx: Transaction,
    viewer: Viewer,
    requests: Sequence[MoveRequest],
    *,
    reason: str,
    operation: str,
    evidence: Evidence,
) -> list[AliasMove]:
    collection_id = requests[0].collection_id
    home = await collection_of_member(tx, viewer, collection_id)
    lock = await take_lock(tx, collection_id, operation)
    assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
    recorded = lock.replayed("ALIASES_MOVED")
    if recorded is not None:
        return [await find_move(tx, collection_id, name, rev) for name, rev in recorded]
    changed = await change_aliases(tx, lock, viewer, home, requests, cause=Cause.MOVE, reason=reason, evidence=evidence)
    require_all(changed.refusals)
    made = {move.name: move for move in changed.moves}
    moves = [made.get(request.name) or await find_last_move(tx, collection_id, request.name) for request in requests]
    await record(
        tx,
        lock,
        "ALIASES_MOVED",
        scope_id=home.container.id,
        by=viewer.user_id,
        answer=[(move.name, move.rev) for move in moves],
        before={"aliases": changed.before},
        after={"moves": [asdict(move) for move in moves]},
    )
    return moves


async def _move_one(
    graph: Graph, viewer: Viewer, wanted: Sequence[MoveRequest], *, reason: str, operation: str, seen: Seen
) -> AliasMove | None:
    """Make the one move of a call if nothing stands against it, in one statement. None: the general way decides."""
    request, version_id = wanted[0], wanted[0].version_id
    if len(wanted) > 1 or version_id is None or viewer.is_read_only or not is_operation(operation):
        return None
    expected, reach = request.expected, asdict(viewer.reach(Role.MEMBER))
    return await graph.write_each(
        lambda tx: move_alias(
            tx,
            collection_id=request.collection_id,
            name=request.name,
            version_id=version_id,
            expected_id=None if expected is None else expected.version_id,
            is_checked=expected is not None,
            by=viewer.user_id,
            reach=reach,
            reason=reason,
            operation=operation,
            seen=seen,
        )
    )


async def _require_expected(tx: Transaction, request: MoveRequest, place: Place) -> None:
    if request.expected is not None and request.expected.version_id != place.version_id:
        current, expected = await _named(tx, place.version_id), await _named(tx, request.expected.version_id)
        if request.expected.version_id is None:
            told = f"There is an alias {request.name!r} already: it points at {current}. To move it, expect {current}."
        else:
            told = f"Alias {request.name!r} points at {current}, expected {expected}. Read it again and retry."
        raise ConflictError(told, current=current)
    if request.version_id is None and place.version_id is None:
        raise NotFoundError(f"There is no alias {request.name!r} to remove.", path=request.name)


async def collection_of_member(tx: Transaction, viewer: Viewer, collection_id: str) -> PlacedCollection:
    """Return the collection in its place if the viewer may move aliases in it."""
    home = (await find_collections(tx, [collection_id])).get(collection_id)
    container = None if home is None else home.container
    require_container(viewer, container, Role.MEMBER, what="move aliases", path=collection_id)
    assert home is not None, "its container was found"
    return home


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
        if VersionState.DELETED in (placed.version.state, placed.content.state):
            raise ConflictError(f"v{placed.version.index} was deleted; no alias can point at it.")


async def _named(tx: Transaction, version_id: str | None) -> str:
    if version_id is None:
        return "nothing"
    placed = (await find_versions(tx, [version_id])).get(version_id)
    return "no version of yours" if placed is None else f"v{placed.version.index}"
