"""Searches start at the index of words, and pages of the newest at the index of times: no text reads everything."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from headwater_service.domain.search_text import search_of
from headwater_service.store.filters import (
    CollectionFilter,
    CollectionOrder,
    FieldCondition,
    FieldOperator,
    RunFilter,
    RunOrder,
    RunOrderField,
    Search,
    VersionFilter,
    VersionOrder,
    VersionOrderField,
)
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.listing import Window, write_position
from headwater_service.store.listings_collections import count_collections, list_collections
from headwater_service.store.listings_runs import count_runs, list_runs
from headwater_service.store.listings_versions import Place, count_versions, list_versions
from headwater_service.store.search_all import list_runs_by_key, list_runs_by_relevance, list_versions_by_ref
from plans import Recorder, full_scans, label_scans, plan_of, starts_of

SCOPES = ["a", "b"]
WINDOW = Window(10, write_position("CREATED_AT DESC version.id", 5, "id"))


def searched(text: str) -> Search:
    found = search_of(text)
    assert found is not None
    return found


async def last_plan(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, work: Callable[[Transaction], Awaitable[Any]]
) -> list[tuple[str, str]]:
    """Return the plan of the last text that `work` runs, and check that none of its texts reads everything."""
    recorder = Recorder(monkeypatch)
    await graph.read(work)
    monkeypatch.undo()
    plans = [await plan_of(graph, text) for text in recorder.texts]
    # How many versions there are at all is kept by the database.
    assert [full_scans(plan) for plan in plans] == [[]] * len(plans)
    return plans[-1]


def procedures(plan: list[tuple[str, str]]) -> int:
    return [operator for operator, _ in plan].count("ProcedureCall")


@pytest.mark.parametrize(
    "wanted", [CollectionFilter(search=searched("mnist 数字")), CollectionFilter(search=searched("a"), tags=["b"])]
)
async def test_collections_are_searched_in_the_index_of_words(
    wanted: CollectionFilter, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await last_plan(
        graph, monkeypatch, lambda tx: list_collections(tx, SCOPES, wanted, CollectionOrder(), Window(10))
    )
    count = await last_plan(graph, monkeypatch, lambda tx: count_collections(tx, SCOPES, wanted))

    for plan in (page, count):
        assert (procedures(plan), label_scans(plan), "collection:Collection" in starts_of(plan)) == (1, [], False)


@pytest.mark.parametrize("order", [RunOrder(), RunOrder(RunOrderField.NAME)])
async def test_runs_are_searched_in_the_index_of_words(
    order: RunOrder, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = RunFilter(search=searched("train 数字"), job_types=["train"])

    page = await last_plan(graph, monkeypatch, lambda tx: list_runs(tx, SCOPES, wanted, order, Window(10)))
    count = await last_plan(graph, monkeypatch, lambda tx: count_runs(tx, SCOPES, wanted))

    for plan in (page, count):
        assert (procedures(plan), label_scans(plan), "run:Run" in starts_of(plan)) == (1, [], False)


async def test_versions_are_searched_in_both_indexes_of_words(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = VersionFilter(search=searched("bert 数字"))
    order = VersionOrder(VersionOrderField.SIZE)

    page = await last_plan(graph, monkeypatch, lambda tx: list_versions(tx, Place(SCOPES), wanted, order, Window(10)))
    count = await last_plan(graph, monkeypatch, lambda tx: count_versions(tx, Place(SCOPES), wanted))

    for plan in (page, count):
        assert (procedures(plan), label_scans(plan)) == (2, [])


@pytest.mark.parametrize(
    ("wanted", "start"),
    [
        (VersionFilter(aliases=["production"]), "alias:Alias"),
        (VersionFilter(metadata=[FieldCondition("accuracy", FieldOperator.GTE, 0.9)]), "field:Field"),
        (VersionFilter(aliases=["production"], search=searched("bert")), None),
    ],
)
async def test_a_count_of_versions_starts_at_the_condition_that_tells_most(
    wanted: VersionFilter, start: str | None, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await last_plan(graph, monkeypatch, lambda tx: count_versions(tx, Place(["no such scope"]), wanted))

    # Nothing there holds the word; some other test may have such an alias.
    assert label_scans(plan) == []
    assert procedures(plan) == 2 if start is None else start in starts_of(plan)


@pytest.mark.parametrize("order", [VersionOrder(), VersionOrder(VersionOrderField.SIZE)])
async def test_versions_of_a_tag_are_found_in_the_index_of_tags(
    order: VersionOrder, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = VersionFilter(tags=["no such tag", 'nor "this\\'])

    page = await last_plan(graph, monkeypatch, lambda tx: list_versions(tx, Place(SCOPES), wanted, order, Window(10)))
    count = await last_plan(graph, monkeypatch, lambda tx: count_versions(tx, Place(SCOPES), wanted))

    # Once for the tagged, once for what links to them; nothing else is looked at.
    for plan in (page, count):
        assert (procedures(plan), label_scans(plan)) == (2, [])
        assert starts_of(plan) & {"version:ArtifactVersion", "version:RegistryVersion"} == set()


@pytest.mark.parametrize("wanted", [CollectionFilter(tags=["a", "b"]), CollectionFilter(tags=["a"], types=["model"])])
async def test_collections_of_a_tag_are_found_in_the_index_of_tags(
    wanted: CollectionFilter, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await last_plan(
        graph, monkeypatch, lambda tx: list_collections(tx, SCOPES, wanted, CollectionOrder(), Window(10))
    )
    count = await last_plan(graph, monkeypatch, lambda tx: count_collections(tx, SCOPES, wanted))

    for plan in (page, count):
        assert (procedures(plan), label_scans(plan), "collection:Collection" in starts_of(plan)) == (1, [], False)


@pytest.mark.parametrize("wanted", [VersionFilter(), VersionFilter(types=["model"]), VersionFilter(consumed=True)])
async def test_the_newest_versions_are_read_in_the_order_of_the_index(
    wanted: VersionFilter, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await last_plan(
        graph, monkeypatch, lambda tx: list_versions(tx, Place(SCOPES), wanted, VersionOrder(), WINDOW)
    )

    operators = [operator for operator, _ in plan]
    assert {"version:ArtifactVersion", "version:RegistryVersion"} <= starts_of(plan)
    # A page of each scope and label comes in order; only what these gave is sorted.
    assert operators.count("PartialTop") == 2
    assert label_scans(plan) == []


async def test_runs_by_relevance_are_found_in_the_index_of_words(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = RunFilter(search=searched("train 数字"))

    plan = await last_plan(graph, monkeypatch, lambda tx: list_runs_by_relevance(tx, SCOPES, wanted, limit=10))

    assert (procedures(plan), label_scans(plan), "run:Run" in starts_of(plan)) == (1, [], False)


async def test_runs_by_the_beginning_of_their_key_and_versions_by_a_ref_are_found_in_indexes(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = await last_plan(graph, monkeypatch, lambda tx: list_runs_by_key(tx, SCOPES, "4f2", limit=10))
    versions = await last_plan(
        graph, monkeypatch, lambda tx: list_versions_by_ref(tx, ["a"], "prod", index=3, limit=10)
    )

    assert (label_scans(runs), "run:Run" in starts_of(runs)) == ([], True)
    assert label_scans(versions) == []
    assert starts_of(versions) == {"version:ArtifactVersion", "version:RegistryVersion", "alias:Alias"}
