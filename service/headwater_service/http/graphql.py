"""The GraphQL route: JSON in, JSON out, one operation a request. No subscriptions, batches or uploads."""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from headwater_service.api.context import Context
from headwater_service.api.execution import GraphQLRequest, error_body, execute
from headwater_service.api.schema import schema
from headwater_service.config import Settings
from headwater_service.errors import DomainError, InvalidInputError, UnavailableError
from headwater_service.http.body import read_body
from headwater_service.http.errors import (
    RETRY_AFTER_SECONDS,
    STATUS,
    UnauthenticatedError,
    json_response,
)
from headwater_service.http.guard import viewer_of
from headwater_service.http.metrics import count_operation
from headwater_service.http.services import services_of

_JSON_TYPES: Final = frozenset({"application/json", "application/graphql-response+json"})
# Metadata, config and summary travel as variables, escaped once more than they are stored.
_DOCUMENTS_IN_VARIABLES: Final = 4


async def post_graphql(request: Request) -> Response:
    """Answer an operation that is posted as `{"query", "variables", "operationName"}`."""
    settings = services_of(request.scope).settings
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _JSON_TYPES:
        raise InvalidInputError("Post the operation as application/json.", field="Content-Type")
    body = await read_body(request, most_bytes=_most_bytes(settings), setting="HEADWATER_METADATA_BYTES")
    return await _answer(request, _parse(_json(body, "The body")))


async def get_graphql(request: Request) -> Response:
    """Answer a query in the address, for dashboards: only queries, and only with a key in the header.

    A cookie is not enough: any page could make a browser send it along with such an address.
    """
    if not request.headers.get("authorization", "").lower().startswith("bearer "):
        raise UnauthenticatedError("GET /graphql takes `Authorization: Bearer <API key>`; sign-in counts for POST.")
    parameters = request.query_params
    content = {
        "query": parameters.get("query"),
        "operationName": parameters.get("operationName"),
        "variables": _json(parameters["variables"].encode(), "`variables`") if "variables" in parameters else None,
    }
    return await _answer(request, _parse(content, is_query_only=True))


def refuse_graphql(request: Request, error: DomainError) -> Response:
    """A refusal in the form of GraphQL's errors."""
    known = next(kind for kind in STATUS if isinstance(error, kind))
    body = error_body(error.message, known.__name__, request.state.request_id)
    if isinstance(error, UnauthenticatedError):
        return json_response(body, 401, {"WWW-Authenticate": 'Bearer realm="headwater"'})
    if isinstance(error, UnavailableError):
        return json_response(body, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return json_response(body, STATUS[known])


async def _answer(request: Request, operation: GraphQLRequest) -> Response:
    services = services_of(request.scope)
    context = Context(
        graph=services.graph,
        objects=services.objects,
        settings=services.settings,
        viewer=viewer_of(request),
        request_id=request.state.request_id,
    )
    answer = await execute(schema, operation, context)
    count_operation(answer.operation_name, answer.seconds, is_failed=answer.is_failed)
    return json_response(answer.body)


def _most_bytes(settings: Settings) -> int:
    return settings.graphql_bytes + _DOCUMENTS_IN_VARIABLES * settings.metadata_bytes


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"{what} is not JSON: {error}.") from error


def _parse(content: Any, *, is_query_only: bool = False) -> GraphQLRequest:
    if isinstance(content, list):
        raise InvalidInputError("Batches are not taken: send one operation a request.")
    match content:
        case {"query": str(query)}:
            variables, name = content.get("variables"), content.get("operationName")
        case _:
            raise InvalidInputError("There is no `query`: the text of the GraphQL document.", field="query")
    if not isinstance(variables, dict | None):
        raise InvalidInputError("`variables` is not an object.", field="variables")
    if not isinstance(name, str | None):
        raise InvalidInputError("`operationName` is not text.", field="operationName")
    return GraphQLRequest(query=query, variables=variables, operation_name=name, is_query_only=is_query_only)
