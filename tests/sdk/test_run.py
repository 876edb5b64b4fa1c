"""Runs against the real service: what is logged is there afterwards, however the process ended."""

import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import headwater
from headwater._client import Client
from headwater._history import LARGEST_RECORD
from headwater._journal import pack
from headwater._sync import sync
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, UnavailableError
from servers import Service

pytestmark = pytest.mark.usefixtures("client_environment")


def rows(path: str, **arguments: Any) -> list[dict[str, Any]]:
    """The history of a run, without the times."""
    return [
        {key: value for key, value in row.items() if key != "_time"}
        for row in headwater.Api().run(path).history(**arguments)
    ]


def test_what_is_logged_can_be_read_again(project: str) -> None:
    with headwater.init(job_type="train", config={"lr": 0.1}, tags=["a", "b"], notes="first", group="g") as run:
        run.log({"loss": 1.5, "nested": {"acc": np.float32(0.5)}})
        run.log({"loss": math.nan, "text": "x", "on": True, "list": [1, 2]})
        run.log({"loss": -math.inf}, step=10)
        run.log({"more": 1}, step=10)
        run.config["late"] = 3
        run.summary["best"] = math.inf

    found = headwater.Api().run(run.path)
    logged = rows(run.path)
    assert found.path == f"{project}/{run.id}"
    assert (found.state, found.exit_code, found.job_type, found.group) == ("FINISHED", 0, "train", "g")
    assert (found.tags, found.notes, found.config) == (["a", "b"], "first", {"lr": 0.1, "late": 3})
    assert [row["_step"] for row in logged] == [0, 1, 10]
    assert logged[0] == {"_step": 0, "loss": 1.5, "nested/acc": 0.5}
    assert math.isnan(logged[1].pop("loss"))
    assert logged[1] == {"_step": 1, "text": "x", "on": True, "list": [1, 2]}
    assert logged[2] == {"_step": 10, "loss": -math.inf, "more": 1}
    assert found.summary == {
        "loss": -math.inf,
        "nested/acc": 0.5,
        "text": "x",
        "on": True,
        "list": [1, 2],
        "more": 1,
        "best": math.inf,
    }
    assert found.last_step == 10


def test_history_can_be_read_by_keys_and_steps() -> None:
    with headwater.init() as run:
        for step in range(5):
            run.log({"a": step, "b": -step} if step % 2 else {"a": step})

    assert rows(run.path, keys=["b"]) == [{"_step": 1, "b": -1}, {"_step": 3, "b": -3}]
    assert [row["_step"] for row in rows(run.path, min_step=1, max_step=3)] == [1, 2, 3]


def test_many_records_arrive_in_order() -> None:
    with headwater.init() as run:
        for step in range(20_000):
            run.log({"step": step})

    assert [row["step"] for row in headwater.Api().run(run.path).history()] == list(range(20_000))


def test_the_lines_at_start_and_end(capsys: pytest.CaptureFixture[str], service: Service, project: str) -> None:
    with headwater.init(name="night run") as run:
        run.log({"a": 1})
        run.log({"a": 2})

    url = f"{service.url}/{project}/-/runs/{run.id}"
    assert run.url == url
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"View run night run at: {url}",
        f"View run night run at: {url}",
        "Synced 2 record(s), 0 media, 0 artifact file(s), 0 other file(s)",
        f"Find logs at: {run.dir}",
    ]


def test_a_silent_run_prints_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_SILENT", "1")

    with headwater.init() as run:
        run.log({"a": 1})

    assert capsys.readouterr().err == ""


def test_names_come_from_the_server_and_the_folder_from_the_id() -> None:
    with headwater.init() as run:
        pass

    assert re.fullmatch(r"[a-z]+-[a-z]+-[0-9]+", run.name)
    assert run.dir is not None
    assert re.fullmatch(rf"run-\d{{8}}_\d{{6}}-{run.id}", run.dir.name)
    assert run.dir.parent == Path(os.environ["HEADWATER_DIR"]) / ".headwater"


def test_an_unknown_project_is_created(entity: str) -> None:
    with headwater.init(project="brand new") as run:
        pass

    assert run.path == f"{entity}/brand new/{run.id}"
    assert "brand new" in [project.name for project in headwater.Api().projects()]


def test_an_unknown_entity_is_an_error_that_lists_yours(entity: str) -> None:
    with pytest.raises(NotFoundError, match=rf"'nobody-here'.*Yours: {entity}\..*headwater entity create nobody-here"):
        headwater.init(entity="nobody-here")

    assert headwater.run is None


def test_a_wrong_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "0" * 40)

    with pytest.raises(PermissionDeniedError):
        headwater.init()


