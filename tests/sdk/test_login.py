"""`login`: checked before it is stored, and never a question without a terminal."""

import io
import os
import stat
import sys
import time
from pathlib import Path

import pytest

import headwater
from headwater._client import Client
from headwater._run_operations import VIEWER
from headwater._settings import store_settings, stored_settings
from headwater.errors import InvalidInputError, PermissionDeniedError, UnavailableError
from servers import Service


def home() -> Path:
    return Path(os.environ["HEADWATER_HOME"])


def test_without_key_and_terminal_it_fails_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    monkeypatch.setenv("WANDB_API_KEY", "x" * 40)

    started = time.monotonic()
    with pytest.raises(PermissionDeniedError, match=r"no terminal.*headwater key create.*WANDB_API_KEY is set"):
        headwater.login()

    assert time.monotonic() - started < 1
    assert stored_settings(home()) == {}


@pytest.mark.parametrize("key", ["short", "K" * 40, "a" * 41, "a" * 39 + "é"])
def test_what_cannot_be_a_key_is_refused_before_it_is_sent(key: str) -> None:
    with pytest.raises(InvalidInputError, match="exactly 40 characters"):
        headwater.login(key)


def test_a_service_that_does_not_answer_stores_nothing() -> None:
    with pytest.raises(UnavailableError):
        headwater.login("a" * 40, host="http://127.0.0.1:9", timeout=0.5)

    assert stored_settings(home()) == {}


def test_a_key_that_the_service_refuses_is_not_stored(service: Service) -> None:
    with pytest.raises(PermissionDeniedError, match=r"does not accept this API key.*To get one for"):
        headwater.login("0" * 40, host=service.url)

    assert stored_settings(home()) == {}


def test_a_good_key_is_stored_with_the_address(
    service: Service, admin_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert headwater.login(admin_key, host=service.url) is True

    assert stored_settings(home()) == {"base_url": service.url, "api_key": admin_key}
    assert admin_key not in capsys.readouterr().err
    if os.name == "posix":
        assert stat.S_IMODE((home() / "settings.toml").stat().st_mode) == 0o600


def test_the_stored_entity_stays_if_it_is_one_of_the_key_and_goes_if_not(service: Service, admin_key: str) -> None:
    mine = Client(service.url, admin_key).execute(VIEWER)["viewer"]["defaultEntity"]["name"]

    store_settings(home(), entity=mine, project="kept")
    headwater.login(admin_key, host=service.url)
    own = stored_settings(home())
    store_settings(home(), entity="of-another-account")
    headwater.login(admin_key)
    foreign = stored_settings(home())

    assert (own["entity"], own["project"]) == (mine, "kept")
    assert ("entity" in foreign, foreign["project"]) == (False, "kept")


def test_a_stored_key_is_used_again_unless_a_new_one_is_wanted(
    service: Service, admin_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    headwater.login(admin_key, host=service.url)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    assert headwater.login() is True
    with pytest.raises(PermissionDeniedError, match="no terminal"):
        headwater.login(relogin=True)

    assert stored_settings(home())["api_key"] == admin_key


def test_the_key_of_the_environment_is_taken(service: Service, admin_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", admin_key)

    assert headwater.login(host=service.url, relogin=True) is True

    assert stored_settings(home())["api_key"] == admin_key
