"""Seed 004 with Keras: the training calls back, and the callback logs metrics, weights, predictions and the best model.

Edits: those of `seed_004_lineage_map.py`, but the model; `from wandb.keras` is `from headwater.keras`; a smaller
network.
"""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import keras
from printed import print_lineage
from seed_004_lineage_map import entity, log_dataset, project, read_dataset
from sklearn.model_selection import train_test_split

import headwater as wandb
from headwater.keras import WandbCallback


def train():
    job_type = "train_model"
    config = {"optimizer": "adam", "batch_size": 128, "epochs": 5, "validation_split": 0.1}
    run = wandb.init(project=project, job_type=job_type, config=config)

    x_train, y_train = read_dataset(run)

    num_classes = 10
    layers = keras.layers
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Input(shape=(28, 28, 1)),
            layers.MaxPooling2D(pool_size=(3, 3)),
            layers.Flatten(),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer=run.config["optimizer"], metrics=["accuracy"])
    y_train = keras.utils.to_categorical(y_train, num_classes)
    x_t, x_v, y_t, y_v = train_test_split(x_train, y_train, test_size=0.33)

    model.fit(
        x=x_t,
        y=y_t,
        batch_size=run.config["batch_size"],
        epochs=run.config["epochs"],
        validation_data=(x_v, y_v),
        callbacks=[WandbCallback(log_weights=True, log_evaluation=True)],
        verbose=0,
    )

    path = "model.h5"
    model.save(path)

    path = "./model.h5"
    registered_model_name = "MNIST-dev"
    name = "mnist_model"

    run.link_model(path=path, registered_model_name=registered_model_name, name=name)
    run.finish()


if __name__ == "__main__":
    log_dataset()
    train()
    print_lineage(f"{entity}/{project}")
