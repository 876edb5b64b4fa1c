"""Runs by what is in their configs and summaries: what is kept of these, what a condition finds, what comes first."""

import asyncio
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from headwater_service.domain.access import Viewer
from headwater_service.domain.filters import field_condition, run_order, within_document
from headwater_service.domain.run_fields import MOST_ITEMS, Leaf, leaves_of_run
from headwater_service.domain.run_fields_fill import fill_run_fields
from headwater_service.domain.runs import RunChange, RunResume, RunStart, start_run, update_run
from headwater_service.errors import InvalidInputError
from headwater_service.model import Container, Run
from headwater_service.store.filters import (
    FieldCondition,
    FieldOperator,
    OrderDirection,
    RunFilter,
    RunOrder,
    RunOrderField,
)
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.leases import take_lease
from headwater_service.store.listing import Window
from headwater_service.store.listings_runs import count_runs, list_runs
from headwater_service.store.run_fields import set_filled
from headwater_service.store.runs import find_documents
from viewers import DOCUMENT_BYTES, new_admin, new_project

OPERATOR = FieldOperator
ASC, DESC = OrderDirection.ASC, OrderDirection.DESC
FORGET = "MATCH (field:RunField {run_id: $id}) DELETE field"
STORED = "MATCH (field:RunField {run_id: $id}) RETURN field.path AS path, field.num AS num, field.str AS str"


@dataclass(frozen=True)
class Shelf:
    """A project of runs with what they were given and came to."""

    graph: Graph
    viewer: Viewer
    project: Container

    async def start(self, name: str, config: Mapping[str, Any], summary: Mapping[str, Any]) -> Run:
        given = RunStart(project=self.project.path, key=secrets.token_hex(4), name=name, config=config)
        started = await start_run(self.graph, self.viewer, given, operation=new_id(), document_bytes=DOCUMENT_BYTES)
        await self.change(started.run, summary=summary)
        return started.run

    async def change(self, run: Run, **changes: Any) -> None:
        change = RunChange(**changes)
        await update_run(self.graph, self.viewer, run.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)

    async def names(self, wanted: RunFilter, order: RunOrder | None = None, size: int = 100) -> list[str]:
        """The names of the runs that are found, on pages of a size, which must meet without gap or repetition."""
        names: list[str] = []
        after: str | None = None
        while True:
            window = Window(size, after)
            page = await self.graph.read(
                lambda tx: list_runs(tx, [self.project.id], wanted, order or RunOrder(), window)  # noqa: B023
            )
            names += [placed.run.name for placed in page.items]
            if not page.has_next:
                break
            after = page.cursors[-1]
        assert len(names) == await self.graph.read(lambda tx: count_runs(tx, [self.project.id], wanted))
        return names

    async def stored(self, run: Run) -> set[tuple[str, Any]]:
        rows = await self.graph.read(lambda tx: tx.rows(STORED, id=run.id))
        return {(row["path"], row["str"] if row["num"] is None else row["num"]) for row in rows}


def config(path: str, op: FieldOperator, value: Any = None) -> FieldCondition:
    return within_document("config", field_condition(path, op, value))


def summary(path: str, op: FieldOperator, value: Any = None) -> FieldCondition:
    return within_document("summary", field_condition(path, op, value))


