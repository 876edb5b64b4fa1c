"""Runs in pages, counted, and counted in groups."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, LiteralString

from headwater_service.model import Page
from headwater_service.store.conditions import run_condition
from headwater_service.store.filters import OrderDirection, Parameters, RunFilter, RunOrder, RunOrderField, all_of
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Group, Listing, Sorting, Window, count_all, count_groups, read_page
from headwater_service.store.reads import CONTAINER_COLUMNS, RUN_COLUMNS, RUN_JOINS, PlacedRun, placed_run_from
from headwater_service.store.run_fields import NO_NUMBER
from headwater_service.store.search import within
from headwater_service.store.starts_runs import IN_MANY, IN_ONE, choose_run_start

_IS_LIVE: Final[LiteralString] = "run.ended_at IS NULL"

# An index over runs gives an order where it is asked about all its properties: in one project, or in each of several.
_ONE: Final[LiteralString] = "MATCH (run:Run {scope_id: $scopes[0]}) WHERE "
_EACH: Final[LiteralString] = "MATCH (run:Run {scope_id: scope}) WHERE "
_TIMED: Final[LiteralString] = "run.created_at > 0"
_NAMED: Final[LiteralString] = "run.name IS NOT NULL AND run.id IS NOT NULL"
_STATED: Final[LiteralString] = "run.state IS NOT NULL AND run.id IS NOT NULL"
_TYPED: Final[LiteralString] = "run.job_type > '' AND run.id IS NOT NULL"
_ORDERED: Final[dict[RunOrderField, tuple[LiteralString, LiteralString]]] = {
    RunOrderField.CREATED_AT: (_ONE + _TIMED + " WITH run", _EACH + _TIMED),
    RunOrderField.NAME: (_ONE + _NAMED + " WITH run", _EACH + _NAMED),
    RunOrderField.STATE: (_ONE + _STATED + " WITH run", _EACH + _STATED),
    RunOrderField.JOB_TYPE: (_ONE + _TYPED + " WITH run", _EACH + _TYPED),
}

# All runs, with the job type of each; none, and an empty one, are in no order by an index.
_WITH_JOB_TYPE: Final[LiteralString] = """
WITH run, CASE WHEN run.job_type > '' THEN run.job_type ELSE $no_job_type END AS job_type"""
# What a run without job type is ordered by; every job type is beyond the one and before the other.
_NO_JOB_TYPE: Final = {OrderDirection.ASC: "\U0010ffff", OrderDirection.DESC: ""}

# The runs that have a number at a path, in the order of the index of ranks.
_RANKED: Final[LiteralString] = """
MATCH (leaf:RunField {scope_id: scope, path: $order_path})
WHERE leaf.rank IS NOT NULL
MATCH (run:Run {id: leaf.run_id})
WHERE run.scope_id = scope"""
_LEADING: Final[dict[OrderDirection, LiteralString]] = {
    OrderDirection.ASC: "leaf.scope_id, leaf.path",
    OrderDirection.DESC: "leaf.scope_id DESC, leaf.path",
}
# All runs, with the number that each has there.
_WITH_RANK: Final[LiteralString] = """
OPTIONAL MATCH (leaf:RunField {run_id: run.id, path: $order_path})
WHERE leaf.rank IS NOT NULL
WITH run, coalesce(leaf.rank, $no_rank) AS rank"""

_COLUMNS: Final[LiteralString] = RUN_JOINS + "RETURN " + RUN_COLUMNS + "," + CONTAINER_COLUMNS

# A run that goes on has no end yet: it counts as later than all that have one.
_SORT: Final[dict[RunOrderField, LiteralString]] = {
    RunOrderField.CREATED_AT: "run.created_at",
    RunOrderField.NAME: "run.name",
    RunOrderField.FINISHED_AT: "coalesce(run.finished_at, 9007199254740991)",
    RunOrderField.STATE: "run.state",
    RunOrderField.JOB_TYPE: "run.job_type",
    # As of one moment for all pages: the runs that go on grow older while a reader turns them.
    RunOrderField.DURATION: (
        "(CASE WHEN run.finished_at < $now THEN run.finished_at ELSE $now END - coalesce(run.started_at, "
        "run.created_at))"
    ),
}
_NOW: Final = """
WITH datetime.realtime() AS now
RETURN now.epochSeconds * 1000000 + now.microsecond AS now
"""
_MOMENT: Final = re.compile(r"DURATION@(\d{1,18}) ")


class RunGroup(StrEnum):
    STATE = "STATE"
    JOB_TYPE = "JOB_TYPE"
    GROUP = "GROUP"
    DAY = "DAY"
    PROJECT = "PROJECT"


# Days are counted from 1970 in UTC; a created_at is microseconds.
_GROUP: Final[dict[RunGroup, LiteralString]] = {
    RunGroup.STATE: "run.state",
    RunGroup.JOB_TYPE: "coalesce(run.job_type, '')",
    RunGroup.GROUP: "coalesce(run.group, '')",
    RunGroup.DAY: "run.created_at / 86400000000",
    RunGroup.PROJECT: "run.scope_id",
}


async def list_runs(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, order: RunOrder, window: Window
) -> Page[PlacedRun]:
    """Return a page of the runs of some projects."""
    if order.path is not None:
        return await _list_valued(tx, scopes, wanted, _by_rank(order, order.path), window)
    if order.field is RunOrderField.JOB_TYPE:
        return await _list_valued(tx, scopes, wanted, _by_job_type(order, scopes), window)
    name, more = str(order.field), {}
    if order.field is RunOrderField.DURATION:
        now = await _moment_of(tx, window)
        name, more = f"{order.field}@{now}", {"now": now}
    sorting = Sorting(name, _SORT[order.field], "run.id", order.direction)
    listing = await _listing(tx, scopes, wanted, more, field=order.field, first=window.first + 1)
    return await read_page(tx, listing, sorting, window, placed_run_from)


async def count_runs(tx: Transaction, scopes: Sequence[str], wanted: RunFilter) -> int:
    return await count_all(tx, await _listing(tx, scopes, wanted), "run")


async def group_runs(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, groups: Sequence[RunGroup]
) -> list[Group]:
    """Count runs by the values of some keys, in order of these: a day is its number since 1970. Runs have no size."""
    return await count_groups(tx, await _listing(tx, scopes, wanted), [_GROUP[group] for group in groups], "0")


@dataclass(frozen=True, slots=True)
class _Valued:
    """An order by a value that some runs lack, which come last, either way.

    `in_order` makes a listing that of an index, which has those with a value alone; `match` gives each of all runs
    `value`, which takes the place of what is compared there.
    """

    sorting: Sorting
    parameters: Mapping[str, Any]
    in_order: Callable[[Listing], Listing]
    match: LiteralString
    carry: LiteralString
    value: LiteralString


def _by_rank(order: RunOrder, path: str) -> _Valued:
    """Return the order of the numbers at a path."""
    no_rank = -NO_NUMBER if order.direction is OrderDirection.DESC else NO_NUMBER
    return _Valued(
        Sorting(f"{order.field} {path}", "leaf.rank", "run.id", order.direction),
        {"order_path": path, "no_rank": no_rank},
        lambda listing: replace(listing, carry="run, leaf", leading=_LEADING[order.direction], walks=(_RANKED,)),
        match=_WITH_RANK,
        carry="run, rank",
        value="rank",
    )


def _by_job_type(order: RunOrder, scopes: Sequence[str]) -> _Valued:
    return _Valued(
        Sorting(order.field, _SORT[order.field], "run.id", order.direction),
        {"no_job_type": _NO_JOB_TYPE[order.direction]},
        lambda listing: _in_order(listing, scopes, order.field),
        match=_WITH_JOB_TYPE,
        carry="run, job_type",
        value="job_type",
    )


async def _list_valued(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, order: _Valued, window: Window
) -> Page[PlacedRun]:
    """Return a page by the index, as long as it has enough runs; then of all runs."""
    parameters = Parameters()
    start = await choose_run_start(tx, scopes, wanted, parameters, newest=window.first + 1)
    listing = _of(scopes, wanted, parameters, order.parameters)
    if start is None:
        page = await read_page(tx, order.in_order(listing), order.sorting, window, placed_run_from)
        if page.has_next:
            return page
    listing = replace(listing, match=(start or _all_in(scopes)) + order.match, carry=order.carry)
    return await read_page(tx, listing, replace(order.sorting, value=order.value), window, placed_run_from)


async def _moment_of(tx: Transaction, window: Window) -> int:
    """Return as of when durations are: the moment of the first page, which its cursors hold."""
    found = None if window.after is None else _MOMENT.search(window.after)
    if found is not None:
        return int(found[1])
    row = await tx.row(_NOW)
    assert row is not None, "RETURN gives a row"
    return int(row["now"])


async def _listing(
    tx: Transaction,
    scopes: Sequence[str],
    wanted: RunFilter,
    more: Mapping[str, Any] | None = None,
    *,
    field: RunOrderField | None = None,
    first: int = 0,
) -> Listing:
    """Return the listing of the runs that are wanted; an index that orders by `field` gives the `first` of them."""
    parameters = Parameters()
    is_ordered = field in _ORDERED
    start = await choose_run_start(tx, scopes, wanted, parameters, newest=first if is_ordered else None)
    listing = _of(scopes, wanted, parameters, more or {})
    if start is not None:
        return replace(listing, match=start)
    return listing if field is None or not is_ordered else _in_order(listing, scopes, field)


def _in_order(listing: Listing, scopes: Sequence[str], field: RunOrderField) -> Listing:
    """Return the listing as an index gives it: of one project, or the first of each."""
    one, each = _ORDERED[field]
    if len(scopes) == 1:
        return replace(listing, match=one, leading="run.scope_id")
    return replace(listing, leading="run.scope_id", walks=(each,))


def _of(scopes: Sequence[str], wanted: RunFilter, parameters: Parameters, more: Mapping[str, Any]) -> Listing:
    """Return the listing of all runs that are wanted, whatever comes first."""
    search = "" if wanted.search is None else within(scopes, wanted.search.words)
    return Listing(
        match=_all_in(scopes),
        condition=all_of([_IS_LIVE, run_condition(wanted, parameters)]),
        carry="run",
        columns=_COLUMNS,
        parameters={**parameters.values, **more, "scopes": list(scopes), "walked": list(scopes), "search": search},
    )


def _all_in(scopes: Sequence[str]) -> LiteralString:
    return IN_ONE if len(scopes) == 1 else IN_MANY
