"""Seed 000 with a model of PyTorch: logged, linked and used as an object.

Edits: those of `seed_000_quick_start.py`, and `model_obj(trust=True)`. A whole PyTorch model is pickled, and reading a
pickle can run code, so that it has to be allowed.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os

import torch
from printed import print_lineage
from sklearn.datasets import load_digits

import headwater as wandb
from headwater.beta.workflows import link_model, log_model, use_model

ENTITY = os.environ["HEADWATER_ENTITY"]
PROJECT = os.environ["HEADWATER_PROJECT"]
REGISTERED = f"{ENTITY}/model-registry/MNIST Grayscale 28x28"

digits = load_digits()
X, Y = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)


def train():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(30):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(X[:1200]), Y[:1200])
        loss.backward()
        optimizer.step()
    wandb.log({"train_loss": loss, "val_loss": torch.nn.functional.cross_entropy(model(X[1200:]), Y[1200:])})
    return model


def log_and_link():
    wandb.init(job_type="train")
    model = train()
    model_is_best = True
    log_model(model, "mnist-nn", aliases=["best"] if model_is_best else [])
    model_version = log_model(model, "mnist_nn")
    link_model(model_version, REGISTERED)
    wandb.finish()


def evaluate():
    wandb.init(job_type="evaluate")
    try:
        use_model(REGISTERED).model_obj()
    except wandb.errors.InvalidInputError as error:
        print(f"refused: {'trust=True' in str(error)}")
    model = use_model(REGISTERED).model_obj(trust=True)
    predictions = model(X[1200:]).argmax(dim=1)
    wandb.log({"accuracy": (predictions == Y[1200:]).float().mean(), "predictions": predictions})
    wandb.finish()


if __name__ == "__main__":
    log_and_link()
    evaluate()
    print_lineage(f"{ENTITY}/{PROJECT}")
