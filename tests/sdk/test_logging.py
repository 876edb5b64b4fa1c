"""What was logged in every form, read back from the service."""

import math
import os
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
from headwater._sync import sync

pytestmark = pytest.mark.usefixtures("client_environment")


def rows(path: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "_time"} for row in headwater.Api().run(path).history()]


def test_a_histogram_is_in_the_history_and_in_the_summary() -> None:
    with headwater.init() as run:
        run.log({"weights": headwater.Histogram([0.0, 1.0, math.nan], num_bins=2), "grads": np.zeros(20_000)})

    (row,) = rows(run.path)
    assert row["weights"] == {"_type": "histogram", "bins": [0.0, 0.5, 1.0], "values": [1, 1], "ignored": 1}
    assert (row["grads"]["_type"], sum(row["grads"]["values"])) == ("histogram", 20_000)
    assert headwater.Api().run(run.path).summary["weights"] == row["weights"]


def test_a_key_may_have_values_of_every_kind() -> None:
    values: list[Any] = [1, 0.5, "text", True, [1, "a"], math.nan, 2**60, [{"a": 1}], {"inner": 3}]

    with headwater.init() as run:
        for value in values:
            run.log({"x": value})

    found = rows(run.path)
    assert math.isnan(found.pop(5)["x"])
    assert [row.get("x") for row in found] == [1, 0.5, "text", True, [1, "a"], 2**60, [{"a": 1}], None]
    assert found[-1]["x/inner"] == 3


def test_texts_that_are_no_unicode_are_recorded_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init() as run:
        run.log({"loss": 1, "file\udcff": ["a\ud800b"]})

    assert rows(run.path) == [{"_step": 0, "loss": 1, "file?": ["a?b"]}]
    assert "log records 'file?' with '?' for characters that are no Unicode." in capsys.readouterr().err


METRICS = "query($path: String!) {run(path: $path) {metrics {name stepMetric isStepSynced summary goal isHidden}}}"


def test_definitions_are_known_to_the_service_and_go_on_after_a_resumption(client: Client) -> None:
    with headwater.init() as run:
        run.define_metric("val/*", step_metric="epoch", summary="min,mean")
        run.log({"epoch": 1, "val/loss": 1.0})
        run.log({"val/loss": 2.0})

    with headwater.init(id=run.id, resume="must") as again:
        again.log({"val/loss": 6.0})

    found = headwater.Api().run(run.path)
    known = client.execute(METRICS, {"path": run.path})["run"]["metrics"]
    assert known == [
        {
            "name": "val/*",
            "stepMetric": "epoch",
            "isStepSynced": True,
            "summary": ["MIN", "MEAN"],
            "goal": None,
            "isHidden": False,
        }
    ]
    assert [row["epoch"] for row in rows(run.path)] == [1, 1, 1]
    assert found.summary == {"epoch": 1, "val/loss": {"min": 1.0, "mean": 3.0}}
    assert [(metric.name, metric.step_metric, metric.summary) for metric in found.metrics] == [
        ("val/*", "epoch", ("min", "mean"))
    ]


@pytest.mark.slow
def test_ten_thousand_keys_are_kept() -> None:
    with headwater.init() as run:
        run.log({f"key {number}": number for number in range(10_000)})
        run.log({"key 7": -7, "one more": 1})

    first, second = rows(run.path)
    assert first == {"_step": 0, **{f"key {number}": number for number in range(10_000)}}
    assert second == {"_step": 1, "key 7": -7, "one more": 1}
    assert headwater.Api().run(run.path).summary["key 7"] == -7


def test_a_run_that_goes_on_has_its_definitions_in_the_service_soon(client: Client) -> None:
    with headwater.init() as run:
        run.define_metric("loss", goal="maximize")

        deadline = time.monotonic() + 10
        known: list[Any] = []
        while not known and time.monotonic() < deadline:
            time.sleep(0.1)
            known = client.execute(METRICS, {"path": run.path})["run"]["metrics"]

        assert [metric["goal"] for metric in known] == ["MAXIMIZE"]


KILLED = """
import os, signal
import headwater

run = headwater.init(mode="offline", id="killed")
run.define_metric("loss", summary="min,max")
for loss in (3.0, 1.0, 2.0):
    run.log({"loss": loss})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_the_figures_of_a_run_that_was_killed_at_once_are_told_by_its_journal(
    client: Client, client_environment: dict[str, str], project: str, tmp_path: Path
) -> None:
    environment = {**os.environ, **client_environment, "HEADWATER_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, check=False)
    (folder,) = (tmp_path / ".headwater").glob("run-*-killed")

    for _ in range(2):
        assert sync(client, folder).failures == []

    found = headwater.Api().run(f"{project}/killed")
    assert (found.state, found.summary) == ("CRASHED", {"loss": {"min": 1.0, "max": 3.0}})
    assert [metric.name for metric in found.metrics] == ["loss"]
