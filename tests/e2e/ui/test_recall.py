"""From a recall to what it concerns."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from authorisation_world import log
from e2e.ui.conftest import SignIn


@pytest.mark.slow
def test_whoever_recalls_a_version_is_led_to_what_it_reaches(
    sign_in: SignIn, post: Callable[..., Any], user: Any, project: str
) -> None:
    browser = sign_in(user.key)
    dataset = log(browser.url, post, user, project, name="raw")
    log(browser.url, post, user, project, name="model", uses=dataset.version_path)
    page, _ = browser.open(f"/{dataset.version_path}")

    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Recall").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("wrong labels")
    page.get_by_role("dialog").get_by_role("button", name="Recall").click()

    notice = page.get_by_role("note").filter(has_text="wrong labels")
    notice.get_by_role("link", name="What does it reach?").click()
    page.wait_for_url("**/-/lineage?view=impact")
    expect(page.locator("main")).to_contain_text("reaches")
