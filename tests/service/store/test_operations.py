"""The lock of a scope: the time it gives, and the answer it keeps."""

from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.operations import take_lock
from viewers import new_admin, new_project

SET_LAST = "MATCH (scope:EventScope {id: $id}) SET scope.last_at = $at"
IN_2100 = 4_102_444_800_000_000


async def test_the_time_of_a_scope_goes_on_although_the_clock_went_back(graph: Graph) -> None:
    project = await new_project(graph, await new_admin(graph))
    await graph.write(lambda tx: tx.rows(SET_LAST, id=project.id, at=IN_2100))

    locks = [await graph.write(lambda tx: take_lock(tx, project.id, new_id())) for _ in range(2)]

    assert [lock.at for lock in locks if lock is not None] == [IN_2100 + 1, IN_2100 + 2]


async def test_there_is_no_lock_of_what_does_not_exist(graph: Graph) -> None:
    assert await graph.write(lambda tx: take_lock(tx, new_id(), new_id())) is None
