"""One search over everything: what a person types into the search box, a path or words, and what it may mean.

A text with `/` or `:` is read as a path first: the places it names narrow the search to what lies there. Only where
that finds nothing is it taken as words. What comes first: what the text names exactly, what begins with it, the rest;
within each of these the kinds take turns, so that no kind hides the others.
"""

import asyncio
import re
import unicodedata
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Final, TypeAlias

from headwater_service.domain.access import Viewer
from headwater_service.domain.locations import version_name
from headwater_service.domain.lookups import find_version_at
from headwater_service.domain.reading import visible_scopes
from headwater_service.domain.search import search
from headwater_service.domain.search_text import QUERY_CHARACTERS, search_of
from headwater_service.errors import InvalidInputError
from headwater_service.model import Container, ContainerKind, Page
from headwater_service.store import filters, reads
from headwater_service.store import search_all as store
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.listing import Window
from headwater_service.store.listings_collections import list_collections
from headwater_service.store.listings_runs import list_runs
from headwater_service.store.listings_versions import Place, list_versions

Item: TypeAlias = Container | reads.PlacedCollection | reads.PlacedRun | reads.PlacedVersion

# Collections of one name whose versions a ref is looked for in.
MOST_NAMESAKES: Final = 50
_INDEX: Final = re.compile(r"v(\d{1,9})")
_BY_RELEVANCE: Final = filters.CollectionOrder(filters.CollectionOrderField.RELEVANCE, filters.OrderDirection.DESC)
_NEWEST: Final = filters.CollectionOrder(filters.CollectionOrderField.UPDATED_AT, filters.OrderDirection.DESC)


class SearchKind(StrEnum):
    """What can be found, in the order in which kinds take turns."""

    PROJECT = "PROJECT"
    REGISTRY = "REGISTRY"
    COLLECTION = "COLLECTION"
    RUN = "RUN"
    VERSION = "VERSION"


class Nearness(IntEnum):
    """How what was found relates to what was typed."""

    EXACT = 0
    PREFIX = 1
    WORDS = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """A text as a path: the names of the places before the last `/`, the last name, and what follows the `:`."""

    places: tuple[str, ...]
    name: str
    ref: str | None

    @property
    def is_path(self) -> bool:
        return bool(self.places) or self.ref is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """Where is searched, for what kinds, and how many of each are wanted."""

    scopes: Sequence[str]
    kinds: Collection[SearchKind]
    limit: int


@dataclass(slots=True)
class Found:
    """What was found of each kind, the nearest first; nothing twice."""

    items: dict[SearchKind, dict[str, tuple[Nearness, Item]]] = field(default_factory=dict)

    def add(self, item: Item, nearness: Nearness) -> None:
        kind, item_id = _kind_and_id(item)
        self.items.setdefault(kind, {}).setdefault(item_id, (nearness, item))

    def ranked(self) -> list[Item]:
        """Return all: by nearness, and of equally near ones the first of each kind, then the second of each."""
        keyed: list[tuple[tuple[int, int, int], Item]] = []
        for number, kind in enumerate(SearchKind):
            places = dict.fromkeys(Nearness, 0)
            for nearness, item in self.items.get(kind, {}).values():
                keyed.append(((nearness, places[nearness], number), item))
                places[nearness] += 1
        return [item for _, item in sorted(keyed, key=lambda one: one[0])]


async def search_all(
    graph: Graph, viewer: Viewer, text: str, *, kinds: Collection[SearchKind] | None, first: int
) -> list[Item]:
    """Return what the viewer may see that a text names, as a path or by words, the nearest first.

    Raises InvalidInputError for a text that is too long.
    """
    folded = " ".join(text.split())
    if len(folded) > QUERY_CHARACTERS:
        raise InvalidInputError(f"A search has at most {QUERY_CHARACTERS} characters.", field="text")
    if not folded or first == 0:
        return []
    asked = Asked(
        await visible_scopes(graph, viewer), frozenset(SearchKind) if kinds is None else frozenset(kinds), first
    )
    typed = read_typed(folded)
    found = Found()
    await _add_named_version(graph, viewer, folded, asked, found)
    if typed.is_path:
        await _add_at_path(graph, typed, asked, found)
    if not found.items or not typed.is_path:
        await _add_by_words(graph, Typed((), folded, None), asked, found)
    return found.ranked()[:first]


