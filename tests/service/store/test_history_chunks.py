"""Chunks of history as Parquet: values come back as they were, whatever their types."""

import io
import math

import pyarrow.parquet

from headwater_service.store.history_chunks import (
    ChunkFacts,
    HistoryRecord,
    NumberedRecord,
    decode_chunk,
    encode_chunk,
    facts_of,
    read_facts,
)


def records(*values: dict[str, object]) -> list[HistoryRecord]:
    return [HistoryRecord(10 + index, 1.5 + index, row) for index, row in enumerate(values)]


def test_values_of_every_type_come_back_as_they_were() -> None:
    rows = records(
        {"int": 1, "float": 0.5, "text": "猫", "truth": True, "object": {"a": [1, None]}, "list": [1, 2.5]},
        {"int": -(2**63), "float": math.inf, "text": "", "truth": False, "object": {}, "list": []},
    )

    found = list(decode_chunk(encode_chunk(7, rows), None))

    assert found == [
        NumberedRecord(7, 10, 1.5, rows[0].values),
        NumberedRecord(8, 11, 2.5, rows[1].values),
    ]
    assert [type(value) for value in found[0].values.values()] == [int, float, str, bool, dict, list]


def test_not_a_number_is_kept() -> None:
    (found,) = decode_chunk(encode_chunk(0, records({"loss": math.nan})), None)

    assert math.isnan(found.values["loss"])


def test_columns_have_the_type_of_their_values_and_json_says_so() -> None:
    rows = records({"i": 1, "f": 1.5, "b": True, "s": "x", "m": 1, "j": {"a": 1}}, {"f": 2, "m": "two"})

    schema = pyarrow.parquet.read_schema(io.BytesIO(encode_chunk(0, rows)))

    types = {name: str(schema.field(name).type) for name in schema.names}
    assert types == {
        "number": "int64",
        "step": "int64",
        "time": "double",
        "v:i": "int64",
        "v:f": "double",
        "v:b": "bool",
        "v:s": "string",
        "v:m": "string",
        "v:j": "string",
    }
    as_json = [name for name in schema.names if (schema.field(name).metadata or {}).get(b"headwater") == b"json"]
    assert as_json == ["v:m", "v:j"]


def test_a_type_that_changes_inside_a_chunk_is_kept_exactly() -> None:
    rows = records({"x": 1}, {"x": "1"}, {"x": True}, {"x": None}, {"x": 2**63}, {"x": 0.5})

    found = [record.values for record in decode_chunk(encode_chunk(0, rows), None)]

    assert found == [{"x": 1}, {"x": "1"}, {"x": True}, {}, {"x": 2**63}, {"x": 0.5}]
    assert type(found[2]["x"]) is bool


def test_whole_numbers_too_large_for_a_double_stay_exact_beside_fractions() -> None:
    rows = records({"x": 2**53 + 1}, {"x": 0.5})

    assert [record.values["x"] for record in decode_chunk(encode_chunk(0, rows), None)] == [2**53 + 1, 0.5]


def test_keys_named_like_our_columns_or_with_dots_do_not_collide() -> None:
    row: dict[str, object] = {"step": 5, "number": 6, "time": 7, "v:step": 8, "a.b": 9, "a": 10}

    (found,) = decode_chunk(encode_chunk(0, records(row)), None)
    (few,) = decode_chunk(encode_chunk(0, records(row)), {"a", "step"})

    assert (found.number, found.step, found.time, found.values) == (0, 10, 1.5, row)
    assert few.values == {"step": 5, "a": 10}


def test_facts_are_the_same_before_and_after_storing() -> None:
    rows = [HistoryRecord(step, 1.0, {}) for step in (5, 3, 9)]

    assert facts_of(40, rows) == read_facts(encode_chunk(40, rows)) == ChunkFacts(40, 3, 3, 9)
