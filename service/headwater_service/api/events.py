"""GraphQL types: the record of every change."""

from typing import Final

import strawberry

from headwater_service import model
from headwater_service.api.connection import Connection, Edge, encode_cursor
from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.node import Node
from headwater_service.api.people import User
from headwater_service.api.scalars import Json
from headwater_service.domain import audit
from headwater_service.domain.audit import AuditFaultKind
from headwater_service.model import Instant, JsonObject
from headwater_service.store.listings_events import position_of

describe(
    AuditFaultKind,
    "What was done to the record behind the service's back.",
    {
        "EDITED": "What an event says is not what its hash was made of, or the chain was written anew.",
        "REMOVED": "An event is gone: a place in the chain, or a number in its scope, is empty.",
        "INSERTED": "An event is there that the service never wrote.",
        "REORDERED": "An event stands where another one belongs.",
    },
)

# Changes that name a version which may lie elsewhere: the key of its id, and the keys that tell something of it.
ELSEWHERE: Final = {
    "ARTIFACT_USED": ("version_id", ("version_id", "path")),
    "LINKED": ("source_id", ("source_id",)),
    "LINKED_AGAIN": ("source_id", ("source_id",)),
}

# Guards, whose rules may name a collection that lies elsewhere.
GUARDS: Final = frozenset({"GUARD_SET", "GUARD_REMOVED"})


@strawberry.type(description="One change, with the whole state before and after. Events are never altered.")
class Event(Node):
    seq: int = strawberry.field(
        description="Place in the order of all events of this server. Readers that page by it miss none."
    )
    cursor: str = strawberry.field(
        description="Its position, to be sent as `after`, to the query `events` as to the subscription."
    )
    scope: str = strawberry.field(description="Id of the thing under whose lock the change was made.")
    number: int = strawberry.field(description="Place in the order of that scope's events: from 1, without gaps.")
    kind: str = strawberry.field(description="What happened, for example `run.started`.")
    at: Instant = strawberry.field(description="When it took effect, by the clock of the database.")
    operation_id: str = strawberry.field(description="The `operationId` of the mutation that caused it.")
    subject_id: strawberry.Private[str]
    hash: str = strawberry.field(description="Chains this event to the one with the `seq` before: tampering shows.")
    actor_id: strawberry.Private[str | None]
    state_before: strawberry.Private[JsonObject | None]
    state_after: strawberry.Private[JsonObject | None]

    @classmethod
    def from_model(cls, event: model.Event) -> "Event":
        return cls(
            id=strawberry.ID(event.id),
            # Listings show only events that the sequencer has numbered.
            seq=event.seq or 0,
            cursor=encode_cursor(position_of(event.seq or 0, event.id)),
            scope=event.scope,
            subject_id=event.subject_id,
            number=event.number,
            kind=event.kind,
            at=event.at,
            operation_id=event.operation_id,
            hash=event.hash or "",
            actor_id=event.by,
            state_before=event.before,
            state_after=event.after,
        )

    @resolved(
        "State of the changed thing; null when it was not there. What it names and the viewer may not see is null."
    )
    async def before(self, info: Info) -> Json | None:
        state = self.state_before
        if state is not None and self.kind in GUARDS:
            state = await _guard_shown(info, state)
        return None if state is None else Json(state)

    @resolved(
        "State of the changed thing; null when it is gone. What it names and the viewer may not see is null in it."
    )
    async def after(self, info: Info) -> Json | None:
        state = self.state_after
        if state is not None and self.kind in GUARDS:
            return Json(await _guard_shown(info, state))
        if state is None or self.kind not in ELSEWHERE:
            return None if state is None else Json(state)
        version, telling = ELSEWHERE[self.kind]
        if await info.context.loaders.version(str(state[version])) is None:
            state = {**state, **dict.fromkeys(telling)}
        return Json(state)

    @resolved("Who caused it; null for what the server did by itself.")
    async def by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.actor_id)

    @resolved(
        "What was changed: of a version or an alias the collection, else the project, registry, run, user or entity. "
        "Null when it is gone or the viewer may not see it."
    )
    async def subject(self, info: Info) -> Node | None:
        return await info.context.loaders.subject(self.subject_id)


async def _guard_shown(info: Info, guard: JsonObject) -> JsonObject:
    """Return a guard as recorded, without the collections in its rules that the viewer may not see."""
    rules: list[JsonObject] = []
    for rule in guard["rules"]:
        named = rule.get("collection_id")
        is_hidden = named is not None and await info.context.loaders.collection(named) is None
        rules.append({**rule, "collection_id": None} if is_hidden else rule)
    return {**guard, "rules": rules}


@strawberry.type(description="An event on a page.")
class EventEdge(Edge):
    node: Event = strawberry.field(description="The event at this position.")


@strawberry.type(description="A page of events.")
class EventConnection(Connection):
    edges: list[EventEdge] = strawberry.field(description="The events of this page, in the direction asked for.")


@strawberry.type(description="An event that is not as the service wrote it.")
class AuditFault:
    kind: AuditFaultKind = strawberry.field(description="What was done to it.")
    message: str = strawberry.field(description="The same in a sentence, for people.")
    seq: int | None = strawberry.field(description="Its place in the chain; null when it has none.")
    event_id: strawberry.ID | None = strawberry.field(description="Which event; null when it is gone.")
    scope: str | None = strawberry.field(description="Id of the thing whose event it is; null when unknown.")
    number: int | None = strawberry.field(description="Its number among that scope's events; null when unknown.")


@strawberry.type(description="What one call of a check of the audit trail found. A whole check takes several calls.")
class AuditCheck:
    events: int = strawberry.field(description="How many events this call found right.")
    scopes: int = strawberry.field(description="How many counters of scopes it compared with their events.")
    anchor: str = strawberry.field(
        description="Number and hash of the last event found right: kept elsewhere and given to a later check, it "
        "tells whether all up to there is still the same."
    )
    cursor: str | None = strawberry.field(description="To go on with as `after`; null when the check is over.")
    fault: AuditFault | None = strawberry.field(description="The first event that is not right, which ends the check.")

    @classmethod
    def from_check(cls, check: audit.AuditCheck) -> "AuditCheck":
        return cls(
            events=check.events,
            scopes=check.scopes,
            anchor=f"{check.last.seq}:{check.last.hash}",
            cursor=check.cursor,
            fault=None if check.fault is None else _fault(check.fault),
        )


def _fault(fault: audit.AuditFault) -> AuditFault:
    return AuditFault(
        kind=fault.kind,
        message=fault.message,
        seq=fault.seq,
        event_id=None if fault.event_id is None else strawberry.ID(fault.event_id),
        scope=fault.scope,
        number=fault.number,
    )
