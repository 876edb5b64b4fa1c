"""Objects and tabs that are not there."""

import pytest
from playwright.sync_api import expect

from e2e.ui.conftest import SignIn, UIWorld


@pytest.mark.slow
def test_what_is_not_there_says_so_in_the_title_of_the_window(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    missing = ["nobody", "nobody/nothing", f"{ui_world.project}/none", f"{ui_world.project}/none:v0", "a/b/c/d"]

    titles = []
    for path in [*missing, f"{ui_world.project}/-/runs/none"]:
        page, _ = browser.open(f"/{path}")
        expect(page.locator("main h2")).to_contain_text("There is no such")
        titles.append(page.title())
        page.close()

    assert set(titles) == {"Not found · Headwater"}


@pytest.mark.slow
def test_a_tab_that_is_none_shows_which_there_are(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    owners = [ui_world.entity, ui_world.project, ui_world.registry, ui_world.registered_model, ui_world.model]
    collection = ui_world.model.split(":")[0]
    run = ui_world.run_page("train", "none")

    for path in [*(f"/{owner}/-/none" for owner in [*owners, collection]), run, "/-/settings/none"]:
        page, _ = browser.open(path)
        expect(page.locator("main h2").first).to_contain_text("no tab “none”")
        assert page.title().endswith("Not found · Headwater")
        page.locator("main li a").first.click()
        expect(page.get_by_text("no tab “none”")).to_have_count(0)
        page.close()
