"""Chunks by columns: merged without changing a value, and looked through for extremes."""

import math
import time
from collections.abc import Sequence
from typing import Any

import pytest

from headwater_service.store.history_chunks import (
    WIDE,
    ChunkFacts,
    HistoryRecord,
    decode_chunk,
    encode_chunk,
    size_of,
)
from headwater_service.store.history_columns import Buckets, Point, find_extremes, merge_columns, parts_within


def chunk(first: int, *values: dict[str, Any]) -> bytes:
    records = [HistoryRecord(first + row, 0.5 * (first + row), given) for row, given in enumerate(values)]
    return encode_chunk(first, records)


def merged_values(chunks: Sequence[bytes]) -> list[dict[str, Any]]:
    return [dict(record.values) for record in decode_chunk(merge_columns(chunks)[1], None)]


def test_merged_chunks_hold_all_records_and_say_which() -> None:
    chunks = [chunk(5, {"a": 1}, {"a": 2}), chunk(7, {"b": "x"}), chunk(8, {"a": 3, "b": "y"})]

    facts, data = merge_columns(chunks)

    assert facts == ChunkFacts(5, 4, 5, 8)
    assert list(decode_chunk(data, None)) == [record for one in chunks for record in decode_chunk(one, None)]


@pytest.mark.parametrize(
    "values",
    [
        [1, 0.5],
        [2**53 + 1, 0.5],
        [1, "one"],
        [True, 1],
        [0.5, {"a": [1, None]}, "text"],
        [[1, 2], "text", 7],
        [2**63, -1],
        ["猫", True, None],
    ],
    ids=str,
)
def test_a_type_that_changes_between_chunks_is_kept_exactly(values: list[Any]) -> None:
    chunks = [chunk(number, {"x": value, "always": 0}) for number, value in enumerate(values)]

    found = merged_values(chunks)

    assert [row.get("x") for row in found] == values
    expected = [float if values == [1, 0.5] else type(value) for value in values]
    assert [type(row.get("x")) for row in found] == expected


def test_a_key_that_is_null_all_through_a_chunk_keeps_its_type_when_it_is_merged() -> None:
    later = ({"x": value} for value in (0.5, 9.0, -3.0, 1.0))
    chunks = [chunk(0, {"x": None, "y": 1.0}, {"x": None, "y": 2.0}), chunk(2, *later)]

    _, data = merge_columns(chunks)

    found = find_extremes(data, ["x"], Buckets(0, 5, 1), most=0)["x"]
    assert [point.value for _, point in found.lowest] == [-3.0]
    assert [point.value for _, point in found.highest] == [9.0]
    assert found.others == []


def test_thousands_of_keys_are_merged_in_time_that_grows_with_them_alone() -> None:
    spent = []
    for count in (500, 4000):
        chunks = [chunk(number, {f"k{key}": 0.5 for key in range(count)}) for number in range(2)]
        before = time.thread_time()
        assert len(merged_values(chunks)[1]) == count
        spent.append(time.thread_time() - before)

    # Eight times as many: with every key looked for among all of them, it was fifty times as long.
    assert spent[1] < 25 * spent[0]


def test_chunks_of_different_keys_become_one_only_within_a_number_of_cells() -> None:
    # Of `number`, `step`, `time` and their keys: 4, 4, 5 and 12 columns.
    chunks = [chunk(0, {"a": 1}, {"a": 2}), chunk(2, {"a": 1}), chunk(3, {"b": 1, "a": 1}), wide_chunk(4, 9)]

    assert parts_within(chunks, 1000) == [slice(0, 4)]
    assert parts_within(chunks, 20) == [slice(0, 3), slice(3, 4)]
    assert parts_within(chunks, 12) == [slice(0, 2), slice(2, 3), slice(3, 4)]
    assert parts_within(chunks, 1) == [slice(0, 1), slice(1, 2), slice(2, 3), slice(3, 4)]


def wide_chunk(first: int, keys: int) -> bytes:
    return chunk(first, {f"k{key}": 1 for key in range(keys)})


def test_more_columns_than_usual_come_back_as_they_were() -> None:
    values = {f"k{key}": value for key, value in enumerate([0.5, math.inf, 3, True, "text", [1, "a"]] * 200)}

    (record,) = decode_chunk(chunk(0, values), None)

    assert len(values) > WIDE
    assert record.values == values


