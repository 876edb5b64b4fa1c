"""Rules of guards: what a version must meet before an alias may point at it. For `set_guard` of registries and
collections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._errors import InvalidInputError

if TYPE_CHECKING:
    from ._collection import Collection

__all__ = [
    "Rule",
    "approvals",
    "better_than_current",
    "metadata",
    "metric",
    "required_tag",
    "requires_upstream",
    "verified_bytes",
]

_OPERATORS = {"==": "EQ", "=": "EQ", "!=": "NE", ">": "GT", ">=": "GTE", "<": "LT", "<=": "LTE"}
_SOURCES = ("summary", "metadata")


@dataclass(frozen=True)
class Rule:
    """One rule, as it is sent: `kind` is its name in `unmet_rules`, `value` what it asks."""

    kind: str
    value: Any


def requires_upstream(type: str, collection: Collection | None = None) -> Rule:
    """Everything that the version came from comes from versions of a type, without a gap in the lineage.

    Args:
        type: As "dataset".
        collection: One of those versions must be of this collection.
    """
    return Rule("requiresUpstream", {"type": type, "collection": None if collection is None else collection.id})


def metric(path: str, operator: str, value: float | str | bool, source: str = "summary") -> Rule:
    """A value that was measured meets a condition, as `metric("accuracy", ">=", 0.97)`.

    Args:
        path: Keys joined by dots.
        operator: "==", "!=", ">", ">=", "<" or "<=".
        value: A number, a text, True or False.
        source: "summary" of the run that made the version, or its "metadata".

    Raises:
        InvalidInputError: if there is no such operator or source.
    """
    if operator not in _OPERATORS:
        raise InvalidInputError(f"{operator!r} is none of {', '.join(_OPERATORS)}.", field="operator")
    return Rule("metric", {"source": _source(source), "path": path, "op": _OPERATORS[operator], "value": value})


def metadata(path: str, operator: str, value: float | str | bool) -> Rule:
    """A value of the version's metadata meets a condition: `metric` with that source.

    Args:
        path: Keys joined by dots.
        operator: "==", "!=", ">", ">=", "<" or "<=".
        value: A number, a text, True or False.
    """
    return metric(path, operator, value, source="metadata")


def better_than_current(path: str, lower: bool = False, source: str = "summary") -> Rule:
    """A number is better than that of the version the alias points at; equal is not.

    Args:
        path: Keys joined by dots.
        lower: Whether the smaller number is the better one.
        source: "summary" of the run that made the version, or its "metadata".

    Raises:
        InvalidInputError: if there is no such source.
    """
    direction = "LOWER" if lower else "HIGHER"
    return Rule("betterThanCurrent", {"source": _source(source), "path": path, "direction": direction})


def required_tag(tag: str) -> Rule:
    """The version bears a tag.

    Args:
        tag: Which.
    """
    return Rule("requiredTag", tag)


def approvals(count: int) -> Rule:
    """So many admins other than the one who proposes the move approve it.

    Args:
        count: How many, at most as many as there are.
    """
    return Rule("approvals", count)


def verified_bytes() -> Rule:
    """The object store shows the right checksum of all bytes of the version when the alias moves."""
    return Rule("verifiedBytes", True)


def _source(given: str) -> str:
    if given not in _SOURCES:
        raise InvalidInputError(f"{given!r} is none of {', '.join(_SOURCES)}.", field="source")
    return given.upper()
