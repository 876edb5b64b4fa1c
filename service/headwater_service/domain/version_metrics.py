"""What a run measured when it logged a version: the values of the step that the version belongs to."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.documents import to_json
from headwater_service.model import JsonObject
from headwater_service.store.graph import Graph
from headwater_service.store.history import key_of
from headwater_service.store.history_chunks import NumberedRecord, decode_chunk
from headwater_service.store.objects import ObjectStore
from headwater_service.store.version_metrics import list_chunks_at

_CHUNKS_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A step of a run that the viewer was found to see."""

    entity_id: str
    run_id: str
    step: int


async def metrics_at(graph: Graph, objects: ObjectStore, moments: Sequence[Moment]) -> list[JsonObject]:
    """Return numbers, texts and truth values that were logged at each moment, of a key logged twice the later one.

    All are found by one query, and a chunk that holds several is read once.
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
                    (number, numbers[number], record) for number in numbers for record in _at(data, moments[number])
                ]
            )

    loaded = await asyncio.gather(*(read(key, asked) for key, asked in wanted.items()))
    records: dict[int, list[tuple[int, str, NumberedRecord]]] = defaultdict(list)
    for number, stream, record in (one for several in loaded for one in several):
        records[number].append((record.number, stream, record))
    return [_values(records[number]) for number in range(len(moments))]


def _at(data: bytes, moment: Moment) -> Iterable[NumberedRecord]:
    return decode_chunk(data, None, low=moment.step, high=moment.step)


def _values(records: Sequence[tuple[int, str, NumberedRecord]]) -> JsonObject:
    values: JsonObject = {}
    for *_, record in sorted(records, key=lambda one: one[:2]):
        values |= record.values
    return {key: to_json(value) for key, value in sorted(values.items()) if isinstance(value, bool | int | float | str)}
