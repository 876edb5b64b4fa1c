"""The callback for LightGBM, as `headwater.integration.lightgbm` has it."""

from __future__ import annotations

from .integration.lightgbm import log_summary, wandb_callback

__all__ = ["log_summary", "wandb_callback"]
