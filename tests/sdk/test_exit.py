"""Programs that end without `finish`: what they logged reaches the service all the same, on every Python."""

import multiprocessing
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater import Api

pytestmark = pytest.mark.slow

pytestmark = pytest.mark.usefixtures("client_environment")


def rows(path: str) -> list[dict[str, Any]]:
    """The history of a run, without the times."""
    return [{key: value for key, value in row.items() if key != "_time"} for row in Api().run(path).history()]


def ended(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, in a folder."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=folder, timeout=120)


ENDING = """
import atexit, threading, time
import headwater
run = headwater.init()
print(run.path, flush=True)

def made(name, count, size):
    artifact = headwater.Artifact(name, type="dataset")
    for number in range(count):
        with artifact.new_file(f"{number}.bin", mode="wb") as file:
            file.write(bytes([number]) * size)
    return artifact

run.log({"a": 1})
"""


@pytest.mark.parametrize(
    ("script", "name", "file_count", "size"),
    [
        ("run.log_artifact(made('left', 50, 10_000))", "left", 50, 500_000),
        # Two parts, which is an upload of another kind.
        ("run.log_artifact(made('left', 2, 17 << 20))", "left", 2, 34 << 20),
        # At the end itself, when no thread can be started any more from Python 3.12 on.
        ("atexit.register(lambda: run.log_artifact(made('left', 50, 10_000)))", "left", 50, 500_000),
        ("atexit.register(lambda: run.log_artifact(made('left', 2, 17 << 20)))", "left", 2, 34 << 20),
        # What the program's own threads do once its last line is reached.
        (
            "threading.Thread(target=lambda: (time.sleep(0.5), run.log_artifact(made('left', 3, 10)))).start()",
            "left",
            3,
            30,
        ),
    ],
)
def test_what_is_logged_without_finish_is_there_when_the_program_ends(
    tmp_path: Path, project: str, script: str, name: str, file_count: int, size: int
) -> None:
    done = ended(tmp_path, "-c", ENDING + script)

    assert done.returncode == 0, done.stderr
    run = Api().run(done.stdout.strip())
    assert (run.state, rows(run.path)) == ("FINISHED", [{"_step": 0, "a": 1}])
    found = Api().artifact(name)
    assert (found.file_count, found.size) == (file_count, size)
    assert [made.name for made in run.logged_artifacts()] == [f"{name}:v0"]
    assert f"Synced 1 record(s), 0 media, {file_count} artifact file(s), 0 other file(s)" in done.stderr
    assert "Traceback" not in done.stderr and "Error" not in done.stderr


def test_files_and_images_that_the_end_of_the_program_meets_are_there_too(tmp_path: Path, project: str) -> None:
    (tmp_path / "notes.txt").write_text("first")
    script = """
run.save("notes.txt")
def over():
    open("notes.txt", "w").write("second, and longer")
    run.log({"image": headwater.Image([[0.0, 1.0]])})
atexit.register(over)
"""
    done = ended(tmp_path, "-c", ENDING + script)

    assert done.returncode == 0, done.stderr
    files = {file.path: file.size for file in Api().run(done.stdout.strip()).files()}
    image = next(path for path in files if path.startswith("media/"))
    assert {path for path in files if not path.startswith("environment/")} == {"notes.txt", image}
    assert files["notes.txt"] == len("second, and longer")


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_run_that_a_child_process_leaves_open_is_finished_with_the_child(
    tmp_path: Path, project: str, method: str
) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"""
import multiprocessing
import headwater

def train(number):
    run = headwater.init(id=f"child-{{number}}")
    run.log({{"a": number}})
    artifact = headwater.Artifact(f"made-{{number}}", type="dataset")
    with artifact.new_file("a.bin", mode="wb") as file:
        file.write(bytes(100))
    run.log_artifact(artifact)

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    children = [context.Process(target=train, args=(number,)) for number in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
""")
    done = ended(tmp_path, str(program))

    assert done.returncode == 0, done.stderr
    for number in range(2):
        run = Api().run(f"{project}/child-{number}")
        assert (run.state, rows(run.path)) == ("FINISHED", [{"_step": 0, "a": number}])
        assert [made.name for made in run.logged_artifacts()] == [f"made-{number}:v0"]
