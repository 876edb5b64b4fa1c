"""Plots to log: `run.log({"confusion": headwater.plot.confusion_matrix(y_true=…, preds=…)})`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Self

import orjson

from ._curves import Curve, pr_curves, roc_curves
from ._errors import InvalidInputError
from ._media import Kept, Media
from ._notices import tell_once
from ._table import Table

__all__ = [
    "Plot",
    "bar",
    "confusion_matrix",
    "histogram",
    "line",
    "line_series",
    "pr_curve",
    "roc_curve",
    "scatter",
]

MAX_CLASSES = 1_000
MAX_POINTS = 10_000


class Plot(Media):
    """A plot to log, as a Vega-Lite document.

    Args:
        spec: The document; data included.
        title: A text shown above it.
    """

    _kind = "plot"
    _folder = "plots"

    def __init__(self, spec: dict[str, Any], title: str | None = None) -> None:
        self.spec = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec}
        if title is not None:
            self.spec["title"] = title

    def _ending(self) -> str:
        return ".vl.json"

    def _kept(self) -> Kept:
        content = orjson.dumps(self.spec, option=orjson.OPT_SORT_KEYS)
        return Kept(content, {"title": self.spec.get("title"), "format": "vega-lite"})

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        return cls(orjson.loads(kept.content))


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


def roc_curve(
    y_true: Any = None,
    y_probas: Any = None,
    labels: Sequence[str] | None = None,
    classes_to_plot: Sequence[Any] | None = None,
    title: str | None = None,
) -> Plot:
    """For each class, the rate of true positives over the rate of false positives, with the area below.

    Args:
        y_true: The true class of each example: its index, or one of `labels`.
        y_probas: Per example a score for each class; for two classes also just that of the second.
        labels: The names of the classes, in the order of the scores.
        classes_to_plot: Only these classes.
        title: A text shown above it; "ROC" if not given.

    Raises:
        InvalidInputError: if the numbers of examples or classes differ.
    """
    curves = roc_curves(y_true, y_probas, labels, classes_to_plot)
    axes = ("False positive rate", "True positive rate")
    return Plot(_curves(curves, *axes, measure="AUC"), title or "ROC")


def pr_curve(
    y_true: Any = None,
    y_probas: Any = None,
    labels: Sequence[str] | None = None,
    classes_to_plot: Sequence[Any] | None = None,
    title: str | None = None,
) -> Plot:
    """For each class, precision over recall, with the average precision. Arguments as for `roc_curve`.

    Raises:
        InvalidInputError: if the numbers of examples or classes differ.
    """
    curves = pr_curves(y_true, y_probas, labels, classes_to_plot)
    return Plot(_curves(curves, "Recall", "Precision", measure="AP"), title or "Precision and recall")


def line(table: Table, x: str, y: str, stroke: str | None = None, title: str | None = None) -> Plot:
    """A line through the rows of a table.

    Args:
        table: The table. Of more than 10,000 rows the first are drawn, with a notice; so for all plots of tables.
        x: The column along the horizontal axis.
        y: The column along the vertical axis.
        stroke: A column that tells several lines apart.
        title: A text shown above it.

    Raises:
        NotFoundError: if there is no such column.
    """
    color = {} if stroke is None else {"color": _nominal(stroke)}
    encoding = {"x": _axis(table, x), "y": _axis(table, y), **color}
    return _of_table(table, [x, y, *([stroke] if stroke else [])], "line", encoding, title)


def scatter(table: Table, x: str, y: str, title: str | None = None) -> Plot:
    """A point for each row of a table. Arguments as for `line`."""
    return _of_table(table, [x, y], "point", {"x": _axis(table, x), "y": _axis(table, y)}, title)


def bar(table: Table, label: str, value: str, title: str | None = None) -> Plot:
    """A bar for each row of a table.

    Args:
        table: The table.
        label: The column with the names of the bars.
        value: The column with their lengths.
        title: A text shown above it.

    Raises:
        NotFoundError: if there is no such column.
    """
    encoding = {"y": {**_nominal(label), "sort": None}, "x": _axis(table, value)}
    return _of_table(table, [label, value], "bar", encoding, title)


def histogram(table: Table, value: str, title: str | None = None) -> Plot:
    """How often values of a column lie in each of some ranges.

    Args:
        table: The table.
        value: The column.
        title: A text shown above it.

    Raises:
        NotFoundError: if there is no such column.
    """
    encoding = {"x": {**_axis(table, value), "bin": True}, "y": {"aggregate": "count", "title": "Rows"}}
    return _of_table(table, [value], "bar", encoding, title)


def line_series(
    xs: Any, ys: Any, keys: Sequence[str] | None = None, title: str | None = None, xname: str = "x"
) -> Plot:
    """Several lines in one plot.

    Args:
        xs: The places along the horizontal axis: of all lines, or a list of them for each.
        ys: A list of values for each line.
        keys: The names of the lines.
        title: A text shown above it.
        xname: The name of the horizontal axis.

    Raises:
        InvalidInputError: if the numbers differ.
    """
    lines = [_listed(values) for values in _listed(ys)]
    places = _listed(xs)
    each = [_listed(part) for part in places] if places and hasattr(places[0], "__len__") else [places] * len(lines)
    names = [f"line {index}" for index in range(len(lines))] if keys is None else [str(key) for key in keys]
    if not len(names) == len(lines) == len(each) or any(len(x) != len(y) for x, y in zip(each, lines, strict=True)):
        raise InvalidInputError("line_series needs as many xs as ys, line by line, and a key for each line.")
    table = Table(columns=[xname, "value", "line"])
    for name, x, y in zip(names, each, lines, strict=True):
        for place, value in zip(x, y, strict=True):
            table.add_data(place, value, name)
    return line(table, xname, "value", "line", title)


def _of_table(table: Table, columns: list[str], mark: str, encoding: dict[str, Any], title: str | None) -> Plot:
    cells = [_listed(table.get_column(name))[:MAX_POINTS] for name in columns]
    if len(table) > MAX_POINTS:
        tell_once("plot-rows", f"a plot of {len(table):,} rows shows the first {MAX_POINTS:,}")
    rows = [
        {name: _drawable(value) for name, value in zip(columns, row, strict=True)} for row in zip(*cells, strict=True)
    ]
    tooltip = (
        [{"field": _field(name)} for name in columns] if mark != "line" and "aggregate" not in str(encoding) else []
    )
    shown = {**encoding, **({"tooltip": tooltip} if tooltip else {})}
    return Plot({"data": {"values": rows}, "mark": mark, "encoding": shown}, title)


def _drawable(value: Any) -> Any:
    """A cell as a document of Vega-Lite holds it."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value if value is None or isinstance(value, bool | int) else str(value)


