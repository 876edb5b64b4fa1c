"""How the five domain errors reach a client: as members of a mutation's union, else as top-level errors.

Only what nobody foresaw is masked; it is logged with the request id that the client is shown.
"""

from typing import Any, Final

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.types.field import StrawberryField

from headwater_service import errors
from headwater_service.api.scalars import Digest

log = structlog.get_logger(__name__)


@strawberry.interface(description="A refusal that the caller can act on. `__typename` tells which of the five it is.")
class UserError:
    message: str = strawberry.field(description="What went wrong and what to do, in a sentence or two for people.")


@strawberry.type(description="Something that the input names is not there, or the viewer may not see it.")
class NotFoundError(UserError):
    path: str | None = strawberry.field(description="What was looked up, if it was given as text.", default=None)

    @classmethod
    def from_error(cls, error: errors.NotFoundError) -> "NotFoundError":
        return cls(message=error.message, path=error.data.get("path"))


@strawberry.type(description="A condition that the move of an alias does not meet.")
class UnmetRule:
    rule: str = strawberry.field(description="Which condition, as a program tells it apart: for example `recall`.")
    message: str = strawberry.field(description="What is lacking, in a sentence for people.")


@strawberry.type(description="The state is not what the caller took it to be. Read it again, then decide.")
class ConflictError(UserError):
    current: str | None = strawberry.field(
        description="Where it stands now, for example `v7`; null when that does not help.", default=None
    )
    missing: list[Digest] | None = strawberry.field(
        description="The first 1,000 blobs that must be uploaded before the same call, with the same `operationId`, "
        "can succeed; null when bytes are not the matter.",
        default=None,
    )
    unmet_rules: list[UnmetRule] | None = strawberry.field(
        description="Every rule that keeps an alias from moving; null when no rule of an alias is the matter.",
        default=None,
    )

    @classmethod
    def from_error(cls, error: errors.ConflictError) -> "ConflictError":
        missing = error.data.get("missing")
        unmet = error.data.get("unmet_rules")
        return cls(
            message=error.message,
            current=error.data.get("current"),
            missing=None if missing is None else [Digest(digest) for digest in missing],
            unmet_rules=None if unmet is None else [UnmetRule(**rule) for rule in unmet],
        )


@strawberry.type(description="The input breaks a rule. The same call will fail again.")
class InvalidInputError(UserError):
    field: str | None = strawberry.field(
        description="The input that is at fault, if it is one alone: an argument, or a field of `input` by the name "
        "that it has where it stands, also inside a list: an alias is at fault as `name` in a move, as `aliases` in a "
        "list of names.",
        default=None,
    )

    @classmethod
    def from_error(cls, error: errors.InvalidInputError) -> "InvalidInputError":
        return cls(message=error.message, field=error.data.get("field"))


@strawberry.type(description="The viewer may see the thing but not do this to it, or the key only reads.")
class PermissionDeniedError(UserError):
    @classmethod
    def from_error(cls, error: errors.PermissionDeniedError) -> "PermissionDeniedError":
        return cls(message=error.message)


@strawberry.type(description="The graph or the object store did not answer in time. Nothing is lost; try again.")
class UnavailableError(UserError):
    @classmethod
    def from_error(cls, error: errors.UnavailableError) -> "UnavailableError":
        return cls(message=error.message)


ERROR_TYPES: Final[dict[type[errors.DomainError], Any]] = {
    errors.NotFoundError: NotFoundError,
    errors.ConflictError: ConflictError,
    errors.InvalidInputError: InvalidInputError,
    errors.PermissionDeniedError: PermissionDeniedError,
    errors.UnavailableError: UnavailableError,
}


def error_type(error: errors.DomainError) -> UserError:
    """Return a domain error as the API shows it."""
    shown: UserError = ERROR_TYPES[type(error)].from_error(error)
    return shown


class UnionMember:
    """Turns a raised domain error into the member of the union that a mutation returns."""

    def __init__(self, exception_type: type[errors.DomainError], error_type: Any) -> None:
        self.exception_type = exception_type
        self.error_type = error_type

    def handle(self, exception: errors.DomainError, *, field: StrawberryField, info: strawberry.Info) -> Any:
        return self.error_type.from_error(exception)


EXCEPTION_HANDLERS: Final = tuple(UnionMember(error, graphql) for error, graphql in ERROR_TYPES.items())


def code_of(error: GraphQLError) -> str:
    """Return one of the five names, or InternalError for what nobody foresaw."""
    cause = error.original_error
    if isinstance(cause, errors.DomainError):
        return next(kind for kind in ERROR_TYPES if isinstance(cause, kind)).__name__
    # What graphql-core says itself is about the document or its variables.
    if cause is None or isinstance(cause, GraphQLError):
        return "InvalidInputError"
    return "InternalError"


def reported(error: GraphQLError, request_id: str) -> GraphQLError:
    """Return an error as a client may see it."""
    code = code_of(error)
    message = error.message
    if code == "InternalError":
        log.error("unforeseen error in a resolver", request_id=request_id, path=error.path, exc_info=_info(error))
        message = f"Something went wrong that should not. The server's log has it under request id {request_id}."
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        original_error=error.original_error,
        extensions={**(error.extensions or {}), "code": code, "requestId": request_id},
    )


def _info(error: GraphQLError) -> Any:
    cause = error.original_error or error
    return (type(cause), cause, cause.__traceback__)
