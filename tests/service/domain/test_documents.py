"""Config and summary as JSON text."""

import math

import pytest

from headwater_service.domain.documents import decode, encode, merge
from headwater_service.errors import InvalidInputError


def test_numbers_that_json_lacks_are_kept_by_name() -> None:
    text = encode({"a": math.nan, "b": [math.inf, {"c": -math.inf}]}, field="config", limit=1000)

    assert text == '{"a":"NaN","b":["Infinity",{"c":"-Infinity"}]}'
    assert decode(text) == {"a": "NaN", "b": ["Infinity", {"c": "-Infinity"}]}


def test_keys_that_are_numbers_become_strings() -> None:
    assert encode({1: {2: "x"}}, field="config", limit=1000) == '{"1":{"2":"x"}}'  # type: ignore[dict-item]


def test_a_document_over_the_limit_names_the_setting() -> None:
    with pytest.raises(InvalidInputError, match="HEADWATER_METADATA_BYTES") as refusal:
        encode({"a": "x" * 100}, field="summary", limit=50)

    assert refusal.value.data == {"field": "summary"}


def test_merging_replaces_keys_and_removes_those_given_as_null() -> None:
    assert merge({"a": 1, "b": {"c": 1}, "d": None}, {"b": {"e": 2}, "a": None}) == {"b": {"e": 2}, "d": None}
