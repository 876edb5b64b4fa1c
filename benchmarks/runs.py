"""What logging costs a training loop, and how fast its points are stored and shown, beside other trackers.

    python benchmarks/runs.py [--rounds 3] [--calls 5000] [--points 1000000] [--large 0]
                              [--wandb PYTHON] [--trackio PYTHON] [--mlflow PYTHON]

Needs a running service (`headwater up`). Each peer is named by the Python of an environment that has it: wandb runs
offline, trackio as it comes, MLflow against a server of its own on SQLite with one worker, its fastest. Every
figure is taken in a fresh process, the contenders in turn, and what is printed are medians of one run and their ratios.

`--large` logs so many points in one run (10,000,000 takes some minutes), compares the memory of the client before and
after, and times the chart of one metric of it: 500 samples, asked by the SDK.
"""

import argparse
import contextlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator

WIDTH = 50
STORED_ROWS = 1000
THREE = [f"metric_{number}" for number in range(3)]
FIFTY = [f"metric_{number}" for number in range(WIDTH)]
Log = Callable[[dict[str, float]], object]
# What is printed, how, and whether less of it is better.
FIGURES = [
    ("import", "ms", True),
    ("init to first log", "ms", True),
    ("log 3", "µs", True),
    ("log 3, 99 %", "µs", True),
    ("log 50", "µs", True),
    ("finish with nothing pending", "ms", True),
    ("points stored", "/s", False),
]


# --- One contender each: import, begin, log, end. It runs in the contender's own Python. -----------------------------


def begin_headwater(url: str) -> tuple[Log, Callable[[], object]]:
    import headwater

    run = headwater.init(project="benchmark")
    return run.log, run.finish


def begin_wandb(url: str) -> tuple[Log, Callable[[], object]]:
    import wandb  # type: ignore[import-not-found, unused-ignore]

    run = wandb.init(project="benchmark", mode="offline")
    return run.log, run.finish


def begin_trackio(url: str) -> tuple[Log, Callable[[], object]]:
    import trackio  # type: ignore[import-not-found, unused-ignore]

    trackio.init(project=f"benchmark-{uuid.uuid4().hex[:8]}")
    return trackio.log, trackio.finish


def begin_mlflow(url: str) -> tuple[Log, Callable[[], object]]:
    import mlflow  # type: ignore[import-not-found, unused-ignore]

    mlflow.set_tracking_uri(url)
    mlflow.config.enable_async_logging()
    mlflow.start_run()
    steps = iter(range(10**9))

    def end() -> None:
        mlflow.flush_async_logging()
        mlflow.end_run()

    return lambda values: mlflow.log_metrics(values, step=next(steps)), end


BEGIN = {"headwater": begin_headwater, "wandb": begin_wandb, "trackio": begin_trackio, "mlflow": begin_mlflow}


