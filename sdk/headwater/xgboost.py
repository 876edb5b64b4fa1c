"""The callback for XGBoost, as `headwater.integration.xgboost` has it."""

from __future__ import annotations

from .integration.xgboost import WandbCallback

__all__ = ["WandbCallback"]
