"""Builds the connections of the schema: checks the page, asks the store, wraps what it finds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from headwater_service.api.aliases import AliasMove, AliasMoveConnection, AliasMoveEdge
from headwater_service.api.collections import CollectionConnection, CollectionEdge
from headwater_service.api.connection import PageRequest, connect, page_request
from headwater_service.api.containers import (
    ProjectConnection,
    ProjectEdge,
    RegistryConnection,
    RegistryEdge,
    container_type,
)
from headwater_service.api.context import Context
from headwater_service.api.events import Event, EventConnection, EventEdge
from headwater_service.api.inputs import (
    CollectionFilter,
    CollectionListing,
    NeighboursWanted,
    RunFilter,
    RunListing,
    VersionFilter,
    VersionListing,
)
from headwater_service.api.loaders import collection_type, run_type, version_type
from headwater_service.api.people import User, UserConnection, UserEdge
from headwater_service.api.proposals import ProposalConnection, proposals_in, proposals_of, proposals_to_decide
from headwater_service.api.recalls import Recall, RecallConnection, RecallEdge
from headwater_service.api.runs import Run, RunConnection, RunEdge
from headwater_service.api.versions import (
    ArtifactVersion,
    File,
    FileConnection,
    FileEdge,
    InputConnection,
    InputEdge,
    OutputConnection,
    OutputEdge,
    RegistryVersion,
    VersionConnection,
    VersionEdge,
)
from headwater_service.domain import locations
from headwater_service.domain.audit import EventsWanted, asked_events
from headwater_service.domain.files import list_files
from headwater_service.domain.filters import check_nesting, with_ids
from headwater_service.domain.listings import count_files
from headwater_service.domain.lookups import find_version_id
from headwater_service.domain.people import count_users, list_users
from headwater_service.domain.recall_changes import seen_in
from headwater_service.domain.search import search, with_spellings
from headwater_service.domain.version_metrics import list_by_metric
from headwater_service.model import ContainerKind, ProposalState
from headwater_service.store import filters
from headwater_service.store.alias_history import MovesWanted, count_moves, list_moves
from headwater_service.store.graph import Work
from headwater_service.store.hops import LINKS, OUTPUTS, USES, Hop, among
from headwater_service.store.listing import Window, fingerprint
from headwater_service.store.listings_collections import (
    count_collections,
    count_containers,
    list_collections,
    list_containers,
)
from headwater_service.store.listings_events import count_events, list_events
from headwater_service.store.listings_files import count_run_files, list_run_files
from headwater_service.store.listings_runs import count_runs, list_runs
from headwater_service.store.listings_versions import Place, count_versions, list_versions
from headwater_service.store.reads import PlacedRun, PlacedVersion
from headwater_service.store.recalls import RecallsAsked, count_recalls, list_recalls

T = TypeVar("T")

Count = Callable[[], Awaitable[int]]
EVERY: Final[NeighboursWanted[Any]] = NeighboursWanted()


class Listings:
    """Every paged list of the schema, for one request."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._hops: dict[tuple[str, str, str], asyncio.Task[Hop[Any]]] = {}

    async def run_filter(self, scopes: Sequence[str], given: RunFilter | None) -> filters.RunFilter:
        """Check a filter, find the versions that it names, and the words near those that nothing holds."""
        return await with_spellings(self._context.graph, scopes, await self._run_filter(given))

    async def version_filter(self, scopes: Sequence[str], given: VersionFilter | None) -> filters.VersionFilter:
        """Check a filter, and find the words near those that nothing holds."""
        return await with_spellings(self._context.graph, scopes, _version_filter(given))

    async def _run_filter(self, given: RunFilter | None) -> filters.RunFilter:
        if given is None:
            return filters.RunFilter()
        wanted = given.to_filter()
        check_nesting(wanted)
        context = self._context
        return await with_ids(wanted, lambda path: find_version_id(context.graph, context.viewer, path))

    async def runs(self, scopes: Sequence[str], listing: RunListing) -> RunConnection:
        """List the runs of projects that the viewer may see."""
        request = self._request(listing.first, listing.after)
        asked = await self._run_filter(listing.filter)
        order = filters.RunOrder() if listing.order_by is None else listing.order_by.to_order()
        window = _window(request, filter=asked, scopes=None if listing.is_everywhere else scopes)
        wanted, page = await search(
            self._context.graph, scopes, asked, lambda tx, spelt: list_runs(tx, scopes, spelt, order, window)
        )
        nodes = [run_type(placed, self._context.public_url) for placed in page.items]
        count = self._counting(lambda tx: count_runs(tx, scopes, wanted))
        return connect(RunConnection, RunEdge, page, nodes, request=request, count=count)

    async def versions(self, place: Place, listing: VersionListing) -> VersionConnection:
        """List the live versions of a collection, or of projects and registries, that the viewer may see."""
        request = self._request(listing.first, listing.after)
        asked = _version_filter(listing.filter)
        order = filters.VersionOrder() if listing.order_by is None else listing.order_by.to_order()
        window = _window(request, filter=asked, place=None if listing.is_everywhere else place)
        graph = self._context.graph
        if order.field is filters.VersionOrderField.METRIC:
            visible = await self._context.loaders.scopes()
            wanted, page = await list_by_metric(graph, self._context.objects, visible, place, asked, order, window)
        else:
            wanted, page = await search(
                graph, place.scopes, asked, lambda tx, spelt: list_versions(tx, place, spelt, order, window)
            )
        nodes = [version_type(placed, self._context.public_url) for placed in page.items]
        count = self._counting(lambda tx: count_versions(tx, place, wanted))
        return connect(VersionConnection, VersionEdge, page, nodes, request=request, count=count)

    async def collections(self, scopes: Sequence[str], listing: CollectionListing) -> CollectionConnection:
        """List the collections of projects and registries that the viewer may see."""
        request = self._request(listing.first, listing.after)
        asked = _collection_filter(listing.filter)
        order = filters.CollectionOrder() if listing.order_by is None else listing.order_by.to_order()
        window = _window(request, filter=asked, scopes=None if listing.is_everywhere else scopes)
        wanted, page = await search(
            self._context.graph, scopes, asked, lambda tx, spelt: list_collections(tx, scopes, spelt, order, window)
        )
        nodes = [collection_type(placed, self._context.public_url) for placed in page.items]
        count = self._counting(lambda tx: count_collections(tx, scopes, wanted))
        return connect(CollectionConnection, CollectionEdge, page, nodes, request=request, count=count)

    async def projects(
        self, scopes: Sequence[str], *, name_contains: str | None, first: int, after: str | None
    ) -> ProjectConnection:
        request = self._request(first, after)
        kind = ContainerKind.PROJECT
        window = _window(request, kind=kind, name=name_contains)
        page = await self._context.graph.read(lambda tx: list_containers(tx, scopes, kind, name_contains, window))
        nodes = [container_type(container, self._context.public_url) for container in page.items]
        count = self._counting(lambda tx: count_containers(tx, scopes, kind, name_contains))
        return connect(ProjectConnection, ProjectEdge, page, nodes, request=request, count=count)

    async def registries(self, scopes: Sequence[str], *, first: int, after: str | None) -> RegistryConnection:
        request = self._request(first, after)
        kind = ContainerKind.REGISTRY
        window = _window(request, kind=kind)
        page = await self._context.graph.read(lambda tx: list_containers(tx, scopes, kind, None, window))
        nodes = [container_type(container, self._context.public_url) for container in page.items]
        count = self._counting(lambda tx: count_containers(tx, scopes, kind, None))
        return connect(RegistryConnection, RegistryEdge, page, nodes, request=request, count=count)

    async def users(self, *, first: int, after: str | None) -> UserConnection:
        """List the users whom the viewer may see."""
        request = self._request(first, after)
        context = self._context
        page = await list_users(context.graph, context.viewer, _window(request))
        nodes = [User.from_model(user) for user in page.items]
        count = partial(count_users, context.graph, context.viewer)
        return connect(UserConnection, UserEdge, page, nodes, request=request, count=count)

    async def events(
        self, wanted: EventsWanted, direction: filters.OrderDirection, *, first: int, after: str | None
    ) -> EventConnection:
        """List the events that the viewer may see."""
        request = self._request(first, after)
        asked = await asked_events(self._context.graph, self._context.viewer, wanted)
        page = await self._context.graph.read(lambda tx: list_events(tx, asked, _window(request), direction))
        nodes = [Event.from_model(scoped.event) for scoped in page.items]
        count = self._counting(lambda tx: count_events(tx, asked))
        return connect(EventConnection, EventEdge, page, nodes, request=request, count=count)

    async def recalls(self, asked: RecallsAsked, *, first: int, after: str | None) -> RecallConnection:
        """List recalls of places that the viewer may see."""
        request = self._request(first, after)
        window = _window(request, collection=asked.collection_id, is_active=asked.is_active)
        page = await self._context.graph.read(lambda tx: list_recalls(tx, asked, window))
        nodes = [Recall.from_seen(seen) for seen in await seen_in(self._context.graph, page.items)]
        count = self._counting(lambda tx: count_recalls(tx, asked))
        return connect(RecallConnection, RecallEdge, page, nodes, request=request, count=count)

    async def moves(self, wanted: MovesWanted, *, first: int, after: str | None) -> AliasMoveConnection:
        """List where an alias of a visible collection has pointed."""
        request = self._request(first, after)
        window = _window(request, wanted=wanted)
        page = await self._context.graph.read(lambda tx: list_moves(tx, wanted, window))
        nodes = [AliasMove.from_model(move) for move in page.items]
        count = self._counting(lambda tx: count_moves(tx, wanted))
        return connect(AliasMoveConnection, AliasMoveEdge, page, nodes, request=request, count=count)

    async def proposals(
        self, collection_id: str, states: Sequence[ProposalState] | None, *, first: int, after: str | None
    ) -> ProposalConnection:
        """List the proposals of a visible collection."""
        return await proposals_of(self._context, collection_id, states, first=first, after=after)

    async def proposals_in(
        self, scope_id: str, states: Sequence[ProposalState] | None, *, first: int, after: str | None
    ) -> ProposalConnection:
        """List the proposals of a visible project or registry."""
        return await proposals_in(self._context, scope_id, states, first=first, after=after)

    async def proposals_to_decide(self, *, first: int, after: str | None) -> ProposalConnection:
        """List the proposals that wait for the viewer."""
        return await proposals_to_decide(self._context, first=first, after=after)

    async def run_neighbours(
        self,
        hop: Hop[PlacedRun],
        node_id: str,
        wanted: NeighboursWanted[RunFilter] = EVERY,
        *,
        first: int,
        after: str | None,
    ) -> RunConnection:
        """List the runs one hop from a version, with those of the other versions of the request in one query."""
        request = self._request(first, after)
        hop = await self._hop(hop, wanted)
        page = await self._context.loaders.neighbours(hop, _window(request), node_id)
        nodes = [run_type(placed, self._context.public_url) for placed in page.items]
        return connect(RunConnection, RunEdge, page, nodes, request=request, count=self._hop_count(hop, node_id))

    async def version_neighbours(
        self,
        hop: Hop[PlacedVersion],
        node_id: str,
        wanted: NeighboursWanted[VersionFilter] = EVERY,
        *,
        first: int,
        after: str | None,
    ) -> VersionConnection:
        """List the versions one hop from a run, with those of the other runs of the request in one query."""
        request = self._request(first, after)
        hop = await self._hop(hop, wanted)
        page = await self._context.loaders.neighbours(hop, _window(request), node_id)
        nodes = [version_type(placed, self._context.public_url) for placed in page.items]
        return connect(
            VersionConnection, VersionEdge, page, nodes, request=request, count=self._hop_count(hop, node_id)
        )

    async def inputs(
        self, run_id: str, wanted: NeighboursWanted[VersionFilter] = EVERY, *, first: int, after: str | None
    ) -> InputConnection:
        """List what a run consumed; each edge tells when."""
        request = self._request(first, after)
        hop = await self._hop(USES, wanted)
        page = await self._context.loaders.neighbours(hop, _window(request), run_id)
        return connect(
            InputConnection,
            InputEdge,
            page,
            [version_type(used.placed, self._context.public_url) for used in page.items],
            request=request,
            count=self._hop_count(hop, run_id),
            facts=[{"used_at": used.at} for used in page.items],
        )

    async def outputs(
        self, run_id: str, wanted: NeighboursWanted[VersionFilter] = EVERY, *, first: int, after: str | None
    ) -> OutputConnection:
        """List what a run produced; each edge tells when, and whether the content was there before."""
        request = self._request(first, after)
        hop = await self._hop(OUTPUTS, wanted)
        page = await self._context.loaders.neighbours(hop, _window(request), run_id)
        return connect(
            OutputConnection,
            OutputEdge,
            page,
            [version_type(produced.placed, self._context.public_url) for produced in page.items],
            request=request,
            count=self._hop_count(hop, run_id),
            facts=[{"is_reused": produced.is_reused, "logged_at": produced.at} for produced in page.items],
        )

    async def links(self, version_id: str, window: Window) -> list[RegistryVersion]:
        """List the registry versions that stand for an artifact version."""
        page = await self._context.loaders.neighbours(LINKS, window, version_id)
        found = [version_type(placed, self._context.public_url) for placed in page.items]
        return [link for link in found if isinstance(link, RegistryVersion)]

    async def version_files(
        self, version: ArtifactVersion, prefix: str, *, first: int, after: str | None
    ) -> FileConnection:
        """List the entries of a version's manifest; a cursor is a path."""
        request = self._request(first, after)
        context = self._context

        async def count() -> int:
            if not prefix:
                return version.file_count
            return await count_files(context.graph, context.objects, context.viewer, version.id, prefix=prefix)

        page = await list_files(
            context.graph,
            context.objects,
            context.viewer,
            version.id,
            prefix=prefix,
            after=request.after,
            first=request.first,
        )
        nodes = [File.from_entry(entry, self._version_file_url(version, entry.path)) for entry in page.items]
        return connect(FileConnection, FileEdge, page, nodes, request=request, count=count)

    async def run_files(self, run: Run, prefix: str, *, first: int, after: str | None) -> FileConnection:
        """List the files of a run."""
        request = self._request(first, after)
        window = _window(request, run=run.id, prefix=prefix)
        page = await self._context.graph.read(lambda tx: list_run_files(tx, run.id, prefix, window))
        url = self._context.public_url
        nodes = [
            File.from_entry(entry, locations.run_file_url(url, run.container, run.key, entry.path))
            for entry in page.items
        ]
        count = self._counting(lambda tx: count_run_files(tx, run.id, prefix))
        return connect(FileConnection, FileEdge, page, nodes, request=request, count=count)

    async def _hop(self, hop: Hop[T], wanted: NeighboursWanted[Any]) -> Hop[T]:
        """Return the hop to what is wanted: made once for all nodes of the request that ask for the same."""
        if wanted == EVERY:
            return hop
        of = fingerprint(filter=wanted.filter)
        key = hop.name, wanted.direction.value, of
        if key not in self._hops:
            self._hops[key] = asyncio.create_task(self._narrowed(hop, wanted, of))
        return await self._hops[key]

    async def _narrowed(self, hop: Hop[T], wanted: NeighboursWanted[Any], of: str) -> Hop[T]:
        scopes = await self._context.loaders.scopes()
        if isinstance(wanted.filter, VersionFilter):
            return among(hop, await self.version_filter(scopes, wanted.filter), wanted.direction, of=of)
        return among(hop, await self.run_filter(scopes, wanted.filter), wanted.direction, of=of)

    def _version_file_url(self, version: ArtifactVersion, path: str) -> str:
        return locations.file_url(self._context.public_url, version.home, version.name, path)

    def _request(self, first: int, after: str | None) -> PageRequest:
        return page_request(first, after, limit=self._context.settings.page_size)

    def _counting(self, work: Work[int]) -> Count:
        return lambda: self._context.graph.read(work)

    def _hop_count(self, hop: Hop[Any], node_id: str) -> Count:
        return lambda: self._context.loaders.count_neighbours(hop, node_id)


def _version_filter(given: VersionFilter | None) -> filters.VersionFilter:
    wanted = filters.VersionFilter() if given is None else given.to_filter()
    check_nesting(wanted)
    return wanted


def _collection_filter(given: CollectionFilter | None) -> filters.CollectionFilter:
    wanted = filters.CollectionFilter() if given is None else given.to_filter()
    check_nesting(wanted)
    return wanted


def _window(request: PageRequest, **asked: Any) -> Window:
    """Return the page of what is asked for: a cursor of anything else is refused."""
    return Window(request.first, request.after, fingerprint(**asked) if asked else "")
