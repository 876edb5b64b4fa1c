"""A project of 5,000 runs: opened by a page, scrolled to its end, filtered, sorted and grouped by the service."""

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from neo4j import GraphDatabase
from playwright.sync_api import Page, Request, expect

from conftest import Person
from e2e.ui.conftest import SignIn
from headwater_service.config import Settings
from headwater_service.domain.run_fields import leaves_of_run
from headwater_service.domain.search import run_text
from headwater_service.store.ids import new_id

pytestmark = pytest.mark.slow

COUNT = 5_000
PAGE = 50
STATES = ("FINISHED", "FINISHED", "FINISHED", "FAILED", "CRASHED", "KILLED")
JOB_TYPES = ("train", "train", "evaluate", "前処理")
BEGINNING = 1_700_000_000_000_000
SECOND = 1_000_000

PROJECT_ID = "query ProjectId($path: String!) { project(path: $path) { id } }"
CREATE_RUNS = "UNWIND $runs AS run CREATE (node:Run:Lineage:EventScope) SET node = run"
CREATE_FIELDS = "UNWIND $fields AS field CREATE (node:RunField) SET node = field"
COUNTS = """
query Counts($project: String!, $filter: RunFilter, $groupBy: [RunGroup!]!) {
  runCounts(project: $project, filter: $filter, groupBy: $groupBy) { keys count }
}
"""
RUNS = """
query Runs($project: String!, $filter: RunFilter, $orderBy: RunOrder) {
  project(path: $project) {
    runs(filter: $filter, orderBy: $orderBy, first: 3) { totalCount edges { node { name } } }
  }
}
"""


def made_run(scope: str, number: int) -> dict[str, Any]:
    created = BEGINNING + number * SECOND
    run: dict[str, Any] = {
        "id": new_id(),
        "key": secrets.token_hex(4),
        "name": f"run-{number}",
        "number": number,
        "scope_id": scope,
        "job_type": JOB_TYPES[number % len(JOB_TYPES)],
        "tags": ["baseline"] if number % 100 == 0 else [],
        "notes": "",
        "state": STATES[number % len(STATES)],
        "config": json.dumps({"lr": number / COUNT}),
        "summary": json.dumps({"accuracy": (number * 7919 % COUNT) / COUNT}),
        "created_at": created,
        "started_at": created,
        "heartbeat_at": created,
        "finished_at": created + SECOND,
    }
    return run | run_text(run)


def fields_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    found = leaves_of_run(run)
    place = {"scope_id": run["scope_id"], "run_id": run["id"]}
    return [{**place, "path": leaf.path, "num": leaf.num, "str": leaf.str, "rank": leaf.rank} for leaf in found]


@pytest.fixture(scope="module")
def many(
    settings: Settings,
    make_user: Callable[..., Person],
    make_project: Callable[[Person], str],
    post: Callable[..., dict[str, Any]],
) -> tuple[Person, str]:
    """A user, and the path of a project of theirs with 5,000 ended runs, as the service would have stored them."""
    user = make_user()
    project = make_project(user)
    scope = post(PROJECT_ID, key=user.key, path=project)["project"]["id"]
    runs = [made_run(scope, number) for number in range(COUNT)]
    fields = [field for run in runs for field in fields_of(run)]
    auth = (settings.neo4j_user, settings.neo4j_password)
    with GraphDatabase.driver(settings.neo4j_uri, auth=auth) as driver:
        for first in range(0, COUNT, 1000):
            driver.execute_query(CREATE_RUNS, runs=runs[first : first + 1000])
        for first in range(0, len(fields), 5000):
            driver.execute_query(CREATE_FIELDS, fields=fields[first : first + 5000])
    return user, project


class Asked:
    """The pages of the list of runs that the browser asked the service for."""

    def __init__(self, page: Page) -> None:
        self.cursors: list[str | None] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.endswith("/graphql") and "query RunsTable" in (request.post_data or ""):
            self.cursors.append(json.loads(request.post_data or "")["variables"].get("after"))


def open_runs(sign_in: SignIn, many: tuple[Person, str], query: str = "") -> tuple[Page, Asked]:
    user, project = many
    browser = sign_in(user.key)
    page = browser.context.new_page()
    asked = Asked(page)
    page.goto(f"{browser.url}/{project}/-/runs{query}", wait_until="networkidle")
    return page, asked


def rows_of(page: Page) -> Any:
    return page.get_by_role("grid", name="Runs").get_by_role("row")


