"""What may be changed of a run that the service has, and how the change is found and sent."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ._config import same
from ._history import json_value, wire

_PLAIN = {"name": "name", "notes": "notes", "job_type": "jobType", "group": "group", "tags": "tags"}
_DOCUMENTS = ("config", "summary")


class RecordedSummary(dict[str, Any]):
    """The summary of a recorded run: a dictionary whose `update` also sends what changed."""

    def __init__(self, values: Mapping[str, Any], send: Callable[[], None]) -> None:
        super().__init__(values)
        self._send = send

    def update(self, values: Any = None, **more: Any) -> None:  # type: ignore[override]  # one form is enough
        """Set these keys, and send them with all else that was changed of the run."""
        super().update(values or {}, **more)
        self._send()


def snapshot(run: Any) -> dict[str, Any]:
    """What may be changed of a run, as it is now and in the form that is sent."""
    taken = {name: copy.deepcopy(getattr(run, name)) for name in _PLAIN}
    taken["tags"] = [taken["tags"]] if isinstance(taken["tags"], str) else list(taken["tags"])
    for name in _DOCUMENTS:
        taken[name] = {str(key): json_value(value) for key, value in getattr(run, name).items()}
    return taken


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a mutation that makes one of the other: of documents the keys that differ, null for those gone."""
    changes = {wired: after[name] for name, wired in _PLAIN.items() if after[name] != before[name]}
    # Texts are emptied and never taken away.
    changes = {name: "" if value is None else value for name, value in changes.items()}
    for name in _DOCUMENTS:
        old, new = before[name], after[name]
        differing: dict[str, Any] = {key: None for key in old if key not in new}
        differing |= {key: wire(value) for key, value in new.items() if key not in old or not same(old[key], value)}
        if differing:
            changes[name] = differing
    return changes
