"""What runs measured step by step: batches taken in without loss or repetition, and read back step by step.

A stream is what one process of a run logged; its records are numbered without gap by the client. A chunk becomes
durable first and is acknowledged after it. If the service dies between the two, the client sends the same number
again, finds the chunk there and has it acknowledged as it is: a stream's record of a number never changes.
"""

import asyncio
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.documents import to_json
from headwater_service.domain.runs import beat_within, require_live_run, run_with_role
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from headwater_service.model import JsonObject, Role
from headwater_service.store import history as store
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.history_chunks import (
    ChunkFacts,
    HistoryRecord,
    NumberedRecord,
    decode_chunk,
    encode_chunk,
    facts_of,
    read_facts,
    size_of,
)
from headwater_service.store.objects import ObjectStore

MOST_ROWS: Final = 10_000
LARGEST_STEP: Final = 2**63 - 1
CHUNKS_AT_ONCE: Final = 8
# A chunk has a column of every key in any of its records: few records of many keys each, or many of few.
MOST_CELLS: Final = 2**20
# Values on one page, however many rows were asked for: more would take the service longer than a request may.
PAGE_CELLS: Final = 2**19
# What is read at once, in memory.
LOADED_BYTES: Final = 32 * 1024**2
_STREAM: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBERS: Final = range(10**12)
# The lowest of 64 bits is left out, so that every step has one below it.
_STEPS: Final = range(-(2**63) + 1, 2**63)


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive records of a stream; `first` is the number of the first one. No records: only a heartbeat.

    `is_alive` is false where a journal is sent afterwards: that is no sign of life of the run. `left_out` are keys that
    were one too many for a record.
    """

    stream: str
    first: int
    records: Sequence[HistoryRecord]
    is_alive: bool = True
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """Which rows: those with one of `keys` (None: all), of steps from `min_step` to `max_step`, behind step `after`."""

    keys: Collection[str] | None = None
    min_step: int | None = None
    max_step: int | None = None
    first: int = 1000
    after: int | None = None
    kind: store.StreamKind = store.StreamKind.METRICS


@dataclass(frozen=True, slots=True)
class History:
    """A page of rows `{"_step", "_time", key: value}`, one a step; `end_step` is the last one's step."""

    keys: Sequence[str]
    rows: Sequence[JsonObject]
    end_step: int | None
    has_next: bool


def parse_batch(document: object, *, most_keys: int) -> Batch:
    """Read the body of a history request as msgpack gave it. Raises InvalidInputError that names the fault.

    A record has its first `most_keys` keys. The others are left out: all that is behind a record that is refused
    could never be sent.
    """
    match document:
        case {"stream": str(stream), "first": int(first), "records": list(records), **rest}:
            is_alive = rest.get("heartbeat", True) is not False
        case _:
            raise InvalidInputError("History is an object of 'stream' (text), 'first' (number) and 'records' (list).")
    if not _STREAM.fullmatch(stream):
        raise InvalidInputError(
            f"{stream!r} can't be a stream: it takes 1 to 64 of a-z, A-Z, 0-9, '_' and '-'.", field="stream"
        )
    if isinstance(first, bool) or first not in _NUMBERS:
        raise InvalidInputError(f"{first} can't be the number of a record.", field="first")
    left_out: dict[str, None] = {}
    parsed = [_record(first + offset, record, most_keys, left_out) for offset, record in enumerate(records)]
    return Batch(stream, first, parsed, is_alive, list(left_out))


async def append_batch(graph: Graph, objects: ObjectStore, viewer: Viewer, run_id: str, batch: Batch) -> int:
    """Store what is new in a batch and return the number of the record that is expected next.

    Raises ConflictError with `acknowledged` when records before the batch are missing.
    """

    async def begin(tx: Transaction) -> tuple[str, int]:
        run, container = await run_with_role(tx, viewer, run_id, Role.MEMBER, what="log history")
        require_live_run(run)
        if batch.is_alive:
            await beat_within(tx, run_id)
        return container.entity_id, await store.find_acknowledged(tx, run_id, batch.stream)

    entity_id, acknowledged = await graph.write(begin)
    if not batch.records:
        return acknowledged
    if batch.first > acknowledged:
        raise ConflictError(
            f"Stream {batch.stream!r} goes on at record {acknowledged}, not {batch.first}.",
            current=str(acknowledged),
            acknowledged=acknowledged,
        )
    end = batch.first + len(batch.records)
    while acknowledged < end:
        new = _next_chunk(batch.records[acknowledged - batch.first :])
        key = store.chunk_key(entity_id, run_id, batch.stream, acknowledged)
        facts, size = await _store_chunk(objects, key, acknowledged, new)
        acknowledged = await _acknowledge(graph, run_id, batch.stream, facts, size)
    return acknowledged


