"""`define_metric`: which axis a logged key is drawn over, and what the summary keeps of its values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._errors import InvalidInputError

SUMMARIES = ("min", "max", "mean", "first", "last", "best", "copy", "none")
GOALS = {"minimize": "minimize", "min": "minimize", "maximize": "maximize", "max": "maximize"}
DOCUMENT = "_metrics"  # the key of the summary under which definitions travel, and survive a resumption
_NOTHING = object()


@dataclass(frozen=True)
class Metric:
    """What was said of the keys of a name.

    Attributes:
        name: A key, or the beginning of keys followed by `*`.
        step_metric: The key whose values are the horizontal axis; None for the steps.
        step_sync: Whether a record without a value of `step_metric` gets its last one.
        summary: What the summary keeps; nothing said is `("copy",)`, the last value itself.
        goal: "minimize" or "maximize".
        hidden: Whether charts leave it out until somebody asks for it.
    """

    name: str
    step_metric: str | None = None
    step_sync: bool = True
    summary: tuple[str, ...] = ()
    goal: str | None = None
    hidden: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the summary simply has the last value."""
        return self.summary in ((), ("copy",))


class Metrics:
    """The definitions of a run, and what is known so far of the keys that they speak of."""

    def __init__(self, document: Any = None) -> None:
        self._metrics: dict[str, Metric] = {}
        self._tracks: dict[str, _Track | None] = {}
        self._axis_of: dict[str, str | None] = {}
        self._axes: dict[str, Any] = {}
        self._counts: dict[str, int] = {}
        if isinstance(document, Mapping):
            self._restore(document)

    def __len__(self) -> int:
        """How many definitions there are."""
        return len(self._metrics)

    @property
    def definitions(self) -> tuple[Metric, ...]:
        """What was defined, in that order."""
        return tuple(self._metrics.values())

    def define(self, metric: Metric, *, overwrite: bool = False) -> Metric:
        """Add a definition; what an earlier one of the same name says and this one does not stays, unless overwritten.

        Returns:
            The definition as it is now.
        """
        earlier = None if overwrite else self._metrics.get(metric.name)
        if earlier is not None:
            metric = replace(
                metric,
                step_metric=metric.step_metric or earlier.step_metric,
                step_sync=metric.step_sync if metric.step_metric else earlier.step_sync,
                summary=metric.summary or earlier.summary,
                goal=metric.goal or earlier.goal,
                hidden=metric.hidden or earlier.hidden,
            )
        self._metrics[metric.name] = metric
        self._axes = {axis: self._axes.get(axis) for axis in self._axis_names()}
        self._axis_of.clear()
        # What is known of the values of a key stays; only what is shown of it changes.
        self._tracks = {key: track for key, track in self._tracks.items() if track is not None}
        for key, track in self._tracks.items():
            if track is not None:
                track.metric = self._resolve(key) or Metric(key)
        return metric

    def complete(self, values: dict[str, Any]) -> None:
        """Add to a record the last values of the axes that its keys are drawn over and that it lacks."""
        for key in list(values):
            if key not in self._axis_of:
                metric = self._resolve(key)
                self._axis_of[key] = metric.step_metric if metric is not None and metric.step_sync else None
            axis = self._axis_of[key]
            if axis is not None and axis not in values and self._axes[axis] is not None:
                values[axis] = self._axes[axis]

    def summarise(self, values: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
        """What the summary becomes through a record, `earlier` being what it was."""
        found: dict[str, Any] = {}
        for key, value in values.items():
            if key in self._axes:
                self._axes[key] = value
            if key not in self._tracks:
                self._tracks[key] = self._begin(key, earlier.get(key))
            track = self._tracks[key]
            kept = value if track is None else track.take(value)
            if kept is not _NOTHING:
                found[key] = kept
        return found

    def document(self) -> dict[str, Any]:
        """What `Metrics` goes on with after a resumption: definitions, of how many values each mean is, axes."""
        means = {key: track.count for key, track in self._tracks.items() if track and "mean" in track.metric.summary}
        definitions = [
            {
                "name": metric.name,
                "stepMetric": metric.step_metric,
                "stepSync": metric.step_sync,
                "summary": list(metric.summary),
                "goal": metric.goal,
                "hidden": metric.hidden,
            }
            for metric in self._metrics.values()
        ]
        return {"definitions": definitions, "counts": {**self._counts, **means}, "axes": dict(self._axes)}

    def _restore(self, document: Mapping[str, Any]) -> None:
        """Take over what a document says. A summary holds what a program likes: what is no definition is left out."""
        definitions, counts, axes = (document.get(name) for name in ("definitions", "counts", "axes"))
        for known in definitions if isinstance(definitions, list) else ():
            try:
                axis, summary = known["stepMetric"], known["summary"] or None
                self.define(metric(known["name"], axis, known["stepSync"], known["hidden"], summary, known["goal"]))
            except (InvalidInputError, KeyError, TypeError):
                continue
        if isinstance(counts, Mapping):
            self._counts = {key: count for key, count in counts.items() if type(count) is int}
        if isinstance(axes, Mapping):
            self._axes |= {axis: value for axis, value in axes.items() if axis in self._axes}

    def _axis_names(self) -> set[str]:
        return {metric.step_metric for metric in self._metrics.values() if metric.step_metric is not None}

    def _resolve(self, key: str) -> Metric | None:
        """The definition of a key: its own, else that of its longest beginning."""
        if key in self._metrics:
            return self._metrics[key]
        fitting = [name for name in self._metrics if name.endswith("*") and key.startswith(name[:-1])]
        return self._metrics[max(fitting, key=len)] if fitting else None

    def _begin(self, key: str, earlier: Any) -> _Track | None:
        metric = self._resolve(key)
        if metric is None or metric.is_plain:
            return None
        return _Track(metric, earlier, self._counts.get(key, 1))


class Followed:
    """The summary of a run that did not live to tell it, made of its records.

    Args:
        document: What its program said of its metrics, as `Metrics.document` gave it.
    """

    def __init__(self, document: Any = None) -> None:
        definitions = document.get("definitions") if isinstance(document, Mapping) else None
        self._metrics = Metrics({"definitions": definitions})
        self._values: dict[str, Any] = {}
        self._last_step = -1

    def take(self, record: Mapping[str, Any]) -> None:
        """Follow the next record of the journal."""
        self._values |= self._metrics.summarise(record["values"], self._values)
        self._last_step = max(record["step"], self._last_step)

    def document(self) -> dict[str, Any]:
        """The summary; empty if nothing was logged."""
        if self._last_step < 0:
            return {}
        found = {**self._values, "_step": self._last_step}
        return {**found, DOCUMENT: self._metrics.document()} if self._metrics else found


class _Track:
    """What is known of the values of a key. NaN counts for `first` and `last` alone, what is no number for `last`."""

    __slots__ = ("count", "first", "high", "last", "low", "metric", "total")

    def __init__(self, metric: Metric, earlier: Any, count: int) -> None:
        self.metric = metric
        self.count = 0
        self.total = 0.0
        self.low = math.inf
        self.high = -math.inf
        self.first: Any = None
        self.last: Any = None
        if isinstance(earlier, Mapping):
            self._go_on(earlier, count)

    def _go_on(self, earlier: Mapping[str, Any], count: int) -> None:
        """Begin with what the summary of a resumed run holds."""
        numbers = [value for value in earlier.values() if _is_number(value) and not math.isnan(value)]
        if not numbers:
            return
        best = earlier.get("best")
        maximizes = self.metric.goal == "maximize"
        self.low = earlier.get("min", best if best is not None and not maximizes else min(numbers))
        self.high = earlier.get("max", best if best is not None and maximizes else max(numbers))
        self.count = count
        self.total = earlier.get("mean", 0.0) * count
        self.first = earlier.get("first", numbers[0])
        self.last = earlier.get("last")

    def take(self, value: Any) -> Any:
        """Take a value in; return what the summary has of them all."""
        self.last = value
        if not _is_number(value):
            # Until there is a number, the summary has what there is.
            return self._shown() if self.count else (_NOTHING if self.metric.summary == ("none",) else value)
        if self.first is None:
            self.first = value
        if not math.isnan(value):
            self.count += 1
            self.total += value
            self.low = min(value, self.low)
            self.high = max(value, self.high)
        return self._shown()

    def _shown(self) -> Any:
        names = self.metric.summary
        if "none" in names:
            return _NOTHING
        if self.metric.is_plain:
            return self.last
        return {name if name != "copy" else "last": self._value(name) for name in names}

    def _value(self, name: str) -> Any:
        if name in ("last", "copy"):
            return self.last
        if name == "first":
            return self.first
        if not self.count:
            return math.nan
        if name == "mean":
            return self.total / self.count
        is_high = name == "max" or (name == "best" and self.metric.goal == "maximize")
        return self.high if is_high else self.low


def metric(
    name: str,
    step_metric: str | Metric | None = None,
    step_sync: bool | None = None,
    hidden: bool | None = None,
    summary: str | Iterable[str] | None = None,
    goal: str | None = None,
) -> Metric:
    """A definition of what was given to `define_metric`.

    Raises:
        InvalidInputError: if that is none; the message lists what may be said.
    """
    axis = step_metric.name if isinstance(step_metric, Metric) else step_metric
    for given, field in ((name, "name"), (axis, "step_metric")):
        if given is not None and (not isinstance(given, str) or not given):
            raise InvalidInputError(f"{field} is {given!r}; it must be the key of a logged value.", field=field)
    if "*" in name[:-1] or (axis is not None and "*" in axis):
        raise InvalidInputError(
            f"{name!r} over {axis!r}: a name may end in one '*', for all keys that begin so; an axis is one key.",
            field="name",
        )
    if goal is not None and goal not in GOALS:
        raise InvalidInputError(f"goal is {goal!r}; it must be 'minimize' or 'maximize'.", field="goal")
    return Metric(
        name=name,
        step_metric=axis,
        step_sync=True if step_sync is None else bool(step_sync),
        summary=_summaries(summary),
        goal=None if goal is None else GOALS[goal],
        hidden=bool(hidden),
    )


def _summaries(summary: str | Iterable[str] | None) -> tuple[str, ...]:
    if summary is None:
        return ()
    names = summary.split(",") if isinstance(summary, str) else list(summary)
    chosen = tuple(dict.fromkeys(str(name).strip().lower() for name in names))
    unknown = [name for name in chosen if name not in SUMMARIES]
    if unknown or not chosen or ("none" in chosen and len(chosen) > 1):
        raise InvalidInputError(
            f"summary is {summary!r}; it takes {', '.join(SUMMARIES)}, several with commas between them, 'none' alone.",
            field="summary",
        )
    return chosen


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
