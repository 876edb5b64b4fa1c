"""Seed 003 with PyTorch: tensors in datasets, and the states of a network in models.

Edits: `import wandb` is `import headwater as wandb`; scikit-learn's digits instead of a download; a smaller network and
two epochs.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, disable-error-code="misc"

import os

import torch
import torch.nn.functional as F
from printed import print_lineage
from seed_003_datasets_and_models import SPLITS, load, test_log, train_log
from torch.utils.data import DataLoader, TensorDataset

import headwater as wandb


def load_and_log():
    with wandb.init(project="artifacts-example", job_type="load-data") as run:
        datasets = [TensorDataset(torch.tensor(x), torch.tensor(y)) for x, y in load()]

        raw_data = wandb.Artifact(
            "mnist-raw",
            type="dataset",
            description="Raw digits, split into training, validation and test",
            metadata={"source": "sklearn.datasets.load_digits", "sizes": [len(dataset) for dataset in datasets]},
        )

        for name, data in zip(SPLITS, datasets, strict=True):
            with raw_data.new_file(name + ".pt", mode="wb") as file:
                x, y = data.tensors
                torch.save((x, y), file)

        run.log_artifact(raw_data)


def preprocess(dataset, normalize=True, expand_dims=True):
    x, y = dataset.tensors
    x = x.float() / 16 if normalize else x
    return TensorDataset(x.unsqueeze(1) if expand_dims else x, y)


def preprocess_and_log(steps):
    with wandb.init(project="artifacts-example", job_type="preprocess-data") as run:
        processed_data = wandb.Artifact(
            "mnist-preprocess", type="dataset", description="Preprocessed digits", metadata=steps
        )

        raw_data_artifact = run.use_artifact("mnist-raw:latest")
        raw_dataset = raw_data_artifact.download()

        for split in SPLITS:
            processed_dataset = preprocess(read(raw_dataset, split), **steps)
            with processed_data.new_file(split + ".pt", mode="wb") as file:
                torch.save(processed_dataset.tensors, file)

        run.log_artifact(processed_data)


def read(data_dir, split):
    return TensorDataset(*torch.load(os.path.join(data_dir, split + ".pt")))


class ConvNet(torch.nn.Module):
    """A network that is made of a configuration."""

    def __init__(self, hidden_layer_sizes, kernel_sizes, activation, dropout, num_classes):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(1, hidden_layer_sizes[0], kernel_size=kernel_sizes[0]),
            getattr(torch.nn, activation)(),
            torch.nn.Flatten(),
            torch.nn.Dropout(dropout),
            torch.nn.Linear(hidden_layer_sizes[0] * (9 - kernel_sizes[0]) ** 2, num_classes),
        )

    def forward(self, x):
        return self.layers(x)


def build_model_and_log(config):
    with wandb.init(project="artifacts-example", job_type="initialize", config=config) as run:
        config = run.config

        model = ConvNet(**config)

        model_artifact = wandb.Artifact(
            "convnet", type="model", description="Small convolutional network", metadata=dict(config)
        )

        torch.save(model.state_dict(), "initialized_model.pth")
        model_artifact.add_file("initialized_model.pth")

        run.save("initialized_model.pth")

        run.log_artifact(model_artifact)


def train(model, train_loader, valid_loader, config):
    optimizer = getattr(torch.optim, config.optimizer)(model.parameters())
    example_ct = 0
    for epoch in range(config.epochs):
        model.train()
        for batch_idx, (data, target) in enumerate(train_loader):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(data), target)
            loss.backward()
            optimizer.step()
            example_ct += len(data)
            if batch_idx % config.batch_log_interval == 0:
                train_log(loss, example_ct, epoch)
        loss, accuracy = test(model, valid_loader)
        test_log(loss, accuracy, example_ct, epoch)


def test(model, loader):
    losses, preds, labels = outputs(model, loader)
    return losses.mean(), 100.0 * (preds == labels).float().mean()


def outputs(model, loader):
    model.eval()
    with torch.no_grad():
        parts = [
            (F.cross_entropy(found, target, reduction="none"), found.argmax(dim=1), target)
            for found, target in ((model(data), target) for data, target in loader)
        ]
    return (torch.cat(part) for part in zip(*parts, strict=True))


def train_and_log(config):
    with wandb.init(project="artifacts-example", job_type="train", config=config) as run:
        config = run.config

        data = run.use_artifact("mnist-preprocess:latest")
        data_dir = data.download()

        train_loader = DataLoader(read(data_dir, "training"), batch_size=config.batch_size)
        validation_loader = DataLoader(read(data_dir, "validation"), batch_size=config.batch_size)

        model_artifact = run.use_artifact("convnet:latest")
        model_dir = model_artifact.download()
        model_path = os.path.join(model_dir, "initialized_model.pth")
        model_config = model_artifact.metadata
        config.update(model_config)

        model = ConvNet(**model_config)
        model.load_state_dict(torch.load(model_path))

        train(model, train_loader, validation_loader, config)

        model_artifact = wandb.Artifact(
            "trained-model", type="model", description="Trained network", metadata=dict(model_config)
        )

        torch.save(model.state_dict(), "trained_model.pth")
        model_artifact.add_file("trained_model.pth")
        run.save("trained_model.pth")

        run.log_artifact(model_artifact)

    return model


def evaluate_and_log(config=None):
    with wandb.init(project="artifacts-example", job_type="report", config=config) as run:
        data = run.use_artifact("mnist-preprocess:latest")
        data_dir = data.download()
        testing_set = read(data_dir, "test")
        test_loader = DataLoader(testing_set, batch_size=128, shuffle=False)

        model_artifact = run.use_artifact("trained-model:latest")
        model_dir = model_artifact.download()
        model_path = os.path.join(model_dir, "trained_model.pth")
        model_config = model_artifact.metadata

        model = ConvNet(**model_config)
        model.load_state_dict(torch.load(model_path))

        loss, accuracy = test(model, test_loader)
        losses, preds, labels = outputs(model, test_loader)
        hardest = losses.argsort()[-32:]

        run.summary.update({"loss": loss, "accuracy": accuracy})

        run.log(
            {
                "high-loss-examples": [
                    wandb.Image(hard_example, caption=str(int(pred)) + "," + str(int(label)))
                    for hard_example, pred, label in zip(
                        testing_set[hardest][0], preds[hardest], labels[hardest], strict=True
                    )
                ]
            }
        )


if __name__ == "__main__":
    torch.manual_seed(0)
    load_and_log()
    preprocess_and_log({"normalize": True, "expand_dims": True})
    build_model_and_log(
        {"hidden_layer_sizes": [8], "kernel_sizes": [3], "activation": "ReLU", "dropout": 0.5, "num_classes": 10}
    )
    train_and_log({"batch_size": 128, "epochs": 2, "batch_log_interval": 25, "optimizer": "Adam"})
    evaluate_and_log()
    print_lineage("artifacts-example")