def choose(page: Page, facet: str, option: str) -> None:
    button = page.get_by_role("search").get_by_role("button", name=re.compile(f"^{facet}"))
    button.click()
    page.get_by_role("option", name=re.compile(f"^{option}")).click()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_opening_the_runs_takes_one_page_and_shows_the_count_of_all(sign_in: SignIn, many: tuple[Person, str]) -> None:
    page, asked = open_runs(sign_in, many)

    expect(page.locator("main")).to_contain_text("5,000 runs")
    expect(rows_of(page).nth(1)).to_contain_text("run-4999")
    expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", str(COUNT + 1))
    assert asked.cursors == [None]
    assert rows_of(page).count() < 60


def test_the_table_is_scrolled_to_its_last_row_by_cursors_with_few_rows_in_the_document(
    sign_in: SignIn, many: tuple[Person, str]
) -> None:
    page, asked = open_runs(sign_in, many)

    counts = page.evaluate(TO_THE_END, COUNT)

    expect(page.get_by_role("grid", name="Runs").locator(f"[aria-rowindex='{COUNT + 1}']")).to_contain_text("run-0")
    assert max(counts) < 60
    assert len(asked.cursors) == COUNT // PAGE
    assert len(set(asked.cursors)) == len(asked.cursors), "no page is asked for twice"


# Scroll down as far as there are rows, again and again; the numbers of rows that the document had on the way.
TO_THE_END = """
async (count) => {
  const grid = document.querySelector('[role=grid]');
  const counts = [];
  for (let turn = 0; turn < 3000; turn += 1) {
    const rows = [...grid.querySelectorAll('[role=row][data-index]')];
    counts.push(rows.length + 1);
    if (rows.some((row) => Number(row.dataset.index) === count - 1)) return counts;
    grid.scrollTop = grid.scrollHeight;
    await new Promise((done) => setTimeout(done, 30));
  }
  throw new Error(`ended at ${grid.querySelector('[role=row]:last-child').textContent}`);
}
"""


def test_filters_and_order_are_the_services_own(sign_in: SignIn, many: tuple[Person, str], post: Any) -> None:
    user, project = many
    page, asked = open_runs(sign_in, many)
    wanted = {
        "states": ["FAILED"],
        "jobTypes": ["train"],
        "summary": [{"path": "accuracy", "op": "GT", "value": 0.5}],
    }

    choose(page, "State", "Failed")
    choose(page, "Job type", "train")
    condition = page.get_by_role("combobox", name="Add filter")
    condition.fill("summary.accuracy > 0.5")
    condition.press("Enter")
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("summary.accuracy > 0.5")
    page.get_by_role("columnheader", name="accuracy").get_by_role("button").click()

    told = post(RUNS, key=user.key, project=project, filter=wanted, orderBy=BY_ACCURACY)["project"]["runs"]
    expect(page.locator("main")).to_contain_text(f"{told['totalCount']} runs")
    assert 0 < told["totalCount"] < COUNT
    for place, edge in enumerate(told["edges"], start=1):
        expect(rows_of(page).nth(place)).to_contain_text(edge["node"]["name"])
    address = page.url
    page.reload()
    assert page.url == address
    expect(page.locator("main")).to_contain_text(f"{told['totalCount']} runs")
    expect(rows_of(page).nth(1)).to_contain_text(told["edges"][0]["node"]["name"])
    assert asked.cursors.count(None) == len(asked.cursors), "what is filtered away is never fetched"


BY_ACCURACY = {"field": "SUMMARY", "path": "accuracy", "direction": "DESC"}


def test_groups_have_the_services_counts_and_list_their_own_runs(
    sign_in: SignIn, many: tuple[Person, str], post: Any
) -> None:
    user, project = many
    told = post(COUNTS, key=user.key, project=project, filter=None, groupBy=["JOB_TYPE", "STATE"])["runCounts"]
    sizes: Counter[str] = Counter()
    for one in told:
        sizes[one["keys"][0]] += one["count"]
    page, _ = open_runs(sign_in, many, "?group=job")

    assert dict(sizes) == {"train": COUNT // 2, "evaluate": COUNT // 4, "前処理": COUNT // 4}
    for job_type, size in sizes.items():
        heading = page.get_by_role("heading", level=2).filter(has_text=job_type)
        expect(heading).to_contain_text(f"{size:,}")
        for one in told:
            if one["keys"][0] == job_type:
                expect(heading).to_contain_text(f"{one['count']:,}")
    page.get_by_role("button", name=re.compile("前処理")).last.click()

    expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", str(COUNT // 4 + 1))
    expect(rows_of(page).nth(1)).to_contain_text("run-4999")
    page.wait_for_url(re.compile("open="))
