"""What one `log` call records: at which step, what of it can be kept, and what the summary becomes.

A training run must not end because of what it logs: what cannot be kept is left out and named, and the rest is kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._console import Console
from ._errors import InvalidInputError
from ._history import DEEPEST, INT64, LARGEST_RECORD, Loggable, MediaFile, cut_to_size, fields_of, plain, utf8
from ._journal import pack
from ._media import media_of
from ._metrics import Metric, Metrics
from ._summary import Summary

if TYPE_CHECKING:
    from ._online import Online

LARGEST_STEP = 2**63 - 2
MANY_KEYS = 10_000
MOST_KEYS = 50_000  # each is a column where the history is stored: more cost the service minutes
MOST_NAMED = 10  # keys that are left out, each in a line of its own
_AS_IT_IS = frozenset((float, str, bool, type(None)))
_OWN_KEYS = frozenset(("_step", "_time", "_metrics", ""))


class Recorder:
    """Takes what a run logs. One lock makes the records of several threads follow each other.

    Args:
        online: Where records go; None for a disabled run, which has only a summary.
        console: How the user is told.
        summary: What follows the records.
        metrics: What `define_metric` said before, of a run that is resumed.
        next_step: The first step.
    """

    def __init__(
        self, online: Online | None, console: Console, summary: Summary, metrics: Metrics, next_step: int
    ) -> None:
        self._online = online
        self._console = console
        self._summary = summary
        self.metrics = metrics
        self.step = next_step
        self.last_step = next_step - 1
        # To be entered again: a signal's handler, or an object asked for its value, may log while something is logged.
        self._lock = threading.RLock()
        self._late = 0
        self._joining: dict[str, Any] = {}
        self._told: set[str] = set()
        self._left_out: set[str] = set()
        self._tables: list[tuple[str, MediaFile]] = []

    def log(self, data: Any, step: int | None, commit: bool | None) -> None:
        """Record values at a step: `Run.log`."""
        if not isinstance(data, Mapping):
            data = self._as_mapping(data)
        with self._lock:
            number = self._number(step)
            if number is None:
                return
            recorded = self._recorded({**self._joining, **data} if self._joining else data, number)
            self._joining = {}
            if self._online is not None:
                recorded = self._write(self._online, number, recorded)
            self.last_step = number
            self.step = number if commit is False else number + 1
            self._summarise(recorded)
        if len(self._summary) > MANY_KEYS or self._has_failed():
            self._warn()

    def join(self, values: Mapping[str, Any]) -> None:
        """Have values recorded together with those of the next call, whatever its step is."""
        with self._lock:
            self._joining = {**self._joining, **values}

    def define(self, metric: Metric, *, overwrite: bool) -> Metric:
        """Follow a definition from the next record on."""
        with self._lock:
            return self.metrics.define(metric, overwrite=overwrite)

    def after_fork(self) -> None:
        """Make this right for a forked child: a thread that is not here may have held the lock."""
        self._lock = threading.RLock()

    def finish(self) -> None:
        """Record what waited for another call, and say how many calls came too late if that was not told at once."""
        if self._joining:
            self.log({}, None, None)
        if self._late > 1:
            self._console.say(f"{self._late:,} calls of log came after a later step and were left out.")

    def _as_mapping(self, data: Any) -> Mapping[Any, Any]:
        fields = fields_of(data)
        if fields is None:
            raise InvalidInputError(f"log takes a dictionary of values by key, not a {type(data).__name__}.")
        return fields

    # -- steps

    def _number(self, step: Any) -> int | None:
        """The step of this call; None if it is in the past."""
        if step is None:
            number = self.step
        else:
            number = step if type(step) is int else self._whole(step)
        if number > LARGEST_STEP:
            raise InvalidInputError(f"step is {number}; the largest one is {LARGEST_STEP}.", field="step")
        if number >= self.last_step and number >= 0:
            return number
        if self._late == 0:
            reason = "is below 0, where steps begin," if number < 0 else f"comes after step {self.last_step}"
            self._console.say(
                f"log(step={number}) {reason} and is left out: steps only go up. Leave step= away to have them "
                'counted; another axis is logged as a value and named: define_metric("*", step_metric="epoch").'
            )
        self._late += 1
        return None

    def _whole(self, step: Any) -> int:
        try:
            number = int(step)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidInputError(f"step is {step!r}; it must be a whole number.", field="step") from error
        if number != step and not isinstance(step, str):
            self._tell_once(
                "step=",
                f"log(step={step!r}) is recorded at step {number}: steps are whole numbers. Another axis "
                'is logged as a value and named: define_metric("*", step_metric="epoch").',
            )
        return number

    # -- values

    def _recorded(self, data: Mapping[Any, Any], step: int) -> dict[str, Any]:
        recorded: dict[str, Any] = {}
        for key, value in data.items():
            kind = type(value)
            if (kind in _AS_IT_IS or (kind is int and value in INT64)) and type(key) is str:
                recorded[key] = value
            else:
                self._take(recorded, self._named(key), value, step, ())
        if not _OWN_KEYS.isdisjoint(recorded):
            for key in _OWN_KEYS.intersection(recorded):
                del recorded[key]
                self._leave_out(key, f"{key!r} is a key of Headwater's own")
        if self.metrics:
            self.metrics.complete(recorded)
        return recorded if len(self._summary) + len(recorded) <= MOST_KEYS else self._few_enough(recorded)

    def _few_enough(self, recorded: dict[str, Any]) -> dict[str, Any]:
        """The values without those of keys that are one too many for a run."""
        room = max(0, MOST_KEYS - len(self._summary))
        new = [key for key in recorded if key not in self._summary]
        if len(new) > room:
            self._tell_once(
                "most keys",
                f"This run logs more than {MOST_KEYS:,} different keys: from here on, new ones are left out, such as "
                f"{new[room][:100]!r}. What counts things up, such as an index, belongs in a value or in a table.",
            )
        too_many = set(new[room:])
        return {key: value for key, value in recorded.items() if key not in too_many}

    def _take(self, recorded: dict[str, Any], name: str, value: Any, step: int, above: tuple[int, ...]) -> None:
        """Record a value under its name; the keys of a nested object are joined to it with '/'.

        `above` are the identities of the objects that it lies in.
        """
        try:
            medium = value if isinstance(value, Loggable) else media_of(value)
            if medium is not None:
                recorded[name] = self._keep(medium, name, step)
            elif isinstance(value, list | tuple) and value and all(isinstance(item, Loggable) for item in value):
                items = [self._keep(item, name, step) for item in value]
                kind = "images" if all(item["_type"] == "image" for item in items) else "media"
                recorded[name] = {"_type": kind, "items": items}
            elif (fields := fields_of(value)) is None:
                recorded[name] = plain(value, name)
            elif len(above) > DEEPEST or id(value) in above:
                # One that holds itself twice would double with each level.
                self._leave_out(name, f"it is nested more than {DEEPEST} levels deep, or holds itself")
            else:
                for key, item in fields.items():
                    self._take(recorded, f"{name}/{self._named(key)}", item, step, (*above, id(value)))
        except InvalidInputError as error:
            self._leave_out(name, error.message)
        except Exception as error:
            # Whatever an object of the program does when it is asked for its value: the training goes on.
            self._leave_out(name, f"{type(value).__qualname__} gives no value ({type(error).__name__}: {error})")

    def _named(self, key: Any) -> str:
        if isinstance(key, str):
            return str.__str__(key)
        name = str(key)
        self._tell_once(
            "key", f"log takes the key {key!r:.100} for the text {name[:100]!r}: keys of what is logged are texts."
        )
        return name

    def _keep(self, item: Loggable, key: str, step: int) -> dict[str, Any]:
        file = item.as_file(key, step)
        if self._online is not None:
            for each in (file, *file.companions):
                self._online.files.add_media(each)
            if file.value["_type"] == "table":
                self._tables.append((key, file))
        return file.value

    def take_tables(self) -> list[tuple[str, MediaFile]]:
        """The tables that were logged since the last call, by their keys."""
        if not self._tables:
            return []
        with self._lock:
            taken, self._tables = self._tables, []
        return taken

    # -- the record

    def _write(self, online: Online, step: int, recorded: dict[str, Any]) -> dict[str, Any]:
        """Journal a record; returns the values that it holds in the end."""
        record = {"step": step, "time": time.time(), "values": recorded}
        try:
            payload = pack(record)
        except (TypeError, ValueError, OverflowError):
            recorded = record["values"] = self._mended(recorded)
            payload = pack(record)
        if len(payload) > LARGEST_RECORD:
            recorded = record["values"] = self._fitting(recorded)
            payload = pack(record)
        online.record(payload)
        return recorded

    def _mended(self, recorded: dict[str, Any]) -> dict[str, Any]:
        """The values with texts that have a form in UTF-8, where some have none."""
        mended: dict[str, Any] = {}
        for key, value in recorded.items():
            try:
                pack([key, value])
                mended[key] = value
            except (TypeError, ValueError, OverflowError):
                mended[utf8(key)] = utf8(value)
                self._tell_once(
                    "texts", f"log records {utf8(key)[:100]!r} with '?' for characters that are no Unicode."
                )
        return mended

    def _fitting(self, recorded: dict[str, Any]) -> dict[str, Any]:
        """The values of a record without the largest ones, where the service would take none of it otherwise."""
        fitting, left_out = cut_to_size(recorded, LARGEST_RECORD, lambda key, value: len(pack([key, value])))
        for key, size in left_out.items():
            self._leave_out(
                key,
                f"it has {size:,} bytes, and one call holds at most {LARGEST_RECORD:,}. "
                "Keep it as a file: save it, or log it in an artifact",
            )
        return fitting

    def _summarise(self, recorded: dict[str, Any]) -> None:
        if self.metrics:
            recorded = self.metrics.summarise(recorded, self._summary)
        self._summary.record(recorded)

    # -- what the user is told

    def _leave_out(self, key: str, reason: str) -> None:
        if key in self._left_out or len(self._left_out) > MOST_NAMED:
            return
        self._left_out.add(key)
        self._console.say(f"log leaves out {key[:100]!r}: {reason.removesuffix('.')}.")
        if len(self._left_out) > MOST_NAMED:
            self._console.say("Of further keys that are left out nothing is said.")

    def _has_failed(self) -> bool:
        return self._online is not None and self._online.stream.failure is not None

    def _warn(self) -> None:
        if self._has_failed():
            assert self._online is not None
            self._tell_once(
                "disk",
                f"The journal cannot be written ({self._online.stream.failure}). The run goes on: its records wait in "
                "memory until they are sent, and are lost if the process is killed before.",
            )
        if len(self._summary) > MANY_KEYS:
            self._tell_once(
                "many keys",
                f"This run logs more than {MANY_KEYS:,} different keys. All are kept, but each is a chart of its own: "
                "what counts things up, such as an index, belongs in a value or in a table.",
            )

    def _tell_once(self, about: str, line: str) -> None:
        if about not in self._told:
            self._told.add(about)
            self._console.say(line)
