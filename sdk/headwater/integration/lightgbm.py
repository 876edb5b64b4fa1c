"""A callback for LightGBM: `lightgbm.train(..., callbacks=[wandb_callback()])` in an open run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm

from .. import Run, Table, plot
from ._common import finite, log_saved, open_run

__all__ = ["log_summary", "wandb_callback"]


def wandb_callback(log_params: bool = True, define_metric: bool = True) -> Callable[[Any], None]:
    """A callback that records the parameters and each metric of each round.

    Args:
        log_params: Record the parameters in the configuration.
        define_metric: Keep the best value of each metric in the summary, not the last.

    Raises:
        InvalidInputError: if no run is open.
    """
    open_run("wandb_callback")
    return _Recorder(log_params, define_metric)


class _Recorder:
    """What LightGBM calls after each round."""

    order = 20  # after the callbacks that only record, before the one that stops early

    def __init__(self, log_params: bool, define_metric: bool) -> None:
        self._log_params = log_params
        self._define_metric = define_metric

    def __call__(self, env: Any) -> None:
        """Record a round."""
        run = open_run("wandb_callback")
        results = env.evaluation_result_list or []
        if env.iteration == env.begin_iteration:
            self._begin(run, env.params, results)
        run.log({"iteration": env.iteration, **{_key(result): result[2] for result in results}})

    def _begin(self, run: Run, params: dict[str, Any], results: list[Any]) -> None:
        if self._log_params:
            run.config.update(params, allow_val_change=True)
        if self._define_metric:
            for result in results:
                run.define_metric(_key(result), summary="max" if result[3] else "min")


def log_summary(model: Any, feature_importance: bool = True, save_model_checkpoint: bool = False) -> None:
    """Record the best round and its metrics, the importance of the features and, if asked, the booster.

    Args:
        model: A booster, or an estimator that was fitted.
        feature_importance: Log a bar chart of how often each feature was used.
        save_model_checkpoint: Log the booster as an artifact `model-<run id>`.

    Raises:
        InvalidInputError: if no run is open.
    """
    run = open_run("log_summary")
    booster = model if isinstance(model, lightgbm.Booster) else model.booster_
    best = {f"best_{data}_{name}": value for data, metrics in _scores(model) for name, value in metrics.items()}
    best["best_iteration"] = booster.best_iteration
    run.summary.update(best)
    if feature_importance:
        pairs = zip(booster.feature_name(), booster.feature_importance(), strict=True)
        rows = sorted(((name, int(count)) for name, count in pairs), key=lambda row: -row[1])
        table = Table(columns=["Feature", "Importance"], data=[list(row) for row in rows])
        run.log({"Feature Importance": plot.bar(table, "Feature", "Importance", title="Feature importance")})
    if save_model_checkpoint:
        log_saved(run, booster.save_model, "model.txt", metadata=finite(best))


def _scores(model: Any) -> list[tuple[str, dict[str, float]]]:
    """The metrics of the best round by the data they were computed on."""
    scores = model.best_score if isinstance(model, lightgbm.Booster) else model.best_score_
    return [(str(data), dict(metrics)) for data, metrics in scores.items()]


def _key(result: Any) -> str:
    # (data, metric, value, whether higher is better), and a deviation from cross-validation.
    return f"{result[0]}_{result[1]}"
