"""Whoever has no part in a team's work finds none of its pages, and nothing of it in any answer of the service."""

from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Response, WebSocket, expect

from e2e.ui.conftest import SignIn, UIWorld
from e2e.ui.pages import PAGES

pytestmark = pytest.mark.slow

# What `world.py` calls things, or writes into them.
SECRETS = (
    "手書き数字",
    "digits-model",
    "データ準備",
    "前処理",
    "weights.bin",
    "table.csv",
    "report.json",
    "baseline",
    "optimizer",
    "val/acc",
    "完了",
    "最初の版",
    "ラベルに誤り",
    "モデルカード",
    "window.harmed",
)


class Answers:
    """Everything that the service says to a page; programs and styles of the page itself are left out."""

    def __init__(self, page: Page) -> None:
        self._responses: list[Response] = []
        self._frames: list[str] = []
        page.on("response", self._note)
        page.on("websocket", self._listen)

    def _note(self, response: Response) -> None:
        self._responses.append(response)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._frames.append(str(frame)))

    def texts(self) -> list[str]:
        said = [response for response in self._responses if "/assets/" not in response.url and response.status < 300]
        assert any(response.url.endswith("/graphql") for response in said)
        return [*(response.text() for response in said), *self._frames]


@pytest.fixture(params=PAGES)
def page_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def names_of(world: UIWorld) -> set[str]:
    """The names of the world's own things."""
    return {world.entity, *world.project.split("/"), *keys_of(world), *SECRETS}


def keys_of(world: UIWorld) -> set[str]:
    return {path.rsplit("/", 1)[1] for path in world.runs.values()}


def test_an_outsider_finds_no_page_and_is_told_no_name(
    sign_in: SignIn, ui_world: UIWorld, user: Any, page_name: str
) -> None:
    browser = sign_in(user.key)
    path = PAGES[page_name].path(ui_world)
    page = browser.context.new_page()
    answers = Answers(page)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    page.goto(f"{browser.url}{path}", wait_until="networkidle")

    if ui_world.entity in path:
        expect(page.locator("main")).to_contain_text("There is no such")
        expect(page.locator("main").get_by_role("button")).to_have_count(0)
    else:
        expect(page.locator("main h1")).to_be_visible()
    # What the outsider asked for by name may be said again, to the one who said it.
    hidden = {name for name in names_of(ui_world) if name not in unquote(path)}
    said = "\n".join(answers.texts())
    assert {name for name in hidden if name in said} == set()
    shown = page.locator("body").inner_text()
    assert {name for name in hidden if name in shown} == set()
    assert problems == []


def test_what_is_looked_for_is_in_the_answers_to_those_who_may_see_it(sign_in: SignIn, ui_world: UIWorld) -> None:
    browser = sign_in(ui_world.key)
    page = browser.context.new_page()
    answers = Answers(page)

    page.goto(f"{browser.url}/{ui_world.project}/-/runs", wait_until="networkidle")

    said = "\n".join(answers.texts())
    assert {name for name in ("データ準備", "optimizer", "前処理", *keys_of(ui_world)) if name not in said} == set()