def read_typed(text: str) -> Typed:
    """Read a text as a path, also one cut out of an address of a page: `/acme/churn/-/runs/4f2c1a9b`."""
    place, colon, ref = text.partition(":")
    parts = place.strip().removeprefix("/").split("/")
    if parts[2:4] == ["-", "runs"]:
        parts = [*parts[:2], *parts[4:]]
    return Typed(tuple(part.strip() for part in parts[:-1]), parts[-1].strip(), ref.strip() if colon else None)


def nearness(typed: Typed, item: Item) -> Nearness:
    """Tell whether what was typed last names the item, begins its name, or only has words in common with it."""
    wanted = _folded(typed.name if typed.ref is None else f"{typed.name}:{typed.ref}")
    names = [_folded(name) for name in _names(item)]
    if wanted in names:
        return Nearness.EXACT
    return Nearness.PREFIX if any(name.startswith(wanted) for name in names) else Nearness.WORDS


async def _add_named_version(graph: Graph, viewer: Viewer, text: str, asked: Asked, found: Found) -> None:
    if SearchKind.VERSION not in asked.kinds:
        return
    try:
        version = await find_version_at(graph, viewer, text.removeprefix("/"))
    except InvalidInputError:
        # What is typed need not be a path; then it is searched as words.
        return
    if version is not None:
        found.add(version, Nearness.EXACT)


async def _add_at_path(graph: Graph, typed: Typed, asked: Asked, found: Found) -> None:
    """Find what lies at a path or begins with it. More places than two are no path."""
    if len(typed.places) > 2:
        return
    inside = replace(asked, scopes=await _scopes_at(graph, typed, asked))
    if typed.ref is not None:
        await _add_versions_by_ref(graph, typed, inside, found)
        return
    work: list[Awaitable[Sequence[Item]]] = []
    if len(typed.places) == 1:
        work.append(_containers(graph, typed, asked))
    if inside.scopes:
        work += [_collections(graph, typed, inside), _runs(graph, typed, inside), _keyed_runs(graph, typed, inside)]
        work.append(_versions(graph, typed, inside))
    await _add_all(work, typed, found)


async def _add_by_words(graph: Graph, typed: Typed, asked: Asked, found: Found) -> None:
    ways = (_containers, _collections, _keyed_runs, _runs, _versions)
    await _add_all([way(graph, typed, asked) for way in ways], typed, found)


async def _add_all(work: Sequence[Awaitable[Sequence[Item]]], typed: Typed, found: Found) -> None:
    for items in await asyncio.gather(*work):
        for item in sorted(items, key=lambda item: nearness(typed, item)):
            found.add(item, nearness(typed, item))


async def _scopes_at(graph: Graph, typed: Typed, asked: Asked) -> Sequence[str]:
    if not typed.places:
        return asked.scopes
    entity = typed.places[0] if len(typed.places) == 2 else None
    return await graph.read(lambda tx: store.find_scopes_named(tx, asked.scopes, entity=entity, name=typed.places[-1]))


async def _add_versions_by_ref(graph: Graph, typed: Typed, asked: Asked, found: Found) -> None:
    if SearchKind.VERSION not in asked.kinds or not asked.scopes:
        return
    any_of = replace(asked, kinds={SearchKind.COLLECTION}, limit=MOST_NAMESAKES)
    named = await _collections(graph, replace(typed, ref=None), any_of)
    wanted = _folded(typed.name)
    ids = [one.collection.id for one in named if _folded(one.collection.name) == wanted]
    ref = typed.ref or ""
    number = _INDEX.fullmatch(ref)
    index = None if number is None else int(number[1])
    is_exact = await graph.read(lambda tx: store.list_versions_by_ref(tx, ids, ref, index=index, limit=asked.limit))
    placed = await graph.read(lambda tx: reads.find_versions(tx, list(is_exact)))
    for version_id, is_named in is_exact.items():
        found.add(placed[version_id], Nearness.EXACT if is_named and ref else Nearness.PREFIX)


