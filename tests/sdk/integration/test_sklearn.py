"""Estimators and plots of scikit-learn in a run."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import headwater as wandb
from headwater.errors import InvalidInputError
from headwater.integration import sklearn as integration
from sdk.integration.seen import rows_of

X, Y = make_classification(n_samples=60, random_state=0)
LABELS = ["no", "yes"]


def forest() -> Any:
    return RandomForestClassifier(n_estimators=5, random_state=0).fit(X[:40], Y[:40])


def test_an_estimator_is_logged_with_its_parameters_and_scores() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X[:40], Y[:40])
    with wandb.init() as run:
        logged = integration.log_estimator(model, X[40:], Y[40:], name="digits", aliases=["best"]).wait()

    found = wandb.Api().run(run.path)
    accuracy = model.score(X[40:], Y[40:])
    assert found.summary["accuracy_score"] == accuracy
    assert found.config["logisticregression__C"] == 1.0
    assert logged.artifact.metadata["accuracy_score"] == accuracy
    read = wandb.beta.workflows.use_model("digits:best").model_obj()
    assert np.array_equal(read.predict(X), model.predict(X))


def test_all_of_a_classifier_is_drawn() -> None:
    model = forest()
    with wandb.init() as run:
        wandb.sklearn.plot_classifier(
            model,
            X[:40],
            X[40:],
            Y[:40],
            Y[40:],
            model.predict(X[40:]),
            model.predict_proba(X[40:]),
            LABELS,
            is_binary=True,
            model_name="forest",
            log_learning_curve=True,
        )

    row = rows_of(run.path)[0]
    assert {key: value["_type"] for key, value in row.items() if key != "_step"} == dict.fromkeys(
        (
            "summary_metrics",
            "class_proportions",
            "confusion_matrix",
            "roc",
            "precision_recall",
            "feature_importances",
            "calibration_curve",
            "learning_curve",
        ),
        "plot",
    )
    assert wandb.Api().run(run.path).config["model_name"] == "forest"


def test_all_of_a_regressor_is_drawn() -> None:
    x, y = make_regression(n_samples=50, n_features=4, random_state=0)
    with wandb.init() as run:
        wandb.sklearn.plot_regressor(LinearRegression().fit(x[:30], y[:30]), x[:30], x[30:], y[:30], y[30:])

    assert set(rows_of(run.path)[0]) == {"_step", "summary_metrics", "residuals", "feature_importances"}


def test_one_plot_at_a_time() -> None:
    model = forest()
    with wandb.init() as run:
        wandb.sklearn.plot_confusion_matrix(Y[40:], model.predict(X[40:]), LABELS)
        wandb.sklearn.plot_roc(Y[40:], model.predict_proba(X[40:]), LABELS)
        wandb.sklearn.plot_precision_recall(Y[40:], model.predict_proba(X[40:]), LABELS)
        wandb.sklearn.plot_feature_importances(model, [f"f{number}" for number in range(20)])
        wandb.sklearn.plot_class_proportions(Y[:40], Y[40:], LABELS)
        wandb.sklearn.plot_calibration_curve(model, X[40:], Y[40:], "forest")
        wandb.sklearn.plot_summary_metrics(RandomForestClassifier(random_state=0), X[:40], Y[:40], X[40:], Y[40:])

    rows = rows_of(run.path)
    assert [next(key for key in row if key != "_step") for row in rows] == [
        "confusion_matrix",
        "roc",
        "precision_recall",
        "feature_importances",
        "class_proportions",
        "calibration_curve",
        "summary_metrics",
    ]
    assert 0 < wandb.Api().run(run.path).summary["f1_score"] <= 1


def test_the_bars_of_features_are_those_of_the_model_in_descending_order() -> None:
    model = forest()

    drawn = integration._features(model, None).spec["data"]["values"]

    assert [bar["importance"] for bar in drawn] == sorted(model.feature_importances_.tolist(), reverse=True)
    assert drawn[0]["feature"] == f"feature {model.feature_importances_.argmax()}"


def test_classes_that_are_no_places_among_the_labels_keep_their_own_names() -> None:
    drawn = integration._proportions([-1, 1, 1], [2], LABELS).spec["data"]["values"]

    assert {bar["class"]: bar["examples"] for bar in drawn} == {"-1 (train)": 1, "yes (train)": 2, "2 (test)": 1}


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(InvalidInputError, match="log_estimator needs an open run"):
        integration.log_estimator(forest())
    with wandb.init():
        with pytest.raises(InvalidInputError, match="The LogisticRegression is not fitted; fit it first"):
            integration.log_estimator(LogisticRegression(), X, Y)
        with pytest.raises(InvalidInputError, match="A StandardScaler has neither feature_importances_ nor coef_"):
            integration.plot_feature_importances(StandardScaler().fit(X))
