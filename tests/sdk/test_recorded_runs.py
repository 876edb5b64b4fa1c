"""Runs as the API finds and changes them, through a real service."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

import headwater
from headwater import Api, _listing
from headwater._run_filters import wire_run_filter
from headwater.errors import InvalidInputError, NotLoggedError

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture
def runs(client_environment: dict[str, str]) -> None:
    """Three runs that differ in what they were given and came to."""
    with headwater.init(name="slow", config={"optimizer": {"lr": 0.001}, "depth": 3}, tags=["a"]) as run:
        run.log({"accuracy": 0.9, "val/f1": 0.5})
    with headwater.init(name="quick", config={"optimizer": {"lr": 0.1}, "depth": 2}, job_type="train") as run:
        run.log({"accuracy": 0.7, "note": "quick and dirty"})
    with headwater.init(name="broken", config={"optimizer": {"lr": 0.1}}, group="g") as run:
        run.log({"accuracy": math.nan})


def names(filters: dict[str, Any] | None = None, order: str = "created_at", **keywords: Any) -> list[str]:
    return [run.name for run in Api().runs(filters=filters, order=order, **keywords)]


@pytest.mark.usefixtures("runs")
def test_runs_are_found_by_what_is_in_their_documents() -> None:
    assert names(config={"optimizer.lr": 0.1}) == ["quick", "broken"]
    assert names(config={"optimizer.lr": {"$lt": 0.1}}) == ["slow"]
    assert names(config={"depth": {"$gte": 2, "$lt": 3}}) == ["quick"]
    assert names(summary={"val/f1": 0.5}, tags="a") == ["slow"]
    assert names(summary=[{"path": "note", "op": "CONTAINS", "value": "DIRTY"}]) == ["quick"]
    assert names(summary={"accuracy": math.nan}) == ["broken"]
    assert names(names=["slow", "broken"], config={"depth": None}) == ["broken"]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"config.optimizer.lr": 0.1}, ["quick", "broken"]),
    ({"config.depth.value": {"$in": [1, 2]}}, ["quick"]),
    ({"config.depth": {"$nin": [1, 2]}}, ["slow", "broken"]),
    ({"config.depth": {"$ne": 3}}, ["quick", "broken"]),
    ({"config.depth": {"$exists": False}}, ["broken"]),
    ({"config.depth": {"$not": {"$gt": 2}}}, ["quick", "broken"]),
    ({"summary_metrics.accuracy": {"$gt": 0.5}, "state": "finished"}, ["slow", "quick"]),
    ({"summary.note": {"$regex": ".*dirty"}}, ["quick"]),
    ({"$or": [{"display_name": "slow"}, {"group": "g"}]}, ["slow", "broken"]),
    (
        {"$and": [{"$or": [{"tags": "a"}, {"jobType": "train"}]}, {"$or": [{"tags": "a"}, {"group": "g"}]}]},
        ["slow"],
    ),
    ({"display_name": {"$regex": "ro"}}, ["broken"]),
    ({"display_name": {"$ne": "slow"}, "created_at": {"$gte": "2020-01-01T00:00:00+00:00"}}, ["quick", "broken"]),
    ({"$not": {"config.optimizer.lr": {"$gt": 0.01}}}, ["slow"]),
    ({"job_types": ["train"]}, ["quick"]),
    ({}, ["slow", "quick", "broken"]),
]


@pytest.mark.usefixtures("runs")
def test_filters_of_other_trackers_mean_what_they_mean_there() -> None:
    found = [(filters, names(filters)) for filters, _ in FILTERS]

    assert found == FILTERS


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"colour": "red"}, "There is no filter 'colour'"),
        ({"config.lr": {"$near": 1}}, r"knows no '\$near'"),
        ({"config.name": {"$regex": "^a(b|c)$"}}, "not the pattern"),
        ({"state": {"$gt": "finished"}}, r"knows no '\$gt'"),
    ],
)
def test_a_filter_that_the_service_cannot_answer_is_refused(filters: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        Api().runs("entity/project", filters=filters)


@pytest.mark.usefixtures("runs")
def test_runs_come_in_the_order_of_a_number_of_theirs() -> None:
    assert names(order="-summary_metrics.accuracy") == ["slow", "quick", "broken"]
    assert names(order="+summary.accuracy") == ["quick", "slow", "broken"]
    assert names(order="config.depth") == ["quick", "slow", "broken"]
    with pytest.raises(InvalidInputError, match=r"summary\.<key>"):
        Api().runs(order="summary.")


@pytest.fixture
def small_pages() -> Iterator[None]:
    original, _listing.PAGE = _listing.PAGE, 2
    yield
    _listing.PAGE = original


@pytest.mark.usefixtures("runs", "small_pages")
def test_what_is_found_is_a_sequence_that_is_fetched_while_it_is_read() -> None:
    found = Api().runs(order="created_at")

    assert (found[0].name, len(found), found[-1].name) == ("slow", 3, "broken")
    assert [run.name for run in found[1:]] == ["quick", "broken"]
    assert [run.name for run in found] == ["slow", "quick", "broken"]
    assert (next(found).name, next(found).name) == ("slow", "quick")
    with pytest.raises(IndexError):
        found[3]
    assert not Api().runs(tags="nothing")
    assert len(Api().runs(tags="nothing")) == 0


@pytest.mark.usefixtures("runs")
def test_changes_of_a_run_are_sent_and_nothing_else() -> None:
    first = Api().runs(order="created_at")[0]
    again = Api().run(first.path)
    first.name, first.notes, first.group = "renamed", "see the report", "h"
    first.tags.append("b")
    first.config["optimizer"]["lr"] = 0.5
    del first.config["depth"]
    first.summary["accuracy"] = math.inf

    first.update()

    again.config["depth"] = 4
    again.summary.update({"best": 0.95})
    now = Api().run(first.path)
    assert (now.name, now.notes, now.group, now.tags) == ("renamed", "see the report", "h", ["a", "b"])
    assert now.config == {"optimizer": {"lr": 0.5}, "depth": 4}
    assert now.summary == {"accuracy": math.inf, "val/f1": 0.5, "best": 0.95}
    assert names(config={"depth": 4}, summary={"accuracy": {"$gt": 1}}) == ["renamed"]
    assert "renamed" not in names(summary={"accuracy": {"$lt": math.inf}})
    assert len(names(summary={"accuracy": {"$lt": math.inf}})) == len(names(summary={"accuracy": {"$lte": 1}})) > 0


def test_what_must_not_hold_stands_beside_each_other() -> None:
    wanted = wire_run_filter({"$or": [{"config.a": {"$ne": 1}, "config.b": {"$nin": [2]}}]}, {})

    one, other = ([{"path": path, "op": "EQ", "value": value}] for path, value in (("a", 1), ("b", 2)))
    assert wanted == {"any": [{"not": {"any": [{"config": one}, {"any": [{"config": other}]}]}}]}


def test_inputs_and_outputs_of_a_run_that_ended_can_be_declared_later(project: str) -> None:
    with headwater.init(id="maker") as run:
        run.log({"x": 1})
        for name in ("data", "model"):
            artifact = headwater.Artifact(name, type=name)
            with artifact.new_file("a.txt") as file:
                file.write(name)
            run.log_artifact(artifact)
    with headwater.init(id="later") as run:
        run.log({"x": 1})
    api = headwater.Api()

    later = api.run(f"{project}/later")
    used = later.use_artifact(api.artifact(f"{project}/data"))
    logged = later.log_artifact(api.artifact(f"{project}/model"), aliases=["declared"])

    assert (used.name, logged.name) == ("data:v0", "model:v0")
    assert [made.name for made in later.logged_artifacts()] == ["model:v0"]
    assert [read.name for read in later.used_artifacts()] == ["data:v0"]
    assert api.artifact(f"{project}/model:declared").version == "v0"
    assert later.state == api.run(later.path).state == "FINISHED"
    with pytest.raises(NotLoggedError):
        later.use_artifact(headwater.Artifact("draft", type="data"))


def test_a_version_and_the_link_to_it_tell_what_was_measured_when_it_was_logged() -> None:
    with headwater.init(name="trainer") as run:
        run.log({"loss": 0.5, "nan": math.nan})
        run.log({"loss": 0.25})
        artifact = headwater.Artifact("net", "model", metadata={"n": 1})
        run.log_artifact(artifact).wait()
        link = run.link_artifact(artifact, "model-registry/Net")
        run.log({"loss": 0.125})

    version = Api().artifact("net:v0")

    assert (version.history_step, version.metrics) == (1, {"loss": 0.25})
    linked = Api().artifact(link.qualified_name)
    assert (linked.history_step, linked.metrics) == (1, {"loss": 0.25})