async def _containers(graph: Graph, typed: Typed, asked: Asked) -> Sequence[Container]:
    kinds = [kind for kind in ContainerKind if kind.value in asked.kinds]
    wanted = search_of(typed.name)
    if not kinds or (wanted is None and not typed.places):
        return ()
    words = [] if wanted is None else [word.text for word in wanted.words]
    entity = typed.places[0] if typed.places else None
    return await graph.read(
        lambda tx: store.list_containers_by_words(
            tx, asked.scopes, kinds, words, entity=entity, typed=_folded(typed.name), limit=asked.limit
        )
    )


async def _collections(graph: Graph, typed: Typed, asked: Asked) -> Sequence[reads.PlacedCollection]:
    wanted = search_of(typed.name)
    if SearchKind.COLLECTION not in asked.kinds or (wanted is None and typed.name):
        return ()
    order = _NEWEST if wanted is None else _BY_RELEVANCE
    window = Window(asked.limit)
    _, page = await search(
        graph,
        asked.scopes,
        filters.CollectionFilter(search=wanted),
        lambda tx, spelt: list_collections(tx, asked.scopes, spelt, order, window),
    )
    return page.items


async def _runs(graph: Graph, typed: Typed, asked: Asked) -> Sequence[reads.PlacedRun]:
    wanted = filters.RunFilter(search=search_of(typed.name))
    if SearchKind.RUN not in asked.kinds or (wanted.search is None and typed.name):
        return ()

    async def read(tx: Transaction, spelt: filters.RunFilter) -> Page[reads.PlacedRun]:
        if spelt.search is None:
            return await list_runs(tx, asked.scopes, spelt, filters.RunOrder(), Window(asked.limit))
        return Page(await store.list_runs_by_relevance(tx, asked.scopes, spelt, limit=asked.limit), (), False)

    _, page = await search(graph, asked.scopes, wanted, read)
    return page.items


async def _keyed_runs(graph: Graph, typed: Typed, asked: Asked) -> Sequence[reads.PlacedRun]:
    if SearchKind.RUN not in asked.kinds or not typed.name or " " in typed.name:
        return ()
    return await graph.read(lambda tx: store.list_runs_by_key(tx, asked.scopes, typed.name, limit=asked.limit))


async def _versions(graph: Graph, typed: Typed, asked: Asked) -> Sequence[reads.PlacedVersion]:
    wanted = search_of(typed.name)
    if SearchKind.VERSION not in asked.kinds or wanted is None:
        return ()
    place, order, window = Place(asked.scopes), filters.VersionOrder(), Window(asked.limit)
    _, page = await search(
        graph,
        asked.scopes,
        filters.VersionFilter(search=wanted),
        lambda tx, spelt: list_versions(tx, place, spelt, order, window),
    )
    return page.items


def _kind_and_id(item: Item) -> tuple[SearchKind, str]:
    if isinstance(item, Container):
        return SearchKind(item.kind.value), item.id
    if isinstance(item, reads.PlacedCollection):
        return SearchKind.COLLECTION, item.collection.id
    if isinstance(item, reads.PlacedRun):
        return SearchKind.RUN, item.run.id
    return SearchKind.VERSION, item.version.id


def _names(item: Item) -> Sequence[str]:
    if isinstance(item, Container):
        return (item.name,)
    if isinstance(item, reads.PlacedCollection):
        return (item.collection.name,)
    if isinstance(item, reads.PlacedRun):
        return (item.run.name, item.run.key)
    return (version_name(item.collection.name, item.version.index),)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())
