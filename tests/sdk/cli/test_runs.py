"""`headwater run` against the service."""

import pytest

import headwater
from command_lines import Cli


@pytest.fixture
def runs(client_environment: dict[str, str]) -> list[str]:
    """The paths of two runs: one that trained a model from data, and one that failed."""
    with headwater.init(job_type="train", config={"lr": 0.5}, tags=["first"]) as run:
        data = headwater.Artifact("data", type="dataset")
        with data.new_file("a.txt") as file:
            file.write("a")
        run.log_artifact(data).wait()
        run.summary["accuracy"] = 0.9
    with pytest.raises(RuntimeError, match="diverged"), headwater.init(job_type="evaluate") as failed:
        failed.use_artifact("data:latest")
        raise RuntimeError("it diverged")
    return [run.path, failed.path]


def test_ls_lists_the_newest_first(ok: Cli, runs: list[str]) -> None:
    rows = ok("run", "ls").rows

    assert [(row[0], row[2], row[3]) for row in rows] == [
        (runs[1], "FAILED", "evaluate"),
        (runs[0], "FINISHED", "train"),
    ]


def test_ls_filters_by_state_and_job_type(ok: Cli, runs: list[str]) -> None:
    assert [row[0] for row in ok("run", "ls", "--state", "failed").rows] == [runs[1]]
    assert [row[0] for row in ok("run", "ls", "--job-type", "train", "--job-type", "x").rows] == [runs[0]]
    assert ok("run", "ls", "--state", "FAILED", "--job-type", "train").rows == []


def test_ls_filters_and_orders_by_config_and_summary_and_shows_what_it_looked_at(ok: Cli, runs: list[str]) -> None:
    with headwater.init(config={"lr": 0.25, "model": {"name": "resnet 50"}}) as other:
        other.log({"accuracy": 0.95, "val.f1": float("nan")})

    def found(*arguments: str) -> list[tuple[str, ...]]:
        return [(row[0], *row[5:]) for row in ok("run", "ls", *arguments).rows]

    assert found("--where", "summary.accuracy>=0.9", "--order", "summary.accuracy") == [
        (runs[0], "0.9"),
        (other.path, "0.95"),
    ]
    assert found("--where", "config.lr < 0.5", "--where", "config.model.name~net") == [
        (other.path, "0.25", "resnet 50")
    ]
    assert found("--where", "config.model.name=resnet 50", "--where", "summary.val.f1=NaN") == [
        (other.path, "resnet 50", "NaN")
    ]
    assert [path for path, *_ in found("--order", "-summary_metrics.accuracy")] == [other.path, runs[0], runs[1]]


def test_ls_tells_what_a_condition_looks_like(cli: Cli, client_environment: dict[str, str]) -> None:
    refused = cli("run", "ls", "--where", "accuracy>0.9")

    assert refused.code == 1
    assert "'accuracy>0.9' is not a condition such as summary.accuracy>=0.9" in refused.err


def test_ls_reads_as_many_as_asked_for(ok: Cli, runs: list[str]) -> None:
    assert [run["path"] for run in ok("run", "ls", "--limit", "1", "--json").json()] == [runs[1]]


def test_show_tells_what_a_run_read_and_made(ok: Cli, project: str, runs: list[str]) -> None:
    facts = ok("run", "show", runs[0]).facts

    assert facts["state"] == "FINISHED"
    assert facts["outputs"] == f"{project}/data:v0"
    assert facts["config"] == '{"lr":0.5}'
    assert '"accuracy":0.9' in facts["summary"]
    assert facts["tags"] == "first"
    assert ok("run", "show", runs[1]).facts["inputs"] == f"{project}/data:v0"


def test_show_takes_a_key_alone_or_an_address(ok: Cli, runs: list[str]) -> None:
    shown = ok("run", "show", runs[0].rpartition("/")[2], "--json").json()

    assert shown["path"] == runs[0]
    assert ok("run", "show", shown["url"], "--json").json() == shown


def test_ls_without_a_project_names_those_there_are(
    cli: Cli, project: str, client_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADWATER_PROJECT")

    runs, artifacts = cli("run", "ls"), cli("artifact", "ls")

    assert (runs.code, artifacts.code) == (3, 3)
    assert runs.err == artifacts.err == f"Error: Say which project, or set HEADWATER_PROJECT. There are: {project}.\n"
