"""Plots, as Vega-Lite documents."""

import datetime
import json
from typing import Any

import numpy as np
import pytest

from headwater import Table, plot
from headwater.errors import InvalidInputError, NotFoundError


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


def rows_of(made: plot.Plot) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = made.spec["data"]["values"]
    return rows


def curves_of(made: plot.Plot) -> dict[str, list[tuple[float, float]]]:
    curves: dict[str, list[tuple[float, float]]] = {}
    for row in rows_of(made):
        curves.setdefault(row["class"], []).append((row["x"], row["y"]))
    return curves


def test_a_roc_curve_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score
    from sklearn.metrics import roc_curve as expected

    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 200)
    scores = np.round(random.random(200) * 0.7 + truth * 0.3, 2)

    made = plot.roc_curve(truth, np.stack([1 - scores, scores], axis=1), labels=["no", "yes"], classes_to_plot=["yes"])

    false, true, _ = expected(truth, scores, drop_intermediate=False)
    ((name, points),) = curves_of(made).items()
    assert name == f"yes (AUC {roc_auc_score(truth, scores):.3f})"
    assert np.allclose(points, np.stack([false, true], axis=1))
    assert made.spec["title"] == "ROC"


def test_a_curve_of_precision_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    random = np.random.default_rng(1)
    truth = random.integers(0, 3, 300)
    scores = random.random((300, 3))

    curves = curves_of(plot.pr_curve(truth, scores))

    for index, (name, points) in enumerate(curves.items()):
        precision, recall, _ = precision_recall_curve(truth == index, scores[:, index])
        assert name == f"{index} (AP {average_precision_score(truth == index, scores[:, index]):.3f})"
        assert np.allclose(points, np.stack([recall, precision], axis=1)[::-1])


@pytest.mark.parametrize(
    ("truth", "labels", "names"),
    [
        ([0, 1], None, ["0", "1"]),
        (["b", "a"], None, ["a", "b"]),
        (["b", "a"], ["b", "a"], ["b", "a"]),
        ([5, 7], None, ["5", "7"]),
        (np.array([[0], [1]]), ["x", "y"], ["x", "y"]),
    ],
)
def test_classes_are_named_after_labels_or_themselves(truth: Any, labels: Any, names: list[str]) -> None:
    made = plot.roc_curve(truth, [[0.2, 0.8], [0.7, 0.3]], labels=labels)

    assert [name.partition(" ")[0] for name in curves_of(made)] == names


def test_one_score_an_example_is_that_of_the_second_class() -> None:
    both = plot.pr_curve([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])

    assert rows_of(plot.pr_curve([0, 1, 1], [0.1, 0.6, 0.3])) == rows_of(both)


def test_a_curve_of_many_examples_has_few_points() -> None:
    scores = np.random.default_rng(0).random(5000)

    made = plot.roc_curve((scores > 0.5).astype(int), scores)

    assert {len(points) for points in curves_of(made).values()} == {1000}
    assert all(points[0] == (0.0, 0.0) and points[-1] == (1.0, 1.0) for points in curves_of(made).values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs y_true=, the true classes, and y_probas="),
        ({"y_true": [0, 1], "y_probas": [[1, 0]]}, "a row of scores for each of the 2 examples"),
        ({"y_true": [0, 1], "y_probas": [0.5, np.nan]}, "values that are no number"),
        ({"y_true": [0, 1], "y_probas": [0.5, 0.5], "labels": ["a"]}, "1 labels and 2 columns"),
        ({"y_true": ["a", "b", "c"], "y_probas": [0.5, 0.5, 0.5]}, "y_true has 3 classes, y_probas has scores for 2"),
    ],
)
def test_a_curve_of_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        plot.roc_curve(**arguments)


@pytest.fixture
def table() -> Table:
    return Table(columns=["a.b", "y", "kind"], data=[[1, 0.5, "x"], [2, float("nan"), "y"], [3, np.float32(1), "x"]])


def test_a_table_is_drawn_as_a_line(table: Table) -> None:
    made = plot.line(table, "a.b", "y", stroke="kind", title="T")

    assert rows_of(made) == [
        {"a.b": 1, "y": 0.5, "kind": "x"},
        {"a.b": 2, "y": None, "kind": "y"},
        {"a.b": 3, "y": 1.0, "kind": "x"},
    ]
    assert made.spec["encoding"] == {
        "x": {"field": "a\\.b", "title": "a.b", "type": "quantitative"},
        "y": {"field": "y", "title": "y", "type": "quantitative"},
        "color": {"field": "kind", "title": "kind", "type": "nominal"},
    }
    assert (made.spec["mark"], made.spec["title"]) == ("line", "T")


def test_a_table_is_drawn_as_points_bars_and_a_histogram(table: Table) -> None:
    scatter, bar, histogram = plot.scatter(table, "a.b", "y"), plot.bar(table, "kind", "y"), plot.histogram(table, "y")

    assert [made.spec["mark"] for made in (scatter, bar, histogram)] == ["point", "bar", "bar"]
    assert bar.spec["encoding"]["y"] == {"field": "kind", "title": "kind", "type": "nominal", "sort": None}
    assert histogram.spec["encoding"]["x"]["bin"] is True
    assert histogram.spec["encoding"]["y"] == {"aggregate": "count", "title": "Rows"}
    assert "title" not in scatter.spec


def test_columns_of_times_and_texts_have_axes_of_their_own() -> None:
    table = Table(columns=["t", "s"], data=[[datetime.date(2026, 11, 3), "a"]])

    made = plot.scatter(table, "t", "s")

    assert (made.spec["encoding"]["x"]["type"], made.spec["encoding"]["y"]["type"]) == ("temporal", "nominal")
    assert rows_of(made) == [{"t": "2026-11-03", "s": "a"}]


def test_several_lines_share_their_places_or_have_their_own() -> None:
    shared = plot.line_series(xs=[0, 1], ys=[[1, 2], [3, 4]], keys=["a", "b"], xname="step")
    own = plot.line_series(xs=[[0], [5]], ys=[[1], [2]])

    assert [tuple(row.values()) for row in rows_of(shared)] == [(0, 1, "a"), (1, 2, "a"), (0, 3, "b"), (1, 4, "b")]
    assert [tuple(row.values()) for row in rows_of(own)] == [(0, 1, "line 0"), (5, 2, "line 1")]
    with pytest.raises(InvalidInputError, match="as many xs as ys"):
        plot.line_series(xs=[0], ys=[[1, 2]])


def test_a_plot_shows_the_first_rows_of_a_long_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "MAX_POINTS", 2)

    made = plot.histogram(Table(columns=["x"], data=[[1], [2], [3]]), "x")

    assert rows_of(made) == [{"x": 1}, {"x": 2}]


def test_a_plot_of_a_column_that_is_not_there_names_those_that_are(table: Table) -> None:
    with pytest.raises(NotFoundError, match=r"no column 'z', but 'a\.b', 'y', 'kind'"):
        plot.scatter(table, "a.b", "z")
