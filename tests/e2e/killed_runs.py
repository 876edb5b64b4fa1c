"""Training programs that are killed, or whose servers are, under load, and the journals they leave."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from e2e.killed_site import Site, new_name

TRAINING = Path(__file__).with_name("killed_training.py")
HEADWATER = Path(sys.executable).with_name("headwater")
AT_ONCE = 3
START_SECONDS = 120.0
END_SECONDS = 1_500.0  # `finish` waits 600 seconds for files, and as long for records
ENDLESS = 1_000_000
STEPS_UNDER_LOAD = (70, 600)  # at least one artifact each


@dataclass
class Attempt:
    """One training program: its run, its folder, what it noted, and what became of it."""

    run: str
    folder: Path
    was_killed: bool = False
    faults: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, site: Site) -> "Attempt":
        attempt = cls(new_name("run"), site.folder / new_name("work"))
        attempt.folder.mkdir()
        return attempt

    def noted(self, what: str) -> list[int]:
        """The numbers that the program noted of a kind."""
        path = self.folder / "noted.log"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [number for line in lines for kind, number in json.loads(line).items() if kind == what]

    def output(self) -> str:
        return (self.folder / "output.log").read_text("utf-8", "replace")[-2000:]


def kill_training(site: Site, project: str, kills: int, chance: random.Random) -> list[Attempt]:
    """Kill so many programs: a tenth before they log, a third inside an artifact, the others anywhere."""

    def one(aim: float, pauses: tuple[float, float, float], artifact: int) -> Attempt:
        attempt = Attempt.new(site)
        process = start_training(site, project, attempt, steps=ENDLESS)
        if aim < 0.1:
            time.sleep(pauses[0])
        elif aim < 0.45:
            wait_for(process, lambda: artifact in attempt.noted("begins"))
            time.sleep(pauses[1])
        else:
            wait_for(process, lambda: attempt.noted("logged"))
            time.sleep(pauses[2])
        if process.poll() is not None:
            attempt.faults.append(f"{attempt.run} ended before it was killed:\n{attempt.output()}")
        process.kill()
        process.wait()
        attempt.was_killed = True
        sync(site, project, [attempt])
        return attempt

    with ThreadPoolExecutor(AT_ONCE) as pool:
        started = [
            pool.submit(
                one,
                chance.random(),
                (chance.uniform(0.0, 2.0), chance.uniform(0.0, 0.25), chance.uniform(0.0, 2.5)),
                chance.randrange(4),
            )
            for _ in range(kills)
        ]
        attempts = [each.result() for each in started]
    # Once more changes nothing.
    sync(site, project, attempts)
    return attempts


def kill_server(site: Site, project: str, name: str, kills: int, chance: random.Random) -> list[Attempt]:
    """Kill one of the servers so often while programs begin, log and end."""
    is_over = threading.Event()

    def load(seed: int) -> list[Attempt]:
        lengths = random.Random(seed)
        attempts: list[Attempt] = []
        while not is_over.is_set():
            attempt = Attempt.new(site)
            process = start_training(site, project, attempt, steps=lengths.randrange(*STEPS_UNDER_LOAD))
            attempts.append(attempt)
            try:
                code = process.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            if code:
                attempt.faults.append(f"{attempt.run} failed:\n{attempt.output()}")
        return attempts

    server = site.servers[name]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        loads = [pool.submit(load, chance.randrange(2**31)) for _ in range(AT_ONCE)]
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0.5, 6.0))
                server.kill()
                server.start()
        finally:
            is_over.set()
        attempts = [attempt for each in loads for attempt in each.result()]
    for _ in range(2):
        sync(site, project, attempts)
    return attempts


def sync(site: Site, project: str, attempts: Sequence[Attempt]) -> None:
    """Run `headwater sync` for the journals of the programs; one that refuses is a fault."""
    journals = [path.parent for attempt in attempts for path in attempt.folder.glob(".headwater/*/run.log")]
    # Killed before it had written how it began, and before it could log anything.
    journals = [journal for journal in journals if (journal / "run.log").stat().st_size]
    if not journals:
        return
    done = subprocess.run(
        [HEADWATER, "sync", *journals],
        env=site.variables(project, site.folder),
        cwd=site.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        attempts[0].faults.append(f"headwater sync ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def start_training(
    site: Site, project: str, attempt: Attempt, *, steps: int, url: str | None = None
) -> "subprocess.Popen[bytes]":
    """Start the program of a run, at the service of the site or another one."""
    with (attempt.folder / "output.log").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, str(TRAINING), attempt.run, str(steps)],
            env={**site.variables(project, attempt.folder), "HEADWATER_BASE_URL": url or site.url},
            cwd=attempt.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def wait_for(process: "subprocess.Popen[bytes]", condition: Callable[[], object]) -> None:
    """Wait until it holds, or the program is over."""
    end = time.monotonic() + START_SECONDS
    while not condition() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
