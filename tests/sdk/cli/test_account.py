"""`headwater login` and `whoami` against the service."""

import os
import stat
from pathlib import Path

import pytest

from command_lines import Cli
from conftest import Person
from servers import Service


def test_whoami_tells_the_user_and_the_address(ok: Cli, user: Person, service: Service) -> None:
    facts = ok("whoami").facts

    assert facts["user"] == user.name
    assert facts["default entity"] == user.name
    assert facts["entities"] == f"{user.name} (admin)"
    assert facts["address"] == service.url


def test_whoami_as_json(ok: Cli, user: Person) -> None:
    answer = ok("whoami", "--json").json()

    assert answer["user"] == {"name": user.name}
    assert answer["isAdmin"] is False


def test_login_stores_what_later_commands_use(
    ok: Cli, user: Person, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADWATER_API_KEY")
    monkeypatch.delenv("HEADWATER_BASE_URL")

    ok("login", user.key, "--host", service.url)

    assert ok("whoami").facts["user"] == user.name
    stored = Path(os.environ["HEADWATER_HOME"]) / "settings.toml"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600


def test_login_stores_no_key_that_does_not_work(cli: Cli, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_API_KEY")

    done = cli("login", "0" * 40, "--host", service.url)

    assert done.code == 4
    assert not (Path(os.environ["HEADWATER_HOME"]) / "settings.toml").exists()


def test_login_without_a_key_and_a_terminal_fails_at_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_API_KEY")

    done = cli("login")

    assert done.code == 4
    assert len(done.err.splitlines()) == 1
