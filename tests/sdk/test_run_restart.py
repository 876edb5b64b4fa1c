"""A service that is killed and started again while runs go on: nothing is lost, nobody has to do anything."""

import os
import secrets
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import headwater
from headwater import Api, Artifact
from headwater._online import UPDATE_SECONDS
from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from headwater_service.local.processes import wait_until
from headwater_service.local.servers import Program, service_program
from servers import environment_of, running

pytestmark = pytest.mark.slow


@pytest.fixture
def program(settings: Settings, admin_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A service at an address of its own, which this test starts and kills."""
    port = free_port()
    own = replace(settings, listen=f"127.0.0.1:{port}", public_url=f"http://127.0.0.1:{port}")
    monkeypatch.setenv("HEADWATER_BASE_URL", own.public_url)
    monkeypatch.setenv("HEADWATER_API_KEY", admin_key)
    monkeypatch.setenv("HEADWATER_PROJECT", f"project-{secrets.token_hex(4)}")
    return service_program(environment_of(own), folder=tmp_path)


def test_a_run_outlives_a_kill_of_the_service(program: Program, tmp_path: Path) -> None:
    with running(program, tmp_path / "first") as process:
        run = headwater.init()
        for step in range(500):
            run.log({"a": step})
            if step == 250:
                time.sleep(1.2)
        os.kill(process.pid, signal.SIGKILL)
    for step in range(500, 1_000):
        run.log({"a": step})
    artifact = Artifact("data", type="dataset")
    with artifact.new_file("a.txt") as file:
        file.write("made while the service was away")
    run.log_artifact(artifact)
    run.log({"image": headwater.Image([[0.0, 1.0]])})
    time.sleep(1.5)

    with running(program, tmp_path / "second"):
        run.finish()

        found = Api().run(run.path)
        assert found.state == "FINISHED"
        rows = list(found.history())
        assert [row["a"] for row in rows if "a" in row] == list(range(1_000))
        assert [row["image"]["width"] for row in rows if "image" in row] == [2]
        assert [logged.name for logged in found.logged_artifacts()] == ["data:v0"]
        assert len(list(found.files("media/"))) == 1


def test_a_run_that_ends_while_the_service_restarts_waits_for_it(program: Program, tmp_path: Path) -> None:
    with running(program, tmp_path / "first") as process:
        run = headwater.init(settings={"record_environment": False})
        run.log({"a": 1})
        online = run._online
        assert online is not None
        assert wait_until(lambda: online.sender.waiting == 0, seconds=30.0)
        os.kill(process.pid, signal.SIGKILL)
    # Nothing of its history is left to send, only what surrounds it.
    online.tell_error(RuntimeError("told while the service was away"))
    run.config.update({"late": True})
    run.alert("late")
    with ThreadPoolExecutor(1) as pool:
        finished = pool.submit(run.finish)
        # Longer than the sender waits for what it can send later.
        time.sleep(UPDATE_SECONDS + 1.0)
        with running(program, tmp_path / "second"):
            finished.result()

            found = Api().run(run.path)
            assert (found.state, found.config["late"]) == ("FINISHED", True)
            assert [alert.title for alert in found.alerts] == ["late"]
            assert "told while the service was away" in "".join(part.text for part in found.console())
