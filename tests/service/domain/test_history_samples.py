"""Samples for charts: few points, and none of the peaks lost."""

import math
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.history import Batch, append_batch
from headwater_service.domain.history_samples import SampleRequest, Series, rows_of, sample_history
from headwater_service.domain.runs import StartedRun
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.store.graph import Graph
from headwater_service.store.history_chunks import HistoryRecord
from headwater_service.store.history_columns import Point
from headwater_service.store.objects import ObjectStore, open_objects
from viewers import new_admin, new_run


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The service's own access to the bucket."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


async def write(
    graph: Graph, objects: ObjectStore, viewer: Viewer, run: StartedRun, *rows: dict[str, Any], size: int = 1000
) -> None:
    """Append rows as records at the steps 0, 1, 2 …, in chunks of `size`."""
    for first in range(0, len(rows), size):
        part = [HistoryRecord(first + n, float(first + n), row) for n, row in enumerate(rows[first : first + size])]
        await append_batch(graph, objects, viewer, run.run.id, Batch("s", first, part))


async def sample(
    graph: Graph, objects: ObjectStore, viewer: Viewer, run: StartedRun, **request: Any
) -> dict[str, Series]:
    found = await sample_history(graph, objects, viewer, run.run.id, SampleRequest(**request))
    return {series.key: series for series in found}


def points(series: Series) -> list[tuple[int, Any]]:
    return [(point.step, point.value) for point in series.points]


async def test_every_peak_survives_in_a_tenth_of_the_points(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    chance = random.Random(3)
    values = [chance.gauss(0, 1) for _ in range(3000)]
    values[1234], values[2345] = 50.0, -40.0
    await write(graph, objects, admin, run, *({"loss": value} for value in values))

    series = (await sample(graph, objects, admin, run, samples=300))["loss"]

    found = points(series)
    assert series.count == 3000
    assert 200 < len(found) <= 300
    assert found == sorted(found)
    assert all(values[step] == value for step, value in found)
    assert {(0, values[0]), (2999, values[2999]), (1234, 50.0), (2345, -40.0)} <= set(found)
    # Each of the 149 stretches keeps its own extremes, which is what a chart draws.
    width = -(-3000 // 149)
    kept: dict[int, set[float]] = {}
    for step, value in found:
        kept.setdefault(step // width, set()).add(value)
    for start in range(0, 3000, width):
        part = values[start : start + width]
        assert {min(part), max(part)} <= kept[start // width]


async def test_where_there_are_few_points_all_are_given(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    rows = [{"loss": float(n)} | ({"accuracy": n // 10} if n % 10 == 0 else {}) for n in range(100)]
    await write(graph, objects, admin, run, *rows, size=7)

    found = await sample(graph, objects, admin, run, samples=20)

    assert points(found["accuracy"]) == [(n, n // 10) for n in range(0, 100, 10)]
    assert (found["loss"].count, len(found["loss"].points) <= 20) == (100, True)


async def test_keys_and_steps_narrow_what_is_sampled(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, *({"a": n, "b": -n} for n in range(50)), size=20)

    found = await sample(graph, objects, admin, run, samples=100, keys=["a"], min_step=18, max_step=21)

    assert {key: points(series) for key, series in found.items()} == {"a": [(18, 18), (19, 19), (20, 20), (21, 21)]}
    assert await sample(graph, objects, admin, run, samples=100, keys=["c"]) == {}
    assert await sample(graph, objects, admin, run, samples=100, min_step=50) == {}
    assert await sample(graph, objects, admin, run, samples=4, min_step=40, max_step=10) == {}


async def test_streams_of_one_run_are_one_series(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    for stream, offset in (("one", 0), ("two", 1)):
        records = [HistoryRecord(2 * n + offset, 0.0, {"x": 2 * n + offset}) for n in range(500)]
        await append_batch(graph, objects, admin, run.run.id, Batch(stream, 0, records))

    series = (await sample(graph, objects, admin, run, samples=12))["x"]

    assert series.count == 1000
    assert points(series) == [(step, step) for step in (0, 199, 200, 399, 400, 599, 600, 799, 800, 999)]


async def test_infinite_values_and_texts_are_kept(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    rows: list[dict[str, Any]] = [{"x": float(n), "phase": "warm" if n < 50 else "main"} for n in range(100)]
    rows[30]["x"], rows[60]["x"] = math.inf, -math.inf
    for n in range(90, 100):
        rows[n]["x"] = math.nan
    await write(graph, objects, admin, run, *rows, size=30)

    found = await sample(graph, objects, admin, run, samples=22)

    shown = dict(points(found["x"]))
    assert (shown[30], shown[60]) == (math.inf, -math.inf)
    assert math.isnan(shown[99]) and math.isnan(shown[90])
    assert [value for _, value in points(found["phase"])] == ["warm"] * 6 + ["main"] * 5


async def test_what_can_not_be_sampled_is_refused(graph: Graph, objects: ObjectStore) -> None:
    admin, outsider = await new_admin(graph), await new_admin(graph)
    run = await new_run(graph, admin)
    await write(graph, objects, admin, run, {f"k{key}": 1 for key in range(101)})

    for samples in (3, 10_001):
        with pytest.raises(InvalidInputError) as refusal:
            await sample(graph, objects, admin, run, samples=samples)
        assert refusal.value.data == {"field": "samples"}
    with pytest.raises(InvalidInputError) as too_many:
        await sample(graph, objects, admin, run, samples=10_000)
    assert too_many.value.data == {"field": "samples"}
    with pytest.raises(NotFoundError):
        await sample(graph, objects, outsider, run, samples=10)


def test_points_make_rows_by_step() -> None:
    def series(key: str, *points: Point) -> Series:
        return Series(key, len(points), points)

    given: Sequence[Series] = [
        series("a", Point(1, 0, 1.0, 0.5), Point(3, 2, 3.0, math.nan)),
        series("b", Point(1, 0, 1.0, "text")),
    ]

    assert rows_of(given) == [
        {"_step": 1, "_time": 1.0, "a": 0.5, "b": "text"},
        {"_step": 3, "_time": 3.0, "a": "NaN"},
    ]
