"""What a run had measured when it logged a version: shown of the version, and of a registry's link to it."""

import math
from typing import Any

import pytest

from asking import ask, refusal
from content import Site, log
from headwater_service.domain import version_metrics
from headwater_service.domain.history import Batch, append_batch
from headwater_service.domain.links import link_artifact
from headwater_service.domain.people import KeyRequest, create_api_key
from headwater_service.model import Run
from headwater_service.store.history_chunks import HistoryRecord
from headwater_service.store.ids import new_id
from pipelines import new_pipeline, start
from viewers import known, new_admin, new_project

METRICS = """
query Metrics($path: String!) { artifact(path: $path) { historyStep metrics source { historyStep metrics } } }
"""
HISTORY = """
query History($path: String!, $step: Step!) {
  run(path: $path) { history(minStep: $step) { rows } outputs { edges { node { historyStep metrics } } } }
}
"""
PAGE = """
query Page($path: String!, $first: Int!) {
  versions(container: $path, first: $first, orderBy: {field: INDEX, direction: ASC}) { edges { node { name metrics } } }
}
"""


async def record(site: Site, viewer: Any, run: Run, stream: str, first: int, *rows: tuple[int, dict[str, Any]]) -> None:
    records = [HistoryRecord(step, 1.0, values) for step, values in rows]
    await append_batch(site.graph, site.objects, viewer, run.id, Batch(stream, first, records))


@pytest.mark.parametrize("step", [2**31, 2**53 + 1, 2**63 - 2])
async def test_a_step_beyond_32_bits_is_that_of_a_version_too(site: Site, step: int) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = await start(site, viewer, project, "train")
    await record(site, viewer, run, "a", 0, (step - 1, {"loss": 0.75}), (step, {"loss": 0.5}))
    await log(site, viewer, project, "model", {"a": b"1"}, run_id=run.id, history_step=step)

    found = (await ask(site, viewer, HISTORY, path=f"{project.path}/{run.key}", step=step))["run"]

    assert [(row["_step"], row["loss"]) for row in found["history"]["rows"]] == [(step, 0.5)]
    assert found["outputs"]["edges"] == [{"node": {"historyStep": step, "metrics": {"loss": 0.5}}}]


