"""Versions and their series in the browser: looked at, changed, compared, deleted; what others wrote never runs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from authorisation_world import log
from e2e.ui.conftest import NARROW, SignIn, UIWorld

pytestmark = pytest.mark.slow


def confirm(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def choose_action(page: Page, name: str) -> None:
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name=name).click()


def open_dataset_file(sign_in: SignIn, world: UIWorld, file: str, **options: Any) -> tuple[Page, Any]:
    page, complaints = sign_in(world.key, **options).open(f"/{world.dataset}/-/files?file={file}")
    expect(page.get_by_role("heading", name=file, exact=True)).to_be_visible()
    return page, complaints


def test_a_version_is_described_tagged_and_noted_in_place(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.model}")

    page.get_by_role("button", name="Edit: Description").click()
    page.get_by_role("textbox", name="Description").fill(
        "## 説明\n\n<script>window.harmed=1</script> [x](javascript:1)"
    )
    confirm(page)
    expect(page.get_by_role("heading", name="説明")).to_be_visible()
    page.get_by_role("button", name="+ tag").click()
    page.keyboard.type("確認済み")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove tag 確認済み")).to_be_visible()
    page.get_by_role("link", name="Metadata").click()
    page.get_by_role("button", name="Edit").click()
    field = page.get_by_role("textbox", name="Metadata as JSON")
    field.fill("[1]")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    field.fill('{"accuracy": 0.97, "分割": {"訓練": 1200}}')
    confirm(page)
    page.get_by_role("textbox", name="Find in metadata").fill("訓練")
    expect(page.get_by_role("button", name="Copy path 分割.訓練")).to_be_visible()
    expect(page.get_by_role("button", name="Copy path accuracy")).to_have_count(0)

    assert page.evaluate("window.harmed") is None
    assert page.locator("main a[href^='javascript']").count() == 0
    assert complaints.found == []


def test_an_alias_is_put_on_taken_off_and_put_back(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.model.replace(':v2', ':v1')}")
    dialog = page.get_by_role("dialog")
    chip = page.get_by_role("button", name="Remove alias candidate")
    expect(chip).to_have_count(0)

    page.get_by_role("button", name="+ alias").click()
    dialog.get_by_role("button", name="Alias").click()
    page.get_by_role("option", name="candidate").click()
    dialog.get_by_role("textbox", name="Reason").fill("試す")
    dialog.get_by_role("button", name="Move v2 → v1").click()
    expect(chip).to_be_visible()
    chip.click()
    dialog.get_by_role("button", name="Remove").click()
    expect(chip).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(chip).to_be_visible()
    page.get_by_role("link", name="History").click()

    history = page.get_by_role("grid", name="Alias history")
    expect(history.get_by_role("row")).to_have_count(5)
    expect(history).to_contain_text("試す")
    assert complaints.found == []


def test_a_recall_shows_on_the_version_and_on_what_came_of_it_until_it_is_withdrawn(
    sign_in: SignIn, ui_world: UIWorld
) -> None:
    browser = sign_in(ui_world.key)
    page, complaints = browser.open(f"/{ui_world.dataset}")

    choose_action(page, "Recall…")
    page.get_by_role("dialog").get_by_role("textbox", name="Reason").fill("**ラベル**の誤り")
    confirm(page)
    expect(page.get_by_role("note").filter(has_text="Recalled (warning)")).to_contain_text("ラベルの誤り")
    below, _ = browser.open(f"/{ui_world.model}")
    expect(below.get_by_role("note").filter(has_text="Recalled (warning)")).to_contain_text("2 steps upstream")
    page.get_by_role("button", name="Withdraw").click()

    expect(page.get_by_text("Recalled (warning)")).to_have_count(0)
    assert complaints.found == []


def test_marked_versions_are_compared_by_key_with_why_they_differ_first(sign_in: SignIn, ui_world: UIWorld) -> None:
    series = ui_world.model.partition(":")[0]
    page, complaints = sign_in(ui_world.key).open(f"/{series}")

    page.get_by_role("row").filter(has_text=re.compile("v2")).get_by_role("checkbox").check()
    page.get_by_role("row").filter(has_text=re.compile("v0")).get_by_role("checkbox").check()
    page.keyboard.press("c")

    page.wait_for_url(re.compile(r":v0\.\.\.v2$"))
    headings = page.locator("main h2")
    expect(headings.first).to_have_text("Why they differ")
    config = page.get_by_role("region", name="Config")
    expect(config.get_by_role("row").filter(has_text="lr")).to_contain_text(re.compile(r"0\.01.*0\.03"))
    expect(page.get_by_role("button", name="1 changed")).to_be_visible()
    page.get_by_role("button", name="Swap sides").click()
    page.wait_for_url(re.compile(r":v2\.\.\.v0$"))
    page.go_back()
    page.wait_for_url(re.compile(r":v0\.\.\.v2$"))
    assert complaints.found == []


def test_a_collection_is_made_renamed_and_deleted_by_its_plan(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.project}/-/artifacts")
    dialog = page.get_by_role("dialog")

    page.get_by_role("button", name="New collection").click()
    dialog.get_by_role("textbox", name="Type").fill("report")
    dialog.get_by_role("textbox", name="Collection").fill("新しい 系列")
    confirm(page)
    expect(page.get_by_role("heading", name="新しい 系列")).to_be_visible()
    choose_action(page, "Rename…")
    dialog.get_by_role("textbox", name="New name").fill("改名 した系列")
    confirm(page)
    expect(page.get_by_role("heading", name="改名 した系列")).to_be_visible()
    choose_action(page, "Delete…")
    dialog.get_by_role("button", name="Delete").click()

    page.wait_for_url(re.compile("/-/artifacts$"))
    assert complaints.found == []


def test_a_deleted_version_says_so_and_comes_back(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.project}/report:v0")
    dialog = page.get_by_role("dialog")

    choose_action(page, "Delete…")
    dialog.get_by_text("Also remove its alias").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This version is deleted")).to_be_visible()
    page.get_by_role("button", name="Restore").click()

    expect(page.get_by_text("This version is deleted")).to_have_count(0)
    assert complaints.found == []


def test_a_deletion_that_is_refused_says_why_and_offers_no_button(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open(f"/{ui_world.registered_model}:production")
    dialog = page.get_by_role("dialog")

    choose_action(page, "Unlink…")

    expect(dialog).to_contain_text("protected alias 'production'")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()


def test_what_a_file_holds_is_shown_and_never_run(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = open_dataset_file(sign_in, ui_world, "table.csv")
    table = page.get_by_role("region", name="First rows of the file")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table).to_contain_text("=cmd()")

    page.get_by_role("button", name="harm.html").click()
    expect(page.locator("pre")).to_have_text("<script>window.harmed=1</script>")
    page.get_by_role("button", name="harm.svg").click()
    image = page.get_by_role("img", name="harm.svg")
    expect(image).to_have_attribute("src", re.compile("^data:image/svg"))
    assert page.evaluate("window.harmed") is None
    page.go_back()
    expect(page.locator("pre")).to_be_visible()
    assert complaints.found == []


def test_files_fit_a_narrow_screen(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = open_dataset_file(sign_in, ui_world, "table.csv", viewport=NARROW, locale="ja-JP")

    expect(page.get_by_role("region", name="ファイルの先頭の行")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert complaints.found == []


def test_a_new_version_is_offered_and_does_not_move_the_list(
    sign_in: SignIn, post: Callable[..., Any], user: Any, project: str
) -> None:
    browser = sign_in(user.key)
    log(browser.url, post, user, project, name="first")
    page, complaints = browser.open(f"/{project}/-/artifacts")
    expect(page.get_by_role("img", name="Live: changes appear as they happen")).to_be_visible()
    rows = page.get_by_role("grid", name="All versions").get_by_role("row")
    expect(rows).to_have_count(2)

    log(browser.url, post, user, project, name="second")

    offer = page.get_by_role("button", name="1 new version — show")
    expect(offer).to_be_visible()
    expect(rows).to_have_count(2)
    offer.click()
    expect(rows).to_have_count(3)
    assert complaints.found == []


def test_an_outsider_sees_no_version_and_no_file(sign_in: SignIn, ui_world: UIWorld, user: Any) -> None:
    browser = sign_in(user.key)
    for path in (ui_world.model, f"{ui_world.model}/-/files?file=weights.bin", ui_world.model.partition(":")[0]):
        page, _ = browser.open(f"/{path}")
        expect(page.get_by_text(re.compile("There is no such (version|collection)"))).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("weights")
    assert page.request.get(f"{browser.url}/files/{ui_world.model}/weights.bin").status == 404
