"""What a chart of a run's metrics shows: few points of many, with the lowest and the highest of each stretch kept."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.documents import to_json
from headwater_service.domain.history import LARGEST_STEP, loaded_together, plan_read
from headwater_service.errors import InvalidInputError
from headwater_service.model import JsonObject
from headwater_service.store.graph import Graph
from headwater_service.store.history import StoredChunk, key_of
from headwater_service.store.history_columns import Buckets, Extremes, Point, find_extremes
from headwater_service.store.objects import ObjectStore

FEWEST_SAMPLES: Final = 4
MOST_SAMPLES: Final = 10_000
MOST_POINTS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """Which points: of `keys` (None: all), at steps from `min_step` to `max_step`, at most `samples` a metric."""

    samples: int
    keys: Collection[str] | None = None
    min_step: int | None = None
    max_step: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one metric by step; `count` is how many were logged in these steps."""

    key: str
    count: int
    points: Sequence[Point]


async def sample_history(
    graph: Graph, objects: ObjectStore, viewer: Viewer, run_id: str, request: SampleRequest
) -> Sequence[Series]:
    """Return at most `samples` points of each metric, by name of the metric; all of them where there are no more.

    The first and the last point stay, and the lowest and the highest of equal stretches of steps. A value that is
    logged again for its step, by another process too, is a point of its own.
    """
    _check(request)
    low = -LARGEST_STEP if request.min_step is None else request.min_step
    high = LARGEST_STEP if request.max_step is None else request.max_step
    entity_id, chunks = await plan_read(graph, viewer, run_id, low, high)
    if not chunks or low > high:
        return []
    buckets = Buckets(
        max(low, min(chunk.facts.min_step for chunk in chunks)),
        min(high, max(chunk.facts.max_step for chunk in chunks)),
        (request.samples - 2) // 2,
    )
    found: dict[str, _Series] = {}
    async for parts in _parts(objects, entity_id, run_id, chunks, request, buckets):
        for key, extremes in parts.items():
            found.setdefault(key, _Series()).add(extremes, request.samples)
        if len(found) * request.samples > MOST_POINTS:
            raise InvalidInputError(
                f"{request.samples:,} samples of more than {MOST_POINTS // request.samples:,} metrics pass "
                f"{MOST_POINTS:,} points. Name the `keys` you want, or ask for fewer samples.",
                field="samples",
            )
    return [Series(key, found[key].count, found[key].points()) for key in sorted(found)]


def rows_of(series: Sequence[Series]) -> list[JsonObject]:
    """Return the points as rows of a history: one a step, with the metrics that have a point there."""
    rows: dict[int, JsonObject] = {}
    for one in series:
        for point in one.points:
            row = rows.setdefault(point.step, {"_step": point.step, "_time": to_json(point.time)})
            row[one.key] = to_json(point.value)
    return [rows[step] for step in sorted(rows)]


def series_of(rows: Sequence[JsonObject]) -> list[Series]:
    """Return rows of a history by metric."""
    points: dict[str, list[Point]] = defaultdict(list)
    for number, row in enumerate(rows):
        for key, value in row.items():
            if key not in ("_step", "_time"):
                points[key].append(Point(row["_step"], number, row["_time"], value))
    return [Series(key, len(points[key]), points[key]) for key in sorted(points)]


async def _parts(
    objects: ObjectStore,
    entity_id: str,
    run_id: str,
    chunks: Sequence[StoredChunk],
    request: SampleRequest,
    buckets: Buckets,
) -> AsyncIterator[Mapping[str, Extremes]]:
    """Yield what each chunk has, a few of them in memory at once."""

    async def look(chunk: StoredChunk) -> Mapping[str, Extremes]:
        data = await objects.get(key_of(entity_id, run_id, chunk))
        return await asyncio.to_thread(find_extremes, data, request.keys, buckets, most=request.samples)

    for group in loaded_together(chunks):
        for found in await asyncio.gather(*(look(chunk) for chunk in group)):
            yield found


@dataclass(slots=True)
class _Series:
    """What is known of a metric after some of the chunks. Of equal values the one of the lowest step is kept."""

    count: int = 0
    _all: list[Point] | None = field(default_factory=list)
    _ends: list[Point] = field(default_factory=list)
    _lowest: dict[int, Point] = field(default_factory=dict)
    _highest: dict[int, Point] = field(default_factory=dict)
    _others: dict[int, Point] = field(default_factory=dict)

    def add(self, extremes: Extremes, most: int) -> None:
        self.count += extremes.count
        if self._all is not None:
            is_whole = extremes.points is not None and self.count <= most
            self._all = [*self._all, *extremes.points] if is_whole and extremes.points else None
        ends = sorted([*self._ends, extremes.first, extremes.last], key=_step)
        self._ends = [ends[0], ends[-1]]
        _keep(self._lowest, extremes.lowest, lambda point: (point.value, point.step))
        _keep(self._highest, extremes.highest, lambda point: (-point.value, point.step))
        self._others.update(extremes.others)

    def points(self) -> Sequence[Point]:
        if self._all is not None:
            return sorted(self._all, key=_step)
        others = [point for place, point in self._others.items() if place not in self._lowest]
        points = [*self._ends, *self._lowest.values(), *self._highest.values(), *others]
        # The lowest of a stretch may be the highest too, or the first of all.
        return sorted({(point.step, point.number, point.time): point for point in points}.values(), key=_step)


def _keep(
    known: dict[int, Point], found: Sequence[tuple[int, Point]], rank: Callable[[Point], tuple[float, int]]
) -> None:
    for place, point in found:
        if place not in known or rank(point) < rank(known[place]):
            known[place] = point


def _step(point: Point) -> int:
    return point.step


def _check(request: SampleRequest) -> None:
    if not FEWEST_SAMPLES <= request.samples <= MOST_SAMPLES:
        raise InvalidInputError(
            f"`samples` is {request.samples}; a chart takes {FEWEST_SAMPLES} to {MOST_SAMPLES:,} points.",
            field="samples",
        )
