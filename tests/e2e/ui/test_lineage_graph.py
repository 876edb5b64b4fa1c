"""What the canvas of the lineage explorer draws: hubs, clusters, edges between answers, changes, and its picture."""

import json
import re
import secrets
import struct
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase
from playwright.sync_api import Locator, Page, expect

from authorisation_world import USE_ARTIFACT, Logged, log, operation
from conftest import Person
from e2e.ui.conftest import SignIn
from headwater_service.config import Settings
from headwater_service.store.ids import new_id

pytestmark = pytest.mark.slow

Post = Callable[..., dict[str, Any]]

CONSUME = """
MATCH (version:Lineage {id: $version})
UNWIND $runs AS run
CREATE (node:Run:Lineage:EventScope)
SET node = run
CREATE (version)-[:CONSUMED_BY {id: randomUUID(), at: run.created_at}]->(node)
"""
FINISH = """
mutation Finish($input: FinishRunInput!) { finishRun(input: $input) { __typename } }
"""
SCOPE = "query Scope($path: String!) { project(path: $path) { id } }"
COLOURS = """
async (png) => {
  const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
  pen.drawImage(image, 0, 0);
  const found = new Set(new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer));
  return { width: image.width, height: image.height, colours: found.size };
}
"""


@pytest.fixture
def consume(settings: Settings, project: str, user: Person, post: Post) -> Callable[[Logged, int], None]:
    """Let many runs of one job type have used a version, as the service would have stored them."""
    scope = post(SCOPE, key=user.key, path=project)["project"]["id"]

    def write(version: Logged, count: int) -> None:
        runs = [
            {
                "id": new_id(), "key": secrets.token_hex(4), "name": f"sweep-{number}", "scope_id": scope, "tags": [],
                "notes": "", "state": "FINISHED", "job_type": "sweep", "created_at": 1_700_000_000_000_000 + number,
            }
            for number in range(count)
        ]  # fmt: skip
        auth = (settings.neo4j_user, settings.neo4j_password)
        with GraphDatabase.driver(settings.neo4j_uri, auth=auth) as driver:
            driver.execute_query(CONSUME, version=version.version_id, runs=runs)

    return write


def heard(page: Page) -> Locator:
    """What a screen reader hears of the cards of the graph."""
    return page.get_by_role("application").get_by_role("listitem")


def current(page: Page) -> Locator:
    return heard(page).and_(page.locator("[aria-current]"))


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def walk_to_the_effects(page: Page) -> None:
    """Go from the focus of the graph to what is beside it downstream."""
    expect(page.get_by_role("application")).to_be_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")


def exported(page: Page, form: str) -> bytes:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name=form).click()
    return Path(saved.value.path()).read_bytes()


def use(post: Post, user: Person, run: Logged, version: Logged) -> None:
    wanted = {"operationId": operation(), "runId": run.run_id, "path": version.version_path}
    post(USE_ARTIFACT, key=user.key, input=wanted)


def test_a_hub_is_drawn_with_its_exact_count_and_searched_on_the_server(
    sign_in: SignIn, post: Post, user: Person, project: str, consume: Callable[[Logged, int], None]
) -> None:
    browser = sign_in(user.key)
    raw = log(browser.url, post, user, project, name="raw")
    consume(raw, 450)
    page, complaints = browser.open(f"/{raw.version_path}/-/lineage")

    # More than an answer holds: the count is not of what came with it. What made the version is there all the same.
    walk_to_the_effects(page)
    expect(current(page)).to_contain_text("450")
    expect(heard(page)).to_have_count(3)
    expect(heard(page).filter(has_text=re.compile("^Run "))).to_have_count(1)
    page.keyboard.press("Enter")
    expect(panel(page)).to_be_focused()
    expect(panel(page).get_by_role("heading", level=2)).to_contain_text("450")
    rows = panel(page).get_by_role("listitem").filter(has=page.get_by_role("link"))
    expect(rows.first).to_contain_text("sweep-449")
    panel(page).get_by_role("textbox").fill("sweep-7")
    expect(rows.first).to_contain_text("sweep-79")
    # sweep-7 and sweep-70 to sweep-79.
    expect(rows.first).to_have_attribute("aria-setsize", "11")
    assert complaints.found == []


def test_all_of_a_few_is_drawn_at_once_and_of_very_many_when_told_to(
    sign_in: SignIn, post: Post, user: Person, project: str, consume: Callable[[Logged, int], None]
) -> None:
    browser = sign_in(user.key)
    made = [log(browser.url, post, user, project, name="step-0")]
    for number in (1, 2, 3):
        made.append(log(browser.url, post, user, project, name=f"step-{number}", uses=made[-1].version_path))
    raw = log(browser.url, post, user, project, name="raw")
    consume(raw, 260)
    few, few_complaints = browser.open(f"/{made[-1].version_path}/-/lineage")
    few_at_first = few.get_by_text("1 run and 2 versions shown.")
    expect(few_at_first).to_be_visible()

    few.get_by_role("button", name="All Upstream: to the end").click()
    expect(few.get_by_text("4 runs and 4 versions shown.")).to_be_visible()
    expect(few.get_by_role("dialog")).to_have_count(0)
    assert "up=all" in few.url
    few.go_back()
    expect(few_at_first).to_be_visible()

    many, many_complaints = browser.open(f"/{raw.version_path}/-/lineage")
    every = many.get_by_role("button", name="All Downstream: to the end")
    every.click()
    expect(many.get_by_role("dialog")).to_contain_text("raw:v0 leads to 260 nodes.")
    many.keyboard.press("Escape")
    assert "down=all" not in many.url
    every.click()
    many.get_by_role("button", name="Draw").click()
    many.wait_for_url(re.compile("down=all"))
    expect(many.get_by_role("dialog")).to_have_count(0)
    assert few_complaints.found == []
    assert many_complaints.found == []


