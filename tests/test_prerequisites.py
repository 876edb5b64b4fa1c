"""The check before everything else names all that is missing at once, and runs without anything installed."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "check_prerequisites.py"
VERSIONS = {
    "git": "git version 2.39.5",
    "java": 'openjdk version "17.0.15" 2025-04-15',
    "mvn": "Apache Maven 3.8.7",
    "go": "go version go1.24.1 linux/amd64",
    "node": "v20.20.2",
    "npm": "10.8.2",
}


def check(
    tmp_path: Path, programs: dict[str, str], *, script: Path = SCRIPT, home: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run the check where only these programs are found, each printing its version."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").symlink_to(sys.executable)
    for name, version in programs.items():
        (folder / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (folder / name).chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name not in ("JAVA_HOME", "HEADWATER_HOME")}
    if home is not None:
        environment["HEADWATER_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-S", "-E", str(script)],
        env={**environment, "PATH": str(folder)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_python_to_use_is_printed_when_all_is_there(tmp_path: Path) -> None:
    done = check(tmp_path, VERSIONS)

    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).name.startswith("python3")


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    done = check(tmp_path, {})

    assert (done.returncode, done.stdout) == (1, "")
    named = [line[4:].split(":")[0] for line in done.stderr.splitlines()[1:]]
    assert named == ["git", "Java 17 or 21", "Maven", "Go 1.24 or newer", "Node 20 or newer", "npm"]


def test_what_is_too_old_or_too_new_is_named_with_its_version(tmp_path: Path) -> None:
    wrong = {"java": 'openjdk version "25" 2025-09-16', "go": "go version go1.19.8 linux/amd64", "node": "v18.19.0"}

    done = check(tmp_path, {**VERSIONS, **wrong})

    lines = done.stderr.splitlines()[1:]
    assert done.returncode == 1
    assert [line.split(":")[0] for line in lines] == [
        f"  - Java 17 or 21 ({tmp_path}/bin/java is version 25)",
        "  - Go 1.24 or newer (found 1.19)",
        "  - Node 20 or newer (found 18.19)",
    ]


def test_too_little_memory_and_disk_are_named_with_what_is_there(tmp_path: Path) -> None:
    # The same check, asking for more than any machine has.
    asking_more = SCRIPT.read_text("utf-8").replace("MEMORY_GIB = 4", f"MEMORY_GIB = {10**6}")
    script = tmp_path / "check.py"
    script.write_text(asking_more.replace("DISK_GIB = 3", f"DISK_GIB = {10**9}"), "utf-8")

    done = check(tmp_path, VERSIONS, script=script)

    assert done.returncode == 1
    memory, disk = done.stderr.splitlines()[1:]
    assert re.fullmatch(r"  - 1000000 GB of memory \(here: [\d.]+\)", memory)
    assert re.fullmatch(r"  - 1000000000 GB of free disk \(in /.*: [\d.]+\)", disk)


def test_the_disk_that_counts_is_that_of_the_data_folder_even_before_it_is_there(tmp_path: Path) -> None:
    script = tmp_path / "check.py"
    script.write_text(SCRIPT.read_text("utf-8").replace("DISK_GIB = 3", f"DISK_GIB = {10**9}"), "utf-8")

    done = check(tmp_path, VERSIONS, script=script, home=tmp_path / "not" / "yet")

    (disk,) = done.stderr.splitlines()[1:]
    assert disk.startswith(f"  - 1000000000 GB of free disk (in {tmp_path}: ")


def test_the_targets_of_make_are_few_and_each_is_explained() -> None:
    # The tests themselves run under make, which tells its children so and lets them print more.
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}

    done = subprocess.run(["make"], cwd=ROOT, env=alone, capture_output=True, text=True, check=True)

    named = [line.split()[1] for line in done.stdout.splitlines()]
    assert named == "demo up down test test-all test-integrations screenshots lint ui schema docs bench build".split()
    assert all(len(line.split()) > 3 for line in done.stdout.splitlines())
