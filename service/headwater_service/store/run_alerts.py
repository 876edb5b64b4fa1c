"""Alerts of runs. Each is an event of its run, and nothing else: it is never changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

ALERTED: Final = "RUN_ALERTED"

# Found by the index of (scope, number), which also holds events that have no place in the order of the server yet.
LIST_ALERTS: Final = """
UNWIND $ids AS id
MATCH (event:Event)
WHERE event.scope = id AND event.number > 0 AND event.kind = $kind
RETURN event.scope AS run_id, event.after AS alert
ORDER BY event.scope, event.number
"""

COUNT_ALERTS: Final = """
MATCH (event:Event)
WHERE event.scope = $id AND event.number > 0 AND event.kind = $kind
RETURN count(*) AS count
"""


class AlertLevel(StrEnum):
    """How much an alert matters."""

    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class RunAlert:
    """What a program wanted people to know; `raised_at` is its own claim, `at` when the server heard of it."""

    id: str
    title: str
    text: str
    level: AlertLevel
    at: Instant
    raised_at: Instant | None


def alert_from(known: Mapping[str, Any]) -> RunAlert:
    """Return an alert from what its event holds."""
    return RunAlert(**{**known, "level": AlertLevel(known["level"])})


async def list_alerts(tx: Transaction, run_ids: Sequence[str]) -> Mapping[str, list[RunAlert]]:
    """Return the alerts of runs, each run's in the order in which they came."""
    found: defaultdict[str, list[RunAlert]] = defaultdict(list)
    for row in await tx.rows(LIST_ALERTS, ids=list(run_ids), kind=ALERTED):
        found[row["run_id"]].append(alert_from(orjson.loads(row["alert"])))
    return found


async def count_alerts(tx: Transaction, run_id: str) -> int:
    """Return how many alerts a run has."""
    row = await tx.row(COUNT_ALERTS, id=run_id, kind=ALERTED)
    assert row is not None, "a count has a row"
    return int(row["count"])
