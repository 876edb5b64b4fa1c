"""The audit trail: which events are asked for, and the check that nobody touched them behind the service's back.

The chain of hashes tells that an event was edited, taken out of its place or moved; the numbers inside each scope,
which the scope counts too, tell that one was removed or added and the chain written anew. Whoever could write all of
that anew is found only by a hash that was kept elsewhere: a check returns one, and a later check takes it.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson

from headwater_service.domain.access import Viewer, require_server_admin
from headwater_service.domain.events import GENESIS, link_hash
from headwater_service.domain.listings import event_scopes_in, scope_of_events_at
from headwater_service.domain.lookups import get_collection_id
from headwater_service.errors import InvalidInputError
from headwater_service.model import Instant
from headwater_service.store import audit as store
from headwater_service.store.audit import Place
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.listings_events import Asked
from headwater_service.store.people import find_user_by_name

# Read in one query; a page of large documents must fit into memory.
PAGE: Final = 500
# What one call may check: it must end well within the time of a request.
MOST_A_CALL: Final = 10_000
# The database shows a transaction that is just being committed in pieces: a fault is one that stays.
SECOND_LOOK_SECONDS: Final = 0.5

_ANCHOR: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class AuditFaultKind(StrEnum):
    EDITED = "EDITED"
    REMOVED = "REMOVED"
    INSERTED = "INSERTED"
    REORDERED = "REORDERED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsWanted:
    """What is asked for, by names and paths; None is no condition."""

    entity: str | None = None
    container: str | None = None
    collection: str | None = None
    actor: str | None = None
    kinds: Sequence[str] | None = None
    after: Instant | None = None
    before: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFault:
    """What was done to which event. What nothing is known of is None: of a removed event often only its place."""

    kind: AuditFaultKind
    message: str
    seq: int | None = None
    event_id: str | None = None
    scope: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What one call checked. `last` is the last event found right; `cursor` is where to go on, None at the end."""

    events: int
    scopes: int
    last: Place
    cursor: str | None
    fault: AuditFault | None


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far a check has come: through the chain, then through the scopes, whose ids are in order."""

    last: Place
    scope: str | None = None

    def cursor(self) -> str:
        return orjson.dumps([self.last.seq, self.last.hash, self.scope]).decode()


async def asked_events(graph: Graph, viewer: Viewer, wanted: EventsWanted) -> Asked:
    """Turn names and paths into ids. Raises NotFoundError for a place that the viewer may not see."""
    if wanted.entity is not None and wanted.container is not None:
        raise InvalidInputError("Give an entity or a container: the container's path names its entity.", field="filter")
    if wanted.container is not None:
        scopes = [await scope_of_events_at(graph, viewer, wanted.container)]
    else:
        scopes = await event_scopes_in(graph, viewer, wanted.entity)
    subject, actor = None, None
    if wanted.collection is not None:
        # What was deleted is asked for by whoever wants to know who did it.
        subject = await get_collection_id(graph, viewer, wanted.collection, may_be_ended=True)
    if wanted.actor is not None:
        name = wanted.actor
        user = await graph.read(lambda tx: find_user_by_name(tx, name))
        # An unknown name is told from a stranger's in no way: neither did anything that the viewer may see.
        actor = "" if user is None else user.id
    return Asked(scopes, subject, actor, wanted.kinds, wanted.after, wanted.before)


def parse_anchor(text: str) -> Place:
    """Read `<number>:<hash>`, as a check printed it. Raises InvalidInputError."""
    found = _ANCHOR.fullmatch(text)
    if found is None:
        raise InvalidInputError("An anchor is the number and the hash of an event: `1234:9f2c…`.", field="anchor")
    return Place(int(found[1]), found[2])


async def check_audit(
    graph: Graph, viewer: Viewer, *, anchor: str | None, cursor: str | None, limit: int = MOST_A_CALL
) -> AuditCheck:
    """Check the next stretch of the audit trail: from the first event, or after `anchor`, or where a `cursor` left off.

    Only an administrator of the server may: the chain runs through the events of everybody.
    """
    require_server_admin(viewer, what="check the audit trail")
    if not 1 <= limit <= MOST_A_CALL:
        raise InvalidInputError(f"`count` is {limit}; one call checks 1 to {MOST_A_CALL:,} events.", field="count")
    if cursor is not None:
        progress = _read_cursor(cursor)
    else:
        progress = _Progress(Place(0, GENESIS) if anchor is None else parse_anchor(anchor))
    check = await graph.read(lambda tx: check_stretch(tx, progress, limit=limit))
    if check.fault is not None:
        await asyncio.sleep(SECOND_LOOK_SECONDS)
        check = await graph.read(lambda tx: check_stretch(tx, progress, limit=limit))
    return check


async def check_stretch(tx: Transaction, progress: _Progress, *, limit: int) -> AuditCheck:
    """Check up to `limit` events, or scopes once all events are checked."""
    if progress.scope is not None:
        return await _check_scopes(tx, progress.last, progress.scope, limit=limit)
    last, count = progress.last, 0
    fault = await _check_anchor(tx, last)
    while fault is None and count < limit:
        end = await store.find_end(tx) or Place(0, GENESIS)
        found = await store.list_stretch(tx, after=last.seq, limit=min(PAGE, limit - count))
        before = last
        last, fault = follow(last, found)
        count += last.seq - before.seq
        if fault is None and not found:
            # The end was read first: what it names must have been found.
            fault = await _check_end(tx, last, end)
            scope = None if fault is not None else ""
            return AuditCheck(count, 0, last, None if scope is None else _Progress(last, scope).cursor(), fault)
    return AuditCheck(count, 0, last, None if fault is not None else _Progress(last).cursor(), fault)


def follow(last: Place, found: Sequence[store.Sequenced]) -> tuple[Place, AuditFault | None]:
    """Follow the chain from a place through the events after it. Return the last right place, and the first fault."""
    for one in found:
        seq = last.seq + 1
        if one.seq != seq or not isinstance(one.seq, int):
            return last, _misplaced(one, seq)
        expected = link_hash(last.hash, one.event, seq)
        if one.hash != expected:
            return last, _altered(last, one, found)
        fault = _scope_fault(one)
        if fault is not None:
            return last, fault
        last = Place(seq, expected)
    return last, None


def _misplaced(one: store.Sequenced, seq: int) -> AuditFault:
    event = one.event
    if isinstance(one.seq, int) and one.seq > seq:
        return AuditFault(
            kind=AuditFaultKind.REMOVED,
            message=f"Event {seq} is not there any more: the next one is event {one.seq}.",
            seq=seq,
        )
    return AuditFault(
        kind=AuditFaultKind.INSERTED,
        message=f"The event {event.id} stands at {one.seq!r}, where no event can be: it was put there.",
        event_id=event.id,
        scope=event.scope,
    )


def _altered(last: Place, one: store.Sequenced, found: Sequence[store.Sequenced]) -> AuditFault:
    """Say what happened at a place whose hash is wrong: another event belongs there, or this one was edited."""
    seq = last.seq + 1
    for other in found:
        if other is not one and other.hash == link_hash(last.hash, other.event, seq):
            return AuditFault(
                kind=AuditFaultKind.REORDERED,
                message=f"Event {seq} was moved to {other.seq}; another one stands in its place.",
                seq=seq,
                event_id=other.event.id,
                scope=other.event.scope,
            )
    return AuditFault(
        kind=AuditFaultKind.EDITED,
        message=f"Event {seq} was edited: its hash is not that of what it says ({one.event.kind}).",
        seq=seq,
        event_id=one.event.id,
        scope=one.event.scope,
    )


def _scope_fault(one: store.Sequenced) -> AuditFault | None:
    """Say what is wrong with the number that an event has in its scope; its hash is right."""
    event, number = one.event, one.event.number
    if number == 1 and one.has_scope:
        return None
    if number == 1:
        return AuditFault(
            kind=AuditFaultKind.INSERTED,
            message=f"Event {one.seq} was put there: there is no scope {event.scope!r} to have had it.",
            seq=one.seq,
            event_id=event.id,
            scope=event.scope,
            number=number,
        )
    if one.previous_seq is None:
        return AuditFault(
            kind=AuditFaultKind.REMOVED,
            message=f"Event {number - 1} of the scope {event.scope} is not there: its next one is event {one.seq}.",
            seq=one.seq,
            scope=event.scope,
            number=number - 1,
        )
    if one.previous_seq >= one.seq:
        return AuditFault(
            kind=AuditFaultKind.REORDERED,
            message=f"Event {one.seq} stands before event {one.previous_seq}, which happened before it in its scope.",
            seq=one.seq,
            event_id=event.id,
            scope=event.scope,
            number=number,
        )
    return None


async def _check_anchor(tx: Transaction, place: Place) -> AuditFault | None:
    if place.seq == 0:
        return None
    found = await store.find_hash(tx, place.seq)
    if found is None:
        return AuditFault(
            kind=AuditFaultKind.REMOVED,
            message=f"Event {place.seq}, which the anchor names, is not there any more.",
            seq=place.seq,
        )
    if found != place.hash:
        return AuditFault(
            kind=AuditFaultKind.EDITED,
            message=f"Event {place.seq} has another hash than the anchor: what is before it was written anew.",
            seq=place.seq,
        )
    return None


async def _check_end(tx: Transaction, last: Place, end: Place) -> AuditFault | None:
    """Compare where the chain ends with where the sequencer left it, and look for events outside it."""
    now = await store.find_end(tx) or Place(0, GENESIS)
    if last.seq < end.seq:
        return AuditFault(
            kind=AuditFaultKind.REMOVED,
            message=f"Event {last.seq + 1} is not there any more: the chain went on to event {end.seq}.",
            seq=last.seq + 1,
        )
    if last.seq > now.seq:
        return AuditFault(
            kind=AuditFaultKind.INSERTED,
            message=f"Event {now.seq + 1} was put behind the end of the chain.",
            seq=now.seq + 1,
        )
    if last.seq == now.seq and last.hash != now.hash:
        return AuditFault(
            kind=AuditFaultKind.EDITED,
            message=f"The chain was written anew: its last event {now.seq} has another hash than its end.",
            seq=now.seq,
        )
    stray = await store.find_stray(tx)
    if stray is None:
        return None
    return AuditFault(
        kind=AuditFaultKind.INSERTED,
        message=f"The event {stray.id} ({stray.kind}) has no place in the chain and waits for none: it was put there.",
        event_id=stray.id,
        scope=stray.scope,
    )


async def _check_scopes(tx: Transaction, last: Place, after: str, *, limit: int) -> AuditCheck:
    """Compare the counters of scopes with the events that they have."""
    count = 0
    while count < limit:
        found = await store.list_scope_ends(tx, after=after, limit=min(PAGE, limit - count))
        for scope in found:
            fault = _end_fault(scope)
            if fault is not None:
                return AuditCheck(0, count, last, None, fault)
        count += len(found)
        if not found:
            return AuditCheck(0, count, last, None, None)
        after = found[-1].id
    return AuditCheck(0, count, last, _Progress(last, after).cursor(), None)


def _end_fault(scope: store.ScopeEnd) -> AuditFault | None:
    if scope.beyond is not None:
        number = scope.count + 1
        return AuditFault(
            kind=AuditFaultKind.INSERTED,
            message=f"Event {number} of the scope {scope.id} was put there: the scope has had {scope.count}.",
            event_id=scope.beyond,
            scope=scope.id,
            number=number,
        )
    if scope.count > 0 and not scope.has_last:
        return AuditFault(
            kind=AuditFaultKind.REMOVED,
            message=f"Event {scope.count} of the scope {scope.id}, its last one, is not there any more.",
            scope=scope.id,
            number=scope.count,
        )
    return None


def _read_cursor(cursor: str) -> _Progress:
    try:
        seq, digest, scope = orjson.loads(cursor)
    except (ValueError, TypeError) as error:
        raise InvalidInputError("`after` is not a cursor of this check.", field="after") from error
    if not (isinstance(seq, int) and isinstance(digest, str) and isinstance(scope, str | None)):
        raise InvalidInputError("`after` is not a cursor of this check.", field="after")
    return _Progress(Place(seq, digest), scope)
