"""The errors that Headwater raises. Each is also the builtin error that Python users expect in its place."""

from ._errors import (
    ConflictError,
    HeadwaterError,
    IncompatibleServerError,
    InvalidInputError,
    MissingFileError,
    NotFoundError,
    NotLoggedError,
    PermissionDeniedError,
    RecalledError,
    UnavailableError,
    UntrustedModelError,
    WaitTimeoutError,
)

__all__ = [
    "ConflictError",
    "HeadwaterError",
    "IncompatibleServerError",
    "InvalidInputError",
    "MissingFileError",
    "NotFoundError",
    "NotLoggedError",
    "PermissionDeniedError",
    "RecalledError",
    "UnavailableError",
    "UntrustedModelError",
    "WaitTimeoutError",
]
