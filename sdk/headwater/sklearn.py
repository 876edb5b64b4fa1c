"""Estimators and plots of scikit-learn, as `headwater.integration.sklearn` has them."""

from __future__ import annotations

from .integration.sklearn import *  # noqa: F403
from .integration.sklearn import __all__ as __all__
