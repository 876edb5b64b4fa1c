"""Without a mouse: from the home page to what a dataset reaches, no trap on the way, and the focus is never lost."""

from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.conftest import SignIn, UIWorld
from e2e.ui.pages import PAGES

pytestmark = pytest.mark.slow

MOST_STOPS: Final = 250
# Where the focus is, whether one sees it there, and whether it is in the window.
STOP = """
(() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const lines = [one, ...one.parentElement.children].map((each) => getComputedStyle(each));
  const box = one.getBoundingClientRect();
  return {
    name: `${one.tagName} ${(one.ariaLabel || one.textContent).slice(0, 40)}`,
    isSeen: lines.some((line) => line.outlineStyle !== 'none' && parseFloat(line.outlineWidth) > 0),
    isInSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    isSkip: one.getAttribute('href') === '#content',
  };
})()
"""


def tab_until(page: Page, what: str) -> None:
    """Press Tab until the element with the focus matches a selector, once there is one."""
    expect(page.locator(what).first).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"no {what} can be reached by keyboard")


def test_from_home_to_the_dataset_of_a_model_and_what_it_reaches(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open("/")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(ui_world.model)
    expect(page.get_by_role("option").first).to_contain_text("digits-model:v2")
    page.keyboard.press("Alt+Enter")
    tab_until(page, "[data-graph]")

    spoken = page.locator("[data-graph] li[aria-current]")
    page.keyboard.press("Home")
    expect(spoken).to_contain_text("digits-model")
    for name in ("train", "手書き数字 データ"):
        page.keyboard.press("ArrowLeft")
        expect(spoken).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-graph]")).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator("main header h1")).to_contain_text("手書き数字 データ:v0")
    expect(page.locator("main")).to_be_focused()
    for tab in ("Metadata", "Files", "Usage", "History", "Lineage"):
        page.keyboard.press("]")
        expect(page.locator("[data-tab-links] [aria-current]")).to_contain_text(tab)
    tab_until(page, "[data-graph]")
    page.keyboard.press("i")

    expect(page.get_by_role("grid")).to_contain_text("手書き数字モデル")
    tab_until(page, "[data-index]")
    assert complaints.found == []


def test_the_skip_link_leads_past_the_frame(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open(PAGES["model"].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.locator("a[href='#content']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["home", "project-runs", "version", "version-lineage", "model", "run-charts"])
def test_tab_comes_by_everything_seen_and_out_again(sign_in: SignIn, ui_world: UIWorld, name: str, scheme: str) -> None:
    page, _ = sign_in(ui_world.key, color_scheme=scheme).open(PAGES[name].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (stop["isSkip"] and stops):
            break
        stops.append(stop)

    assert 10 < len(stops) < MOST_STOPS
    assert [stop["name"] for stop in stops if not stop["isSeen"]] == []
    assert [stop["name"] for stop in stops if not stop["isInSight"]] == []


def test_the_focus_stays_near_a_tag_that_was_taken_away(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open(f"/{ui_world.model}")
    page.get_by_role("button", name="+ tag").click()
    page.keyboard.type("試し")
    page.keyboard.press("Enter")
    gone = page.get_by_role("button", name="Remove tag 試し")
    gone.focus()

    page.keyboard.press("Enter")

    expect(gone).to_have_count(0)
    page.wait_for_function("document.querySelector('main').contains(document.activeElement)")


def test_the_titles_in_a_row_are_shown_where_the_focus_rests(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open(PAGES["model"].path(ui_world))
    expect(page.get_by_role("grid", name="Versions")).to_contain_text("v2")

    tab_until(page, "[data-index]")

    tip = page.locator("[data-title-tip]")
    expect(tip).to_contain_text("UTC")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_a_focus_on_the_whole_page_shows_none_of_its_titles(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open(PAGES["model"].path(ui_world))
    expect(page.get_by_role("grid", name="Versions")).to_contain_text("v2")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.wait_for_timeout(1500)

    expect(page.locator("[data-title-tip]")).to_have_count(0)
