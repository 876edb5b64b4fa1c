"""`init`: which run it gives, what it reads, how it ends. Most of it needs no service: the runs are disabled."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater.errors import ConflictError, InvalidInputError, PermissionDeniedError


def test_a_disabled_run_accepts_everything_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = headwater.init(project="p", entity="e", mode="disabled", config={"lr": 1}, tags=["a"], job_type="train")

    headwater.log({"loss": 0.5, "nested": {"acc": 1}}, step=3)
    headwater.log({"loss": 0.25})
    headwater.config["more"] = 2
    headwater.summary["best"] = 0.1
    (tmp_path / "model.pt").write_text("x")

    assert headwater.save("model.pt") == ["model.pt"]
    assert dict(run.config) == {"lr": 1, "more": 2}
    assert dict(run.summary) == {"loss": 0.25, "nested/acc": 1, "best": 0.1}
    assert (run.path, run.url, run.step, run.state) == (f"e/p/{run.id}", None, 5, "RUNNING")
    assert (run.tags, run.job_type, run.group) == (("a",), "train", None)
    run.finish()
    assert run.state == "FINISHED"
    assert [path.name for path in tmp_path.iterdir()] == ["model.pt"]


def test_an_id_is_eight_characters() -> None:
    run = headwater.init(mode="disabled")

    assert re.fullmatch("[a-z0-9]{8}", run.id)
    assert headwater.run is run


def test_a_nested_init_gives_the_running_run_and_merges_what_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init(project="p", mode="disabled", job_type="train", config={"a": 1, "b": 1}) as outer:
        with headwater.init(project="other", job_type="train", config={"b": 2, "c": 3}) as inner:
            inner.log({"x": 1})
        with headwater.init():
            pass

        assert inner is outer
        assert outer.state == "RUNNING"
        assert dict(outer.config) == {"a": 1, "b": 1, "c": 3}
    assert outer.state == "FINISHED"
    notices = capsys.readouterr().err.splitlines()
    assert len(notices) == 1
    assert "Not taken over: config['b'], project." in notices[0]


def test_only_the_with_that_started_the_run_finishes_it() -> None:
    run = headwater.init(mode="disabled")

    with headwater.init() as same:
        assert same is run
    assert run.state == "RUNNING"
    with run:
        pass

    assert run.state == "FINISHED"


def test_an_exception_fails_the_run_and_goes_on() -> None:
    with pytest.raises(ZeroDivisionError), headwater.init(mode="disabled") as run:
        _ = 1 / 0

    assert run.state == "FAILED"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (KeyboardInterrupt(), "KILLED"),
        (SystemExit(0), "FINISHED"),
        (SystemExit(), "FINISHED"),
        (SystemExit(3), "FAILED"),
    ],
)
def test_interrupts_and_exits_say_how_it_ended(error: BaseException, state: str) -> None:
    with pytest.raises(type(error)), headwater.init(mode="disabled") as run:
        raise error

    assert run.state == state


@pytest.mark.parametrize(("exit_code", "state"), [(None, "FINISHED"), (0, "FINISHED"), (2, "FAILED")])
def test_finish_takes_an_exit_code_and_works_once(exit_code: int | None, state: str) -> None:
    run = headwater.init(mode="disabled")

    run.finish(exit_code)
    run.finish(0)

    assert run.state == state


def test_a_finished_run_takes_nothing_more() -> None:
    run = headwater.init(mode="disabled")
    run.finish()

    with pytest.raises(InvalidInputError, match=r"is FINISHED; log needs an open one"):
        run.log({"a": 1})


def test_steps_only_go_up(capsys: pytest.CaptureFixture[str]) -> None:
    run = headwater.init(mode="disabled")

    run.log({"a": 1})
    run.log({"a": 2}, step=10)
    run.log({"b": 2}, step=10)
    run.log({"a": 3}, step=4)
    run.log({"a": 4}, step=5)
    run.log({"c": 1}, commit=False)
    run.log({"d": 1})

    assert dict(run.summary) == {"a": 2, "b": 2, "c": 1, "d": 1}
    assert run.step == 12
    notices = capsys.readouterr().err.splitlines()
    assert notices == [
        "log(step=4) comes after step 10 and is left out: steps only go up. Leave step= away to have them counted; "
        'another axis is logged as a value and named: define_metric("*", step_metric="epoch").'
    ]


def test_a_log_call_without_values_by_key_records_nothing() -> None:
    run = headwater.init(mode="disabled")

    with pytest.raises(InvalidInputError, match="takes a dictionary"):
        run.log([1])  # type: ignore[arg-type]

    assert dict(run.summary) == {}
    assert run.step == 0


def test_reinit_finishes_the_previous_run() -> None:
    first = headwater.init(mode="disabled")

    second = headwater.init(mode="disabled", reinit="finish_previous")

    assert first.state == "FINISHED"
    assert second is not first
    assert headwater.run is second


def test_a_run_beside_the_open_one_leaves_it_as_it_is() -> None:
    with headwater.init(mode="disabled", config={"a": 1}) as first:
        with headwater.init(mode="disabled", config={"a": 2}, reinit="create_new") as second:
            second.log({"x": 2})
            headwater.log({"x": 1})
            nested = headwater.init()

        assert (headwater.run, nested) == (first, first)
        assert (first.state, second.state) == ("RUNNING", "FINISHED")
        assert (dict(first.summary), dict(second.summary)) == ({"x": 1}, {"x": 2})
        assert (first.config["a"], second.config["a"]) == (1, 2)


def test_a_run_that_was_made_beside_others_never_becomes_the_open_one() -> None:
    beside = headwater.init(mode="disabled", reinit="create_new")

    assert headwater.run is None
    with pytest.raises(InvalidInputError, match="log needs an open run"):
        headwater.log({"x": 1})
    with headwater.init(mode="disabled") as own:
        assert own is not beside
    headwater.finish()
    assert beside.state == "RUNNING"
    beside.finish()


def test_the_configuration_keeps_a_value_that_is_set() -> None:
    headwater.init(mode="disabled", config={"lr": 1})

    with pytest.raises(ConflictError):
        headwater.config["lr"] = 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "elsewhere"}, "must be 'online', 'shared', 'offline' or 'disabled'"),
        ({"reinit": "perhaps"}, "reinit is 'perhaps'"),
        ({"resume": "perhaps"}, "resume is 'perhaps'"),
        ({"settings": {"colour": 1}}, "There is no setting 'colour'"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        headwater.init(**arguments)  # type: ignore[arg-type]


def test_without_a_key_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "x" * 40)

    with pytest.raises(PermissionDeniedError, match=r"headwater login.*WANDB_API_KEY is set, but Headwater"):
        headwater.init()


def test_environment_variables_describe_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MODE": "disabled", "NAME": "n", "JOB_TYPE": "j", "TAGS": "a,b", "RUN_GROUP": "g"}.items():
        monkeypatch.setenv(f"HEADWATER_{name}", value)
    monkeypatch.setenv("HEADWATER_RUN_ID", "chosen")

    run = headwater.init(name="argument")

    assert (run.name, run.job_type, run.tags, run.group, run.id) == ("argument", "j", ("a", "b"), "g", "chosen")


def ended(script: str) -> tuple[int, str]:
    """Run a script that leaves its disabled run open; its exit code and the state the run ended in."""
    program = f"""
