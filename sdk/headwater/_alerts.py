"""Alerts: what a run tells the people who look after it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from ._errors import InvalidInputError
from ._history import utf8

TITLE_CHARACTERS = 256
TEXT_CHARACTERS = 10_000


class AlertLevel(StrEnum):
    """How much an alert matters: INFO, WARN or ERROR."""

    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True)
class Alert:
    """What a run wanted people to know. `raised_at` is the program's time, `at` the service's."""

    id: str
    title: str
    text: str
    level: AlertLevel
    at: datetime
    raised_at: datetime | None


class Pauses:
    """Holds back an alert that was raised a short while ago."""

    def __init__(self) -> None:
        self._raised: dict[str, float] = {}

    def holds_back(self, title: str, wait: float | timedelta | None) -> bool:
        """Whether an alert of this title was let through so recently that this one is not."""
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait or 0)
        now = time.monotonic()
        if title in self._raised and now - self._raised[title] < seconds:
            return True
        self._raised[title] = now
        return False


def alert_input(title: str, text: str, level: AlertLevel | str) -> dict[str, Any]:
    """What the service is told of an alert.

    Raises:
        InvalidInputError: if it would not take it.
    """
    try:
        checked = AlertLevel(str(level).upper())
    except ValueError:
        raise InvalidInputError(f"level is {level!r}; it must be INFO, WARN or ERROR.", field="level") from None
    # An exception, most often.
    title, text = utf8(str(title)), utf8(str(text))
    if not title.strip() or len(title) > TITLE_CHARACTERS:
        raise InvalidInputError(f"The title of an alert has 1 to {TITLE_CHARACTERS} characters.", field="title")
    if len(text) > TEXT_CHARACTERS:
        raise InvalidInputError(
            f"The text of an alert has at most {TEXT_CHARACTERS:,} characters, not {len(text):,}.", field="text"
        )
    raised = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"title": title, "text": text, "level": checked.value, "raisedAt": raised}