def measure_calls(who: str, url: str, calls: int) -> dict[str, float]:
    """Import, begin, log and end; milliseconds and microseconds."""
    started = time.perf_counter()
    __import__(who)
    imported = time.perf_counter()
    log, end = BEGIN[who](url)
    log(dict.fromkeys(THREE, 0.5))
    first = time.perf_counter()
    three = each(log, THREE, calls)
    fifty = each(log, FIFTY, calls // 4)
    end()
    # A run of its own, for a client that has nothing left to send.
    log, end = BEGIN[who](url)
    log(dict.fromkeys(THREE, 0.5))
    time.sleep(3.0)
    before = time.perf_counter()
    end()
    return {
        "import": 1e3 * (imported - started),
        "init to first log": 1e3 * (first - imported),
        "log 3": 1e6 * statistics.median(three),
        "log 3, 99 %": 1e6 * statistics.quantiles(three, n=100)[98],
        "log 50": 1e6 * statistics.median(fifty),
        "finish with nothing pending": 1e3 * (time.perf_counter() - before),
    }


def each(log: Log, keys: list[str], calls: int) -> list[float]:
    """Seconds of each call, with values made before it."""
    taken = []
    for number in range(calls):
        values = dict.fromkeys(keys, 1.0 / (number + 1))
        before = time.perf_counter()
        log(values)
        taken.append(time.perf_counter() - before)
    return taken


def measure_stored(who: str, url: str, points: int) -> dict[str, float]:
    """Points a second, from the first `log` until the server has all of them for good."""
    rows = points // WIDTH
    store = mlflow_batches(url) if who == "mlflow" else logged_rows(who, url)
    before = time.perf_counter()
    store(rows)
    return {"points stored": rows * WIDTH / (time.perf_counter() - before)}


def logged_rows(who: str, url: str) -> Callable[[int], object]:
    log, end = BEGIN[who](url)

    def store(rows: int) -> None:
        for row in range(rows):
            log(noise(row))
        end()

    return store


def mlflow_batches(url: str) -> Callable[[int], object]:
    from mlflow import MlflowClient  # type: ignore[import-not-found, unused-ignore]
    from mlflow.entities import Metric  # type: ignore[import-not-found, unused-ignore]

    client = MlflowClient(url)
    run_id = client.create_run("0").info.run_id

    def store(rows: int) -> None:
        at = int(1000 * time.time())
        for first in range(0, rows, STORED_ROWS // WIDTH):
            steps = range(first, min(first + STORED_ROWS // WIDTH, rows))
            client.log_batch(
                run_id, [Metric(key, value, at, step) for step in steps for key, value in noise(step).items()]
            )

    return store


def measure_large(who: str, url: str, points: int) -> dict[str, float]:
    """One long run: the client's memory before and after, and the time until a chart of one metric is there."""
    import headwater

    run = headwater.init(project="benchmark")
    rows = points // WIDTH
    for row in range(rows // 10):
        run.log(noise(row))
    early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for row in range(rows // 10, rows):
        run.log(noise(row))
    run.finish()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early
    history = headwater.Api().run(run.path).history(["metric_0"], samples=500)
    times = []
    for _ in range(3):
        before = time.perf_counter()
        found = list(history)
        times.append(time.perf_counter() - before)
    assert 400 < len(found) <= 500, f"{len(found)} samples"
    return {"client grown by MiB": grown / 1024, "chart, first s": times[0], "chart, again s": min(times[1:])}


# --- The run ---------------------------------------------------------------------------------------------------------


def noise(row: int) -> dict[str, float]:
    """Values that no two keys or rows share, as those of a training."""
    return {key: math.sin(row * (number + 1.1)) for number, key in enumerate(FIFTY)}


def measured(python: str, what: str, who: str, url: str, count: int) -> dict[str, float]:
    """Figures of one fresh process of a contender, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, os.path.abspath(__file__), "--worker", what, who, url, str(count)]
        environment = {
            **os.environ,
            "HEADWATER_SILENT": "1",
            "WANDB_SILENT": "true",
            "WANDB_DIR": folder,
            "TRACKIO_DIR": folder,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        }
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


@contextlib.contextmanager
def no_server() -> Iterator[str]:
    yield ""


def show(found: dict[str, dict[str, list[float]]]) -> None:
    for name, unit, is_less_better in FIGURES:
        ours = statistics.median(found["headwater"][name])
        line = f"{name:<28} headwater {ours:>12,.1f} {unit}"
        for who, figures in found.items():
            if who != "headwater" and name in figures:
                theirs = statistics.median(figures[name])
                times = theirs / ours if is_less_better else ours / theirs
                line += f"   {who} {theirs:,.1f} {unit} (× {times:.1f})"
        print(line)
    print("× says how many times better Headwater is; below 1, the other one is.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=5000, help="calls of `log` with 3 scalars a round")
    parser.add_argument("--points", type=int, default=1_000_000, help="points that are stored a round")
    parser.add_argument("--large", type=int, default=0, help="points of one long run; 0 leaves it out")
    for peer in ("wandb", "trackio", "mlflow"):
        parser.add_argument(f"--{peer}", metavar="PYTHON", help=f"the Python of an environment with {peer}")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    pythons = {"headwater": sys.executable}
    pythons |= {who: getattr(options, who) for who in ("wandb", "trackio", "mlflow") if getattr(options, who)}
    found: dict[str, dict[str, list[float]]] = {who: {} for who in pythons}
    server = no_server()
    if options.mlflow:
        from registry import mlflow_server

        server = mlflow_server(options.mlflow, 1)
    with server as url:
        for _ in range(options.rounds):
            for who, python in pythons.items():
                # MLflow's batches take so long that a tenth of them tells the rate; wandb offline sends nothing.
                points = options.points // (20 if who == "mlflow" else 1)
                calls = options.calls // (20 if who == "mlflow" else 1)
                figures = measured(python, "calls", who, url, calls)
                if who != "wandb":
                    figures |= measured(python, "stored", who, url, points)
                for name, value in figures.items():
                    found[who].setdefault(name, []).append(value)
        show(found)
    if options.large:
        for name, value in measured(sys.executable, "large", "headwater", "", options.large).items():
            print(f"{options.large:,} points: {name} {value:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        measure = {"calls": measure_calls, "stored": measure_stored, "large": measure_large}[sys.argv[2]]
        print(json.dumps(measure(sys.argv[3], sys.argv[4], int(sys.argv[5]))))
    else:
        main()
