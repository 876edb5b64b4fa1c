"""The five domain errors. Every layer raises these; the API and the SDK show the same names.

DomainError
├── NotFoundError          the thing is not there, or the viewer may not see it
├── ConflictError          the state is not what the caller expected
├── InvalidInputError      the input breaks a rule
├── PermissionDeniedError  the viewer may see it but not do this
└── UnavailableError       Neo4j or the object store is away; nothing is lost, try again
"""

from typing import Any


class DomainError(Exception):
    """A refusal that the caller can act on: a message for people, and data for programs."""

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class NotFoundError(DomainError):
    """Data: `path`, what was looked up."""


class ConflictError(DomainError):
    """Data: `current`, where it stands now; `missing`, digests of blobs the store does not have; `unmet_rules`, the
    rules against the move of an alias, as objects `{"rule": …, "message": …}`."""


class InvalidInputError(DomainError):
    """Data: `field`, the input that breaks the rule."""


class PermissionDeniedError(DomainError):
    """The viewer lacks a role or the key only reads."""


class UnavailableError(DomainError):
    """A server behind the service did not answer within the deadline."""
