"""Seed 004: the lineage map of a model: a dataset, the training that read it, and the evaluation that read the model.

Edits:

- `import wandb` is `import headwater as wandb`.
- Placeholders: project, entity, names and alias. The runs are named as in the document's picture, by `HEADWATER_NAME`.
- The data is scikit-learn's digits; a first run logs them as the table that the document takes as given.
- The model is one of scikit-learn, in an .npz file, whose epochs are logged by `run.log`. With Keras and its
  `WandbCallback`: `seed_004_with_keras.py`.
- Beyond the document, what serves the registered model is drawn, too.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os

import numpy as np
from printed import print_lineage
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

import headwater as wandb

project = "model-lineage"
entity = os.environ["HEADWATER_ENTITY"]
model_use_case_id = "mnist"


def log_dataset():
    os.environ["HEADWATER_NAME"] = "jumping-monkey-1"
    run = wandb.init(project=project, entity=entity, job_type="load_data")
    digits = load_digits()
    train_table = wandb.Table(columns=[], data=[])
    train_table.add_column("x_train", enlarged(digits.images[:600]))
    train_table.add_column("y_train", digits.target[:600])
    dataset = wandb.Artifact(f"{model_use_case_id}_dataset", type="dataset")
    dataset.add(train_table, "train_table")
    run.log_artifact(dataset, aliases="checked")
    run.finish()


def enlarged(images):
    """28 × 28 grey pixels of 8 × 8."""
    inner = np.kron(images / 16, np.ones((3, 3)))
    return np.pad(inner, ((0, 0), (2, 2), (2, 2)))[..., np.newaxis].astype(np.float32)


def read_dataset(run):
    version = "latest"
    name = "{}:{}".format("{}_dataset".format(model_use_case_id), version)  # noqa: UP032

    artifact = run.use_artifact(name)

    train_table = artifact.get("train_table")
    x_train = train_table.get_column("x_train", convert_to="numpy")
    y_train = train_table.get_column("y_train", convert_to="numpy")
    assert (x_train.shape, x_train.dtype, y_train.shape) == ((600, 28, 28, 1), np.float32, (600,))
    return x_train, y_train


def train():
    os.environ["HEADWATER_NAME"] = "vague-morning-5"
    job_type = "train_model"
    config = {"optimizer": "sgd", "batch_size": 128, "epochs": 5, "validation_split": 0.1}
    run = wandb.init(project=project, job_type=job_type, config=config)

    x_train, y_train = read_dataset(run)
    x_t, x_v, y_t, y_v = train_test_split(x_train.reshape(600, -1), y_train, test_size=0.33, random_state=0)
    model = SGDClassifier(loss="log_loss", random_state=0)
    for epoch in range(run.config["epochs"]):
        model.partial_fit(x_t, y_t, classes=np.arange(10))
        run.log({"epoch": epoch, "accuracy": model.score(x_t, y_t), "val_accuracy": model.score(x_v, y_v)})

    path = "model.npz"
    np.savez(path, coef=model.coef_, intercept=model.intercept_)

    path = "./model.npz"
    registered_model_name = "MNIST-dev"
    name = "mnist_model"

    run.link_model(path=path, registered_model_name=registered_model_name, name=name)
    run.finish()


def evaluate():
    os.environ["HEADWATER_NAME"] = "serene-haze-6"
    run = wandb.init(project=project, entity=entity, job_type="evaluate_model")
    artifact = run.use_artifact(artifact_or_name="mnist_model", aliases="v0")
    digits = load_digits()
    with np.load(os.path.join(artifact.download(), "model.npz"), allow_pickle=False) as file:
        guesses = (enlarged(digits.images[600:]).reshape(-1, 784) @ file["coef"].T + file["intercept"]).argmax(axis=1)
    run.summary.update({"accuracy": (guesses == digits.target[600:]).mean()})
    run.finish()
    del os.environ["HEADWATER_NAME"]


def serve():
    run = wandb.init(project=project, entity=entity, job_type="serve_model")
    registered = run.use_model(name=f"{run.entity}/model-registry/MNIST-dev:latest")
    run.finish()
    print(f"served {os.path.basename(registered)}")


if __name__ == "__main__":
    log_dataset()
    train()
    evaluate()
    serve()
    print_lineage(f"{entity}/{project}")
