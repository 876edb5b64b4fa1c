"""Seed 001: models by path, logged by a run, used by another, and linked to a registered model.

Edits:

- `import wandb` is `import headwater as wandb`.
- Placeholders: entities, paths and the URI of a remote model. The project of the placeholders is the one of the
  document's second example, so that what is logged by the first is there to be used by the second.
- The model is one of scikit-learn, in an .npz file. With Keras: `seed_001_with_keras.py`.
- The three versions that a registered model has already in the document are linked here first.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os
import sys
from pathlib import Path

import numpy as np
from printed import print_lineage
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

import headwater as wandb

ENTITY = os.environ["HEADWATER_ENTITY"]
REMOTE_MODEL = sys.argv[1]


def write_model(path, loss="log_loss", epochs=5):
    digits = load_digits()
    model = SGDClassifier(loss=loss, max_iter=epochs, tol=None, random_state=0).fit(digits.data / 16, digits.target)
    with open(path, "wb") as file:
        np.savez(file, coef=model.coef_, intercept=model.intercept_)


def log():
    write_model("tuned.npz")
    run = wandb.init(project="NLP_Experiments", entity=ENTITY)
    run.log_model(path="tuned.npz", name="fine-tuned-model")
    run.finish()


def log_a_trained_one():
    config = {"optimizer": "adam", "loss": "log_loss"}
    run = wandb.init(entity=ENTITY, project="mnist-experiments", config=config)

    loss = run.config["loss"]
    assert run.config["optimizer"] == "adam"
    model_filename = "model.npz"
    local_filepath = "./"
    full_path = os.path.join(local_filepath, model_filename)
    write_model(full_path, loss=loss)

    run.log_model(path=full_path, name="MNIST")
    run.finish()


def log_other_paths():
    """A name is not needed, and the path may be a folder or the URI of a bucket."""
    Path("folder").mkdir()
    write_model("folder/weights.npz")
    Path("folder/card.md").write_text("A linear classifier.")
    run = wandb.init(project="mnist-experiments", entity=ENTITY)
    run.log_model(path="model.npz")
    run.log_model(path="folder", name="whole-folder")
    run.log_model(path=REMOTE_MODEL, name="remote-model")
    run.finish()
    return run.id


def use_them(id_of_the_unnamed):
    run = wandb.init(project="mnist-experiments", entity=ENTITY)
    downloaded_model_path = run.use_model(name="MNIST")
    assert Path(run.use_model(name=f"run-{id_of_the_unnamed}-model.npz")).name == "model.npz"
    assert sorted(os.listdir(run.use_model(name="whole-folder"))) == ["card.md", "weights.npz"]
    print(f"downloaded {Path(downloaded_model_path).name}")


def use():
    entity = ENTITY
    project = "NLP_Experiments"
    alias = "latest"
    model_artifact_name = "fine-tuned-model"

    run = wandb.init(project=project, entity=entity)
    downloaded_model_path = run.use_model(name=f"{model_artifact_name}:{alias}")
    print(f"downloaded {Path(downloaded_model_path).name}")


def link(path, registered_model_name):
    run = wandb.init(project="llm-evaluation", entity=ENTITY)
    linked = run.link_model(path=path, registered_model_name=registered_model_name)
    run.finish()
    print(f"linked as {linked.name}")


if __name__ == "__main__":
    log()
    log_a_trained_one()
    use_them(log_other_paths())
    wandb.finish()
    use()
    wandb.finish()
    for epochs in (1, 2, 3, 4):
        write_model("model.npz", epochs=epochs)
        link("model.npz", "Fine-Tuned-Review-Autocompletion")
    link("model.npz", "Another registered model")
    for project in ("NLP_Experiments", "mnist-experiments", "llm-evaluation"):
        print_lineage(f"{ENTITY}/{project}")
