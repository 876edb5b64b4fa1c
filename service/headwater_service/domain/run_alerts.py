"""Alerts: what a run tells the people who look after it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.runs import run_with_role
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.model import Container, Instant, Role, Run
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import record, take_lock
from headwater_service.store.run_alerts import (
    ALERTED,
    AlertLevel,
    RunAlert,
    alert_from,
    count_alerts,
    list_alerts,
)

TITLE_CHARACTERS: Final = 256
TEXT_CHARACTERS: Final = 10_000
MOST_ALERTS: Final = 1_000


async def raise_alert(
    graph: Graph,
    viewer: Viewer,
    run_id: str,
    *,
    title: str,
    text: str,
    level: AlertLevel,
    raised_at: Instant | None,
    operation: str,
) -> tuple[RunAlert, Run, Container]:
    """Give a run an alert. Raises InvalidInputError for the one after the thousandth: it would be noise."""
    title = _checked(title.strip(), "title", TITLE_CHARACTERS)
    if not title:
        raise InvalidInputError("An alert needs a title.", field="title")
    text = _checked(text, "text", TEXT_CHARACTERS)

    async def work(tx: Transaction) -> tuple[RunAlert, Run, Container]:
        run, container = await run_with_role(tx, viewer, run_id, Role.MEMBER, what="raise alerts")
        lock = await take_lock(tx, run_id, operation)
        if lock is None:
            raise NotFoundError("There is no such run any more.", path=run_id)
        recorded = lock.replayed(ALERTED)
        if recorded is not None:
            return alert_from(recorded), run, container
        if await count_alerts(tx, run_id) >= MOST_ALERTS:
            raise InvalidInputError(f"A run has at most {MOST_ALERTS:,} alerts.", field="runId")
        alert = RunAlert(new_id(), title, text, level, lock.at, raised_at)
        known = asdict(alert)
        await record(tx, lock, ALERTED, scope_id=run.scope_id, by=viewer.user_id, answer=known, after=known)
        return alert, run, container

    return await graph.write(work)


async def find_alerts(graph: Graph, run_ids: Sequence[str]) -> list[list[RunAlert]]:
    """Return the alerts of each run, which the viewer must have been found to see."""
    found = await graph.read(lambda tx: list_alerts(tx, run_ids))
    return [found.get(run_id, []) for run_id in run_ids]


def _checked(text: str, field: str, limit: int) -> str:
    if len(text) > limit:
        raise InvalidInputError(f"{field} has {len(text):,} characters; the limit is {limit:,}.", field=field)
    if "\x00" in text:
        raise InvalidInputError(f"{field} must not hold the character NUL.", field=field)
    return text
