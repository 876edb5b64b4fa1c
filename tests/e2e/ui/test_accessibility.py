"""Every page in the dark, narrow, in Japanese, at 400 %, with more space between letters; and what opens over it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.axe import serious_findings
from e2e.ui.conftest import NARROW, SignIn, UIWorld
from e2e.ui.opened import OPENED
from e2e.ui.pages import PAGES

pytestmark = pytest.mark.slow

# 1280 x 1024 at 400 %.
ZOOMED = {"width": 320, "height": 256}
# What WCAG 1.4.12 lets a reader set.
SPACED = """
* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important }
p { margin-bottom: 2em !important }
"""
# What lies beside the window or scrolls sideways, but tables, code and the graph.
BESIDE = """
(() => {
  const isCut = (one) => {
    for (let around = one.parentElement; around; around = around.parentElement) {
      const isEdge = ['hidden', 'clip'].includes(getComputedStyle(around).overflowX);
      if (isEdge && around.getBoundingClientRect().right <= innerWidth + 1) return true;
    }
    return false;
  };
  return [...document.querySelectorAll('body *')]
    .filter((one) => !one.closest('.visually-hidden, [role=grid], pre, code, table, svg, canvas, [data-graph]'))
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().width > 0)
    .filter((one) => (one.getBoundingClientRect().right > innerWidth + 1 && !isCut(one))
      || (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth + 1))
    .map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`);
})()
"""
# What is cut although a pointer that comes to it shows no title to read it by.
CUT = """
[...document.querySelectorAll('button, label, h1, h2, h3, nav a, dt, dd, main a, main span, p')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.clientWidth > 0)
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => !one.closest('.visually-hidden, [data-graph]'))
  .filter((one) => [one, one.parentElement].some((box) => getComputedStyle(box).overflowX === 'hidden'
    && (box === one || getComputedStyle(one).display === 'inline') && box.scrollWidth > box.clientWidth + 1))
  .filter((one) => !one.dispatchEvent(new PointerEvent('pointerover', {bubbles: true, cancelable: true}))
    || !one.closest('[title]') && !one.querySelector('[title]'))
  .map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 60)}`)
"""


def into_japanese(page: Page) -> None:
    page.evaluate("localStorage.setItem('headwater:locale', 'ja')")
    page.reload(wait_until="networkidle")
    expect(page.locator("html")).to_have_attribute("lang", "ja")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_in_the_dark_on_a_narrow_screen_and_in_japanese(
    sign_in: SignIn, ui_world: UIWorld, name: str
) -> None:
    page, _ = sign_in(ui_world.key, color_scheme="dark").open(PAGES[name].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()
    found = {"dark": serious_findings(page)}

    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    found["dark and narrow"] = serious_findings(page)
    page.emulate_media(color_scheme="light")
    found["light and narrow"] = serious_findings(page)
    into_japanese(page)
    expect(page.locator("main h1")).to_be_visible()
    found["Japanese"] = serious_findings(page)

    assert {mode: one for mode, one in found.items() if one} == {}


@pytest.mark.parametrize("name", PAGES)
def test_at_400_percent_nothing_is_cut_and_nothing_scrolls_sideways(
    sign_in: SignIn, ui_world: UIWorld, name: str
) -> None:
    page, _ = sign_in(ui_world.key, viewport=ZOOMED).open(PAGES[name].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"]
    assert page.evaluate(BESIDE) == []
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", PAGES)
def test_with_more_space_between_letters_no_word_is_lost(sign_in: SignIn, ui_world: UIWorld, name: str) -> None:
    page, _ = sign_in(ui_world.key).open(PAGES[name].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    # As a reader's own tool does it, past the content policy.
    page.evaluate(
        """(text) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(text);
          document.adoptedStyleSheets = [sheet];
        }""",
        SPACED,
    )

    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", OPENED)
def test_what_is_opened_over_a_page_is_named_and_escape_gives_the_focus_back(
    sign_in: SignIn, ui_world: UIWorld, name: str
) -> None:
    opened = OPENED[name]
    page, complaints = sign_in(ui_world.key).open(PAGES[opened.page].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    opened.open(page)
    over = page.get_by_role(opened.role).last  # type: ignore[arg-type]
    expect(over).to_be_visible()
    page.wait_for_load_state("networkidle")
    found = {"light": serious_findings(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = serious_findings(page)
    assert page.evaluate("document.activeElement !== document.body")
    page.keyboard.press("Escape")
    expect(over).to_have_count(0)

    assert {mode: one for mode, one in found.items() if one} == {}
    expect(page.locator(":focus")).to_have_count(1)
    assert complaints.found == []


@pytest.mark.parametrize("name", ["version-lineage", "run-charts", "model", "home"])
def test_with_less_motion_nothing_moves(sign_in: SignIn, ui_world: UIWorld, name: str) -> None:
    page, _ = sign_in(ui_world.key, reduced_motion="reduce").open(PAGES[name].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    moving: list[Any] = page.evaluate(
        "document.getAnimations().filter((one) => one.playState === 'running').map((one) => one.animationName)"
    )

    assert moving == []
