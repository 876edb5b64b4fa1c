"""Every call of the tutorials that users bring along fits the signatures, by keyword and by position.

What the calls do, in programs: `e2e/test_seeds.py`.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import headwater as wandb
from headwater import Api, Artifact, Run
from headwater._config import Config
from headwater._summary import Summary
from headwater.beta import workflows

ART: Any = object()
CONFIG = {"lr": 1.0}

# A function, the positional arguments and the keywords, as the tutorials write them.
CALLS: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    # starting and ending
    (wandb.init, (), {}),
    (wandb.init, (), {"project": "p", "entity": "e"}),
    (wandb.init, (), {"entity": "e", "project": "p", "config": CONFIG}),
    (wandb.init, (), {"project": "p"}),
    (wandb.init, (), {"project": "p", "entity": None, "job_type": "log_datasets"}),
    (wandb.init, (), {"project": "p", "entity": None, "job_type": "training", "config": CONFIG}),
    (wandb.init, (), {"project": "p", "job_type": "train", "config": CONFIG}),
    (wandb.init, (), {"project": "p", "job_type": "report", "config": None}),
    (wandb.finish, (), {}),
    (Run.finish, (), {}),
    (wandb.login, (), {}),
    (wandb.login, (), {"relogin": True, "host": "http://localhost"}),
    # building an artifact
    (Artifact, ("mnist-nn-x", "model"), {}),
    (Artifact, ("mnist-nn-x",), {"type": "model"}),
    (Artifact, (), {"name": "my_artifact", "type": "data"}),
    (Artifact, (), {"name": "Nature_100", "type": "raw_images", "description": "text"}),
    (Artifact, ("mnist-raw",), {"type": "dataset", "description": "text", "metadata": {"sizes": [1]}}),
    (Artifact, ("nature-x",), {"type": "model", "metadata": {0: "cat"}}),
    (Artifact.add_file, ("path/to/model.pt", "model.pt"), {}),
    (Artifact.add_file, ("model.onnx",), {}),
    (Artifact.add_dir, ("path/to/data",), {}),
    (Artifact.add_reference, ("s3://path/to/data",), {}),
    (Artifact.new_file, ("training.pt",), {"mode": "wb"}),
    (Artifact.download, (), {}),
    (Artifact.download, (), {"root": "Nature_100:latest"}),
    (Artifact.link, ("[[entity/]project/]collectionName",), {}),
    # logging, using and linking, at module level and on a run
    (wandb.log, ({"train_loss": 0.345, "val_loss": 0.456},), {}),
    (wandb.log_artifact, (ART,), {}),
    (wandb.log_artifact, (ART,), {"aliases": ["latest", "best"]}),
    (wandb.log_artifact, (ART,), {"aliases": None}),
    (wandb.use_artifact, ("mnist:latest",), {}),
    (wandb.use_artifact, (ART,), {}),
    (Run.log, ({"epoch": 1, "train/loss": 0.5},), {"step": 128}),
    (Run.log_artifact, (ART,), {}),
    (Run.use_artifact, ("mnist-raw:latest",), {}),
    (Run.use_artifact, ("e/model-registry/Model Registry Tutorial:staging",), {"type": "model"}),
    (Run.use_artifact, (), {"artifact_or_name": "name", "aliases": "<alias>"}),
    (Run.link_artifact, (ART, "[[entity/]project/]collectionName"), {}),
    (Run.link_artifact, (ART, "e/model-registry/Model Registry Tutorial"), {"aliases": ["staging"]}),
    (Run.log_model, (), {"path": "<path-to-model>", "name": "<name>"}),
    (Run.use_model, (), {"name": "fine-tuned-model:latest"}),
    (Run.link_model, (), {"path": "<path>", "registered_model_name": "<name>"}),
    (Run.link_model, (), {"path": "./model.h5", "registered_model_name": "MNIST-dev", "name": "mnist_model"}),
    (Run.save, ("initialized_model.pth",), {}),
    (wandb.watch, (ART,), {}),
    # what a run was given and what it came to
    (Config.update, (CONFIG,), {}),
    (Config.__getitem__, ("lr",), {}),
    (Config.__setitem__, ("input_size", 224), {}),
    (Summary.update, ({"loss": 0.5, "accuracy": 0.9},), {}),
    # models as objects
    (workflows.log_model, (ART, "mnist-nn"), {"aliases": ["best"]}),
    (workflows.log_model, (ART, "mnist_nn"), {}),
    (wandb.log_model, (ART, "mnist_nn"), {}),
    (workflows.link_model, (ART, "[[entity/]project/]collectionName"), {}),
    (workflows.use_model, ("[[entity/]project/]collectionName",), {}),
    (workflows.SavedModel.model_obj, (), {}),
    # media
    (wandb.Image, (ART,), {}),
    (wandb.Image, (ART,), {"caption": "1,2"}),
    (wandb.Table, (), {"columns": ["pred", "actual", "image"]}),
    (wandb.Table.get_column, ("x_train",), {"convert_to": "numpy"}),
    (Artifact.get, ("train_table",), {}),
    (wandb.plot.confusion_matrix, (), {"y_true": [0], "preds": [0], "class_names": ["a"]}),
    # reading without a run
    (Api, (), {}),
    (Api.artifact, ("e/p/name:v0",), {}),
]


def bound(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments:
    signature = inspect.signature(function)
    first = next(iter(signature.parameters), None)
    return signature.bind(ART, *args, **kwargs) if first == "self" else signature.bind(*args, **kwargs)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0].__qualname__)
def test_a_call_of_the_tutorials_fits(call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> None:
    function, args, kwargs = call

    arguments = bound(function, args, kwargs).arguments

    given = [*args, *kwargs.values()]
    taken = [value for name, value in arguments.items() if name != "self"]
    assert sorted(map(repr, taken)) == sorted(map(repr, given))


BY_NAME = [call for call in CALLS if not call[0].__name__.startswith("__") and call[0] is not Summary.update]


@pytest.mark.parametrize("call", BY_NAME, ids=lambda call: call[0].__qualname__)
def test_a_call_of_the_tutorials_fits_by_keyword_and_by_position_alike(
    call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]],
) -> None:
    function, args, kwargs = call
    arguments = {name: value for name, value in bound(function, args, kwargs).arguments.items() if name != "self"}
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    last = max((n for n, parameter in enumerate(parameters, 1) if parameter.name in arguments), default=0)
    positions = [arguments.get(parameter.name, parameter.default) for parameter in parameters[:last]]

    by_keyword = bound(function, (), arguments)
    by_position = bound(function, tuple(positions), {})

    by_position.apply_defaults()
    by_keyword.apply_defaults()
    assert by_position == by_keyword
    assert inspect.Parameter.empty not in positions


@pytest.mark.parametrize(
    ("function", "names", "defaults"),
    [
        ("use_artifact", ["artifact_or_name", "type", "aliases"], [None, None]),
        ("link_artifact", ["artifact", "target_path", "aliases"], [None]),
        ("log_artifact", ["artifact_or_path", "name", "type", "aliases", "tags"], [None] * 4),
        ("log_model", ["path", "name", "aliases"], [None, None]),
        ("use_model", ["name"], []),
        ("link_model", ["path", "registered_model_name", "name", "aliases"], [None, None]),
        ("log", ["data", "step", "commit"], [None, None]),
        ("finish", ["exit_code"], [None]),
        ("save", ["glob", "base_path", "policy"], [None, "live"]),
        (
            "watch",
            ["models", "criterion", "log", "log_freq", "idx", "log_graph"],
            [None, "gradients", 1000, None, False],
        ),
        ("unwatch", ["models"], [None]),
    ],
)
def test_names_order_and_defaults_are_the_same_on_a_run_and_at_module_level(
    function: str, names: list[str], defaults: list[object]
) -> None:
    for owner in (wandb, Run):
        given = [p for p in inspect.signature(getattr(owner, function)).parameters.values() if p.name != "self"]
        # What is ours alone has to be named, and so stands in nobody's way.
        parameters = [p for p in given if p.kind is not inspect.Parameter.KEYWORD_ONLY or p.name in names]

        assert [parameter.name for parameter in parameters] == names
        assert [p.default for p in parameters if p.default is not inspect.Parameter.empty] == defaults


def test_the_first_arguments_of_init_in_order() -> None:
    names = list(inspect.signature(wandb.init).parameters)

    assert names[:12] == [
        "project",
        "entity",
        "name",
        "job_type",
        "group",
        "tags",
        "notes",
        "config",
        "id",
        "resume",
        "mode",
        "dir",
    ]
