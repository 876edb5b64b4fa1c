"""What runs log beside numbers, in the browser: masks, plots, pages; charts by keyboard; previews of Parquet files."""

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from e2e.examples import NewPlace
from e2e.ui.conftest import HERE, NARROW, SignIn

pytestmark = pytest.mark.slow

# The strength of the colour in the middle of the left and of the right half of a mask.
ALPHAS = """
canvas => [0.25, 0.75].map(x => canvas.getContext("2d")
    .getImageData(Math.floor(canvas.width * x), canvas.height / 2, 1, 1).data[3])
"""
DRAWN = ("confusion", "one class", "roc", "pr", "line", "times", "scatter", "bar", "histogram")


@dataclass(frozen=True)
class MediaWorld:
    """What `media_world.py` made."""

    key: str
    run: str
    version: str

    def run_page(self, tab: str) -> str:
        entity, project, key = self.run.split("/")
        return f"/{entity}/{project}/-/runs/{key}/{tab}"


@pytest.fixture(scope="module")
def media_world(new_place: NewPlace) -> MediaWorld:
    place = new_place()
    printed = place.run(HERE / "media_world.py", HEADWATER_SILENT="1", options=())
    return MediaWorld(place.variables["HEADWATER_API_KEY"], **json.loads(printed[-1]))


def alphas_of(page: Page, index: int) -> list[int]:
    found: list[int] = page.locator("canvas").nth(index).evaluate(ALPHAS)
    return found


def test_masks_lie_over_their_image_and_each_class_is_switched_by_keyboard(
    sign_in: SignIn, media_world: MediaWorld
) -> None:
    page, complaints = sign_in(media_world.key).open(media_world.run_page("media?metric=masked"))
    image = page.get_by_role("button", name="Larger: 交差点")
    expect(image).to_have_accessible_name(re.compile("Mask truth: 車, 歩行者.*Mask 予測: 1000"))
    assert [alphas_of(page, 0), alphas_of(page, 1)] == [[255, 255], [255, 255]]

    page.get_by_role("group", name="Mask truth").get_by_role("checkbox", name="歩行者").focus()
    page.keyboard.press("Space")

    expect(image).to_have_accessible_name(re.compile("Mask truth: 車\\. "))
    assert alphas_of(page, 0) == [255, 0]
    page.reload()
    expect(page.get_by_role("group", name="Mask truth").get_by_role("checkbox", name="歩行者")).not_to_be_checked()
    page.get_by_role("checkbox", name="Mask 予測").press("Space")
    expect(page.locator("canvas")).to_have_count(1)
    assert alphas_of(page, 0) == [255, 0]
    assert complaints.found == []


def test_masks_fit_their_image_on_a_narrow_page(sign_in: SignIn, media_world: MediaWorld) -> None:
    page, _ = sign_in(media_world.key, viewport=NARROW).open(media_world.run_page("media?metric=masked"))
    image = page.get_by_role("button", name="Larger: 交差点")
    image.click()
    places = [page.locator(name).first.bounding_box() for name in ("figure img", "figure canvas")]

    assert places[0] is not None
    assert places[0] == places[1]
    assert places[0]["width"] == pytest.approx(2 * places[0]["height"], abs=1)


def test_every_plot_of_the_sdk_is_drawn_and_others_are_there_to_read(sign_in: SignIn, media_world: MediaWorld) -> None:
    page, complaints = sign_in(media_world.key, viewport={"width": 1440, "height": 6000}).open(
        media_world.run_page("media?metric=plot/")
    )
    expect(page.get_by_role("button", name="Show source")).to_have_count(len(DRAWN))
    for name in DRAWN:
        panel = page.get_by_role("region", name=f"plot/{name}", exact=True)
        expect(panel.locator("table, canvas, svg[role=img]").first).to_be_visible()
        expect(panel.locator("pre")).to_have_count(0)
    confusion = page.get_by_role("region", name="plot/confusion")
    expect(confusion.get_by_role("columnheader", name="みかん")).to_be_visible()
    other = page.get_by_role("region", name="plot/other")
    expect(other).to_contain_text("not drawn here")
    expect(other.locator("pre")).to_contain_text('"theta"')
    expect(other.get_by_role("link", name="Download")).to_be_visible()
    # A curve that goes straight up begins at its foot.
    roc = page.get_by_role("region", name="plot/roc").get_by_role("slider")
    roc.press("Home")
    expect(roc).to_have_attribute("aria-valuetext", re.compile(r"False positive rate 0, .*\(AUC [\d.]+\) 0"))
    assert complaints.found == []


