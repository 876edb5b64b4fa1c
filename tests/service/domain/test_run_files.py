"""Files of runs: held only when their bytes are there, replaced by path."""

import hashlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from headwater_service.config import Settings
from headwater_service.domain.run_files import RunFile, attach_run_files
from headwater_service.domain.runs import StartedRun
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.store.blobs import blob_key
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.objects import ObjectStore, open_objects
from viewers import new_admin, new_run

HELD = """
MATCH (:Run {id: $id})-[held:HOLDS]->(blob:Blob)
RETURN held.path AS path, held.size AS size, blob.digest AS digest, blob.state AS state
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The service's own access to the bucket."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


def file_of(path: str, data: bytes) -> RunFile:
    return RunFile(path, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))


async def uploaded(objects: ObjectStore, run: StartedRun, path: str, data: bytes) -> RunFile:
    file = file_of(path, data)
    await objects.put(blob_key(run.container.entity_id, file.digest), data)
    return file


async def held(graph: Graph, run: StartedRun) -> set[tuple[str, int, str, str]]:
    rows = await graph.read(lambda tx: tx.rows(HELD, id=run.run.id))
    return {(row["path"], row["size"], row["digest"], row["state"]) for row in rows}


async def test_files_are_held_once_their_bytes_are_there(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    there, missing = await uploaded(objects, run, "media/猫.png", b"cat"), file_of("b.txt", new_id().encode())

    with pytest.raises(ConflictError) as refusal:
        await attach_run_files(graph, objects, admin, run.run.id, [there, missing], operation=new_id())
    assert refusal.value.data == {"missing": [missing.digest]}
    assert await held(graph, run) == set()

    operation = new_id()
    for _ in range(2):
        await attach_run_files(graph, objects, admin, run.run.id, [there], operation=operation)
    assert await held(graph, run) == {("media/猫.png", 3, there.digest, "PRESENT")}


async def test_a_path_is_replaced_and_one_blob_may_have_two_paths(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    old, new = await uploaded(objects, run, "a", b"old"), await uploaded(objects, run, "a", b"newer")
    twin = RunFile("b", old.digest, old.size)
    await attach_run_files(graph, objects, admin, run.run.id, [old, twin], operation=new_id())

    await attach_run_files(graph, objects, admin, run.run.id, [new], operation=new_id())

    assert await held(graph, run) == {("a", 5, new.digest, "PRESENT"), ("b", 3, old.digest, "PRESENT")}


async def test_names_and_sizes_that_can_not_be_are_refused(graph: Graph, objects: ObjectStore) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    good = await uploaded(objects, run, "a", b"data")

    for files in (
        [RunFile("../a", good.digest, good.size)],
        [RunFile("a", "sha256:zz", good.size)],
        [good, good],
        [good, RunFile("b", good.digest, good.size + 1)],
        [RunFile(str(number), good.digest, good.size) for number in range(1001)],
    ):
        with pytest.raises(InvalidInputError):
            await attach_run_files(graph, objects, admin, run.run.id, files, operation=new_id())

    assert await held(graph, run) == set()


async def test_outsiders_attach_nothing(graph: Graph, objects: ObjectStore) -> None:
    run = await new_run(graph, await new_admin(graph))
    file = await uploaded(objects, run, "a", b"data")

    with pytest.raises(NotFoundError):
        await attach_run_files(graph, objects, await new_admin(graph), run.run.id, [file], operation=new_id())

    assert await held(graph, run) == set()
