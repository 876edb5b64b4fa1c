"""What a change of an alias is, and how it is refused. Imports no rule: guards, recalls and aliases import this."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from headwater_service.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.model import AliasMove

_ERRORS: Final[dict[str, type[DomainError]]] = {
    error.__name__: error
    for error in (ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, UnavailableError)
}


class Cause(StrEnum):
    """What moves an alias: by hand, with a log or link, back, by an approved proposal, or as its version goes."""

    MOVE = "MOVE"
    LOG = "LOG"
    LINK = "LINK"
    ROLLBACK = "ROLLBACK"
    PROPOSAL = "PROPOSAL"
    DROP = "DROP"


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasChange:
    """A change that somebody wants: from where an alias points under the lock, to a version or nowhere (None).

    Of a link that is yet to be made `to_version_id` is the source.
    """

    name: str
    from_version_id: str | None
    to_version_id: str | None
    is_protected: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """An alias that stays where it is, and the error that says why."""

    name: str
    error: DomainError


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of the changes wanted: `before` is where each alias pointed."""

    moves: Sequence[AliasMove]
    refusals: Sequence[Refusal]
    before: dict[str, str | None]


def stored_refusal(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as JSON, for the recorded answer of its operation."""
    error = refusal.error
    return {"name": refusal.name, "kind": type(error).__name__, "message": error.message, "data": error.data}


def refusal_from(stored: dict[str, Any]) -> Refusal:
    """Return a refusal of a recorded answer."""
    return Refusal(stored["name"], _ERRORS[stored["kind"]](stored["message"], **stored["data"]))
