"""Registry code of another tracker's guides, run with the import line changed alone: what it prints and what it leaves.

Not in the scripts: `watch`, `Table` and `artifact.get`, which come with tables and their viewers.
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
from headwater import Api
from posting import ask
from servers import Servers

BIN = Path(sys.executable).parent
NODES = """
query Nodes($path: String!, $direction: LineageDirection!) {
  artifact(path: $path) { lineage(direction: $direction) { nodes { __typename label ... on Run { name } } } }
}
"""


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
def quick_start_ran(new_place: NewPlace, data: Data) -> Ran:
    here = new_place()
    arguments = ("--project", here.project, "--data", data.uri)
    return Ran(here, here.run("registry_quickstart.py", *arguments, **data.variables))


@pytest.fixture
def quick_start(quick_start_ran: Ran, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """The quick start, run once."""
    quick_start_ran.place.enter(monkeypatch)
    return quick_start_ran


@pytest.fixture(scope="module")
def scripts_ran(new_place: NewPlace) -> Callable[[str], Ran]:
    """Runs a script once, in a place of its own."""

    @cache
    def run(name: str) -> Ran:
        here = new_place()
        return Ran(here, here.run(name))

    return run


@pytest.fixture
def ran(scripts_ran: Callable[[str], Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Ran]:
    """Gives a script that ran, and makes this process a program of the same user."""

    def enter(name: str) -> Ran:
        found = scripts_ran(name)
        found.place.enter(monkeypatch)
        return found

    return enter


def linked_paths(collection: str) -> dict[str, str]:
    """The versions of a registered model and the versions that they stand for, without their project."""
    versions = Api().artifacts(name=collection, order="index")
    return {version.name: version.source_qualified_name.rpartition("/")[2] for version in versions}


def tree(*arguments: str) -> list[str]:
    """What `headwater lineage` draws."""
    done = subprocess.run(
        [str(BIN / "headwater"), "lineage", *arguments], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


# -- the quick start


def test_the_quick_start_logs_links_uses_and_promotes(quick_start: Ran, data: Data) -> None:
    place, project, lines = quick_start.path, quick_start.place.project, quick_start.lines

    registered = f"{quick_start.entity}/model-registry/MNIST Grayscale 28x28"
    assert lines[:-2] == [
        f"used {place}/dataset_name:v0",
        f"used {place}/remote_dataset:v0",
        f"linked {place}/Digits of {project}:v0",
        f"linked {place}/Digits to compare:v0",
        f"linked {place}/Drafts:v0",
        "files: ['model.npz']",
    ]
    assert float(lines[-2].removeprefix("accuracy ")) > 0.85
    assert lines[-1] == f"production is {registered}:v0, which is {place}/mnist_nn:v0"
    assert linked_paths(registered) == {"MNIST Grayscale 28x28:v0": "mnist_nn:v0"}
    assert sorted(Api().artifact(f"{registered}:v0").aliases) == ["latest", "production"]
    (reference,) = Api().artifact(f"{place}/remote_dataset").files()
    assert reference.ref == f"{data.uri}/train.csv"


def test_the_quick_start_ties_each_step_to_what_it_read_and_made(quick_start: Ran) -> None:
    _, edges = lineage(f"{quick_start.entity}/model-registry/MNIST Grayscale 28x28:production", "BOTH")

    assert edges == {
        ("load-data", "mnist:v0"),
        ("mnist:v0", "train"),
        ("train", "mnist_nn:v0"),
        ("mnist_nn:v0", "MNIST Grayscale 28x28:v0"),
        ("MNIST Grayscale 28x28:v0", "evaluate"),
        ("MNIST Grayscale 28x28:v0", "serve"),
    }
    best = Api().artifact(f"{quick_start.path}/mnist-nn:best")
    named_after_it = f"Digits of {quick_start.place.project}:v0"
    assert sorted(link.name for link in best.linked_artifacts) == [named_after_it, "Digits to compare:v0"]


# -- models by path


def test_a_registered_model_with_three_versions_gets_v3_and_a_new_one_v0(ran: Callable[[str], Ran]) -> None:
    models = ran("registry_log_models.py")

    assert models.lines == [
        "downloaded model.npz",
        "linked as Fine-Tuned-Review-Autocompletion:v0",
        "linked as Fine-Tuned-Review-Autocompletion:v1",
        "linked as Fine-Tuned-Review-Autocompletion:v2",
        "linked as Fine-Tuned-Review-Autocompletion:v3",
        "linked as Another registered model:v0",
    ]
    registered = linked_paths(f"{models.entity}/model-registry/Fine-Tuned-Review-Autocompletion")
    assert list(registered) == [f"Fine-Tuned-Review-Autocompletion:v{number}" for number in range(4)]
    # Each was logged by a run of its own, under a name of that run's: v0 there, v0 to v3 here.
    assert {source.partition(":")[2] for source in registered.values()} == {"v0"}
    assert len(set(registered.values())) == 4
    newest = Api().artifact(f"{models.entity}/model-registry/Fine-Tuned-Review-Autocompletion")
    assert (newest.version, newest.aliases) == ("v3", ["latest"])


def test_models_by_path_are_outputs_and_inputs(ran: Callable[[str], Ran]) -> None:
    ran("registry_log_models.py")

    (logger,) = Api().artifact("MNIST:v0").used_by()
    made = Api().artifact("MNIST:v0").logged_by()

    assert made is not None
    assert {a.name for a in made.logged_artifacts()} == {"MNIST:v0", f"run-{made.id}-model.npz:v0"}
    assert {a.name for a in logger.used_artifacts()} == {"MNIST:v0", f"run-{made.id}-model.npz:v0"}


# -- the tutorial


def test_v5_of_the_project_is_v2_of_the_registry(ran: Callable[[str], Ran]) -> None:
    tutorial = ran("registry_tutorial.py")

    assert tutorial.lines == [
        "source v5 is registry v2",
        "Model Registry Tutorial:v0 holds ['model.npz']",
    ]
    (training,) = Api().runs(tutorial.path, job_types=["training"])
    checkpoints = f"nature-{training.id}"
    assert linked_paths(f"{tutorial.entity}/model-registry/Nature 100 checkpoints") == {
        "Nature 100 checkpoints:v0": f"{checkpoints}:v1",
        "Nature 100 checkpoints:v1": f"{checkpoints}:v3",
        "Nature 100 checkpoints:v2": f"{checkpoints}:v5",
    }
    link = Api().artifact(f"{tutorial.entity}/model-registry/Nature 100 checkpoints:latest")
    assert (link.version, link.source_version) == ("v2", "v5")
    assert Api().artifact(f"{tutorial.path}/{checkpoints}:latest").version == "v5"


def test_the_tutorial_leaves_the_best_checkpoint_staged_with_its_lineage(ran: Callable[[str], Ran]) -> None:
    tutorial = ran("registry_tutorial.py")

    staged = Api().artifact(f"{tutorial.entity}/model-registry/Model Registry Tutorial:staging", type="model")
    best = Api().artifact(f"{tutorial.path}/{staged.source_name.partition(':')[0]}:best")
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


def test_without_an_entity_the_tutorial_says_so(new_place: NewPlace) -> None:
    assert new_place().run("registry_tutorial.py", HEADWATER_ENTITY="") == [
        "Must indicate entity where Registered Model will exist"
    ]


# -- the lineage map


def test_the_lineage_map_is_the_one_of_the_guide(ran: Callable[[str], Ran]) -> None:
    drawn = ran("registry_lineage.py")

    assert drawn.lines == ["served model.npz"]
    nodes = ask(NODES, path=f"{drawn.path}/mnist_model:v0", direction="UPSTREAM")["artifact"]["lineage"]["nodes"]
    assert {(node["__typename"], node.get("name") or node["label"]) for node in nodes} == {
        ("Run", "jumping-monkey-1"),
        ("ArtifactVersion", "mnist_dataset:v0"),
        ("Run", "vague-morning-5"),
        ("ArtifactVersion", "mnist_model:v0"),
    }
    _, edges = lineage(f"{drawn.path}/mnist_dataset:v0", "DOWNSTREAM")
    assert edges == {
        ("mnist_dataset:v0", "train_model"),
        ("mnist_dataset:v0", "evaluate_model"),
        ("train_model", "mnist_model:v0"),
        ("mnist_model:v0", "evaluate_model"),
        ("mnist_model:v0", "MNIST-dev:v0"),
        ("MNIST-dev:v0", "serve_model"),
    }


def test_use_through_the_registry_is_drawn_as_version_registry_version_run(ran: Callable[[str], Ran]) -> None:
    drawn = ran("registry_lineage.py")
    (server,) = Api().runs(drawn.path, job_types=["serve_model"])

    used: list[Any] = list(server.used_artifacts())
    source = used[0].source_artifact

    assert [artifact.qualified_name for artifact in used] == [f"{drawn.entity}/model-registry/MNIST-dev:v0"]
    assert server.id in {run.id for run in source.used_by()}
    down = tree(f"{drawn.path}/mnist_model:v0", "--down")
    assert down[0] == "mnist_model:v0 (model) [latest]"
    at = next(number for number, line in enumerate(down) if "MNIST-dev:v0" in line)
    assert down[at].endswith("MNIST-dev:v0 (registry model) [latest]")
    assert down[at + 1].strip("| ").lstrip("`- ") == f"{server.name} (run serve_model)"
    up = tree(f"{drawn.path}/-/runs/{server.id}", "--up")
    assert [line.strip("| ").lstrip("`- ") for line in up] == [
        f"{server.name} (run serve_model)",
        "MNIST-dev:v0 (registry model) [latest]",
        "mnist_model:v0 (model) [latest]",
        "vague-morning-5 (run train_model)",
        "mnist_dataset:v0 (dataset) [checked, latest]",
        "jumping-monkey-1 (run load_data)",
    ]
