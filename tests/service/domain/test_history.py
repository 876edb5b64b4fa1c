"""History: taken in without loss or repetition, read back merged, whatever is killed when."""

import asyncio
import random
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import create_project
from headwater_service.domain.history import (
    Batch,
    History,
    HistoryRequest,
    append_batch,
    parse_batch,
    read_history,
)
from headwater_service.domain.people import bootstrap_user
from headwater_service.domain.runs import StartedRun
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import RunState
from headwater_service.store.graph import Graph
from headwater_service.store.history import chunk_key
from headwater_service.store.history_chunks import HistoryRecord, encode_chunk
from headwater_service.store.ids import new_id
from headwater_service.store.objects import ObjectStore, open_objects
from headwater_service.store.runs import find_run
from servers import environment_of
from viewers import known, new_admin, new_run, new_team

CHUNKS = "MATCH (c:HistoryChunk {run_id: $id, stream: 's'}) RETURN c.first AS first, c.count AS count ORDER BY first"
SET_CRASHED = "MATCH (run:Run {id: $id}) SET run.state = 'CRASHED'"
OLD_HEARTBEAT = "MATCH (run:Run {id: $id}) SET run.heartbeat_at = 0"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The service's own access to the bucket."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


def batch(first: int, count: int, stream: str = "s", **values: Any) -> Batch:
    """Records whose step is their number, with `n` as a value."""
    return Batch(
        stream,
        first,
        [HistoryRecord(number, 100.0 + number, {"n": number, **values}) for number in range(first, first + count)],
    )


async def chunks(graph: Graph, run: StartedRun) -> list[tuple[int, int]]:
    rows = await graph.read(lambda tx: tx.rows(CHUNKS, id=run.run.id))
    return [(row["first"], row["count"]) for row in rows]


async def read_all(graph: Graph, objects: ObjectStore, viewer: Viewer, run: StartedRun, **request: Any) -> History:
    return await read_history(graph, objects, viewer, run.run.id, HistoryRequest(**{"first": 10_000, **request}))


async def test_batches_are_acknowledged_and_read_back(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)

    assert await append_batch(graph, objects, admin, run.run.id, batch(0, 3, loss=0.5)) == 3
    assert await append_batch(graph, objects, admin, run.run.id, batch(3, 1, loss=float("nan"))) == 4

    history = await read_all(graph, objects, admin, run)
    assert history == History(
        keys=["loss", "n"],
        rows=[
            {"_step": 0, "_time": 100.0, "n": 0, "loss": 0.5},
            {"_step": 1, "_time": 101.0, "n": 1, "loss": 0.5},
            {"_step": 2, "_time": 102.0, "n": 2, "loss": 0.5},
            {"_step": 3, "_time": 103.0, "n": 3, "loss": "NaN"},
        ],
        end_step=3,
        has_next=False,
    )


async def test_the_same_batch_again_is_acknowledged_and_stored_once(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)

    for _ in range(3):
        assert await append_batch(graph, objects, admin, run.run.id, batch(0, 5)) == 5

    assert await chunks(graph, run) == [(0, 5)]


