"""A callback for XGBoost: `xgboost.train(..., callbacks=[WandbCallback()])` in an open run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import xgboost

from .. import Run, Table, plot
from ._common import finite, log_saved, open_run

__all__ = ["WandbCallback"]

# Those of XGBoost by their whole names, with `@` and `-` behind them: "mape" is no "map".
_RISING = re.compile(r"(auc|aucpr|map|ndcg|pre)([@-].*)?|.*(accuracy|precision|recall|f1|r2).*")


class WandbCallback(xgboost.callback.TrainingCallback):
    """Logs the booster's settings, each metric of each round, and what the features are worth.

    Args:
        log_model: Log the booster as an artifact `model-<run id>` when the training ends.
        log_feature_importance: Log a bar chart of the features' importance when the training ends.
        importance_type: How importance is counted: as in `Booster.get_score`.
        define_metric: Keep the best value of each metric in the summary, not the last.

    Raises:
        InvalidInputError: if no run is open.
    """

    def __init__(
        self,
        log_model: bool = False,
        log_feature_importance: bool = True,
        importance_type: str = "gain",
        define_metric: bool = True,
    ) -> None:
        super().__init__()
        open_run("WandbCallback")
        self.log_model = log_model
        self.log_feature_importance = log_feature_importance
        self.importance_type = importance_type
        self.define_metric = define_metric
        self._defined: set[str] = set()

    def before_training(self, model: Any) -> Any:
        """Record the booster's settings."""
        settings = json.loads(model.save_config())["learner"]
        open_run("WandbCallback").config.update({"learner": settings}, allow_val_change=True)
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, Any]]) -> bool:
        """Record the metrics of a round."""
        run = open_run("WandbCallback")
        values: dict[str, Any] = {"epoch": epoch}
        for data, metrics in evals_log.items():
            for name, history in metrics.items():
                last = history[-1]
                values[f"{data}-{name}"] = last[0] if isinstance(last, tuple) else last
                self._define(run, f"{data}-{name}", name)
        run.log(values)
        return False

    def after_training(self, model: Any) -> Any:
        """Record the best round, the importance of the features and the booster."""
        run = open_run("WandbCallback")
        best = {
            name: float(model.attr(name)) for name in ("best_score", "best_iteration") if model.attr(name) is not None
        }
        run.summary.update(best)
        if self.log_feature_importance:
            self._log_importance(run, model)
        if self.log_model:
            log_saved(run, model.save_model, "model.json", metadata=finite(best))
        return model

    def _define(self, run: Run, key: str, name: str) -> None:
        if self.define_metric and key not in self._defined:
            self._defined.add(key)
            run.define_metric(key, summary="max" if _RISING.fullmatch(name.lower()) else "min")

    def _log_importance(self, run: Run, model: Any) -> None:
        try:
            scores = model.get_score(importance_type=self.importance_type)
        except xgboost.core.XGBoostError as error:
            # A linear booster has weights alone, of which there are several where there are several classes.
            run._console.say(f"WandbCallback keeps no importance of the features: {error}")
            return
        if any(isinstance(score, list) for score in scores.values()):
            scores = {name: sum(map(abs, score)) / len(score) for name, score in scores.items()}
        names = model.feature_names or sorted(scores)
        rows = sorted(((name, float(scores.get(name, 0.0))) for name in names), key=lambda row: -row[1])
        table = Table(columns=["Feature", "Importance"], data=[list(row) for row in rows])
        run.log({"Feature Importance": plot.bar(table, "Feature", "Importance", title="Feature importance")})
