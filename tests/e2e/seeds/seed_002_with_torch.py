"""Seed 002 with PyTorch: a watched model, data by a module of Lightning, and checkpoints in ONNX.

Edits: those of `seed_002_register_models.py`, but the model: a small network that is not downloaded, two epochs, and
the ONNX version that today's PyTorch writes.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, disable-error-code="misc,union-attr,arg-type"

import os

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from PIL import Image
from printed import print_lineage
from seed_002_register_models import ENTITY, PROJECT_NAME, draw_images, infer, link, log_datasets
from torch.utils.data import DataLoader, TensorDataset

import headwater as wandb


class NatureModule(pl.LightningDataModule):
    """The images of an artifact, by its name and alias."""

    def __init__(self, wandb_run, artifact_name_alias, local_target_dir, batch_size, input_size):
        super().__init__()
        self.wandb_run, self.artifact_name_alias, self.local_target_dir = (
            wandb_run,
            artifact_name_alias,
            local_target_dir,
        )
        self.batch_size, self.input_size = batch_size, input_size

    def setup(self, stage=None):
        art = self.wandb_run.use_artifact(self.artifact_name_alias)
        folder = art.download(root=self.local_target_dir)
        index = pd.read_csv(os.path.join(self.local_target_dir, "index.csv"), dtype=str)
        self.class_names = index["label"].unique().tolist()
        self.idx_to_class = dict(enumerate(self.class_names))
        size = (self.input_size, self.input_size)
        files = [os.path.join(folder, path.partition("/")[2]) for path in index["image_path"]]
        x = np.array([np.asarray(Image.open(file).resize(size), dtype=np.float32)[None] / 255 for file in files])
        y = np.array([self.class_names.index(label) for label in index["label"]])
        parts = torch.randperm(len(y), generator=torch.Generator().manual_seed(42)).split([80, 20])
        self.nature_train, self.nature_val = (
            TensorDataset(torch.tensor(x)[part], torch.tensor(y)[part]) for part in parts
        )

    def train_dataloader(self):
        return DataLoader(self.nature_train, batch_size=self.batch_size)

    def val_dataloader(self):
        return DataLoader(self.nature_val, batch_size=self.batch_size)


def evaluate_model(model, nature):
    model.eval()
    preds, actual, loss = [], [], 0.0
    val_table = wandb.Table(columns=["pred", "actual", "image"])
    with torch.no_grad():
        for data, target in nature.val_dataloader():
            output = model(data)
            loss += F.cross_entropy(output, target, reduction="sum").item()
            pred = output.argmax(dim=1)
            preds += pred.tolist()
            actual += target.tolist()
            for img, guess, truth in zip(data, pred, target, strict=True):
                img = img.numpy().transpose(1, 2, 0)
                val_table.add_data(nature.idx_to_class[int(guess)], nature.idx_to_class[int(truth)], wandb.Image(img))
    conf_mat = wandb.plot.confusion_matrix(y_true=actual, preds=preds, class_names=nature.class_names)
    accuracy = 100.0 * sum(map(int.__eq__, preds, actual)) / len(actual)
    return loss / len(actual), accuracy, val_table, conf_mat


def export(model, size):
    x = torch.randn(1, 1, size, size, requires_grad=True)
    torch.onnx.export(
        model,
        x,
        "model.onnx",
        export_params=True,
        opset_version=18,
        do_constant_folding=True,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": {0: "batch_size"}, "output": {0: "batch_size"}},
        verbose=False,
    )


def train():
    run = wandb.init(
        project=PROJECT_NAME,
        entity=ENTITY,
        job_type="training",
        config={"model_type": "small", "lr": 1.0, "gamma": 0.75, "batch_size": 16, "epochs": 2},
    )

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(4 * 14 * 14, 10)
    )
    wandb.watch(model)

    wandb.config["input_size"] = 16

    nature = NatureModule(
        wandb_run=run,
        artifact_name_alias="Nature_100:latest",
        local_target_dir="Nature_100:latest",
        batch_size=wandb.config["batch_size"],
        input_size=wandb.config["input_size"],
    )
    nature.setup()

    optimizer = torch.optim.Adadelta(model.parameters(), lr=wandb.config["lr"])
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=wandb.config["gamma"])
    best_loss, best_model, checkpoints = float("inf"), None, []
    for epoch_ndx in range(wandb.config["epochs"]):
        model.train()
        for batch_ndx, (data, target) in enumerate(nature.train_dataloader()):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(data), target)
            loss.backward()
            optimizer.step()
            wandb.log(
                {
                    "train/epoch_ndx": epoch_ndx,
                    "train/batch_ndx": batch_ndx,
                    "train/train_loss": loss,
                    "train/learning_rate": optimizer.param_groups[0]["lr"],
                }
            )
        scheduler.step()

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

        export(model, wandb.config["input_size"])
        art = wandb.Artifact(
            f"nature-{wandb.run.id}",
            type="model",
            metadata={
                "format": "onnx",
                "num_classes": len(nature.class_names),
                "model_type": wandb.config["model_type"],
                "model_input_size": wandb.config["input_size"],
                "index_to_class": nature.idx_to_class,
            },
        )
        art.add_file("model.onnx")
        wandb.log_artifact(art, aliases=["best", "latest"] if is_best else None)
        checkpoints.append(art)
        if is_best:
            best_model = art
    return best_model, checkpoints


if __name__ == "__main__":
    draw_images()
    log_datasets()
    link(*train())
    infer()
    print_lineage(f"{ENTITY}/{PROJECT_NAME}")
