"""Histograms to log: how values are spread, a few numbers in place of many."""

from __future__ import annotations

import math
from typing import Any

from ._errors import InvalidInputError
from ._history import Inline

MOST_BINS = 512


class Histogram(Inline):
    """How often values fall into each of some bins: `run.log({"weights": headwater.Histogram(layer.weight)})`.

    Args:
        sequence: The values: a list, an array or a tensor of any shape. Those that are NaN or infinite are in no bin;
            `ignored` says how many there were.
        np_histogram: Instead of them, the counts and the edges of bins, as `numpy.histogram` returns them.
        num_bins: How many bins of equal width the values are put in, at most 512.

    Raises:
        InvalidInputError: if the values are no numbers, the bins are none or too many, or there is no numpy.
    """

    def __init__(
        self,
        sequence: Any = None,
        np_histogram: tuple[Any, Any] | None = None,
        num_bins: int = 64,
    ) -> None:
        if (sequence is None) == (np_histogram is None):
            raise InvalidInputError("A histogram needs exactly one of values and np_histogram=.")
        self.ignored = 0
        if np_histogram is None:
            counts, edges = self._counted(sequence, num_bins)
        else:
            counts, edges = _given(np_histogram)
        self.histogram: list[int | float] = counts
        self.bins: list[float] = edges

    def __repr__(self) -> str:
        """How many values it has, and between which bounds."""
        low, high = self.bins[0], self.bins[-1]
        return f"Histogram({sum(self.histogram):g} values, {len(self.histogram)} bins in {low:g}…{high:g})"

    def as_value(self) -> dict[str, Any]:
        """What the history holds of it."""
        value: dict[str, Any] = {"_type": "histogram", "bins": self.bins, "values": self.histogram}
        return {**value, "ignored": self.ignored} if self.ignored else value

    def _counted(self, sequence: Any, num_bins: int) -> tuple[list[int | float], list[float]]:
        if not isinstance(num_bins, int) or not 1 <= num_bins <= MOST_BINS:
            raise InvalidInputError(f"num_bins is {num_bins!r}; a histogram has from 1 to {MOST_BINS} bins.")
        np = _numpy()
        try:
            values = _array(np, sequence)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"The values of a histogram must be numbers: {error}") from error
        finite = values[np.isfinite(values)]
        self.ignored = int(values.size - finite.size)
        counts, edges = np.histogram(finite, bins=_edges(np, finite, num_bins))
        return counts.tolist(), edges.tolist()


def _numpy() -> Any:
    try:
        import numpy
    except ImportError as error:
        raise InvalidInputError("A histogram of values needs numpy; without it, give np_histogram=.") from error
    return numpy


def _array(np: Any, sequence: Any) -> Any:
    if hasattr(sequence, "detach"):
        # Tensors have types that arrays lack, such as bfloat16.
        sequence = sequence.detach().cpu().double()
    return np.asarray(sequence, dtype=np.float64).ravel()


def _edges(np: Any, finite: Any, num_bins: int) -> Any:
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    # Weighted, because the distance between the largest numbers of both signs is infinite.
    part = np.arange(num_bins + 1) / num_bins
    edges = low * (1 - part) + high * part
    if low == high or not bool(np.all(np.diff(edges) > 0)):
        # One value, or some too near to each other for so many bins.
        reach = max(0.5, abs(low) * 1e-9, high - low)
        return np.linspace(low - reach, high + reach, num_bins + 1)
    return edges


def _given(np_histogram: Any) -> tuple[list[int | float], list[float]]:
    try:
        counts, edges = (part.tolist() if hasattr(part, "tolist") else list(part) for part in np_histogram)
        edges = [float(edge) for edge in edges]
        is_sound = all(math.isfinite(number) for number in (*edges, *counts))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"np_histogram holds counts and edges of bins, as numpy.histogram does: {error}"
        ) from error
    if not is_sound or len(edges) != len(counts) + 1 or not 1 <= len(counts) <= MOST_BINS or edges != sorted(edges):
        raise InvalidInputError(
            f"np_histogram has {len(counts)} counts and {len(edges)} edges; it needs from 1 to {MOST_BINS} counts and, "
            "in ascending order, one edge more."
        )
    return counts, edges
