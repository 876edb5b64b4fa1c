"""`run.config`: the settings of a run, a dictionary whose keys are attributes too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

import orjson

from ._errors import ConflictError, InvalidInputError
from ._history import fields_of, json_value, utf8

# Raises where a run that has ended is to be changed by a verb; None: that run is gone.
MayChange = Callable[[], Callable[[str], None] | None]
LARGEST = 1_000_000  # bytes as JSON, a little less than the service takes


class Config(MutableMapping[str, Any]):
    """The configuration of a run: `config["lr"]`, `config.lr`, `dict(config)` and `**config` all work.

    A value that is set once keeps it: setting another one raises, unless `update(..., allow_val_change=True)`.
    """

    def __init__(self, values: Any = None, on_change: Callable[[], None] | None = None) -> None:
        object.__setattr__(self, "_values", {})
        object.__setattr__(self, "_on_change", on_change)
        object.__setattr__(self, "_ask", unasked)
        self._merge(as_mapping(values), allow_val_change=True)

    def __getitem__(self, key: str) -> Any:
        """The value of a key."""
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a key that is new, or to the value it has."""
        self._merge({key: value}, allow_val_change=False)

    def __delitem__(self, key: str) -> None:
        """Remove a key."""
        self._ask()
        del self._values[key]
        self._changed()

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order they were set."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        """Whether a key is set."""
        return key in self._values

    def __getattr__(self, name: str) -> Any:
        """The value of a key, written as an attribute."""
        try:
            return object.__getattribute__(self, "_values")[name]
        except KeyError:
            raise AttributeError(f"The configuration has no {name!r}. It has: {', '.join(self) or 'nothing'}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a key, written as an attribute."""
        self[name] = value

    def __repr__(self) -> str:
        """The values, as a dictionary shows them."""
        return repr(self._values)

    def update(  # type: ignore[override]  # the signature users know, narrower than a dictionary's
        self, values: Any = None, allow_val_change: bool = False, **more: Any
    ) -> None:
        """Set several keys at once, from a dictionary, a namespace, a dataclass, a pydantic model or keywords.

        Args:
            values: What to set.
            allow_val_change: Whether a key that is set may get another value.

        Raises:
            ConflictError: if a key is set to another value; nothing is changed then.
            InvalidInputError: if it becomes larger than a configuration may be; nothing is changed then.
        """
        self._merge({**as_mapping(values), **more}, allow_val_change=allow_val_change)

    def setdefaults(self, values: Any) -> None:
        """Set those keys that are not set yet."""
        self._merge({k: v for k, v in as_mapping(values).items() if str(k) not in self}, allow_val_change=False)

    def as_dict(self) -> dict[str, Any]:
        """A plain dictionary of the values, independent of the configuration from now on."""
        # A value that was changed inside, as by `config["model"]["lr"] = …`, becomes one of JSON here.
        values: dict[str, Any] = json_value(self._values)
        return values

    def differing(self, values: Any) -> list[str]:
        """The keys that are set here to another value than in `values`."""
        return [k for k, v in _recorded(as_mapping(values)).items() if k in self and not same(self._values[k], v)]

    def ask_before_changes(self, verb: str, may_change: MayChange) -> None:
        """Let who owns it refuse a change by an exception; `verb` is what it names."""
        object.__setattr__(self, "_ask", asking(verb, may_change))

    def _merge(self, values: Mapping[Any, Any], *, allow_val_change: bool) -> None:
        self._ask()
        recorded = _recorded(values)
        changed = {k: v for k, v in recorded.items() if k not in self._values or not same(self._values[k], v)}
        refused = [key for key in changed if key in self._values]
        if refused and not allow_val_change:
            key = refused[0]
            raise ConflictError(
                f"The configuration has {key} = {self._values[key]!r}, and cannot set it to {changed[key]!r}. "
                "If that is meant: config.update({...}, allow_val_change=True)."
            )
        self._check_size(changed)
        self._values.update(changed)
        if changed:
            self._changed()

    def _check_size(self, changed: dict[str, Any]) -> None:
        # Here, where the one who sets it sees it, and not when it is sent in the background.
        size = len(orjson.dumps({**self._values, **changed}))
        if size > LARGEST:
            key = max(changed, key=lambda name: len(orjson.dumps(changed[name])))
            raise InvalidInputError(
                f"With {key!r} the configuration has {size:,} bytes as JSON; it holds at most {LARGEST:,}. "
                "Keep large values as files in an artifact.",
                field="config",
            )

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()


def unasked() -> None:
    """What belongs to no run may be changed."""


def asking(verb: str, may_change: MayChange) -> Callable[[], None]:
    """What raises where the run has ended."""

    def ask() -> None:
        require_open = may_change()
        if require_open is not None:
            require_open(verb)

    return ask


def same(one: Any, other: Any) -> bool:
    """Equality that takes NaN for NaN."""
    return bool(one == other) or repr(one) == repr(other)


def as_mapping(values: Any) -> Mapping[Any, Any]:
    """A dictionary of what was given: a mapping, a namespace, the fields of an object, or nothing.

    Raises:
        InvalidInputError: if it holds no settings.
    """
    if values is None:
        return {}
    fields = fields_of(values)
    if fields is not None:
        return fields
    if not hasattr(values, "__dict__") or isinstance(values, type):
        raise InvalidInputError(
            f"config is {values!r}; it must be a dictionary, a namespace such as argparse makes, a dataclass, an attrs "
            "class or a pydantic model.",
            field="config",
        )
    attributes: dict[str, Any] = vars(values)
    return attributes


def _recorded(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {utf8(str(key)): json_value(value) for key, value in values.items()}