async def new_shelf(graph: Graph) -> Shelf:
    viewer = await new_admin(graph)
    return Shelf(graph, viewer, await new_project(graph, viewer))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(graph: Graph) -> Shelf:
    shelf = await new_shelf(graph)
    await shelf.start("slow", {"optimizer": {"lr": 0.001, "name": "sgd"}, "layers": [64, 32]}, {"accuracy": 0.9})
    await shelf.start("quick", {"optimizer": {"lr": 0.1, "name": "adam"}, "amp": True}, {"accuracy": 0.7, "n": 3})
    await shelf.start("broken", {"optimizer": {"lr": 0.1, "name": "adamw"}}, {"accuracy": math.nan})
    await shelf.start("lost", {"optimizer": {"lr": 1}}, {"accuracy": -math.inf, "note": "no good"})
    await shelf.start("bare", {}, {})
    return shelf


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ([config("optimizer.lr", OPERATOR.EQ, 0.1)], ["broken", "quick"]),
        ([config("optimizer.lr", OPERATOR.GTE, 0.1)], ["lost", "broken", "quick"]),
        ([config("optimizer.lr", OPERATOR.LT, 0.1)], ["slow"]),
        ([config("optimizer.name", OPERATOR.EQ, "adam")], ["quick"]),
        ([config("optimizer.name", OPERATOR.CONTAINS, "ADAM")], ["broken", "quick"]),
        ([config("optimizer.name", OPERATOR.NE, "adam")], ["broken", "slow"]),
        ([config("optimizer.name", OPERATOR.EXISTS)], ["broken", "quick", "slow"]),
        ([config("layers", OPERATOR.EQ, 32)], ["slow"]),
        ([config("amp", OPERATOR.EQ, True)], ["quick"]),
        ([config("optimizer.lr", OPERATOR.EQ, 0.1), config("optimizer.name", OPERATOR.EQ, "adamw")], ["broken"]),
        ([config("lr", OPERATOR.EQ, 0.1)], []),
        ([], []),
    ],
)
async def test_runs_are_found_by_their_configs(
    shelf: Shelf, conditions: list[FieldCondition], found: list[str]
) -> None:
    assert await shelf.names(RunFilter(config=conditions)) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (summary("accuracy", OPERATOR.GT, 0.8), ["slow"]),
        (summary("accuracy", OPERATOR.LT, 0.8), ["lost", "quick"]),
        (summary("accuracy", OPERATOR.EQ, "NaN"), ["broken"]),
        (summary("accuracy", OPERATOR.EQ, "-Infinity"), ["lost"]),
        (summary("note", OPERATOR.EQ, "no good"), ["lost"]),
        (summary("optimizer.lr", OPERATOR.EXISTS), []),
    ],
)
async def test_runs_are_found_by_their_summaries(shelf: Shelf, condition: FieldCondition, found: list[str]) -> None:
    assert await shelf.names(RunFilter(summary=[condition])) == found


async def test_conditions_on_documents_go_with_all_others(shelf: Shelf) -> None:
    either = RunFilter(
        any_of=[
            RunFilter(summary=[summary("accuracy", OPERATOR.GT, 0.8)]),
            RunFilter(config=[config("optimizer.lr", OPERATOR.EQ, 1)]),
        ]
    )
    rest = RunFilter(none_of=RunFilter(config=[config("optimizer.lr", OPERATOR.EXISTS)]))

    assert await shelf.names(either) == ["lost", "slow"]
    assert await shelf.names(rest) == ["bare"]
    assert await shelf.names(RunFilter(config=[config("amp", OPERATOR.EXISTS)], name_contains="slow")) == []


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("direction", "valued", "rest"),
    [(DESC, ["slow", "quick", "lost"], ["bare", "broken"]), (ASC, ["lost", "quick", "slow"], ["broken", "bare"])],
)
async def test_runs_come_in_the_order_of_a_summary_and_those_without_it_last(
    shelf: Shelf, size: int, direction: OrderDirection, valued: list[str], rest: list[str]
) -> None:
    order = run_order(RunOrderField.SUMMARY, direction, "accuracy")

    names = await shelf.names(RunFilter(), order, size)

    assert names == [*valued, *rest]


async def test_an_order_by_a_document_goes_with_filters(shelf: Shelf) -> None:
    order = run_order(RunOrderField.CONFIG, DESC, "optimizer.lr")
    accurate = RunFilter(summary=[summary("accuracy", OPERATOR.GT, 0)])

    assert await shelf.names(accurate, order, 1) == ["quick", "slow"]
    assert await shelf.names(RunFilter(name_contains="o"), order, 1) == ["lost", "broken", "slow"]


async def test_several_projects_are_ordered_as_one(shelf: Shelf) -> None:
    other = await new_shelf(shelf.graph)
    await other.start("between", {}, {"accuracy": 0.8})
    order = run_order(RunOrderField.SUMMARY, DESC, "accuracy")
    scopes = [shelf.project.id, other.project.id]

    page = await shelf.graph.read(lambda tx: list_runs(tx, scopes, RunFilter(), order, Window(3)))

    assert [placed.run.name for placed in page.items] == ["slow", "between", "quick"]