def test_a_run_that_failed_says_so() -> None:
    with pytest.raises(ZeroDivisionError), headwater.init() as run:
        run.log({"a": 1})
        _ = 1 / 0

    found = headwater.Api().run(run.path)
    assert (found.state, found.exit_code) == ("FAILED", 1)
    assert rows(run.path) == [{"_step": 0, "a": 1}]


def test_an_interrupted_run_was_killed() -> None:
    with pytest.raises(KeyboardInterrupt), headwater.init() as run:
        raise KeyboardInterrupt

    found = headwater.Api().run(run.path)
    assert (found.state, found.exit_code) == ("KILLED", 130)


def test_a_finished_run_is_resumed_after_its_last_step() -> None:
    with headwater.init(id="night-1", config={"lr": 1}) as run:
        run.log({"a": 1}, step=7)

    with pytest.raises(ConflictError):
        headwater.init(id="night-1")
    with headwater.init(id="night-1", resume="must", config={"more": 2}) as again:
        again.log({"a": 2})

    assert (again.resumed, again.path) == (True, run.path)
    assert [(row["_step"], row["a"]) for row in rows(run.path)] == [(7, 1), (8, 2)]
    assert headwater.Api().run(run.path).config == {"lr": 1, "more": 2}


def test_runs_beside_each_other_keep_what_is_their_own() -> None:
    with headwater.init() as first:
        beside = [headwater.init(reinit="create_new", group="beside") for _ in range(2)]
        for number, run in enumerate((first, *beside)):
            run.log({"x": number})
        beside[0].finish()
        headwater.log({"x": 10})
        beside[1].log({"x": 12})
        beside[1].finish(exit_code=3)
        states = [headwater.Api().run(run.path).state for run in (first, *beside)]

    assert states == ["RUNNING", "FINISHED", "FAILED"]
    assert [[row["x"] for row in rows(run.path)] for run in (first, *beside)] == [[0, 10], [1], [2, 12]]


def test_resuming_what_is_not_there() -> None:
    with pytest.raises(NotFoundError):
        headwater.init(id="absent", resume="must")
    with headwater.init(id="absent", resume="allow") as run:
        pass

    assert not run.resumed


def test_name_tags_and_notes_can_be_changed() -> None:
    with headwater.init(name="one") as run:
        run.name = "two"
        run.tags = ("x",)
        run.notes = "more"

    found = headwater.Api().run(run.path)
    assert (found.name, found.tags, found.notes) == ("two", ["x"], "more")


