"""Runs whose process was killed: their journals, and copies of them, tell the rest in any order."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater import Api
from headwater._client import Client
from headwater._sync import Synced, find_journals, sync

pytestmark = pytest.mark.usefixtures("client_environment")


def synced(client: Client, folder: Path) -> Synced:
    done = sync(client, folder)
    assert (done.failures, done.problems) == ([], [])
    return done


KILLED = """
import os, signal, headwater
run = headwater.init(mode=os.environ["MODE"], id="killed")
for step in range(100):
    run.log({"x": step})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_a_killed_run_is_whole_and_crashed_after_its_sync(client: Client, project: str, mode: str) -> None:
    process = subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, "MODE": mode})
    assert process.returncode == -signal.SIGKILL
    (folder,) = find_journals(Path(os.environ["HEADWATER_DIR"]))

    synced(client, folder)
    synced(client, folder)

    found = Api().run(f"{project}/killed")
    assert (found.state, found.summary["x"]) == ("CRASHED", 99)
    assert [row["x"] for row in found.history()] == list(range(100))


KILLED_AFTER_A_COPY = """
import os, shutil, signal, headwater
run = headwater.init(mode="offline", id="killed")
for step in range(100):
    run.log({"x": step})
    if step == 10:
        shutil.copytree(run.dir, os.environ["COPY"])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("order", [("old", "whole", "old"), ("whole", "old", "whole")])
def test_copies_of_a_killed_runs_journal_may_be_synced_in_any_order(
    client: Client, project: str, tmp_path: Path, order: tuple[str, ...]
) -> None:
    copy = tmp_path / "copy"
    process = subprocess.run([sys.executable, "-c", KILLED_AFTER_A_COPY], env={**os.environ, "COPY": str(copy)})
    assert process.returncode == -signal.SIGKILL
    (folder,) = find_journals(Path(os.environ["HEADWATER_DIR"]))

    for each in order:
        synced(client, {"old": copy, "whole": folder}[each])

    found = Api().run(f"{project}/killed")
    assert (found.state, found.summary["x"], found.last_step) == ("CRASHED", 99, 99)


def test_a_killed_run_ended_when_it_last_wrote(client: Client, project: str) -> None:
    subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, "MODE": "offline"})
    after = datetime.now(UTC)
    (folder,) = find_journals(Path(os.environ["HEADWATER_DIR"]))

    synced(client, folder)

    found = Api().run(f"{project}/killed")
    assert found.finished_at is not None
    assert found.started_at < found.finished_at < after


KILLED_WHILE_LOGGING = """
import os, signal, time, headwater
from headwater import _upload
run = headwater.init(id="killed", settings={"console": False})
draft = headwater.Artifact("data", type="dataset")
with draft.new_file("content.txt") as file:
    file.write("on its way")
_upload.upload_blobs = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)
import headwater._log
headwater._log.upload_blobs = _upload.upload_blobs
run.log_artifact(draft, aliases=["a"])
time.sleep(30)
"""


def test_an_artifact_that_was_on_its_way_when_the_process_was_killed_is_completed(client: Client, project: str) -> None:
    process = subprocess.run([sys.executable, "-c", KILLED_WHILE_LOGGING], env=os.environ)
    assert process.returncode == -signal.SIGKILL
    (folder,) = find_journals(Path(os.environ["HEADWATER_DIR"]))

    synced(client, folder)
    synced(client, folder)

    assert Path(Api().artifact(f"{project}/data:a").file()).read_text() == "on its way"
    assert [logged.name for logged in Api().run(f"{project}/killed").logged_artifacts()] == ["data:v0"]
