"""Pictures of every page, light and dark, wide and narrow: `make screenshots` writes them for people to look at."""

import os
from pathlib import Path

import pytest

from e2e.ui.conftest import NARROW, WIDE, SignIn, UIWorld
from e2e.ui.pages import PAGES

FOLDER = os.environ.get("HEADWATER_SCREENSHOTS")

pytestmark = pytest.mark.skipif(FOLDER is None, reason="`make screenshots` asks for them")


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["1440", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"], ids=["en", "ja"])
def test_pictures_of_every_page(
    sign_in: SignIn, ui_world: UIWorld, width: dict[str, int], scheme: str, locale: str
) -> None:
    folder = Path(str(FOLDER))
    folder.mkdir(parents=True, exist_ok=True)
    browser = sign_in(ui_world.key, viewport=width, color_scheme=scheme, locale=locale)

    for name, wanted in PAGES.items():
        page, _ = browser.open(wanted.path(ui_world))
        page.wait_for_timeout(300)
        picture = folder / f"{name}-{width['width']}-{scheme}-{locale[:2]}.png"
        page.screenshot(path=picture, full_page=width is NARROW)
        page.close()
        assert picture.stat().st_size > 5_000
