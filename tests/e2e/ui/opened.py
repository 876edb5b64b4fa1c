"""What lies over a page once it is opened - dialogs, menus, lists - by name: the page, and how it is opened there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page


@dataclass(frozen=True)
class Opened:
    page: str
    open: Callable[[Page], None]
    role: str = "dialog"


def _button(name: str | re.Pattern[str]) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).first.click()


def _key(key: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(key)


def _then(*steps: Callable[[Page], None]) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for step in steps:
            step(page)

    return act


def _in_dialog(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("dialog").get_by_role("button", name=name).click()


def _menu_entry(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("menuitem", name=name).click()


def _settings(page: Page) -> None:
    page.get_by_role("link", name="Settings", exact=True).last.click()


OPENED: Final = {
    "promote": Opened("model", _button("Promote")),
    "aliases-to-promote": Opened("model", _then(_button("Promote"), _in_dialog("Alias")), "listbox"),
    "roll-back": Opened("model", _then(_button(re.compile("^(More|Actions).* production$")), _menu_entry("Roll back"))),
    "recall": Opened("model", _then(_button("Actions on v2"), _menu_entry("Recall"))),
    "link-here": Opened("model", _button("Link a version")),
    "link": Opened("version", _button("Link to registry")),
    "create-model": Opened("registry", _button("New registered model")),
    "guard": Opened("registry-settings", _button("New guard")),
    "delete-version": Opened("version", _then(_button("Actions"), _menu_entry("Delete"))),
    "delete-model": Opened("model", _then(_settings, _button("Delete the model"))),
    "search": Opened("home", _then(_key("/"), lambda page: page.keyboard.type("digits"))),
    "new-key": Opened("settings-keys", _button("New key")),
    "roles": Opened("entity-members", _button("Member"), "listbox"),
    "create-project": Opened("entity", _button("New project")),
    "create-registry": Opened("entity-registries", _button("New registry")),
    "keys": Opened("home", _key("?")),
    "viewer": Opened("home", _button(": settings, keys, sign out"), "menu"),
    "states": Opened("project-runs", _button("State"), "listbox"),
    "columns": Opened("project-runs", _button("Columns"), "listbox"),
    "new-collection": Opened("project-artifacts", _button("New collection")),
    "export": Opened("version-lineage", _button("Export"), "menu"),
}
