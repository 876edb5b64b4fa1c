"""What the tests of the web UI share: a world to look at, and a browser that is signed in."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from authorisation_world import ADD_MEMBER, operation
from browsers import NEEDS_CHROMIUM, STATIC, Complaints, sign_in_link
from conftest import Person
from e2e.examples import NewPlace, Place
from servers import Service

HERE = Path(__file__).parent
# A machine that does much else is slow, and that is no failure; what passes is not waited for.
expect.set_options(timeout=20_000)
BUILT = STATIC / "app" / "index.html"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(NEEDS_CHROMIUM)
            item.add_marker(pytest.mark.skipif(not BUILT.exists(), reason="needs the built pages: `make ui`"))


@dataclass(frozen=True)
class UIWorld:
    """What `world.py` made, and who made it."""

    place: Place
    key: str
    entity: str
    project: str
    registry: str
    registered_model: str
    dataset: str
    model: str
    recalled: str
    recalled_model: str
    runs: dict[str, str]

    def run_page(self, job_type: str, tab: str = "") -> str:
        """The address of the page of the last run with a job type."""
        entity, project, key = self.runs[job_type].split("/")
        return f"/{entity}/{project}/-/runs/{key}" + (f"/{tab}" if tab else "")


@pytest.fixture(scope="session")
def ui_world(new_place: NewPlace, post: Callable[..., Any], make_user: Callable[..., Person]) -> UIWorld:
    place = new_place()
    key = place.variables["HEADWATER_API_KEY"]
    member = {"entity": place.entity, "user": make_user().name, "role": "MEMBER"}
    post(ADD_MEMBER, key=key, input={"operationId": operation(), **member})
    printed = place.run(HERE / "world.py", HEADWATER_SILENT="1", options=())
    return UIWorld(place, key, **json.loads(printed[-1]))


@dataclass
class SignedIn:
    """A browser of one person. `open(path)` shows a page and waits until it has its data."""

    context: BrowserContext
    url: str

    def open(self, path: str) -> tuple[Page, Complaints]:
        page = self.context.new_page()
        complaints = Complaints(page)
        page.goto(f"{self.url}{path}", wait_until="networkidle")
        return page, complaints


SignIn: TypeAlias = Callable[..., SignedIn]


@pytest.fixture
def sign_in(browser: Browser, service: Service, post: Callable[..., dict[str, Any]]) -> Iterator[SignIn]:
    """Sign a person in, by the key that a program of theirs would use; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def begin(key: str, **options: Any) -> SignedIn:
        context = browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.goto(sign_in_link(post, key))
        page.wait_for_url(f"{service.url}/")
        page.close()
        return SignedIn(context, service.url)

    yield begin
    for context in contexts:
        context.close()
