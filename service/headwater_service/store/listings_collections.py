"""Collections, projects and registries in pages."""

from collections.abc import Sequence
from typing import Final, LiteralString

from headwater_service.model import Container, ContainerKind, Page
from headwater_service.store.conditions import collection_condition
from headwater_service.store.filters import (
    CollectionFilter,
    CollectionOrder,
    CollectionOrderField,
    OrderDirection,
    Parameters,
)
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page
from headwater_service.store.reads import (
    COLLECTION_COLUMNS,
    CONTAINER_COLUMNS,
    PlacedCollection,
    container_from,
    placed_collection_from,
)
from headwater_service.store.search import tagged, within

_COLLECTIONS: Final[LiteralString] = (
    "MATCH (collection:Collection) WHERE collection.scope_id IN $scopes AND collection.ended_at IS NULL WITH collection"
)

_SEARCHED: Final[LiteralString] = """
CALL db.index.fulltext.queryNodes('collection_search', $search) YIELD node AS collection
WITH collection WHERE collection.scope_id IN $scopes AND collection.ended_at IS NULL WITH collection"""

_TAGGED: Final[LiteralString] = """
CALL db.index.fulltext.queryNodes('collection_tags', $tagged) YIELD node AS collection
WITH collection WHERE collection.scope_id IN $scopes AND collection.ended_at IS NULL WITH collection"""

_COLLECTION_COLUMNS: Final[LiteralString] = (
    "MATCH (collection)-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity) RETURN "
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

# How far a collection is from what was typed: its name, the start of its name, all words whole, words that begin so.
_DISTANCE: Final[LiteralString] = """
CASE
  WHEN toLower(collection.name) = $typed THEN 0
  WHEN toLower(collection.name) STARTS WITH $typed THEN 1
  WHEN all(word IN $whole WHERE collection.search_text CONTAINS word) THEN 2
  ELSE 3
END"""

_SORT: Final[dict[CollectionOrderField, LiteralString]] = {
    CollectionOrderField.RELEVANCE: _DISTANCE,
    CollectionOrderField.NAME: "collection.name",
    CollectionOrderField.CREATED_AT: "collection.created_at",
    CollectionOrderField.UPDATED_AT: "collection.updated_at",
}

_CONTAINERS: Final[LiteralString] = "MATCH (container:Container)-[:OWNED_BY]->(entity:Entity)"
_IN_SCOPES: Final[LiteralString] = "container.id IN $scopes AND container.kind = $kind AND container.ended_at IS NULL"
_NAMED: Final[LiteralString] = " AND toLower(container.name) CONTAINS toLower($name)"
_PATH_ORDER: Final = Sorting("PATH", "(entity.name + '/' + container.name)", "container.id", OrderDirection.ASC)


async def list_collections(
    tx: Transaction, scopes: Sequence[str], wanted: CollectionFilter, order: CollectionOrder, window: Window
) -> Page[PlacedCollection]:
    """Return a page of the collections of some projects and registries."""
    return await read_page(tx, _collections(scopes, wanted), _sorting(order), window, placed_collection_from)


async def count_collections(tx: Transaction, scopes: Sequence[str], wanted: CollectionFilter) -> int:
    return await count_all(tx, _collections(scopes, wanted), "collection")


async def list_containers(
    tx: Transaction, scopes: Sequence[str], kind: ContainerKind, name_contains: str | None, window: Window
) -> Page[Container]:
    """Return a page of the projects, or of the registries, among some containers, in order of their paths."""
    return await read_page(tx, _containers(scopes, kind, name_contains), _PATH_ORDER, window, container_from)


async def count_containers(
    tx: Transaction, scopes: Sequence[str], kind: ContainerKind, name_contains: str | None
) -> int:
    return await count_all(tx, _containers(scopes, kind, name_contains), "container")


def _sorting(order: CollectionOrder) -> Sorting:
    if order.field is not CollectionOrderField.RELEVANCE:
        return Sorting(order.field, _SORT[order.field], "collection.id", order.direction)
    # What is equally near comes by name; the nearest has the largest relevance and the smallest distance.
    is_best_first = order.direction is OrderDirection.DESC
    direction = OrderDirection.ASC if is_best_first else OrderDirection.DESC
    return Sorting(order.field, _DISTANCE, "(collection.name + ' ' + collection.id)", direction)


def _collections(scopes: Sequence[str], wanted: CollectionFilter) -> Listing:
    parameters = Parameters()
    search = wanted.search
    by_tag = None if wanted.tags is None else tagged(wanted.tags, scopes)
    return Listing(
        match=_SEARCHED if search is not None else _COLLECTIONS if by_tag is None else _TAGGED,
        condition=collection_condition(wanted, parameters),
        carry="collection",
        columns=_COLLECTION_COLUMNS,
        parameters={
            **parameters.values,
            "scopes": list(scopes),
            "tagged": by_tag,
            "search": None if search is None else within(scopes, search.words),
            "typed": "" if search is None else search.name,
            "whole": [] if search is None else [word.whole for word in search.words],
        },
    )


def _containers(scopes: Sequence[str], kind: ContainerKind, name_contains: str | None) -> Listing:
    return Listing(
        match=_CONTAINERS,
        condition=_IN_SCOPES if name_contains is None else _IN_SCOPES + _NAMED,
        carry="container, entity",
        columns="RETURN " + CONTAINER_COLUMNS,
        parameters={"scopes": list(scopes), "kind": kind.value, "name": name_contains},
    )
