"""Models by path: logged, used, and linked to a registered model, in the calls of another tracker's guide.

    python examples/registry_log_models.py

A registered model that has the versions v0, v1 and v2 gets v3; one that does not exist yet is made, with v0.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

import headwater as wandb

PROJECT = os.environ.get("HEADWATER_PROJECT", "mnist-experiments")
ENTITY = os.environ.get("HEADWATER_ENTITY")


def train(config):
    digits = load_digits()
    model = SGDClassifier(loss=config["loss"], max_iter=config["epochs"], tol=None, random_state=0)
    return model.fit(digits.data / 16, digits.target)


def write(model, path):
    with open(path, "wb") as file:
        np.savez(file, coef=model.coef_, intercept=model.intercept_)


def log():
    """A model file as an output of a run, under a name, and without one."""
    config = {"optimizer": "sgd", "loss": "log_loss", "epochs": 5}
    run = wandb.init(entity=ENTITY, project=PROJECT, config=config)
    loss = run.config["loss"]
    model = train({"loss": loss, "epochs": run.config["epochs"]})

    model_filename = "model.npz"
    local_filepath = "./"
    full_path = os.path.join(local_filepath, model_filename)
    write(model, full_path)

    run.log_model(path=full_path, name="MNIST")
    unnamed = run.log_model(path=full_path).wait()
    run.finish()
    return unnamed.name


def use(unnamed):
    """The path of the file, by the name and an alias or by the name alone."""
    alias = "latest"
    model_artifact_name = "MNIST"

    run = wandb.init(project=PROJECT, entity=ENTITY)
    downloaded_model_path = run.use_model(name=f"{model_artifact_name}:{alias}")
    assert Path(downloaded_model_path).read_bytes() == Path(run.use_model(name=unnamed)).read_bytes()
    run.finish()
    print(f"downloaded {Path(downloaded_model_path).name}")


def link(path, registered_model_name):
    """A model logged and linked in one call."""
    run = wandb.init(entity=ENTITY, project=PROJECT)
    linked = run.link_model(path=path, registered_model_name=registered_model_name)
    run.finish()
    print(f"linked as {linked.name}")


def main():
    """Run the steps in order."""
    use(log())

    for epochs in (1, 2, 3, 4):
        write(train({"loss": "log_loss", "epochs": epochs}), "model.npz")
        link("model.npz", "Fine-Tuned-Review-Autocompletion")
    link("model.npz", "Another registered model")


if __name__ == "__main__":
    main()
