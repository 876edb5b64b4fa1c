"""What a page does while the service does not answer, and when it does again."""

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.conftest import SignIn, UIWorld


def is_silent(page: Page) -> None:
    """Check that the page says that nothing answers, and what to do."""
    notice = page.get_by_role("alert").filter(has_text="Headwater does not answer").first
    expect(notice).to_contain_text("headwater status")
    expect(notice).to_contain_text("headwater up")


@pytest.mark.slow
def test_a_page_that_could_not_be_loaded_appears_once_the_service_answers(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    page, _ = browser.open("/")
    page.evaluate("window.isSame = true")

    browser.context.set_offline(True)
    page.get_by_role("link", name=ui_world.project).first.click()

    is_silent(page)
    expect(page.locator("h1")).to_have_text("Page not loaded")
    expect(page).to_have_title("Page not loaded · Headwater")

    browser.context.set_offline(False)

    expect(page.locator("main")).to_contain_text("データ準備")
    expect(page.get_by_text("Headwater does not answer")).to_have_count(0)
    assert page.evaluate("window.isSame")
    assert page.evaluate("[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)")


@pytest.mark.slow
def test_what_was_typed_stays_while_the_service_is_away(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    page, _ = browser.open(f"/{ui_world.project}/-/settings")
    page.get_by_label("Name").fill("half a na")

    browser.context.set_offline(True)
    page.get_by_role("button", name="Save").first.click()

    is_silent(page)
    expect(page.get_by_label("Name")).to_have_value("half a na")

    browser.context.set_offline(False)

    expect(page.get_by_text("Headwater does not answer")).to_have_count(0)
    expect(page.get_by_label("Name")).to_have_value("half a na")
