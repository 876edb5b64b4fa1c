"""Seed 000: a quick start of model management, from a dataset to the model in production.

Edits:

- `import wandb` is `import headwater as wandb`, and `wandb.beta.workflows` is `headwater.beta.workflows`. `wb`, which
  the document never imports, is the latter.
- Placeholders: names, paths and the URI of remote data. `mnist` and `mnist-evaluation`, which the document takes as
  given, are scikit-learn's digits, logged by a first block.
- Its models are one of scikit-learn: `model.save`, `make_model_from_data` and `evaluate_model` are written for it.
- Each block is a program of its own there, so the run of one is finished before the next begins.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, disable-error-code="union-attr,arg-type"

import os
import sys
from pathlib import Path

import numpy as np
from printed import print_lineage
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import headwater as wandb
from headwater.beta import workflows as wb
from headwater.beta.workflows import link_model, log_model, use_model

ENTITY = os.environ["HEADWATER_ENTITY"]
PROJECT = os.environ["HEADWATER_PROJECT"]
REMOTE_DATA = sys.argv[1]
REGISTERED = f"{ENTITY}/model-registry/MNIST Grayscale 28x28"


# -- what the document takes as given


def log_data():
    wandb.init(job_type="load-data")
    digits = load_digits()
    x, y = digits.data / 16, digits.target
    for name, part in (("mnist", slice(0, 1200)), ("mnist-evaluation", slice(1200, None))):
        art = wandb.Artifact(name, "dataset")
        with art.new_file("digits.npz", mode="wb") as file:
            np.savez(file, x=x[part], y=y[part])
        wandb.log_artifact(art)


def read(dataset):
    with np.load(os.path.join(dataset.download(), "digits.npz"), allow_pickle=False) as file:
        return file["x"], file["y"]


def save(model, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    np.savez(path, coef=model.coef_, intercept=model.intercept_)


def make_model_from_data(path):
    model = LogisticRegression()
    with np.load(os.path.join(path, "model.npz"), allow_pickle=False) as file:
        model.coef_, model.intercept_ = file["coef"], file["intercept"]
    model.classes_ = np.arange(10)
    return model


def evaluate_model(model, dataset):
    x, y = read(dataset)
    return log_loss(y, model.predict_proba(x)), model.score(x, y), model.predict(x)


def drafts():
    """The name of the model that the second part logged: its run's id is in it."""
    (name,) = (c.name for c in wandb.Api().artifact_type("model").collections() if c.name.startswith("mnist-nn-"))
    return name


# -- 2. Train and log versions of a model


def train_with_artifacts():
    wandb.init()
    dataset = wandb.use_artifact("mnist:latest")
    x, y = read(dataset)
    best = float("inf")
    # Of five epochs the fourth is the best, as happens when the last ones go too far.
    for strength in (0.0001, 0.001, 0.01, 0.1, 0.00001):
        model = LogisticRegression(C=strength, max_iter=300).fit(x, y)
        val_loss = log_loss(y, model.predict_proba(x))
        model_is_best, best = val_loss < best, min(best, val_loss)

        save(model, "path/to/model.npz")
        art = wandb.Artifact(f"mnist-nn-{wandb.run.id}", type="model")
        art.add_file("path/to/model.npz", "model.npz")
        wandb.log({"train_loss": 0.345, "val_loss": val_loss})
        if model_is_best:
            wandb.log_artifact(art, aliases=["latest", "best"])
        else:
            wandb.log_artifact(art)


def declare_stored_data():
    wandb.init()
    dataset = wandb.use_artifact("mnist:latest")
    for longer in (f"{PROJECT}/mnist:latest", f"{ENTITY}/{PROJECT}/mnist:v0"):
        assert wandb.use_artifact(longer).id == dataset.id


def declare_local_data():
    wandb.init()
    Path("path/to/data").mkdir(parents=True)
    Path("path/to/data/data.csv").write_text("1,2,3\n")
    art = wandb.Artifact("dataset_name", "dataset")
    art.add_dir("path/to/data")
    dataset = wandb.use_artifact(art)
    print(f"used {dataset.name}")


def declare_remote_data():
    wandb.init()
    art = wandb.Artifact("remote_dataset", "dataset")
    art.add_reference(REMOTE_DATA)
    dataset = wandb.use_artifact(art)
    print(f"used {dataset.name}")


def train_with_objects():
    wandb.init()
    dataset = wandb.use_artifact("mnist:latest")
    model = LogisticRegression(max_iter=500).fit(*read(dataset))
    model_is_best = True
    wandb.log({"train_loss": 0.345, "val_loss": 0.456})
    log_model(model, "mnist-nn", aliases=["best"] if model_is_best else [])


# -- 1. and 3. Link versions of a model, which makes the registered model


def link_what_was_found():
    art = wandb.Api().artifact(f"{drafts()}:best")
    print(f"linked {art.link('Candidates').name}")


def link_what_is_used():
    wandb.init()
    art = wandb.use_artifact("mnist-nn:best")
    print(f"linked {art.link(f'{PROJECT}/Candidates').name}")


def link_what_is_logged():
    wandb.init()
    art = wandb.Artifact("untrained", "model")
    with art.new_file("readme.md") as file:
        file.write("Not trained yet.")
    wandb.log_artifact(art)
    print(f"linked {wandb.run.link_artifact(art, f'{ENTITY}/{PROJECT}/Candidates').name}")


def link_objects():
    """No run is open here: `log_model` starts one."""
    model = make_model_from_data(wandb.Api().artifact(f"{drafts()}:v2").download())
    model_version = wb.log_model(model, "mnist_nn")
    link_model(model_version, REGISTERED)


# -- 4. and 5. Use a version, and evaluate it


def evaluate_files():
    wandb.init()
    path = wandb.use_artifact("Candidates:v0").download()
    model = make_model_from_data(path)

    dataset = wandb.use_artifact("mnist-evaluation:latest")
    loss, accuracy, predictions = evaluate_model(model, dataset)
    wandb.log({"loss": loss, "accuracy": accuracy, "predictions": predictions})


def evaluate_object():
    wandb.init()
    model = use_model(REGISTERED).model_obj()

    dataset = wandb.use_artifact("mnist-evaluation:latest")
    loss, accuracy, predictions = evaluate_model(model, dataset)
    wandb.log({"loss": loss, "accuracy": accuracy, "predictions": predictions})


# -- 6. and 7. Promote a version, and consume it


def promote():
    art = wandb.Api().artifact(f"{drafts()}:best")
    print(f"production is {art.link(REGISTERED, aliases=['production']).name}")


def consume():
    wandb.init()
    production = wandb.use_artifact(f"{REGISTERED}:production")
    assert wandb.use_artifact(f"{REGISTERED}:latest").id == production.id
    assert wandb.use_artifact(f"{REGISTERED}:v1").id == production.id
    print(f"it is {production.source_name.replace(drafts(), 'mnist-nn-<id>')}")


BLOCKS = (
    log_data,
    train_with_artifacts,
    declare_stored_data,
    declare_local_data,
    declare_remote_data,
    train_with_objects,
    link_what_was_found,
    link_what_is_used,
    link_what_is_logged,
    link_objects,
    evaluate_files,
    evaluate_object,
    promote,
    consume,
)

if __name__ == "__main__":
    for block in BLOCKS:
        block()
        wandb.finish()
    print_lineage(f"{ENTITY}/{PROJECT}")
