"""Metadata: what becomes JSON, and how what cannot is named."""

import math
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater._errors import InvalidInputError
from headwater._metadata import checked_metadata

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Mode(Enum):
    FAST = "fast"


@given(st.dictionaries(st.text(), JSON))
def test_json_stays_as_it_is(metadata: dict[str, Any]) -> None:
    assert checked_metadata(metadata) == metadata


def test_keys_that_are_no_strings_become_what_json_makes_of_them() -> None:
    metadata = {0: "cat", np.int64(7): "dog", 2.5: "half", True: "yes", None: "none", Mode.FAST: "mode"}

    assert checked_metadata(metadata) == {
        "0": "cat",
        "7": "dog",
        "2.5": "half",
        "true": "yes",
        "null": "none",
        "fast": "mode",
    }


def test_two_keys_that_become_one_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"metadata has the key '1' twice"):
        checked_metadata({1: "a", "1": "b"})


def test_values_of_libraries_become_plain_ones() -> None:
    metadata = {
        "scalar": np.float32(0.5),
        "zero-dimensional": np.array(3),
        "array": np.array([[1, 2], [3, 4]]),
        "bool": np.bool_(True),
        "tuple": (1, 2),
        "set": {3, 1},
        "path": PurePosixPath("a/b"),
        "time": datetime(2026, 5, 1, tzinfo=UTC),
        "enum": Mode.FAST,
    }

    plain = checked_metadata(metadata)

    assert plain == {
        "scalar": 0.5,
        "zero-dimensional": 3,
        "array": [[1, 2], [3, 4]],
        "bool": True,
        "tuple": [1, 2],
        "set": [1, 3],
        "path": "a/b",
        "time": "2026-05-01T00:00:00+00:00",
        "enum": "fast",
    }
    assert type(plain["scalar"]) is float
    assert type(plain["zero-dimensional"]) is int


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_what_is_no_number_is_refused_with_its_key_path(value: float) -> None:
    with pytest.raises(InvalidInputError, match=r"metadata\['scores'\]\[1\]\['f1'\] is (nan|-?inf)"):
        checked_metadata({"scores": [1.0, {"f1": value}]})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), r"metadata\['x'\] is a object"),
        (b"bytes", r"metadata\['x'\] is a bytes"),
        (2**63, r"metadata\['x'\] is an integer of more than 64 bits"),
        ("\ud800", r"metadata\['x'\] holds '\\ud800', which is not valid Unicode"),
        (Path, r"metadata\['x'\] is a type"),
        ({(1, 2): 3}, r"metadata\['x'\] has the key \(1, 2\)"),
    ],
)
def test_what_json_cannot_hold_is_refused_with_its_key_path(value: object, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        checked_metadata({"x": value})


def test_a_structure_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["self"] = endless

    with pytest.raises(InvalidInputError, match="more than 50 levels"):
        checked_metadata(endless)


def test_metadata_that_is_no_dict_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="metadata is a list"):
        checked_metadata([1])  # type: ignore[arg-type]


def test_the_copy_does_not_follow_its_original() -> None:
    original = {"classes": {"0": ["cat"]}}

    copy = checked_metadata(original)
    original["classes"]["0"].append("dog")

    assert copy == {"classes": {"0": ["cat"]}}


def test_metadata_that_holds_itself_is_refused_with_a_short_path() -> None:
    metadata: dict[str, Any] = {}
    metadata["itself"] = metadata

    with pytest.raises(InvalidInputError, match=r"^metadata\['itself'\].*… ?.*is nested more than 50 levels") as caught:
        checked_metadata(metadata)

    assert len(str(caught.value)) < 120
