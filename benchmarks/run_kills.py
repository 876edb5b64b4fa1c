"""Kill training programs, the service, Neo4j and MinIO at random moments, and count what of the runs was lost.

    python benchmarks/run_kills.py [--training 200] [--servers 20] [--only training service neo4j minio] [--seed 1]

Starts servers of its own, in a folder that is deleted at the end. A training program logs a record every few
milliseconds, now and then an image and an artifact of three files, and notes each call that has returned. It is killed
with SIGKILL: one in ten before it logs, a third inside an artifact, the others anywhere. Then `headwater sync` sends
the journal that it left. The servers are killed and started again while three such programs at once begin, log and end.
Afterwards all that was acknowledged must be there, once, with the right bytes, and no run may be RUNNING.

The program is `tests/e2e/killed_training.py`, the tests do the same with fewer kills: `tests/e2e/test_runs_killed.py`.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from e2e.killed_runs import kill_server, kill_training
from e2e.killed_runs_counted import count
from e2e.killed_site import new_name, own_site

HEAD = "killed      kills    runs  acknowledged  absent  twice  RUNNING  artifacts stored/begun  absent  wrong  seconds"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--training", type=int, default=200, help="kills of training programs")
    parser.add_argument("--servers", type=int, default=20, help="kills of each server")
    parser.add_argument("--only", nargs="*", default=["training", "service", "neo4j", "minio"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    is_clean = True
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="headwater-run-kills-") as folder, own_site(Path(folder)) as site:
        # What is read back must not fill the cache of this account.
        os.environ["HEADWATER_ARTIFACT_DIR"] = str(site.folder / "read")
        print(HEAD, flush=True)
        for name in options.only:
            project, started = new_name(name), time.monotonic()
            if name == "training":
                kills = options.training
                attempts = kill_training(site, project, kills, chance)
            else:
                kills = options.servers
                attempts = kill_server(site, project, name, kills, chance)
            seconds = time.monotonic() - started
            tally = count(site, project, attempts)
            artifacts = f"{tally.artifacts_stored}/{tally.artifacts_begun}"
            print(
                f"{name:<10} {kills:>6} {tally.runs:>7} {tally.acknowledged:>13,} {tally.absent:>7} "
                f"{tally.duplicates:>6} {tally.left_running:>8} {artifacts:>23} {tally.artifacts_absent:>7} "
                f"{tally.artifacts_wrong:>6} {seconds:>8.0f}",
                flush=True,
            )
            for fault in tally.faults:
                print(f"           {fault}", flush=True)
            is_clean = is_clean and tally.is_clean
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
