"""Notices that would be a nuisance the second time."""

from __future__ import annotations

from ._client import print_notice

_told: set[str] = set()


def tell_once(subject: str, text: str) -> None:
    """Tell the user something, unless this process told of the subject before."""
    if subject not in _told:
        _told.add(subject)
        print_notice(text)
