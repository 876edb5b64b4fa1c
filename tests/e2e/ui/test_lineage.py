"""The lineage explorer in the browser: it tells what the API tells, by keyboard and by address, and hides nothing else.

Expectations come from the API at the time of the test, since other tests link and promote in the same world.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, WebSocket, expect

from authorisation_world import World
from e2e.ui.conftest import SignedIn, SignIn, UIWorld

pytestmark = pytest.mark.slow

Post = Callable[..., dict[str, Any]]

# As far as the explorer goes from a version at first.
NEAR = {"upstreamDepth": 2, "downstreamDepth": 1}
LINEAGE = """
query Lineage($path: String!, $upstreamDepth: Int, $downstreamDepth: Int) {
  artifact(path: $path) {
    id name
    lineage(direction: BOTH, upstreamDepth: $upstreamDepth, downstreamDepth: $downstreamDepth, limit: 300) {
      nodes { id kind label } edges { source target } completeness { isComplete }
    }
  }
}
"""
IMPACT = """
query Impact($id: ID!, $registeredOnly: Boolean!) {
  node(id: $id) {
    ... on LineageNode {
      impact(first: 100, registeredOnly: $registeredOnly) {
        totalCount
        totals { runs versions registryVersions collections }
        edges { node { aliases collection { name path } version { name path } } }
      }
    }
  }
}
"""
PATH = """
query Path($from: ID!, $to: ID!) {
  node(id: $from) { ... on LineageNode { pathTo(id: $to, first: 1) { length paths { nodes { label } } } } }
}
"""
TYPES = """
query Types($path: String!) {
  project(path: $path) {
    typeGraph { groupCount nodes { id kind type jobType count isOutside } edges { source target count } }
  }
}
"""


def near(post: Post, world: UIWorld, path: str) -> dict[str, Any]:
    """A version with its lineage, as far as the explorer shows it at first."""
    found: dict[str, Any] = post(LINEAGE, key=world.key, path=path, **NEAR)["artifact"]
    return found


def labels(found: dict[str, Any]) -> Counter[str]:
    return Counter(node["label"] for node in found["lineage"]["nodes"])


def spoken(page: Page) -> Locator:
    """What a screen reader hears of the cards of the graph."""
    return page.get_by_role("application").get_by_role("listitem")


def press_until_heard(page: Page, key: str, card: Locator) -> None:
    """Press a key until a card is among what is heard: what a move added is laid out a moment after it is counted."""
    for _ in range(40):
        page.keyboard.press(key)
        page.wait_for_timeout(250)
        if card.count() == 1:
            return
    expect(card).to_have_count(1)


def open_lineage(browser: SignedIn, path: str, query: str = "") -> tuple[Page, Any]:
    page, complaints = browser.open(f"/{path}/-/lineage{query}")
    expect(page.locator("main [role=status]").filter(has_text=" shown.")).to_be_visible()
    return page, complaints


def counted(found: dict[str, Any]) -> str:
    kinds = [node["kind"] for node in found["lineage"]["nodes"]]
    runs, versions = kinds.count("RUN"), len(kinds) - kinds.count("RUN")
    return f"{runs} run{'s' * (runs != 1)} and {versions} version{'s' * (versions != 1)} shown."


def with_one_more_run(found: dict[str, Any]) -> dict[str, Any]:
    return {"lineage": {"nodes": [*found["lineage"]["nodes"], {"kind": "RUN"}]}}


def test_the_line_above_the_graph_has_the_counts_of_the_api(sign_in: SignIn, ui_world: UIWorld, post: Post) -> None:
    for path in (ui_world.model, ui_world.dataset):
        found = near(post, ui_world, path)
        totals = post(IMPACT, key=ui_world.key, id=found["id"], registeredOnly=True)["node"]["impact"]["totals"]
        reached = totals["runs"] + totals["versions"] + totals["registryVersions"]
        page, complaints = open_lineage(sign_in(ui_world.key), path)

        line = page.locator("main [role=status]").filter(has_text=" shown.")
        expect(line).to_contain_text(counted(found))
        expect(line).to_contain_text(f"It reaches {reached} nodes downstream")
        assert complaints.found == []


def test_a_node_is_expanded_by_keyboard_and_the_address_shows_the_same_again(
    sign_in: SignIn, ui_world: UIWorld, post: Post
) -> None:
    found = near(post, ui_world, ui_world.model)
    page, complaints = open_lineage(sign_in(ui_world.key), ui_world.model)
    before = len(found["lineage"]["nodes"])
    expect(spoken(page)).to_have_count(before)
    expect(spoken(page).filter(has_text="データ準備")).to_have_count(0)

    graph = page.get_by_role("application")
    graph.focus()
    page.keyboard.press("Home")
    expect(spoken(page).and_(page.locator("[aria-current]"))).to_contain_text("digits-model:v2")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    current = spoken(page).and_(page.locator("[aria-current]"))
    expect(current).to_contain_text("手書き数字 データ:v0")
    page.keyboard.press("Shift+ArrowLeft")

    line = page.locator("main [role=status]").filter(has_text=" shown.")
    expect(line).to_contain_text(counted(with_one_more_run(found)))
    # Nothing has moved, so the node may lie beside the screen: the arrow leads there.
    press_until_heard(page, "ArrowLeft", current.filter(has_text="データ準備"))
    page.keyboard.press("f")
    expect(spoken(page)).to_have_count(before + 1)
    assert re.search(r"[?&]x=[^&]+\.u(&|$)", page.url)
    names, address = sorted(spoken(page).all_inner_texts()), page.url
    page.reload()
    expect(spoken(page)).to_have_count(before + 1)
    assert sorted(spoken(page).all_inner_texts()) == names
    assert page.url == address
    page.get_by_role("button", name="Undo 1 change").click()
    expect(spoken(page)).to_have_count(before)
    assert complaints.found == []


def test_the_path_between_two_nodes_is_chosen_by_keyboard_and_has_the_steps_of_the_api(
    sign_in: SignIn, ui_world: UIWorld, post: Post
) -> None:
    model, data = (near(post, ui_world, path)["id"] for path in (ui_world.model, ui_world.dataset))
    told = post(PATH, key=ui_world.key, **{"from": model, "to": data})["node"]["pathTo"]
    page, complaints = open_lineage(sign_in(ui_world.key), ui_world.model)

    page.get_by_role("application").focus()
    page.keyboard.press("Home")
    page.keyboard.press("p")
    expect(page.get_by_text("Path from digits-model:v2")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("p")

    path = page.get_by_role("region", name="Path", exact=True)
    expect(path.get_by_role("heading")).to_have_text(f"Path of {told['length']} steps")
    wanted = [node["label"] for node in told["paths"][0]["nodes"]]
    assert path.get_by_role("listitem").all_inner_texts() == wanted
    page.reload()
    expect(path.get_by_role("listitem")).to_have_count(len(wanted))
    path.get_by_role("button", name="Clear path").click()
    expect(path).to_have_count(0)
    assert "path=" not in page.url
    assert complaints.found == []


def test_the_impact_list_names_the_model_and_its_alias_and_is_saved_whole(
    sign_in: SignIn, ui_world: UIWorld, post: Post
) -> None:
    data = near(post, ui_world, ui_world.dataset)["id"]
    told = post(IMPACT, key=ui_world.key, id=data, registeredOnly=False)["node"]["impact"]
    page, complaints = open_lineage(sign_in(ui_world.key), ui_world.dataset, "?view=impact")
    table = page.get_by_role("grid", name="What does it reach?")
    promoted = table.get_by_role("row").filter(has_text="手書き数字モデル").filter(has_text="production")
    expect(promoted).to_have_count(1)
    assert table.get_by_role("row").count() - 1 < told["totalCount"]

    page.get_by_text("Include versions without an alias").click()
    expect(table.get_by_role("row")).to_have_count(told["totalCount"] + 1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save all as CSV").click()

    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
    text = [" ".join(row.values()) for row in rows]
    assert len(rows) == told["totalCount"]
    for edge in told["edges"]:
        row = edge["node"]
        assert any(row["version"]["path"] in line and all(alias in line for alias in row["aliases"]) for line in text)
    assert complaints.found == []


def test_the_table_has_the_nodes_of_the_api_and_expands_as_the_graph_does(
    sign_in: SignIn, ui_world: UIWorld, post: Post
) -> None:
    found = near(post, ui_world, ui_world.model)
    page, complaints = open_lineage(sign_in(ui_world.key), ui_world.model)

    page.get_by_role("application").focus()
    page.keyboard.press("t")
    table = page.get_by_role("grid", name="Lineage as a table")
    rows = table.get_by_role("row")
    expect(rows).to_have_count(len(found["lineage"]["nodes"]) + 1)
    assert Counter(table.get_by_role("link").all_inner_texts()) == labels(found)
    table.get_by_role("button", name="Show 1 upstream of 手書き数字 データ:v0").click()

    expect(rows.filter(has_text="データ準備")).to_contain_text("Upstream · 3")
    expect(rows).to_have_count(len(found["lineage"]["nodes"]) + 2)
    page.keyboard.press("t")
    # What is heard is what is in sight: all of it, when it fits.
    expect(page.get_by_role("application")).to_be_visible()
    press_until_heard(page, "f", spoken(page).filter(has_text="データ準備"))
    assert complaints.found == []


@pytest.mark.parametrize("form", ["SVG image", "Mermaid text", "JSON"])
def test_an_export_has_every_node_and_edge(sign_in: SignIn, ui_world: UIWorld, post: Post, form: str) -> None:
    found = near(post, ui_world, ui_world.dataset)
    nodes, edges = found["lineage"]["nodes"], found["lineage"]["edges"]
    page, complaints = open_lineage(sign_in(ui_world.key), ui_world.dataset)
    expect(spoken(page)).to_have_count(len(nodes))

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name=form).click()

    text = Path(saved.value.path()).read_text("utf-8")
    if form == "JSON":
        read = json.loads(text)
        assert {node["id"] for node in read["nodes"]} == {node["id"] for node in nodes}
        assert {(edge["source"], edge["target"]) for edge in read["edges"]} == {
            (edge["source"], edge["target"]) for edge in edges
        }
    elif form == "Mermaid text":
        named = Counter(re.findall(r'^ {2}n\d+[(\[{]+"(.*)"[)\]}]+$', text, re.MULTILINE))
        assert named == Counter(re.sub(r'[#"<>&`\\;]', lambda sign: f"#{ord(sign[0])};", one) for one in labels(found))
        assert len(re.findall(r"^ {2}n\d+ (?:-->|-\.->) n\d+$", text, re.MULTILINE)) == len(edges)
    else:
        titles = page.evaluate(SVG_TITLES, text)
        for label in labels(found):
            assert any(label in title for title in titles), label
        assert page.evaluate("window.harmed") is None
    assert complaints.found == []


SVG_TITLES = """
(text) => {
  const read = new DOMParser().parseFromString(text, 'image/svg+xml');
  if (read.querySelector('parsererror, script, foreignObject, img')) throw new Error('not a plain picture');
  return [...read.querySelectorAll('title')].map((one) => one.textContent);
}
"""


def test_the_map_of_types_has_the_counts_of_the_api_and_explodes(
    sign_in: SignIn, ui_world: UIWorld, post: Post
) -> None:
    told = post(TYPES, key=ui_world.key, path=ui_world.project)["project"]["typeGraph"]
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.project}/-/lineage")
    inside = [node for node in told["nodes"] if not node["isOutside"]]
    runs = sum(node["count"] for node in inside if node["kind"] == "RUN")
    versions = sum(node["count"] for node in inside if node["kind"] != "RUN")

    line = page.locator("main [role=status]").filter(has_text="types and job types")
    expect(line).to_have_text(f"{told['groupCount']} types and job types: {versions} versions, {runs} runs.")
    expect(spoken(page)).to_have_count(len(told["nodes"]))
    panel = page.get_by_role("complementary", name="Details")
    for node in told["nodes"]:
        name = node["jobType"] or node["type"]
        expect(panel.get_by_role("button").filter(has_text=re.compile(f"{name}.*{node['count']}$"))).not_to_have_count(
            0
        )
    train = next(node for node in told["nodes"] if node["jobType"] == "train")
    panel.get_by_role("button").filter(has_text=re.compile(f"^train{train['count']}$")).click()
    joined = [edge for edge in told["edges"] if train["id"] in (edge["source"], edge["target"])]
    expect(panel.get_by_role("region").or_(panel.locator("section")).get_by_role("listitem")).to_have_count(len(joined))
    panel.get_by_role("link", name="Show individually").click()

    expect(page.get_by_role("grid", name="Runs").get_by_role("row")).to_have_count(train["count"] + 1)
    assert complaints.found == []


def test_a_neighbour_of_another_team_is_counted_and_never_named(sign_in: SignIn, world: World) -> None:
    browser = sign_in(world.outsider.key)
    page = browser.context.new_page()
    responses: list[Response] = []
    frames: list[str] = []
    page.on("response", lambda response: responses.append(response))
    page.on("websocket", lambda socket: listen(socket, frames))

    page.goto(f"{browser.url}/{world.shared.version_path}/-/lineage", wait_until="networkidle")

    expect(page.get_by_role("note").filter(has_text=re.compile(r"access to \d+ neighbors?\.$"))).to_be_visible()
    page.get_by_role("radio", name="Table").check()
    table = page.get_by_role("grid", name="Lineage as a table")
    expect(table.get_by_role("img", name=re.compile("have access")).first).to_be_visible()
    page.get_by_role("radio", name="Impact").check()
    expect(page.get_by_role("region", name="What does it reach?")).to_be_visible()
    page.wait_for_load_state("networkidle")
    said = [answer.text() for answer in responses if answer.status < 300 and "/assets/" not in answer.url]
    assert any("frontier" in text for text in said), "the lineage was asked for"
    for text in [*said, *frames, page.content()]:
        assert world.secret not in text
        assert not any(secret in text for secret in (world.own.run_id, world.own.version_id, world.project_id))


def listen(socket: WebSocket, frames: list[str]) -> None:
    socket.on("framereceived", lambda frame: frames.append(str(frame)))
