"""Seed 003: datasets and models as artifacts, in a pipeline of five steps that read one another's.

The training starts runs inside its run; there, `init` gives the run that is open.

Edits:

- `import wandb` is `import headwater as wandb`.
- The data is scikit-learn's digits instead of a download, and the network is a linear classifier of scikit-learn, both
  in .npz files. With PyTorch: `seed_003_with_torch.py`.
- `!tree artifacts` lists the folder in Python.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os
from pathlib import Path

import numpy as np
from printed import print_lineage
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

import headwater as wandb

SPLITS = ["training", "validation", "test"]


def load(train_size=1200, validation_size=300):
    digits = load_digits()
    cuts = [train_size, train_size + validation_size]
    return list(zip(np.split(digits.images, cuts), np.split(digits.target, cuts), strict=True))


def load_and_log():
    with wandb.init(project="artifacts-example", job_type="load-data") as run:
        datasets = load()

        raw_data = wandb.Artifact(
            "mnist-raw",
            type="dataset",
            description="Raw digits, split into training, validation and test",
            metadata={"source": "sklearn.datasets.load_digits", "sizes": [len(y) for _, y in datasets]},
        )

        for name, (x, y) in zip(SPLITS, datasets, strict=True):
            with raw_data.new_file(name + ".npz", mode="wb") as file:
                np.savez(file, x=x, y=y)

        run.log_artifact(raw_data)


def preprocess(x, y, normalize=True, expand_dims=True):
    if normalize:
        x = (x / 16).astype(np.float32)
    if expand_dims:
        x = x[:, np.newaxis]
    return x, y


def preprocess_and_log(steps):
    with wandb.init(project="artifacts-example", job_type="preprocess-data") as run:
        processed_data = wandb.Artifact(
            "mnist-preprocess", type="dataset", description="Preprocessed digits", metadata=steps
        )

        raw_data_artifact = run.use_artifact("mnist-raw:latest")
        raw_dataset = raw_data_artifact.download()

        for split in SPLITS:
            x, y = preprocess(*read(raw_dataset, split), **steps)
            with processed_data.new_file(split + ".npz", mode="wb") as file:
                np.savez(file, x=x, y=y)

        run.log_artifact(processed_data)


def read(data_dir, split):
    with np.load(os.path.join(data_dir, split + ".npz"), allow_pickle=False) as file:
        return file["x"], file["y"]


def show_downloads():
    for path in sorted(Path("artifacts").rglob("*.npz")):
        print(path)


class Linear:
    """A linear classifier that is made of a configuration, keeps its weights in a file, and learns by the batch."""

    def __init__(self, num_classes, num_inputs, weight_scale, seed):
        self.model = SGDClassifier(loss="log_loss", random_state=seed)
        self.model.classes_ = np.arange(num_classes)
        shape = (num_classes, num_inputs)
        self.model.coef_ = np.random.default_rng(seed).normal(scale=weight_scale, size=shape)
        self.model.intercept_ = np.zeros(num_classes)

    def save(self, path):
        np.savez(path, weights=self.model.coef_, bias=self.model.intercept_)

    def load(self, path):
        with np.load(path, allow_pickle=False) as file:
            self.model.coef_, self.model.intercept_ = file["weights"], file["bias"]

    def learn(self, x, y):
        self.model.partial_fit(flat(x), y)

    def losses(self, x, y):
        guesses = self.model.predict_proba(flat(x))
        return -np.log(guesses[np.arange(len(y)), y] + 1e-12), guesses.argmax(axis=1)


def flat(x):
    return x.reshape(len(x), -1).astype(float)


def build_model_and_log(config):
    with wandb.init(project="artifacts-example", job_type="initialize", config=config) as run:
        config = run.config

        model = Linear(**config)

        model_artifact = wandb.Artifact(
            "convnet", type="model", description="Linear classifier, not trained", metadata=dict(config)
        )

        model.save("initialized_model.npz")
        model_artifact.add_file("initialized_model.npz")

        run.save("initialized_model.npz")

        run.log_artifact(model_artifact)


def train(model, training_set, validation_set, config):
    x, y = training_set
    example_ct = 0
    for epoch in range(config.epochs):
        for batch_idx, start in enumerate(range(0, len(x), config.batch_size)):
            data, target = x[start : start + config.batch_size], y[start : start + config.batch_size]
            model.learn(data, target)
            example_ct += len(data)
            if batch_idx % config.batch_log_interval == 0:
                train_log(model.losses(data, target)[0].mean(), example_ct, epoch)

        loss, accuracy = test(model, *validation_set)
        test_log(loss, accuracy, example_ct, epoch)


def test(model, x, y):
    losses, preds = model.losses(x, y)
    return losses.mean(), 100.0 * (preds == y).mean()


def train_log(loss, example_ct, epoch):
    loss = float(loss)

    with wandb.init(project="artifacts-example", job_type="train") as run:
        run.log({"epoch": epoch, "train/loss": loss}, step=example_ct)


def test_log(loss, accuracy, example_ct, epoch):
    loss = float(loss)
    accuracy = float(accuracy)

    with wandb.init() as run:
        run.log({"epoch": epoch, "validation/loss": loss, "validation/accuracy": accuracy}, step=example_ct)


def train_and_log(config):
    with wandb.init(project="artifacts-example", job_type="train", config=config) as run:
        config = run.config

        data = run.use_artifact("mnist-preprocess:latest")
        data_dir = data.download()

        training_set = read(data_dir, "training")
        validation_set = read(data_dir, "validation")

        model_artifact = run.use_artifact("convnet:latest")
        model_dir = model_artifact.download()
        model_path = os.path.join(model_dir, "initialized_model.npz")
        model_config = model_artifact.metadata
        config.update(model_config)

        model = Linear(**model_config)
        model.load(model_path)

        train(model, training_set, validation_set, config)

        model_artifact = wandb.Artifact(
            "trained-model", type="model", description="Trained linear classifier", metadata=dict(model_config)
        )

        model.save("trained_model.npz")
        model_artifact.add_file("trained_model.npz")
        run.save("trained_model.npz")

        run.log_artifact(model_artifact)

    return model


def evaluate_and_log(config=None):
    with wandb.init(project="artifacts-example", job_type="report", config=config) as run:
        data = run.use_artifact("mnist-preprocess:latest")
        data_dir = data.download()
        x, y = read(data_dir, "test")

        model_artifact = run.use_artifact("trained-model:latest")
        model_dir = model_artifact.download()
        model_path = os.path.join(model_dir, "trained_model.npz")
        model_config = model_artifact.metadata

        model = Linear(**model_config)
        model.load(model_path)

        loss, accuracy = test(model, x, y)
        losses, preds = model.losses(x, y)
        hardest = np.argsort(losses)[-32:]

        run.summary.update({"loss": loss, "accuracy": accuracy})

        run.log(
            {
                "high-loss-examples": [
                    wandb.Image(hard_example, caption=str(int(pred)) + "," + str(int(label)))
                    for hard_example, pred, label in zip(x[hardest, 0], preds[hardest], y[hardest], strict=True)
                ]
            }
        )


if __name__ == "__main__":
    load_and_log()
    preprocess_and_log({"normalize": True, "expand_dims": True})
    show_downloads()
    build_model_and_log({"num_classes": 10, "num_inputs": 64, "weight_scale": 0.01, "seed": 0})
    train_and_log({"batch_size": 128, "epochs": 5, "batch_log_interval": 25})
    evaluate_and_log()
    print_lineage("artifacts-example")
