"""scikit-learn: log an estimator with its scores, and the plots that tell how good it is, in an open run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sklearn import base, calibration, metrics, model_selection

from .. import Table, plot
from .._saved_model import SavedModel
from ..beta import workflows
from ..errors import InvalidInputError
from ..plot import Plot
from ._common import finite, model_name, open_run

__all__ = [
    "log_estimator",
    "plot_calibration_curve",
    "plot_class_proportions",
    "plot_classifier",
    "plot_confusion_matrix",
    "plot_feature_importances",
    "plot_learning_curve",
    "plot_precision_recall",
    "plot_regressor",
    "plot_residuals",
    "plot_roc",
    "plot_summary_metrics",
]

MOST_POINTS = 1_000


def log_estimator(
    estimator: Any,
    X: Any = None,
    y: Any = None,
    name: str | None = None,
    aliases: str | Iterable[str] | None = None,
) -> SavedModel:
    """Log a fitted estimator as a model, its parameters in the configuration, and its scores in the summary.

    Args:
        estimator: What was fitted: an estimator, a pipeline, a search.
        X: Examples that it has not seen, to score it.
        y: Their targets.
        name: The name of the artifact, `model-<run id>` if not given.
        aliases: Aliases that move to this version.

    Returns:
        The model; its upload goes on in the background.

    Raises:
        InvalidInputError: if no run is open, or the estimator is not fitted.
    """
    run = open_run("log_estimator")
    scores = {} if X is None or y is None else _scores(estimator, X, y)
    run.config.update(_parameters(estimator), allow_val_change=True)
    run.summary.update(scores)
    return workflows.log_model(estimator, name or model_name(run), aliases=aliases, metadata=finite(scores))


def plot_classifier(
    model: Any,
    X_train: Any,
    X_test: Any,
    y_train: Any,
    y_test: Any,
    y_pred: Any,
    y_probas: Any,
    labels: Sequence[str],
    is_binary: bool = False,
    model_name: str = "Classifier",
    feature_names: Sequence[str] | None = None,
    log_learning_curve: bool = False,
) -> None:
    """Log all that is drawn of a fitted classifier: scores, confusion, ROC, precision and recall, features.

    Args:
        model: The classifier.
        X_train, X_test, y_train, y_test: What it was fitted to, and what it is measured with.
        y_pred: The classes it predicts for `X_test`.
        y_probas: The probability of each class for `X_test`.
        labels: The names of the classes, in their order.
        is_binary: Draw the calibration too, which needs two classes.
        model_name: Recorded in the configuration.
        feature_names: The names of the features.
        log_learning_curve: Draw the learning curve too; it fits the classifier many times.
    """
    run = open_run("plot_classifier")
    run.config.update({"model_name": model_name, **_parameters(model)}, allow_val_change=True)
    plots = {
        "summary_metrics": _summary(_scores(model, X_test, y_test)),
        "class_proportions": _proportions(y_train, y_test, labels),
        "confusion_matrix": _confusion(y_test, y_pred, labels),
        "roc": plot.roc_curve(y_test, y_probas, labels=list(labels)),
        "precision_recall": plot.pr_curve(y_test, y_probas, labels=list(labels)),
    }
    if _importances(model) is not None:
        plots["feature_importances"] = _features(model, feature_names)
    if is_binary:
        plots["calibration_curve"] = _calibration(model, X_test, y_test, model_name)
    if log_learning_curve:
        plots["learning_curve"] = _learning(model, X_train, y_train, cv=None, scoring=None)
    run.log(plots)


def plot_regressor(
    model: Any, X_train: Any, X_test: Any, y_train: Any, y_test: Any, model_name: str = "Regressor"
) -> None:
    """Log all that is drawn of a fitted regressor: scores, residuals and, if it has them, its features."""
    run = open_run("plot_regressor")
    run.config.update({"model_name": model_name, **_parameters(model)}, allow_val_change=True)
    plots = {
        "summary_metrics": _summary(_scores(model, X_test, y_test)),
        "residuals": _residuals(model, X_test, y_test),
    }
    if _importances(model) is not None:
        plots["feature_importances"] = _features(model, None)
    run.log(plots)


def plot_summary_metrics(model: Any, X: Any = None, y: Any = None, X_test: Any = None, y_test: Any = None) -> None:
    """Log the scores of a model as a table and in the summary: it is fitted to X and y first, if that was not done."""
    run = open_run("plot_summary_metrics")
    fitted = model if _is_fitted(model) else base.clone(model).fit(X, y)
    scores = _scores(fitted, X if X_test is None else X_test, y if y_test is None else y_test)
    run.summary.update(scores)
    run.log({"summary_metrics": _summary(scores)})


def plot_confusion_matrix(
    y_true: Any = None, y_pred: Any = None, labels: Sequence[str] | None = None, normalize: str | None = None
) -> None:
    """Log how often each class was taken for each other; `normalize` is not used."""
    open_run("plot_confusion_matrix").log({"confusion_matrix": _confusion(y_true, y_pred, labels)})


def plot_roc(
    y_true: Any = None, y_probas: Any = None, labels: Sequence[str] | None = None, classes_to_plot: Any = None
) -> None:
    """Log the receiver operating characteristic of each class."""
    names = None if labels is None else list(labels)
    curve = plot.roc_curve(y_true, y_probas, labels=names, classes_to_plot=classes_to_plot)
    open_run("plot_roc").log({"roc": curve})


def plot_precision_recall(
    y_true: Any = None, y_probas: Any = None, labels: Sequence[str] | None = None, classes_to_plot: Any = None
) -> None:
    """Log precision over recall of each class."""
    names = None if labels is None else list(labels)
    curve = plot.pr_curve(y_true, y_probas, labels=names, classes_to_plot=classes_to_plot)
    open_run("plot_precision_recall").log({"precision_recall": curve})


def plot_feature_importances(model: Any, feature_names: Sequence[str] | None = None) -> None:
    """Log what each feature is worth to a fitted model.

    Raises:
        InvalidInputError: if it has neither `feature_importances_` nor `coef_`.
    """
    open_run("plot_feature_importances").log({"feature_importances": _features(model, feature_names)})


def plot_class_proportions(y_train: Any, y_test: Any, labels: Sequence[str] | None = None) -> None:
    """Log how many examples of each class there are to learn from and to measure with."""
    open_run("plot_class_proportions").log({"class_proportions": _proportions(y_train, y_test, labels)})


def plot_calibration_curve(model: Any, X: Any, y: Any, model_name: str = "Classifier") -> None:
    """Log how often a classifier of two classes is right, over how sure it is."""
    open_run("plot_calibration_curve").log({"calibration_curve": _calibration(model, X, y, model_name)})


def plot_residuals(model: Any, X: Any, y: Any) -> None:
    """Log by how much a regressor is wrong, over what it predicts."""
    open_run("plot_residuals").log({"residuals": _residuals(model, X, y)})


def plot_learning_curve(model: Any, X: Any, y: Any, cv: Any = None, scoring: Any = None) -> None:
    """Log the score over the number of examples. The model is fitted many times for it."""
    open_run("plot_learning_curve").log({"learning_curve": _learning(model, X, y, cv=cv, scoring=scoring)})


def _is_fitted(model: Any) -> bool:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    return True


def _scores(model: Any, X: Any, y: Any) -> dict[str, float]:
    if not _is_fitted(model):
        raise InvalidInputError(f"The {type(model).__name__} is not fitted; fit it first.")
    predicted = model.predict(X)
    if base.is_classifier(model):
        shares = metrics.precision_recall_fscore_support(y, predicted, average="weighted", zero_division=0)
        named = zip(("precision_score", "recall_score", "f1_score"), shares, strict=False)
        return {"accuracy_score": float(metrics.accuracy_score(y, predicted)), **{k: float(v) for k, v in named}}
    if base.is_regressor(model):
        measures = (metrics.mean_absolute_error, metrics.mean_squared_error, metrics.r2_score)
        return {measure.__name__: float(measure(y, predicted)) for measure in measures}
    return {"score": float(model.score(X, y))}


def _parameters(model: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = model.get_params()
    return parameters


def _summary(scores: dict[str, float]) -> Plot:
    table = Table(columns=["metric", "value"], data=[[name, value] for name, value in scores.items()])
    return plot.bar(table, "metric", "value", title="Summary metrics")


def _confusion(y_true: Any, y_pred: Any, labels: Sequence[str] | None) -> Plot:
    return plot.confusion_matrix(y_true=y_true, preds=y_pred, class_names=None if labels is None else list(labels))


def _proportions(y_train: Any, y_test: Any, labels: Sequence[str] | None) -> Plot:
    from collections import Counter

    rows = []
    for part, values in (("train", y_train), ("test", y_test)):
        for target, count in sorted(Counter(_listed(values)).items()):
            # -1 and 1 are classes too, and no places in a list of names.
            is_index = labels is not None and isinstance(target, int) and 0 <= target < len(labels)
            rows.append([f"{labels[target] if is_index and labels else target} ({part})", count])
    return plot.bar(Table(columns=["class", "examples"], data=rows), "class", "examples", title="Class proportions")


def _listed(values: Any) -> list[Any]:
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _importances(model: Any) -> Any:
    import numpy as np

    last = model[-1] if hasattr(model, "steps") else model
    for name in ("feature_importances_", "coef_"):
        if hasattr(last, name):
            values = np.abs(np.asarray(getattr(last, name)))
            return values.mean(axis=0) if values.ndim > 1 else values
    return None


def _features(model: Any, feature_names: Sequence[str] | None) -> Plot:
    values = _importances(model)
    if values is None:
        raise InvalidInputError(f"A {type(model).__name__} has neither feature_importances_ nor coef_.")
    given = feature_names if feature_names is not None else getattr(model, "feature_names_in_", None)
    names = [str(name) for name in given] if given is not None else [f"feature {i}" for i in range(len(values))]
    rows = sorted(zip(names, map(float, values), strict=True), key=lambda row: -row[1])
    table = Table(columns=["feature", "importance"], data=[list(row) for row in rows])
    return plot.bar(table, "feature", "importance", title="Feature importances")


def _calibration(model: Any, X: Any, y: Any, name: str) -> Plot:
    right, sure = calibration.calibration_curve(y, model.predict_proba(X)[:, 1], n_bins=10)
    rows = [[float(a), float(b)] for a, b in zip(sure, right, strict=True)]
    table = Table(columns=["predicted probability", "share of positives"], data=rows)
    return plot.line(table, "predicted probability", "share of positives", title=f"Calibration of {name}")


def _residuals(model: Any, X: Any, y: Any) -> Plot:
    predicted = model.predict(X)
    rows = [[float(a), float(b) - float(a)] for a, b in zip(predicted, _listed(y), strict=True)]
    # Evenly taken, so that the picture stays what it is of all.
    few = rows[:: -(-len(rows) // MOST_POINTS) or 1]
    table = Table(columns=["predicted", "residual"], data=few)
    return plot.scatter(table, "predicted", "residual", title="Residuals")


def _learning(model: Any, X: Any, y: Any, *, cv: Any, scoring: Any) -> Plot:
    sizes, train, test = model_selection.learning_curve(
        model, X, y, cv=cv, scoring=scoring, shuffle=True, random_state=0
    )
    rows = [
        [int(size), float(score), part]
        for part, scores in (("train", train), ("test", test))
        for size, score in zip(sizes, scores.mean(axis=1), strict=True)
    ]
    table = Table(columns=["examples", "score", "data"], data=rows)
    return plot.line(table, "examples", "score", stroke="data", title="Learning curve")
