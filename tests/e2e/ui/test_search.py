"""The search over everything: opened by a key, it finds what was made by name, word or path, and opens it."""

import re
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.ui.conftest import SignIn, UIWorld

pytestmark = pytest.mark.slow

# An Enter that ends the conversion of Japanese input, as browsers tell it.
COMPOSED_ENTER = """
(field) => field.dispatchEvent(
  new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', isComposing: true, bubbles: true, cancelable: true}))
"""


def field_of(page: Page) -> Locator:
    return page.get_by_role("dialog").get_by_role("combobox")


def find(page: Page, text: str, *, key: str = "/") -> Locator:
    """Open the search by a key, type, and return what it found."""
    expect(page.locator("main h1")).to_be_visible()
    page.keyboard.press(key)
    expect(field_of(page)).to_be_focused()
    page.keyboard.insert_text(text)
    return page.get_by_role("listbox").get_by_role("option")


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_a_key_opens_the_search_and_escape_closes_it(sign_in: SignIn, ui_world: UIWorld, key: str) -> None:
    page, complaints = sign_in(ui_world.key).open("/")
    expect(page.locator("main h1")).to_be_visible()

    page.keyboard.press(key)
    expect(field_of(page)).to_be_focused()
    expect(field_of(page)).to_have_value("")
    page.keyboard.press("Escape")

    expect(field_of(page)).to_have_count(0)
    assert complaints.found == []


def test_a_slash_in_a_field_is_text_and_opens_nothing(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open(f"/{ui_world.project}/-/runs")
    field = page.get_by_role("textbox", name="Search names")

    field.press_sequentially("a/b")

    expect(field).to_have_value("a/b")
    expect(field_of(page)).to_have_count(0)


def test_a_project_is_found_by_its_name_and_opened_by_enter(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open("/")

    found = find(page, ui_world.project.split("/")[1])
    expect(found.first).to_contain_text("Project")
    expect(found.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(re.escape(ui_world.project)))
    expect(field_of(page)).to_have_count(0)
    expect(page.get_by_role("grid", name="Runs")).to_be_visible()
    assert complaints.found == []


def test_a_run_is_found_by_its_japanese_name_and_alt_enter_opens_its_lineage(
    sign_in: SignIn, ui_world: UIWorld
) -> None:
    page, complaints = sign_in(ui_world.key).open("/")

    found = find(page, "データ準備", key="Control+k")
    expect(found.filter(has_text="Run")).to_contain_text("前処理")
    page.keyboard.press("Alt+Enter")

    page.wait_for_url(re.compile(re.escape(ui_world.run_page("前処理", "lineage"))))
    expect(page.get_by_role("heading", name="データ準備", level=1)).to_be_visible()
    assert complaints.found == []


def test_a_version_is_found_by_its_path(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open("/")

    found = find(page, ui_world.model)
    expect(found).to_have_count(1)
    expect(found).to_contain_text("digits-model:v2")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(re.escape(ui_world.model)))
    expect(page.get_by_role("heading", name="digits-model:v2")).to_be_visible()
    assert complaints.found == []


def test_a_part_of_a_japanese_name_finds_all_that_bears_it_and_the_arrows_choose(
    sign_in: SignIn, ui_world: UIWorld
) -> None:
    page, complaints = sign_in(ui_world.key).open("/")

    found = find(page, "手書き")
    expect(found.filter(has_text="手書き数字モデル").first).to_be_visible()
    expect(found.filter(has_text="手書き数字 データ").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    second = found.nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    field = field_of(page)
    assert field.get_attribute("aria-activedescendant") == second.get_attribute("id")
    chosen = second.inner_text()
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(quote("手書き")))
    assert any(part and part in chosen for part in unquote(page.url).rsplit("/", 1)[1].split(":"))
    assert complaints.found == []


def test_the_enter_that_ends_a_conversion_opens_nothing(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open("/")
    expect(find(page, "データ準備").first).to_be_visible()

    field_of(page).evaluate(COMPOSED_ENTER)
    expect(field_of(page)).to_have_value("データ準備")
    assert "/-/runs/" not in page.url
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/-/runs/"))
    assert complaints.found == []


def test_what_nothing_bears_is_said_to_be_nowhere(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, _ = sign_in(ui_world.key).open("/")

    found = find(page, "zzzqqqxxx9")

    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("No results that you have access to")
    expect(found).to_have_count(0)