def test_what_is_no_number_is_kept_beside_texts() -> None:
    chunks = [chunk(0, {"x": math.nan}, {"x": -math.inf}), chunk(2, {"x": "text"})]

    assert [row["x"] for row in merged_values(chunks)] == ["NaN", "-Infinity", "text"]
    assert [row["x"] for row in merged_values(chunks[:1])][1] == -math.inf


def test_only_rows_of_the_steps_and_keys_wanted_are_read() -> None:
    data = chunk(0, *({"odd" if n % 2 else "even": n} for n in range(10)))

    def steps(keys: list[str] | None, **wanted: int) -> list[int]:
        return [record.step for record in decode_chunk(data, keys, **wanted)]

    assert steps(None, low=3, high=5) == [3, 4, 5]
    assert steps(["odd"], low=2) == [3, 5, 7, 9]
    assert steps(["odd"], most_steps=2) == [1, 3]
    assert steps(["missing"]) == []


def test_the_size_of_a_chunk_counts_values_that_are_written_once() -> None:
    data = chunk(0, *({f"k{key}": 1.0 for key in range(50)} for _ in range(1000)))

    assert len(data) < 100_000
    assert size_of(data) >= 8 * 53 * 1000


def extremes_of(values: Sequence[Any], count: int, most: int = 0) -> Any:
    data = chunk(0, *({"x": value} for value in values))
    return find_extremes(data, None, Buckets(0, len(values) - 1, count), most=most)["x"]


def test_the_lowest_and_the_highest_of_each_bucket_are_found() -> None:
    found = extremes_of([3, 9, -1, 5, 7, 2, 2, 8], 2)

    assert found.count == 8
    assert (found.first, found.last) == (Point(0, 0, 0.0, 3), Point(7, 7, 3.5, 8))
    assert found.lowest == [(0, Point(2, 2, 1.0, -1)), (1, Point(5, 5, 2.5, 2))]
    assert found.highest == [(0, Point(1, 1, 0.5, 9)), (1, Point(7, 7, 3.5, 8))]
    assert (found.others, found.points) == ([], None)


def test_what_is_no_number_never_hides_one_and_is_shown_where_there_is_none() -> None:
    nan, inf = math.nan, math.inf

    found = extremes_of([nan, 1.0, nan, inf, nan, nan], 3)

    assert [(place, point.value) for place, point in found.lowest] == [(0, 1.0), (1, inf)]
    assert [(place, point.value) for place, point in found.highest] == [(0, 1.0), (1, inf)]
    assert [(place, point.step, str(point.value)) for place, point in found.others] == [(2, 4, "nan")]


def test_texts_and_objects_show_the_last_of_each_bucket() -> None:
    texts = extremes_of(["a", "b", "c", "d"], 2)
    images = extremes_of([{"path": "1"}, {"path": "2"}], 1)

    assert [(place, point.value) for place, point in texts.others] == [(0, "b"), (1, "d")]
    assert [point.value for _, point in images.others] == [{"path": "2"}]


def test_few_points_are_given_all() -> None:
    assert [point.value for point in extremes_of([1, 1, 2], 1, most=3).points] == [1, 1, 2]
    assert extremes_of([1, 1, 2], 1, most=2).points is None


def test_steps_that_went_back_or_lie_far_apart_fall_into_their_buckets() -> None:
    steps = [2**62, -(2**62), 0]
    records = [HistoryRecord(step, 0.0, {"x": number}) for number, step in enumerate(steps)]

    found = find_extremes(encode_chunk(0, records), None, Buckets(-(2**62), 2**62, 2), most=0)["x"]

    assert (found.first.step, found.last.step) == (-(2**62), 2**62)
    assert [(place, point.value) for place, point in found.highest] == [(0, 2), (1, 0)]


def test_only_the_steps_of_the_buckets_and_the_keys_wanted_count() -> None:
    data = chunk(0, *({"x": n, "y": n} for n in range(10)))

    found = find_extremes(data, {"x"}, Buckets(3, 5, 1), most=0)

    assert list(found) == ["x"]
    assert (found["x"].count, found["x"].first.value, found["x"].last.value) == (3, 3, 5)
