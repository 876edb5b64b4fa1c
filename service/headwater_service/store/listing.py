"""Keyset pages: what all listings share.

A position is the sort value and id of an item, with its noun and order, and with what was asked for (`fingerprint`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, LiteralString, TypeVar

import orjson

from headwater_service.errors import InvalidInputError
from headwater_service.model import Page
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction

T = TypeVar("T")

# Groups come at once and not in pages: a chart of more would show nothing.
MOST_GROUPS: Final = 10_000

_ORDER: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: " ORDER BY sort, sort_id ",
    OrderDirection.DESC: " ORDER BY sort DESC, sort_id DESC ",
}
_LED: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: ", sort, sort_id ",
    OrderDirection.DESC: " DESC, sort DESC, sort_id DESC ",
}
_UP_TO: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: " >= $after_value AND (",
    OrderDirection.DESC: " <= $after_value AND (",
}
_BEYOND: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: " > $after_value OR ",
    OrderDirection.DESC: " < $after_value OR ",
}
_BEYOND_ID: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: " > $after_id)",
    OrderDirection.DESC: " < $after_id)",
}


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a listing is wanted: `after` is the position of the last item already seen.

    `of` is the fingerprint of what is listed: a position that a listing of something else gave is refused.
    """

    first: int
    after: str | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Sorting:
    """An order: its name in positions, and the Cypher of its value and of the id that breaks ties."""

    name: str
    value: LiteralString
    id: LiteralString
    direction: OrderDirection


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing as fragments: `match` binds the noun, `condition` narrows it, `columns` joins and returns.

    `carry` names what `columns` needs of the bound variables. `leading` is a property that is the same for all items
    and comes before the sort value in an index: naming it in the order lets the index give the order.

    `walks`, if any, are matches of the noun (which `carry` names) in one `scope` of $walked, each ending in a
    condition: a page is then read from the first of each scope, in the order of an index, and `match` only counts.
    """

    match: LiteralString
    condition: LiteralString
    carry: LiteralString
    columns: LiteralString
    parameters: Mapping[str, Any]
    leading: LiteralString | None = None
    walks: Sequence[LiteralString] = ()


async def read_page(
    tx: Transaction, listing: Listing, sorting: Sorting, window: Window, build: Callable[[Mapping[str, Any]], T]
) -> Page[T]:
    """Return one page. Raises InvalidInputError for a position of another listing or order."""
    name = position_name(sorting, window)
    parameters: dict[str, Any] = {**listing.parameters, "limit": window.first + 1}
    condition = listing.condition
    if window.after is not None:
        parameters["after_value"], parameters["after_id"] = read_position(window.after, name)
        condition = condition + " AND " + _behind(sorting)
    order = _ORDER[sorting.direction]
    text = _walked(listing, sorting, condition) if listing.walks else listing.match + " WHERE " + condition
    text = text + " WITH " + listing.carry + ", " + sorting.value + " AS sort, " + sorting.id + " AS sort_id"
    is_led = listing.leading is not None and not listing.walks
    text = text + (" ORDER BY " + (listing.leading or "") + _LED[sorting.direction] if is_led else order)
    text = text + "LIMIT $limit " + listing.columns + ", sort, sort_id" + order
    rows = await tx.rows(text, parameters)
    shown = rows[: window.first]
    return Page(
        items=[build(row) for row in shown],
        cursors=[write_position(name, row["sort"], row["sort_id"]) for row in shown],
        has_next=len(rows) > window.first,
    )


async def count_all(tx: Transaction, listing: Listing, noun: LiteralString) -> int:
    """Count what a listing would show on all its pages."""
    text = listing.match + " WHERE " + listing.condition + " RETURN count(DISTINCT " + noun + ") AS count"
    row = await tx.row(text, listing.parameters)
    assert row is not None, "count returns a row"
    return int(row["count"])


@dataclass(frozen=True, slots=True)
class Group:
    """Things that share the values of some keys, in the order in which the keys were given."""

    keys: Sequence[str | int]
    count: int
    size: int


async def count_groups(
    tx: Transaction, listing: Listing, keys: Sequence[LiteralString], size: LiteralString
) -> list[Group]:
    """Count what a listing would show by the values of `keys`, in their order. `size` is the Cypher of their bytes.

    Raises InvalidInputError for more than MOST_GROUPS groups.
    """
    text: LiteralString = listing.match + " WHERE " + listing.condition
    text = text + " RETURN [" + ", ".join(keys) + "] AS keys, count(*) AS count, " + size + " AS size"
    rows = await tx.rows(text + " ORDER BY keys LIMIT $limit", {**listing.parameters, "limit": MOST_GROUPS + 1})
    if len(rows) > MOST_GROUPS:
        message = f"These are more than {MOST_GROUPS:,} groups. Narrow the filter or group by fewer keys."
        raise InvalidInputError(message, field="groupBy")
    return [Group(row["keys"], row["count"], row["size"]) for row in rows]


def fingerprint(**asked: Any) -> str:
    """Name a listing by its filter and place: the same however these are spelt, for no list of theirs has an order."""
    return hashlib.sha256(_json(asked).encode()).hexdigest()[:16]


def position_name(sorting: Sorting, window: Window) -> str:
    """Name a listing in its positions: order, direction, noun and what was asked, so that no other takes them."""
    return f"{sorting.name} {sorting.direction} {sorting.id} {window.of}".rstrip()


def write_position(order: str, value: Any, item_id: str) -> str:
    return orjson.dumps([order, value, item_id]).decode()


def read_position(position: str, order: str) -> tuple[float | str, str]:
    """Return the sort value and the id in a position that this order gave."""
    try:
        name, value, item_id = orjson.loads(position)
    except ValueError as error:
        raise InvalidInputError("`after` is not a cursor of this listing.", field="after") from error
    is_whole = isinstance(value, int | float | str) and isinstance(item_id, str)
    if name != order or not is_whole:
        raise InvalidInputError("`after` is a cursor of another listing or order.", field="after")
    return value, item_id


def _canonical(value: Any) -> Any:
    if is_dataclass(value):
        return _canonical({one.name: getattr(value, one.name) for one in fields(value)})
    if isinstance(value, Mapping):
        return {key: _canonical(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return sorted({_json(one) for one in value})
    # 5 and 5.0 are one number to a filter.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _json(value: Any) -> str:
    # Not orjson: a filter may hold any number and any text.
    return json.dumps(_canonical(value), sort_keys=True)


def _walked(listing: Listing, sorting: Sorting, condition: LiteralString) -> LiteralString:
    """Bind the first of each scope: as many as a page has, which is enough, for the page is among them."""
    down: LiteralString = " DESC" if sorting.direction is OrderDirection.DESC else ""
    firsts = [
        walk + " AND " + condition + " RETURN " + listing.carry
        + " ORDER BY " + (listing.leading or "") + down + ", " + sorting.value + down + ", " + sorting.id + down
        + " LIMIT $limit"
        for walk in listing.walks
    ]  # fmt: skip
    inner = " UNION ALL ".join(firsts)
    return "CALL () { UNWIND $walked AS scope CALL (scope) { " + inner + " } RETURN " + listing.carry + " }"


def _behind(sorting: Sorting) -> LiteralString:
    # The first comparison alone can use the index; the rest cuts what shares the value.
    value, direction = sorting.value, sorting.direction
    return value + _UP_TO[direction] + value + _BEYOND[direction] + sorting.id + _BEYOND_ID[direction]
