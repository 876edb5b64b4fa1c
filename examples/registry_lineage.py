"""A lineage map from data to an evaluation and the registry, in the calls of another tracker's guide.

    python examples/registry_lineage.py

Afterwards: headwater lineage model-registry/MNIST-dev --up
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

import headwater as wandb

project = os.environ.get("HEADWATER_PROJECT", "model-lineage")
entity = os.environ.get("HEADWATER_ENTITY")
model_use_case_id = "mnist"


def log_dataset():
    run = wandb.init(project=project, entity=entity, job_type="load_data", name="jumping-monkey-1")
    digits = load_digits()
    dataset = wandb.Artifact(f"{model_use_case_id}_dataset", type="dataset")
    with dataset.new_file("train.npz", mode="wb") as file:
        np.savez(file, x=digits.data / 16, y=digits.target)
    run.log_artifact(dataset, aliases="checked")
    run.finish()


def read(artifact):
    with np.load(os.path.join(artifact.download(), "train.npz"), allow_pickle=False) as file:
        return file["x"], file["y"]


def train():
    job_type = "train_model"

    config = {
        "optimizer": "sgd",
        "epochs": 5,
        "validation_split": 0.1,
    }

    run = wandb.init(project=project, job_type=job_type, config=config, name="vague-morning-5")

    version = "latest"
    name = "{}:{}".format("{}_dataset".format(model_use_case_id), version)  # noqa: UP032

    artifact = run.use_artifact(name)
    x_train, y_train = read(artifact)

    epochs = run.config["epochs"]
    x_t, _, y_t, _ = train_test_split(x_train, y_train, test_size=0.33, random_state=0)
    model = SGDClassifier(loss="log_loss", max_iter=epochs, tol=None, random_state=0).fit(x_t, y_t)

    path = "model.npz"
    np.savez(path, coef=model.coef_, intercept=model.intercept_)

    path = "./model.npz"
    registered_model_name = "MNIST-dev"
    name = "mnist_model"

    run.link_model(path=path, registered_model_name=registered_model_name, name=name)
    run.finish()


def evaluate():
    run = wandb.init(project=project, entity=entity, job_type="evaluate_model", name="serene-haze-6")
    model = run.use_artifact("mnist_model:v0").download()
    artifact = run.use_artifact(artifact_or_name="mnist_dataset", aliases="checked")
    x, y = read(artifact)
    with np.load(os.path.join(model, "model.npz"), allow_pickle=False) as file:
        guesses = (x @ file["coef"].T + file["intercept"]).argmax(axis=1)
    run.summary.update({"accuracy": float((guesses == y).mean())})
    run.finish()


def serve():
    """What uses the model through the registry is seen there, too."""
    run = wandb.init(project=project, entity=entity, job_type="serve_model")
    registered = run.use_model(name=f"{run.entity}/model-registry/MNIST-dev:latest")
    run.finish()
    print(f"served {os.path.basename(registered)}")


def main():
    """Run the steps in order."""
    log_dataset()
    train()
    evaluate()
    serve()


if __name__ == "__main__":
    main()
