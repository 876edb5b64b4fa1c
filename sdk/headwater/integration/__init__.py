"""Callbacks and loggers for training libraries. Each module needs its library, and is imported by name.

`keras`, `lightning`, `transformers`, `sklearn`, `xgboost` and `lightgbm`; for PyTorch itself: `headwater.watch`.
"""

from __future__ import annotations
