"""Runs one GraphQL subscription: checked as any request is, then event by event until it ends."""

from collections.abc import AsyncGenerator
from inspect import isawaitable

import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType, subscribe
from strawberry.types.execution import ExecutionResult as Result
from strawberry.types.execution import PreExecutionError

from headwater_service.api.context import Context
from headwater_service.api.cost import check_cost, document_cost, find_operation
from headwater_service.api.errors import reported
from headwater_service.api.execution import Document, GraphQLRequest, document_of
from headwater_service.errors import DomainError, InvalidInputError


async def stream(schema: strawberry.Schema, request: GraphQLRequest, context: Context) -> AsyncGenerator[Result, None]:
    """Yield the answers of a subscription. A refusal comes alone, and an error that ends it comes last."""
    try:
        document = document_of(schema, request.query)
        _check(schema, document, request, context)
        faults = list(document.faults)
    except (GraphQLError, InvalidInputError) as error:
        faults = [_located(error)]
    except RecursionError:
        faults = [GraphQLError("Its fragments are nested too deeply for this document to be read.")]
    if faults:
        yield PreExecutionError(data=None, errors=[reported(fault, context.request_id) for fault in faults])
        return
    found = subscribe(
        schema._schema,
        document.parsed,
        variable_values=dict(request.variables or {}),
        operation_name=request.operation_name,
        context_value=context,
        executor_class=schema.execution_context_class,
    )
    answers = await found if isawaitable(found) else found
    if isinstance(answers, ExecutionResult):
        errors = [reported(error, context.request_id) for error in answers.errors or ()]
        yield PreExecutionError(data=None, errors=errors)
        return
    try:
        async for answer in answers:
            yield _shown(answer, context)
    except (DomainError, GraphQLError) as error:
        yield Result(data=None, errors=[reported(_located(error), context.request_id)])
    finally:
        await answers.aclose()  # type: ignore[attr-defined]  # graphql-core's own iterator has it


def _check(schema: strawberry.Schema, document: Document, request: GraphQLRequest, context: Context) -> None:
    """Raise InvalidInputError unless the document is a subscription that costs no more than it may."""
    operation = find_operation(document.parsed, request.operation_name)
    if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
        raise InvalidInputError("Only subscriptions are possible here; post queries and mutations to /graphql.")
    cost = document_cost(
        schema._schema,
        document.parsed,
        request.query,
        operation_name=request.operation_name,
        variables=request.variables or {},
    )
    check_cost(cost, context.settings)


def _shown(answer: ExecutionResult, context: Context) -> Result:
    errors = [reported(error, context.request_id) for error in answer.errors or ()]
    return Result(data=answer.data, errors=errors or None)


def _located(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
