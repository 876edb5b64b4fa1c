"""The documents that users bring along, as programs with their import lines changed: what they print and leave.

With PyTorch and Keras: `test_seeds_of_frameworks.py`. Whether the calls fit the signatures by keyword and by position
alike: `sdk/test_seed_calls.py`.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from e2e.examples import NewPlace, Ran, lineage
from e2e.seeds_ran import (
    PIPELINE_LINEAGE,
    SEEDS,
    aliases_of,
    before_the_lineage,
    linked_paths,
    numbered,
    printed_lineage,
    runs_of,
)
from headwater import Api
from posting import ask
from servers import Servers

HEADWATER = [sys.executable, "-c", "from headwater.cli.main import run; run()"]
NODES = """
query Nodes($path: String!, $direction: LineageDirection!) {
  artifact(path: $path) { lineage(direction: $direction) { nodes { __typename label ... on Run { name } } } }
}
"""
REGISTERED = "model-registry/MNIST Grayscale 28x28"
TUNED = "model-registry/Fine-Tuned-Review-Autocompletion"


@dataclass(frozen=True)
class Data:
    """A folder in a bucket, and the variables that lead there."""

    uri: str
    variables: Mapping[str, str]


@pytest.fixture(scope="module")
def data(servers: Servers) -> Iterator[Data]:
    """A folder with one object in a bucket of one's own."""
    variables = {
        "AWS_ENDPOINT_URL_S3": servers.store.endpoint,
        "AWS_ACCESS_KEY_ID": servers.store.root.id,
        "AWS_SECRET_ACCESS_KEY": servers.store.root.secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    s3 = boto3.client(
        "s3",
        endpoint_url=servers.store.endpoint,
        aws_access_key_id=servers.store.root.id,
        aws_secret_access_key=servers.store.root.secret,
        region_name="us-east-1",
    )
    bucket = f"data-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="path/to/data/train.csv", Body=b"1,2,3\n")
    yield Data(f"s3://{bucket}/path/to/data", variables)
    s3.delete_object(Bucket=bucket, Key="path/to/data/train.csv")
    s3.delete_bucket(Bucket=bucket)


@pytest.fixture(scope="module")
def seeds_ran(new_place: NewPlace, data: Data) -> Callable[[str], Ran]:
    """Runs a seed once, in a place of its own. Downloads go where they go by default."""

    @cache
    def run(name: str) -> Ran:
        here = new_place()
        return Ran(here, here.run(SEEDS / name, data.uri, HEADWATER_ARTIFACT_DIR="", **data.variables))

    return run


@pytest.fixture
def ran(seeds_ran: Callable[[str], Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Ran]:
    """Gives a seed that ran, and makes this process a program of the same user."""

    def enter(name: str) -> Ran:
        found = seeds_ran(name)
        found.place.enter(monkeypatch)
        return found

    return enter


@pytest.fixture
def quick_start(ran: Callable[[str], Ran]) -> Ran:
    return ran("seed_000_quick_start.py")


@pytest.fixture
def models(ran: Callable[[str], Ran]) -> Ran:
    return ran("seed_001_log_models.py")


@pytest.fixture
def tutorial(ran: Callable[[str], Ran]) -> Ran:
    return ran("seed_002_register_models.py")


@pytest.fixture
def pipeline(ran: Callable[[str], Ran]) -> Ran:
    return ran("seed_003_datasets_and_models.py")


@pytest.fixture
def drawn(ran: Callable[[str], Ran]) -> Ran:
    return ran("seed_004_lineage_map.py")


def tree(*arguments: str) -> list[str]:
    """What `headwater lineage` draws."""
    done = subprocess.run(
        [*HEADWATER, "lineage", *arguments], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


# -- 000: the quick start


def test_the_quick_start_leaves_this_lineage_and_no_other(quick_start: Ran) -> None:
    assert printed_lineage(quick_start, quick_start.place.project) == [
        "29 nodes, 26 edges",
        "load-data -> mnist-evaluation:v0",
        "load-data -> mnist:v0",
        "mnist:v0 -> run 2",
        "run 2 -> mnist-nn-<2>:v0",
        "run 2 -> mnist-nn-<2>:v1",
        "run 2 -> mnist-nn-<2>:v2",
        "run 2 -> mnist-nn-<2>:v3",
        "mnist-nn-<2>:v3 -> Candidates:v0",
        f"mnist-nn-<2>:v3 -> {REGISTERED}:v1",
        "run 2 -> mnist-nn-<2>:v4",
        "mnist:v0 -> run 3",
        "dataset_name:v0 -> run 4",
        "remote_dataset:v0 -> run 5",
        "mnist:v0 -> run 6",
        "run 6 -> mnist-nn:v0",
        "mnist-nn:v0 -> Candidates:v1",
        "mnist-nn:v0 -> run 7",
        "run 8 -> untrained:v0",
        "untrained:v0 -> Candidates:v2",
        "run 9 -> mnist_nn:v0",
        f"mnist_nn:v0 -> {REGISTERED}:v0",
        "Candidates:v0 -> run 10",
        "mnist-evaluation:v0 -> run 10",
        "mnist-evaluation:v0 -> run 11",
        f"{REGISTERED}:v0 -> run 11",
        f"{REGISTERED}:v1 -> run 12",
    ]


def test_the_quick_start_logs_links_uses_and_promotes(quick_start: Ran, data: Data) -> None:
    place = quick_start.path
    named = numbered(place)

    assert before_the_lineage(quick_start) == [
        "used dataset_name:v0",
        "used remote_dataset:v0",
        "linked Candidates:v0",
        "linked Candidates:v1",
        "linked Candidates:v2",
        "production is MNIST Grayscale 28x28:v1",
        "it is mnist-nn-<id>:v3",
    ]
    assert {link: named(source) for link, source in linked_paths(REGISTERED).items()} == {
        "MNIST Grayscale 28x28:v0": "mnist_nn:v0",
        "MNIST Grayscale 28x28:v1": "mnist-nn-<2>:v3",
    }
    assert aliases_of(REGISTERED) == {"v0": [], "v1": ["latest", "production"]}
    assert {link: named(source) for link, source in linked_paths(f"{place}/Candidates").items()} == {
        "Candidates:v0": "mnist-nn-<2>:v3",
        "Candidates:v1": "mnist-nn:v0",
        "Candidates:v2": "untrained:v0",
    }
    (reference,) = Api().artifact(f"{place}/remote_dataset").files()
    assert reference.ref == f"{data.uri}/train.csv"


def test_each_version_has_the_metrics_that_were_logged_before_it(quick_start: Ran) -> None:
    training = runs_of(quick_start.path)[1]
    checkpoints = f"{quick_start.path}/mnist-nn-{training.id}"
    losses = [row["val_loss"] for row in training.history()]

    versions = list(Api().artifacts(name=checkpoints, order="index"))

    assert [version.metrics for version in versions] == [{"train_loss": 0.345, "val_loss": loss} for loss in losses]
    assert [version.history_step for version in versions] == [0, 1, 2, 3, 4]
    assert losses.index(min(losses)) == 3
    assert aliases_of(checkpoints) == {"v0": [], "v1": [], "v2": [], "v3": ["best"], "v4": ["latest"]}
    assert aliases_of(f"{quick_start.path}/mnist-nn") == {"v0": ["best", "latest"]}


def test_the_evaluations_keep_what_they_measured(quick_start: Ran) -> None:
    files, objects = runs_of(quick_start.path)[9:11]

    # A model as files and one as an object, each back from the registry or the project.
    assert files.summary["accuracy"] > 0.85 and objects.summary["accuracy"] > 0.85
    assert files.summary["loss"] < 1 and objects.summary["loss"] < 2
    assert len(files.summary["predictions"]) == len(objects.summary["predictions"]) == 597


def test_production_is_tied_to_each_step_that_led_to_it(quick_start: Ran) -> None:
    named = numbered(quick_start.path)
    _, edges = lineage(f"{quick_start.entity}/{REGISTERED}:production", "BOTH")

    assert {(named(source), named(target)) for source, target in edges} == {
        ("load-data", "mnist:v0"),
        ("mnist:v0", "run 2"),
        ("run 2", "mnist-nn-<2>:v3"),
        ("mnist-nn-<2>:v3", "MNIST Grayscale 28x28:v1"),
        ("MNIST Grayscale 28x28:v1", "run 12"),
    }
    best = Api().artifact(f"{quick_start.path}/mnist-nn-{runs_of(quick_start.path)[1].id}:best")
    assert sorted(link.name for link in best.linked_artifacts) == ["Candidates:v0", "MNIST Grayscale 28x28:v1"]


# -- 001: models by path


def test_models_by_path_are_outputs_and_inputs(models: Ran, data: Data) -> None:
    assert before_the_lineage(models)[:2] == ["downloaded model.npz", "downloaded tuned.npz"]
    assert printed_lineage(models, "NLP_Experiments") == [
        "3 nodes, 2 edges",
        "run 1 -> fine-tuned-model:v0",
        "fine-tuned-model:v0 -> run 2",
    ]
    # Without a name it is named after run and file.
    assert printed_lineage(models, "mnist-experiments") == [
        "7 nodes, 7 edges",
        "run 1 -> MNIST:v0",
        "run 2 -> remote-model:v0",
        "run 2 -> run-<2>-model.npz:v0",
        "run 2 -> whole-folder:v0",
        "MNIST:v0 -> run 3",
        "run-<2>-model.npz:v0 -> run 3",
        "whole-folder:v0 -> run 3",
    ]
    (reference,) = Api().artifact("mnist-experiments/remote-model:v0").files()
    assert reference.ref == f"{data.uri}/train.csv"
    assert dict(runs_of("mnist-experiments")[0].config) == {"optimizer": "adam", "loss": "log_loss"}
    assert {made.type for run in runs_of("mnist-experiments") for made in run.logged_artifacts()} == {"model"}


def test_a_registered_model_with_three_versions_gets_v3_and_a_new_one_v0(models: Ran) -> None:
    assert before_the_lineage(models)[2:] == [
        "linked as Fine-Tuned-Review-Autocompletion:v0",
        "linked as Fine-Tuned-Review-Autocompletion:v1",
        "linked as Fine-Tuned-Review-Autocompletion:v2",
        "linked as Fine-Tuned-Review-Autocompletion:v3",
        "linked as Another registered model:v0",
    ]
    # Each was logged by a run of its own, under a name of that run's: v0 there, v0 to v3 here.
    assert printed_lineage(models, "llm-evaluation") == [
        "15 nodes, 10 edges",
        "run 1 -> run-<1>-model.npz:v0",
        f"run-<1>-model.npz:v0 -> {TUNED}:v0",
        "run 2 -> run-<2>-model.npz:v0",
        f"run-<2>-model.npz:v0 -> {TUNED}:v1",
        "run 3 -> run-<3>-model.npz:v0",
        f"run-<3>-model.npz:v0 -> {TUNED}:v2",
        "run 4 -> run-<4>-model.npz:v0",
        f"run-<4>-model.npz:v0 -> {TUNED}:v3",
        "run 5 -> run-<5>-model.npz:v0",
        "run-<5>-model.npz:v0 -> model-registry/Another registered model:v0",
    ]
    registered = linked_paths(f"{models.entity}/{TUNED}")
    assert list(registered) == [f"Fine-Tuned-Review-Autocompletion:v{number}" for number in range(4)]
    assert {source.partition(":")[2] for source in registered.values()} == {"v0"}
    assert aliases_of(TUNED) == {"v0": [], "v1": [], "v2": [], "v3": ["latest"]}


# -- 002: the tutorial of the registry


def test_the_tutorial_leaves_this_lineage_and_no_other(tutorial: Ran) -> None:
    assert printed_lineage(tutorial, "my-project") == ["2 nodes, 1 edges", "run 1 -> my_artifact:v0"]
    assert printed_lineage(tutorial, "model-registry-tutorial") == [
        "20 nodes, 19 edges",
        "log_datasets -> Nature_100:v0",
        "Nature_100:v0 -> training",
        "training -> nature-<2>:v0",
        "training -> nature-<2>:v1",
        "nature-<2>:v1 -> model-registry/Nature 100 checkpoints:v0",
        "training -> nature-<2>:v2",
        "training -> nature-<2>:v3",
        "nature-<2>:v3 -> model-registry/Nature 100 checkpoints:v1",
        "training -> nature-<2>:v4",
        "training -> nature-<2>:v5",
        "nature-<2>:v5 -> model-registry/Model Registry Tutorial:v0",
        "nature-<2>:v5 -> model-registry/Nature 100 checkpoints:v2",
        *(f"training -> run-<2>-eval-val_table:v{epoch}" for epoch in range(6)),
        "model-registry/Model Registry Tutorial:v0 -> inference",
    ]


def test_v5_of_the_project_is_v2_of_the_registry(tutorial: Ran) -> None:
    assert before_the_lineage(tutorial) == [
        "source v1 is registry v0",
        "source v3 is registry v1",
        "source v5 is registry v2",
        "Model Registry Tutorial:v0 holds ['model.npz']",
    ]
    (training,) = Api().runs("model-registry-tutorial", job_types=["training"])
    checkpoints = f"nature-{training.id}"
    assert linked_paths(f"{tutorial.entity}/model-registry/Nature 100 checkpoints") == {
        "Nature 100 checkpoints:v0": f"{checkpoints}:v1",
        "Nature 100 checkpoints:v1": f"{checkpoints}:v3",
        "Nature 100 checkpoints:v2": f"{checkpoints}:v5",
    }
    link = Api().artifact(f"{tutorial.entity}/model-registry/Nature 100 checkpoints:latest")
    assert (link.version, link.source_version) == ("v2", "v5")
    assert Api().artifact(f"model-registry-tutorial/{checkpoints}:latest").version == "v5"


def test_the_tutorial_leaves_the_best_checkpoint_staged_with_its_lineage(tutorial: Ran) -> None:
    staged = Api().artifact(f"{tutorial.entity}/model-registry/Model Registry Tutorial:staging", type="model")
    best = Api().artifact(f"model-registry-tutorial/{staged.source_name.partition(':')[0]}:best")
    _, edges = lineage(staged.qualified_name, "BOTH")

    assert staged.source_artifact.id == best.id
    # Keys of metadata that were numbers are texts, as in JSON.
    assert staged.metadata["index_to_class"] == {str(number): str(number) for number in range(10)}
    assert staged.metadata["model_input_size"] == 8
    assert edges == {
        ("log_datasets", "Nature_100:v0"),
        ("Nature_100:v0", "training"),
        ("training", best.name),
        (best.name, staged.name),
        (staged.name, "inference"),
    }
    assert (tutorial.place.folder / "Nature_100:latest" / "index.csv").exists()


def test_the_tutorial_logs_its_batches_and_judges_each_epoch(tutorial: Ran) -> None:
    (training,) = Api().runs("model-registry-tutorial", job_types=["training"])
    rows = list(training.history())
    last = Api().artifact(f"model-registry-tutorial/run-{training.id}-eval-val_table:latest").get("eval/val_table")

    batches = [(row["train/epoch_ndx"], row["train/batch_ndx"]) for row in rows if "train/train_loss" in row]
    assert batches == [(epoch, batch) for epoch in range(6) for batch in range(5)]
    assert len([row for row in rows if "eval/val_table" in row and "eval/conf_mat" in row]) == 6
    assert len(rows) == 36
    assert training.summary["eval/test_loss"] == min(row["eval/test_loss"] for row in rows if "eval/test_loss" in row)
    assert training.config["input_size"] == 8
    assert (last.columns, len(last.data)) == (["pred", "actual", "image"], 20)


def test_the_tutorial_logs_in_for_later(tutorial: Ran) -> None:
    settings = Path(tutorial.place.variables["HEADWATER_HOME"], "settings.toml").read_text()

    assert tutorial.place.variables["HEADWATER_API_KEY"] in settings
    assert tutorial.place.variables["HEADWATER_BASE_URL"] in settings


@pytest.mark.slow
def test_without_an_entity_the_tutorial_says_so(new_place: NewPlace) -> None:
    assert new_place().run(SEEDS / "seed_002_register_models.py", HEADWATER_ENTITY="") == [
        "Must indicate entity where Registered Model will exist"
    ]


# -- 003: datasets and models in a pipeline


def test_the_pipeline_leaves_this_lineage_and_no_other(pipeline: Ran) -> None:
    assert printed_lineage(pipeline, "artifacts-example") == PIPELINE_LINEAGE


def test_the_trained_model_is_traced_to_the_raw_data(pipeline: Ran) -> None:
    names, edges = lineage("artifacts-example/trained-model:latest", "UPSTREAM")

    assert names == {
        "load-data": 1,
        "mnist-raw:v0": 1,
        "preprocess-data": 1,
        "mnist-preprocess:v0": 1,
        "initialize": 1,
        "convnet:v0": 1,
        "train": 1,
        "trained-model:v0": 1,
    }
    assert ("convnet:v0", "train") in edges


def test_downloads_lie_in_the_folder_artifacts(pipeline: Ran) -> None:
    assert before_the_lineage(pipeline) == [
        f"artifacts/mnist-raw:v0/{split}.npz" for split in ("test", "training", "validation")
    ]


def test_a_run_inside_a_run_is_the_same_run(pipeline: Ran) -> None:
    runs = runs_of("artifacts-example")

    assert [run.job_type for run in runs] == ["load-data", "preprocess-data", "initialize", "train", "report"]
    train = runs[3]
    rows = list(train.history())
    # The first batch and the end of each of five epochs of 1,200 examples.
    ends = [1200 * epoch for epoch in range(1, 6)]
    assert [row["_step"] for row in rows] == sorted(ends + [128 + 1200 * epoch for epoch in range(5)])
    assert [row["epoch"] for row in rows if "train/loss" in row] == [0, 1, 2, 3, 4]
    assert rows[-1]["validation/accuracy"] > 80
    assert [file.path for file in train.files()] == [
        "environment/environment.json",
        "environment/requirements.txt",
        "trained_model.npz",
    ]


def test_settings_travel_with_the_artifacts_and_the_hardest_examples_with_the_report(pipeline: Ran) -> None:
    *_, initialize, train, report = runs_of("artifacts-example")
    network = {"num_classes": 10, "num_inputs": 64, "weight_scale": 0.01, "seed": 0}

    assert Api().artifact("artifacts-example/mnist-raw:v0").metadata == {
        "source": "sklearn.datasets.load_digits",
        "sizes": [1200, 300, 297],
    }
    assert Api().artifact("artifacts-example/mnist-preprocess:v0").metadata == {"normalize": True, "expand_dims": True}
    assert dict(initialize.config) == network == Api().artifact("artifacts-example/trained-model:v0").metadata
    assert dict(train.config) == {"batch_size": 128, "epochs": 5, "batch_log_interval": 25, **network}
    assert set(report.summary) >= {"loss", "accuracy", "high-loss-examples"}
    assert report.summary["accuracy"] > 80
    assert len([file for file in report.files() if file.path.endswith(".png")]) == 32


# -- 004: the lineage map


def test_the_lineage_map_is_the_one_of_the_guide(drawn: Ran) -> None:
    assert before_the_lineage(drawn) == ["served model.npz"]
    assert printed_lineage(drawn, "model-lineage") == [
        "7 nodes, 6 edges",
        "load_data -> mnist_dataset:v0",
        "mnist_dataset:v0 -> train_model",
        "train_model -> mnist_model:v0",
        "mnist_model:v0 -> model-registry/MNIST-dev:v0",
        "mnist_model:v0 -> evaluate_model",
        "model-registry/MNIST-dev:v0 -> serve_model",
    ]
    upstream = ask(NODES, path=f"{drawn.entity}/model-lineage/mnist_model:v0", direction="UPSTREAM")
    nodes = upstream["artifact"]["lineage"]["nodes"]
    assert {(node["__typename"], node.get("name") or node["label"]) for node in nodes} == {
        ("Run", "jumping-monkey-1"),
        ("ArtifactVersion", "mnist_dataset:v0"),
        ("Run", "vague-morning-5"),
        ("ArtifactVersion", "mnist_model:v0"),
    }
    names, edges = lineage(f"{drawn.entity}/model-lineage/mnist_dataset:v0", "DOWNSTREAM")
    assert (len(names), len(edges)) == (6, 5)
    assert [run.name for run in runs_of("model-lineage")][:3] == [
        "jumping-monkey-1",
        "vague-morning-5",
        "serene-haze-6",
    ]


def test_the_training_and_the_evaluation_of_the_map_keep_what_they_measured(drawn: Ran) -> None:
    _, training, evaluation, _ = runs_of("model-lineage")

    assert dict(training.config) == {"optimizer": "sgd", "batch_size": 128, "epochs": 5, "validation_split": 0.1}
    assert [row["epoch"] for row in training.history()] == [0, 1, 2, 3, 4]
    assert training.summary["val_accuracy"] > 0.8
    assert evaluation.summary["accuracy"] > 0.8
    assert Api().artifact("model-lineage/mnist_dataset:checked").version == "v0"


def test_use_through_the_registry_is_drawn_as_version_registry_version_run(drawn: Ran) -> None:
    path = f"{drawn.entity}/model-lineage"
    (server,) = Api().runs(path, job_types=["serve_model"])

    used: list[Any] = list(server.used_artifacts())
    source = used[0].source_artifact

    assert [artifact.qualified_name for artifact in used] == [f"{drawn.entity}/model-registry/MNIST-dev:v0"]
    assert server.id in {run.id for run in source.used_by()}
    down = tree(f"{path}/mnist_model:v0", "--down")
    assert down[0] == "mnist_model:v0 (model) [latest]"
    at = next(number for number, line in enumerate(down) if "MNIST-dev:v0" in line)
    assert down[at].endswith("MNIST-dev:v0 (registry model) [latest]")
    assert down[at + 1].strip("| ").lstrip("`- ") == f"{server.name} (run serve_model)"
    up = tree(f"{path}/-/runs/{server.id}", "--up")
    assert [line.strip("| ").lstrip("`- ") for line in up] == [
        f"{server.name} (run serve_model)",
        "MNIST-dev:v0 (registry model) [latest]",
        "mnist_model:v0 (model) [latest]",
        "vague-morning-5 (run train_model)",
        "mnist_dataset:v0 (dataset) [checked, latest]",
        "jumping-monkey-1 (run load_data)",
    ]
