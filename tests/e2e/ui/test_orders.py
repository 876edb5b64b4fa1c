"""Orders in the browser: the headers of tables sort all that there is, and the address keeps the order."""

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.conftest import SignIn, UIWorld

pytestmark = pytest.mark.slow


def sort_by(page: Page, grid: str, column: str) -> None:
    page.get_by_role("grid", name=grid).get_by_role("columnheader", name=column).get_by_role("button").click()


def expect_rows(page: Page, grid: str, texts: list[str]) -> None:
    rows = page.get_by_role("grid", name=grid).get_by_role("row")
    for number, text in enumerate(texts, start=1):
        expect(rows.nth(number)).to_contain_text(text)


def test_versions_of_a_model_are_sorted_by_a_metric_of_theirs(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.registered_model}")
    expect_rows(page, "Versions", ["v2", "v1", "v0"])

    sort_by(page, "Versions", "val/acc")
    expect_rows(page, "Versions", ["v0", "v1", "v2"])
    expect(page.get_by_role("columnheader", name="val/acc")).to_have_attribute("aria-sort", "descending")
    page.reload(wait_until="networkidle")
    expect_rows(page, "Versions", ["v0", "v1", "v2"])
    sort_by(page, "Versions", "val/acc")
    expect_rows(page, "Versions", ["v2", "v1", "v0"])
    expect(page.get_by_role("columnheader", name="val/acc")).to_have_attribute("aria-sort", "ascending")

    assert complaints.found == []


def test_runs_are_sorted_by_state_job_type_and_duration(sign_in: SignIn, ui_world: UIWorld) -> None:
    page, complaints = sign_in(ui_world.key).open(f"/{ui_world.project}")

    sort_by(page, "Runs", "State")
    expect_rows(page, "Runs", ["Finished"])
    sort_by(page, "Runs", "State")
    expect_rows(page, "Runs", ["Failed", "Finished"])
    page.reload(wait_until="networkidle")
    expect_rows(page, "Runs", ["Failed", "Finished"])
    sort_by(page, "Runs", "Job type")
    expect_rows(page, "Runs", ["前処理", "train"])
    sort_by(page, "Runs", "Job type")
    expect_rows(page, "Runs", ["evaluate", "fine-tune", "label", "retrain", "train"])
    sort_by(page, "Runs", "Duration")
    expect(page.get_by_role("columnheader", name="Duration")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("columnheader", name="Job type")).not_to_have_attribute("aria-sort", "ascending")

    assert complaints.found == []
