"""The examples, run as their user runs them, and the lineage that they leave."""

from dataclasses import dataclass
from typing import Any

import pytest

import headwater
from e2e.conftest import Replicas
from e2e.examples import NewPlace, Place, Ran, lineage
from posting import ask

PRODUCERS = """
query Producers($path: String!) {
  artifact(path: $path) { producedBy { edges { node { key jobType } } } }
}
"""


@pytest.fixture(scope="module", params=["one service", pytest.param("two replicas", marks=pytest.mark.slow)])
def place(new_place: NewPlace, request: pytest.FixtureRequest) -> NewPlace:
    """Makes places on one service, or on two behind a balancer."""
    if request.param == "one service":
        return new_place
    replicas: Replicas = request.getfixturevalue("replicas")
    return lambda: new_place(replicas.url)


def pipeline(place: Place, *arguments: str) -> list[str]:
    return place.run("digits_pipeline.py", "--project", place.project, *arguments)


@pytest.fixture(scope="module")
def digits_ran(place: NewPlace) -> Ran:
    here = place()
    return Ran(here, pipeline(here))


@pytest.fixture
def digits(digits_ran: Ran, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """The pipeline of the digits, run once."""
    digits_ran.place.enter(monkeypatch)
    return digits_ran


@dataclass(frozen=True)
class Thrice:
    """What the pipeline printed three times in one place: as it is, again, and with other preprocessing."""

    place: Place
    first: list[str]
    again: list[str]
    other: list[str]


@pytest.fixture(scope="module")
def ran_thrice(place: NewPlace) -> Thrice:
    here = place()
    return Thrice(here, pipeline(here), pipeline(here), pipeline(here, "--no-normalize"))


@pytest.fixture
def thrice(ran_thrice: Thrice, monkeypatch: pytest.MonkeyPatch) -> Thrice:
    ran_thrice.place.enter(monkeypatch)
    return ran_thrice


def test_the_pipeline_prints_what_it_made(digits: Ran) -> None:
    assert digits.lines == [
        f"{digits.path}/digits-raw:v0",
        f"{digits.path}/digits-preprocessed:v0",
        f"{digits.path}/digits-initial:v0",
        f"{digits.path}/digits-model:v0",
        f"{digits.entity}/model-registry/Handwritten digits:v0",
    ]


def test_the_model_is_traced_to_the_raw_data(digits: Ran) -> None:
    _, edges = lineage(f"{digits.path}/digits-model:best", "UPSTREAM")

    assert edges == {
        ("load-data", "digits-raw:v0"),
        ("digits-raw:v0", "preprocess-data"),
        ("preprocess-data", "digits-preprocessed:v0"),
        ("digits-preprocessed:v0", "train"),
        ("initialize", "digits-initial:v0"),
        ("digits-initial:v0", "train"),
        ("train", "digits-model:v0"),
    }


def test_the_raw_data_reaches_the_registry(digits: Ran) -> None:
    names, edges = lineage(f"{digits.path}/digits-raw:v0", "DOWNSTREAM")

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


@pytest.mark.slow
def test_running_it_again_makes_no_version_and_ties_both_runs_to_the_one_there_is(thrice: Thrice) -> None:
    producers = ask(PRODUCERS, path=f"{thrice.place.path}/digits-raw:v0")["artifact"]["producedBy"]["edges"]

    assert thrice.again == thrice.first
    # Both, and the third: its raw data is the same.
    assert [edge["node"]["jobType"] for edge in producers] == ["load-data"] * 3
    assert len({edge["node"]["key"] for edge in producers}) == 3


@pytest.mark.slow
def test_other_preprocessing_makes_versions_downstream_of_it_alone(thrice: Thrice) -> None:
    path = thrice.place.path
    _, edges = lineage(f"{path}/digits-model:v1", "UPSTREAM")

    assert thrice.other[:4] == [
        f"{path}/digits-raw:v0",
        f"{path}/digits-preprocessed:v1",
        f"{path}/digits-initial:v0",
        f"{path}/digits-model:v1",
    ]
    assert ("digits-preprocessed:v1", "train") in edges
    assert not [edge for edge in edges if "digits-preprocessed:v0" in edge]


def test_what_the_pipeline_measured_can_be_read_again(digits: Ran) -> None:
    model = headwater.Api().artifact(f"{digits.path}/digits-model:best")
    trained = model.logged_by()
    assert trained is not None
    rows = list(trained.history(keys=["validation/accuracy"]))

    assert sorted(model.aliases) == ["best", "latest"]
    assert [row["_step"] for row in rows] == list(range(8))
    assert rows[-1]["validation/accuracy"] == model.metadata["validation_accuracy"]
    assert model.metadata["validation_accuracy"] > 0.9


def test_the_evaluation_keeps_its_pictures(digits: Ran) -> None:
    (evaluation,) = headwater.Api().runs(digits.path, job_types=["evaluate"])

    names = [file["path"] for file in files_of(evaluation.path)]
    assert len([name for name in names if name.endswith(".png")]) == 12
    assert evaluation.summary["test/accuracy"] > 0.9
    assert "confusion" in evaluation.summary


def files_of(path: str) -> list[dict[str, Any]]:
    document = "query Files($path: String!) { run(path: $path) { files(first: 200) { edges { node { path } } } } }"
    return [edge["node"] for edge in ask(document, path=path)["run"]["files"]["edges"]]
