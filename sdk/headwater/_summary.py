"""`run.summary`: one value a key, the last one logged unless it was set or `define_metric` says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from ._config import MayChange, asking, unasked
from ._errors import InvalidInputError
from ._history import Loggable, json_value, summary_value, utf8


class Summary(MutableMapping[str, Any]):
    """The summary of a run: the last logged value of each key, and what you set yourself."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        object.__setattr__(self, "_values", dict(values or {}))
        object.__setattr__(self, "_ask", unasked)

    def __getitem__(self, key: str) -> Any:
        """The value of a key."""
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a key.

        Raises:
            InvalidInputError: if the value is kept as a file, as an image is, or the run has ended.
        """
        self._ask()
        if isinstance(value, Loggable):
            kind = type(value).__name__
            raise InvalidInputError(
                f"summary[{key!r}] is given a {kind}, which is kept as a file: log it, run.log({{{key!r}: …}})."
            )
        self._values[utf8(str(key))] = summary_value(value)

    def __delitem__(self, key: str) -> None:
        """Remove a key that was not sent yet; a logged key returns with its next value."""
        self._ask()
        del self._values[key]

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        """The value of a key, written as an attribute."""
        try:
            return object.__getattribute__(self, "_values")[name]
        except KeyError:
            raise AttributeError(f"The summary has no {name!r}. It has: {', '.join(self) or 'nothing'}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a key, written as an attribute."""
        self[name] = value

    def __repr__(self) -> str:
        """The values, as a dictionary shows them."""
        return repr(self._values)

    def ask_before_changes(self, verb: str, may_change: MayChange) -> None:
        """Let who owns it refuse a change by an exception; `verb` is what it names."""
        object.__setattr__(self, "_ask", asking(verb, may_change))

    def record(self, values: Mapping[str, Any]) -> None:
        """Take over what was just logged, already in its recorded form."""
        self._values.update(values)

    def as_dict(self) -> dict[str, Any]:
        """A plain dictionary of the values, independent of the summary from now on."""
        # A value that was changed inside, as by `summary["best"]["loss"] = …`, becomes one of JSON here.
        values: dict[str, Any] = json_value(self._values)
        return values
