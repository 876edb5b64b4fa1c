"""GraphQL mutations: versions recalled, and recalls withdrawn."""

from typing import Annotated

import strawberry

from headwater_service.api.context import Info
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.people_mutations import OPERATION
from headwater_service.api.recalls import Recall
from headwater_service.domain import recall_changes
from headwater_service.model import RecallSeverity


@strawberry.input(description="A version that is bad.")
class RecallVersionInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    version_id: strawberry.ID = strawberry.field(
        description="What is recalled, with all that came from it. Of a link the link alone, not its source."
    )
    reason: str = strawberry.field(description="Why, for whoever meets it: 1 to 10,000 characters, in Markdown.")
    severity: RecallSeverity = strawberry.field(
        description="Whether its use is only warned of.", default=RecallSeverity.WARNING
    )


@strawberry.type(description="A version that is recalled now.")
class RecallVersionPayload:
    recall: Recall = strawberry.field(description="The new recall; the version may have others.")


@strawberry.input(description="A recall to take back.")
class WithdrawRecallInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    recall_id: strawberry.ID = strawberry.field(description="Which one; others of the same version still hold.")


@strawberry.type(description="A recall that reaches nothing any more.")
class WithdrawRecallPayload:
    recall: Recall = strawberry.field(description="The recall with the time of its end.")


RecallVersionResult = Annotated[
    RecallVersionPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RecallVersionResult", description="The recall, or why there is none."),
]
WithdrawRecallResult = Annotated[
    WithdrawRecallPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("WithdrawRecallResult", description="The recall as it ended, or why it still holds."),
]


@strawberry.type
class RecallMutation:
    @mutation("Mark a version as bad: everything that came from it tells so, until the recall is withdrawn.")
    async def recall_version(
        self,
        info: Info,
        input: Annotated[RecallVersionInput, strawberry.argument(description="The version and what is wrong with it.")],
    ) -> RecallVersionResult:
        context = info.context
        seen = await recall_changes.recall_version(
            context.graph,
            context.viewer,
            input.version_id,
            input.severity,
            input.reason,
            operation=input.operation_id,
        )
        context.forget()
        return RecallVersionPayload(recall=Recall.from_seen(seen))

    @mutation("Take a recall back. One that was withdrawn before stays as it is.")
    async def withdraw_recall(
        self,
        info: Info,
        input: Annotated[WithdrawRecallInput, strawberry.argument(description="The recall that no longer holds.")],
    ) -> WithdrawRecallResult:
        context = info.context
        seen = await recall_changes.withdraw(
            context.graph, context.viewer, input.recall_id, operation=input.operation_id
        )
        context.forget()
        return WithdrawRecallPayload(recall=Recall.from_seen(seen))
