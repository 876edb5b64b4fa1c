"""Code written for another tracker's calls, run on Headwater: only the import line says so.

    python examples/seed_style.py

The steps are wrapped as many tutorials do it: a function with the logic, and a second one that logs it. The training
loop starts a run inside a run; the inner `init` returns the run that is already there.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

import headwater as wandb

PROJECT = os.environ.get("HEADWATER_PROJECT", "artifacts-example")


def load(train_size=1200, validation_size=300):
    """Split the digits into training, validation and test."""
    digits = load_digits()
    x, y = digits.images, digits.target
    cuts = [train_size, train_size + validation_size]
    return list(zip(np.split(x, cuts), np.split(y, cuts), strict=True))


def load_and_log():
    with wandb.init(project=PROJECT, job_type="load-data") as run:
        datasets = load()
        names = ["training", "validation", "test"]

        raw_data = wandb.Artifact(
            "digits-raw",
            type="dataset",
            description="Raw digits, split into training, validation and test",
            metadata={"source": "sklearn.datasets.load_digits", "sizes": [len(y) for _, y in datasets]},
        )

        for name, (x, y) in zip(names, datasets, strict=True):
            with raw_data.new_file(name + ".npz", mode="wb") as file:
                np.savez(file, x=x, y=y)

        run.log_artifact(raw_data)


def preprocess(x, y, normalize=True, flatten=True):
    if normalize:
        x = x / 16
    if flatten:
        x = x.reshape(len(x), -1)
    return x, y


def preprocess_and_log(steps):
    with wandb.init(project=PROJECT, job_type="preprocess-data") as run:
        processed_data = wandb.Artifact(
            "digits-preprocess", type="dataset", description="Preprocessed digits", metadata=steps
        )

        raw_data_artifact = run.use_artifact("digits-raw:latest")
        raw_dataset = raw_data_artifact.download()

        for split in ["training", "validation", "test"]:
            x, y = preprocess(*read(raw_dataset, split), **steps)
            with processed_data.new_file(split + ".npz", mode="wb") as file:
                np.savez(file, x=x, y=y)

        run.log_artifact(processed_data)


def read(data_dir, split):
    with np.load(os.path.join(data_dir, split + ".npz"), allow_pickle=False) as file:
        return file["x"], file["y"]


def build_model_and_log(config):
    with wandb.init(project=PROJECT, job_type="initialize", config=config) as run:
        config = run.config

        model_artifact = wandb.Artifact(
            "linear", type="model", description="Linear classifier, not trained", metadata=dict(config)
        )

        generator = np.random.default_rng(config["seed"])
        weights = generator.normal(scale=0.01, size=(config["num_classes"], config["num_inputs"]))
        np.savez("initialized_model.npz", weights=weights, bias=np.zeros(config["num_classes"]))
        model_artifact.add_file("initialized_model.npz")

        run.save("initialized_model.npz")
        run.log_artifact(model_artifact)


def train(model, training_set, validation_set, config):
    x, y = training_set
    example_ct = 0
    for epoch in range(config.epochs):
        model.fit(x, y, coef_init=model.coef_, intercept_init=model.intercept_)
        example_ct += len(x)
        train_log(test(model, x, y)[0], example_ct, epoch)

        loss, accuracy = test(model, *validation_set)
        test_log(loss, accuracy, example_ct, epoch)


def test(model, x, y):
    guesses = predict(model.coef_, model.intercept_, x)
    loss = -np.log(guesses[np.arange(len(y)), y] + 1e-12).mean()
    return loss, 100.0 * (guesses.argmax(axis=1) == y).mean()


def predict(weights, bias, x):
    scores = x @ weights.T + bias
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def train_log(loss, example_ct, epoch):
    with wandb.init(project=PROJECT, job_type="train") as run:
        run.log({"epoch": epoch, "train/loss": float(loss)}, step=example_ct)


def test_log(loss, accuracy, example_ct, epoch):
    with wandb.init() as run:
        run.log(
            {"epoch": epoch, "validation/loss": float(loss), "validation/accuracy": float(accuracy)}, step=example_ct
        )


def train_and_log(config):
    with wandb.init(project=PROJECT, job_type="train", config=config) as run:
        config = run.config

        data = run.use_artifact("digits-preprocess:latest")
        data_dir = data.download()
        training_set = read(data_dir, "training")
        validation_set = read(data_dir, "validation")

        model_artifact = run.use_artifact("linear:latest")
        model_dir = model_artifact.download()
        model_config = model_artifact.metadata
        config.update(model_config)

        model = SGDClassifier(loss=config.loss, max_iter=1, tol=None, random_state=config.seed)
        model.coef_, model.intercept_ = read_model(os.path.join(model_dir, "initialized_model.npz"))
        train(model, training_set, validation_set, config)

        model_artifact = wandb.Artifact(
            "trained-model", type="model", description="Trained linear classifier", metadata=dict(model_config)
        )

        np.savez("trained_model.npz", weights=model.coef_, bias=model.intercept_)
        model_artifact.add_file("trained_model.npz")
        run.save("trained_model.npz")

        run.log_artifact(model_artifact)

    return model


def evaluate_and_log(config=None):
    with wandb.init(project=PROJECT, job_type="report", config=config) as run:
        data = run.use_artifact("digits-preprocess:latest")
        x, y = read(data.download(), "test")

        model_artifact = run.use_artifact("trained-model:latest")
        model_path = os.path.join(model_artifact.download(), "trained_model.npz")
        weights, bias = read_model(model_path)
        guesses = predict(weights, bias, x)

        losses = -np.log(guesses[np.arange(len(y)), y] + 1e-12)
        preds = guesses.argmax(axis=1)
        run.summary.update({"loss": losses.mean(), "accuracy": 100.0 * (preds == y).mean()})

        hardest = np.argsort(losses)[-32:]
        run.log(
            {
                "high-loss-examples": [
                    wandb.Image(x[i].reshape(8, 8), caption=str(int(preds[i])) + "," + str(int(y[i]))) for i in hardest
                ]
            }
        )


def read_model(path):
    with np.load(path, allow_pickle=False) as file:
        return file["weights"], file["bias"]


def main():
    """Run the five steps in order."""
    load_and_log()
    preprocess_and_log({"normalize": True, "flatten": True})
    build_model_and_log({"num_inputs": 64, "num_classes": 10, "loss": "log_loss", "seed": 0})
    train_and_log({"epochs": 5})
    evaluate_and_log()


if __name__ == "__main__":
    main()
