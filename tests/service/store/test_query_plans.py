"""Every query text of the store is one that the database accepts and answers through an index.

EXPLAIN plans without running. The plans are made on the tests' own, small graph; the planner still uses an index
wherever a predicate allows one.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import partial

import pytest

from headwater_service import store
from headwater_service.model import CollectionKind, ContainerKind, Instant, ProposalState, RunState
from headwater_service.store import hops, lineage
from headwater_service.store.alias_history import MovesWanted, find_former_names, list_moves
from headwater_service.store.filters import (
    CollectionFilter,
    CollectionOrder,
    CollectionOrderField,
    FieldCondition,
    FieldOperator,
    OrderDirection,
    RunFilter,
    RunOrder,
    RunOrderField,
    VersionFilter,
    VersionOrder,
    VersionOrderField,
)
from headwater_service.store.graph import Graph
from headwater_service.store.listing import Window, write_position
from headwater_service.store.listings_collections import list_collections, list_containers
from headwater_service.store.listings_events import Asked, list_events
from headwater_service.store.listings_files import list_run_files
from headwater_service.store.listings_runs import RunGroup, group_runs, list_runs
from headwater_service.store.listings_versions import Place, VersionGroup, group_versions, list_steps, list_versions
from headwater_service.store.proposals import list_proposals, list_proposals_in, list_to_decide
from plans import Recorder, full_scans, label_scans, plan_of, starts_of

# A whole query; what begins otherwise is a fragment that others are joined from.
WHOLE = re.compile(r"\s*(MATCH|OPTIONAL MATCH|UNWIND|CREATE \(|MERGE|WITH)\b", re.IGNORECASE)
SCHEMA = re.compile(r"\s*(CREATE CONSTRAINT|CREATE INDEX|CALL db\.|SHOW|DROP)")
WALKS = {"down": lineage.WALK_DOWNSTREAM, "up": lineage.WALK_UPSTREAM, "both": lineage.WALK_BOTH}


def constants() -> Iterator[tuple[str, str]]:
    """Every whole query text that a module of the store holds under a public name in capitals."""
    for module in pkgutil.iter_modules(store.__path__):
        if module.ispkg:
            continue
        loaded = importlib.import_module(f"headwater_service.store.{module.name}")
        for name, value in vars(loaded).items():
            if name.isupper() and not name.startswith("_") and isinstance(value, str):
                if WHOLE.match(value) and not SCHEMA.match(value) and not is_fragment(value):
                    yield f"{module.name}.{name}", value


def is_fragment(text: str) -> bool:
    return not re.search(r"\b(RETURN|SET|DELETE|CREATE|MERGE|REMOVE)\b", text)


TEXTS = dict(constants())
HOPS = {
    f"hops.{name}.{part}": getattr(value, part)
    for name, value in vars(hops).items()
    if isinstance(value, hops.Hop)
    for part in ("page", "count")
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*TEXTS, *HOPS])
async def test_a_constant_is_planned_without_a_full_scan(name: str, graph: Graph) -> None:
    plan = await plan_of(graph, (TEXTS | HOPS)[name])

    assert full_scans(plan) == []


@pytest.mark.parametrize(("name", "count"), [("down", 1), ("up", 1), ("both", 2)])
async def test_a_walk_visits_each_node_once_nearest_first(name: str, count: int, graph: Graph) -> None:
    plan = await plan_of(graph, WALKS[name])

    walks = [details for operator, details in plan if operator == "VarLengthExpand(Pruning,BFS,All)"]
    assert len(walks) == count
    assert all("retracted_at" in details and "scope_id" in details for details in walks)
    assert [operator for operator, _ in plan if operator.startswith("VarLengthExpand")] == [
        "VarLengthExpand(Pruning,BFS,All)"
    ] * count
    # Breadth first is the order asked for: nothing is sorted, and the limit ends the walk early.
    assert not [operator for operator, _ in plan if operator in {"Sort", "Top", "PartialSort", "PartialTop"}]
    assert [operator for operator, _ in plan].count("NodeUniqueIndexSeek") == 1
    assert [operator for operator, _ in plan].count("Limit") == count


NOW = Instant(1)
CONDITION = FieldCondition("accuracy", FieldOperator.GTE, 0.9)
RUNS = RunFilter(
    states=[RunState.FAILED],
    job_types=["train"],
    groups=["a"],
    tags=["b"],
    name_contains="c",
    created_after=NOW,
    created_before=NOW,
    consumed="x",
    produced="y",
    config=[FieldCondition("config.lr", FieldOperator.GTE, 0.1)],
    summary=[FieldCondition("summary.note", FieldOperator.CONTAINS, "x")],
    none_of=RunFilter(any_of=[RunFilter(tags=["d"]), RunFilter()]),
)
VERSIONS = VersionFilter(
    types=["model"],
    aliases=["best"],
    tags=["a"],
    metadata=[CONDITION, FieldCondition("name", FieldOperator.CONTAINS, "x")],
    created_after=NOW,
    created_before=NOW,
    consumed=False,
    none_of=VersionFilter(metadata=[FieldCondition("broken", FieldOperator.EXISTS, None)]),
)
COLLECTIONS = CollectionFilter(kinds=[CollectionKind.SOURCE], types=["model"], name_contains="a")
RUN_ORDERS = [
    RunOrder(RunOrderField.CREATED_AT, OrderDirection.DESC),
    RunOrder(RunOrderField.NAME, OrderDirection.ASC),
    RunOrder(RunOrderField.FINISHED_AT, OrderDirection.DESC),
    RunOrder(RunOrderField.DURATION, OrderDirection.DESC),
]


@pytest.mark.slow
@pytest.mark.parametrize("order", RUN_ORDERS, ids=lambda order: order.field)
async def test_pages_of_runs_start_at_an_index(order: RunOrder, graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(monkeypatch)
    name = "DURATION@9" if order.field is RunOrderField.DURATION else order.field
    window = Window(10, write_position(f"{name} {order.direction} run.id", 5, "id"))

    for scopes, wanted in ((["a"], RUNS), (["a", "b"], RunFilter()), (["a", "b"], RUNS)):
        await graph.read(partial(list_runs, scopes=scopes, wanted=wanted, order=order, window=window))
    await graph.read(lambda tx: group_runs(tx, ["a"], RUNS, [RunGroup.DAY, RunGroup.STATE]))
    monkeypatch.undo()

    plans = [plan for text in recorder.texts if not is_count(plan := await plan_of(graph, text))]
    assert ["run:Run" in starts_of(plan) for plan in plans] == [True] * 4
    assert [label_scans(plan) for plan in plans] == [[]] * 4


@pytest.mark.slow
@pytest.mark.parametrize("direction", OrderDirection)
async def test_runs_by_a_number_of_theirs_come_in_the_order_of_an_index(
    direction: OrderDirection, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    order = RunOrder(RunOrderField.SUMMARY, direction, "summary.accuracy")
    behind = write_position(f"SUMMARY summary.accuracy {direction} run.id", 0.5, "id")

    for window in (Window(10), Window(10, behind)):
        for wanted in (RunFilter(), RunFilter(tags=["a"])):
            await graph.read(partial(list_runs, scopes=["a", "b"], wanted=wanted, order=order, window=window))
    monkeypatch.undo()

    plans = [plan for text in recorder.texts if not is_count(plan := await plan_of(graph, text))]
    # Where no run is found, a second text looks for those without the number.
    assert [label_scans(plan) for plan in plans] == [[]] * 8
    for plan in plans[::2]:
        (seek,) = [details for operator, details in plan if operator == "NodeIndexSeek"]
        assert "leaf:RunField(scope_id, path, rank)" in seek
        assert [operator for operator, _ in plan].count("PartialTop") == 1


@pytest.mark.parametrize("value", [0.9, "adam"])
@pytest.mark.parametrize("op", [FieldOperator.EQ, FieldOperator.GT, FieldOperator.LTE])
async def test_runs_by_a_leaf_of_theirs_start_at_its_index(
    op: FieldOperator, value: float | str, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    wanted = RunFilter(summary=[FieldCondition("summary.best", op, value)])

    await graph.read(lambda tx: list_runs(tx, ["a"], wanted, RunOrder(RunOrderField.FINISHED_AT), Window(10)))
    monkeypatch.undo()

    counted, listed = [await plan_of(graph, text) for text in recorder.texts]
    column = "str" if isinstance(value, str) else "num"
    for plan in (counted, listed):
        starts = [details for operator, details in plan if operator == "NodeIndexSeek" and "scope_id" in details]
        assert [f"field:RunField(scope_id, path, {column})" in start for start in starts] == [True]
        assert label_scans(plan) == []


@pytest.mark.parametrize(
    ("op", "value"), [(FieldOperator.EXISTS, None), (FieldOperator.CONTAINS, "x"), (FieldOperator.NE, 1)]
)
async def test_runs_without_a_leaf_are_told_from_its_index_alone(
    op: FieldOperator, value: float | str | None, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    wanted = RunFilter(config=[FieldCondition("config.nobody_has_this", op, value)])

    page = await graph.read(lambda tx: list_runs(tx, ["a"], wanted, RunOrder(), Window(10)))
    monkeypatch.undo()

    counted, *_, listed = [await plan_of(graph, text) for text in recorder.texts]
    assert page.items == []
    for plan in (counted, listed):
        assert "field:RunField" in starts_of(plan)
        # Neither all runs of the project nor all leaves of the server.
        assert [details for operator, details in plan if "Scan" in operator or "created_at > 0" in details] == []


@pytest.mark.parametrize("op", [FieldOperator.EXISTS, FieldOperator.CONTAINS, FieldOperator.NE])
async def test_versions_by_a_leaf_of_theirs_are_counted_in_its_index(
    op: FieldOperator, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    wanted = VersionFilter(metadata=[FieldCondition("nobody_has_this", op, "x")])
    order = VersionOrder(VersionOrderField.CREATED_AT, OrderDirection.DESC)

    await graph.read(lambda tx: list_versions(tx, Place(["a"]), wanted, order, Window(10)))
    monkeypatch.undo()

    counted = await plan_of(graph, recorder.texts[0])
    assert ("field:Field" in starts_of(counted), label_scans(counted)) == (True, [])


async def test_the_newest_runs_of_a_project_come_in_the_order_of_the_index(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)

    await graph.read(lambda tx: list_runs(tx, ["a"], RunFilter(), RunOrder(), Window(10)))
    monkeypatch.undo()

    operators = [operator for operator, _ in await plan_of(graph, recorder.texts[0])]
    # Only runs that share a time are sorted, by id; the limit ends the scan of the index.
    assert operators.count("PartialTop") == 1
    assert "Top" not in operators


@pytest.mark.slow
@pytest.mark.parametrize("direction", OrderDirection)
@pytest.mark.parametrize("field", ["STATE", "JOB_TYPE", "NAME"])
async def test_runs_by_what_many_share_come_in_the_order_of_an_index(
    field: str, direction: OrderDirection, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    order = RunOrder(RunOrderField[field], direction)
    behind = write_position(f"{field} {direction} run.id", "m", "id")

    texts = []
    for scopes in (["a"], ["a", "b"]):
        for window in (Window(10), Window(10, behind)):
            for wanted in (RunFilter(), RunFilter(tags=["a"])):
                recorder.texts.clear()
                await graph.read(partial(list_runs, scopes=scopes, wanted=wanted, order=order, window=window))
                # Where no run is found, a second text looks for those without job type.
                texts.append(recorder.texts[0])
    monkeypatch.undo()

    for text in texts:
        plan = await plan_of(graph, text)
        (seek,) = [details for operator, details in plan if operator == "NodeIndexSeek"]
        assert f"run:Run(scope_id, {field.lower()}, id)" in seek
        assert label_scans(plan) == []
        # The limit ends the scan of the index; of several projects, what each gave is sorted.
        assert "Top" not in [operator for operator, _ in plan] or "UNWIND" in text


@pytest.mark.slow
@pytest.mark.parametrize("field", [field for field in VersionOrderField if field is not VersionOrderField.METRIC])
async def test_pages_of_versions_start_at_an_index(
    field: VersionOrderField, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    order = VersionOrder(field, OrderDirection.DESC)
    window = Window(10, write_position(f"{field} DESC version.id", 5, "id"))

    for place in (Place(["a"]), Place(["a", "b"]), Place(["a"], "collection")):
        for wanted in (VersionFilter(), VERSIONS):
            await graph.read(partial(list_versions, place=place, wanted=wanted, order=order, window=window))
    await graph.read(lambda tx: group_versions(tx, Place(["a"]), VERSIONS, list(VersionGroup)))
    monkeypatch.undo()

    plans = [await plan_of(graph, text) for text in recorder.texts]
    assert [full_scans(plan) for plan in plans if not is_count(plan)] == [[]] * 7


async def test_what_is_ordered_by_a_metric_is_found_from_its_collection(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)

    await graph.read(lambda tx: list_steps(tx, Place(["a"], "collection"), VERSIONS, limit=10))
    monkeypatch.undo()

    (text,) = recorder.texts
    assert full_scans(await plan_of(graph, text)) == []


async def test_other_pages_start_at_an_index(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(monkeypatch)
    scopes = ["a", "b"]

    for field in CollectionOrderField:
        order = CollectionOrder(field, OrderDirection.DESC)
        await graph.read(partial(list_collections, scopes=scopes, wanted=COLLECTIONS, order=order, window=Window(5)))
    await graph.read(lambda tx: list_containers(tx, scopes, ContainerKind.PROJECT, "x", Window(5)))
    await graph.read(lambda tx: list_events(tx, Asked(scopes, kinds=["A"]), Window(5, write_position("SEQ", 1, "a"))))
    await graph.read(lambda tx: list_moves(tx, MovesWanted("collection", "best"), Window(5)))
    await graph.read(lambda tx: list_run_files(tx, "run", "media/", Window(5)))
    await graph.read(lambda tx: list_proposals(tx, "collection", list(ProposalState), Window(5)))
    await graph.read(lambda tx: list_proposals_in(tx, "scope", list(ProposalState), Window(5)))
    await graph.read(lambda tx: list_to_decide(tx, scopes, "user", Window(5)))
    monkeypatch.undo()

    plans = [await plan_of(graph, text) for text in recorder.texts]
    assert len(plans) == 11
    assert [label_scans(plan) for plan in plans] == [[]] * 11
    expected = [*["collection:Collection"] * 4, "container:Container", "event:Event", "move:AliasMove", "anon_0:Run"]
    expected += ["proposal:Proposal"] * 3
    assert [start in starts_of(plan) for start, plan in zip(expected, plans, strict=True)] == [True] * 11


def is_count(plan: list[tuple[str, str]]) -> bool:
    """Tell whether a plan counts what it finds, as those do by which a listing chooses where to start."""
    return "sort_id" not in plan[0][1] and "keys" not in plan[0][1]


async def test_the_moves_of_all_aliases_come_in_the_order_of_an_index(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    behind = write_position("AT DESC move.name", 5, "production")

    for window in (Window(10), Window(10, behind)):
        await graph.read(partial(list_moves, wanted=MovesWanted("collection", None), window=window))
    await graph.read(lambda tx: find_former_names(tx, ["collection"]))
    monkeypatch.undo()

    *listed, former = [await plan_of(graph, text) for text in recorder.texts]
    for plan in (*listed, former):
        (seek,) = [details for operator, details in plan if "Seek" in operator and "AliasMove" in details]
        assert "move:AliasMove(collection_id, at, name)" in seek
    assert [operator for plan in listed for operator, _ in plan if operator == "Top"] == []
    assert full_scans(former) == []
