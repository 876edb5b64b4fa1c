"""The errors a user of the SDK can meet.

HeadwaterError
├── NotFoundError (LookupError)               what was named does not exist, or you may not see it
│   └── MissingFileError (FileNotFoundError)  a file that does not exist, here or in a version
├── ConflictError                             the present state forbids it
│   ├── NotLoggedError                        the artifact is still a draft
│   └── RecalledError                         a critical recall reaches the version, and nobody allowed that
├── InvalidInputError (ValueError)            what was given cannot be right
├── PermissionDeniedError (PermissionError)   no key, a wrong key, or too few rights
│   └── UntrustedModelError                   reading the model can run code, and nobody said to trust it
├── IncompatibleServerError                   the service is too old for this SDK
└── UnavailableError (ConnectionError)        the service or the store did not answer in time
    └── WaitTimeoutError (TimeoutError)       `wait(timeout)` ran out
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class HeadwaterError(Exception):
    """Root of all errors of the SDK; `message` is for people, `request_id` finds the request in the service's log."""

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id

    def __str__(self) -> str:
        if self.request_id is None:
            return self.message
        return f"{self.message} (request {self.request_id})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders (data loader workers); keyword-only data must survive pickling.
        return (_rebuild, (type(self), self.message), self.__dict__)


def _rebuild(kind: type[HeadwaterError], message: str) -> HeadwaterError:
    return kind(message)


class NotFoundError(HeadwaterError, LookupError):
    """What was named does not exist, or the key may not see it; `path` is what was looked up."""

    def __init__(self, message: str, *, path: str | None = None, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.path = path


class MissingFileError(NotFoundError, FileNotFoundError):
    """A file that does not exist, on this machine or in a version."""


@dataclass(frozen=True)
class UnmetRule:
    """A condition that the move of an alias does not meet: `rule` for programs, `message` for people."""

    rule: str
    message: str


class ConflictError(HeadwaterError):
    """The present state forbids it: `current` says how things stand, `missing` which blobs are not in the store.

    `unmet_rules` are the rules that keep an alias from moving.
    """

    def __init__(
        self,
        message: str,
        *,
        current: str | None = None,
        missing: Sequence[str] = (),
        unmet_rules: Sequence[UnmetRule] = (),
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.current = current
        self.missing = tuple(missing)
        self.unmet_rules = tuple(unmet_rules)


class NotLoggedError(ConflictError):
    """The artifact is still a draft: it has no version yet."""


class RecalledError(ConflictError):
    """A critical recall reaches the version; `unmet_rules` say why. `allow_recalled=True` uses it all the same."""


class InvalidInputError(HeadwaterError, ValueError):
    """What was given cannot be right; `field` names the argument where that is known."""

    def __init__(self, message: str, *, field: str | None = None, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.field = field


class PermissionDeniedError(HeadwaterError, PermissionError):
    """No key, a wrong key, or a key with too few rights."""


class UntrustedModelError(PermissionDeniedError):
    """Reading the model can run code that is in its files, and the caller did not say `trust=True`."""


class IncompatibleServerError(HeadwaterError):
    """The service is older than this SDK, and does not understand it."""


class UnavailableError(HeadwaterError, ConnectionError):
    """The service or the object store did not answer in time; trying again later may work."""


class WaitTimeoutError(UnavailableError, TimeoutError):
    """The time given to `wait` ran out; the work goes on."""


def error_from_wire(code: str, message: str, data: Mapping[str, Any], request_id: str | None) -> HeadwaterError:
    """Build the error that the service named on the wire; one it does not know becomes the root class."""
    if code == "NotFoundError":
        return NotFoundError(message, path=data.get("path"), request_id=request_id)
    if code == "ConflictError":
        missing = data.get("missing") or ()
        unmet = [UnmetRule(rule["rule"], rule["message"]) for rule in data.get("unmetRules") or ()]
        current = data.get("current")
        return ConflictError(message, current=current, missing=missing, unmet_rules=unmet, request_id=request_id)
    if code == "InvalidInputError":
        return InvalidInputError(message, field=data.get("field"), request_id=request_id)
    if code == "PermissionDeniedError":
        return PermissionDeniedError(message, request_id=request_id)
    if code == "UnavailableError":
        return UnavailableError(message, request_id=request_id)
    return HeadwaterError(message, request_id=request_id)
