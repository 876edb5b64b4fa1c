"""Runs in pages, counted, and counted in groups."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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

_WALKS: Final[tuple[LiteralString, ...]] = ("MATCH (run:Run {scope_id: scope}) WHERE run.created_at > 0",)

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
}


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
        return await _list_ranked(tx, scopes, wanted, order, order.path, window)
    sorting = Sorting(order.field, _SORT[order.field], "run.id", order.direction)
    newest = window.first + 1 if order.field is RunOrderField.CREATED_AT else None
    listing = await _listing(tx, scopes, wanted, newest=newest)
    return await read_page(tx, listing, sorting, window, placed_run_from)


async def count_runs(tx: Transaction, scopes: Sequence[str], wanted: RunFilter) -> int:
    return await count_all(tx, await _listing(tx, scopes, wanted), "run")


async def group_runs(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, groups: Sequence[RunGroup]
) -> list[Group]:
    """Count runs by the values of some keys, in order of these: a day is its number since 1970. Runs have no size."""
    return await count_groups(tx, await _listing(tx, scopes, wanted), [_GROUP[group] for group in groups], "0")


async def _list_ranked(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, order: RunOrder, path: str, window: Window
) -> Page[PlacedRun]:
    """Return a page in the order of the numbers at a path; runs without one come last, either way."""
    no_rank = -NO_NUMBER if order.direction is OrderDirection.DESC else NO_NUMBER
    parameters, asked = Parameters(), {"order_path": path, "no_rank": no_rank}
    start = await choose_run_start(tx, scopes, wanted, parameters, newest=window.first + 1)
    listing = _of(scopes, wanted, parameters, asked)
    name = f"{order.field} {path}"
    if start is None:
        # The index gives the order, as long as it has enough of them.
        ranked = replace(listing, carry="run, leaf", leading=_LEADING[order.direction], walks=(_RANKED,))
        sorting = Sorting(name, "leaf.rank", "run.id", order.direction)
        page = await read_page(tx, ranked, sorting, window, placed_run_from)
        if page.has_next:
            return page
    match = (start or _all_in(scopes)) + _WITH_RANK
    sorting = Sorting(name, "rank", "run.id", order.direction)
    return await read_page(tx, replace(listing, match=match, carry="run, rank"), sorting, window, placed_run_from)


async def _listing(tx: Transaction, scopes: Sequence[str], wanted: RunFilter, *, newest: int | None = None) -> Listing:
    parameters = Parameters()
    start = await choose_run_start(tx, scopes, wanted, parameters, newest=newest)
    listing = _of(scopes, wanted, parameters, {})
    if start is not None:
        return replace(listing, match=start)
    is_led = newest is not None
    return replace(
        listing,
        leading="run.scope_id" if is_led else None,
        walks=_WALKS if is_led and len(scopes) > 1 else (),
    )


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
