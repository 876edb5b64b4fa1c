"""Versions of both kinds in pages, counted, and counted in groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, LiteralString

from headwater_service.model import Page
from headwater_service.store.conditions import field_condition, version_condition
from headwater_service.store.filters import (
    Parameters,
    VersionFilter,
    VersionOrder,
    VersionOrderField,
    all_of,
)
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Group, Listing, Sorting, Window, count_all, count_groups, read_page
from headwater_service.store.reads import (
    COLLECTION_COLUMNS,
    CONTAINER_COLUMNS,
    VERSION_COLUMNS,
    VERSION_JOINS,
    PlacedVersion,
    placed_version_from,
)

# Two labels with an index each: the union lets both be used. An index over two properties is used only when both
# are asked about, hence the time.
_IN_SCOPES: Final[LiteralString] = """
CALL () {
  MATCH (version:ArtifactVersion) WHERE version.scope_id IN $scopes AND version.created_at > 0 RETURN version
  UNION ALL
  MATCH (version:RegistryVersion) WHERE version.scope_id IN $scopes AND version.created_at > 0 RETURN version
}
WITH version"""

_IN_COLLECTION: Final[LiteralString] = """
MATCH (:Collection {id: $collection})<-[:VERSION_OF]-(version:Lineage)"""

# A condition on metadata starts at the index over the leaves instead of at all versions. What a registry links
# lies in any project, so registry versions, which are few, are looked at one by one.
_BY_FIELD: Final[tuple[LiteralString, LiteralString]] = (
    """
CALL () {
  MATCH (field:Field) WHERE field.scope_id IN $scopes AND """,
    """
  MATCH (version:ArtifactVersion {id: field.owner_id})
  RETURN DISTINCT version
  UNION ALL
  MATCH (version:RegistryVersion) WHERE version.scope_id IN $scopes AND version.created_at > 0 RETURN version
}
WITH version""",
)

_COLUMNS: Final[LiteralString] = (
    VERSION_JOINS + "RETURN " + VERSION_COLUMNS + "," + COLLECTION_COLUMNS + "," + CONTAINER_COLUMNS
)

_IS_LIVE: Final[LiteralString] = "version.state = 'COMMITTED'"
_ANY_STATE: Final[LiteralString] = "version.state IS NOT NULL"

_SORT: Final[dict[VersionOrderField, LiteralString]] = {
    VersionOrderField.CREATED_AT: "version.created_at",
    VersionOrderField.SIZE: (
        "coalesce(version.size, head([(version)<-[:LINKED_TO]-(source:ArtifactVersion) | source.size]), 0)"
    ),
    VersionOrderField.INDEX: "version.index",
}


class VersionGroup(StrEnum):
    STATE = "STATE"
    TYPE = "TYPE"
    DAY = "DAY"
    PROJECT = "PROJECT"


_GROUP: Final[dict[VersionGroup, LiteralString]] = {
    VersionGroup.STATE: "version.state",
    VersionGroup.TYPE: "version.type",
    VersionGroup.DAY: "version.created_at / 86400000000",
    VersionGroup.PROJECT: "version.scope_id",
}
# A link holds no bytes of its own.
_BYTES: Final[LiteralString] = "sum(coalesce(version.size, 0))"


@dataclass(frozen=True, slots=True)
class Place:
    """Where versions are listed: in one collection, else in projects and registries."""

    scopes: Sequence[str]
    collection_id: str | None = None


async def list_versions(
    tx: Transaction, place: Place, wanted: VersionFilter, order: VersionOrder, window: Window
) -> Page[PlacedVersion]:
    """Return a page of live versions; tombstones are left out."""
    sorting = Sorting(order.field, _SORT[order.field], "version.id", order.direction)
    return await read_page(tx, _listing(place, wanted), sorting, window, placed_version_from)


async def count_versions(tx: Transaction, place: Place, wanted: VersionFilter) -> int:
    return await count_all(tx, _listing(place, wanted), "version")


async def group_versions(
    tx: Transaction, place: Place, wanted: VersionFilter, groups: Sequence[VersionGroup]
) -> list[Group]:
    """Count versions and bytes by the values of some keys, in order of these: a day is its number since 1970.

    Tombstones are counted only beside the live, in groups of their own: when the state is a key.
    """
    states = _ANY_STATE if VersionGroup.STATE in groups else _IS_LIVE
    return await count_groups(tx, _listing(place, wanted, states), [_GROUP[group] for group in groups], _BYTES)


def _listing(place: Place, wanted: VersionFilter, states: LiteralString = _IS_LIVE) -> Listing:
    parameters = Parameters()
    match = _match(place, wanted, parameters)
    return Listing(
        match=match,
        condition=all_of([states, version_condition(wanted, parameters)]),
        carry="version",
        columns=_COLUMNS,
        parameters={**parameters.values, "scopes": list(place.scopes), "collection": place.collection_id},
    )


def _match(place: Place, wanted: VersionFilter, parameters: Parameters) -> LiteralString:
    if place.collection_id is not None:
        return _IN_COLLECTION
    if wanted.metadata:
        before, behind = _BY_FIELD
        return before + field_condition(wanted.metadata[0], parameters) + behind
    return _IN_SCOPES