def test_a_logged_page_is_shown_with_its_styles_and_does_nothing(sign_in: SignIn, media_world: MediaWorld) -> None:
    signed = sign_in(media_world.key)
    page, complaints = signed.open("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{signed.url}{media_world.run_page('media?metric=page')}", wait_until="networkidle")
    frame = page.frame_locator("iframe")

    expect(frame.get_by_role("heading", name="報告")).to_have_css("color", "rgb(0, 128, 0)")
    expect(frame.get_by_role("cell", name="1")).to_have_css("color", "rgb(255, 0, 0)")
    frame.get_by_text("一").click()
    frame.get_by_text("二").click()
    expect(frame.get_by_role("heading", name="報告")).to_be_visible()
    page.get_by_role("button", name="Show source").click()
    expect(page.locator("pre")).to_contain_text("<script>")

    assert page.evaluate("window.harmed") is None
    assert [url for url in asked if "example.com" in url] == []
    assert complaints.found == []


def test_the_values_of_a_chart_are_read_by_keyboard_and_what_it_leaves_out_is_said(
    sign_in: SignIn, media_world: MediaWorld
) -> None:
    page, complaints = sign_in(media_world.key).open(media_world.run_page("charts?log=1&smooth=0.5"))
    loss = page.get_by_role("figure", name="Chart of loss")
    slider = loss.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")

    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^Step 2, 0\.\d+"))
    expect(loss).to_contain_text("smoothed (0.5)")
    expect(loss).to_contain_text("1 gap")
    expect(page.get_by_role("figure", name="Chart of zero")).to_contain_text("20 values are not above zero")
    assert complaints.found == []


def test_parquet_packed_with_gzip_is_read_and_a_broken_one_is_called_so(
    sign_in: SignIn, media_world: MediaWorld
) -> None:
    signed = sign_in(media_world.key)
    page, complaints = signed.open(f"/{media_world.version}/-/files?file=prices.parquet")
    table = page.get_by_role("region", name="First rows of the file")
    expect(table.get_by_role("cell", name="2026-01-02", exact=True)).to_be_visible()
    expect(table.get_by_role("cell", name="12.50", exact=True)).to_be_visible()

    page.goto(f"{signed.url}/{media_world.version}/-/files?file=broken.parquet", wait_until="networkidle")

    expect(page.get_by_text("damaged, cut off")).to_be_visible()
    assert complaints.found == []


def test_parquet_packed_with_brotli_is_read_and_an_endless_one_stopped_while_the_page_goes_on(
    sign_in: SignIn, media_world: MediaWorld
) -> None:
    signed = sign_in(media_world.key)
    page, complaints = signed.open(f"/{media_world.version}/-/files?file=brotli.parquet")
    table = page.get_by_role("region", name="First rows of the file")
    expect(table.get_by_role("cell", name="12.50", exact=True)).to_be_visible()

    with page.expect_response(re.compile(r"endless\.parquet")):
        page.goto(f"{signed.url}/{media_world.version}/-/files?file=endless.parquet")
    page.wait_for_timeout(2_000)

    page.set_default_timeout(2_000)
    assert page.evaluate("1 + 1") == 2
    expect(page.get_by_text("damaged, cut off")).to_have_count(0)
    expect(page.get_by_text("damaged, cut off")).to_be_visible(timeout=30_000)
    assert complaints.found == []
