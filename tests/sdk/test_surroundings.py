"""What surrounds a run, against the real service: its console, its machine, its environment, its alerts, its code."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import headwater
from headwater._client import Client
from headwater._surroundings import CONSOLE
from headwater._sync import sync
from headwater.errors import InvalidInputError

pytestmark = pytest.mark.usefixtures("client_environment")


def console_of(path: str) -> list[str]:
    """What a run wrote, line by line, without what we print ourselves."""
    texts = [(text.source, text.text) for text in headwater.Api().run(path).console()]
    return [f"{source}: {line}" for source, text in texts for line in text.split("\n") if "View run" not in line]


def test_what_is_printed_is_kept_and_still_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init() as run:
        print("ひとつ")
        print("two", file=sys.stderr)

    assert console_of(run.path) == ["stdout: ひとつ", "stderr: two"]
    printed = capsys.readouterr()
    assert "ひとつ\n" in printed.out and "two\n" in printed.err


def test_what_is_printed_is_read_while_the_run_goes_on() -> None:
    with headwater.init() as run:
        print("early")
        deadline = time.monotonic() + 10
        while console_of(run.path) != ["stdout: early"] and time.monotonic() < deadline:
            time.sleep(0.1)

        assert console_of(run.path) == ["stdout: early"]


def test_the_exception_that_ends_a_run_is_in_its_console() -> None:
    with pytest.raises(ZeroDivisionError), headwater.init() as run:
        1 / 0  # noqa: B018  # what fails

    lines = console_of(run.path)
    assert lines[0] == "stderr: Traceback (most recent call last):"
    assert lines[-1] == "stderr: ZeroDivisionError: division by zero"


def test_console_and_machine_are_not_what_the_run_measured() -> None:
    with headwater.init() as run:
        print("text")
        run.log({"loss": 1.0})

    (row,) = headwater.Api().run(run.path).history()
    assert {key: value for key, value in row.items() if key != "_time"} == {"_step": 0, "loss": 1.0}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_what_a_forked_child_prints_is_in_the_console_of_its_run() -> None:
    with headwater.init() as run:
        print("parent")
        pid = os.fork()
        if pid == 0:
            print("child")
            os._exit(0)
        os.waitpid(pid, 0)

    assert sorted(console_of(run.path)) == ["stdout: child", "stdout: parent"]
    assert len({text.stream for text in headwater.Api().run(run.path).console()}) == 2


def test_the_machine_is_sampled(tmp_path: Path) -> None:
    with headwater.init(settings={"system_interval": 0.1}) as run:
        time.sleep(1.5)

    found = list(headwater.Api().run(run.path).system_metrics())
    assert len(found) >= 2
    assert {"_time", "cpu", "memory", "process.memory_bytes", "process.threads", "disk"} <= found[0].keys()
    assert all(0 <= sample["memory"] <= 100 and sample["process.memory_bytes"] > 1e6 for sample in found)
    assert [sample["_time"] for sample in found] == sorted(sample["_time"] for sample in found)
    (first, *_) = headwater.Api().run(run.path).system_metrics(keys=["cpu"])
    assert first.keys() == {"_time", "cpu"}


def test_the_environment_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (
        ("init", "-q"),
        ("config", "user.email", "a@b"),
        ("config", "user.name", "n"),
        ("commit", "-q", "--allow-empty", "-m", "first"),
    ):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    (tmp_path / "train.py").write_text("print('猫')\n", "utf-8")
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    monkeypatch.chdir(tmp_path)

    with headwater.init() as run:
        pass

    found = headwater.Api().run(run.path).environment
    assert found is not None
    assert found.packages["pytest"] == pytest.__version__
    assert found.facts["python"] == ".".join(str(part) for part in sys.version_info[:3])
    assert found.facts["git_commit"] == headwater.Api().run(run.path).git_commit
    assert found.diff is not None and "+print('猫')" in found.diff


def test_what_is_not_wanted_is_not_kept() -> None:
    unwanted = {"console": False, "system_interval": 0, "record_environment": False}
    with headwater.init(settings=unwanted) as run:
        print("secret")

    recorded = headwater.Api().run(run.path)
    assert list(recorded.console()) == []
    assert list(recorded.system_metrics()) == []
    assert recorded.environment is None
    assert run.dir is not None and list(run.dir.glob(f"{CONSOLE}*")) == []


def test_alerts_can_be_read_again() -> None:
    with headwater.init() as run:
        run.alert("loss is NaN", text="at step 3", level=headwater.AlertLevel.ERROR)
        headwater.alert("again", level="warn", wait_duration=60)
        headwater.alert("again", level="warn", wait_duration=60)

    alerts = headwater.Api().run(run.path).alerts
    assert [(alert.title, alert.text, alert.level) for alert in alerts] == [
        ("loss is NaN", "at step 3", "ERROR"),
        ("again", "", "WARN"),
    ]
    assert alerts[0].raised_at is not None and alerts[0].raised_at <= alerts[0].at


def test_an_alert_takes_the_text_of_an_exception() -> None:
    with headwater.init() as run:
        run.alert("failed", ValueError("no data"))  # type: ignore[arg-type]

    assert [alert.text for alert in headwater.Api().run(run.path).alerts] == ["no data"]


def test_an_alert_that_is_none_is_refused_at_once() -> None:
    with headwater.init() as run:
        for title, text, level in (("", "", "INFO"), ("t", "", "LOUD"), ("t", "a" * 10_001, "INFO")):
            with pytest.raises(InvalidInputError):
                run.alert(title, text, level)

    assert headwater.Api().run(run.path).alerts == ()


def test_what_surrounded_an_offline_run_is_synced_once(client_environment: dict[str, str]) -> None:
    with headwater.init(mode="offline", settings={"system_interval": 0.1}) as run:
        print("offline")
        run.alert("done", level="info")
        time.sleep(1.3)

    assert run.dir is not None
    client = Client(client_environment["HEADWATER_BASE_URL"], client_environment["HEADWATER_API_KEY"])
    for _ in range(2):
        done = sync(client, run.dir)
        assert (done.failures, done.problems) == ([], [])

    recorded = headwater.Api().run(done.path)
    assert "stdout: offline" in console_of(done.path)
    assert [alert.title for alert in recorded.alerts] == ["done"]
    assert recorded.environment is not None and recorded.environment.packages["pytest"] == pytest.__version__
    assert len(list(recorded.system_metrics())) >= 1


def test_the_code_becomes_an_artifact(tmp_path: Path) -> None:
    for name in ("train.py", "lib/net.py", "data.csv", "requirements.txt", ".git/a.py", "venv/b.py", "own/pyvenv.cfg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    (tmp_path / "own/lib.py").write_text("")

    with headwater.init() as run:
        code = run.log_code(str(tmp_path))
        named = headwater.log_code(
            str(tmp_path),
            name="all",
            include_fn=lambda path, root: os.path.relpath(path, root).startswith(("data", "lib")),
            exclude_fn=lambda path: path.endswith(".csv"),
        )
        assert run.log_code(str(tmp_path / "lib"), include_fn=lambda path: False) is None

    assert code is not None and named is not None
    assert code.name.startswith(f"source-{run.project}-") and code.type == "code"
    assert sorted(entry.path for entry in code.files()) == ["lib/net.py", "requirements.txt", "train.py"]
    assert [entry.path for entry in named.files()] == ["lib/net.py"]


def test_a_disabled_run_keeps_and_taps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run = headwater.init(mode="disabled")
    print("text")
    run.alert("title")

    assert "write" not in vars(sys.stdout)
    run.finish()
