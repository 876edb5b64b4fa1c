"""How often Hypothesis draws where each draw is written to the real database."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_REAL = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
FEW = settings(_REAL, max_examples=15)
MANY = settings(_REAL, max_examples=100)


def in_many_draws(test: Callable[..., Any], drawn: Callable[..., Any]) -> Any:
    """Return a test of few draws once more, slow, with many; `drawn` is its `given`."""
    inner: Any = test.hypothesis.inner_test  # type: ignore[attr-defined]  # what `given` wraps: Hypothesis's own name
    return pytest.mark.slow(MANY(drawn(inner)))
