"""Runs one GraphQL request: within its time, with its cost reported, and every error coded.

The schema is Strawberry's, and so is what resolves a field. What surrounds an operation (parsing, cost, validation,
report of errors) is called here one after the other: the same as extensions of the schema, whose hooks a request
must open and close whether they do something or not, take a third of the time of a small query.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from inspect import isawaitable
from typing import Any, Final

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationType,
    parse,
    specified_rules,
)
from graphql import (
    execute as execute_document,
)
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import validate_document

from headwater_service.api.context import Context
from headwater_service.api.cost import Cost, check_cost, document_cost, find_operation, reported_cost
from headwater_service.api.errors import reported
from headwater_service.errors import InvalidInputError

_QUERIES: Final = frozenset({OperationType.QUERY})
_OPERATIONS: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})
# Documents that are kept parsed and validated: those of clients are few, and each is sent again and again.
_DOCUMENTS: Final = 256
# graphql-core's own takes twice as long for text and numbers, which most values are.
_is_awaitable: Final[Any] = optimized_is_awaitable


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


class Document:
    """A text that parsed, whose faults are looked for when it may run, and once."""

    def __init__(self, schema: strawberry.Schema, text: str) -> None:
        self.schema = schema
        self.parsed: DocumentNode = parse(text)

    @cached_property
    def faults(self) -> Sequence[GraphQLError]:
        return validate_document(self.schema._schema, self.parsed, tuple(specified_rules))


document_of: Final = lru_cache(_DOCUMENTS)(Document)


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
    cost: Cost | None = None
    try:
        if not request.query:
            raise InvalidInputError("The document is empty.")
        document = document_of(schema, request.query)
        cost = document_cost(
            schema._schema,
            document.parsed,
            request.query,
            operation_name=request.operation_name,
            variables=request.variables or {},
        )
        check_cost(cost, context.settings)
        # Past its time the task is cancelled, and with it the query that it waits for in the graph.
        async with asyncio.timeout(seconds):
            result = await _run(document, request, context)
    except TimeoutError:
        message = (
            f"This operation took longer than {seconds:g} seconds, the limit that HEADWATER_GRAPHQL_TIMEOUT sets. "
            "Ask for smaller pages or a smaller depth."
        )
        return error_body(message, "UnavailableError", context.request_id)
    except RecursionError:
        # The parser has a limit of its own for selections; fragments in fragments have none.
        message = "Its fragments are nested too deeply for this document to be read."
        return error_body(message, "InvalidInputError", context.request_id)
    except GraphQLError as error:
        result = ExecutionResult(None, [error])
    except InvalidInputError as error:
        result = ExecutionResult(None, [GraphQLError(error.message, original_error=error)])
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [reported(error, context.request_id).formatted for error in result.errors]
    if cost is not None:
        body["extensions"] = {"cost": reported_cost(cost, context.settings)}
    return body


async def _run(document: Document, request: GraphQLRequest, context: Context) -> ExecutionResult:
    named = request.operation_name
    operation = find_operation(document.parsed, named)
    if operation is None:
        raise InvalidInputError(f"The document has no operation{f' {named!r}' if named else ', only definitions'}.")
    if operation.operation not in (_QUERIES if request.is_query_only else _OPERATIONS):
        possible = "queries" if request.is_query_only else "queries and mutations"
        raise InvalidInputError(f"Only {possible} are possible here.")
    if document.faults:
        return ExecutionResult(None, list(document.faults))
    result = execute_document(
        document.schema._schema,
        document.parsed,
        variable_values=dict(request.variables or {}),
        operation_name=request.operation_name,
        context_value=context,
        is_awaitable=_is_awaitable,
        executor_class=document.schema.execution_context_class,
    )
    return await result if isawaitable(result) else result
