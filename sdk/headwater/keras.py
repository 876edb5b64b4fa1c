"""Callbacks for Keras, as `headwater.integration.keras` has them."""

from __future__ import annotations

from .integration.keras import WandbCallback, WandbMetricsLogger, WandbModelCheckpoint

__all__ = ["WandbCallback", "WandbMetricsLogger", "WandbModelCheckpoint"]
