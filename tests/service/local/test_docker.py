"""`headwater up --docker`: nothing is left behind without an engine, and what Docker is asked for with one."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from headwater_service.local.compose import SECRETS

HEADWATER = Path(sys.executable).with_name("headwater")
ROOT = Path(__file__).parents[3]
# No engine is started here: this one writes down what it is asked for.
ENGINE = '#!/bin/sh\necho "$@" >> "$DOCKER_ASKED"\n'


def headwater(*arguments: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(HEADWATER), *arguments],
        env={**os.environ, "HEADWATER_HOME": str(home), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def engine(tmp_path: Path) -> dict[str, str]:
    """The variables with which `docker` is a program that only writes down its arguments."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(ENGINE, "utf-8")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "DOCKER_ASKED": str(tmp_path / "asked")}


def test_without_an_engine_it_says_so_and_keeps_no_secrets(tmp_path: Path) -> None:
    home = tmp_path / "home"

    done = headwater("up", "--docker", home=home, DOCKER_HOST=f"unix://{tmp_path}/no-engine.sock")

    assert done.returncode == 5
    assert "No Docker engine answers" in done.stderr
    assert not (home / "compose.env").exists()


def test_secrets_are_made_once_for_this_account_alone_and_never_printed(tmp_path: Path, engine: dict[str, str]) -> None:
    home, secrets_file = tmp_path / "home", tmp_path / "home" / "compose.env"

    done = headwater("up", "--docker", home=home, **engine)
    first = secrets_file.read_text("utf-8")
    headwater("up", "--docker", home=home, **engine)

    made = dict(line.split("=") for line in first.splitlines() if not line.startswith("#"))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    assert set(made) == set(SECRETS) and len(set(made.values())) == len(SECRETS)
    assert secrets_file.read_text("utf-8") == first
    asked = Path(engine["DOCKER_ASKED"]).read_text("utf-8")
    assert not [secret for secret in made.values() if secret in asked + done.stdout + done.stderr]
    assert "exec service headwater user add" in done.stdout and "--admin" in done.stdout


def test_down_keeps_the_volumes_and_reset_deletes_them(tmp_path: Path, engine: dict[str, str]) -> None:
    home, asked = tmp_path / "home", Path(engine["DOCKER_ASKED"])
    compose = f"compose --file {ROOT}/docker-compose.yml --env-file {home}/compose.env"
    headwater("up", "--docker", home=home, **engine)

    stopped = headwater("down", home=home, **engine)
    deleted = headwater("reset", "--yes", home=home, **engine)

    assert (stopped.returncode, deleted.returncode) == (0, 0), stopped.stderr + deleted.stderr
    assert asked.read_text("utf-8").splitlines() == [
        "version",
        f"{compose} up --detach --build --wait",
        f"{compose} down",
        f"{compose} down --volumes",
    ]
    assert not (home / "compose.env").exists()
