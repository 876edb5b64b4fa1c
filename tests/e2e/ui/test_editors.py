"""What others did meanwhile: two browsers that edit one text, and an alias that somebody removed."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from e2e.ui.conftest import SignIn, UIWorld

pytestmark = pytest.mark.slow

MODEL = """
query Model($path: String!) {
  collection(path: $path) { id aliases { name } versions(first: 3) { edges { node { id index } } } }
}
"""
MOVE = """
mutation Move($input: MoveAliasesInput!) { moveAliases(input: $input) { __typename } }
"""


def test_of_two_browsers_that_edit_one_description_nothing_is_lost(sign_in: SignIn, ui_world: UIWorld) -> None:
    path = f"/{ui_world.project}/digits-model:v0"
    pages = [sign_in(ui_world.key).open(path)[0] for _ in range(2)]
    for page, text in zip(pages, ("精度を確認", "Checked by mai"), strict=True):
        page.get_by_role("button", name="Edit: Description").click()
        page.get_by_role("textbox", name="Description").fill(text)
    first, second = pages

    first.keyboard.press("Control+Enter")
    expect(first.get_by_role("region", name="Description")).to_contain_text("精度を確認")
    second.get_by_role("button", name="Save").click()

    expect(second.get_by_role("alert")).to_contain_text("was changed by somebody else")
    there = second.get_by_role("region", name="What is there now")
    expect(there).to_contain_text("精度を確認")
    mine = second.get_by_role("textbox", name="Description")
    expect(mine).to_have_value("Checked by mai")
    mine.fill("精度を確認. Checked by mai")
    there.get_by_role("button", name="Replace it with mine").click()
    expect(second.get_by_role("region", name="Description")).to_contain_text("精度を確認. Checked by mai")
    expect(first.get_by_role("region", name="Description")).to_contain_text("Checked by mai")


def test_a_removed_alias_has_its_lane_and_is_restored_from_there(
    sign_in: SignIn, ui_world: UIWorld, post: Callable[..., dict[str, Any]]
) -> None:
    model = post(MODEL, key=ui_world.key, path=ui_world.registered_model)["collection"]
    versions = {edge["node"]["index"]: edge["node"]["id"] for edge in model["versions"]["edges"]}
    for version in (versions[1], None):
        move = {"collection": model["id"], "name": "廃止 版", "version": version}
        given = {"operationId": str(uuid.uuid4()), "moves": [move], "reason": "試し"}
        assert post(MOVE, key=ui_world.key, input=given)["moveAliases"]["__typename"] == "MoveAliasesPayload"

    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.registered_model}/-/timeline")
    lanes = page.get_by_role("group", name="Timeline")
    expect(lanes).to_contain_text("廃止 版 removed")
    page.get_by_role("button", name="Restore 廃止 版").click()
    expect(page.get_by_role("dialog", name="Restore 廃止 版")).to_be_visible()
    expect(page.get_by_role("radio", name="v1")).to_be_checked()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("status").filter(has_text="廃止 版 moved from nowhere to v1.")).to_be_visible()
    expect(lanes).not_to_contain_text("removed")
    now = post(MODEL, key=ui_world.key, path=ui_world.registered_model)["collection"]["aliases"]
    assert "廃止 版" in [alias["name"] for alias in now]
    assert complaints.found == []
