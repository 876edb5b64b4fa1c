"""What the processes of a run wrote to their consoles, put together in the order of time."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.history import CHUNKS_AT_ONCE, plan_read
from headwater_service.errors import InvalidInputError
from headwater_service.model import Page
from headwater_service.store import history as store
from headwater_service.store.graph import Graph
from headwater_service.store.history_chunks import decode_chunk
from headwater_service.store.objects import ObjectStore

MOST_TEXTS: Final = 10_000
# The step of a record of the console is its time in milliseconds.
_ALL_TIMES: Final = range(-(2**62), 2**62)


@dataclass(frozen=True, slots=True)
class ConsoleText:
    """Whole lines that a process wrote at once, without the last line's end; `time` in seconds since 1970."""

    source: str
    stream: str
    time: float
    text: str


Position = tuple[int, str, int]
"""The time in milliseconds, the stream and the number: what texts are ordered by, and pages cut at."""


async def read_console(
    graph: Graph, objects: ObjectStore, viewer: Viewer, run_id: str, *, first: int, after: str | None
) -> Page[ConsoleText]:
    """Return a page of a run's console, oldest first. Raises InvalidInputError for a cursor of something else."""
    if not 1 <= first <= MOST_TEXTS:
        raise InvalidInputError(f"`first` is {first}; a page has 1 to {MOST_TEXTS:,} texts.", field="first")
    start = (_ALL_TIMES.start, "", 0) if after is None else _read_position(after)

    entity_id, chunks = await plan_read(graph, viewer, run_id, start[0], _ALL_TIMES.stop, store.StreamKind.CONSOLE)
    found: list[tuple[Position, ConsoleText]] = []
    for begin in range(0, len(chunks), CHUNKS_AT_ONCE):
        group = chunks[begin : begin + CHUNKS_AT_ONCE]
        loaded = await asyncio.gather(*(_texts(objects, entity_id, run_id, chunk, start) for chunk in group))
        found += [text for texts in loaded for text in texts]
        # Chunks come by their first time: nothing in a later one comes before that.
        rest = chunks[begin + CHUNKS_AT_ONCE :]
        if rest and sum(position[0] < rest[0].facts.min_step for position, _ in found) > first:
            break
    found.sort(key=lambda entry: entry[0])
    page = found[:first]
    cursors = [f"{time}/{stream}/{number}" for (time, stream, number), _ in page]
    return Page([text for _, text in page], cursors, has_next=len(found) > first)


async def _texts(
    objects: ObjectStore, entity_id: str, run_id: str, chunk: store.StoredChunk, start: Position
) -> list[tuple[Position, ConsoleText]]:
    data = await objects.get(store.key_of(entity_id, run_id, chunk))

    def decode() -> list[tuple[Position, ConsoleText]]:
        return [
            ((record.step, chunk.stream, record.number), text)
            for record in decode_chunk(data, ("source", "text"))
            if (record.step, chunk.stream, record.number) > start
            and (text := _text(chunk.stream, record.time, record.values)) is not None
        ]

    return await asyncio.to_thread(decode)


def _text(stream: str, time: float, values: Any) -> ConsoleText | None:
    """Return a record of the console as what it is; None if it is something else, as a client may send it."""
    match values:
        case {"source": "stdout" | "stderr" as source, "text": str(text)}:
            return ConsoleText(source, stream, time, text)
        case _:
            return None


def _read_position(after: str) -> Position:
    time, _, rest = after.partition("/")
    stream, _, number = rest.rpartition("/")
    try:
        position = int(time), stream, int(number)
    except ValueError:
        position = (_ALL_TIMES.stop, "", 0)
    if position[0] not in _ALL_TIMES:
        raise InvalidInputError("`after` is not a cursor of a console.", field="after")
    return position
