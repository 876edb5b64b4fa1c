"""Every page shows what it is for, without a complaint of the browser, and nothing that a name says ever runs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.conftest import SignIn, UIWorld

AXE = Path(__file__).parents[3] / "web" / "app" / "node_modules" / "axe-core" / "axe.min.js"

# The pages by name: where each is, and a text that it must show.
PAGES: dict[str, tuple[Callable[[UIWorld], str], Callable[[UIWorld], str]]] = {
    "home": (lambda world: "/", lambda world: world.project),
    "entity": (lambda world: f"/{world.entity}", lambda world: world.project.split("/")[1]),
    "entity-registries": (lambda world: f"/{world.entity}/-/registries", lambda world: "model-registry"),
    "entity-members": (lambda world: f"/{world.entity}/-/members", lambda world: world.entity),
    "settings-keys": (lambda world: "/-/settings/keys", lambda world: "New key"),
    "settings-entities": (lambda world: "/-/settings/entities", lambda world: world.entity),
    "settings-interface": (lambda world: "/-/settings/interface", lambda world: "Language"),
}


@pytest.fixture(params=PAGES)
def page_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_page_shows_what_it_is_for_and_the_browser_complains_of_nothing(
    sign_in: SignIn, ui_world: UIWorld, page_name: str
) -> None:
    path, text = PAGES[page_name]
    browser = sign_in(ui_world.key)

    page, complaints = browser.open(path(ui_world))

    expect(page.locator("main")).to_contain_text(text(ui_world))
    assert complaints.found == []
    assert complaints.answers == []
    assert page.evaluate("window.harmed") is None
    assert serious_findings(page) == []


def serious_findings(page: Page) -> list[str]:
    """What axe finds that is serious or critical: the rule and the first place of each."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {json.dumps(one['nodes'][0]['target'])} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
