"""The root of subscriptions: events as they happen."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from headwater_service.api.connection import decode_cursor
from headwater_service.api.context import Info
from headwater_service.api.events import Event
from headwater_service.api.fields import subscription
from headwater_service.domain.event_stream import follow_events
from headwater_service.errors import InvalidInputError
from headwater_service.store.listings_events import seq_at


@strawberry.type(description="What the server tells by itself, over a WebSocket (`graphql-transport-ws`).")
class Subscription:
    @subscription(
        "What happens in an entity and in all that lies in it, in the order of the query `events`, each "
        "once, as far as the viewer may see it at that moment. Ends with an error when the viewer leaves the entity, "
        "the key is revoked or the session is over. Heartbeats and batches of history are no events."
    )
    async def events(
        self,
        info: Info,
        entity: Annotated[str, strawberry.argument(description="Name of one of the viewer's entities.")],
        after: Annotated[
            str | None,
            strawberry.argument(
                description="`cursor` of the last event that was seen; null begins with what happens from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[Event, None]:
        context = info.context
        if context.live is None:
            raise InvalidInputError("Subscriptions need a WebSocket.")
        position = None if after is None else seq_at(decode_cursor(after))
        async with aclosing(follow_events(context.graph, context.live, entity, after=position)) as followed:
            async for one in followed:
                # What an event names is loaded anew, as its viewer may see it now.
                context.viewer = one.viewer
                context.forget()
                yield Event.from_model(one.event)