def _axis(table: Table, name: str) -> dict[str, Any]:
    cells = [value for value in table.get_column(name) if value is not None]
    if all(hasattr(value, "isoformat") for value in cells) and cells:
        return {"field": _field(name), "title": name, "type": "temporal"}
    is_number = all(isinstance(value, int | float) or hasattr(value, "item") for value in cells)
    return {"field": _field(name), "title": name, "type": "quantitative" if is_number else "nominal"}


def _nominal(name: str) -> dict[str, Any]:
    return {"field": _field(name), "title": name, "type": "nominal"}


def _field(name: str) -> str:
    """A column's name where Vega-Lite would read '.' and brackets as a path."""
    return "".join(f"\\{letter}" if letter in ".[]\\" else letter for letter in name)


def _curves(curves: Iterable[Curve], x: str, y: str, *, measure: str) -> dict[str, Any]:
    rows = [
        {"x": across, "y": up, "class": f"{curve.name} ({measure} {curve.area:.3f})"}
        for curve in curves
        for across, up in curve.points
    ]
    scale = {"domain": [0, 1]}
    return {
        "data": {"values": rows},
        "mark": "line",
        "encoding": {
            "x": {"field": "x", "title": x, "type": "quantitative", "scale": scale},
            "y": {"field": "y", "title": y, "type": "quantitative", "scale": scale},
            "color": {"field": "class", "title": "Class", "type": "nominal"},
            "order": {"field": "x", "type": "quantitative"},
        },
    }


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
