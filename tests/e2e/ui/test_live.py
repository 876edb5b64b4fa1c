"""Pages follow what happens on the server, without being loaded again."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from authorisation_world import log
from e2e.ui.conftest import SignIn


def test_a_version_that_a_program_logs_appears_on_the_page_that_is_open(
    sign_in: SignIn, post: Callable[..., Any], user: Any, project: str
) -> None:
    browser = sign_in(user.key)
    page, complaints = browser.open("/")
    expect(page.get_by_role("img", name="Live: changes appear as they happen")).to_be_visible()

    logged = log(browser.url, post, user, project, name="raw")

    expect(page.locator("main")).to_contain_text(project)
    expect(page.locator("main")).to_contain_text("1 run")
    assert logged.run_key
    assert complaints.found == []


@pytest.mark.slow
def test_where_no_socket_opens_the_page_asks_every_few_seconds(
    sign_in: SignIn, post: Callable[..., Any], user: Any, project: str
) -> None:
    browser = sign_in(user.key)
    browser.context.route_web_socket("**/graphql", lambda socket: socket.close())
    page, _ = browser.open("/")
    expect(page.get_by_role("img", name="Changes appear within seconds")).to_be_visible()

    log(browser.url, post, user, project, name="raw")

    expect(page.locator("main")).to_contain_text("1 run", timeout=15_000)
