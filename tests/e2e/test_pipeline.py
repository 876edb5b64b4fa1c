"""The examples, run as their user runs them: one program after another against a real service."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import urllib3

import headwater
from e2e.conftest import Replicas

EXAMPLES = Path(__file__).parents[2] / "examples"

LINEAGE = """
query Lineage($path: String!, $direction: LineageDirection!) {
  artifact(path: $path) {
    lineage(direction: $direction) {
      nodes { id label kind ... on Run { jobType state } }
      edges { source target kind }
      completeness { isComplete }
    }
  }
}
"""

PRODUCERS = """
query Producers($path: String!) {
  artifact(path: $path) { producedBy { edges { node { key jobType } } } }
}
"""


def run_example(name: str, *arguments: str, folder: Path) -> list[str]:
    """Run an example in a folder of its own and return the lines it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def ask(document: str, **variables: Any) -> dict[str, Any]:
    response = urllib3.request(
        "POST",
        os.environ["HEADWATER_BASE_URL"] + "/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {os.environ['HEADWATER_API_KEY']}"},
    )
    answer: dict[str, Any] = response.json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def lineage(path: str, direction: str) -> tuple[Counter[str], set[tuple[str, str]]]:
    """How many nodes of each name there are, and the edges by name; a run's name is its job type."""
    graph = ask(LINEAGE, path=path, direction=direction)["artifact"]["lineage"]
    names = {node["id"]: node.get("jobType") or node["label"] for node in graph["nodes"]}
    assert graph["completeness"] == {"isComplete": True}
    return Counter(names.values()), {(names[edge["source"]], names[edge["target"]]) for edge in graph["edges"]}


