"""Lockfiles: a path means what it is pinned to, online and offline, on any machine that has the content."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from headwater import Artifact
from headwater._lockfile import LOCKFILE, read_lockfile
from headwater.cli.main import main
from headwater.errors import InvalidInputError

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(
    client_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    if headwater.run is not None:
        headwater.finish()


def log(content: str) -> None:
    artifact = Artifact("data", type="dataset", metadata={"content": content})
    with artifact.new_file("content.txt") as file:
        file.write(content)
    with headwater.init() as run:
        run.log_artifact(artifact)


def test_a_locked_path_means_the_same_after_its_alias_has_moved(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log("first")
    assert main(["lock", "data"]) == 0
    log("second")
    capsys.readouterr()

    with headwater.init() as run:
        used = run.use_artifact("data:latest")

    assert used.version == "v0"
    digest = read_lockfile()[f"{project}/data:latest"].digest
    assert used.digest == digest
    notice = f"{project}/data:latest is locked to {project}/data:v0 ({digest[:19]}) by headwater.lock"
    assert notice in capsys.readouterr().err.splitlines()


def test_locking_again_without_names_renews_all(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    log("first")
    main(["lock", "data"])
    log("second")
    capsys.readouterr()

    assert main(["lock"]) == 0

    assert read_lockfile()[f"{project}/data:latest"].version == f"{project}/data:v1"
    assert "1 locked, 1 of them to another version than before" in capsys.readouterr().err


def test_the_same_pins_are_the_same_bytes() -> None:
    log("first")
    main(["lock", "data"])
    first = Path(LOCKFILE).read_bytes()

    main(["lock", "data"])

    assert Path(LOCKFILE).read_bytes() == first


def test_an_offline_run_uses_what_the_lockfile_pins_and_the_cache_holds(
    project: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log("first")
    main(["lock", "--download", "data"])
    shutil.rmtree(Path(os.environ["HEADWATER_HOME"]) / "cache" / "versions")
    monkeypatch.delenv("HEADWATER_ENTITY")

    with headwater.init(mode="offline") as run:
        used = run.use_artifact("data", type="dataset")

        assert (used.qualified_name, used.metadata) == (f"{project}/data:v0", {"content": "first"})
        assert Path(used.file()).read_text() == "first"


@pytest.mark.parametrize("content", ["no json", "[]", '{"format": 1, "versions": {"a": {}}}', '{"format": 1}'])
def test_a_damaged_lockfile_is_an_error_that_names_it(content: str) -> None:
    Path(LOCKFILE).write_text(content)

    with pytest.raises(InvalidInputError, match=r"headwater\.lock is no lockfile"):
        read_lockfile()


def test_a_lockfile_of_another_format_is_refused() -> None:
    Path(LOCKFILE).write_text('{"format": 2, "versions": {}}')

    with pytest.raises(InvalidInputError, match="of another version of Headwater"):
        read_lockfile()


def test_locking_nothing_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock"]) == 1
    assert "Name the versions to lock" in capsys.readouterr().err
