"""Runs in pages, counted, and counted in groups."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, LiteralString

from headwater_service.model import Page
from headwater_service.store.conditions import run_condition
from headwater_service.store.filters import Parameters, RunFilter, RunOrder, RunOrderField, all_of
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Group, Listing, Sorting, Window, count_all, count_groups, read_page
from headwater_service.store.reads import CONTAINER_COLUMNS, RUN_COLUMNS, RUN_JOINS, PlacedRun, placed_run_from
from headwater_service.store.search import COUNTED, SearchIndex, count_hits, within

# One project is by far the usual case, and only equality lets the index give the order too. An index over two
# properties is used only when both are asked about, hence the time.
_IN_ONE: Final[LiteralString] = "MATCH (run:Run {scope_id: $scopes[0]}) WHERE run.created_at > 0 WITH run"
_IN_MANY: Final[LiteralString] = "MATCH (run:Run) WHERE run.scope_id IN $scopes AND run.created_at > 0 WITH run"

_IS_LIVE: Final[LiteralString] = "run.ended_at IS NULL"

_WALKS: Final[tuple[LiteralString, ...]] = ("MATCH (run:Run {scope_id: scope}) WHERE run.created_at > 0",)
_SEARCHED: Final[LiteralString] = """
CALL db.index.fulltext.queryNodes('run_search', $search) YIELD node AS run
WITH run WHERE run.scope_id IN $scopes WITH run"""

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
    DAY = "DAY"
    PROJECT = "PROJECT"


# Days are counted from 1970 in UTC; a created_at is microseconds.
_GROUP: Final[dict[RunGroup, LiteralString]] = {
    RunGroup.STATE: "run.state",
    RunGroup.JOB_TYPE: "coalesce(run.job_type, '')",
    RunGroup.DAY: "run.created_at / 86400000000",
    RunGroup.PROJECT: "run.scope_id",
}


async def list_runs(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, order: RunOrder, window: Window
) -> Page[PlacedRun]:
    """Return a page of the runs of some projects."""
    sorting = Sorting(order.field, _SORT[order.field], "run.id", order.direction)
    is_by_time = order.field is RunOrderField.CREATED_AT
    listing = await _listing(tx, scopes, wanted, is_by_time=is_by_time)
    return await read_page(tx, listing, sorting, window, placed_run_from)


async def count_runs(tx: Transaction, scopes: Sequence[str], wanted: RunFilter) -> int:
    return await count_all(tx, await _listing(tx, scopes, wanted), "run")


async def group_runs(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, groups: Sequence[RunGroup]
) -> list[Group]:
    """Count runs by the values of some keys, in order of these: a day is its number since 1970. Runs have no size."""
    return await count_groups(tx, await _listing(tx, scopes, wanted), [_GROUP[group] for group in groups], "0")


async def _listing(tx: Transaction, scopes: Sequence[str], wanted: RunFilter, *, is_by_time: bool = False) -> Listing:
    parameters = Parameters()
    is_searched = await _starts_at_search(tx, scopes, wanted, is_by_time=is_by_time)
    is_led = is_by_time and not is_searched
    search = "" if wanted.search is None else within(scopes, wanted.search.words)
    return Listing(
        match=_SEARCHED if is_searched else _IN_ONE if len(scopes) == 1 else _IN_MANY,
        condition=all_of([_IS_LIVE, run_condition(wanted, parameters)]),
        carry="run",
        columns=_COLUMNS,
        parameters={**parameters.values, "scopes": list(scopes), "walked": list(scopes), "search": search},
        leading="run.scope_id" if is_led else None,
        walks=_WALKS if is_led and len(scopes) > 1 else (),
    )


async def _starts_at_search(tx: Transaction, scopes: Sequence[str], wanted: RunFilter, *, is_by_time: bool) -> bool:
    """Tell whether the index of words leads to the runs sooner than that of times, which gives the order too."""
    if wanted.search is None or not is_by_time:
        return wanted.search is not None
    hits = await count_hits(tx, SearchIndex.RUNS, scopes, wanted.search.words)
    return min(hits) < COUNTED
