"""What a change of an alias is, and how it is refused. Imports no rule: guards, recalls and aliases import this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    """What moves an alias: by hand, with a log or link, back, by an approved proposal, or as its version goes.

    `PROPOSE` moves nothing: somebody asks for a move that admins shall approve.
    """

    MOVE = "MOVE"
    LOG = "LOG"
    LINK = "LINK"
    ROLLBACK = "ROLLBACK"
    PROPOSE = "PROPOSE"
    PROPOSAL = "PROPOSAL"
    DROP = "DROP"


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """A blob as the graph has it: the object version that should hold its bytes."""

    entity_id: str
    digest: str
    size: int
    version_id: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was looked up for a call before its transaction: whether the store has the right bytes of each blob."""

    is_right: Mapping[StoredBytes, bool] = field(default_factory=dict)


NO_EVIDENCE: Final = Evidence()


class EvidenceNeededError(Exception):
    """A rule asks for bytes that nobody looked at for this call: to be looked up outside, then all tried again."""

    def __init__(self, blobs: Sequence[StoredBytes]) -> None:
        super().__init__(f"{len(blobs)} blobs are to be looked at first")
        self.blobs = blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasChange:
    """A change that somebody wants: from where an alias points under the lock, to a version or nowhere (None).

    `is_guarded`: the collection or its registry has rules for the alias.
    """

    name: str
    from_version_id: str | None
    to_version_id: str | None
    is_protected: bool
    is_guarded: bool = False
    evidence: Evidence = NO_EVIDENCE


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
