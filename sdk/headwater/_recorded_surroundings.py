"""What the service tells of a run's surroundings: its console, its machine, its environment, its alerts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from . import _run_operations as operations
from ._alerts import Alert, AlertLevel
from ._client import FILES, Client
from ._errors import NotFoundError
from ._history import unwire
from ._transfer import opened

if TYPE_CHECKING:
    from ._recorded_files import RecordedFile

PAGE = 1_000
FACTS = "environment/environment.json"
PACKAGES = "environment/requirements.txt"
DIFF = "environment/diff.patch"


@dataclass(frozen=True)
class ConsoleText:
    """Whole lines that a process of a run wrote at once: to `stdout` or `stderr`, and when."""

    source: str
    text: str
    written_at: datetime
    stream: str


@dataclass(frozen=True)
class RecordedEnvironment:
    """What surrounded a run: facts such as `python` and `git_commit`, the packages that were installed, and what was
    changed since that commit (None if nothing was, or it is not known).
    """

    facts: dict[str, Any]
    packages: dict[str, str]
    diff: str | None


class RecordedSurroundings:
    """The part of a recorded run that tells of its surroundings."""

    _client: Client
    path: str

    def files(self, prefix: str | None = None) -> Iterator[RecordedFile]:
        """The run's own files."""
        raise NotImplementedError

    def console(self) -> Iterator[ConsoleText]:
        """What the run wrote to stdout and stderr, in the order of time, as far as the service has it."""
        for page in self._pages(operations.RUN_CONSOLE, "console", {}):
            for text in page["texts"]:
                written = datetime.fromisoformat(text["writtenAt"])
                yield ConsoleText(text["source"], text["text"], written, text["stream"])

    def system_metrics(self, keys: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """What the machine did meanwhile: `{"_time": …, "cpu": …, "memory": …}` each, oldest first.

        Args:
            keys: Only these, such as "gpu.0.utilization", and only samples that have one of them.
        """
        given = {"keys": None if keys is None else list(keys)}
        for page in self._pages(operations.SYSTEM_METRICS, "systemMetrics", given):
            for sample in page["samples"]:
                yield unwire(sample)

    @property
    def environment(self) -> RecordedEnvironment | None:
        """What surrounded the run when it began; None if that was not recorded, or is not there yet."""
        found = {file.path: file for file in self.files(prefix="environment/")}
        if FACTS not in found or PACKAGES not in found:
            return None
        lines = self._text(found[PACKAGES]).splitlines()
        return RecordedEnvironment(
            facts=orjson.loads(self._text(found[FACTS])),
            packages=dict(line.split("==", 1) for line in lines),
            diff=self._text(found[DIFF]) if DIFF in found else None,
        )

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What the run wanted people to know, oldest first."""
        return tuple(
            Alert(
                id=alert["id"],
                title=alert["title"],
                text=alert["text"],
                level=AlertLevel(alert["level"]),
                at=datetime.fromisoformat(alert["at"]),
                raised_at=None if alert["raisedAt"] is None else datetime.fromisoformat(alert["raisedAt"]),
            )
            for alert in self._asked(operations.RUN_ALERTS, {})["alerts"]
        )

    def _pages(self, document: str, name: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            page = self._asked(document, {**given, "first": PAGE, "after": after})[name]
            yield page
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]

    def _asked(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        run: dict[str, Any] | None = self._client.execute(document, {"path": self.path, **variables})["run"]
        if run is None:
            raise NotFoundError(f"The run {self.path} is no longer there.", path=self.path)
        return run

    def _text(self, file: RecordedFile) -> str:
        route = FILES + file.url.split(FILES, 1)[1]
        with opened(self._client.request("GET", route).headers["Location"]) as blocks:
            return b"".join(blocks).decode("utf-8", "replace")
