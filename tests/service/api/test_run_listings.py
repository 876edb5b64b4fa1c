"""Lists of runs by what is in their configs and summaries, as the API gives them."""

from typing import Any

import pytest
import pytest_asyncio

from asking import ask, refusal
from content import Site
from headwater_service.domain.access import Viewer
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.model import Container
from headwater_service.store.ids import new_id
from pipelines import start
from viewers import DOCUMENT_BYTES, new_admin, new_project

RUNS = """
query Runs($project: String, $filter: RunFilter, $orderBy: RunOrder, $first: Int!, $after: String) {
  runs(project: $project, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    edges { node { name } } pageInfo { endCursor hasNextPage } totalCount
  }
}
"""
COUNTS = """
query Counts($project: String, $filter: RunFilter) { runCounts(project: $project, groupBy: [STATE], filter: $filter) {
  count
} }
"""
IN_PROJECT = """
query InProject($path: String!, $filter: RunFilter) {
  project(path: $path) { runs(filter: $filter) { edges { node { name } } } }
}
"""
BEST = {"field": "SUMMARY", "path": "f1", "direction": "DESC"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(graph: Any, objects: Any, settings: Any) -> tuple[Viewer, Container]:
    """A project of five runs, two of which have no `f1`."""
    site = Site(graph, objects, settings)
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    for number, f1 in enumerate([0.5, None, 0.75, 0.25, None]):
        run = await start(site, viewer, project, "train", name=f"run {number}", config={"lr": number / 4})
        change = RunChange(summary={} if f1 is None else {"f1": f1})
        await update_run(graph, viewer, run.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    return viewer, project


async def names(site: Site, place: tuple[Viewer, Container], **variables: Any) -> tuple[list[str], Any]:
    viewer, project = place
    found = (await ask(site, viewer, RUNS, project=project.path, **{"first": 50, **variables}))["runs"]
    return [edge["node"]["name"] for edge in found["edges"]], found


async def test_runs_are_filtered_counted_and_listed_alike(site: Site, place: tuple[Viewer, Container]) -> None:
    viewer, project = place
    wanted = {
        "config": [{"path": "lr", "op": "LTE", "value": 0.75}],
        "summary": [{"path": "f1", "op": "EXISTS"}],
    }

    found, page = await names(site, place, filter=wanted)
    counts = await ask(site, viewer, COUNTS, project=project.path, filter=wanted)
    inside = await ask(site, viewer, IN_PROJECT, path=project.path, filter=wanted)

    assert found == ["run 3", "run 2", "run 0"]
    assert page["totalCount"] == 3
    assert counts["runCounts"] == [{"count": 3}]
    assert [edge["node"]["name"] for edge in inside["project"]["runs"]["edges"]] == found


async def test_pages_in_the_order_of_a_summary_meet(site: Site, place: tuple[Viewer, Container]) -> None:
    found: list[str] = []
    after = None
    while True:
        page_names, page = await names(site, place, orderBy=BEST, first=2, after=after)
        found += page_names
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert found == ["run 2", "run 0", "run 3", "run 4", "run 1"]


async def test_a_cursor_of_one_path_is_refused_for_another(site: Site, place: tuple[Viewer, Container]) -> None:
    viewer, project = place
    _, page = await names(site, place, orderBy=BEST, first=1)
    variables = {"project": project.path, "first": 1, "after": page["pageInfo"]["endCursor"]}

    code, message = await refusal(site, viewer, RUNS, orderBy={**BEST, "path": "accuracy"}, **variables)

    assert (code, message) == ("InvalidInputError", "`after` is a cursor of another listing or order.")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"orderBy": {"field": "SUMMARY", "direction": "ASC"}}, "The order SUMMARY names the path of a leaf."),
        ({"orderBy": {"field": "NAME", "path": "f1", "direction": "ASC"}}, "The order NAME takes no path."),
        ({"filter": {"config": [{"path": "", "op": "EXISTS"}]}}, "A condition on a document names the path of a leaf."),
        ({"filter": {"summary": [{"path": "a", "op": "GT"}]}}, "'a' GT takes a number, a text or a truth value"),
    ],
)
async def test_what_cannot_be_asked_is_told(
    site: Site, place: tuple[Viewer, Container], variables: dict[str, Any], told: str
) -> None:
    viewer, project = place

    code, message = await refusal(site, viewer, RUNS, project=project.path, first=5, **variables)

    assert code == "InvalidInputError"
    assert told in message


async def test_values_of_runs_that_the_viewer_may_not_see_find_nothing(
    site: Site, place: tuple[Viewer, Container]
) -> None:
    stranger = await new_admin(site.graph)
    own = await new_project(site.graph, stranger)
    mine = await start(site, stranger, own, "train", name="mine", config={"lr": 0.25})
    wanted = {"config": [{"path": "lr", "op": "EQ", "value": 0.25}]}

    everywhere = await ask(site, stranger, RUNS, filter=wanted, first=50)
    ordered = await ask(site, stranger, RUNS, orderBy=BEST, first=50)

    assert [edge["node"]["name"] for edge in everywhere["runs"]["edges"]] == [mine.name]
    assert [edge["node"]["name"] for edge in ordered["runs"]["edges"]] == [mine.name]
