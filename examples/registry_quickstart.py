"""A model's way into the registry and out again, in the calls of another tracker's quick start.

    python examples/registry_quickstart.py --entity ana

Only the import line says that it is Headwater. The model is one of scikit-learn; each block is a program of its own.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, disable-error-code="union-attr,arg-type"

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import headwater as wandb
import headwater as wb
from headwater.beta.workflows import link_model, log_model, use_model

REGISTERED = "MNIST Grayscale 28x28"


def split():
    digits = load_digits()
    x, y = digits.data / 16, digits.target
    return (x[:1200], y[:1200]), (x[1200:], y[1200:])


def log_data():
    """Datasets as artifacts: files of this machine, and what lies elsewhere."""
    with wandb.init(job_type="load-data"):
        for name, (x, y) in zip(("mnist", "mnist-evaluation"), split(), strict=True):
            art = wandb.Artifact(name, "dataset")
            with art.new_file("digits.npz", mode="wb") as file:
                np.savez(file, x=x, y=y)
            wandb.log_artifact(art)


def read(folder):
    with np.load(os.path.join(folder, "digits.npz"), allow_pickle=False) as file:
        return file["x"], file["y"]


def train_with_artifacts(model_is_best):
    """The model as a file, which the program writes and logs by itself."""
    wandb.init(job_type="train")
    dataset = wandb.use_artifact("mnist:latest")
    x, y = read(dataset.download())
    model = LogisticRegression(C=0.01, max_iter=200).fit(x, y)
    np.savez("model.npz", coef=model.coef_, intercept=model.intercept_)

    art = wandb.Artifact(f"mnist-nn-{wandb.run.id}", type="model")
    art.add_file("model.npz", "model.npz")
    wandb.log({"train_loss": 0.345, "val_loss": 0.456})
    if model_is_best:
        wandb.log_artifact(art, aliases=["latest", "best"])
    else:
        wandb.log_artifact(art)
    wandb.run.link_artifact(art, REGISTERED)
    wandb.finish()
    return art.qualified_name


def declare_data(folder, uri):
    """Data that was never logged: it is logged when it is used."""
    with wandb.init(job_type="train"):
        art = wandb.Artifact("dataset_name", "dataset")
        art.add_dir(folder)
        dataset = wandb.use_artifact(art)
        print(f"used {dataset.qualified_name}")

        art = wandb.Artifact("remote_dataset", "dataset")
        art.add_reference(uri)
        dataset = wandb.use_artifact(art)
        print(f"used {dataset.qualified_name}")


def train_with_objects(entity, model_is_best):
    """The model as an object: an adapter writes the files."""
    wandb.init(job_type="train")
    dataset = wandb.use_artifact("mnist:latest")
    x, y = read(dataset.download())
    model = LogisticRegression(max_iter=500).fit(x, y)
    wandb.log({"train_loss": 0.345, "val_loss": 0.456})
    log_model(model, "mnist-nn", aliases=["best"] if model_is_best else [])

    model_version = wb.log_model(model, "mnist_nn")
    link_model(model_version, f"{entity}/model-registry/{REGISTERED}")
    wandb.finish()


def link(entity, project):
    """The three ways to link what was logged before."""
    art = wandb.Api().artifact("mnist-nn:best")
    print(f"linked {art.link(f'{project}/Digits of {project}').qualified_name}")

    wandb.init(job_type="release")
    art = wandb.use_artifact("mnist-nn:best")
    print(f"linked {art.link(f'{entity}/{project}/Digits to compare').qualified_name}")
    wandb.finish()

    wandb.init(job_type="release")
    art = wandb.Artifact("notes", "model")
    with art.new_file("readme.md") as file:
        file.write("Not trained yet.")
    wandb.log_artifact(art)
    print(f"linked {wandb.run.link_artifact(art, 'Drafts').qualified_name}")
    wandb.finish()


def evaluate(entity):
    """Use a version, as files or as an object, and measure it."""
    wandb.init(job_type="evaluate")
    path = wandb.use_artifact(f"{REGISTERED}:latest").download()
    print(f"files: {sorted(os.listdir(path))}")

    model = use_model(f"{entity}/model-registry/{REGISTERED}").model_obj()
    dataset = wandb.use_artifact("mnist-evaluation:latest")
    x, y = read(dataset.download())
    predictions = model.predict(x)
    accuracy = float((predictions == y).mean())
    loss = -np.log(model.predict_proba(x)[np.arange(len(y)), y] + 1e-12).mean()
    wandb.log({"loss": loss, "accuracy": accuracy, "predictions": predictions[:20].tolist()})
    wandb.finish()
    return accuracy


def promote_and_serve(entity):
    """`production` is an alias of the registered model; who serves names nothing else."""
    with wandb.init(job_type="release") as run:
        art = run.use_artifact("mnist_nn:latest")
        art.link(f"{entity}/model-registry/{REGISTERED}", aliases=["production"])

    wandb.init(job_type="serve")
    served = wandb.use_artifact(f"{entity}/model-registry/{REGISTERED}:production")
    for name in ("latest", "v0"):
        assert wandb.use_artifact(f"{entity}/model-registry/{REGISTERED}:{name}").id == served.id
    wandb.finish()
    print(f"production is {served.qualified_name}, which is {served.source_qualified_name}")


def main():
    """Run the steps in order."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entity", default=os.environ.get("HEADWATER_ENTITY"))
    parser.add_argument("--project", default=os.environ.get("HEADWATER_PROJECT", "registry-quickstart"))
    parser.add_argument("--data", help="the URI of data to refer to, such as s3://bucket/folder")
    given = parser.parse_args()
    os.environ["HEADWATER_PROJECT"] = given.project
    entity = given.entity or wandb.Api().default_entity

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data.csv").write_text("1,2,3\n")
        log_data()
        train_with_artifacts(model_is_best=True)
        train_with_objects(entity, model_is_best=True)
        declare_data(folder, given.data or Path(folder).as_uri())
    link(entity, given.project)
    print(f"accuracy {evaluate(entity):.2f}")
    promote_and_serve(entity)


if __name__ == "__main__":
    main()
