"""A service that keeps fewer keys of a record than were logged: the rest is kept, and who logs or syncs is told."""

from dataclasses import replace
from pathlib import Path

import pytest

import headwater
from headwater._client import Client
from headwater._sync import sync
from headwater_service.config import Settings
from sdk.integration.seen import rows_of
from servers import running_service

pytestmark = pytest.mark.slow


def test_keys_that_the_service_leaves_out_are_told_once_and_by_sync_too(
    settings: Settings,
    client_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running_service(replace(settings, history_keys=3), tmp_path / "service") as service:
        monkeypatch.setenv("HEADWATER_BASE_URL", service.url)
        with headwater.init() as run:
            for step in range(3):
                run.log({f"k{key}": step for key in range(5)})
        with headwater.init(mode="offline") as offline:
            offline.log({f"k{key}": 7 for key in range(4)})
        assert offline.dir is not None
        done = sync(Client(service.url, client_environment["HEADWATER_API_KEY"]), offline.dir)
        online_rows, synced_rows = rows_of(run.path), rows_of(done.path)

    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("The service keeps")]
    line = "The service keeps 3 keys of a record: those beyond are left out, such as 'k3'."
    assert [found.startswith(line) for found in told] == [True]
    assert [problem.startswith(line) for problem in done.problems] == [True]
    assert online_rows == [{"_step": step, "k0": step, "k1": step, "k2": step} for step in range(3)]
    assert synced_rows == [{"_step": 0, "k0": 7, "k1": 7, "k2": 7}]


def test_ten_thousand_keys_of_a_record_are_kept_beside_a_long_history(
    client_environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    wide = {f"k{key}": key / 4 for key in range(10_000)}
    with headwater.init() as run:
        for step in range(3000):
            run.log({"loss": step})
        run.log(wide)

    last = headwater.Api().run(run.path).history(min_step=3000)

    assert [{key: value for key, value in row.items() if key != "_time"} for row in last] == [{"_step": 3000, **wide}]
    assert "left out" not in capsys.readouterr().err
