"""GraphQL types: the record of every change."""

from typing import Final

import strawberry

from headwater_service import model
from headwater_service.api.connection import Connection, Edge
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.node import Node
from headwater_service.api.people import User
from headwater_service.api.scalars import Json
from headwater_service.model import Instant, JsonObject

# Changes that name a version which may lie elsewhere: the key of its id, and the keys that tell something of it.
ELSEWHERE: Final = {
    "ARTIFACT_USED": ("version_id", ("version_id", "path")),
    "LINKED": ("source_id", ("source_id",)),
    "LINKED_AGAIN": ("source_id", ("source_id",)),
}


@strawberry.type(description="One change, with the whole state before and after. Events are never altered.")
class Event(Node):
    seq: int = strawberry.field(
        description="Place in the order of all events of this server. Readers that page by it miss none."
    )
    scope: str = strawberry.field(description="Id of the thing under whose lock the change was made.")
    number: int = strawberry.field(description="Place in the order of that scope's events: from 1, without gaps.")
    kind: str = strawberry.field(description="What happened, for example `run.started`.")
    at: Instant = strawberry.field(description="When it took effect, by the clock of the database.")
    operation_id: str = strawberry.field(description="The `operationId` of the mutation that caused it.")
    before: Json | None = strawberry.field(description="State of the changed thing; null when it was not there.")
    hash: str = strawberry.field(description="Chains this event to the one with the `seq` before: tampering shows.")
    actor_id: strawberry.Private[str | None]
    state_after: strawberry.Private[JsonObject | None]

    @classmethod
    def from_model(cls, event: model.Event) -> "Event":
        return cls(
            id=strawberry.ID(event.id),
            # Listings show only events that the sequencer has numbered.
            seq=event.seq or 0,
            scope=event.scope,
            number=event.number,
            kind=event.kind,
            at=event.at,
            operation_id=event.operation_id,
            before=None if event.before is None else Json(event.before),
            hash=event.hash or "",
            actor_id=event.by,
            state_after=event.after,
        )

    @resolved(
        "State of the changed thing; null when it is gone. What it names and the viewer may not see is null in it."
    )
    async def after(self, info: Info) -> Json | None:
        state = self.state_after
        if state is None or self.kind not in ELSEWHERE:
            return None if state is None else Json(state)
        version, telling = ELSEWHERE[self.kind]
        if await info.context.loaders.version(str(state[version])) is None:
            state = {**state, **dict.fromkeys(telling)}
        return Json(state)

    @resolved("Who caused it; null for what the server did by itself.")
    async def by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.actor_id)


@strawberry.type(description="An event on a page.")
class EventEdge(Edge):
    node: Event = strawberry.field(description="The event at this position.")


@strawberry.type(description="A page of events.")
class EventConnection(Connection):
    edges: list[EventEdge] = strawberry.field(description="The events of this page, oldest first.")