def test_a_cluster_is_drawn_as_one_opened_and_closed(
    sign_in: SignIn, post: Post, user: Person, project: str, consume: Callable[[Logged, int], None]
) -> None:
    browser = sign_in(user.key)
    raw = log(browser.url, post, user, project, name="raw")
    consume(raw, 7)
    page, complaints = browser.open(f"/{raw.version_path}/-/lineage")

    walk_to_the_effects(page)
    expect(current(page)).to_contain_text("7 runs")
    expect(current(page)).to_contain_text("sweep")
    expect(heard(page)).to_have_count(3)
    before = heard(page).all_inner_texts()
    rows = panel(page).get_by_role("listitem").filter(has=page.get_by_role("link"))
    expect(rows).to_have_count(7)
    panel(page).get_by_role("textbox").fill("sweep-3")
    expect(rows).to_have_count(1)
    panel(page).get_by_role("button", name=re.compile("^Draw all 7")).click()

    expect(heard(page).filter(has_text=re.compile(r"sweep-\d"))).to_have_count(7)
    assert "open=" in page.url
    page.get_by_role("button", name="Undo 1 change").click()
    expect(heard(page)).to_have_count(3)
    assert heard(page).all_inner_texts() == before
    assert complaints.found == []


def test_edges_between_two_expansions_are_drawn(sign_in: SignIn, post: Post, user: Person, project: str) -> None:
    browser = sign_in(user.key)
    raw = log(browser.url, post, user, project, name="raw")
    one = log(browser.url, post, user, project, name="one", uses=raw.version_path)
    other = log(browser.url, post, user, project, name="other", uses=raw.version_path)
    end = log(browser.url, post, user, project, name="end", uses=one.version_path)
    use(post, user, end, other)
    # All that follows on one run, and one step from the other: no answer has the edge from its version to the end.
    query = f"?x={one.run_id}.D&x={other.run_id}.d"
    page, complaints = browser.open(f"/{raw.version_path}/-/lineage{query}")

    expect(page.locator("main [role=status]").filter(has_text="4 runs and 4 versions")).to_be_visible()
    # What is heard is what is in sight: all of it, when it fits.
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(heard(page)).to_have_count(8)
    expect(heard(page).filter(has_text="not drawn")).to_have_count(0)
    graph = json.loads(exported(page, "JSON"))

    steps = [raw, one, other, end]
    wanted = {(step.run_id, step.version_id) for step in steps} | {
        (raw.version_id, one.run_id),
        (raw.version_id, other.run_id),
        (one.version_id, end.run_id),
        (other.version_id, end.run_id),
    }
    assert {(edge["source"], edge["target"]) for edge in graph["edges"]} == wanted
    assert graph["completeness"]["isComplete"] is True
    assert complaints.found == []


def test_an_open_graph_tells_of_changes_and_moves_nothing_unasked(
    sign_in: SignIn, post: Post, user: Person, project: str
) -> None:
    browser = sign_in(user.key)
    raw = log(browser.url, post, user, project, name="raw")
    page, complaints = browser.open(f"/{raw.version_path}/-/lineage")
    expect(page.get_by_role("img", name=re.compile("^Live"))).to_be_visible()
    changed = page.get_by_text("This lineage has changed.")
    graph = page.get_by_role("application")
    graph.focus()
    page.keyboard.press("Home")
    runs = heard(page).filter(has_text=re.compile("^Run "))
    expect(runs).to_contain_text(re.compile("running", re.IGNORECASE))

    # What a card says changes at once and in its place.
    post(FINISH, key=user.key, input={"operationId": operation(), "runId": raw.run_id, "exitCode": 0})
    expect(runs).to_contain_text(re.compile("finished", re.IGNORECASE))
    expect(changed).to_have_count(0)
    expect(graph).to_be_focused()

    address = page.url
    log(browser.url, post, user, project, name="next", uses=raw.version_path)
    expect(changed).to_be_visible()
    expect(graph).to_be_focused()
    expect(current(page)).to_contain_text("data-raw:v0")
    expect(heard(page)).to_have_count(2)
    assert page.url == address
    page.get_by_role("button", name="Show", exact=True).click()
    expect(runs).to_have_count(2)
    expect(changed).to_have_count(0)
    assert "sel=" in page.url
    assert complaints.found == []


def test_a_picture_has_the_size_of_the_graph_and_its_colours(
    sign_in: SignIn, post: Post, user: Person, project: str
) -> None:
    browser = sign_in(user.key)
    raw = log(browser.url, post, user, project, name="raw")
    log(browser.url, post, user, project, name="next", uses=raw.version_path)
    page, complaints = browser.open(f"/{raw.version_path}/-/lineage")
    expect(heard(page)).to_have_count(3)

    drawing = exported(page, "SVG image").decode()
    picture = exported(page, "PNG image")

    size = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', drawing)
    assert size is not None
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    # Two pixels for each of the drawing, as on a sharp screen.
    assert struct.unpack(">II", picture[16:24]) == tuple(round(float(side) * 2) for side in size.groups())
    seen = page.evaluate(COLOURS, b64encode(picture).decode())
    assert (seen["width"], seen["height"]) == struct.unpack(">II", picture[16:24])
    assert seen["colours"] > 10
    assert complaints.found == []
