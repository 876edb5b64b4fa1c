"""What curves of classifiers are made of: scores sorted once, then counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ._errors import InvalidInputError

MOST_POINTS = 1_000


@dataclass(frozen=True)
class Curve:
    """One class's curve: its name, the points from left to right, and the area below it."""

    name: str
    points: list[tuple[float, float]]
    area: float


def roc_curves(
    y_true: Any, y_probas: Any, labels: Sequence[str] | None, classes: Sequence[Any] | None
) -> Iterator[Curve]:
    """For each class, the rate of true positives over the rate of false ones."""
    import numpy as np

    for name, is_class, scores in _per_class(y_true, y_probas, labels, classes):
        hits, misses = _counted(is_class, scores)
        recall = np.concatenate([[0.0], hits / max(hits[-1], 1)])
        false = np.concatenate([[0.0], misses / max(misses[-1], 1)])
        yield Curve(name, _thinned(false, recall), float(np.trapezoid(recall, false)))


def pr_curves(
    y_true: Any, y_probas: Any, labels: Sequence[str] | None, classes: Sequence[Any] | None
) -> Iterator[Curve]:
    """For each class, precision over recall; the area is the average precision."""
    import numpy as np

    for name, is_class, scores in _per_class(y_true, y_probas, labels, classes):
        hits, misses = _counted(is_class, scores)
        recall = np.concatenate([[0.0], hits / max(hits[-1], 1)])
        precision = np.concatenate([[1.0], hits / (hits + misses)])
        yield Curve(name, _thinned(recall, precision), float(np.sum(np.diff(recall) * precision[1:])))


def _per_class(
    y_true: Any, y_probas: Any, labels: Sequence[str] | None, classes: Sequence[Any] | None
) -> Iterator[tuple[str, Any, Any]]:
    """Of each class: its name, which examples are of it, and its score for each."""
    try:
        import numpy as np
    except ImportError as error:
        raise InvalidInputError("Curves need numpy: pip install numpy.") from error
    if y_true is None or y_probas is None:
        raise InvalidInputError("A curve needs y_true=, the true classes, and y_probas=, a score for each class.")
    truth, scores = np.asarray(_plain(y_true)).reshape(-1), np.asarray(_plain(y_probas), dtype=np.float64)
    if scores.ndim == 1:
        # The score of the second of two classes.
        scores = np.stack([1 - scores, scores], axis=1)
    if scores.ndim != 2 or len(scores) != len(truth) or not len(truth):
        raise InvalidInputError(
            f"y_probas needs a row of scores for each of the {len(truth)} examples of y_true, not {scores.shape}."
        )
    if not np.isfinite(scores).all():
        raise InvalidInputError("y_probas holds values that are no number.")
    for index, value in enumerate(_class_values(truth, scores.shape[1], labels)):
        name = str(labels[index]) if labels is not None else str(value)
        if classes is None or value in classes or name in classes:
            yield name, truth == value, scores[:, index]


def _plain(values: Any) -> Any:
    return values.detach().cpu() if hasattr(values, "detach") else values


def _class_values(truth: Any, count: int, labels: Sequence[str] | None) -> list[Any]:
    """The value in `y_true` that stands for each column of scores."""
    import numpy as np

    if labels is not None and len(labels) != count:
        raise InvalidInputError(f"There are {len(labels)} labels and {count} columns of scores.", field="labels")
    found: list[Any] = np.unique(truth).tolist()
    if all(isinstance(value, int | float) for value in found) and all(value in range(count) for value in found):
        return list(range(count))
    if labels is not None and set(found) <= set(labels):
        return list(labels)
    if len(found) != count:
        raise InvalidInputError(f"y_true has {len(found)} classes, y_probas has scores for {count}.")
    return found


def _counted(is_class: Any, scores: Any) -> tuple[Any, Any]:
    """How many examples of the class, and of others, have at least each score that occurs, the highest first."""
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(is_class[order])
    # Of equal scores only the last counts: no threshold lies between them.
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    return hits[ends], ends + 1 - hits[ends]


def _thinned(x: Any, y: Any) -> list[tuple[float, float]]:
    import numpy as np

    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).round().astype(int))
    return [(float(x[index]), float(y[index])) for index in kept]
