"""A real browser for the tests: Debian's Chromium, driven by Playwright, and what it complains about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from authorisation_world import operation

CHROMIUM = Path("/usr/bin/chromium")
STATIC = Path(str(files("headwater_service"))) / "static"
QUIET = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-default-apps --disable-domain-reliability --no-pings"
)
SIGN_IN = """
mutation SignIn($input: CreateSignInLinkInput!) {
  createSignInLink(input: $input) { ... on CreateSignInLinkPayload { url } ... on UserError { message } }
}
"""
NEEDS_CHROMIUM = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start Chromium without a window; stop it at the end."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        yield started
        started.close()


class Complaints:
    """What the browser says is wrong: errors of scripts, and everything the content policy stopped.

    `answers` are refused requests, such as a 404; `hosts` are all that anything was asked of.
    """

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        self.answers: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(message.text)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.answers.append(f"{response.status} {response.url}")


def sign_in_link(post: Callable[..., dict[str, Any]], key: str) -> str:
    url: str = post(SIGN_IN, key=key, input={"operationId": operation()})["createSignInLink"]["url"]
    return url
