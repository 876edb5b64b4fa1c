"""The tail of events, shared by all who follow: what it keeps, what it costs, and who is behind."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from content import Site
from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import create_project
from headwater_service.domain.event_stream import CHECK_SECONDS, Followed, Live, follow_events
from headwater_service.domain.event_tail import POLL_SECONDS, EventTail, without_gap
from headwater_service.domain.events import sequence_events
from headwater_service.errors import InvalidInputError, PermissionDeniedError
from headwater_service.model import Event, Instant
from headwater_service.store.event_tail import SizedEvent, find_head
from headwater_service.store.graph import Graph, connect
from headwater_service.store.ids import new_id
from headwater_service.store.leases import take_lease
from headwater_service.store.reads import ScopedEvent
from viewers import fresh, new_admin


def sized(seq: int) -> SizedEvent:
    event = Event(
        id=str(seq), scope="s", subject_id="s", number=seq, seq=seq, hash="", kind="K", operation_id="o", before=None,
        after=None, by=None, at=Instant(seq),
    )  # fmt: skip
    return SizedEvent(ScopedEvent(event, "s"), 0)


@pytest.mark.parametrize(
    ("seqs", "after", "taken"),
    [([5, 6, 7], 4, 3), ([5, 7, 8], 4, 1), ([6, 7], 4, 0), ([], 4, 0), ([6, 7, 9], 5, 2)],
)
def test_events_are_taken_up_to_where_one_is_missing(seqs: list[int], after: int, taken: int) -> None:
    assert [one.seq for one in without_gap([sized(seq) for seq in seqs], after)] == seqs[:taken]


async def sequence_all(graph: Graph) -> None:
    lease = await graph.write(lambda tx: take_lease(tx, fresh("lease"), "holder", seconds=60))
    assert lease is not None
    while await sequence_events(graph, lease):
        pass


def following(
    site: Site, tail: EventTail, viewer: Viewer, *, after: int | None = None
) -> AsyncGenerator[Followed, None]:
    async def renew() -> Viewer:
        return viewer

    return follow_events(site.graph, Live(tail, renew), viewer.user_name, after=after)


async def make_projects(site: Site, viewer: Viewer, count: int) -> list[str]:
    names = [fresh("project") for _ in range(count)]
    for name in names:
        await create_project(site.graph, viewer, None, name, "", operation=new_id())
    await sequence_all(site.graph)
    return names


async def take(events: AsyncGenerator[Followed, None], count: int) -> list[str]:
    """Return the names of so many projects, as they are told."""
    async with asyncio.timeout(20):
        return [str((one.event.after or {}).get("name")) for one in [await anext(events) for _ in range(count)]]


async def test_who_is_behind_what_is_kept_reads_on_without_a_gap(site: Site) -> None:
    viewer = await new_admin(site.graph)
    await sequence_all(site.graph)
    head = await site.graph.read(find_head)
    tail = EventTail(site.graph, most_kept=2)
    events = following(site, tail, viewer, after=head)

    first = await make_projects(site, viewer, 1)
    seen = await take(events, 1)
    # Nobody takes these for a while, and the tail goes on.
    more = await make_projects(site, viewer, 7)
    await asyncio.sleep(4 * POLL_SECONDS)
    seen += await take(events, 7)
    last = await make_projects(site, viewer, 1)
    seen += await take(events, 1)
    await events.aclose()

    assert seen == [*first, *more, *last]


async def test_any_number_of_followers_asks_the_graph_as_often_as_one(site: Site, settings: Settings) -> None:
    viewer = await new_admin(site.graph)
    await sequence_all(site.graph)
    # A graph of its own, whose queries are the tail's and nobody else's.
    graph = connect(
        settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, settings.neo4j_database, deadline_seconds=10
    )
    tail = EventTail(graph)
    many = [following(site, tail, viewer) for _ in range(8)]
    waiting = [asyncio.create_task(take(events, 1)) for events in many]
    await asyncio.sleep(2 * POLL_SECONDS)

    before = graph.query_count
    await asyncio.sleep(4 * POLL_SECONDS)
    asked = graph.query_count - before
    names = await make_projects(site, viewer, 1)
    told = await asyncio.gather(*waiting)
    for events in many:
        await events.aclose()
    before = graph.query_count
    await asyncio.sleep(4 * POLL_SECONDS)
    after = graph.query_count
    await graph.close()

    assert 2 <= asked <= 6
    assert told == [names] * 8
    # Nobody follows any more: nothing is asked.
    assert after == before


async def test_a_cursor_of_what_has_not_happened_is_refused(site: Site) -> None:
    viewer = await new_admin(site.graph)

    with pytest.raises(InvalidInputError, match="another server"):
        await take(following(site, EventTail(site.graph), viewer, after=2**52), 1)


class QuietTail(EventTail):
    """A tail to which nothing comes: on a server that others use, something always does."""

    async def _run(self) -> None:
        await asyncio.Event().wait()


@pytest.mark.slow
async def test_who_may_not_see_it_any_more_is_told_so_although_nothing_happens(site: Site) -> None:
    viewer = await new_admin(site.graph)
    asked = 0

    async def renew() -> Viewer:
        nonlocal asked
        asked += 1
        if asked > 2:
            raise PermissionDeniedError("The key was revoked.")
        return viewer

    events = follow_events(site.graph, Live(QuietTail(site.graph), renew), viewer.user_name, after=None)
    with pytest.raises(PermissionDeniedError):
        async with asyncio.timeout(4 * CHECK_SECONDS):
            await anext(events)

    assert asked == 3