async def test_what_changes_is_found_as_it_is_now(graph: Graph) -> None:
    shelf = await new_shelf(graph)
    run = await shelf.start("run", {"lr": 1, "tags": ["a", "b"], "old": 1}, {"loss": 2.5})

    await shelf.change(run, config={"tags": ["b", "c"], "old": None}, summary={"loss": 0.5, "best": 0.4})

    assert await shelf.stored(run) == {
        ("config.lr", 1),
        ("config.tags", "b"),
        ("config.tags", "c"),
        ("summary.loss", 0.5),
        ("summary.best", 0.4),
    }


async def test_leaves_are_those_of_the_documents_whoever_changes_these_at_once(graph: Graph) -> None:
    shelf = await new_shelf(graph)
    run = await shelf.start("run", {"lr": 0}, {"loss": 0})

    await asyncio.gather(
        *(
            shelf.change(run, config={"lr": n, f"own{n}": n}, summary={"loss": n, "gone": n % 2 or None})
            for n in range(8)
        )
    )

    config, summary = await graph.read(lambda tx: find_documents(tx, run.id))
    leaves = leaves_of_run({"config": config, "summary": summary})
    assert await shelf.stored(run) == {(leaf.path, leaf.num) for leaf in leaves}
    assert len(leaves) in (10, 11)


async def test_the_config_of_a_resumed_run_is_found(graph: Graph) -> None:
    shelf = await new_shelf(graph)
    run = await shelf.start("run", {"lr": 1}, {})
    again = RunStart(project=shelf.project.path, key=run.key, config={"lr": 2}, resume=RunResume.MUST)

    await start_run(graph, shelf.viewer, again, operation=new_id(), document_bytes=DOCUMENT_BYTES)

    assert await shelf.stored(run) == {("config.lr", 2)}


async def test_runs_from_before_there_were_leaves_get_theirs(graph: Graph) -> None:
    shelf = await new_shelf(graph)
    run = await shelf.start("run", {"lr": 1}, {"loss": 2.5})
    await graph.write(lambda tx: tx.rows(FORGET, id=run.id))
    await shelf.change(run, summary={"best": 2})
    lease = await graph.write(lambda tx: take_lease(tx, f"run-fields-{secrets.token_hex(4)}", "a", seconds=60))
    assert lease is not None
    await graph.write(lambda tx: set_filled(tx, run.id[:-1]))

    while await fill_run_fields(graph, lease):
        pass

    assert await shelf.stored(run) == {("config.lr", 1), ("summary.loss", 2.5), ("summary.best", 2)}
    assert await fill_run_fields(graph, lease) is False


def test_of_lists_and_media_no_rank_and_no_scalar_is_taken() -> None:
    run = {
        "config": '{"one": [5], "two": [1, 2], "long": [' + "1," * MOST_ITEMS + '2], "none": null, "huge": 1e300}',
        "summary": '{"image": {"_type": "image-file", "size": 5}, "ok": true, "inf": "Infinity", "big": 3e19}',
    }

    leaves = leaves_of_run(run)

    top = math.nextafter(1.7976931348623157e308, 0)
    assert leaves == {
        Leaf("config.one", 5, None, 5),
        Leaf("config.two", 1),
        Leaf("config.two", 2),
        Leaf("config.huge", 1e300, None, 1e300),
        Leaf("summary.ok", 1, None, 1),
        Leaf("summary.inf", top, "Infinity", top),
        Leaf("summary.big", 3e19, None, 3e19),
    }


@pytest.mark.parametrize(
    ("field", "path"), [(RunOrderField.SUMMARY, None), (RunOrderField.CONFIG, ""), (RunOrderField.NAME, "lr")]
)
def test_an_order_names_a_path_where_it_takes_one_and_only_there(field: RunOrderField, path: str | None) -> None:
    with pytest.raises(InvalidInputError) as raised:
        run_order(field, DESC, path)

    assert raised.value.data["field"] == "path"