def test_the_environment_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    subprocess.run([*git, "remote", "add", "origin", "https://user:secret@example.org/code.git"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    with headwater.init() as run:
        pass

    found = headwater.Api().run(run.path)
    assert (found.git_commit, found.git_remote) == (commit, "https://example.org/code.git")
    assert found.host
    assert found.command == shlex.join(sys.orig_argv)


def test_a_file_is_saved_with_the_run_and_again_if_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")

    with headwater.init() as run:
        assert run.save("out/*.txt") == ["out/a.txt"]
        assert run.save("b.txt") == ["b.txt"]
        run._online.files.finish()  # type: ignore[union-attr]
        (tmp_path / "b.txt").write_text("changed")
        with pytest.raises(NotFoundError, match=r"No file matches 'absent\*'"):
            run.save("absent*")

    files = {file.path: file.size for file in headwater.Api().run(run.path).files()}
    assert {path: size for path, size in files.items() if not path.startswith("environment/")} == {
        "out/a.txt": 1,
        "b.txt": 7,
    }


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_files_are_kept_when_their_policy_says(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.chdir(tmp_path)
    policies = ("live", "now", "end")
    for policy in policies:
        (tmp_path / policy).write_text("first")

    with headwater.init(mode=mode) as run:
        for policy in policies:
            run.save(policy, policy=policy)
        while run._online.files._working:  # type: ignore[union-attr]
            time.sleep(0.01)
        for policy in policies:
            (tmp_path / policy).write_text(f"changed: {policy}")
        with pytest.raises(InvalidInputError, match="policy is 'never'; it must be 'live', 'now' or 'end'"):
            run.save("now", policy="never")
    if mode == "offline":
        assert run.dir is not None
        assert sync(client, run.dir).failures == []

    kept = {file.path: file.size for file in headwater.Api().run(run.path).files() if file.path in policies}
    assert kept == {"live": len("changed: live"), "now": len("first"), "end": len("changed: end")}


def test_a_live_file_is_kept_again_while_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater._files.LOOK_SECONDS", 0.1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.txt").write_text("first")

    with headwater.init() as run:
        run.save("log.txt")
        (tmp_path / "log.txt").write_text("first, second")
        found = headwater.Api().run(run.path)
        deadline = time.monotonic() + 20
        while [file.size for file in found.files("log.txt")] != [13] and time.monotonic() < deadline:
            time.sleep(0.1)

        assert [file.size for file in found.files("log.txt")] == [13]


def test_images_and_plots_are_files_of_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init() as run:
        run.log(
            {
                "one": headwater.Image(np.zeros((2, 3)), caption="zero"),
                "many": [headwater.Image(np.full((2, 2), value, dtype=np.uint8)) for value in (1, 2)],
                "confusion": headwater.plot.confusion_matrix(y_true=[0, 1], preds=[1, 1]),
            }
        )

    (row,) = rows(run.path)
    files = {file.path: (file.size, file.digest) for file in headwater.Api().run(run.path).files("media/")}
    items = [row["one"], *row["many"]["items"], row["confusion"]]
    assert [item["_type"] for item in items] == ["image", "image", "image", "plot"]
    assert (row["one"]["width"], row["one"]["height"], row["one"]["caption"]) == (3, 2, "zero")
    assert files == {item["path"]: (item["size"], item["digest"]) for item in items}
    assert "4 media" in capsys.readouterr().err


LOGGING = """
import os, sys, time
import headwater
run = headwater.init()
print(run.path, flush=True)
{script}
"""


def started(script: str, **environment: str) -> "subprocess.Popen[str]":
    program = LOGGING.format(script=script)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("script", "code", "state", "exit_code"),
    [
        ("run.log({'a': 1})", 0, "FINISHED", 0),
        ("run.log({'a': 1}); sys.exit(3)", 3, "FAILED", 3),
        ("run.log({'a': 1}); 1 / 0", 1, "FAILED", 1),
        ("run.log({'a': 1}); raise KeyboardInterrupt", -2, "KILLED", 130),
    ],
)
def test_a_run_left_open_is_finished_as_the_program_ends(script: str, code: int, state: str, exit_code: int) -> None:
    process = started(script)
    output, _ = process.communicate(timeout=60)

    found = headwater.Api().run(output.strip())
    assert process.returncode == code
    assert (found.state, found.exit_code) == (state, exit_code)
    assert rows(found.path) == [{"_step": 0, "a": 1}]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_sigterm_ends_the_run_in_order() -> None:
    process = started("run.log({'a': 1})\nprint('ready', flush=True)\ntime.sleep(60)")
    assert process.stdout is not None
    path = process.stdout.readline().strip()
    assert process.stdout.readline().strip() == "ready"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    found = headwater.Api().run(path)
    assert process.returncode == 143
    assert (found.state, found.exit_code) == ("KILLED", 143)
    assert rows(path) == [{"_step": 0, "a": 1}]


def test_a_value_that_no_call_can_hold_is_left_out_and_named_and_the_run_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with headwater.init() as run:
        for step in range(2):
            run.log({"loss": step, "dump": "x" * 16 * 1024**2})
        run.log({"loss": 2})

    lines = [line for line in capsys.readouterr().err.splitlines() if "leaves out" in line]
    assert len(lines) == 1
    assert lines[0].startswith("log leaves out 'dump': it has 16,777,227 bytes, and one call holds at most 16,773,120.")
    assert rows(run.path) == [{"_step": step, "loss": step} for step in range(3)]
    assert (run.state, dict(run.summary)) == ("FINISHED", {"loss": 2})


def test_of_values_that_are_too_large_together_the_largest_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    run = headwater.init()
    run.log({"a": "x" * 7 * 1024**2, "b": "x" * 8 * 1024**2, "c": "x" * 6 * 1024**2, "loss": 0.5})
    run.finish()

    (row,) = rows(run.path)
    assert {key: value if key in ("_step", "loss") else len(value) for key, value in row.items()} == {
        "_step": 0,
        "a": 7 * 1024**2,
        "c": 6 * 1024**2,
        "loss": 0.5,
    }
    assert "log leaves out 'b': it has 8,388,616 bytes" in capsys.readouterr().err


def test_the_largest_record_that_is_not_cut_is_one_that_the_service_takes(capsys: pytest.CaptureFixture[str]) -> None:
    largest = LARGEST_RECORD - len(pack(["a", ""])) - 4
    run = headwater.init()
    run.log({"a": "x" * largest})
    run.finish()

    assert len(pack(["a", "x" * largest])) == LARGEST_RECORD
    assert "leaves out" not in capsys.readouterr().err
    assert [(row["_step"], len(row["a"])) for row in rows(run.path)] == [(0, largest)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_a_child_logged_and_could_not_send_is_sent_however_much_it_is() -> None:
    script = """
if os.fork() == 0:
    for number in range(5):
        run.log({"text": "x" * 6_000_000}, step=number)
    os._exit(0)
os.wait()
"""
    process = started(script)
    output, errors = process.communicate(timeout=120)

    assert process.returncode == 0, errors
    assert [(row["_step"], len(row["text"])) for row in rows(output.strip())] == [(n, 6_000_000) for n in range(5)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_children_log_to_streams_of_their_own() -> None:
    script = """
run.log({"who": -1}, step=0)
for child in range(3):
    if os.fork() == 0:
        run.log({f"child{child}": child}, step=child + 1)
        os._exit(0)
for child in range(3):
    os.wait()
run.log({"who": -2}, step=9)
"""
    process = started(script)
    output, errors = process.communicate(timeout=60)

    assert process.returncode == 0, errors
    assert rows(output.strip()) == [
        {"_step": 0, "who": -1},
        {"_step": 1, "child0": 0},
        {"_step": 2, "child1": 1},
        {"_step": 3, "child2": 2},
        {"_step": 9, "who": -2},
    ]
    assert "Synced 2 record(s)" in errors or "Synced 5 record(s)" in errors


@pytest.mark.slow
def test_logging_never_waits_for_a_service_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater import _online

    monkeypatch.setattr(_online, "PATIENCE", 0.5)
    run = headwater.init()
    assert run._online is not None
    run._online.client.base_url = "http://127.0.0.1:9"

    longest = 0.0
    until = time.monotonic() + 2.5
    count = 0
    while time.monotonic() < until:
        began = time.monotonic()
        run.log({"a": count})
        longest = max(longest, time.monotonic() - began)
        count += 1
        time.sleep(0.001)

    with pytest.raises(UnavailableError, match=r"They are safe in .*\.log"):
        run.finish()
    assert longest < 0.5
    assert headwater.run is None


def test_a_full_disk_is_told_once_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs a device that is always full")
    run = headwater.init()
    assert run._online is not None
    run._online.stream.path = Path("/dev/full")

    for step in range(3):
        run.log({"a": step})
    run.finish()

    assert [row["a"] for row in rows(run.path)] == [0, 1, 2]
    told = [line for line in capsys.readouterr().err.splitlines() if "cannot be written" in line]
    assert len(told) == 1


def test_a_journal_tells_the_story_of_the_run() -> None:
    from headwater._journal import read_records

    with headwater.init() as run:
        run.log({"a": math.inf})
        run.config["x"] = 1

    assert run.dir is not None
    story = list(read_records(run.dir / "run.log"))
    assert [record["kind"] for record in story] == ["start", "update", "finish", "synced"]
    others = ("run", "console-", "system-")
    (stream,) = [path for path in run.dir.glob("*.log") if not path.stem.startswith(others)]
    assert [record["values"] for record in read_records(stream)] == [{"a": math.inf}]
    assert f"{story[0]['entity']}/{story[0]['project']}/{story[0]['input']['key']}" == run.path


def test_a_summary_too_large_for_the_service_keeps_its_small_values(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with headwater.init() as run:
        run.log({"loss": 0.5, "text": "x" * 2_000_000})

    found = headwater.Api().run(run.path)
    assert (found.state, found.summary) == ("FINISHED", {"loss": 0.5})
    assert [len(row["text"]) for row in rows(run.path)] == [2_000_000]
    assert "The summary holds at most 1,000,000 bytes as JSON; left out: text." in capsys.readouterr().err


def test_a_run_whose_records_are_refused_is_told_to_have_failed(project: str) -> None:
    run = headwater.init()
    run.log({"loss": 0.5})
    folder = run.dir
    assert folder is not None
    assert run._online is not None
    while run._online.sender.waiting:
        time.sleep(0.05)
    for journal in folder.glob("*.log"):
        journal.unlink()
    run.log({"loss": 0.25})

    with pytest.raises(ConflictError, match="was removed or damaged while the run went on"):
        run.finish()

    found = headwater.Api().run(run.path)
    assert (run.state, found.state, found.summary) == ("FAILED", "FAILED", {"loss": 0.25})
    assert rows(run.path) == [{"_step": 0, "loss": 0.5}]


def test_a_journal_that_cannot_be_where_it_should_is_elsewhere(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")

    with headwater.init(dir=tmp_path / "file") as run:
        run.log({"loss": 0.5})

    assert rows(run.path) == [{"_step": 0, "loss": 0.5}]
    assert run.dir is not None
    assert {path.stem for path in run.dir.iterdir()} >= {"run", "environment"}
    assert f"The journal cannot be in {tmp_path / 'file'} (Not a directory) and is in {run.dir}." in (
        capsys.readouterr().err
    )


def test_an_interrupt_tells_what_is_waited_for(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), headwater.init() as run:
        artifact = headwater.Artifact("large", "dataset")
        with artifact.new_file("zeros", "wb") as file:
            file.write(bytes(32 * 1024**2))
        run.log_artifact(artifact)
        raise KeyboardInterrupt

    assert headwater.Api().artifact(f"{project}/large:v0").version == "v0"
    assert headwater.Api().run(run.path).state == "KILLED"
    assert "Interrupted. Finishing 1 artifact(s) on the way; interrupt again to leave them." in capsys.readouterr().err
