"""Callbacks for Keras: `model.fit(..., callbacks=[WandbCallback()])` in an open run."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from .. import Histogram, Image, Run, Table
from ..beta import workflows
from ..errors import InvalidInputError
from ._common import finite, is_better, log_files, log_saved, model_name, open_run

__all__ = ["WandbCallback", "WandbMetricsLogger", "WandbModelCheckpoint"]

EVALUATION_ROWS = 1_000
_RISING = ("acc", "auc", "precision", "recall", "f1", "f_score", "iou", "r2")


_OTHERS = frozenset(
    (
        "training_data log_gradients predictions generator input_type output_type class_colors log_best_prefix "
        "save_graph validation_indexes validation_row_processor prediction_row_processor infer_missing_processors "
        "compute_flops"
    ).split()
)


class WandbCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not there for the type checker
    """Logs the metrics of each epoch, and the best model so far as an artifact `model-<run id>`.

    Args:
        monitor: The metric by which the best model is chosen. Without validation it is looked for without `val_`.
        mode: "min", "max", or "auto", which goes by the metric's name.
        save_model: Log the model each time it is the best so far, with the alias `best`.
        save_weights_only: Log its weights alone.
        log_weights: Log a histogram of each weight after each epoch, as `parameters/<layer>.<weight>`.
        log_evaluation: Log a table of the model's predictions for the validation data when the training ends.
        validation_data: Pairs for that table, if not those given to `fit`: `(inputs, targets)`.
        labels: The names of the classes, in the order of their indices.
        validation_steps: At most so many batches of validation data that is no array.
        log_batch_frequency: Log the metrics of every so many batches too.
        log_evaluation_frequency: Log the table every so many epochs too.
        evaluation_rows: The table holds at most so many examples, the first ones.
        others: Names that other trackers take and this one has no use for; a notice tells of those given.

    Raises:
        InvalidInputError: if no run is open.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        verbose: int = 0,
        mode: str = "auto",
        save_weights_only: bool = False,
        log_weights: bool = False,
        save_model: bool = True,
        validation_data: Any = None,
        labels: Sequence[str] | None = None,
        log_evaluation: bool = False,
        validation_steps: int | None = None,
        log_batch_frequency: int | None = None,
        log_evaluation_frequency: int = 0,
        *,
        evaluation_rows: int = EVALUATION_ROWS,
        **others: Any,
    ) -> None:
        super().__init__()
        _tell_of_others(open_run("WandbCallback"), others)
        if mode not in ("auto", "min", "max"):
            raise InvalidInputError(f"mode is {mode!r}; it must be 'auto', 'min' or 'max'.", field="mode")
        self.monitor = monitor
        self.verbose = verbose
        self.mode = _direction(monitor) if mode == "auto" else mode
        self.save_weights_only = save_weights_only
        self.log_weights = log_weights
        self.save_model = save_model
        self.validation_data = validation_data
        self.labels = None if labels is None else [str(label) for label in labels]
        self.log_evaluation = log_evaluation
        self.validation_steps = validation_steps
        self.log_batch_frequency = log_batch_frequency
        self.log_evaluation_frequency = log_evaluation_frequency
        self.evaluation_rows = evaluation_rows
        self.best: float | None = None

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Find the validation data that `fit` was given."""
        if self.log_evaluation and self.validation_data is None:
            self.validation_data = _given_to_fit(self.model)
            if self.validation_data is None:
                open_run("WandbCallback")._console.say(
                    "WandbCallback(log_evaluation=True) finds no validation data: give validation_data= to fit."
                )

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of a batch, if asked."""
        if self.log_batch_frequency and batch % self.log_batch_frequency == 0:
            open_run("WandbCallback").log({"batch": batch, **_numbers(logs)})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of an epoch, and the model if it is the best one."""
        run, metrics = open_run("WandbCallback"), _numbers(logs)
        values: dict[str, Any] = {"epoch": epoch, **metrics}
        if self.log_weights:
            values |= _weights(self.model)
        if self.log_evaluation_frequency and (epoch + 1) % self.log_evaluation_frequency == 0:
            values |= self._evaluated()
        run.log(values)
        monitor = self.monitor if self.monitor in metrics else self.monitor.removeprefix("val_")
        if monitor in metrics and is_better(metrics[monitor], self.best, self.mode):
            self.best = metrics[monitor]
            run.summary.update({f"best_{monitor}": self.best, "best_epoch": epoch})
            self._save(run, {"epoch": epoch, **finite(metrics)})

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log the table of predictions, if asked."""
        values = self._evaluated()
        if values:
            open_run("WandbCallback").log(values)

    def _save(self, run: Run, metadata: dict[str, Any]) -> None:
        if not self.save_model:
            return
        if self.save_weights_only:
            log_saved(run, self.model.save_weights, "model.weights.h5", metadata=metadata, aliases=["best"])
        else:
            workflows.log_model(self.model, model_name(run), aliases=["best"], metadata=metadata)

    def _evaluated(self) -> dict[str, Any]:
        if not self.log_evaluation or self.validation_data is None:
            return {}
        if not _has_one_of_each(self.model, self.validation_data):
            self.log_evaluation = False
            open_run("WandbCallback")._console.say("WandbCallback(log_evaluation=True) needs one input and one output.")
            return {}
        inputs, targets = _examples(self.validation_data, self.validation_steps, self.evaluation_rows)
        scores = _array(self.model.predict(inputs, verbose=0))
        return {"evaluation": _table(inputs, targets, scores, self.labels)}


