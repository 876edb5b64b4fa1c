"""The walk that finds recalls visits each node once, and pages of events and recalls come in the order of an index."""

import pytest

from headwater_service.store import listings_events, recalls
from headwater_service.store.graph import Graph
from headwater_service.store.listing import Window
from headwater_service.store.recalls import RecallsAsked, list_recalls
from plans import Recorder, full_scans, plan_of

EVENTS = ["OF_SCOPES", "OF_SCOPES_NEWEST", "OF_SUBJECT", "OF_SUBJECT_NEWEST", "OF_ACTOR", "OF_ACTOR_NEWEST"]


async def test_the_walk_has_one_start_a_call_and_visits_each_node_once(graph: Graph) -> None:
    plan = await plan_of(graph, recalls.RECALLS_OF)

    walks = [details for operator, details in plan if operator.startswith("VarLengthExpand")]
    assert [operator for operator, _ in plan if operator.startswith("VarLengthExpand")] == [
        "VarLengthExpand(Pruning,BFS,All)"
    ]
    assert "retracted_at" in walks[0]
    assert [details for operator, details in plan if operator == "NodeUniqueIndexSeek"] == [
        "UNIQUE start:Lineage(id) WHERE id = id"
    ]
    # Recalls are found by the node that the walk met, and not the other way round.
    assert [details.partition("(")[0] for operator, details in plan if operator == "NodeIndexSeek"] == [
        "RANGE INDEX recall:Recall"
    ]


async def test_the_walk_from_what_is_recalled_visits_each_node_once_too(graph: Graph) -> None:
    plan = await plan_of(graph, recalls.REACHED_FROM)

    assert [operator for operator, _ in plan if operator.startswith("VarLengthExpand")] == [
        "VarLengthExpand(Pruning,BFS,All)"
    ]
    assert full_scans(plan) == []
    assert full_scans(await plan_of(graph, recalls.LIST_RECALLED)) == []


@pytest.mark.parametrize("name", EVENTS)
async def test_events_come_in_the_order_of_the_index_so_that_a_page_reads_no_more_than_itself(
    name: str, graph: Graph
) -> None:
    plan = await plan_of(graph, getattr(listings_events, name))

    operators = [operator for operator, _ in plan]
    assert full_scans(plan) == []
    assert [operator for operator in operators if "IndexSeek" in operator] == ["NodeIndexSeek"]
    # Only what a page holds is sorted: the few of each scope, once they are merged.
    assert operators.count("Limit") == 1
    assert operators.count("Sort") == 1


@pytest.mark.parametrize("collection", [None, "a"])
async def test_pages_of_recalls_start_at_an_index(
    collection: str | None, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)

    await graph.read(lambda tx: list_recalls(tx, RecallsAsked(["a", "b"], collection, True), Window(5)))
    monkeypatch.undo()

    plan = await plan_of(graph, recorder.texts[0])
    assert full_scans(plan) == []
    assert [operator for operator, _ in plan if "IndexSeek" in operator] == ["NodeIndexSeek"]
