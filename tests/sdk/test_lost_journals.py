"""What a sync says of files that a journal has no more, and what one hears who does not wait for the end."""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import pytest

import headwater
from headwater import Api
from headwater._client import Client
from headwater._sync import sync
from headwater_service.local.ports import free_port

pytestmark = pytest.mark.usefixtures("client_environment")


def folder_of(run: headwater.Run) -> Path:
    assert run.dir is not None
    return run.dir


def test_a_copy_without_all_files_of_the_journal_says_which_are_missing(client: Client, tmp_path: Path) -> None:
    with headwater.init(mode="offline") as run:
        for number in range(3):
            run.log({"x": number, "image": headwater.Image([[0.0, number]])})
    folder = folder_of(run)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (stream,) = (path for path in copy.glob("*.log") if "-" not in path.stem and path.stem != "run")
    stream.unlink()
    shutil.rmtree(copy / "media")

    partial, whole = sync(client, copy), sync(client, folder)

    assert partial.problems == [
        f"{stream.name} is missing: its 3 record(s) are not sent.",
        "media: 3 of 3 file(s) are missing, and not sent.",
    ]
    assert (whole.problems, whole.failures) == ([], [])
    assert [row["x"] for row in Api().run(whole.path).history()] == [0, 1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_one_who_does_not_wait_for_a_service_that_is_away_is_told_how_to_sync(
    client: Client, project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = headwater.init()
    online = run._online
    assert online is not None
    online.client.base_url = f"http://127.0.0.1:{free_port()}"
    run.log({"x": 1})
    interrupt = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))

    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        run.finish()

    assert f"headwater sync {folder_of(run)}" in capsys.readouterr().err.splitlines()
    assert sync(client, folder_of(run)).failures == []
    assert [row["x"] for row in Api().run(f"{project}/{run.id}").history()] == [1]


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_a_program_may_go_to_another_folder_while_its_run_goes_on(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    monkeypatch.delenv("HEADWATER_DIR")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "first")

    Path("notes.txt").write_text("kept")

    with headwater.init(mode=mode) as run:
        run.save("notes.txt")
        monkeypatch.chdir(tmp_path / "second")
        for number in range(3):
            run.log({"x": number, "image": headwater.Image([[0.0, number]])})

    assert folder_of(run).parent == tmp_path / "first" / ".headwater"
    assert list((tmp_path / "second").iterdir()) == []
    if mode == "offline":
        assert capsys.readouterr().err.splitlines()[-1] == f"headwater sync {run.dir}"
    done = sync(client, folder_of(run))
    assert (done.failures, done.problems) == ([], [])
    found = Api().run(done.path)
    assert [row["x"] for row in found.history()] == [0, 1, 2]
    assert Path(found.file("notes.txt").download()).read_text() == "kept"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that is used cannot be removed there")
def test_a_run_begins_also_where_the_working_folder_was_removed(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HEADWATER_DIR")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    with headwater.init(mode="offline") as run:
        run.log({"x": 1})

    assert "The journal cannot be in . (" in capsys.readouterr().err
    assert sync(client, folder_of(run)).failures == []
