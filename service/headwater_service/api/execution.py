"""Runs one GraphQL request: within its time, with its cost reported, and every error coded."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from headwater_service.api.context import Context
from headwater_service.api.errors import reported

QUERIES = frozenset({OperationType.QUERY})
ALL_OPERATIONS = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRequest:
    """What a client posts. `is_query_only`: a mutation is refused."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    is_query_only: bool = False


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """The body to send, and what the measurements are told."""

    body: dict[str, Any]
    seconds: float
    operation_name: str | None
    is_failed: bool


async def execute(schema: strawberry.Schema, request: GraphQLRequest, context: Context) -> GraphQLAnswer:
    """Return the answer to a request; refusals are part of it."""
    started = time.perf_counter()
    body = await _body(schema, request, context)
    return GraphQLAnswer(body, time.perf_counter() - started, request.operation_name, "errors" in body)


def error_body(message: str, code: str, request_id: str) -> dict[str, Any]:
    """The form of an error that no resolver made."""
    return {"data": None, "errors": [{"message": message, "extensions": {"code": code, "requestId": request_id}}]}


async def _body(schema: strawberry.Schema, request: GraphQLRequest, context: Context) -> dict[str, Any]:
    seconds = context.settings.graphql_seconds
    try:
        # Past its time the task is cancelled, and with it the query that it waits for in the graph.
        async with asyncio.timeout(seconds):
            result = await schema.execute(
                request.query,
                variable_values=dict(request.variables or {}),
                context_value=context,
                operation_name=request.operation_name,
                allowed_operation_types=QUERIES if request.is_query_only else ALL_OPERATIONS,
            )
    except TimeoutError:
        message = (
            f"This operation took longer than {seconds:g} seconds, the limit that HEADWATER_GRAPHQL_TIMEOUT sets. "
            "Ask for smaller pages or a smaller depth."
        )
        return error_body(message, "UnavailableError", context.request_id)
    except InvalidOperationTypeError:
        possible = "queries" if request.is_query_only else "queries and mutations"
        return error_body(f"Only {possible} are possible here.", "InvalidInputError", context.request_id)
    except MissingQueryError:
        return error_body("The document is empty.", "InvalidInputError", context.request_id)
    except CannotGetOperationTypeError:
        named = request.operation_name
        message = f"The document has no operation {named!r}." if named else "`operationName` must say which operation."
        return error_body(message, "InvalidInputError", context.request_id)
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_formatted(error, context.request_id) for error in result.errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def _formatted(error: GraphQLError, request_id: str) -> Any:
    # What an extension raises before anything runs, a cost for example, has not gone through the report.
    is_reported = "code" in (error.extensions or {})
    return (error if is_reported else reported(error, request_id)).formatted
