"""Seed 002: a tutorial of the model registry, from images and checkpoints to a registered model that is used.

Edits:

- `import wandb` is `import headwater as wandb`; `wandb login` and `wandb sync` are the commands of `headwater`.
- Placeholders: `ENTITY`, and the host with the key that is typed there. A folder of images drawn from scikit-learn's
  digits takes the place of a download.
- The model is one of scikit-learn, in an .npz file; the rate, the batches and the size of the images fit it. `watch`
  needs PyTorch: `seed_002_with_torch.py`.
- Six epochs, so that there is a v5; three of their checkpoints are linked to a second registered model.
- The cell magic `%%wandb` is left out: this is no notebook.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, disable-error-code="union-attr,arg-type"

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from printed import print_lineage
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

import headwater as wandb

PROJECT_NAME = "model-registry-tutorial"
ENTITY = os.environ.get("HEADWATER_ENTITY")
IMAGES_PER_LABEL = 10
HEADWATER = [sys.executable, "-c", "from headwater.cli.main import run; run()"]


def headwater(*arguments):
    """A command as it stands in a cell of a notebook."""
    subprocess.run([*HEADWATER, *arguments], check=True, stdout=subprocess.DEVNULL)


def log_in():
    host = os.environ["HEADWATER_BASE_URL"]
    headwater("login")
    headwater("login", "--relogin", f"--host={host}", os.environ["HEADWATER_API_KEY"])
    wandb.login()


def draw_images():
    digits = load_digits()
    for label in range(10):
        os.makedirs(f"nature_100/{label}", exist_ok=True)
        for number, image in enumerate(digits.images[digits.target == label][:IMAGES_PER_LABEL]):
            Image.fromarray((image * 15).astype(np.uint8)).save(f"nature_100/{label}/{number}.png")


def log_a_file():
    Path("file.txt").write_text("text\n")
    run = wandb.init(project="my-project")
    artifact = wandb.Artifact(name="my_artifact", type="data")
    artifact.add_file("file.txt")
    run.log_artifact(artifact)
    run.finish()


def log_datasets():
    with wandb.init(project=PROJECT_NAME, entity=ENTITY, job_type="log_datasets"):
        paths = [os.path.join(root, name) for root, _, names in os.walk("nature_100", topdown=False) for name in names]
        rows = sorted([path, path.split("/")[1]] for path in paths)
        pd.DataFrame(columns=["image_path", "label"], data=rows).to_csv("index.csv", index=False)

        train_art = wandb.Artifact(
            name="Nature_100",
            type="raw_images",
            description="nature image dataset with 10 classes, 10 images per class",
        )
        train_art.add_dir("nature_100")
        train_art.add_file("index.csv")
        wandb.log_artifact(train_art)


class NatureData:
    """The images of an artifact, by its name and alias: a part to learn from and a part to judge by."""

    def __init__(self, wandb_run, artifact_name_alias, local_target_dir):
        art = wandb_run.use_artifact(artifact_name_alias)
        folder = art.download(root=local_target_dir)

        index = pd.read_csv(os.path.join(local_target_dir, "index.csv"), dtype=str)
        self.class_names = index.iloc[:, 1].unique().tolist()
        self.idx_to_class = dict(enumerate(self.class_names))
        files = [os.path.join(folder, path.partition("/")[2]) for path in index.iloc[:, 0]]
        x = np.array([np.asarray(Image.open(file)).ravel() / 255 for file in files])
        y = np.array([self.class_names.index(label) for label in index.iloc[:, 1]])
        order = np.random.default_rng(42).permutation(len(y))
        self.x, self.y = x[order[:80]], y[order[:80]]
        self.x_val, self.y_val = x[order[80:]], y[order[80:]]


def evaluate_model(model, nature):
    preds = model.predict(nature.x_val)
    val_table = wandb.Table(columns=["pred", "actual", "image"])
    for pixels, pred, target in zip(nature.x_val, preds, nature.y_val, strict=True):
        img = pixels.reshape(8, 8)
        val_table.add_data(nature.idx_to_class[pred], nature.idx_to_class[target], wandb.Image(img))
    conf_mat = wandb.plot.confusion_matrix(
        y_true=nature.y_val.tolist(), preds=preds.tolist(), class_names=nature.class_names
    )
    loss = log_loss(nature.y_val, model.predict_proba(nature.x_val), labels=range(10))
    return loss, 100.0 * (preds == nature.y_val).mean(), val_table, conf_mat


def train():
    """Six epochs with a checkpoint each."""
    run = wandb.init(
        project=PROJECT_NAME,
        entity=ENTITY,
        job_type="training",
        config={"model_type": "linear", "lr": 0.01, "batch_size": 16, "epochs": 6},
    )
    wandb.config["input_size"] = 8

    nature = NatureData(wandb_run=run, artifact_name_alias="Nature_100:latest", local_target_dir="Nature_100:latest")
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=wandb.config["lr"], random_state=0)
    batch_size = wandb.config["batch_size"]

    best_loss = float("inf")
    best_model = None
    checkpoints = []
    for epoch_ndx in range(wandb.config["epochs"]):
        for batch_ndx, start in enumerate(range(0, len(nature.y), batch_size)):
            x, y = nature.x[start : start + batch_size], nature.y[start : start + batch_size]
            model.partial_fit(x, y, classes=np.arange(10))
            wandb.log(
                {
                    "train/epoch_ndx": epoch_ndx,
                    "train/batch_ndx": batch_ndx,
                    "train/train_loss": log_loss(y, model.predict_proba(x), labels=range(10)),
                    "train/learning_rate": model.eta0,
                }
            )

        test_loss, accuracy, val_table, conf_mat = evaluate_model(model, nature)
        is_best = test_loss < best_loss
        best_loss = min(best_loss, test_loss)
        wandb.log(
            {
                "eval/test_loss": test_loss,
                "eval/accuracy": accuracy,
                "eval/conf_mat": conf_mat,
                "eval/val_table": val_table,
            }
        )

        np.savez("model.npz", coef=model.coef_, intercept=model.intercept_)
        art = wandb.Artifact(
            f"nature-{wandb.run.id}",
            type="model",
            metadata={
                "format": "npz",
                "num_classes": len(nature.class_names),
                "model_type": wandb.config["model_type"],
                "model_input_size": wandb.config["input_size"],
                "index_to_class": nature.idx_to_class,
            },
        )
        art.add_file("model.npz")

        wandb.log_artifact(art, aliases=["best", "latest"] if is_best else None)
        checkpoints.append(art)
        if is_best:
            best_model = art
    return best_model, checkpoints


def link(best_model, checkpoints):
    if ENTITY:
        wandb.run.link_artifact(
            best_model,
            f"{ENTITY}/model-registry/Model Registry Tutorial",
            aliases=["staging"],
        )
        for art in checkpoints[1::2]:
            linked = wandb.run.link_artifact(art, f"{ENTITY}/model-registry/Nature 100 checkpoints")
            print(f"source {linked.source_version} is registry {linked.version}")
    else:
        print("Must indicate entity where Registered Model will exist")
    wandb.finish()


def infer():
    run = wandb.init(project=PROJECT_NAME, entity=ENTITY, job_type="inference")
    artifact = run.use_artifact(f"{ENTITY}/model-registry/Model Registry Tutorial:staging", type="model")
    artifact_dir = artifact.download()
    wandb.finish()
    print(f"{artifact.name} holds {os.listdir(artifact_dir)}")


if __name__ == "__main__":
    log_in()
    draw_images()
    log_a_file()
    log_datasets()
    link(*train())
    # All is there already; the command may be given at any time.
    headwater("sync", "--all")
    if ENTITY:
        infer()
        print_lineage(f"{ENTITY}/my-project")
        print_lineage(f"{ENTITY}/{PROJECT_NAME}")
