"""The registry in the browser: promoted by keyboard, raced for, rolled back, told over time, guarded, linked."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.ui.conftest import SignIn, UIWorld

pytestmark = pytest.mark.slow


def confirm(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def tab_to_row(page: Page) -> None:
    """Go on with the keyboard until a row of a table has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.index"):
            return
    raise AssertionError("no row can be reached by keyboard")


def alias_row(page: Page, alias: str) -> Locator:
    return page.get_by_role("list", name="Current aliases").get_by_role("listitem").filter(has_text=alias)


def choose_version(page: Page, version: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Version").click()
    page.get_by_role("option", name=version).click()


def test_a_version_is_promoted_by_keyboard_alone_and_the_move_undone(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.registered_model}")
    expect(alias_row(page, "production")).to_contain_text("v1")

    tab_to_row(page)
    page.keyboard.press("m")
    reason = page.get_by_role("dialog").get_by_role("textbox", name="Reason")
    expect(reason).to_be_focused()
    expect(page.get_by_role("button", name="Move v1 → v2")).to_be_disabled()
    page.keyboard.type("監査の後で")
    expect(page.get_by_role("button", name="Move v1 → v2")).to_be_enabled()
    confirm(page)

    moved = page.get_by_role("status").filter(has_text="production moved from v1 to v2.")
    expect(moved).to_be_visible()
    expect(page.locator('[data-index="0"]')).to_be_focused()
    expect(alias_row(page, "production")).to_contain_text("監査の後で")
    page.get_by_role("button", name="Undo").click()
    expect(alias_row(page, "production")).to_contain_text("v1")
    assert complaints.found == []


def test_of_two_browsers_that_race_the_slower_is_told_and_decides_again(sign_in: SignIn, ui_world: UIWorld) -> None:
    pages = [sign_in(ui_world.key).open(f"/{ui_world.registered_model}")[0] for _ in range(2)]
    first, second = pages
    for page in pages:
        page.get_by_role("button", name="Move staging").click()
    choose_version(second, "v0")
    reason = second.get_by_role("dialog").get_by_role("textbox", name="Reason")
    reason.fill("遅れて")
    expect(second.get_by_role("button", name="Move v2 → v0")).to_be_enabled()

    first.get_by_role("button", name="Move v2 → v1").click()
    expect(first.get_by_role("status").filter(has_text="staging moved from v2 to v1.")).to_be_visible()
    confirm(second)

    told = second.get_by_role("alert").filter(has_text="moved staging to v1 (you expected v2)")
    expect(told).to_be_visible()
    expect(reason).to_be_focused()
    expect(reason).to_have_value("遅れて")
    told.get_by_role("button", name="Move v1 → v0").click()
    expect(second.get_by_role("status").filter(has_text="staging moved from v1 to v0.")).to_be_visible()


def test_an_alias_goes_back_to_a_version_chosen_from_its_history(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.registered_model}")
    page.get_by_role("button", name="Promote…").click()
    page.get_by_role("dialog").get_by_role("button", name="Alias").click()
    page.get_by_role("option", name="New alias…").click()
    page.get_by_role("textbox", name="Alias name").fill("候補")
    for version in ("v1", "v0"):
        choose_version(page, version)
        page.get_by_role("button", name=re.compile(f"Move .* → {version}")).click()
        expect(alias_row(page, "候補")).to_contain_text(version)
        if version == "v1":
            page.get_by_role("button", name="Move 候補").click()

    page.get_by_role("button", name="More actions for 候補").click()
    page.get_by_role("menuitem", name="Roll back…").click()
    expect(page.get_by_role("radio", name="v1")).to_be_checked()
    confirm(page)
    expect(alias_row(page, "候補")).to_contain_text("v1")
    page.get_by_role("button", name="More actions for 候補").click()
    page.get_by_role("menuitem", name="Remove").click()
    confirm(page)

    expect(alias_row(page, "候補")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="候補 moved from v1 to nowhere.")).to_be_visible()
    assert complaints.found == []


def test_the_timeline_tells_which_version_was_in_production_at_a_moment(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    page, complaints = browser.open(f"/{ui_world.registered_model}/-/timeline")

    moves = page.get_by_role("grid", name="Moves").get_by_role("row").filter(has_text="最初の版")
    expect(moves).to_have_count(1)
    page.get_by_role("button", name="production: v0").dispatch_event("click")
    record = page.get_by_role("region", name="Move details")
    expect(record).to_contain_text("最初の版")
    at = re.search(r"move=production%40([^&]+)", page.url)
    assert at is not None
    asked, _ = browser.open(f"/{ui_world.registered_model}/-/timeline?asof={at[1]}")

    then = asked.get_by_role("region", name="As of").get_by_role("listitem")
    expect(then.filter(has_text="production")).to_contain_text("v0")
    expect(then.filter(has_text="production")).to_contain_text("Warning")
    assert complaints.found == []


def test_a_guard_is_set_blocks_with_its_reason_and_is_removed(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    page, complaints = browser.open(f"/{ui_world.registry}/-/settings")
    page.get_by_role("button", name="New guard").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Alias").fill("監査済み")
    dialog.get_by_role("button", name="Rule", exact=False).first.click()
    page.get_by_role("option", name="Tag", exact=True).click()
    dialog.get_by_role("textbox", name="Tag").fill("audited")
    confirm(page)
    guard = page.get_by_role("listitem").filter(has_text="has the tag audited")
    expect(guard).to_be_visible()

    model, _ = browser.open(f"/{ui_world.registered_model}")
    model.get_by_role("button", name="Promote…").click()
    model.get_by_role("dialog").get_by_role("button", name="Alias").click()
    model.get_by_role("option", name="監査済み").click()
    expect(model.get_by_role("dialog").get_by_role("status")).to_contain_text("audited")
    model.get_by_role("dialog").get_by_role("textbox", name="Reason").fill("それでも")
    expect(model.get_by_role("button", name=re.compile("Move nowhere"))).to_be_disabled()

    guard.get_by_role("button", name="Remove · 監査済み").click()
    confirm(page)
    expect(guard).to_have_count(0)
    assert complaints.found == []


def test_a_model_is_made_filled_by_a_link_and_deleted_by_its_plan(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.registry}")
    page.get_by_role("button", name="New registered model").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("実験 モデル <b>2")
    expect(page.get_by_role("button", name="Create")).to_be_enabled()
    confirm(page)
    expect(page.get_by_role("heading", name="実験 モデル <b>2")).to_be_visible()
    expect(page.get_by_text("version.link(")).to_be_visible()

    page.get_by_role("button", name="Link a version…").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Version").fill(f"{ui_world.project}/digits-model:v1")
    page.get_by_role("radio", name="digits-model:v1").check()
    page.get_by_role("dialog").get_by_role("textbox", name="Aliases").fill("staging、試験")
    confirm(page)
    expect(alias_row(page, "試験")).to_contain_text("v0")
    expect(page.get_by_role("grid", name="Versions").get_by_role("row")).to_have_count(2)

    page.get_by_role("link", name="Settings", exact=True).last.click()
    page.get_by_role("button", name="Delete the model…").click()
    page.get_by_role("dialog").get_by_role("checkbox").check(force=True)
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="model-registry")).to_be_visible()
    expect(page.get_by_text("実験 モデル <b>2")).to_have_count(0)
    assert complaints.found == []
