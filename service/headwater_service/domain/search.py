"""Searches made ready: a word that nothing holds is replaced by words near it that something does.

So a misspelling finds what was meant, and never stands beside or before what was found exactly.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final, TypeVar

from headwater_service.domain.search_text import search_scope, search_text, spelt
from headwater_service.model import Collection, Page
from headwater_service.store import search as store
from headwater_service.store.filters import CollectionFilter, RunFilter, Search, SearchWord, VersionFilter
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.search import SearchIndex

T = TypeVar("T")
Filter = TypeVar("Filter", RunFilter, VersionFilter, CollectionFilter)

RUN_TEXTS: Final = frozenset({"name", "job_type", "tags", "notes"})
_INDEXES: Final[dict[type, tuple[SearchIndex, ...]]] = {
    RunFilter: (SearchIndex.RUNS,),
    CollectionFilter: (SearchIndex.COLLECTIONS,),
    VersionFilter: (SearchIndex.COLLECTIONS, SearchIndex.VERSIONS),
}


async def search(
    graph: Graph, scopes: Sequence[str], wanted: Filter, read: Callable[[Transaction, Filter], Awaitable[Page[T]]]
) -> tuple[Filter, Page[T]]:
    """Return a page of what is wanted, and the filter with the words as they were spelt to find it.

    Where anything is found as it was typed, every word is held: then nothing is asked of spellings.
    """
    if _searches_inside(wanted):
        wanted = await with_spellings(graph, scopes, wanted)
    page = await graph.read(lambda tx: read(tx, wanted))
    if page.items or wanted.search is None or _searches_inside(wanted):
        return wanted, page
    spelt = await with_spellings(graph, scopes, wanted)
    return (wanted, page) if spelt == wanted else (spelt, await graph.read(lambda tx: read(tx, spelt)))


async def with_spellings(graph: Graph, scopes: Sequence[str], wanted: Filter) -> Filter:
    """Return the filter with the words of its searches as they are spelt in what lies in some scopes."""
    if wanted.search is None and not _searches_inside(wanted):
        return wanted
    return await graph.read(lambda tx: _with_spellings(tx, scopes, wanted))


def _searches_inside(wanted: Filter) -> bool:
    inner = [*(wanted.any_of or ()), *(() if wanted.none_of is None else (wanted.none_of,))]
    return any(one.search is not None or _searches_inside(one) for one in inner)


async def _with_spellings(tx: Transaction, scopes: Sequence[str], wanted: Filter) -> Filter:
    indexes = _INDEXES[type(wanted)]
    return replace(
        wanted,
        search=None if wanted.search is None else await _spell(tx, indexes, scopes, wanted.search),
        none_of=None if wanted.none_of is None else await _with_spellings(tx, scopes, wanted.none_of),
        any_of=None if wanted.any_of is None else [await _with_spellings(tx, scopes, one) for one in wanted.any_of],
    )


async def _spell(tx: Transaction, indexes: Sequence[SearchIndex], scopes: Sequence[str], search: Search) -> Search:
    doubtful = [word for word in search.words if word.near is not None]
    if not doubtful:
        return search
    known = set[str]()
    for index in indexes:
        held = await store.find_held(tx, index, scopes, doubtful)
        known |= {word.text for word, is_held in zip(doubtful, held, strict=True) if is_held}
    return replace(
        search,
        words=[
            word if word.near is None or word.text in known else await _nearest(tx, indexes, scopes, word)
            for word in search.words
        ],
    )


async def _nearest(
    tx: Transaction, indexes: Sequence[SearchIndex], scopes: Sequence[str], word: SearchWord
) -> SearchWord:
    texts = [text for index in indexes for text in await store.list_near(tx, index, scopes, word)]
    return spelt(word, texts)


async def index_collection(tx: Transaction, collection: Collection) -> None:
    """Keep what a locked collection, as it is now, is found by: call it with every change of one."""
    text = collection_text(asdict(collection) | {"scope_id": collection.container_id})
    await store.set_collection_text(tx, collection.id, text["search_text"], text["search_scope"])


def collection_text(collection: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the properties by which a collection is found."""
    text = search_text(collection["name"], *collection["tags"], collection["description"])
    return _properties(text, collection["scope_id"])


async def index_version(tx: Transaction, version: Mapping[str, Any]) -> None:
    """Keep what a version of a locked collection, and the links to it, are found by beside their collections."""
    text = version_text(version)
    await store.set_version_text(tx, version["id"], text["search_text"], text["search_scope"])


def version_text(version: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the properties by which an artifact version is found: it has none if it says nothing of itself."""
    return _properties(search_text(*version["tags"], version["description"]), version["scope_id"])


def run_text(run: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the properties by which a run is found: set them with every change of RUN_TEXTS."""
    text = search_text(run["name"], run.get("job_type") or "", *run["tags"], run["notes"])
    return _properties(text, run["scope_id"])


def _properties(text: str, scope_id: str) -> dict[str, str | None]:
    return {"search_text": text or None, "search_scope": search_scope(scope_id) if text else None}