class WandbMetricsLogger(keras.callbacks.Callback):  # type: ignore[misc]  # as above
    """Logs the metrics of each epoch under `epoch/`, and those of batches under `batch/`.

    Args:
        log_freq: "epoch", "batch", or every so many batches.
        initial_global_step: The number of the first batch, for a training that goes on.
    """

    def __init__(self, log_freq: str | int = "epoch", initial_global_step: int = 0) -> None:
        super().__init__()
        run = open_run("WandbMetricsLogger")
        if log_freq not in ("epoch", "batch") and not isinstance(log_freq, int):
            raise InvalidInputError(f"log_freq is {log_freq!r}; it must be 'epoch', 'batch' or a number of batches.")
        self.log_freq = {"epoch": 0, "batch": 1}.get(log_freq, log_freq) if isinstance(log_freq, str) else log_freq
        self.global_step = initial_global_step
        run.define_metric("epoch/*", step_metric="epoch/epoch")
        run.define_metric("batch/*", step_metric="batch/batch_step")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of a batch, if it is its turn."""
        self.global_step += 1
        if self.log_freq and batch % int(self.log_freq) == 0:
            values = {"batch_step": self.global_step, **_numbers(logs), **_learning_rate(self.model)}
            open_run("WandbMetricsLogger").log({"batch": values})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of an epoch."""
        values = {"epoch": epoch, **_numbers(logs), **_learning_rate(self.model)}
        open_run("WandbMetricsLogger").log({"epoch": values})


class WandbModelCheckpoint(keras.callbacks.ModelCheckpoint):  # type: ignore[misc]  # as above
    """Keras's own `ModelCheckpoint`, with each file that it writes logged as an artifact `model-<run id>`."""

    def __init__(self, filepath: Any, **options: Any) -> None:
        super().__init__(filepath, **options)
        open_run("WandbModelCheckpoint")

    def _save_model(self, epoch: int, batch: int | None, logs: Mapping[str, Any]) -> None:
        path = Path(self._get_file_path(epoch, batch, logs))
        before = path.stat().st_mtime_ns if path.exists() else None
        super()._save_model(epoch, batch, logs)
        if path.exists() and path.stat().st_mtime_ns != before:
            metadata = {"epoch": epoch, **finite(logs)}
            log_files(open_run("WandbModelCheckpoint"), path, metadata=metadata, aliases=[f"epoch_{epoch}"])


