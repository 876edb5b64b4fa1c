"""Alerts of runs: raised once each, kept in order, found for many runs at once."""

from typing import Any

import pytest

from headwater_service.domain import run_alerts
from headwater_service.domain.access import Viewer
from headwater_service.domain.run_alerts import find_alerts, raise_alert
from headwater_service.domain.runs import StartedRun
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import Instant
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.run_alerts import AlertLevel, RunAlert
from viewers import new_admin, new_run


async def raised(graph: Graph, viewer: Viewer, run: StartedRun, **given: Any) -> RunAlert:
    asked = {"title": "t", "text": "", "level": AlertLevel.INFO, "raised_at": None, "operation": new_id(), **given}
    alert, _, _ = await raise_alert(graph, viewer, run.run.id, **asked)
    return alert


async def test_alerts_are_kept_in_order(graph: Graph) -> None:
    admin = await new_admin(graph)
    run, other = await new_run(graph, admin), await new_run(graph, admin)

    first = await raised(graph, admin, run, title=" loss is NaN ", text="at step 3", level=AlertLevel.ERROR)
    second = await raised(graph, admin, run, title="二", raised_at=Instant(5))

    assert (first.title, first.text, first.level, first.raised_at) == ("loss is NaN", "at step 3", "ERROR", None)
    assert (second.title, second.raised_at) == ("二", 5)
    assert await find_alerts(graph, [other.run.id, run.run.id]) == [[], [first, second]]


async def test_a_replay_gets_the_alert_that_is_there(graph: Graph) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)

    one = await raised(graph, admin, run, operation="once")
    again = await raised(graph, admin, run, operation="once")

    assert one == again
    assert await find_alerts(graph, [run.run.id]) == [[one]]


async def test_what_is_no_alert_is_refused(graph: Graph) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)

    for given, field in (({"title": " "}, "title"), ({"title": "a" * 257}, "title"), ({"text": "\x00"}, "text")):
        with pytest.raises(InvalidInputError) as refusal:
            await raised(graph, admin, run, **given)
        assert refusal.value.data["field"] == field

    assert await find_alerts(graph, [run.run.id]) == [[]]


async def test_a_run_that_raises_them_without_end_is_stopped(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    monkeypatch.setattr(run_alerts, "MOST_ALERTS", 2)
    for _ in range(2):
        await raised(graph, admin, run)

    with pytest.raises(InvalidInputError, match="at most 2 alerts"):
        await raised(graph, admin, run)


async def test_an_outsider_can_raise_none(graph: Graph) -> None:
    admin, outsider = await new_admin(graph), await new_admin(graph)
    run = await new_run(graph, admin)

    with pytest.raises(NotFoundError):
        await raised(graph, outsider, run)


async def test_a_deleted_run_raises_none(graph: Graph) -> None:
    admin = await new_admin(graph)
    run = await new_run(graph, admin)
    await graph.write(lambda tx: tx.rows("MATCH (run:Run {id: $id}) SET run.ended_at = 1", id=run.run.id))

    with pytest.raises(ConflictError):
        await raised(graph, admin, run)
