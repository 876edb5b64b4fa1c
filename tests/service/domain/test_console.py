"""The console of a run: texts of all its processes in the order of time, apart from what it measured."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.domain.console import read_console
from headwater_service.domain.history import Batch, HistoryRequest, append_batch, read_history
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.store.graph import Graph
from headwater_service.store.history import StreamKind
from headwater_service.store.history_chunks import HistoryRecord
from headwater_service.store.objects import ObjectStore, open_objects
from viewers import new_admin, new_run


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The service's own access to the bucket."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


def texts(stream: str, first: int, *times: int) -> Batch:
    """A text a time, in milliseconds; each says where and when it was written."""
    records = [HistoryRecord(t, t / 1000, {"source": "stdout", "text": f"{stream} {t}"}) for t in times]
    return Batch(stream, first, records)


async def test_texts_of_all_processes_come_in_the_order_of_time(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = (await new_run(graph, admin)).run
    for batch in (texts("console-a", 0, 1000, 5000), texts("console-b", 0, 2000), texts("console-a", 2, 6000)):
        await append_batch(graph, objects, admin, run.id, batch)

    first = await read_console(graph, objects, admin, run.id, first=3, after=None)
    rest = await read_console(graph, objects, admin, run.id, first=3, after=first.cursors[-1])
    none = await read_console(graph, objects, admin, run.id, first=3, after=rest.cursors[-1])

    assert [text.text for text in first.items] == ["console-a 1000", "console-b 2000", "console-a 5000"]
    assert (first.items[0].source, first.items[0].stream, first.items[0].time) == ("stdout", "console-a", 1.0)
    assert [text.text for text in rest.items] == ["console-a 6000"]
    assert (first.has_next, rest.has_next, list(none.items)) == (True, False, [])


async def test_many_texts_are_read_in_pages_without_loss(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = (await new_run(graph, admin)).run
    for number in range(20):
        await append_batch(graph, objects, admin, run.id, texts("console-a", 3 * number, *[number] * 3))
        await append_batch(graph, objects, admin, run.id, texts("console-b", 2 * number, *[number] * 2))

    found: list[str] = []
    after: str | None = None
    while page := await read_console(graph, objects, admin, run.id, first=7, after=after):
        found += [text.text for text in page.items]
        if not page.has_next:
            break
        after = page.cursors[-1]

    assert found == [f"console-{name} {time}" for time in range(20) for name in "aaabb"]


async def test_metrics_console_and_machine_are_kept_apart(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = (await new_run(graph, admin)).run
    await append_batch(graph, objects, admin, run.id, texts("console-a", 0, 7))
    await append_batch(graph, objects, admin, run.id, Batch("system-a", 0, [HistoryRecord(8, 8.0, {"cpu": 1.5})]))
    await append_batch(graph, objects, admin, run.id, Batch("abc", 0, [HistoryRecord(0, 9.0, {"loss": 2})]))

    metrics = await read_history(graph, objects, admin, run.id, HistoryRequest())
    machine = await read_history(graph, objects, admin, run.id, HistoryRequest(kind=StreamKind.SYSTEM))
    console = await read_console(graph, objects, admin, run.id, first=10, after=None)

    assert list(metrics.rows) == [{"_step": 0, "_time": 9.0, "loss": 2}]
    assert list(machine.rows) == [{"_step": 8, "_time": 8.0, "cpu": 1.5}]
    assert [text.text for text in console.items] == ["console-a 7"]


async def test_what_is_no_text_of_a_console_is_passed_over(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = (await new_run(graph, admin)).run
    records = [HistoryRecord(1, 1.0, {"source": "elsewhere", "text": "a"}), HistoryRecord(2, 1.0, {"text": 3})]
    await append_batch(graph, objects, admin, run.id, Batch("console-a", 0, records))

    page = await read_console(graph, objects, admin, run.id, first=10, after=None)

    assert (list(page.items), page.has_next) == ([], False)


async def test_an_outsider_reads_none_and_a_wrong_cursor_is_told(graph: Graph, objects: ObjectStore) -> None:
    admin, outsider = await new_admin(graph), await new_admin(graph)
    run = (await new_run(graph, admin)).run

    with pytest.raises(NotFoundError):
        await read_console(graph, objects, outsider, run.id, first=10, after=None)
    for after in ("x", "1/a", "1/a/b"):
        with pytest.raises(InvalidInputError, match="cursor"):
            await read_console(graph, objects, admin, run.id, first=10, after=after)
    with pytest.raises(InvalidInputError, match="10,000"):
        await read_console(graph, objects, admin, run.id, first=10_001, after=None)
