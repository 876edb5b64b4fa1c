"""Every page shows what it is for, without a complaint of the browser, and nothing that a name says ever runs."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.axe import serious_findings
from e2e.ui.conftest import NARROW, SignIn, UIWorld
from e2e.ui.pages import PAGES
from posting import post_document

# A page of each kind is looked at each time, all of them among the slow tests.
QUICK = {"home", "project-runs", "run-charts", "version-lineage", "model"}


@pytest.fixture(params=[pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in PAGES])
def page_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_page_shows_what_it_is_for_and_the_browser_complains_of_nothing(
    sign_in: SignIn, ui_world: UIWorld, page_name: str
) -> None:
    wanted = PAGES[page_name]
    browser = sign_in(ui_world.key)

    page, complaints = browser.open(wanted.path(ui_world))

    expect(page.locator("main")).to_contain_text(wanted.shows(ui_world))
    assert complaints.found == []
    assert complaints.answers == []
    assert page.evaluate("window.harmed") is None
    assert serious_findings(page) == []
    if page_name not in WITHOUT_QUERY:
        assert asked_anew(page, ui_world)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
def test_on_a_narrow_screen_nothing_is_cut_and_nothing_lies_beside_it(
    sign_in: SignIn, ui_world: UIWorld, page_name: str, locale: str
) -> None:
    browser = sign_in(ui_world.key, viewport=NARROW, locale=locale)

    page, _ = browser.open(PAGES[page_name].path(ui_world))

    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert page.evaluate(CUT_LABELS) == []


# Labels of ours that do not fit their box. What users named may be cut: it has a title. Some are only ever spoken.
CUT_LABELS = """
[...document.querySelectorAll('button, [role=columnheader], label, h1, h2, h3, nav a, dt')]
  .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
  .filter((one) => !one.closest('.visually-hidden'))
  .filter((one) => getComputedStyle(one).overflow !== 'visible' && !one.closest('[dir=auto]'))
  .map((one) => `${one.tagName} ${one.textContent.slice(0, 60)}`)
"""


# These show what the frame knows, or nothing.
WITHOUT_QUERY = {"settings-entities", "settings-interface", "missing"}


def asked_anew(page: Page, world: UIWorld) -> dict[str, Any]:
    """Ask the query that "show this query" would hand over to GraphiQL; an error fails the test."""
    href = page.locator("[data-query]").get_attribute("href") or ""
    given = parse_qs(urlsplit(href).fragment)
    url = world.place.variables["HEADWATER_BASE_URL"]
    return post_document(url, world.key, given["query"][0], **json.loads(given["variables"][0]))
