"""The callbacks for Keras, with Keras itself."""

import os
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import headwater
from headwater.errors import InvalidInputError
from sdk.integration.seen import rows_of, table_of

BACKENDS = [name for name in ("tensorflow", "torch", "jax") if find_spec(name) is not None]
os.environ.setdefault("KERAS_BACKEND", BACKENDS[0] if BACKENDS else "tensorflow")
keras = pytest.importorskip("keras", reason="Keras is not installed", exc_type=ImportError)

from headwater.integration import keras as integration  # noqa: E402
from headwater.keras import WandbCallback, WandbMetricsLogger, WandbModelCheckpoint  # noqa: E402

# Keras itself calls numpy in an older way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

rng = np.random.default_rng(0)
IMAGES = rng.random((40, 6, 6, 1)).astype("float32")
CLASSES = (IMAGES.mean(axis=(1, 2, 3)) > 0.5).astype("int64")


def classifier(classes: int = 2) -> Any:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6, 6, 1)), layers.Flatten(), layers.Dense(classes, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def fit(model: Any, *callbacks: Any, **options: Any) -> None:
    options = {"epochs": 3, "validation_data": (IMAGES[:10], CLASSES[:10]), "verbose": 0, **options}
    model.fit(IMAGES[10:], CLASSES[10:], batch_size=10, callbacks=list(callbacks), **options)


def test_each_epoch_is_a_record_with_its_metrics_and_the_weights() -> None:
    with headwater.init() as run:
        fit(classifier(), WandbCallback(log_weights=True, save_model=False))

    rows = rows_of(run.path)
    metrics = {"loss", "accuracy", "val_loss", "val_accuracy"}
    weights = {key for key in rows[0] if key.startswith("parameters/")}
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    assert set(rows[0]) == {"_step", "epoch"} | metrics | weights
    assert {key.rpartition(".")[2] for key in weights} == {"kernel", "bias"}
    assert sorted(sum(rows[0][key]["values"]) for key in weights) == [2, 72]


def test_the_best_model_so_far_is_a_version_that_can_be_used() -> None:
    model = classifier()
    with headwater.init() as run:
        fit(model, WandbCallback(monitor="val_accuracy"))
        kept = headwater.summary["best_val_accuracy"], headwater.summary["best_epoch"]

    best = headwater.Api().artifact(f"model-{run.id}:best")
    accuracies = [row["val_accuracy"] for row in rows_of(run.path)]
    assert best.type == "model"
    assert kept == (max(accuracies), accuracies.index(max(accuracies)))
    assert (best.metadata["val_accuracy"], best.metadata["epoch"]) == kept
    with headwater.init() as later:
        read = headwater.beta.workflows.use_model(f"model-{run.id}:best").model_obj()
    assert read.predict(IMAGES, verbose=0).shape == (40, 2)
    assert [used.name for used in headwater.Api().run(later.path).used_artifacts()] == [best.name]


@pytest.mark.parametrize("options", [{}, {"validation_data": None, "validation_split": 0.5}])
def test_the_predictions_for_the_validation_data_are_a_table(options: dict[str, Any]) -> None:
    model = classifier()
    with headwater.init() as run:
        fit(model, WandbCallback(log_evaluation=True, save_model=False, labels=["dark", "light"]), **options)

    table = table_of(f"run-{run.id}-evaluation:latest", "evaluation")
    inputs, targets = (IMAGES[:10], CLASSES[:10]) if not options else (IMAGES[25:], CLASSES[25:])
    scores = model.predict(inputs, verbose=0)
    assert table.columns == ["input", "target", "prediction", "score"]
    assert table.get_column("target") == [["dark", "light"][target] for target in targets]
    assert table.get_column("prediction") == [["dark", "light"][guess] for guess in scores.argmax(axis=1)]
    assert table.get_column("score") == pytest.approx(scores.max(axis=1).tolist())
    assert (table.data[0][0].width, table.data[0][0].height) == (6, 6)


def test_a_regression_on_batches_has_numbers_in_its_table() -> None:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    given = rng.random((8, 3)).astype("float32")
    batches = [(given[:4], given[:4].sum(axis=1)), (given[4:], given[4:].sum(axis=1))]
    with headwater.init() as run:
        callback = WandbCallback(log_evaluation=True, save_model=False, validation_data=batches, evaluation_rows=6)
        model.fit(given, given.sum(axis=1), verbose=0, callbacks=[callback])

    table = table_of(f"run-{run.id}-evaluation:latest", "evaluation")
    assert table.columns == ["input", "target", "prediction"]
    assert len(table) == 6
    assert np.array_equal(table.get_column("input", convert_to="numpy"), given[:6])
    assert table.get_column("target") == pytest.approx(given[:6].sum(axis=1).tolist())
    assert table.get_column("prediction") == pytest.approx(model.predict(given[:6], verbose=0)[:, 0].tolist())


def test_targets_that_share_out_one_are_classes_and_others_are_numbers() -> None:
    scores = np.array([[0.2, 0.8], [0.9, 0.1]])

    shares = integration._table(np.zeros((2, 3)), np.array([[0.0, 1.0], [0.0, 1.0]]), scores, None)
    numbers = integration._table(np.zeros((2, 3)), np.array([[3.0, 1.0], [0.0, 1.0]]), scores, None)
    indices = integration._table(np.zeros((2, 3)), np.array([[1], [0]]), scores, ["no"])

    assert [row[1:] for row in shares.data] == [[1, 1, 0.8], [1, 0, 0.9]]
    assert numbers.columns == ["input", "target", "prediction"]
    assert [row[1:] for row in indices.data] == [[1, 1, 0.8], ["no", "no", 0.9]]


def test_a_model_of_two_inputs_trains_on_without_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    ends = [keras.layers.Input((2,)), keras.layers.Input((2,))]
    model = keras.Model(ends, keras.layers.Dense(1)(keras.layers.concatenate(ends)))
    model.compile(loss="mse", optimizer="sgd")
    given, targets = [np.ones((4, 2)), np.ones((4, 2))], np.ones((4, 1))
    with headwater.init() as run:
        callback = WandbCallback(log_evaluation=True, save_model=False)
        model.fit(given, targets, validation_data=(given, targets), verbose=0, callbacks=[callback])

    assert [set(row) for row in rows_of(run.path)] == [{"_step", "epoch", "loss", "val_loss"}]
    assert "WandbCallback(log_evaluation=True) needs one input and one output." in capsys.readouterr().err


def test_a_model_that_is_a_class_of_its_own_has_its_table_too() -> None:
    class Line(keras.Model):  # type: ignore[misc, name-defined]  # it is not there for the type checker
        def __init__(self) -> None:
            super().__init__()
            self.layer = keras.layers.Dense(1)

        def call(self, given: Any) -> Any:
            return self.layer(given)

    model = Line()
    model.compile(loss="mse", optimizer="sgd")
    given, targets = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    with headwater.init() as run:
        callback = WandbCallback(log_evaluation=True, save_model=False)
        model.fit(given, targets, validation_data=(given, targets), verbose=0, callbacks=[callback])

    assert len(table_of(f"run-{run.id}-evaluation:latest", "evaluation")) == 4


def test_inputs_by_name_let_the_training_end_without_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    end = keras.layers.Input((2,), name="x")
    model = keras.Model({"x": end}, keras.layers.Dense(1)(end))
    model.compile(loss="mse", optimizer="sgd")
    given, targets = {"x": np.ones((4, 2), "float32")}, np.ones((4, 1), "float32")
    with headwater.init():
        callback = WandbCallback(log_evaluation=True, save_model=False)
        model.fit(given, targets, validation_data=(given, targets), verbose=0, callbacks=[callback])

    assert "WandbCallback(log_evaluation=True) needs one input and one output." in capsys.readouterr().err


def test_metrics_of_epochs_and_batches_have_their_own_axes() -> None:
    with headwater.init() as run:
        fit(classifier(), WandbMetricsLogger(log_freq=2), epochs=2)

    rows = rows_of(run.path)
    assert [row["batch/batch_step"] for row in rows if "batch/batch_step" in row] == [1, 3, 4, 6]
    assert [row["epoch/epoch"] for row in rows if "epoch/epoch" in row] == [0, 1]
    assert {"epoch/loss", "epoch/val_accuracy", "epoch/learning_rate"} <= set(rows[-1])
    assert rows[-1]["epoch/learning_rate"] == pytest.approx(0.001)


def test_each_file_of_a_checkpoint_is_a_version(tmp_path: Any) -> None:
    with headwater.init() as run:
        fit(classifier(), WandbModelCheckpoint(tmp_path / "at-{epoch}.keras"))

    versions = list(headwater.Api().artifacts(name=f"model-{run.id}", order="index"))
    assert [list(version.entries) for version in versions] == [["at-1.keras"], ["at-2.keras"], ["at-3.keras"]]
    assert [set(version.aliases) for version in versions] == [{"epoch_0"}, {"epoch_1"}, {"epoch_2", "latest"}]


def test_what_cannot_be_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidInputError, match="WandbCallback needs an open run"):
        WandbCallback()
    with headwater.init():
        with pytest.raises(InvalidInputError, match="mode is 'up'; it must be 'auto', 'min' or 'max'"):
            WandbCallback(mode="up")
        with pytest.raises(TypeError, match="WandbCallback has no argument 'weights'"):
            WandbCallback(weights=True)
        callback = WandbCallback(log_evaluation=True, save_model=False, save_graph=False)
        fit(classifier(), callback, validation_data=None, epochs=1)

    told = capsys.readouterr().err
    assert "WandbCallback has no use for save_graph." in told
    assert "finds no validation data" in told