async def test_records_that_are_known_are_cut_off_a_batch(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await append_batch(graph, objects, admin, run.run.id, batch(0, 5))

    assert await append_batch(graph, objects, admin, run.run.id, batch(2, 6)) == 8

    assert await chunks(graph, run) == [(0, 5), (5, 3)]
    assert [row["n"] for row in (await read_all(graph, objects, admin, run)).rows] == list(range(8))


async def test_a_gap_is_refused_and_tells_where_to_go_on(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await append_batch(graph, objects, admin, run.run.id, batch(0, 5))

    with pytest.raises(ConflictError) as refusal:
        await append_batch(graph, objects, admin, run.run.id, batch(6, 1))

    assert refusal.value.data == {"current": "5", "acknowledged": 5}
    assert await chunks(graph, run) == [(0, 5)]


async def test_a_batch_without_records_tells_the_number_and_is_a_heartbeat(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await append_batch(graph, objects, admin, run.run.id, batch(0, 5))
    await graph.write(lambda tx: tx.rows(OLD_HEARTBEAT, id=run.run.id))

    assert await append_batch(graph, objects, admin, run.run.id, Batch("s", 99, [])) == 5

    found = await graph.read(lambda tx: find_run(tx, run.run.id))
    assert found is not None and found.heartbeat_at is not None
    assert found.heartbeat_at > run.run.created_at


async def test_a_crashed_run_is_running_again_when_its_records_come(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await graph.write(lambda tx: tx.rows(SET_CRASHED, id=run.run.id))

    await append_batch(graph, objects, admin, run.run.id, batch(0, 1))

    found = await graph.read(lambda tx: find_run(tx, run.run.id))
    assert found is not None and found.state is RunState.RUNNING


async def test_a_chunk_stored_before_a_crash_is_acknowledged_as_it_is(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    key = chunk_key(run.container.entity_id, run.run.id, "s", 0)
    await objects.put(key, encode_chunk(0, batch(0, 3).records), if_absent=True)

    longer = await append_batch(graph, objects, admin, run.run.id, batch(0, 5))

    assert longer == 5
    assert await chunks(graph, run) == [(0, 3), (3, 2)]
    assert [row["n"] for row in (await read_all(graph, objects, admin, run)).rows] == [0, 1, 2, 3, 4]


async def test_a_shorter_batch_after_a_crash_learns_of_all_that_is_durable(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    key = chunk_key(run.container.entity_id, run.run.id, "s", 0)
    await objects.put(key, encode_chunk(0, batch(0, 5).records), if_absent=True)

    assert await append_batch(graph, objects, admin, run.run.id, batch(0, 2)) == 5

    assert await chunks(graph, run) == [(0, 5)]


async def test_senders_of_one_stream_at_once_leave_each_record_once(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)

    async def send(seed: int) -> None:
        chance = random.Random(seed)
        acknowledged = 0
        while acknowledged < 60:
            size = min(chance.randint(1, 15), 60 - acknowledged)
            acknowledged = await append_batch(graph, objects, admin, run.run.id, batch(acknowledged, size))

    await asyncio.gather(*(send(seed) for seed in range(4)))

    stored = await chunks(graph, run)
    assert [first for first, _ in stored] == [sum(count for _, count in stored[:index]) for index in range(len(stored))]
    assert [row["n"] for row in (await read_all(graph, objects, admin, run)).rows] == list(range(60))


SENDER = """
import asyncio, os, random, sys
from headwater_service.config import settings_from
from headwater_service.domain.history import Batch, append_batch
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.store.graph import connect
from headwater_service.store.history_chunks import HistoryRecord
from headwater_service.store.objects import open_objects

async def main():
    settings = settings_from()
    graph = connect(settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, "neo4j", deadline_seconds=10)
    objects = open_objects(settings)
    viewer = await viewer_of_key(graph, os.environ["KEY"])
    run = os.environ["RUN"]
    number = await append_batch(graph, objects, viewer, run, Batch("s", 0, []))
    print("ready", flush=True)
    while True:
        size = random.randint(1, 20)
        records = [HistoryRecord(n, float(n), {"n": n}) for n in range(number, number + size)]
        number = await append_batch(graph, objects, viewer, run, Batch("s", number, records))
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.slow
async def test_a_service_killed_at_any_moment_loses_and_repeats_nothing(
    graph: Graph, objects: ObjectStore, settings: Settings, tmp_path: Path
) -> None:
    admin = await new_admin(graph)
    key = await bootstrap_user(graph, admin.user_name)
    run = await new_run(graph, admin)
    script = tmp_path / "sender.py"
    script.write_text(textwrap.dedent(SENDER), "utf-8")
    promised = 0

    for _ in range(5):
        environment = {**environment_of(settings), "KEY": key, "RUN": run.run.id}
        process = subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout as output:
            assert await asyncio.to_thread(output.readline) == "ready\n"
            await asyncio.sleep(random.uniform(0.05, 0.4))
            process.kill()
            lines = (await asyncio.to_thread(output.read)).splitlines()
        process.wait()
        promised = int(lines[-1]) if lines else promised

    last = await append_batch(graph, objects, await known(graph, key), run.run.id, batch(0, promised + 40))
    stored = await chunks(graph, run)
    assert promised > 0
    assert last >= promised + 40
    assert [first for first, _ in stored] == [sum(count for _, count in stored[:index]) for index in range(len(stored))]
    assert [row["n"] for row in (await read_all(graph, objects, admin, run)).rows] == list(range(last))


async def test_streams_are_merged_by_step_and_the_later_record_wins(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    one = Batch("one", 0, [HistoryRecord(1, 1.0, {"a": 1}), HistoryRecord(3, 3.0, {"a": 3, "b": 1})])
    two = Batch(
        "two", 0, [HistoryRecord(3, 2.0, {"b": 0}), HistoryRecord(2, 4.0, {"c": 2}), HistoryRecord(3, 5.0, {"b": 2})]
    )

    for given in (one, two):
        await append_batch(graph, objects, admin, run.run.id, given)

    assert (await read_all(graph, objects, admin, run)).rows == [
        {"_step": 1, "_time": 1.0, "a": 1},
        {"_step": 2, "_time": 4.0, "c": 2},
        {"_step": 3, "_time": 5.0, "a": 3, "b": 2},
    ]


async def test_pages_follow_each_other_without_loss_over_many_interleaved_chunks(
    graph: Graph, objects: ObjectStore
) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    for first in range(0, 60, 3):
        for stream, offset in (("one", 0), ("two", 1)):
            records = [HistoryRecord(2 * n + offset, 0.0, {stream: n}) for n in range(first, first + 3)]
            await append_batch(graph, objects, admin, run.run.id, Batch(stream, first, records))

    steps: list[int] = []
    sizes: list[int] = []
    after: int | None = None
    while True:
        page = await read_history(graph, objects, admin, run.run.id, HistoryRequest(first=25, after=after))
        steps += [row["_step"] for row in page.rows]
        sizes.append(len(page.rows))
        if not page.has_next:
            break
        after = page.end_step

    assert steps == list(range(120))
    assert sizes == [25, 25, 25, 25, 20]


async def test_pages_of_wide_rows_lose_nothing_of_streams_that_overlap(
    graph: Graph, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headwater_service.domain.history.PAGE_CELLS", 300)
    monkeypatch.setattr("headwater_service.domain.history.CHUNKS_AT_ONCE", 2)
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    shared = {f"k{key}": 1 for key in range(20)}
    for first in range(0, 40, 10):
        for stream, offset in (("one", 0), ("two", 5)):
            records = [HistoryRecord(n + offset, 0.0, {stream: n, **shared}) for n in range(first, first + 10)]
            await append_batch(graph, objects, admin, run.run.id, Batch(stream, first, records))

    rows: list[dict[str, Any]] = []
    after: int | None = None
    while True:
        page = await read_history(graph, objects, admin, run.run.id, HistoryRequest(first=10_000, after=after))
        rows += page.rows
        if not page.has_next:
            break
        after = page.end_step

    assert [row["_step"] for row in rows] == list(range(45))
    assert [row["one"] for row in rows if "one" in row] == list(range(40))
    assert [row["two"] for row in rows if "two" in row] == list(range(40))


async def test_rows_are_filtered_by_keys_and_steps(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    records = [HistoryRecord(step, 0.0, {"odd" if step % 2 else "even": step}) for step in range(-2, 8)]
    await append_batch(graph, objects, admin, run.run.id, Batch("s", 0, records))

    odd = await read_all(graph, objects, admin, run, keys=["odd"], min_step=-1, max_step=5)
    none = await read_all(graph, objects, admin, run, keys=[])
    unknown = await read_all(graph, objects, admin, run, keys=["unknown"])

    assert odd.keys == ["odd"]
    assert [row["_step"] for row in odd.rows] == [-1, 1, 3, 5]
    assert none == unknown == History([], [], None, False)


async def test_a_run_without_history_has_an_empty_page(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)

    assert await read_all(graph, objects, admin, await new_run(graph, admin)) == History([], [], None, False)


async def test_outsiders_find_no_history_and_viewers_only_read(graph: Graph, objects: ObjectStore) -> None:
    entity, (admin, viewer) = await new_team(graph, await new_admin(graph), viewer=await new_admin(graph))
    outsider = await new_admin(graph)
    project = await create_project(graph, admin, entity.name, "churn", "", operation=new_id())
    run = await new_run(graph, admin, project)
    await append_batch(graph, objects, admin, run.run.id, batch(0, 1))

    assert len((await read_all(graph, objects, viewer, run)).rows) == 1
    with pytest.raises(PermissionDeniedError):
        await append_batch(graph, objects, viewer, run.run.id, batch(1, 1))
    with pytest.raises(NotFoundError):
        await append_batch(graph, objects, outsider, run.run.id, batch(1, 1))
    with pytest.raises(NotFoundError):
        await read_all(graph, objects, outsider, run)

    assert await chunks(graph, run) == [(0, 1)]


def test_a_body_is_read_as_a_batch() -> None:
    body = {
        "stream": "s_1-a",
        "first": 4,
        "records": [{"step": 2, "time": 3, "values": {"a": [float("nan")], "b": float("nan")}}],
        "heartbeat": True,
    }

    parsed = parse_batch(body, most_keys=10)

    assert (parsed.stream, parsed.first) == ("s_1-a", 4)
    assert parsed.records[0].values["a"] == ["NaN"]
    assert str(parsed.records[0].values["b"]) == "nan"


def test_of_a_record_the_first_keys_are_kept_and_the_others_named() -> None:
    records = [
        {"step": step, "time": 1.0, "values": dict.fromkeys(keys, step)}
        for step, keys in enumerate(["abc", "ab", "dacb"])
    ]

    parsed = parse_batch({"stream": "s", "first": 0, "records": records}, most_keys=2)

    assert [list(record.values) for record in parsed.records] == [["a", "b"], ["a", "b"], ["d", "a"]]
    assert parsed.left_out == ["c", "b"]


async def test_records_without_keys_in_common_become_chunks_of_few_cells(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    narrow = [HistoryRecord(step, 0.0, {"loss": step}) for step in range(50)]
    wide = [HistoryRecord(50 + step, 0.0, {f"k{step}/{key}": 1 for key in range(700)}) for step in range(50)]

    acknowledged = await append_batch(graph, objects, admin, run.run.id, Batch("s", 0, [*narrow, *wide]))

    assert acknowledged == 100
    # All as one would be 3.5 million cells: the first has 71 records of 14,701 keys.
    assert await chunks(graph, run) == [(0, 71), (71, 29)]
    history = await read_all(graph, objects, admin, run, keys=["loss", "k0/0", "k49/699"])
    assert [row["_step"] for row in history.rows] == [*range(51), 99]


async def test_a_page_has_a_size_that_can_be(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)

    for first in (-1, 10_001):
        with pytest.raises(InvalidInputError) as refusal:
            await read_all(graph, objects, admin, run, first=first)
        assert refusal.value.data == {"field": "first"}


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


RECORD = {"step": 1, "time": 1.0, "values": {}}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"stream": "s", "first": 0},
        {"stream": "../s", "first": 0, "records": []},
        {"stream": "s", "first": -1, "records": []},
        {"stream": "s", "first": "0", "records": []},
        {"stream": "s", "first": 0, "records": {}},
        {"stream": "s", "first": 0, "records": [None]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "step": 1.5}]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "step": 2**63}]},
        {"stream": "s", "first": True, "records": []},
        {"stream": "s", "first": 0, "records": [{**RECORD, "step": True}]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "time": True}]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "time": float("nan")}]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "values": {1: 2}}]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "values": {"": 2}}]},
        {"stream": "s", "first": 0, "records": [{**RECORD, "values": {"a": nested(2000)}}]},
    ],
)
def test_a_body_that_is_no_batch_is_refused(body: object) -> None:
    with pytest.raises(InvalidInputError):
        parse_batch(body, most_keys=10)
