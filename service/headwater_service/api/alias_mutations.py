"""GraphQL mutations: aliases moved by hand."""

from typing import Annotated

import strawberry

from headwater_service.api.aliases import AliasMove
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
from headwater_service.domain import alias_history, aliases
from headwater_service.domain.aliases import Expectation, MoveRequest


@strawberry.input(description="One move of an alias.")
class AliasMoveInput:
    collection: strawberry.ID = strawberry.field(description="Where the alias lives, by id.")
    name: str = strawberry.field(description="The alias; made if unknown. `latest` moves only by itself.")
    version: strawberry.ID | None = strawberry.field(
        description="A version of the collection to point at; null removes the alias.", default=None
    )
    expected_version: strawberry.ID | None = strawberry.field(
        description="Where the alias should point now; null: nowhere. Looked at only with `checkExpected`.",
        default=None,
    )
    check_expected: bool = strawberry.field(
        description="Refuse with a ConflictError if the alias points elsewhere than `expectedVersion`.", default=False
    )


@strawberry.input(description="Moves of aliases, all made together or none.")
class MoveAliasesInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    moves: list[AliasMoveInput] = strawberry.field(description="1 to 100, each of another alias.")
    reason: str = strawberry.field(description="Why, for the alias's history.", default="")


@strawberry.type(description="Moves that were made.")
class MoveAliasesPayload:
    aliases: list[AliasMove] = strawberry.field(
        description="In the order asked; for an alias that was there already, its last move."
    )


@strawberry.input(description="The way back of an alias.")
class RollbackAliasInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    collection: strawberry.ID = strawberry.field(description="Where the alias lives, by id.")
    name: str = strawberry.field(description="The alias, also one that was removed; never `latest`.")
    reason: str = strawberry.field(description="Why, for the alias's history.", default="")
    expected_version: strawberry.ID | None = strawberry.field(
        description="Where the alias should point now; null: nowhere. Looked at only with `checkExpected`.",
        default=None,
    )
    check_expected: bool = strawberry.field(
        description="Refuse with a ConflictError if the alias points elsewhere than `expectedVersion`.", default=False
    )


@strawberry.type(description="An alias that points again where it did.")
class RollbackAliasPayload:
    move: AliasMove = strawberry.field(description="The new move; its `to` is the version that is restored.")


RollbackAliasResult = Annotated[
    RollbackAliasPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RollbackAliasResult", description="The new move, or why the alias stays where it is."),
]
MoveAliasesResult = Annotated[
    MoveAliasesPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("MoveAliasesResult", description="The moves, or where an alias points against expectation."),
]


@strawberry.type
class AliasMutation:
    @mutation("Point aliases at versions, or remove them, all together or none.")
    async def move_aliases(
        self,
        info: Info,
        input: Annotated[
            MoveAliasesInput, strawberry.argument(description="What to point where; all of it is done, or nothing.")
        ],
    ) -> MoveAliasesResult:
        context = info.context
        moved = await aliases.move_aliases(
            context.graph,
            context.viewer,
            [_request(move) for move in input.moves],
            reason=input.reason,
            operation=input.operation_id,
        )
        context.forget()
        return MoveAliasesPayload(aliases=[AliasMove.from_model(move) for move in moved])

    @mutation(
        "Point an alias at the last other version that it pointed at and that is still there. Removals are passed "
        "over, so a second rollback undoes the first."
    )
    async def rollback_alias(
        self,
        info: Info,
        input: Annotated[RollbackAliasInput, strawberry.argument(description="The alias, and why it goes back.")],
    ) -> RollbackAliasResult:
        context = info.context
        move = await alias_history.rollback_alias(
            context.graph,
            context.viewer,
            input.collection,
            input.name,
            reason=input.reason,
            expected=Expectation(version_id=input.expected_version) if input.check_expected else None,
            operation=input.operation_id,
        )
        context.forget()
        return RollbackAliasPayload(move=AliasMove.from_model(move))


def _request(move: AliasMoveInput) -> MoveRequest:
    return MoveRequest(
        collection_id=move.collection,
        name=move.name,
        version_id=move.version,
        expected=Expectation(version_id=move.expected_version) if move.check_expected else None,
    )
