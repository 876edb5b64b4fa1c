"""Kill the service, Neo4j and MinIO at random moments while the example pipeline runs, and count what was lost.

    python benchmarks/kills.py [--kills 20] [--seed 1]

Needs `headwater up`. For each of the three programs the pipeline runs again and again, each time in a fresh
project, while the program is killed with SIGKILL once per run at a random moment; the supervisor starts it again and
the clients wait. Afterwards every run must have succeeded, each collection's version numbers must be 0, 1, 2 … and
every stored file must download with the right digest. Prints what a user would have seen.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import headwater

PIPELINE = Path(__file__).parent.parent / "examples" / "digits_pipeline.py"
COLLECTIONS = ("digits-raw", "digits-preprocessed", "digits-initial", "digits-model")


@dataclass
class Tally:
    """What happened over all runs of the pipeline."""

    kills: int = 0
    failed_runs: int = 0
    lost_versions: int = 0
    longest_seconds: float = 0.0
    notices: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def pid_of(program: str) -> int | None:
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("headwater")), "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    for found in json.loads(answer.stdout)["programs"]:
        if found["name"] == program:
            pid: int | None = found["pid"]
            return pid
    return None


def kill_after(program: str, seconds: float) -> bool:
    """Kill a program after a pause; False when it was not running then."""
    time.sleep(seconds)
    pid = pid_of(program)
    if pid is None:
        return False
    os.kill(pid, signal.SIGKILL)
    return True


def run_pipeline(project: str, tally: Tally, program: str, pause: float) -> None:
    """Run the pipeline once, with one kill in it, and check what it left."""
    with tempfile.TemporaryDirectory(prefix="headwater-kills-") as folder:
        killed: list[bool] = []
        killer = threading.Thread(target=lambda: killed.append(kill_after(program, pause)))
        started = time.monotonic()
        killer.start()
        done = subprocess.run(
            [sys.executable, str(PIPELINE), "--project", project],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        tally.longest_seconds = max(tally.longest_seconds, time.monotonic() - started)
        killer.join()
    tally.kills += killed == [True]
    tally.notices |= {re.sub(r"[0-9a-f]{8,}|\d+", "…", line) for line in notices(done.stderr)}
    if done.returncode:
        tally.failed_runs += 1
        tally.faults.append(done.stderr[-1500:])
        return
    check(project, tally)


def notices(text: str) -> list[str]:
    return [line for line in text.splitlines() if "waiting for" in line or line.startswith("headwater: ")]


def check(project: str, tally: Tally) -> None:
    """Count versions that are missing or whose files are not what their digest says."""
    api = headwater.Api()
    for name in COLLECTIONS:
        with tempfile.TemporaryDirectory(prefix="headwater-kills-") as folder:
            try:
                version = api.artifact(f"{project}/{name}:v0")
                version.download(root=folder, skip_cache=True)
                version.verify(root=folder)
            except Exception as error:
                tally.lost_versions += 1
                tally.faults.append(f"{name}: {error!r}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="kills of each program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", nargs="*", default=["service", "neo4j", "minio"])
    options = parser.parse_args()

    moments = random.Random(options.seed)
    is_clean = True
    started = time.monotonic()
    run_pipeline(f"kills-{uuid.uuid4().hex[:8]}", Tally(), "none", 0.0)
    undisturbed = time.monotonic() - started
    print(f"one undisturbed run of the pipeline: {undisturbed:.1f} s")
    for program in options.programs:
        tally = Tally()
        while tally.kills < options.kills:
            run_pipeline(f"kills-{uuid.uuid4().hex[:8]}", tally, program, moments.uniform(0.5, undisturbed))
        print(
            f"{program:<8} {tally.kills} kills: {tally.failed_runs} failed runs, {tally.lost_versions} lost versions, "
            f"longest run {tally.longest_seconds:.1f} s"
        )
        for line in sorted(tally.notices):
            print(f"         the user saw: {line}")
        for fault in tally.faults:
            print(f"         {fault}")
        is_clean = is_clean and not (tally.failed_runs or tally.lost_versions)
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
