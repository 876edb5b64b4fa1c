"""Signing out leaves nothing of a person in the browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.conftest import SignIn


def stored(page: Page) -> list[str]:
    keys: list[str] = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort()")
    return keys


@pytest.mark.slow
def test_queries_of_graphiql_go_when_somebody_signs_out_and_theme_and_language_stay(sign_in: SignIn, user: Any) -> None:
    browser = sign_in(user.key)
    page, _ = browser.open("/graphiql#query=query%20Mine%20%7Bviewer%7Buser%7Bname%7D%7D%7D")
    expect(page.locator(".graphiql-query-editor")).to_contain_text("query Mine")
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"viewer"')
    assert "Mine" in page.evaluate("JSON.stringify({...localStorage})")

    page.goto(browser.url)
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitem", name="English").click()
    page.get_by_role("button", name="sign out").click()
    page.get_by_role("menuitem", name="Sign out").click()

    expect(page.locator("body")).to_contain_text("headwater")
    expect(page.get_by_role("button", name="Theme")).to_have_count(0)
    assert stored(page) == ["headwater:locale", "headwater:theme"]
