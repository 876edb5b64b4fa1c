"""Histograms: counts and edges that stand for many values."""

import math
from typing import Any

import numpy as np
import pytest

import headwater
from headwater import Histogram
from headwater.errors import InvalidInputError


def test_values_are_counted_in_bins_of_equal_width() -> None:
    histogram = Histogram([0, 1, 2, 3, 3.5, 4], num_bins=4)

    assert histogram.as_value() == {"_type": "histogram", "bins": [0, 1, 2, 3, 4], "values": [1, 1, 1, 3]}
    assert repr(histogram) == "Histogram(6 values, 4 bins in 0…4)"


def test_arrays_of_any_shape_and_type_are_taken_as_numpy_does() -> None:
    values = np.random.default_rng(1).normal(size=(20, 30)).astype(np.float32)

    histogram = Histogram(values)

    counts, edges = np.histogram(values.astype(np.float64), bins=64)
    assert histogram.histogram == counts.tolist()
    assert np.allclose(histogram.bins, edges)


def test_counts_and_edges_may_be_given() -> None:
    given = Histogram(np_histogram=np.histogram([1, 2, 3], bins=2))

    assert given.as_value() == {"_type": "histogram", "bins": [1.0, 2.0, 3.0], "values": [1, 2]}


def test_values_without_a_place_are_counted_apart() -> None:
    value = Histogram([1.0, math.nan, math.inf, 2.0], num_bins=1).as_value()

    assert value == {"_type": "histogram", "bins": [1.0, 2.0], "values": [2], "ignored": 2}


@pytest.mark.parametrize(
    ("values", "count"),
    [([], 0), ([math.nan], 0), ([3.0] * 5, 5), ([1e300, -1.7e308, 1.7e308], 3), ([1.0, 1.0 + 1e-16], 2)],
)
def test_every_value_finds_a_bin_however_the_values_lie(values: list[float], count: int) -> None:
    histogram = Histogram(values)

    assert sum(histogram.histogram) == count
    assert len(histogram.bins) == 65
    assert all(math.isfinite(edge) for edge in histogram.bins)
    assert histogram.bins == sorted(set(histogram.bins))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "exactly one of"),
        ({"sequence": [1], "np_histogram": ([1], [0, 1])}, "exactly one of"),
        ({"sequence": ["a"]}, "must be numbers"),
        ({"sequence": [1], "num_bins": 513}, "from 1 to 512 bins"),
        ({"sequence": [1], "num_bins": 0}, "from 1 to 512 bins"),
        ({"np_histogram": ([1, 2], [0, 1])}, "has 2 counts and 2 edges"),
        ({"np_histogram": ([1], [1, 0])}, "in ascending order"),
        ({"np_histogram": ([1], [0, math.inf])}, "in ascending order"),
        ({"np_histogram": 3}, "holds counts and edges"),
    ],
)
def test_what_is_no_histogram_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Histogram(**arguments)


def test_a_histogram_is_logged_and_kept_in_the_summary() -> None:
    with headwater.init(mode="disabled") as run:
        run.log({"weights": Histogram([1, 2], num_bins=1)})
        run.summary["set"] = Histogram([1, 3], num_bins=1)

    assert dict(run.summary) == {
        "weights": {"_type": "histogram", "bins": [1.0, 2.0], "values": [2]},
        "set": {"_type": "histogram", "bins": [1.0, 3.0], "values": [2]},
    }
