"""What a run is and what is known of it: the part of a run that all its verbs stand on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

from ._alerts import Pauses
from ._config import Config
from ._console import Console
from ._errors import InvalidInputError
from ._history import utf8
from ._metrics import DOCUMENT, Metrics
from ._recorder import Recorder
from ._summary import Summary

if TYPE_CHECKING:
    from ._online import Online
    from ._settings import Settings


@dataclass
class Facts:
    """What is said of a run when it starts."""

    key: str
    name: str
    entity: str
    project: str
    job_type: str | None = None
    group: str | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    url: str | None = None
    is_resumed: bool = False
    start_time: datetime = field(default_factory=lambda: datetime.now(UTC))


class DescribedRun:
    """The facts of a run that is open, its configuration and its summary."""

    def __init__(
        self,
        facts: Facts,
        settings: Settings,
        *,
        online: Online | None = None,
        config: Config | None = None,
        summary: Mapping[str, Any] | None = None,
        next_step: int = 0,
    ) -> None:
        self._facts = facts
        self._settings = settings
        self._online = online
        self._console = Console(silent=settings.silent)
        self._state = "RUNNING"
        self._process = os.getpid()
        self._entered: list[bool] = []
        self._joined = 0
        self._pauses = Pauses()
        self._config = Config() if config is None else config
        self._summary = Summary({key: value for key, value in (summary or {}).items() if key != DOCUMENT})
        may_change = WeakMethod(self._require_open)
        self._config.ask_before_changes("run.config.update", may_change)
        self._summary.ask_before_changes("run.summary.update", may_change)
        self._recorder = Recorder(
            online, self._console, self._summary, Metrics((summary or {}).get(DOCUMENT)), next_step
        )
        self._watches: list[Any] = []

    @property
    def id(self) -> str:
        """Its id in the project: eight characters of a-z and 0-9, unless you chose it."""
        return self._facts.key

    @property
    def name(self) -> str:
        """The name people see. It may be set."""
        return self._facts.name

    @name.setter
    def name(self, name: str) -> None:
        self._update(name=name)
        self._facts.name = name

    @property
    def entity(self) -> str:
        """The entity that owns its project."""
        return self._facts.entity

    @property
    def project(self) -> str:
        """The project it belongs to."""
        return self._facts.project

    @property
    def path(self) -> str:
        """`entity/project/id`, as `Api.run` takes it."""
        return f"{self.entity}/{self.project}/{self.id}"

    @property
    def url(self) -> str | None:
        """Where it can be seen; None for a disabled run."""
        return self._facts.url

    @property
    def job_type(self) -> str | None:
        """The step of a pipeline that it carries out."""
        return self._facts.job_type

    @property
    def group(self) -> str | None:
        """What ties it to other runs."""
        return self._facts.group

    @property
    def tags(self) -> tuple[str, ...]:
        """Its free labels. They may be set."""
        return self._facts.tags

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        labels = (tags,) if isinstance(tags, str) else tuple(tags)
        self._update(tags=list(labels))
        self._facts.tags = labels

    @property
    def notes(self) -> str | None:
        """Free text about it. It may be set."""
        return self._facts.notes

    @notes.setter
    def notes(self, notes: str | None) -> None:
        self._update(notes=notes or "")
        self._facts.notes = notes

    @property
    def state(self) -> str:
        """RUNNING, or how it ended: FINISHED, FAILED or KILLED."""
        return self._state

    @property
    def step(self) -> int:
        """The step that the next `log` without one gets."""
        return self._recorder.step

    @property
    def start_time(self) -> datetime:
        """When it began, in UTC."""
        return self._facts.start_time

    @property
    def resumed(self) -> bool:
        """Whether it continues an earlier one."""
        return self._facts.is_resumed

    @property
    def disabled(self) -> bool:
        """Whether it accepts everything and sends nothing."""
        return self._online is None

    @property
    def dir(self) -> Path | None:
        """Its journal folder; None for a disabled run."""
        return None if self._online is None else self._online.folder

    @property
    def config(self) -> Config:
        """Its configuration: a dictionary whose keys are attributes too."""
        return self._config

    @property
    def summary(self) -> Summary:
        """One value a key: the last one logged, or what you set."""
        return self._summary

    def __repr__(self) -> str:
        """Its path, name and state."""
        return f"<Run {self.path} {self.name!r} {self._state}>"

    def _require_open(self, verb: str) -> None:
        if self._state != "RUNNING":
            raise InvalidInputError(
                f"The run {self.path} is {self._state}; {verb} needs an open one: headwater.init()."
            )

    def _update(self, **changes: Any) -> None:
        self._require_open("this")
        if self._online is not None:
            self._online.update(**utf8(changes))