def _tell_of_others(run: Run, others: Mapping[str, Any]) -> None:
    unknown = sorted(others.keys() - _OTHERS)
    if unknown:
        raise TypeError(f"WandbCallback has no argument {unknown[0]!r}.")
    if others:
        run._console.say(f"WandbCallback has no use for {', '.join(sorted(others))}.")


def _direction(monitor: str) -> str:
    return "max" if any(name in monitor.lower() for name in _RISING) else "min"


def _numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    return {name: float(value) for name, value in (logs or {}).items() if hasattr(value, "__float__")}


def _learning_rate(model: Any) -> dict[str, float]:
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    return {} if rate is None else {"learning_rate": float(_array(rate))}


def _weights(model: Any) -> dict[str, Histogram]:
    """A histogram of each weight of each layer, those within layers too."""
    return {
        f"parameters/{getattr(weight, 'path', weight.name).replace('/', '.')}": Histogram(_array(weight))
        for weight in model.weights
        if "seed_generator" not in getattr(weight, "path", "")
    }


def _given_to_fit(model: Any) -> Any:
    """The validation data of the `fit` that is running, or what it split off; Keras tells callbacks nothing of it."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model:
            return frame.f_locals.get("validation_data")
        frame = frame.f_back
    return None


def _has_one_of_each(model: Any, data: Any) -> bool:
    """Whether a model has one input and one output, as far as it tells: a class of its own does not."""
    if isinstance(data, tuple | list) and len(data) and isinstance(data[0], Mapping):
        return False
    ends = (getattr(model, name, None) for name in ("inputs", "outputs"))
    return all(end is None or len(end) == 1 for end in ends)


def _examples(data: Any, steps: int | None, most: int) -> tuple[Any, Any]:
    """The first examples of validation data: their inputs and targets, as arrays."""
    import numpy as np

    if isinstance(data, tuple | list) and hasattr(data[0], "shape"):
        return data[0][:most], _array(data[1])[:most]
    inputs: list[Any] = []
    targets: list[Any] = []
    batches = (data[number] for number in range(len(data))) if isinstance(data, keras.utils.PyDataset) else data
    for number, batch in enumerate(batches):
        if (steps is not None and number >= steps) or sum(map(len, inputs)) >= most:
            break
        inputs.append(_array(batch[0]))
        targets.append(_array(batch[1]))
    if not inputs:
        raise InvalidInputError("The validation data holds no batch.")
    return np.concatenate(inputs)[:most], np.concatenate(targets)[:most]


def _table(inputs: Any, targets: Any, scores: Any, labels: list[str] | None) -> Table:
    """A row an example: the input, the target and the prediction; for classes also the score of the one predicted."""
    is_classes = scores.ndim == 2 and scores.shape[1] > 1 and _are_classes(targets)
    table = Table(columns=["input", "target", "prediction", *(["score"] if is_classes else [])])
    for given, target, score in zip(_array(inputs), targets, scores, strict=True):
        if is_classes:
            guess = int(score.argmax())
            truth = int(target.argmax()) if target.size > 1 else int(target.reshape(-1)[0])
            table.add_data(_shown(given), _name(truth, labels), _name(guess, labels), float(score[guess]))
        else:
            table.add_data(_shown(given), _cell(target), _cell(score))
    return table


def _are_classes(targets: Any) -> bool:
    """Whether targets are indices of classes, or a share of each class; several numbers may also be a regression."""
    rows = targets.reshape(len(targets), -1)
    return rows.shape[1] == 1 or bool((rows >= 0).all() and (abs(rows.sum(axis=1) - 1) < 1e-3).all())


def _shown(given: Any) -> Any:
    is_image = given.ndim == 2 or (given.ndim == 3 and given.shape[2] in (1, 3, 4))
    return Image(given) if is_image else _cell(given)


def _cell(value: Any) -> Any:
    return value.item() if value.size == 1 else value


def _name(index: int, labels: list[str] | None) -> Any:
    return labels[index] if labels is not None and index < len(labels) else index


def _array(value: Any) -> Any:
    return keras.ops.convert_to_numpy(value)
