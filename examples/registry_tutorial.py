"""Checkpoints of a project and versions of a registered model, in the calls of another tracker's tutorial.

    HEADWATER_ENTITY=ana python examples/registry_tutorial.py

The two count apart: of six checkpoints three are linked, so v5 of the project is v2 of the registry.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, disable-error-code="union-attr,arg-type"

import csv
import os

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

import headwater as wandb

PROJECT_NAME = os.environ.get("HEADWATER_PROJECT", "model-registry-tutorial")
ENTITY = os.environ.get("HEADWATER_ENTITY")
IMAGES_PER_LABEL = 10


def draw():
    """A folder of images a class, in the place of a download."""
    digits = load_digits()
    for label in range(10):
        os.makedirs(f"nature_100/{label}", exist_ok=True)
        for number, image in enumerate(digits.images[digits.target == label][:IMAGES_PER_LABEL]):
            Image.fromarray((image * 15).astype(np.uint8)).save(f"nature_100/{label}/{number}.png")


def log_datasets():
    with wandb.init(project=PROJECT_NAME, entity=ENTITY, job_type="log_datasets"):
        img_paths = []
        for root, _, files in os.walk("nature_100", topdown=False):
            for name in files:
                img_path = os.path.join(root, name)
                img_paths.append([img_path, img_path.split("/")[1]])

        with open("index.csv", "w", newline="") as file:
            csv.writer(file).writerows([["image_path", "label"], *sorted(img_paths)])

        train_art = wandb.Artifact(
            name="Nature_100",
            type="raw_images",
            description="nature image dataset with 10 classes, 10 images per class",
        )
        train_art.add_dir("nature_100")
        train_art.add_file("index.csv")
        wandb.log_artifact(train_art)


class NatureDataset:
    def __init__(self, wandb_run, artifact_name_alias="Nature_100:latest", local_target_dir="Nature_100:latest"):
        self.local_target_dir = local_target_dir

        art = wandb_run.use_artifact(artifact_name_alias)
        path_at = art.download(root=self.local_target_dir)

        with open(os.path.join(path_at, "index.csv"), newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.class_names = sorted({row["label"] for row in self.rows})
        self.idx_to_class = dict(enumerate(self.class_names))
        self.class_to_idx = {v: k for k, v in enumerate(self.class_names)}

    def arrays(self):
        images = [os.path.join(self.local_target_dir, row["image_path"].partition("/")[2]) for row in self.rows]
        x = np.array([np.asarray(Image.open(image)).ravel() / 255 for image in images])
        return x, np.array([self.class_to_idx[row["label"]] for row in self.rows])


def train():
    """Six epochs with a checkpoint each; the best one is linked with the alias `staging`."""
    run = wandb.init(
        project=PROJECT_NAME,
        entity=ENTITY,
        job_type="training",
        config={"model_type": "linear", "lr": 0.01, "epochs": 6},
    )
    wandb.config["input_size"] = 8
    nature = NatureDataset(run, artifact_name_alias="Nature_100:latest", local_target_dir="Nature_100:latest")
    x, y = nature.arrays()
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=wandb.config["lr"], random_state=0)

    best_loss = float("inf")
    best_model = None
    checkpoints = []
    for epoch_ndx in range(wandb.config["epochs"]):
        model.partial_fit(x, y, classes=np.unique(y))
        test_loss = log_loss(y, model.predict_proba(x))
        is_best = test_loss < best_loss
        best_loss = min(best_loss, test_loss)
        wandb.log({"train/epoch_ndx": epoch_ndx, "train/train_loss": test_loss})
        conf_mat = wandb.plot.confusion_matrix(
            y_true=y.tolist(), preds=model.predict(x).tolist(), class_names=nature.class_names
        )
        wandb.log({"eval/test_loss": test_loss, "eval/accuracy": model.score(x, y), "eval/conf_mat": conf_mat})

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

    if ENTITY:
        wandb.run.link_artifact(
            best_model,
            f"{ENTITY}/model-registry/Model Registry Tutorial",
            aliases=["staging"],
        )
        # What is worth keeping of the others is linked too, and counted anew there.
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


def main():
    """Run the steps in order."""
    draw()
    log_datasets()
    train()
    if ENTITY:
        infer()


if __name__ == "__main__":
    main()
