"""A five-step pipeline on scikit-learn's handwritten digits, whose lineage Headwater then tells.

    python examples/digits_pipeline.py [--project digits] [--no-normalize] [--epochs 8]

Every step is a run of its own with a job type, and the steps share nothing but artifacts:

    load-data → digits-raw → preprocess-data → digits-preprocessed ┐
                                    initialize → digits-initial ───┴→ train → digits-model → evaluate

All of it is deterministic. A second run finds its datasets and models already there and makes no new version;
with `--no-normalize` the preprocessing changes, and so does everything downstream of it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss

import headwater

Arrays = dict[str, NDArray[Any]]

SEED = 20
SPLITS = {"training": 1200, "validation": 297, "test": 300}
CLASS_NAMES = [str(digit) for digit in range(10)]


def load() -> dict[str, Arrays]:
    """Shuffle the 1,797 digits once and cut them into training, validation and test."""
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    ends = np.cumsum(list(SPLITS.values()))
    parts = np.split(order, ends[:-1])
    return {
        name: {"images": digits.images[part].astype(np.uint8), "labels": digits.target[part].astype(np.uint8)}
        for name, part in zip(SPLITS, parts, strict=True)
    }


def load_and_log(project: str) -> headwater.Artifact:
    """Step 1: record the digits as they come."""
    with headwater.init(project=project, job_type="load-data") as run:
        raw = headwater.Artifact(
            "digits-raw",
            type="dataset",
            description="8 × 8 grey images of handwritten digits, split into training, validation and test",
            metadata={"source": "sklearn.datasets.load_digits", "sizes": SPLITS, "seed": SEED},
        )
        for name, arrays in load().items():
            write_arrays(raw, f"{name}.npz", arrays)
        return run.log_artifact(raw).wait()


def preprocess(images: NDArray[Any], *, normalize: bool) -> NDArray[np.float32]:
    """Flatten each image to 64 numbers, and bring them from 0–16 into 0–1 if asked."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    return flat / np.float32(16) if normalize else flat


def preprocess_and_log(project: str, *, normalize: bool) -> headwater.Artifact:
    """Step 2: turn the raw digits into what a model reads."""
    steps = {"normalize": normalize, "flatten": True}
    with headwater.init(project=project, job_type="preprocess-data", config=steps) as run:
        raw_folder = Path(run.use_artifact("digits-raw:latest").download())

        # The digits are numbered by content, so the settings that made them belong in the metadata.
        preprocessed = headwater.Artifact(
            "digits-preprocessed", type="dataset", description="Flattened digits", metadata=steps
        )
        for name in SPLITS:
            arrays = read_arrays(raw_folder / f"{name}.npz")
            arrays["images"] = preprocess(arrays["images"], normalize=normalize)
            write_arrays(preprocessed, f"{name}.npz", arrays)
        return run.log_artifact(preprocessed).wait()


def initialize_and_log(project: str) -> headwater.Artifact:
    """Step 3: draw the weights that every training starts from."""
    config = {"inputs": 64, "classes": len(CLASS_NAMES), "weight_scale": 0.01, "seed": SEED}
    with headwater.init(project=project, job_type="initialize", config=config) as run:
        generator = np.random.default_rng(run.config.seed)
        shape = (run.config.classes, run.config.inputs)
        weights = {
            "coef": generator.normal(scale=run.config.weight_scale, size=shape),
            "intercept": np.zeros(run.config.classes),
        }

        initial = headwater.Artifact(
            "digits-initial", type="model", description="Linear classifier, not trained", metadata=dict(run.config)
        )
        write_arrays(initial, "weights.npz", weights)
        return run.log_artifact(initial).wait()


def train_and_log(project: str, *, epochs: int) -> headwater.Artifact:
    """Step 4: train by stochastic gradient descent, log every epoch, and keep the alias `best` on the best model."""
    config = {"epochs": epochs, "learning_rate": 0.01, "alpha": 0.0001, "seed": SEED}
    with headwater.init(project=project, job_type="train", config=config) as run:
        data_folder = Path(run.use_artifact("digits-preprocessed:latest", type="dataset").download())
        training, validation = (read_arrays(data_folder / f"{name}.npz") for name in ("training", "validation"))
        weights = read_arrays(Path(run.use_artifact("digits-initial:latest").download()) / "weights.npz")

        accuracy = 0.0
        for epoch in range(run.config.epochs):
            weights = train_one_epoch(weights, training, run.config, epoch=epoch)
            loss, accuracy = measure(weights, validation)
            run.log({"epoch": epoch, "validation/loss": loss, "validation/accuracy": accuracy}, step=epoch)

        model = headwater.Artifact(
            "digits-model",
            type="model",
            description="Linear classifier of handwritten digits",
            metadata={**config, "validation_accuracy": accuracy},
        )
        write_arrays(model, "weights.npz", weights)
        is_best = accuracy >= best_accuracy(f"{run.entity}/{run.project}/digits-model:best")
        return run.log_artifact(model, aliases=["best"] if is_best else None).wait()


