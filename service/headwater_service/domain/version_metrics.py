"""What a run measured when it logged a version: the values of the step that the version belongs to.

They lie in chunks of history and may arrive after the version, so an order by them is worked out when it is asked for.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.domain.documents import to_json
from headwater_service.domain.run_fields import INFINITIES
from headwater_service.domain.search import search
from headwater_service.errors import InvalidInputError
from headwater_service.model import JsonObject, Page
from headwater_service.store.filters import OrderDirection, VersionFilter, VersionOrder
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.history import key_of
from headwater_service.store.history_chunks import NumberedRecord, decode_chunk
from headwater_service.store.hops import find_loggers
from headwater_service.store.listing import Sorting, Window, position_name, read_position, write_position
from headwater_service.store.listings_versions import Place, list_steps
from headwater_service.store.objects import ObjectStore
from headwater_service.store.reads import PlacedVersion, find_versions
from headwater_service.store.run_fields import NO_NUMBER
from headwater_service.store.version_metrics import list_chunks_at

# Each may need a chunk of its own, which every page reads again.
MOST_COMPARED: Final = 500
_CHUNKS_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A step of a run that the viewer was found to see."""

    entity_id: str
    run_id: str
    step: int


async def metrics_at(
    graph: Graph, objects: ObjectStore, moments: Sequence[Moment], keys: Collection[str] | None = None
) -> list[JsonObject]:
    """Return numbers, texts and truth values that were logged at each moment, of a key logged twice the later one.

    Only those of `keys`, unless it is None. All are found by one query, and a chunk that holds several is read once.
    """
    steps = [(moment.run_id, moment.step) for moment in moments]
    found = await graph.read(lambda tx: list_chunks_at(tx, steps))
    wanted: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, (moment, chunks) in enumerate(zip(moments, found, strict=True)):
        for chunk in chunks:
            wanted[key_of(moment.entity_id, moment.run_id, chunk)].append((number, chunk.stream))
    slots = asyncio.Semaphore(_CHUNKS_AT_ONCE)

    async def read(key: str, asked: Sequence[tuple[int, str]]) -> list[tuple[int, str, NumberedRecord]]:
        async with slots:
            data = await objects.get(key)
            numbers = dict(asked)
            return await asyncio.to_thread(
                lambda: [
                    (number, numbers[number], record)
                    for number in numbers
                    for record in _at(data, moments[number], keys)
                ]
            )

    loaded = await asyncio.gather(*(read(key, asked) for key, asked in wanted.items()))
    records: dict[int, list[tuple[int, str, NumberedRecord]]] = defaultdict(list)
    for number, stream, record in (one for several in loaded for one in several):
        records[number].append((record.number, stream, record))
    return [_values(records[number]) for number in range(len(moments))]


async def list_by_metric(
    graph: Graph,
    objects: ObjectStore,
    scopes: Sequence[str],
    place: Place,
    wanted: VersionFilter,
    order: VersionOrder,
    window: Window,
) -> tuple[VersionFilter, Page[PlacedVersion]]:
    """Return a page of the versions of a collection by a metric of theirs, and the filter as its words were spelt.

    `scopes` are those that the viewer may see: a version whose run lies elsewhere has no metric, as one that measured
    none, and comes last, either way. Raises InvalidInputError for versions of several collections, and for too many.
    """
    assert order.path is not None, "an order by a metric names it"
    if place.collection_id is None:
        raise InvalidInputError("The order METRIC compares versions of one collection only.", field="orderBy")

    async def steps(tx: Transaction, spelt: VersionFilter) -> Page[tuple[str, str, int | None]]:
        return Page(await list_steps(tx, place, spelt, limit=MOST_COMPARED + 1), (), False)

    spelt, found = await search(graph, place.scopes, wanted, steps)
    if len(found.items) > MOST_COMPARED:
        message = f"The order METRIC compares at most {MOST_COMPARED:,} versions. Narrow the filter."
        raise InvalidInputError(message, field="orderBy")
    is_down = order.direction is OrderDirection.DESC
    none = -NO_NUMBER if is_down else NO_NUMBER
    numbers = await _numbers(graph, objects, scopes, found.items, order.path)
    places = sorted(((numbers.get(one, none), one) for one, *_ in found.items), reverse=is_down)
    sorting = Sorting(f"{order.field} {order.path}", "", "version.id", order.direction)
    name = position_name(sorting, window)
    if window.after is not None:
        after = read_position(window.after, name)
        places = [one for one in places if (one < after if is_down else one > after)]
    shown = places[: window.first]
    versions = await graph.read(lambda tx: find_versions(tx, [version_id for _, version_id in shown]))
    return spelt, Page(
        items=[versions[version_id] for _, version_id in shown],
        cursors=[write_position(name, number, version_id) for number, version_id in shown],
        has_next=len(places) > window.first,
    )


async def _numbers(
    graph: Graph,
    objects: ObjectStore,
    scopes: Sequence[str],
    versions: Sequence[tuple[str, str, int | None]],
    metric: str,
) -> dict[str, float]:
    """Return the number of a metric of each version that has one and whose run lies in `scopes`."""
    runs = await graph.read(lambda tx: find_loggers(tx, [content_id for _, content_id, _ in versions], scopes))
    moments = {
        version_id: Moment(run.container.entity_id, run.run.id, step)
        for version_id, content_id, step in versions
        if step is not None and (run := runs.get(content_id)) is not None
    }
    several = list(dict.fromkeys(moments.values()))
    values = dict(zip(several, await metrics_at(graph, objects, several, [metric]), strict=True))
    ranks = {version_id: _rank(values[moment].get(metric)) for version_id, moment in moments.items()}
    return {version_id: rank for version_id, rank in ranks.items() if rank is not None}


def _rank(value: Any) -> float | None:
    """Return what a metric is compared as; texts and NaN are no numbers, and JSON has the infinities as texts."""
    if isinstance(value, str):
        return INFINITIES.get(value)
    largest = INFINITIES["Infinity"]
    return None if value is None else float(max(-largest, min(largest, value)))


def _at(data: bytes, moment: Moment, keys: Collection[str] | None) -> Iterable[NumberedRecord]:
    return decode_chunk(data, keys, low=moment.step, high=moment.step)


def _values(records: Sequence[tuple[int, str, NumberedRecord]]) -> JsonObject:
    values: JsonObject = {}
    for *_, record in sorted(records, key=lambda one: one[:2]):
        values |= record.values
    return {key: to_json(value) for key, value in sorted(values.items()) if isinstance(value, bool | int | float | str)}