async def read_history(
    graph: Graph, objects: ObjectStore, viewer: Viewer, run_id: str, request: HistoryRequest
) -> History:
    """Return a page of a run's history, the streams of its processes merged: of one step the last value of a key.

    A page of wide rows ends before it has `first` of them.
    """
    if not 0 <= request.first <= MOST_ROWS:
        raise InvalidInputError(f"`first` is {request.first}; a page holds from 0 to {MOST_ROWS} rows.", field="first")
    low = max(
        -LARGEST_STEP if request.min_step is None else request.min_step,
        -LARGEST_STEP if request.after is None else request.after + 1,
    )
    high = LARGEST_STEP if request.max_step is None else request.max_step

    entity_id, chunks = await plan_read(graph, viewer, run_id, min(low, LARGEST_STEP), high, request.kind)
    if low > high:
        return History([], [], None, False)
    steps: dict[int, list[tuple[int, str, NumberedRecord]]] = defaultdict(list)
    whole_below: int | None = None
    behind = iter([*chunks[1:], None])
    for group in loaded_together(chunks, rows=request.first):
        *_, following = islice(behind, len(group))
        loaded = await asyncio.gather(
            *(_load_chunk(objects, store.key_of(entity_id, run_id, chunk), request, low, high) for chunk in group)
        )
        for chunk, records in zip(group, loaded, strict=True):
            for record in records:
                steps[record.step].append((record.number, chunk.stream, record))
        # Chunks come by their lowest step, so that nothing later can add to a step below the next one's.
        if following is not None and _fills_a_page(steps, following.facts.min_step, request.first):
            whole_below = following.facts.min_step
            break
    return _page(steps, request.first, whole_below)


async def plan_read(
    graph: Graph,
    viewer: Viewer,
    run_id: str,
    low: int,
    high: int,
    kind: store.StreamKind = store.StreamKind.METRICS,
) -> tuple[str, Sequence[store.StoredChunk]]:
    """Return the entity of a run and its chunks with steps from `low` to `high`, by the lowest step in each.

    Raises NotFoundError unless the viewer may see it. The chunks can be read for minutes, whatever is merged meanwhile.
    """

    async def plan(tx: Transaction) -> tuple[str, Sequence[store.StoredChunk]]:
        _, container = await run_with_role(tx, viewer, run_id, Role.VIEWER, what="read history")
        return container.entity_id, await store.list_chunks(tx, run_id, low=low, high=high, kind=kind)

    return await graph.read(plan)


def _fills_a_page(steps: Mapping[int, list[tuple[int, str, NumberedRecord]]], below: int, rows: int) -> bool:
    whole = [records for step, records in steps.items() if step < below]
    return len(whole) > rows or sum(len(record.values) for records in whole for *_, record in records) > PAGE_CELLS


def loaded_together(
    chunks: Sequence[store.StoredChunk], *, rows: int | None = None
) -> Iterator[Sequence[store.StoredChunk]]:
    """Yield chunks that may be in memory at once, no more of them than may hold so many rows, and one at least."""
    start = 0
    while start < len(chunks):
        end, records, size = start, 0, 0
        while end < min(start + CHUNKS_AT_ONCE, len(chunks)) and (rows is None or records <= rows):
            size += chunks[end].size
            if end > start and size > LOADED_BYTES:
                break
            records += chunks[end].facts.count
            end += 1
        yield chunks[start:end]
        start = end


