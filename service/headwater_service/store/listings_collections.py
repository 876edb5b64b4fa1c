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

_COLLECTIONS: Final[LiteralString] = (
    "MATCH (collection:Collection) WHERE collection.scope_id IN $scopes AND collection.ended_at IS NULL WITH collection"
)

_COLLECTION_COLUMNS: Final[LiteralString] = (
    "MATCH (collection)-[:IN]->(container:Container)-[:OWNED_BY]->(entity:Entity) RETURN "
    + COLLECTION_COLUMNS
    + ","
    + CONTAINER_COLUMNS
)

_SORT: Final[dict[CollectionOrderField, LiteralString]] = {
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
    sorting = Sorting(order.field, _SORT[order.field], "collection.id", order.direction)
    return await read_page(tx, _collections(scopes, wanted), sorting, window, placed_collection_from)


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


def _collections(scopes: Sequence[str], wanted: CollectionFilter) -> Listing:
    parameters = Parameters()
    return Listing(
        match=_COLLECTIONS,
        condition=collection_condition(wanted, parameters),
        carry="collection",
        columns=_COLLECTION_COLUMNS,
        parameters={**parameters.values, "scopes": list(scopes)},
    )


def _containers(scopes: Sequence[str], kind: ContainerKind, name_contains: str | None) -> Listing:
    return Listing(
        match=_CONTAINERS,
        condition=_IN_SCOPES if name_contains is None else _IN_SCOPES + _NAMED,
        carry="container, entity",
        columns="RETURN " + CONTAINER_COLUMNS,
        parameters={"scopes": list(scopes), "kind": kind.value, "name": name_contains},
    )
