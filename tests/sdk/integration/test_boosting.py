"""The callbacks for XGBoost and LightGBM, with the libraries themselves."""

from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost

import headwater
from headwater.errors import InvalidInputError
from headwater.integration.xgboost import WandbCallback as SameCallback
from headwater.lightgbm import log_summary, wandb_callback
from headwater.xgboost import WandbCallback
from sdk.integration.seen import rows_of

rng = np.random.default_rng(0)
X = rng.random((80, 3))
Y = (X[:, 0] > 0.5).astype(int)
NAMES = ["width", "height", "depth"]


def test_rounds_settings_and_the_booster_of_xgboost_are_recorded(tmp_path: Any) -> None:
    data = xgboost.DMatrix(X[:60], Y[:60], feature_names=NAMES)
    held = xgboost.DMatrix(X[60:], Y[60:], feature_names=NAMES)
    results: dict[str, Any] = {}
    with headwater.init() as run:
        booster = xgboost.train(
            {"objective": "binary:logistic", "eval_metric": ["logloss", "auc"], "max_depth": 2},
            data,
            num_boost_round=4,
            evals=[(data, "train"), (held, "held")],
            evals_result=results,
            early_stopping_rounds=3,
            verbose_eval=False,
            callbacks=[WandbCallback(log_model=True)],
        )

    rows, found = rows_of(run.path), headwater.Api().run(run.path)
    version = headwater.Api().artifact(f"model-{run.id}:latest")
    assert [row["held-logloss"] for row in rows[:4]] == pytest.approx(results["held"]["logloss"])
    assert [row["epoch"] for row in rows[:4]] == [0, 1, 2, 3]
    assert rows[4]["Feature Importance"]["_type"] == "plot"
    assert found.config["learner"]["objective"]["name"] == "binary:logistic"
    assert found.summary["held-logloss"] == {"min": pytest.approx(min(results["held"]["logloss"]))}
    assert found.summary["held-auc"] == {"max": pytest.approx(max(results["held"]["auc"]))}
    assert found.summary["best_iteration"] == booster.best_iteration
    read = xgboost.Booster(model_file=f"{version.download(tmp_path)}/model.json")
    assert np.array_equal(read.predict(held), booster.predict(held))


@pytest.mark.parametrize("importance", ["gain", "weight"])
def test_a_linear_booster_is_kept_whether_or_not_it_has_such_an_importance(
    importance: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = xgboost.DMatrix(X, np.arange(80) % 3, feature_names=NAMES)
    settings = {"booster": "gblinear", "objective": "multi:softmax", "num_class": 3}

    with headwater.init() as run:
        booster = xgboost.train(settings, data, 2, callbacks=[WandbCallback(importance_type=importance)])

    has_importance = "Feature Importance" in headwater.Api().run(run.path).summary
    assert booster.num_boosted_rounds() == 2
    assert has_importance == (importance == "weight")
    assert ("keeps no importance of the features" in capsys.readouterr().err) == (importance == "gain")


def test_an_estimator_of_xgboost_takes_the_callback_too() -> None:
    with headwater.init() as run:
        model = xgboost.XGBClassifier(n_estimators=3, callbacks=[SameCallback(log_feature_importance=False)])
        model.fit(X[:60], Y[:60], eval_set=[(X[60:], Y[60:])], verbose=False)

    assert [set(row) for row in rows_of(run.path)] == [{"_step", "epoch", "validation_0-logloss"}] * 3


@pytest.mark.parametrize(("metric", "kept"), [("mape", "min"), ("rmse", "min"), ("map@2-", "max"), ("aucpr", "max")])
def test_the_best_value_is_the_lowest_or_the_highest_as_the_metric_means_it(metric: str, kept: str) -> None:
    with headwater.init(mode="disabled") as run:
        WandbCallback()._define(run, "held-metric", metric)
        run.log({"held-metric": 0.5})

    assert run.summary["held-metric"] == {kept: 0.5}


def test_rounds_parameters_and_the_booster_of_lightgbm_are_recorded(tmp_path: Any) -> None:
    data = lightgbm.Dataset(X[:60], Y[:60], feature_name=NAMES)
    held = lightgbm.Dataset(X[60:], Y[60:], reference=data)
    params = {"objective": "binary", "metric": ["binary_logloss", "auc"], "verbose": -1, "min_data_in_leaf": 5}
    with headwater.init() as run:
        callbacks: list[Any] = [wandb_callback(), lightgbm.early_stopping(2, verbose=False)]
        booster = lightgbm.train(params, data, 6, valid_sets=[held], valid_names=["held"], callbacks=callbacks)
        log_summary(booster, save_model_checkpoint=True)

    rows, found = rows_of(run.path), headwater.Api().run(run.path)
    losses = [row["held_binary_logloss"] for row in rows if "held_binary_logloss" in row]
    version = headwater.Api().artifact(f"model-{run.id}:latest")
    assert [row["iteration"] for row in rows[:-1]] == list(range(len(losses)))
    assert rows[-1]["Feature Importance"]["_type"] == "plot"
    assert {name: found.config[name] for name in ("objective", "min_data_in_leaf")} == {
        "objective": "binary",
        "min_data_in_leaf": 5,
    }
    assert found.summary["held_binary_logloss"] == {"min": pytest.approx(min(losses))}
    assert found.summary["best_iteration"] == booster.best_iteration
    assert found.summary["best_held_auc"] == pytest.approx(booster.best_score["held"]["auc"])
    read = lightgbm.Booster(model_file=f"{version.download(tmp_path)}/model.txt")
    assert np.array_equal(read.predict(X), booster.predict(X))


def test_without_a_run_they_say_init() -> None:
    with pytest.raises(InvalidInputError, match=r"wandb_callback needs an open run\. Start one first"):
        wandb_callback()
