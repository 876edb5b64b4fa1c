"""With fingers: the graph moves under one and grows under two, a tap chooses, and what hovering tells is told."""

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import CDPSession, expect

from e2e.ui.conftest import NARROW, SignIn, UIWorld
from e2e.ui.pages import PAGES

pytestmark = pytest.mark.slow

PHONE = {"viewport": NARROW, "has_touch": True, "is_mobile": True}
# What a finger may miss: less than 24 px, in no line of text, and no plain link with room around it.
SMALL = """
[...document.querySelectorAll('main button, main a[href], main summary, main [role=option], header button')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.visually-hidden'))
  .filter((one) => getComputedStyle(one).display !== 'inline' && (one.tagName !== 'A' || one.className))
  .filter((one) => !one.closest('p, li, [role=row], nav'))
  .filter((one) => !one.getAttribute('aria-label')?.match(/: v\\d/))
  .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 23.5 || box.width < 23.5; })
  .map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`)
"""


def drag(session: CDPSession, *fingers: Sequence[tuple[float, float]]) -> None:
    """Move fingers along their ways, all ways as long as the first, and lift them."""
    for step in range(len(fingers[0])):
        points = [{"x": way[step][0], "y": way[step][1], "id": number} for number, way in enumerate(fingers)]
        kind = "touchMove" if step else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_moves_the_graph_two_enlarge_it_and_a_tap_chooses(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key, **PHONE)
    page, complaints = browser.open(f"/{ui_world.model}/-/lineage?view=graph")
    graph = page.locator("[data-graph]")
    graph.scroll_into_view_if_needed()
    box = graph.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8
    session = browser.context.new_cdp_session(page)

    drag(session, [(x + 8 * step, y) for step in range(8)])
    expect(page).to_have_url(re.compile("cam="))
    moved = page.url
    drag(session, [(x - 30 - 6 * step, y) for step in range(8)], [(x + 30 + 6 * step, y) for step in range(8)])
    page.wait_for_function("(before) => location.href !== before", arg=moved)
    scale = [float(re.split("%2C|,", url.split("cam=")[1].split("&")[0])[-1]) for url in (moved, page.url)]
    assert scale[1] > 1.5 * scale[0]

    page.get_by_role("button", name="100 %").tap()
    page.wait_for_timeout(600)
    graph.tap()
    expect(page).to_have_url(re.compile("sel="))
    assert complaints.found == []


def test_a_tap_on_a_time_tells_it_in_utc(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key, **PHONE).open(PAGES["model"].path(ui_world))

    page.locator("main time").first.tap()

    expect(page.locator("[data-title-tip]")).to_contain_text("UTC")


@pytest.mark.parametrize("name", ["home", "project-runs", "run-files", "version", "version-lineage", "model"])
def test_nothing_is_too_small_for_a_finger(sign_in: SignIn, ui_world: UIWorld, name: str) -> None:
    page, _ = sign_in(ui_world.key, **PHONE).open(PAGES[name].path(ui_world))
    expect(page.locator("main h1")).to_be_visible()

    assert page.evaluate(SMALL) == []