@pytest.fixture(params=["one service", pytest.param("two replicas", marks=pytest.mark.slow)])
def place(client_environment: dict[str, str], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """`entity/project` of this test, on one service or on two behind a balancer."""
    if request.param == "two replicas":
        replicas: Replicas = request.getfixturevalue("replicas")
        monkeypatch.setenv("HEADWATER_BASE_URL", replicas.url)
    return f"{client_environment['HEADWATER_ENTITY']}/{client_environment['HEADWATER_PROJECT']}"


def pipeline(place: str, folder: Path, *arguments: str) -> list[str]:
    return run_example("digits_pipeline.py", "--project", place.partition("/")[2], *arguments, folder=folder)


def test_the_pipeline_prints_what_it_made(place: str, tmp_path: Path) -> None:
    entity = place.partition("/")[0]

    assert pipeline(place, tmp_path) == [
        f"{place}/digits-raw:v0",
        f"{place}/digits-preprocessed:v0",
        f"{place}/digits-initial:v0",
        f"{place}/digits-model:v0",
        f"{entity}/model-registry/Handwritten digits:v0",
    ]


def test_the_model_is_traced_to_the_raw_data(place: str, tmp_path: Path) -> None:
    pipeline(place, tmp_path)

    _, edges = lineage(f"{place}/digits-model:best", "UPSTREAM")

    assert edges == {
        ("load-data", "digits-raw:v0"),
        ("digits-raw:v0", "preprocess-data"),
        ("preprocess-data", "digits-preprocessed:v0"),
        ("digits-preprocessed:v0", "train"),
        ("initialize", "digits-initial:v0"),
        ("digits-initial:v0", "train"),
        ("train", "digits-model:v0"),
    }


def test_the_raw_data_reaches_the_registry(place: str, tmp_path: Path) -> None:
    pipeline(place, tmp_path)

    names, edges = lineage(f"{place}/digits-raw:v0", "DOWNSTREAM")

    assert names == {
        "digits-raw:v0": 1,
        "preprocess-data": 1,
        "digits-preprocessed:v0": 1,
        "train": 1,
        "evaluate": 1,
        "digits-model:v0": 1,
        "Handwritten digits:v0": 1,
    }
    assert ("digits-model:v0", "Handwritten digits:v0") in edges
    assert ("digits-model:v0", "evaluate") in edges


def test_running_it_again_makes_no_version_and_ties_both_runs_to_the_one_there_is(place: str, tmp_path: Path) -> None:
    first = pipeline(place, tmp_path)

    assert pipeline(place, tmp_path) == first
    producers = ask(PRODUCERS, path=f"{place}/digits-raw:v0")["artifact"]["producedBy"]["edges"]
    assert [edge["node"]["jobType"] for edge in producers] == ["load-data", "load-data"]
    assert len({edge["node"]["key"] for edge in producers}) == 2


def test_other_preprocessing_makes_versions_downstream_of_it_alone(place: str, tmp_path: Path) -> None:
    pipeline(place, tmp_path)

    paths = pipeline(place, tmp_path, "--no-normalize")

    assert paths[:4] == [
        f"{place}/digits-raw:v0",
        f"{place}/digits-preprocessed:v1",
        f"{place}/digits-initial:v0",
        f"{place}/digits-model:v1",
    ]
    _, edges = lineage(f"{place}/digits-model:v1", "UPSTREAM")
    assert ("digits-preprocessed:v1", "train") in edges
    assert not [edge for edge in edges if "digits-preprocessed:v0" in edge]


def test_what_the_pipeline_measured_can_be_read_again(place: str, tmp_path: Path) -> None:
    pipeline(place, tmp_path, "--epochs", "3")

    model = headwater.Api().artifact(f"{place}/digits-model:best")
    trained = model.logged_by()
    assert trained is not None
    rows = list(trained.history(keys=["validation/accuracy"]))

    assert sorted(model.aliases) == ["best", "latest"]
    assert [row["_step"] for row in rows] == [0, 1, 2]
    assert rows[-1]["validation/accuracy"] == model.metadata["validation_accuracy"]
    assert model.metadata["validation_accuracy"] > 0.9


def test_the_evaluation_keeps_its_pictures(place: str, tmp_path: Path) -> None:
    pipeline(place, tmp_path)

    (evaluation,) = headwater.Api().runs(place, job_types=["evaluate"])

    names = [file["path"] for file in files_of(evaluation.path)]
    assert len([name for name in names if name.endswith(".png")]) == 12
    assert evaluation.summary["test/accuracy"] > 0.9
    assert "confusion" in evaluation.summary


def files_of(path: str) -> list[dict[str, Any]]:
    document = "query Files($path: String!) { run(path: $path) { files(first: 200) { edges { node { path } } } } }"
    return [edge["node"] for edge in ask(document, path=path)["run"]["files"]["edges"]]


def test_code_of_another_tracker_runs_with_the_import_changed(place: str, tmp_path: Path) -> None:
    run_example("seed_style.py", folder=tmp_path)

    names, edges = lineage(f"{place}/trained-model:latest", "UPSTREAM")
    assert names == {
        "load-data": 1,
        "digits-raw:v0": 1,
        "preprocess-data": 1,
        "digits-preprocess:v0": 1,
        "initialize": 1,
        "linear:v0": 1,
        "train": 1,
        "trained-model:v0": 1,
    }
    assert ("linear:v0", "train") in edges


def test_a_run_inside_a_run_is_the_same_run(place: str, tmp_path: Path) -> None:
    run_example("seed_style.py", folder=tmp_path)

    runs = list(headwater.Api().runs(place))

    assert Counter(run.job_type for run in runs) == {
        "load-data": 1,
        "preprocess-data": 1,
        "initialize": 1,
        "train": 1,
        "report": 1,
    }
    (train,) = (run for run in runs if run.job_type == "train")
    rows = list(train.history())
    assert [row["_step"] for row in rows] == [1200, 2400, 3600, 4800, 6000]
    assert rows[-1]["validation/accuracy"] > 80
    assert [file["path"] for file in files_of(train.path)] == ["trained_model.npz"]
