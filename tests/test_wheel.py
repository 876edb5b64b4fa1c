"""The wheel: the base install is light, and runs the README's program; the server's commands say what is missing."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from doc_blocks import ROOT, blocks_of

SERVICE = ROOT / "service" / "headwater_service"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """A virtual environment that holds the base wheel and what it depends on."""

    folder: Path
    wheel: Path

    def run(self, *command: str, environment: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
        program = self.folder / ("Scripts" if os.name == "nt" else "bin") / command[0]
        return subprocess.run(
            [str(program), *command[1:]],
            env={**environment, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    dist = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    made = Installed(folder, wheel)
    done = made.run("python", "-m", "pip", "install", "-q", str(wheel), environment={}, cwd=folder)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def environment(client_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What a program in the new environment sees: the service of the tests, and folders of its own."""
    folders = {"HEADWATER_HOME": "home", "HEADWATER_DIR": "runs", "HEADWATER_ARTIFACT_DIR": "artifacts"}
    for name in folders.values():
        (tmp_path / name).mkdir()
    return {**client_environment, **{variable: str(tmp_path / name) for variable, name in folders.items()}}


def test_the_base_install_has_no_library_of_the_server(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("python", "-m", "pip", "list", "--format", "json", environment={}, cwd=tmp_path)

    names = {package["name"].lower() for package in json.loads(done.stdout)}
    assert "headwater" in names
    assert names.isdisjoint({"neo4j", "strawberry-graphql", "starlette", "uvicorn", "minio", "boto3"})


def test_the_program_of_the_readme_runs(installed: Installed, environment: dict[str, str], tmp_path: Path) -> None:
    program = next(block for block in blocks_of(ROOT / "README.md") if block.language == "python").text
    environment.pop("HEADWATER_PROJECT")

    done = installed.run("python", "-c", program, environment=environment, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    shown = installed.run("headwater", "artifact", "ls", "hello", environment=environment, cwd=tmp_path)
    assert [line.split("\t")[:2] for line in shown.stdout.splitlines()] == [
        [f"{environment['HEADWATER_ENTITY']}/hello/model:v0", "model"],
        [f"{environment['HEADWATER_ENTITY']}/hello/numbers:v0", "dataset"],
    ]


@pytest.mark.parametrize("command", ["up", "down", "status", "logs", "doctor", "open", "reset"])
def test_commands_of_the_server_say_what_is_missing(installed: Installed, command: str, tmp_path: Path) -> None:
    environment = {"HEADWATER_HOME": str(tmp_path)}

    done = installed.run("headwater", command, "--foreground", environment=environment, cwd=tmp_path)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "pip install '.[server]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_wheel_holds_the_assets_of_the_service(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())

    assert "headwater/py.typed" in names
    assert any(name.startswith("headwater_service/store/migrations/") for name in names)
    assert "headwater_service/http/pages/sign_in.html" in names
    # What the browser gets is built and not in the repository; it goes into the wheel all the same.
    built = SERVICE / "static"
    assert {"app/index.html", "graphiql/index.html"} <= {path.relative_to(built).as_posix() for path in files_in(built)}
    assert {f"headwater_service/static/{path.relative_to(built).as_posix()}" for path in files_in(built)} == {
        name for name in names if name.startswith("headwater_service/static/")
    }
    assert not [name for name in names if name.startswith(("tests/", "examples/", "docs/"))]
