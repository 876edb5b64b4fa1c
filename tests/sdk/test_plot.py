"""The confusion matrix, as a Vega-Lite document."""

import json
from typing import Any

import numpy as np
import pytest

from headwater import plot
from headwater.errors import InvalidInputError


def counts(made: plot.Plot) -> dict[tuple[str, str], int]:
    return {(row["actual"], row["predicted"]): row["count"] for row in made.spec["data"]["values"]}


def test_it_counts_each_pair_of_classes() -> None:
    made = plot.confusion_matrix(y_true=[0, 1, 1, 0], preds=[0, 1, 0, 0], class_names=["cat", "dog"])

    assert counts(made) == {("cat", "cat"): 2, ("cat", "dog"): 0, ("dog", "cat"): 1, ("dog", "dog"): 1}
    assert made.spec["title"] == "Confusion matrix"
    assert made.spec["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"


@pytest.mark.parametrize(
    ("truth", "predicted"),
    [
        (np.array([0, 1]), np.array([1, 1])),
        ([np.int64(0), np.int64(1)], [np.int64(1), np.int64(1)]),
        ([[0], [1]], np.array([[1], [1]])),
        ([0.0, 1.0], [1.0, 1.0]),
    ],
)
def test_arrays_columns_and_scalars_are_classes(truth: Any, predicted: Any) -> None:
    made = plot.confusion_matrix(y_true=truth, preds=predicted)

    assert counts(made) == {("0", "0"): 0, ("0", "1"): 1, ("1", "0"): 0, ("1", "1"): 1}


def test_scores_stand_for_the_class_with_the_largest() -> None:
    made = plot.confusion_matrix(y_true=[0, 1], probs=np.array([[0.9, 0.1], [0.6, 0.4]]), title="Scores")

    assert counts(made) == {("0", "0"): 1, ("0", "1"): 0, ("1", "0"): 1, ("1", "1"): 0}
    assert made.spec["title"] == "Scores"


def test_names_may_be_given_as_classes() -> None:
    made = plot.confusion_matrix(y_true=["b", "a"], preds=["a", "a"])

    assert counts(made) == {("a", "a"): 1, ("a", "b"): 0, ("b", "a"): 1, ("b", "b"): 0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y_true": [0]}, "exactly one of preds= and probs="),
        ({"y_true": [0], "preds": [0], "probs": [[1.0]]}, "exactly one of preds= and probs="),
        ({"preds": [0]}, "needs y_true="),
        ({"y_true": [0, 1], "preds": [0]}, "2 true classes and 1 predictions"),
        ({"y_true": [2], "preds": [0], "class_names": ["a", "b"]}, "The class 2 is not among the 2 classes"),
        ({"y_true": [0], "preds": [5000]}, "5,001 classes; a confusion matrix shows at most 1,000"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        plot.confusion_matrix(**arguments)


def test_the_file_holds_the_document_and_the_value_names_it() -> None:
    made = plot.confusion_matrix(y_true=[0], preds=[0])

    file = made.as_file("eval/conf_mat", 3)

    assert json.loads(file.content) == made.spec
    assert file.path.startswith("media/plots/eval/conf_mat_3_") and file.path.endswith(".vl.json")
    assert file.value == {
        "_type": "plot",
        "path": file.path,
        "digest": file.value["digest"],
        "size": len(file.content),
        "title": "Confusion matrix",
        "format": "vega-lite",
    }
