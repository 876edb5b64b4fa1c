"""The lines of Python that empty pages show run as they stand, and what they make appears without loading anew."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.examples import NewPlace
from e2e.ui.conftest import SignIn

pytestmark = pytest.mark.slow
NAME = "最初の 一歩"


def test_a_newcomer_runs_the_lines_of_an_empty_project(new_place: NewPlace, sign_in: SignIn, tmp_path: Path) -> None:
    place = new_place()
    page, _ = sign_in(place.variables["HEADWATER_API_KEY"]).open(f"/{place.entity}")
    page.get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").last.fill(NAME)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    program = tmp_path / "first.py"
    program.write_text(page.locator("pre").inner_text(), "utf-8")

    place.run(program)

    expect(page.get_by_role("link", name=re.compile(r"^[a-z]+-[a-z]+-\d+$"))).to_be_visible(timeout=15_000)
