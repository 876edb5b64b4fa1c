"""Domain errors as REST answers: `{"error": {"type", "message", "requestId", …data}}`."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

from headwater_service.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)

STATUS: Final[Mapping[type[DomainError], int]] = {
    NotFoundError: 404,
    ConflictError: 409,
    InvalidInputError: 400,
    PermissionDeniedError: 403,
    UnavailableError: 503,
}
RETRY_AFTER_SECONDS: Final = 2


class UnauthenticatedError(PermissionDeniedError):
    """No credentials, or none that are valid: the client is told how to sign in."""


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Encode an answer that must not be kept by caches."""
    return Response(
        orjson.dumps(content),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def error_response(error: Exception, request_id: str) -> Response:
    """Return the answer for an error; what is not a domain error is told by its request id only."""
    if not isinstance(error, DomainError):
        message = f"Something went wrong that should not. The server's log has it under request id {request_id}."
        return json_response(
            {"error": {"type": "InternalError", "message": message, "requestId": request_id}}, status=500
        )
    known = next(kind for kind in STATUS if isinstance(error, kind))
    body = {**error.data, "type": known.__name__, "message": error.message, "requestId": request_id}
    return json_response({"error": body}, *_status_and_headers(error, STATUS[known]))


def _status_and_headers(error: DomainError, status: int) -> tuple[int, Mapping[str, str]]:
    if isinstance(error, UnauthenticatedError):
        return 401, {"WWW-Authenticate": 'Bearer realm="headwater"'}
    if isinstance(error, UnavailableError):
        return 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return status, {}
