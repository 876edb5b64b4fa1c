"""Events as they happen, for one who follows an entity: in order, each once, and only what they may see just then."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.event_tail import EventTail
from headwater_service.domain.listings import event_scopes_in
from headwater_service.errors import InvalidInputError
from headwater_service.model import Event
from headwater_service.store.event_tail import find_head
from headwater_service.store.graph import Graph
from headwater_service.store.listing import Window
from headwater_service.store.listings_events import Asked, list_events, position_of

# How old what is known of the viewer's rights may be: a revoked key, an ended session, a role that was taken away.
CHECK_SECONDS: Final = 2.0
PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Live:
    """What a subscription needs of its connection: the tail, and who the viewer is now.

    `renew` raises PermissionDeniedError when the credentials are not valid any more.
    """

    tail: EventTail
    renew: Callable[[], Awaitable[Viewer]]


@dataclass(frozen=True, slots=True)
class Followed:
    """An event, and the viewer who was found to see it."""

    event: Event
    viewer: Viewer


async def follow_events(
    graph: Graph, live: Live, entity_name: str, *, after: int | None
) -> AsyncGenerator[Followed, None]:
    """Yield the events of an entity and of all that lies in it, those behind the number `after` or those from now on.

    Ends with NotFoundError once the viewer is not in the entity, and with what `renew` raises.
    """
    tail = live.tail
    async with tail.following():
        sight = _Sight(graph, live, entity_name)
        await sight.renew()
        position = tail.head if after is None else await _known(graph, tail, after)
        while True:
            await tail.wait_beyond(position, seconds=CHECK_SECONDS)
            await sight.renew_if_old()
            tailed = tail.after(position)
            if tailed is None:
                events, position_after = await _read_page(graph, tail, sight, position)
                for event in events:
                    await sight.renew_if_old()
                    yield Followed(event, sight.viewer)
                position = position_after
                continue
            for one in tailed:
                position, scoped = one.event.seq, one.event.scoped
                if await sight.shows(scoped.scope_id, known_at=one.read_at):
                    yield Followed(scoped.event, sight.viewer)


class _Sight:
    """What the viewer may see of an entity, looked up anew whenever it may have changed."""

    viewer: Viewer

    def __init__(self, graph: Graph, live: Live, entity_name: str) -> None:
        self.scopes: frozenset[str] = frozenset()
        self._graph = graph
        self._live = live
        self._entity_name = entity_name
        self._at = 0.0

    async def renew(self) -> None:
        at = time.monotonic()
        self.viewer = await self._live.renew()
        self.scopes = frozenset(await event_scopes_in(self._graph, self.viewer, self._entity_name))
        self._at = at

    async def renew_if_old(self) -> None:
        if time.monotonic() - self._at > CHECK_SECONDS:
            await self.renew()

    async def shows(self, scope_id: str, *, known_at: float) -> bool:
        """Tell whether an event of a scope may be seen. A scope that is not known yet may be as new as the event."""
        await self.renew_if_old()
        if scope_id not in self.scopes and self._at < known_at:
            await self.renew()
        return scope_id in self.scopes


async def _known(graph: Graph, tail: EventTail, after: int) -> int:
    """Check the number a client begins at: what another replica has told may be ahead of this one's tail."""
    if after > tail.head and after > await graph.read(find_head):
        raise InvalidInputError("`after` is a cursor of another server: there is no such event yet.", field="after")
    return after


async def _read_page(graph: Graph, tail: EventTail, sight: _Sight, position: int) -> tuple[list[Event], int]:
    """Return what is not kept in the tail, and the number up to which that is all."""
    end = tail.head
    # A scope may be as new as the events that are read.
    await sight.renew()
    asked = Asked(sorted(sight.scopes))
    window = Window(PAGE, position_of(position, ""))
    page = await graph.read(lambda tx: list_events(tx, asked, window))
    events = [scoped.event for scoped in page.items]
    last = events[-1].seq or position if events else position
    return events, last if page.has_next else max(last, end)