def _next_chunk(records: Sequence[HistoryRecord]) -> Sequence[HistoryRecord]:
    """Return the records that become one chunk: all of them, as long as they have keys in common."""
    keys: set[str] = set()
    for count, record in enumerate(records):
        keys.update(record.values)
        if count and (count + 1) * len(keys) > MOST_CELLS:
            return records[:count]
    return records


async def _store_chunk(
    objects: ObjectStore, key: str, first: int, records: Sequence[HistoryRecord]
) -> tuple[ChunkFacts, int]:
    """Make a chunk durable and return its facts and size: those of the chunk that is there already, if one is."""
    data = await asyncio.to_thread(encode_chunk, first, records)
    try:
        await objects.put(key, data, if_absent=True)
    except ConflictError:
        return await _stored_facts(objects, key)
    return facts_of(first, records), size_of(data)


async def _stored_facts(objects: ObjectStore, key: str) -> tuple[ChunkFacts, int]:
    try:
        data = await objects.get(key)
    except NotFoundError as error:
        raise UnavailableError("Another sender is storing the same records. Try again.") from error
    return await asyncio.to_thread(read_facts, data), size_of(data)


async def _acknowledge(graph: Graph, run_id: str, stream: str, facts: ChunkFacts, size: int) -> int:
    return await graph.write(lambda tx: store.acknowledge(tx, run_id, stream, facts, size=size))


async def _load_chunk(
    objects: ObjectStore, key: str, request: HistoryRequest, low: int, high: int
) -> Sequence[NumberedRecord]:
    data = await objects.get(key)

    def decode() -> list[NumberedRecord]:
        return list(decode_chunk(data, request.keys, low=low, high=high, most_steps=request.first + 1))

    return await asyncio.to_thread(decode)


def _page(steps: Mapping[int, list[tuple[int, str, NumberedRecord]]], first: int, whole_below: int | None) -> History:
    # What is above may have more values in chunks that were not read, and the next page would pass over them. Values
    # that several streams have of a step were counted for each of them, and are once in its row.
    order = sorted(step for step in steps if whole_below is None or step < whole_below)
    rows: list[JsonObject] = []
    cells = 0
    for step in order[:first]:
        row = _row(step, [record for *_, record in sorted(steps[step], key=_position)])
        cells += len(row)
        if rows and cells > PAGE_CELLS:
            break
        rows.append(row)
    keys = sorted({key for row in rows for key in row} - {"_step", "_time"})
    has_next = whole_below is not None or len(order) > len(rows)
    return History(keys, rows, order[len(rows) - 1] if rows else None, has_next)


def _position(entry: tuple[int, str, NumberedRecord]) -> tuple[int, str]:
    return entry[0], entry[1]


def _row(step: int, records: Sequence[NumberedRecord]) -> JsonObject:
    row: JsonObject = {"_step": step, "_time": to_json(records[-1].time)}
    for record in records:
        row |= to_json(record.values)
    return row


def _record(number: int, document: object, most_keys: int, left_out: dict[str, None]) -> HistoryRecord:
    match document:
        case {"step": int(step), "time": float(time) | int(time), "values": dict(values)} if step in _STEPS:
            if isinstance(step, bool) or isinstance(time, bool):
                raise InvalidInputError(f"Record {number} has a truth value for a number.", field="records")
            if not math.isfinite(time):
                raise InvalidInputError(f"Record {number} has no time.", field="records")
        case _:
            raise InvalidInputError(
                f"Record {number} is not an object of 'step' (whole number), 'time' (number) and 'values' (object).",
                field="records",
            )
    if not all(isinstance(key, str) and key for key in values):
        raise InvalidInputError(f"Record {number} has a key that is no text, or empty.", field="records")
    if len(values) > most_keys:
        left_out.update(dict.fromkeys(islice(values, most_keys, None)))
    return HistoryRecord(step, float(time), {key: _storable(value) for key, value in islice(values.items(), most_keys)})


def _storable(value: Any) -> Any:
    """Return a value as a column may hold it: in JSON text, NaN and the infinities are named."""
    try:
        return to_json(value) if isinstance(value, dict | list) else value
    except RecursionError as error:
        raise InvalidInputError("A value is nested too deeply.", field="records") from error
