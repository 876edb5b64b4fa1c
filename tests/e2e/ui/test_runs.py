"""Runs in the browser: followed while they log, with what they used and made, their log, their tags, and new ones."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.examples import NewPlace, Place
from e2e.ui.conftest import HERE, SignIn, UIWorld

pytestmark = pytest.mark.slow

# Pages ask again every few seconds, and the program sends what it logged every few.
SOON = 20_000
RUN = """
query Run($path: String!) {
  run(path: $path) {
    state tags
    inputs(first: 10) { edges { node { name path type } } }
    outputs(first: 10) { edges { node { name path type aliases } } }
  }
}
"""
PRODUCER = """
query Producer($path: String!) { artifact(path: $path) { producedBy(first: 1) { edges { node { path } } } } }
"""


@dataclass
class LoggingRun:
    """A program that logs what it is told, and its run."""

    process: subprocess.Popen[str]
    path: str

    @property
    def page(self) -> str:
        return page_of(self.path)

    def log(self, *numbers: float) -> None:
        assert self.process.stdin is not None
        self.process.stdin.writelines(f"{number}\n" for number in numbers)
        self.process.stdin.flush()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(60) == 0


def page_of(run_path: str) -> str:
    entity, project, key = run_path.split("/")
    return f"/{entity}/{project}/-/runs/{key}"


@contextmanager
def logging_run(place: Place, name: str) -> Iterator[LoggingRun]:
    with subprocess.Popen(
        [sys.executable, str(HERE / "logging_run.py"), name],
        cwd=place.folder,
        env={"PATH": os.environ["PATH"], **place.variables, "HEADWATER_SILENT": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            path = process.stdout.readline().strip()
            assert path, "the program has ended"
            yield LoggingRun(process, path)
        finally:
            process.kill()


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    return new_place()


def key_of(place: Place) -> str:
    return place.variables["HEADWATER_API_KEY"]


def producer_of(post: Callable[..., Any], world: UIWorld, version: str) -> str:
    """The path of the run that made a version."""
    made: str = post(PRODUCER, key=world.key, path=version)["artifact"]["producedBy"]["edges"][0]["node"]["path"]
    return made


def harm_of(page: Page) -> Any:
    return page.evaluate("window.harmed")


def test_a_run_is_live_until_it_ends(sign_in: SignIn, place: Place) -> None:
    with logging_run(place, "実行中") as run:
        run.log(0.5, 0.25)
        page, complaints = sign_in(key_of(place)).open(f"{run.page}/charts")
        chart = page.get_by_role("figure", name="Chart of loss")
        expect(chart).to_contain_text("2 values", timeout=SOON)
        page.evaluate("window.isSame = true")
        expect(page.locator("main").get_by_text("● Live")).to_be_visible()
        expect(page.locator("main").get_by_text("Running").first).to_be_visible()

        run.log(0.125)
        expect(chart).to_contain_text("3 values", timeout=SOON)
        chart.get_by_role("button", name="Table").click()
        expect(chart.get_by_role("row").filter(has_text="0.125")).to_have_count(1)
        run.end()

    expect(page.locator("main").get_by_text("Finished").first).to_be_visible(timeout=SOON)
    expect(page.locator("main").get_by_text("● Live")).to_have_count(0)
    assert page.evaluate("window.isSame") is True
    assert complaints.found == []


def test_the_log_follows_a_run_and_what_it_prints_stays_text(sign_in: SignIn, place: Place) -> None:
    with logging_run(place, "log") as run:
        run.log(*range(60))
        page, complaints = sign_in(key_of(place)).open(f"{run.page}/log")
        log = page.get_by_role("log")
        expect(log).to_contain_text("損失は 59", timeout=SOON)
        expect(page.get_by_role("checkbox", name="Follow")).to_be_checked()

        run.log(1234.5)
        last = log.get_by_text("損失は 1234.5")
        expect(last).to_be_in_viewport(timeout=SOON)
        log.focus()
        page.keyboard.press("Home")
        expect(page.get_by_role("checkbox", name="Follow")).not_to_be_checked()
        run.log(4321.5)
        expect(page.get_by_role("status").filter(has_text="64 lines")).to_be_visible(timeout=SOON)
        expect(log.get_by_text("損失は 4321.5")).to_have_count(0)
        run.end()

    hostile = log.get_by_text("onerror")
    expect(hostile.first).to_be_visible()
    assert log.locator("img, a, script").count() == 0
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", log.inner_text())
    expect(log.get_by_text("red", exact=True)).to_have_class(re.compile("."))
    assert harm_of(page) is None
    assert complaints.found == []


def test_the_log_is_searched_and_says_so_in_its_address(
    sign_in: SignIn, ui_world: UIWorld, post: Callable[..., Any]
) -> None:
    run = producer_of(post, ui_world, ui_world.model.replace(":v2", ":v1"))
    page, complaints = sign_in(ui_world.key).open(f"{page_of(run)}/log?find=完了")

    expect(page.get_by_role("log")).to_contain_text("step 1: 完了 green")
    page.get_by_role("textbox", name="Search the log").fill("そんな行はない")

    expect(page.get_by_role("status").filter(has_text="0 lines")).to_be_visible()
    page.wait_for_url(re.compile("find=%E3%81%9D"))
    assert harm_of(page) is None
    assert complaints.found == []


def test_the_tables_of_inputs_and_outputs_name_the_versions_and_lead_there(
    sign_in: SignIn, ui_world: UIWorld, post: Callable[..., Any]
) -> None:
    run = producer_of(post, ui_world, ui_world.model)
    told = post(RUN, key=ui_world.key, path=run)["run"]
    browser = sign_in(ui_world.key)
    page, complaints = browser.open(f"{page_of(run)}/artifacts")

    for name in ("inputs", "outputs"):
        table = page.get_by_role("grid", name=name.capitalize())
        versions = [edge["node"] for edge in told[name]["edges"]]
        expect(table.get_by_role("row")).to_have_count(len(versions) + 1)
        for version in versions:
            row = table.get_by_role("row").filter(has=page.get_by_role("link", name=version["name"], exact=True))
            expect(row).to_contain_text(version["type"])
            for alias in version.get("aliases", []):
                expect(row).to_contain_text(alias)
    assert [edge["node"]["path"] for edge in told["inputs"]["edges"]] == [ui_world.dataset]
    assert [edge["node"]["path"] for edge in told["outputs"]["edges"]] == [ui_world.model]
    page.get_by_role("grid", name="Outputs").get_by_role("link", name="digits-model:v2").click()
    page.wait_for_url(f"{browser.url}/{ui_world.model}")
    expect(page.get_by_role("heading", name="digits-model:v2")).to_be_visible()
    page.go_back()
    page.get_by_role("grid", name="Inputs").get_by_role("link", name="手書き数字 データ:v0").click()
    expect(page.get_by_role("heading", name="手書き数字 データ:v0")).to_be_visible()
    assert complaints.found == []


def test_tags_are_added_and_taken_away_in_place(sign_in: SignIn, ui_world: UIWorld, post: Callable[..., Any]) -> None:
    run = producer_of(post, ui_world, ui_world.model)
    page, complaints = sign_in(ui_world.key).open(page_of(run))

    page.get_by_role("button", name="+ tag").click()
    page.keyboard.insert_text("<b>確認</b>")
    page.keyboard.press("Enter")
    remove = page.get_by_role("button", name="Remove tag <b>確認</b>")
    expect(remove).to_be_visible()
    assert post(RUN, key=ui_world.key, path=run)["run"]["tags"] == ["<b>確認</b>"]
    page.reload()
    remove.click()

    expect(remove).to_have_count(0)
    assert post(RUN, key=ui_world.key, path=run)["run"]["tags"] == []
    assert complaints.found == []


def test_a_new_run_is_offered_and_moves_nothing_until_it_is_asked_for(sign_in: SignIn, place: Place) -> None:
    with logging_run(place, "first run") as first:
        first.end()
    page, complaints = sign_in(key_of(place)).open(f"/{place.path}/-/runs")
    rows = page.get_by_role("grid", name="Runs").get_by_role("row")
    expect(rows).to_have_count(2)

    with logging_run(place, "二番目") as second:
        offer = page.get_by_role("button", name="1 new run — show")
        expect(offer).to_be_visible(timeout=SOON)
        expect(rows).to_have_count(2)
        offer.click()
        row = rows.filter(has_text="二番目")
        expect(row).to_contain_text("Running")
        expect(offer).to_have_count(0)
        second.end()

    expect(row).to_contain_text("Finished", timeout=SOON)
    expect(rows).to_have_count(3)
    assert complaints.found == []


def test_the_first_run_appears_by_itself_where_the_page_taught_how_to_make_it(sign_in: SignIn, place: Place) -> None:
    page, complaints = sign_in(key_of(place)).open(f"/{place.path}/-/runs")
    expect(page.locator("main")).to_contain_text("No runs yet")
    expect(page.locator("main")).to_contain_text(place.variables["HEADWATER_BASE_URL"])

    with logging_run(place, "最初") as run:
        expect(page.get_by_role("grid", name="Runs")).to_contain_text("最初", timeout=SOON)
        run.end()

    assert complaints.found == []
