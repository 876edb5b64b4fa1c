"""Upload and download of one big and many small files, as ratios to a plain S3 client against the same store.

    python benchmarks/transfers.py [--big-mib 1024] [--small 2000] [--rounds 3] [--s5cmd PATH]

Needs a running service (`headwater up`) and, for the peer, a key that may write to a scratch bucket, given as
`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. Each round does the same work with Headwater and with the peer, in
turn, on fresh content; what is printed are medians and ratios of one run. Headwater's times include hashing, the
manifest and the commit on upload, and the check of every byte on download; the peer checks nothing.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psutil
from boto3.s3.transfer import TransferConfig

import headwater

SMALL_SIZE = 20_000


@dataclass
class Figures:
    """Seconds of each step, by who did it."""

    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def time(self, step: str, who: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        answer = work()
        self.seconds.setdefault((step, who), []).append(time.perf_counter() - started)
        return answer

    def print(self, peers: list[str]) -> None:
        steps = list(dict.fromkeys(step for step, _ in self.seconds))
        for step in steps:
            ours = statistics.median(self.seconds[step, "headwater"])
            line = f"{step:<24} headwater {ours:7.2f} s"
            for peer in peers:
                if (step, peer) in self.seconds:
                    theirs = statistics.median(self.seconds[step, peer])
                    line += f"   {peer} {theirs:7.2f} s (ratio {ours / theirs:.2f})"
            print(line)


class PeakMemory:
    """The largest resident size of a process and its children while the block runs, in bytes."""

    def __init__(self, pid: int | None) -> None:
        self._process = psutil.Process(pid) if pid else None
        self._stop = threading.Event()
        self.start = self.peak = self._resident()

    def __enter__(self) -> "PeakMemory":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, self._resident())

    def _resident(self) -> int:
        if self._process is None:
            return 0
        every = [self._process, *self._process.children(recursive=True)]
        return sum(process.memory_info().rss for process in every)


def make_files(folder: Path, *, count: int, size: int) -> Path:
    """Fill a folder with `count` files of `size` random bytes."""
    folder.mkdir(parents=True)
    for number in range(count):
        with open(folder / f"{number:05}.bin", "wb") as file:
            left = size
            while left > 0:
                left -= file.write(os.urandom(min(left, 1 << 22)))
    return folder


def headwater_round(figures: Figures, label: str, folder: Path, target: Path) -> None:
    run = headwater.run
    assert run is not None
    artifact = headwater.Artifact(f"bench-{uuid.uuid4().hex[:8]}", type="dataset")

    def upload() -> None:
        artifact.add_dir(str(folder))
        run.log_artifact(artifact).wait()

    figures.time(f"up {label}", "headwater", upload)

    def again() -> None:
        same = headwater.Artifact(artifact.name.split(":")[0], type="dataset")
        same.add_dir(str(folder))
        run.log_artifact(same).wait()

    figures.time(f"again {label}", "headwater", again)
    figures.time(f"down {label}", "headwater", lambda: artifact.download(root=str(target / "cold"), skip_cache=True))
    artifact.download(root=str(target / "fill"))
    figures.time(f"down {label}, cached", "headwater", lambda: artifact.download(root=str(target / "warm")))


def boto3_round(figures: Figures, label: str, folder: Path, target: Path, endpoint: str, bucket: str) -> None:
    config = TransferConfig(max_concurrency=8, multipart_chunksize=16 << 20)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    prefix = uuid.uuid4().hex
    files = sorted(folder.iterdir())
    target.mkdir(parents=True, exist_ok=True)

    def upload() -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda f: client.upload_file(str(f), bucket, f"{prefix}/{f.name}", Config=config), files))

    def download() -> None:
        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda f: client.download_file(bucket, f"{prefix}/{f.name}", str(target / f.name), Config=config),
                    files,
                )
            )

    figures.time(f"up {label}", "boto3", upload)
    figures.time(f"down {label}", "boto3", download)


def s5cmd_round(
    figures: Figures, label: str, folder: Path, target: Path, endpoint: str, bucket: str, program: str
) -> None:
    prefix = f"s3://{bucket}/{uuid.uuid4().hex}/"
    base = [program, "--endpoint-url", endpoint, "--log", "error"]
    target.mkdir(parents=True, exist_ok=True)
    figures.time(f"up {label}", "s5cmd", lambda: subprocess.run([*base, "cp", f"{folder}/", prefix], check=True))
    figures.time(f"again {label}", "s5cmd", lambda: subprocess.run([*base, "sync", f"{folder}/", prefix], check=True))
    figures.time(
        f"down {label}", "s5cmd", lambda: subprocess.run([*base, "cp", f"{prefix}*", f"{target}/"], check=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big-mib", type=int, default=1024)
    parser.add_argument("--small", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--endpoint", required=True, help="address of the object store")
    parser.add_argument("--s5cmd", default=shutil.which("s5cmd"), help="path of s5cmd, if it is to be a peer too")
    parser.add_argument("--service-pid", type=int, help="process whose memory is watched")
    options = parser.parse_args()

    bucket = f"bench-{uuid.uuid4().hex[:8]}"
    boto3.client("s3", endpoint_url=options.endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)
    figures = Figures()
    sets = {"1 big": (1, options.big_mib << 20), "many small": (options.small, SMALL_SIZE)}
    with PeakMemory(options.service_pid) as memory, headwater.init(project="benchmarks", job_type="benchmark"):
        for number in range(options.rounds):
            for label, (count, size) in sets.items():
                with tempfile.TemporaryDirectory(prefix="headwater-bench-") as name:
                    folder = make_files(Path(name) / "data", count=count, size=size)
                    headwater_round(figures, label, folder, Path(name) / "headwater")
                    boto3_round(figures, label, folder, Path(name) / "boto3", options.endpoint, bucket)
                    if options.s5cmd:
                        s5cmd_round(
                            figures, label, folder, Path(name) / "s5cmd", options.endpoint, bucket, options.s5cmd
                        )
            print(f"round {number + 1} of {options.rounds} done")
    figures.print(["s5cmd", "boto3"])
    if options.service_pid:
        print(f"service memory: {memory.start >> 20} MiB before, {memory.peak >> 20} MiB at most")


if __name__ == "__main__":
    main()
