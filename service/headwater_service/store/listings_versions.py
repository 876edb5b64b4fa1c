"""Versions of both kinds in pages, counted, and counted in groups."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, LiteralString

from headwater_service.model import Page
from headwater_service.store.conditions import version_condition
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
from headwater_service.store.starts import Place as Place
from headwater_service.store.starts import choose_start, without_word

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


_STEPS: Final[LiteralString] = """
MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)})
RETURN version.id AS id, content.id AS content_id, content.history_step AS step"""


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


async def list_versions(
    tx: Transaction, place: Place, wanted: VersionFilter, order: VersionOrder, window: Window
) -> Page[PlacedVersion]:
    """Return a page of live versions; tombstones are left out."""
    sorting = Sorting(order.field, _SORT[order.field], "version.id", order.direction)
    newest = window.first + 1 if order.field is VersionOrderField.CREATED_AT else None
    return await read_page(tx, await _listing(tx, place, wanted, newest=newest), sorting, window, placed_version_from)


async def list_steps(
    tx: Transaction, place: Place, wanted: VersionFilter, *, limit: int
) -> list[tuple[str, str, int | None]]:
    """Return id, id of the content and step of the logging run's history of live versions that are wanted."""
    listing = await _listing(tx, place, wanted)
    text: LiteralString = listing.match + " WHERE " + listing.condition + " WITH DISTINCT version LIMIT $limit" + _STEPS
    rows = await tx.rows(text, {**listing.parameters, "limit": limit})
    return [(row["id"], row["content_id"], row["step"]) for row in rows]


async def count_versions(tx: Transaction, place: Place, wanted: VersionFilter) -> int:
    return await count_all(tx, await _listing(tx, place, wanted), "version")


async def group_versions(
    tx: Transaction, place: Place, wanted: VersionFilter, groups: Sequence[VersionGroup]
) -> list[Group]:
    """Count versions and bytes by the values of some keys, in order of these: a day is its number since 1970.

    Tombstones are counted only beside the live, in groups of their own: when the state is a key.
    """
    states = _ANY_STATE if VersionGroup.STATE in groups else _IS_LIVE
    return await count_groups(
        tx, await _listing(tx, place, wanted, states), [_GROUP[group] for group in groups], _BYTES
    )


async def _listing(
    tx: Transaction,
    place: Place,
    wanted: VersionFilter,
    states: LiteralString = _IS_LIVE,
    *,
    newest: int | None = None,
) -> Listing:
    parameters = Parameters()
    start = await choose_start(tx, place, wanted, parameters, newest=newest)
    condition = all_of([states, version_condition(without_word(wanted, start.word), parameters)])
    return Listing(
        match=start.match,
        condition=condition,
        carry="version",
        columns=_COLUMNS,
        parameters={**parameters.values, **start.parameters, "scopes": list(place.scopes)},
        leading="version.scope_id" if start.walks else None,
        walks=start.walks,
    )
