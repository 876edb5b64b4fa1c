"""`headwater lineage` against the service. How trees are drawn: test_lineage_tree.py."""

from dataclasses import dataclass

import pytest

import headwater
from command_lines import Cli


@dataclass(frozen=True)
class Made:
    """Names of two runs, load → raw:v0 → train → model:v0, which is linked."""

    load: str
    train: str
    train_path: str
    train_url: str


@pytest.fixture
def made(client_environment: dict[str, str], entity: str) -> Made:
    with headwater.init(job_type="load") as load:
        raw = headwater.Artifact("raw", type="dataset")
        with raw.new_file("a.txt") as file:
            file.write("a")
        load.log_artifact(raw).wait()
    with headwater.init(job_type="train") as train:
        train.use_artifact("raw:latest")
        model = headwater.Artifact("model", type="model")
        with model.new_file("w.txt") as file:
            file.write("w")
        train.log_artifact(model, aliases=["best"]).wait()
        train.link_artifact(model, f"{entity}/model-registry/Digits", aliases=["production"])
    assert train.url is not None
    return Made(load.name, train.name, train.path, train.url)


def test_up_draws_where_a_version_came_from(ok: Cli, made: Made) -> None:
    done = ok("lineage", "model:best", "--up")

    assert done.out.splitlines() == [
        "model:v0 (model) [best, latest]",
        f"`-- {made.train} (run train)",
        "    `-- raw:v0 (dataset) [latest]",
        f"        `-- {made.load} (run load)",
    ]
    assert done.err == ""


def test_down_draws_what_came_out_of_it(ok: Cli, made: Made) -> None:
    assert ok("lineage", "raw", "--down").out.splitlines() == [
        "raw:v0 (dataset) [latest]",
        f"`-- {made.train} (run train)",
        "    `-- model:v0 (model) [best, latest]",
        "        `-- Digits:v0 (registry model) [latest, production]",
    ]


def test_without_a_direction_both_are_drawn(ok: Cli, made: Made) -> None:
    lines = ok("lineage", "raw:v0").out.splitlines()

    assert lines[:3] == ["Upstream: where it came from", "raw:v0 (dataset) [latest]", f"`-- {made.load} (run load)"]
    assert lines[3:6] == ["", "Downstream: what came out of it", "raw:v0 (dataset) [latest]"]


@pytest.mark.parametrize("way", ["path", "key", "address"])
def test_a_run_is_a_start_too(ok: Cli, made: Made, way: str) -> None:
    start = {"path": made.train_path, "key": made.train_path.rpartition("/")[2], "address": made.train_url}[way]

    assert ok("lineage", start, "--up").out.splitlines()[:2] == [
        f"{made.train} (run train)",
        "`-- raw:v0 (dataset) [latest]",
    ]


def test_a_registry_path_is_a_start_too(ok: Cli, made: Made, entity: str) -> None:
    lines = ok("lineage", f"{entity}/model-registry/Digits:production", "--up").out.splitlines()

    assert lines[:2] == ["Digits:v0 (registry model) [latest, production]", "`-- model:v0 (model) [best, latest]"]


def test_depth_cuts_and_the_cut_is_told(ok: Cli, made: Made) -> None:
    done = ok("lineage", "model", "--up", "--depth", "2")

    assert done.out.splitlines()[-1] == "    `-- raw:v0 (dataset) [latest] ... 1 more not shown"
    assert done.err == "Incomplete: the depth you gave was reached. Give a larger --depth, or none.\n"


def test_json_is_the_compact_answer(ok: Cli, made: Made) -> None:
    answer = ok("lineage", "model", "--up", "--format", "json").json()

    assert sorted(answer["nodes"]["label"]) == sorted(["model:v0", "raw:v0", made.train, made.load])
    assert answer["completeness"]["isComplete"] is True


def test_mermaid_and_dot_are_printed_alone(ok: Cli, made: Made) -> None:
    assert ok("lineage", "model", "--format", "mermaid").out.startswith(("flowchart", "graph"))
    assert ok("lineage", "model", "--format", "dot").out.startswith("digraph lineage {\n")


def test_an_unknown_start_is_not_found(cli: Cli, project: str) -> None:
    assert cli("lineage", f"{project}/nothing:v0").code == 3
    assert cli("lineage", f"{project}/nothing").code == 3