async def test_a_link_shows_what_was_measured_at_the_step_of_its_source(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = await start(site, viewer, project, "train")
    values = {"loss": 0.5, "nan": math.nan, "note": "good", "ok": True, "image": {"_type": "image-file"}, "row": [1, 2]}
    await record(site, viewer, run, "a", 0, (1, {"loss": 0.9, "early": 1}), (2, {"loss": 0.7}))
    await record(site, viewer, run, "a", 2, (2, values), (3, {"loss": 0.1}))
    await record(site, viewer, run, "b", 0, (0, {"other": 8}), (2, {"other": 9}))
    await record(site, viewer, run, "console-a", 0, (2, {"text": "hello", "source": "stdout"}))
    logged = await log(site, viewer, project, "model", {"a": b"1"}, type="model", run_id=run.id, history_step=2)
    link = await link_artifact(
        site.graph,
        viewer,
        logged.placed.version.id,
        f"{viewer.user_name}/model-registry/Best",
        project=None,
        aliases=[],
        operation=new_id(),
    )

    found = await ask(site, viewer, METRICS, path=f"{link.container.path}/Best:v0")

    shown = {"loss": 0.5, "nan": "NaN", "note": "good", "ok": True, "other": 9}
    assert found["artifact"] == {
        "historyStep": 2,
        "metrics": shown,
        "source": {"historyStep": 2, "metrics": shown},
    }


async def test_without_a_step_or_before_the_history_came_there_are_no_metrics(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = await start(site, viewer, project, "train")
    await log(site, viewer, project, "early", {"a": b"1"}, run_id=run.id)
    await log(site, viewer, project, "waiting", {"a": b"2"}, run_id=run.id, history_step=5)

    early = await ask(site, viewer, METRICS, path=f"{project.path}/early:v0")
    waiting = await ask(site, viewer, METRICS, path=f"{project.path}/waiting:v0")

    assert (early["artifact"]["historyStep"], early["artifact"]["metrics"]) == (None, None)
    assert (waiting["artifact"]["historyStep"], waiting["artifact"]["metrics"]) == (5, {})


async def test_who_may_not_see_the_run_sees_no_metrics(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await record(site, pipeline.viewer, pipeline.train, "a", 0, (1, {"secret": 1}))
    logged = await log(
        site,
        pipeline.viewer,
        pipeline.project,
        "model",
        {"b": b"2"},
        type="model",
        run_id=pipeline.train.id,
        history_step=1,
    )
    path = f"{pipeline.link.container.path}/{pipeline.link.collection.name}"
    await link_artifact(
        site.graph, pipeline.viewer, logged.placed.version.id, path, project=None, aliases=[], operation=new_id()
    )
    wanted = KeyRequest(name="", is_read_only=True, entity=None, project=pipeline.registry.path, expires_at=None)
    issued = await create_api_key(site.graph, pipeline.viewer, wanted, operation=new_id())
    outsider = await known(site.graph, issued.secret)

    inside = await ask(site, pipeline.viewer, METRICS, path=f"{path}:v1")
    outside = await ask(site, outsider, METRICS, path=f"{path}:v1")

    assert inside["artifact"]["metrics"] == {"secret": 1}
    assert outside["artifact"] == {"historyStep": 1, "metrics": None, "source": None}


async def test_metrics_of_a_page_are_found_by_as_many_queries_as_those_of_one_version(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = await start(site, viewer, project, "train")
    await record(site, viewer, run, "a", 0, *[(step, {"loss": step / 4}) for step in range(5)])
    for step in range(5):
        await log(site, viewer, project, "model", {"a": bytes([step])}, run_id=run.id, history_step=step)

    async def count(first: int) -> tuple[int, list[Any]]:
        before = site.graph.query_count
        found = await ask(site, viewer, PAGE, path=project.path, first=first)
        return site.graph.query_count - before, [edge["node"]["metrics"] for edge in found["versions"]["edges"]]

    one, _ = await count(1)
    five, metrics = await count(5)

    assert metrics == [{"loss": step / 4} for step in range(5)]
    assert five == one


BY_METRIC = """
query ByMetric($path: String!, $orderBy: VersionOrder, $filter: VersionFilter, $first: Int!, $after: String) {
  collection(path: $path) {
    versions(orderBy: $orderBy, filter: $filter, first: $first, after: $after) {
      totalCount edges { node { index } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def on_pages(site: Site, viewer: Any, path: str, size: int, direction: str, **more: Any) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        order = {"field": "METRIC", "path": "acc", "direction": direction}
        variables = {"path": path, "orderBy": order, "first": size, "after": after, **more}
        page = (await ask(site, viewer, BY_METRIC, **variables))["collection"]["versions"]
        found += [edge["node"]["index"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


async def measured_models(site: Site, viewer: Any, values: list[Any]) -> str:
    """A registered model with a version for each value of `acc`; None is logged without the metric."""
    project = await new_project(site.graph, viewer)
    run = await start(site, viewer, project, "train")
    rows = [(step, {"other": 1} if value is None else {"acc": value}) for step, value in enumerate(values)]
    await record(site, viewer, run, "a", 0, *rows)
    target = f"{viewer.user_name}/model-registry/{project.name}"
    for step in range(len(values)):
        content = {"a": bytes([step])}
        logged = await log(site, viewer, project, "m", content, type="model", run_id=run.id, history_step=step)
        version_id = logged.placed.version.id
        await link_artifact(site.graph, viewer, version_id, target, project=None, aliases=[], operation=new_id())
    return target


@pytest.mark.parametrize("size", [1, 3, 50])
async def test_versions_come_by_a_metric_and_those_without_it_last_either_way(site: Site, size: int) -> None:
    viewer = await new_admin(site.graph)
    path = await measured_models(site, viewer, [0.7, None, 0.9, math.nan, 0.7, math.inf, "good", -3])

    down = await on_pages(site, viewer, path, size, "DESC")
    up = await on_pages(site, viewer, path, size, "ASC")

    assert down == [5, 2, 4, 0, 7, 6, 3, 1]
    assert up == [7, 0, 4, 2, 5, 1, 3, 6]


async def test_the_order_by_a_metric_goes_with_filters_and_keeps_its_cursors_to_itself(site: Site) -> None:
    viewer = await new_admin(site.graph)
    path = await measured_models(site, viewer, [0.1, 0.3, 0.2])

    latest = await on_pages(site, viewer, path, 1, "DESC", filter={"aliases": ["latest"]})
    order = {"field": "METRIC", "path": "acc", "direction": "DESC"}
    page = await ask(site, viewer, BY_METRIC, path=path, orderBy=order, first=1)
    after = page["collection"]["versions"]["pageInfo"]["endCursor"]
    other = {**order, "path": "loss"}
    foreign = await refusal(site, viewer, BY_METRIC, path=path, orderBy=other, first=1, after=after)

    assert latest == [2]
    assert foreign == ("InvalidInputError", "`after` is a cursor of another listing or order.")


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"field": "METRIC", "direction": "ASC"}, "The order METRIC names the metric in `path`."),
        ({"field": "SIZE", "path": "acc", "direction": "ASC"}, "The order SIZE takes no path."),
    ],
)
async def test_an_order_of_versions_names_a_metric_where_it_takes_one(
    site: Site, order: dict[str, Any], told: str
) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    await log(site, viewer, project, "m", {"a": b"1"})

    assert await refusal(site, viewer, BY_METRIC, path=f"{project.path}/m", orderBy=order, first=1) == (
        "InvalidInputError",
        told,
    )


async def test_versions_of_many_collections_have_no_order_by_a_metric(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    query = """query Q($path: String!, $orderBy: VersionOrder) {
      versions(container: $path, orderBy: $orderBy) { totalCount }
    }"""
    order = {"field": "METRIC", "path": "acc", "direction": "ASC"}

    code, message = await refusal(site, viewer, query, path=project.path, orderBy=order)

    assert (code, message) == ("InvalidInputError", "The order METRIC compares versions of one collection only.")


async def test_more_versions_than_are_compared_are_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = await new_admin(site.graph)
    path = await measured_models(site, viewer, [0.1, 0.3, 0.2])
    monkeypatch.setattr(version_metrics, "MOST_COMPARED", 2)
    order = {"field": "METRIC", "path": "acc", "direction": "ASC"}

    code, message = await refusal(site, viewer, BY_METRIC, path=path, orderBy=order, first=1)

    assert (code, message) == (
        "InvalidInputError",
        "The order METRIC compares at most 2 versions. Narrow the filter.",
    )


async def test_the_order_tells_nothing_of_metrics_of_runs_that_the_viewer_may_not_see(site: Site) -> None:
    viewer = await new_admin(site.graph)
    path = await measured_models(site, viewer, [0.9, 0.1, 0.5])
    registry = path.rpartition("/")[0]
    wanted = KeyRequest(name="", is_read_only=True, entity=None, project=registry, expires_at=None)
    issued = await create_api_key(site.graph, viewer, wanted, operation=new_id())
    outsider = await known(site.graph, issued.secret)

    # By id, which is by when they were linked.
    assert await on_pages(site, outsider, path, 2, "ASC") == [0, 1, 2]
    assert await on_pages(site, outsider, path, 2, "DESC") == [2, 1, 0]
