"""`headwater up` and `down` with real servers: ready, kept, recovered after kill -9, and stopped cleanly."""

import json
import os
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import urllib3

from headwater_service.local.home import Home
from headwater_service.local.lifecycle import user_name
from headwater_service.local.processes import wait_until
from headwater_service.local.provision import provision
from headwater_service.local.supervisor import bound_log
from servers import PROVISIONED

COMMAND = str(Path(sys.executable).with_name("headwater"))
TAKE_PORT = (
    "import socket, time; s = socket.create_server(('127.0.0.1', {port})); print(1, flush=True); time.sleep(120)"
)
PROGRAMS = ("neo4j", "minio", "service")
RECOVERED_WITHIN_SECONDS = 90.0


@dataclass(frozen=True)
class Machine:
    """The local servers of one account, used through the command line as its user does."""

    home: Home

    def run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
        return subprocess.run(
            [COMMAND, *arguments],
            env={**kept, "HEADWATER_HOME": str(self.home.root), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def ok(self, *arguments: str, **more: str) -> str:
        done = self.run(*arguments, **more)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return answer

    def pids(self) -> dict[str, int]:
        status = self.status()
        return {
            **{program["name"]: program["pid"] for program in status["programs"]},
            "supervisor": status["supervisor_pid"],
        }

    def log(self, name: str) -> str:
        return (self.home.logs / f"{name}.log").read_text("utf-8", "replace")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Local servers that run, with the programs that were provisioned for the tests."""
    made = Machine(Home(tmp_path_factory.mktemp("account") / "home"))
    provision(PROVISIONED, print)
    made.home.create()
    made.home.provisioned.rmdir()
    made.home.provisioned.symlink_to(PROVISIONED.provisioned)
    made.ok("up")
    yield made
    made.ok("down")


def living(pids: dict[str, int]) -> list[int]:
    """The processes that still run; one that nobody has waited for yet does not."""
    found = [psutil.Process(pid) for pid in pids.values() if psutil.pid_exists(pid)]
    return [process.pid for process in found if process.status() != psutil.STATUS_ZOMBIE]


def viewer(machine: Machine) -> dict[str, Any]:
    """Ask the service who it takes the holder of the key in settings.toml for."""
    settings = tomllib.loads(machine.home.settings_file.read_text("utf-8"))
    response = urllib3.request(
        "POST",
        f"{settings['base_url']}/graphql",
        json={"query": "{ viewer { isAdmin user { name } defaultEntity { name } } }"},
        headers={"Authorization": f"Bearer {settings['api_key']}"},
        # The first query of a graph that has just started is planned by a cold virtual machine.
        timeout=30,
    )
    answer: dict[str, Any] = response.json()
    found: dict[str, Any] = answer["data"]["viewer"]
    return found


@pytest.mark.slow
def test_up_makes_a_user_whose_key_only_this_account_can_read(machine: Machine) -> None:
    name = user_name()

    assert viewer(machine) == {"isAdmin": True, "user": {"name": name}, "defaultEntity": {"name": name}}
    assert stat.S_IMODE(machine.home.settings_file.stat().st_mode) == 0o600


@pytest.mark.slow
def test_up_changes_nothing_when_all_is_up(machine: Machine) -> None:
    before, settings = machine.pids(), machine.home.settings_file.read_bytes()

    said = machine.ok("up")

    assert "already up" in said
    assert (machine.pids(), machine.home.settings_file.read_bytes()) == (before, settings)


@pytest.mark.slow
def test_up_tells_when_settings_have_changed(machine: Machine) -> None:
    said = machine.ok("up", HEADWATER_LOG_LEVEL="debug")

    assert "Settings have changed" in said


@pytest.mark.slow
def test_doctor_finds_nothing_wrong(machine: Machine) -> None:
    checks = json.loads(machine.ok("doctor", "--json"))

    assert [check for check in checks if check["state"] == "fail"] == []
    assert {"Bolt", "migrations", "forged writes", "store keys", "service"} <= {check["name"] for check in checks}


@pytest.mark.slow
def test_open_gives_a_new_link_each_time(machine: Machine) -> None:
    links = [machine.ok("open", "--print").strip() for _ in range(2)]

    base_url = tomllib.loads(machine.home.settings_file.read_text("utf-8"))["base_url"]
    assert links[0] != links[1]
    assert all(link.startswith(f"{base_url}/sign-in#") for link in links)


@pytest.mark.slow
def test_open_leads_on_to_the_page_that_is_named(machine: Machine) -> None:
    user = json.loads((machine.home.data / "account.json").read_text("utf-8"))["user"]

    full = machine.ok("open", "--print", "ana/数字 1/model:best").strip()
    own = machine.ok("open", "--print", "digits/model:best/-/lineage").strip()

    assert "/sign-in?next=/ana/%E6%95%B0%E5%AD%97%201/model:best#" in full
    assert f"/sign-in?next=/{user}/digits/model:best/-/lineage#" in own


@pytest.mark.slow
def test_no_secret_is_in_a_log_or_among_arguments(machine: Machine) -> None:
    credentials = json.loads(machine.home.credentials_file.read_text())
    account = json.loads((machine.home.data / "account.json").read_text())
    secrets = [credentials["neo4j_password"], account["api_key"]]
    secrets += [credentials[name]["secret"] for name in ("root", "read", "write", "admin")]
    places = [path.read_text("utf-8", "replace") for path in machine.home.logs.glob("*.log")]
    places += [path.read_text("utf-8", "replace") for path in (machine.home.neo4j / "logs").glob("*.log")]
    places += [" ".join(psutil.Process(pid).cmdline()) for pid in machine.pids().values()]

    assert [secret for secret in secrets if any(secret in place for place in places)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_program_comes_back_by_itself(machine: Machine, name: str) -> None:
    before = machine.pids()

    os.kill(before[name], signal.SIGKILL)

    assert wait_until(
        lambda: (
            (status := machine.status())["is_ready"]
            and machine.pids()[name] not in (None, before[name])
            and bool(status)
        ),
        seconds=RECOVERED_WITHIN_SECONDS,
        pause=0.5,
    )
    after = machine.pids()
    assert {other: after[other] for other in before if other != name} == {
        other: before[other] for other in before if other != name
    }
    assert viewer(machine)["user"] == {"name": user_name()}


@pytest.mark.slow
def test_up_takes_over_what_a_killed_supervisor_left_running(machine: Machine) -> None:
    before = machine.pids()
    os.kill(before["supervisor"], signal.SIGKILL)
    wait_until(lambda: machine.status()["supervisor_pid"] is None, seconds=10)

    machine.ok("up")

    after = machine.pids()
    assert {name: after[name] for name in PROGRAMS} == {name: before[name] for name in PROGRAMS}
    assert after["supervisor"] not in (None, before["supervisor"])


@pytest.mark.slow
def test_up_recovers_when_everything_was_killed_at_once(machine: Machine) -> None:
    for pid in machine.pids().values():
        os.kill(pid, signal.SIGKILL)

    machine.ok("up")

    assert machine.status()["is_ready"]
    assert viewer(machine)["user"] == {"name": user_name()}


@pytest.mark.slow
def test_down_stops_cleanly_and_the_next_start_recovers_nothing(machine: Machine) -> None:
    pids = machine.pids()
    debug_log = machine.home.neo4j / "logs" / "debug.log"

    assert machine.ok("down") == "Stopped.\n"
    assert living(pids) == []
    assert "killed" not in machine.log("supervisor")
    assert machine.run("status").returncode == 1
    assert machine.ok("down") == "Nothing was running.\n"
    logged = debug_log.stat().st_size
    machine.ok("up")

    with debug_log.open() as file:
        file.seek(logged)
        assert "Recovery required" not in file.read()


@pytest.mark.slow
def test_down_leaves_alone_what_it_did_not_start(machine: Machine) -> None:
    # Named and argued like one of ours, but without our token.
    command = [sys.executable, "-c", "import time; time.sleep(120)", "-m", "headwater_service"]
    with subprocess.Popen(command) as stranger:
        machine.ok("down")

        assert stranger.poll() is None
        stranger.kill()
    machine.ok("up")


@pytest.mark.slow
def test_a_port_that_another_program_took_is_explained(machine: Machine) -> None:
    machine.ok("down")
    port = json.loads(machine.home.ports_file.read_text())["s3"]
    code = TAKE_PORT.format(port=port)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"1\n"

        refused = machine.run("up")

        assert refused.returncode == 5
        assert f"Port {port}" in refused.stderr and f"(pid {other.pid})" in refused.stderr
        other.kill()
    machine.ok("up")
    assert machine.status()["is_ready"]


@pytest.mark.slow
def test_foreground_stays_and_stops_everything_when_interrupted(machine: Machine) -> None:
    machine.ok("down")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    command = [COMMAND, "up", "--foreground"]
    with subprocess.Popen(command, env={**kept, "HEADWATER_HOME": str(machine.home.root)}) as foreground:
        assert wait_until(lambda: machine.status()["is_ready"], seconds=120, pause=0.5)
        pids = machine.pids()

        foreground.send_signal(signal.SIGTERM)

        assert foreground.wait(120) == 0
    assert living(pids) == []
    machine.ok("up")


@pytest.mark.slow
def test_reset_deletes_the_data_only_when_told_and_up_starts_anew(machine: Machine) -> None:
    refused = machine.run("reset")
    key = tomllib.loads(machine.home.settings_file.read_text())["api_key"]

    assert refused.returncode == 1 and "--yes" in refused.stderr
    assert machine.status()["is_ready"]
    machine.ok("reset", "--yes")
    assert list(machine.home.data.iterdir()) == []
    assert "api_key" not in tomllib.loads(machine.home.settings_file.read_text())
    machine.ok("up")
    assert tomllib.loads(machine.home.settings_file.read_text())["api_key"] != key
    assert viewer(machine)["user"] == {"name": user_name()}


def test_a_log_is_cut_when_it_is_too_long_and_its_last_part_kept(tmp_path: Path) -> None:
    log = tmp_path / "service.log"

    with log.open("ab", buffering=0) as writer:
        writer.write(b"a" * 100)
        bound_log(log, 100)
        kept = log.read_bytes()
        writer.write(b"b")
        bound_log(log, 100)
        writer.write(b"c")

    assert kept == b"a" * 100
    assert (log.read_bytes(), (tmp_path / "service.log.1").read_bytes()) == (b"c", b"a" * 100 + b"b")


def test_commands_on_a_machine_where_nothing_was_started(tmp_path: Path) -> None:
    machine = Machine(Home(tmp_path / "home"))

    down, reset, logs, link = (machine.run(*words) for words in (["down"], ["reset"], ["logs"], ["open"]))

    assert (down.returncode, down.stdout) == (0, "Nothing was running.\n")
    assert (reset.returncode, reset.stdout) == (0, f"There is nothing in {machine.home.root}.\n")
    assert logs.returncode == 1 and "headwater up" in logs.stderr
    assert link.returncode != 0 and "headwater up" in link.stderr
