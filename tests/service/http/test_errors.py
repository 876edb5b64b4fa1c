"""Errors as REST answers: each kind with its status, and nothing told of what nobody foresaw."""

import orjson
import pytest

from headwater_service.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.http.errors import UnauthenticatedError, error_response


def test_the_unforeseen_is_told_by_its_request_id_alone() -> None:
    response = error_response(ZeroDivisionError("a secret of ours"), "a-request")

    assert response.status_code == 500
    assert orjson.loads(response.body) == {
        "error": {
            "type": "InternalError",
            "message": "Something went wrong that should not. The server's log has it under request id a-request.",
            "requestId": "a-request",
        }
    }


@pytest.mark.parametrize(
    ("error", "status", "type_name"),
    [
        (NotFoundError("No."), 404, "NotFoundError"),
        (ConflictError("No."), 409, "ConflictError"),
        (InvalidInputError("No."), 400, "InvalidInputError"),
        (PermissionDeniedError("No."), 403, "PermissionDeniedError"),
        (UnauthenticatedError("No."), 401, "PermissionDeniedError"),
        (UnavailableError("No."), 503, "UnavailableError"),
    ],
)
def test_each_kind_has_its_status_and_its_name(error: DomainError, status: int, type_name: str) -> None:
    response = error_response(error, "a-request")

    assert response.status_code == status
    assert orjson.loads(response.body)["error"] == {"type": type_name, "message": "No.", "requestId": "a-request"}
    assert ("retry-after" in response.headers) == (status == 503)
    assert ("www-authenticate" in response.headers) == (status == 401)
