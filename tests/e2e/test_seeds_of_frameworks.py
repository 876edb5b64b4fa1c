"""The documents that train with PyTorch and Keras, as programs that do; each runs where its libraries are installed."""

import os
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from e2e.examples import NewPlace, Ran
from e2e.seeds_ran import PIPELINE_LINEAGE, SEEDS, aliases_of, before_the_lineage, printed_lineage, runs_of
from headwater import Api

pytestmark = pytest.mark.slow
REGISTERED = "model-registry/MNIST Grayscale 28x28"
BACKENDS = [name for name in ("tensorflow", "torch", "jax") if find_spec(name) is not None]


def needs(*libraries: str) -> pytest.MarkDecorator:
    missing = [name for name in libraries if find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


needs_keras = [needs("keras"), pytest.mark.skipif(not BACKENDS, reason="Keras has no backend here")]


@pytest.fixture
def run_seed(new_place: NewPlace, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Ran]:
    """Runs a seed, and makes this process a program of the same user. What the libraries warn of is theirs."""

    def run(name: str) -> Ran:
        here = new_place()
        here.enter(monkeypatch)
        backend = os.environ.get("KERAS_BACKEND", *BACKENDS[:1])
        return Ran(here, here.run(SEEDS / name, options=(), KERAS_BACKEND=backend))

    return run


@needs("torch", "safetensors")
def test_a_model_of_pytorch_comes_back_as_an_object_with_trust(run_seed: Callable[[str], Ran]) -> None:
    seed = run_seed("seed_000_with_torch.py")

    assert before_the_lineage(seed) == ["refused: True"]
    assert printed_lineage(seed, seed.place.project) == [
        "5 nodes, 4 edges",
        "train -> mnist-nn:v0",
        "train -> mnist_nn:v0",
        f"mnist_nn:v0 -> {REGISTERED}:v0",
        f"{REGISTERED}:v0 -> evaluate",
    ]
    train, evaluate = runs_of(seed.path)
    assert evaluate.summary["accuracy"] > 0.85
    assert Api().artifact("mnist-nn:best").metrics == {key: train.summary[key] for key in ("train_loss", "val_loss")}


@pytest.mark.parametrize("seed", [pytest.param("seed_001_with_keras.py", marks=needs_keras)])
def test_a_file_that_keras_saved_is_logged_and_used(run_seed: Callable[[str], Ran], seed: str) -> None:
    ran = run_seed(seed)

    assert before_the_lineage(ran) == ["model.h5 gives (2, 10)"]
    assert printed_lineage(ran, "mnist-experiments") == ["3 nodes, 2 edges", "run 1 -> MNIST:v0", "MNIST:v0 -> run 2"]


@needs("torch", "pytorch_lightning", "onnx", "onnxscript")
def test_a_watched_model_logs_its_gradients_and_its_checkpoints(run_seed: Callable[[str], Ran]) -> None:
    seed = run_seed("seed_002_with_torch.py")

    assert before_the_lineage(seed)[-1] == "Model Registry Tutorial:v0 holds ['model.onnx']"
    assert printed_lineage(seed, "model-registry-tutorial") == [
        "10 nodes, 9 edges",
        "log_datasets -> Nature_100:v0",
        "Nature_100:v0 -> training",
        "training -> nature-<2>:v0",
        "training -> nature-<2>:v1",
        "nature-<2>:v1 -> model-registry/Model Registry Tutorial:v0",
        "nature-<2>:v1 -> model-registry/Nature 100 checkpoints:v0",
        "training -> run-<2>-eval-val_table:v0",
        "training -> run-<2>-eval-val_table:v1",
        "model-registry/Model Registry Tutorial:v0 -> inference",
    ]
    first, *_ = runs_of("model-registry-tutorial")[1].history()
    assert {key for key in first if key.startswith("gradients/")} == {
        f"gradients/{layer}.{kind}" for layer in (0, 3) for kind in ("weight", "bias")
    }
    assert aliases_of("model-registry/Model Registry Tutorial") == {"v0": ["latest", "staging"]}


@needs("torch")
def test_tensors_and_states_travel_through_the_pipeline(run_seed: Callable[[str], Ran]) -> None:
    seed = run_seed("seed_003_with_torch.py")

    assert printed_lineage(seed, "artifacts-example") == PIPELINE_LINEAGE
    *_, train, report = runs_of("artifacts-example")
    assert [row["_step"] for row in train.history()] == [128, 1200, 1328, 2400]
    assert len([file for file in report.files() if file.path.endswith(".png")]) == 32
    assert report.summary["accuracy"] > 50


@pytest.mark.parametrize("seed", [pytest.param("seed_004_with_keras.py", marks=needs_keras)])
def test_the_callback_logs_epochs_weights_predictions_and_the_best_model(
    run_seed: Callable[[str], Ran], seed: str
) -> None:
    ran = run_seed(seed)

    # The loss falls in each of the five epochs, so each of their models is the best so far.
    assert printed_lineage(ran, "model-lineage") == [
        "11 nodes, 10 edges",
        "load_data -> mnist_dataset:v0",
        "mnist_dataset:v0 -> train_model",
        "train_model -> mnist_model:v0",
        "mnist_model:v0 -> model-registry/MNIST-dev:v0",
        *(f"train_model -> model-<2>:v{epoch}" for epoch in range(5)),
        "train_model -> run-<2>-evaluation:v0",
    ]
    training = runs_of("model-lineage")[1]
    rows = list(training.history())
    assert [row["epoch"] for row in rows if "epoch" in row] == [0, 1, 2, 3, 4]
    assert set(rows[0]) >= {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {key for key in rows[0] if key.startswith("parameters/")} == {
        "parameters/sequential.dense.kernel",
        "parameters/sequential.dense.bias",
    }
    assert aliases_of(f"model-lineage/model-{training.id}")["v4"] == ["best", "latest"]
    assert training.summary["best_epoch"] == 4