import atexit, os, signal, sys, threading
import headwater
run = headwater.init(mode="disabled")
# Registered later than the run's own, so that it runs before: the state is read when the process is really over.
import headwater._init as init
def tell(code, killed, finish=init._at_exit):
    finish(code, killed)
    print(run.state, flush=True)
from headwater import _exit
_exit._watching = tell
{script}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.split()[0]


@pytest.mark.parametrize(
    ("script", "code", "state"),
    [
        ("pass", 0, "FINISHED"),
        ("sys.exit(0)", 0, "FINISHED"),
        ("sys.exit(3)", 3, "FAILED"),
        ("sys.exit('message')", 1, "FAILED"),
        ("exit(3)", 3, "FAILED"),
        ("quit()", 0, "FINISHED"),
        ("sys.excepthook = lambda *parts: None; 1 / 0", 1, "FAILED"),
        ("1 / 0", 1, "FAILED"),
        ("raise KeyboardInterrupt", -2, "KILLED"),
        ("os.kill(os.getpid(), signal.SIGTERM); signal.pause()", 143, "KILLED"),
        ("os.kill(os.getpid(), signal.SIGINT); signal.pause()", -2, "KILLED"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_left_open_ends_as_the_program_does(script: str, code: int, state: str) -> None:
    assert ended(script) == (code, state)


@pytest.mark.parametrize(
    ("script", "code", "state"), [("1 / 0", 1, "FAILED"), ("raise SystemExit(3)", 3, "FAILED"), ("pass", 0, "FINISHED")]
)
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_run_that_a_child_leaves_open_ends_as_the_child_does(script: str, code: int, state: str) -> None:
    program = f"""
import multiprocessing
import headwater
from headwater import _exit

def work():
    run = headwater.init(mode="disabled")
    finish = _exit._watching
    _exit._watching = lambda code, killed: (finish(code, killed), print(run.state, flush=True))
    {script}

child = multiprocessing.get_context("fork").Process(target=work)
child.start()
child.join()
print(child.exitcode)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.stdout.split() == [state, str(code)]


BESIDE = """
import atexit, os, signal, sys
import headwater
atexit.register(lambda: print([run.state for run in runs], flush=True))
runs = [headwater.init(mode="disabled", reinit=reinit) for reinit in (None, "create_new", "create_new")]
runs[1].finish()
"""


@pytest.mark.parametrize(
    ("script", "states"),
    [
        ("sys.exit(3)", ["FAILED", "FINISHED", "FAILED"]),
        ("runs[0].finish(); os.kill(os.getpid(), signal.SIGTERM)", ["FINISHED", "FINISHED", "KILLED"]),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_all_runs_that_are_left_open_end_as_the_program_does(script: str, states: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", BESIDE + script], capture_output=True, text=True, timeout=60)

    assert done.stdout == f"{states}\n"


def test_a_handler_of_the_program_for_sigterm_is_left_alone() -> None:
    import signal

    before = signal.getsignal(signal.SIGTERM)
    mine = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        handler = signal.getsignal(signal.SIGTERM)
        run = headwater.init(mode="disabled")
        assert signal.getsignal(signal.SIGTERM) is handler
        run.finish()
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, mine)
    run = headwater.init(mode="disabled")
    run.finish()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("given", [{"project": 5}, {"tags": [1]}, {"job_type": 5}, {"name": b"x"}])
def test_what_is_no_text_is_named(given: dict[str, Any]) -> None:
    name = next(iter(given))

    with pytest.raises(InvalidInputError, match=rf"^{name} holds (5|1|b'x'), which is no text\.$"):
        headwater.init(mode="disabled", **given)


@pytest.mark.parametrize("step", ["x", [1], object()])
def test_a_step_that_is_no_number_is_refused(step: Any) -> None:
    run = headwater.init(mode="disabled")

    with pytest.raises(InvalidInputError, match=r"^step is .*; it must be a whole number"):
        run.log({"loss": 1}, step=step)

    assert run.step == 0


@pytest.mark.parametrize("given", [None, 5, b"path"])
def test_what_can_be_no_artifact_is_refused(given: Any) -> None:
    run = headwater.init(mode="disabled")

    with pytest.raises(
        InvalidInputError, match=r"^log_artifact takes an Artifact, a path or a URI, not (None|5|b'path')"
    ):
        run.log_artifact(given)
    with pytest.raises(InvalidInputError, match=r"^5 is neither a text nor a list of texts\.$"):
        run.log_artifact(headwater.Artifact("a", "t"), aliases=5)  # type: ignore[arg-type]
