"""Seed 001 with a model of Keras, saved by Keras in one file.

Edits: `import wandb` is `import headwater as wandb`; the entity; Keras itself in the place of TensorFlow's; a smaller
network that is not trained, as in the document.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import os

import keras
import numpy as np
from printed import print_lineage

import headwater as wandb

ENTITY = os.environ["HEADWATER_ENTITY"]


def log():
    config = {"optimizer": "adam", "loss": "categorical_crossentropy"}
    run = wandb.init(entity=ENTITY, project="mnist-experiments", config=config)

    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input(shape=(28, 28, 1)),
            layers.Conv2D(4, kernel_size=(3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss=run.config["loss"], optimizer=run.config["optimizer"], metrics=["accuracy"])

    model_filename = "model.h5"
    local_filepath = "./"
    full_path = os.path.join(local_filepath, model_filename)
    model.save(filepath=full_path)

    run.log_model(path=full_path, name="MNIST")
    run.finish()


def use():
    run = wandb.init(entity=ENTITY, project="mnist-experiments")
    downloaded_model_path = run.use_model(name="MNIST:latest")
    guesses = keras.models.load_model(downloaded_model_path).predict(np.zeros((2, 28, 28, 1)), verbose=0)
    run.finish()
    print(f"{os.path.basename(downloaded_model_path)} gives {guesses.shape}")


if __name__ == "__main__":
    log()
    use()
    print_lineage(f"{ENTITY}/mnist-experiments")
