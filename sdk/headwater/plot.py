"""Plots to log: `run.log({"confusion": headwater.plot.confusion_matrix(y_true=…, preds=…)})`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson

from ._errors import InvalidInputError
from ._history import Loggable, MediaFile
from ._media import media_path

__all__ = ["Plot", "confusion_matrix"]

MAX_CLASSES = 1_000


class Plot(Loggable):
    """A plot to log, as a Vega-Lite document.

    Args:
        spec: The document; data included.
        title: A text shown above it.
    """

    def __init__(self, spec: dict[str, Any], title: str | None = None) -> None:
        self.spec = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec}
        if title is not None:
            self.spec["title"] = title

    def as_file(self, key: str, step: int) -> MediaFile:
        """The run file of this plot, logged under a key at a step."""
        content = orjson.dumps(self.spec, option=orjson.OPT_SORT_KEYS)
        path, digest = media_path("plots", key, step, content, ".vl.json")
        title = self.spec.get("title")
        value = {"_type": "plot", "path": path, "digest": digest, "size": len(content), "title": title}
        return MediaFile(path, content, {**value, "format": "vega-lite"})


def confusion_matrix(
    probs: Any = None,
    y_true: Any = None,
    preds: Any = None,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
) -> Plot:
    """How often each class was taken for each other.

    Args:
        probs: Instead of `preds`: per example, a score for each class; the largest one is the prediction.
        y_true: The true class of each example: its index, or one of `class_names`.
        preds: The predicted class of each example, in the same form.
        class_names: The names of the classes, in the order of their indices.
        title: A text shown above it; "Confusion matrix" if not given.

    Raises:
        InvalidInputError: if the numbers of examples differ, a class is unknown, or not exactly one of `preds` and
            `probs` is given.
    """
    if (preds is None) == (probs is None):
        raise InvalidInputError("A confusion matrix needs exactly one of preds= and probs=.")
    if y_true is None:
        raise InvalidInputError("A confusion matrix needs y_true=, the true class of each example.")
    truth = _classes(y_true)
    predicted = _classes(preds) if probs is None else [_largest(row) for row in _listed(probs)]
    if len(truth) != len(predicted):
        raise InvalidInputError(f"There are {len(truth)} true classes and {len(predicted)} predictions.")
    names = _names(truth + predicted, class_names)
    counts = Counter(zip(_indices(truth, names), _indices(predicted, names), strict=True))
    rows = [
        {"actual": actual, "predicted": guess, "count": counts[row, column]}
        for row, actual in enumerate(names)
        for column, guess in enumerate(names)
    ]
    return Plot(_heatmap(rows, names), title or "Confusion matrix")


def _listed(values: Any) -> list[Any]:
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _classes(values: Any) -> list[Any]:
    classes = _listed(values)
    # Frameworks return a column of classes as rows of one.
    while classes and all(isinstance(value, list) and len(value) == 1 for value in classes):
        classes = [value[0] for value in classes]
    classes = [value.item() if hasattr(value, "item") else value for value in classes]
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in classes]


def _largest(row: Any) -> int:
    scores = list(row)
    return max(range(len(scores)), key=scores.__getitem__)


def _names(classes: list[Any], class_names: Sequence[str] | None) -> list[str]:
    if class_names is not None:
        names = [str(name) for name in class_names]
    elif all(isinstance(value, int) for value in classes):
        names = [str(index) for index in range(max(classes, default=-1) + 1)]
    else:
        names = sorted({str(value) for value in classes})
    if len(names) > MAX_CLASSES:
        raise InvalidInputError(f"There are {len(names):,} classes; a confusion matrix shows at most {MAX_CLASSES:,}.")
    return names


def _indices(classes: list[Any], names: list[str]) -> list[int]:
    position = {name: index for index, name in enumerate(names)}
    return [_index(value, position) for value in classes]


def _index(value: Any, position: dict[str, int]) -> int:
    if isinstance(value, int) and 0 <= value < len(position):
        return int(value)
    if isinstance(value, str) and value in position:
        return position[value]
    raise InvalidInputError(f"The class {value!r} is not among the {len(position)} classes.")


def _heatmap(rows: list[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    axes = {
        "x": {"field": "predicted", "type": "nominal", "title": "Predicted", "sort": names},
        "y": {"field": "actual", "type": "nominal", "title": "Actual", "sort": names},
    }
    shade = {"field": "count", "type": "quantitative", "title": "Examples", "scale": {"scheme": "blues"}}
    tooltip = [{"field": name, "type": kind} for name, kind in _COLUMNS]
    return {
        "data": {"values": rows},
        "encoding": axes,
        "layer": [
            {"mark": "rect", "encoding": {"color": shade, "tooltip": tooltip}},
            {"mark": "text", "encoding": {"text": {"field": "count", "type": "quantitative"}}},
        ],
    }


_COLUMNS = (("actual", "nominal"), ("predicted", "nominal"), ("count", "quantitative"))
