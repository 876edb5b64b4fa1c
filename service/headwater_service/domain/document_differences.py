"""How two JSON documents differ, value by value: of metadata and of configs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A value that differs, at the keys from the top; lists are values as a whole. None where there is no value."""

    path: str
    kind: ChangeKind
    before: Any
    after: Any


class _Absent:
    """Stands for a value that is not there: null is one that is."""


_ABSENT: Final = _Absent()


def document_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[DocumentChange]:
    """Return what differs between two documents, in order of path."""
    return sorted(_changes("", before, after), key=lambda change: change.path)


def _changes(path: str, before: Any, after: Any) -> Iterator[DocumentChange]:
    if _is_branch(before, after):
        of_before, of_after = _keys(before), _keys(after)
        for key in of_before | of_after:
            inner = f"{path}.{key}" if path else str(key)
            yield from _changes(inner, of_before.get(key, _ABSENT), of_after.get(key, _ABSENT))
    elif before is _ABSENT:
        yield DocumentChange(path, ChangeKind.ADDED, None, after)
    elif after is _ABSENT:
        yield DocumentChange(path, ChangeKind.REMOVED, before, None)
    elif not _is_same(before, after):
        yield DocumentChange(path, ChangeKind.CHANGED, before, after)


def _is_branch(before: Any, after: Any) -> bool:
    """Tell whether to look further down: an object beside an object, or a whole one that came or went."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return True
    other, found = (after, before) if isinstance(before, Mapping) else (before, after)
    return other is _ABSENT and isinstance(found, Mapping) and bool(found)


def _keys(value: Any) -> dict[Any, Any]:
    return {} if value is _ABSENT else dict(value)


def _is_same(before: Any, after: Any) -> bool:
    # To Python true is 1.
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.keys() == after.keys() and all(_is_same(before[key], after[key]) for key in before)
    if _is_list(before) and _is_list(after):
        return len(before) == len(after) and all(map(_is_same, before, after))
    return bool(before == after)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