def train_one_epoch(weights: Arrays, data: Arrays, config: Any, *, epoch: int) -> Arrays:
    """Go once over the training data, starting from `weights`."""
    classifier = SGDClassifier(
        loss="log_loss",
        learning_rate="constant",
        eta0=config.learning_rate,
        alpha=config.alpha,
        max_iter=1,
        tol=None,
        random_state=config.seed + epoch,
    )
    classifier.fit(data["images"], data["labels"], coef_init=weights["coef"], intercept_init=weights["intercept"])
    return {"coef": classifier.coef_, "intercept": classifier.intercept_}


def best_accuracy(path: str) -> float:
    """The validation accuracy of the best model so far, 0 if there is none. Reading it makes no lineage edge."""
    try:
        return float(headwater.Api().artifact(path).metadata["validation_accuracy"])
    except headwater.errors.NotFoundError:
        return 0.0


def evaluate_and_log(project: str) -> headwater.Artifact:
    """Step 5: judge the best model on digits it never saw, and put it up for review in the registry."""
    with headwater.init(project=project, job_type="evaluate") as run:
        data_folder = Path(run.use_artifact("digits-preprocessed:latest").download())
        test = read_arrays(data_folder / "test.npz")
        model = run.use_artifact("digits-model:best", type="model")
        weights = read_arrays(Path(model.download()) / "weights.npz")

        loss, accuracy = measure(weights, test)
        predictions = probabilities(weights, test["images"]).argmax(axis=1)
        run.summary.update({"test/loss": loss, "test/accuracy": accuracy})
        run.log(
            {
                "confusion": headwater.plot.confusion_matrix(
                    y_true=test["labels"].tolist(), preds=predictions.tolist(), class_names=CLASS_NAMES
                ),
                "misclassified": [
                    headwater.Image(
                        test["images"][wrong].reshape(8, 8),
                        caption=f"predicted {predictions[wrong]}, is {test['labels'][wrong]}",
                    )
                    for wrong in np.flatnonzero(predictions != test["labels"])[:12]
                ],
            }
        )
        return run.link_artifact(model, f"{run.entity}/model-registry/Handwritten digits", aliases=["staging"])


def probabilities(weights: Arrays, images: NDArray[Any]) -> NDArray[np.float64]:
    """How sure the model is of each of the ten digits, a row per image."""
    scores = images.astype(np.float64) @ weights["coef"].T.astype(np.float64) + weights["intercept"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def measure(weights: Arrays, data: Arrays) -> tuple[float, float]:
    """Cross-entropy and accuracy of the model on `data`."""
    guesses = probabilities(weights, data["images"])
    loss = log_loss(data["labels"], guesses, labels=range(len(CLASS_NAMES)))
    return float(loss), float(accuracy_score(data["labels"], guesses.argmax(axis=1)))


def write_arrays(artifact: headwater.Artifact, name: str, arrays: Arrays) -> None:
    """Add the arrays to the artifact as an .npz file, whose bytes depend on nothing but the arrays."""
    with artifact.new_file(name, mode="wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's stub takes a keyword of its own for an array's name


def read_arrays(path: Path) -> Arrays:
    """Read an .npz file; pickled content, which could run code, is refused."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def run_pipeline(project: str, *, normalize: bool = True, epochs: int = 8) -> list[str]:
    """Run the five steps in order and return the paths of the versions they made, the linked one last."""
    versions = [
        load_and_log(project),
        preprocess_and_log(project, normalize=normalize),
        initialize_and_log(project),
        train_and_log(project, epochs=epochs),
        evaluate_and_log(project),
    ]
    return [version.qualified_name for version in versions]


def main() -> None:
    """Read the arguments, run the pipeline and print what it made."""
    parser = argparse.ArgumentParser(description="Run the digits pipeline and print the paths of what it made.")
    parser.add_argument("--project", default="digits", help="project of the runs and artifacts")
    parser.add_argument(
        "--normalize", action=argparse.BooleanOptionalAction, default=True, help="bring grey values from 0–16 into 0–1"
    )
    parser.add_argument("--epochs", type=int, default=8, help="passes over the training data")
    arguments = parser.parse_args()

    for path in run_pipeline(arguments.project, normalize=arguments.normalize, epochs=arguments.epochs):
        print(path)


if __name__ == "__main__":
    main()
