"""Settings: who wins, what is refused, how they are stored."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from headwater._console import Console
from headwater._settings import (
    LOCAL_SERVER,
    read_settings,
    settings_file,
    store_settings,
    stored_settings,
    wandb_only,
)
from headwater._start import connect
from headwater.errors import InvalidInputError, PermissionDeniedError

KEY = "k" * 40


def test_an_argument_wins_over_the_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    store_settings(tmp_path, base_url="http://file", entity="file", project="file")
    environment = {
        "HEADWATER_HOME": str(tmp_path),
        "HEADWATER_ENTITY": "environment",
        "HEADWATER_PROJECT": "environment",
    }

    settings = read_settings(environment, entity="argument")

    assert (settings.entity, settings.project, settings.base_url) == ("argument", "environment", "http://file")


def test_without_any_word_the_local_server_is_meant(tmp_path: Path) -> None:
    settings = read_settings({"HEADWATER_HOME": str(tmp_path)})

    assert settings.base_url == LOCAL_SERVER
    assert (settings.api_key, settings.entity, settings.project, settings.mode) == (None, None, None, "online")
    assert settings.dir == Path(".")


def test_every_variable_of_a_run_is_read(tmp_path: Path) -> None:
    environment = {
        "HEADWATER_HOME": str(tmp_path),
        "HEADWATER_BASE_URL": "https://service/",
        "HEADWATER_API_KEY": KEY,
        "HEADWATER_MODE": "disabled",
        "HEADWATER_NAME": "night",
        "HEADWATER_JOB_TYPE": "train",
        "HEADWATER_TAGS": "one, two,",
        "HEADWATER_RUN_ID": "abcd1234",
        "HEADWATER_RUN_GROUP": "sweep",
        "HEADWATER_SILENT": "true",
        "HEADWATER_DIR": "/journals",
        "HEADWATER_ARTIFACT_DIR": "/downloads",
    }

    settings = read_settings(environment)

    assert settings.base_url == "https://service"
    assert settings.api_key == KEY
    assert (settings.mode, settings.name, settings.job_type) == ("disabled", "night", "train")
    assert (settings.tags, settings.run_id, settings.run_group) == (("one", "two"), "abcd1234", "sweep")
    assert settings.silent is True
    assert (settings.dir, settings.artifact_dir) == (Path("/journals"), Path("/downloads"))


@pytest.mark.parametrize(
    ("text", "silent"), [("1", True), ("yes", True), ("0", False), ("false", False), ("off", False)]
)
def test_silent_understands_the_usual_words(tmp_path: Path, text: str, silent: bool) -> None:
    assert read_settings({"HEADWATER_HOME": str(tmp_path), "HEADWATER_SILENT": text}).silent is silent


def test_the_stored_key_is_not_shown_to_another_server(tmp_path: Path) -> None:
    store_settings(tmp_path, base_url="http://mine", api_key=KEY)
    home = {"HEADWATER_HOME": str(tmp_path)}

    assert read_settings(home).api_key == KEY
    assert read_settings(home, base_url="http://mine/").api_key == KEY
    assert read_settings(home, base_url="http://other").api_key is None
    assert read_settings({**home, "HEADWATER_BASE_URL": "http://other"}).api_key is None
    assert read_settings(home, base_url="http://other", api_key="x" * 40).api_key == "x" * 40


def test_the_stored_entity_belongs_to_the_stored_key(tmp_path: Path) -> None:
    home = {"HEADWATER_HOME": str(tmp_path)}
    other = {**home, "HEADWATER_API_KEY": "x" * 40}

    store_settings(tmp_path, entity="team")
    without_key = read_settings(other).entity
    store_settings(tmp_path, api_key=KEY)

    assert without_key == "team"
    assert read_settings(home).entity == "team"
    assert read_settings(other).entity is None
    assert read_settings({**other, "HEADWATER_ENTITY": "mine"}).entity == "mine"
    assert read_settings(home, base_url="http://other").entity is None


def test_what_surrounds_a_key_or_an_address_is_cut(tmp_path: Path) -> None:
    settings = read_settings(
        {"HEADWATER_HOME": str(tmp_path), "HEADWATER_API_KEY": f"{KEY}\n", "HEADWATER_BASE_URL": " http://a/ \n"}
    )

    assert (settings.api_key, settings.base_url) == (KEY, "http://a")


@pytest.mark.parametrize("key", ["foo\nbar", "鍵", "\x00"])
def test_what_cannot_be_a_key_is_not_sent(tmp_path: Path, key: str) -> None:
    settings = read_settings({"HEADWATER_HOME": str(tmp_path)}, api_key=key)

    with pytest.raises(PermissionDeniedError, match="is none: a key has exactly 40 characters") as caught:
        connect(settings, Console(silent=True))

    assert key not in str(caught.value)


def test_variables_of_another_product_are_not_read_but_told(tmp_path: Path) -> None:
    environment = {"HEADWATER_HOME": str(tmp_path), "WANDB_API_KEY": KEY, "WANDB_BASE_URL": "http://elsewhere"}

    settings = read_settings(environment)

    assert (settings.api_key, settings.base_url) == (None, LOCAL_SERVER)
    assert "WANDB_API_KEY and WANDB_BASE_URL are set, but Headwater does not read WANDB_*" in wandb_only(environment)
    assert wandb_only({**environment, "HEADWATER_API_KEY": KEY}) == ""
    assert wandb_only({}) == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "cloud"}, "mode is 'cloud'; it must be 'online', 'shared', 'offline' or 'disabled'."),
        ({"base_url": "service:80"}, "must begin with http:// or https://"),
        ({"colour": "red"}, "There is no setting 'colour'"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message.replace("*", r"\*")):
        read_settings({"HEADWATER_HOME": str(tmp_path)}, **arguments)


def test_storing_keeps_what_is_there_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    store_settings(home, base_url="http://a", entity="team")

    path = store_settings(home, api_key=KEY, base_url="http://b")

    assert path == settings_file(home)
    assert stored_settings(home) == {"base_url": "http://b", "api_key": KEY, "entity": "team"}
    assert os.listdir(home) == ["settings.toml"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_storing_none_removes_a_setting(tmp_path: Path) -> None:
    store_settings(tmp_path, base_url="http://a", entity="team")

    store_settings(tmp_path, entity=None)

    assert stored_settings(tmp_path) == {"base_url": "http://a"}


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    settings_file(tmp_path).write_text("base_url = ")

    with pytest.raises(InvalidInputError, match=r"settings\.toml is not valid TOML"):
        stored_settings(tmp_path)


def test_the_key_is_not_in_the_text_of_the_settings(tmp_path: Path) -> None:
    settings = read_settings({"HEADWATER_HOME": str(tmp_path)}, api_key=KEY)

    assert KEY not in repr(settings)
    assert "api_key='…'" in repr(settings)


def test_settings_that_may_not_be_read_are_named(tmp_path: Path) -> None:
    store_settings(tmp_path, entity="other")
    program = """if True:
        import os, platformdirs
        from headwater._settings import read_settings
        from headwater.errors import PermissionDeniedError
        os.getuid() or os.setuid(65534)
        try:
            read_settings({"HEADWATER_HOME": "."})
        except PermissionDeniedError as error:
            print(error)
        """
    settings_file(tmp_path).chmod(0)
    tmp_path.chmod(0o755)

    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert said.stdout == (
        "You may not read settings.toml. Set HEADWATER_HOME to a folder of yours, or correct its rights.\n"
    )
