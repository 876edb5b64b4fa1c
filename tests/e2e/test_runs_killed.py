"""Training programs, and the servers under them, are killed with SIGKILL: what was acknowledged is there, once.

`benchmarks/run_kills.py` does the same with hundreds of kills.
"""

import os
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import headwater
from e2e.killed_runs import ENDLESS, Attempt, kill_server, kill_training, start_training, wait_for
from e2e.killed_runs_counted import Tally, count
from e2e.killed_site import ENTITY, Site, new_name, own_site
from headwater import Api
from headwater_service.local.processes import wait_until
from servers import running_service

TRAINING_KILLS = 10
SERVER_KILLS = 2
SILENCE_SECONDS = 4

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with own_site(tmp_path_factory.mktemp("killed")) as started:
        yield started


@pytest.fixture
def impatient_site(site: Site, tmp_path: Path) -> Iterator[str]:
    """The address of a service that takes runs for CRASHED after a short silence, in the place of the other one."""
    site.servers["service"].stop()
    settings = replace(site.settings, crashed_after_seconds=SILENCE_SECONDS, public_url="")
    with running_service(settings, tmp_path) as impatient:
        yield impatient.url
    site.servers["service"].start()


def wrong(tally: Tally) -> dict[str, object]:
    """What must be nothing."""
    return {
        "absent": tally.absent,
        "duplicates": tally.duplicates,
        "left running": tally.left_running,
        "artifacts absent": tally.artifacts_absent,
        "artifacts wrong": tally.artifacts_wrong,
        "faults": tally.faults,
    }


NOTHING = {
    "absent": 0,
    "duplicates": 0,
    "left running": 0,
    "artifacts absent": 0,
    "artifacts wrong": 0,
    "faults": [],
}


def test_what_killed_programs_had_logged_is_there_once_after_a_sync(site: Site) -> None:
    project = new_name("training")

    attempts = kill_training(site, project, TRAINING_KILLS, random.Random(20_260_101))

    tally = count(site, project, attempts)
    assert len(attempts) == TRAINING_KILLS and all(attempt.was_killed for attempt in attempts)
    assert tally.acknowledged > 100 and tally.artifacts_stored > 0
    assert wrong(tally) == NOTHING


@pytest.mark.parametrize("name", ["service", "neo4j", "minio"])
def test_runs_end_whole_whatever_server_is_killed_meanwhile(site: Site, name: str) -> None:
    project = new_name(name)
    before = site.servers[name].kills

    attempts = kill_server(site, project, name, SERVER_KILLS, random.Random(20_260_101))

    tally = count(site, project, attempts)
    assert site.servers[name].kills - before == SERVER_KILLS
    assert tally.acknowledged > 100 and tally.artifacts_stored > 0
    assert wrong(tally) == NOTHING


def test_a_run_that_falls_silent_is_crashed_and_runs_again_when_it_comes_back(
    site: Site, impatient_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = new_name("silent")
    paused, killed = Attempt.new(site), Attempt.new(site)
    variables = {**site.variables(project, site.folder), "HEADWATER_BASE_URL": impatient_site}
    for name in ("HEADWATER_BASE_URL", "HEADWATER_API_KEY", "HEADWATER_ENTITY", "HEADWATER_PROJECT"):
        monkeypatch.setenv(name, variables[name])
    api = Api()

    def states() -> tuple[str, str]:
        return api.run(paused.run).state, api.run(killed.run).state

    processes = [start_training(site, project, each, steps=ENDLESS, url=impatient_site) for each in (paused, killed)]
    try:
        for each, process in zip((paused, killed), processes, strict=True):
            wait_for(process, partial(each.noted, "logged"))
        assert states() == ("RUNNING", "RUNNING")

        os.kill(processes[0].pid, signal.SIGSTOP)
        processes[1].kill()
        wait_until(lambda: states() == ("CRASHED", "CRASHED"), seconds=90.0, pause=0.5)
        assert states() == ("CRASHED", "CRASHED")

        os.kill(processes[0].pid, signal.SIGCONT)
        wait_until(lambda: states()[0] == "RUNNING", seconds=60.0, pause=0.2)
        assert states() == ("RUNNING", "CRASHED")
        with headwater.init(id=killed.run, resume="must") as run:
            assert states() == ("RUNNING", "RUNNING")
            run.log({"n": -1})
        assert states() == ("RUNNING", "FINISHED")
        assert run.path == f"{ENTITY}/{project}/{killed.run}"
    finally:
        for process in processes:
            process.kill()
            process.wait()
