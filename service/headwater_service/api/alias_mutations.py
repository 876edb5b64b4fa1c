"""GraphQL mutations: aliases moved by hand."""

from typing import Annotated, Protocol

import strawberry

from headwater_service.api.aliases import AliasMove
from headwater_service.api.artifact_mutations import RefusedAlias
from headwater_service.api.context import Info
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
    error_type,
)
from headwater_service.api.fields import mutation
from headwater_service.api.people_mutations import OPERATION
from headwater_service.domain import alias_history, promotion
from headwater_service.domain.aliases import Expectation, MoveRequest
from headwater_service.store.alias_moves import Seen


class _Expecting(Protocol):
    expected_version: strawberry.ID | None
    check_expected: bool


@strawberry.input(description="One move of an alias.")
class AliasMoveInput:
    collection: strawberry.ID = strawberry.field(description="Where the alias lives, by id.")
    name: str = strawberry.field(description="The alias; made if unknown. `latest` moves only by itself.")
    version: strawberry.ID | None = strawberry.field(
        description="A version of the collection to point at; null removes the alias.", default=None
    )
    expected_version: strawberry.ID | None = strawberry.field(
        description="Where the alias should point now: if it points elsewhere, a ConflictError says where. Null is "
        "anywhere, or nowhere with `checkExpected`.",
        default=None,
    )
    check_expected: bool = strawberry.field(
        description="Compare a null `expectedVersion` too: the alias must not exist yet.", default=False
    )


@strawberry.input(description="Moves of aliases, all made together or none.")
class MoveAliasesInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    moves: list[AliasMoveInput] = strawberry.field(description="1 to 100, each of another alias.")
    reason: str = strawberry.field(description="Why, for the alias's history.", default="")
    dry_run: bool = strawberry.field(
        description="Change nothing and tell what the call would do; `operationId` is then not kept.", default=False
    )


@strawberry.type(description="Moves that were made, or with `dryRun` would be.")
class MoveAliasesPayload:
    aliases: list[AliasMove] = strawberry.field(
        description="In the order asked; for an alias that was there already, its last move. Of a dry run, those that "
        "no rule refuses and that would change something."
    )
    refused_aliases: list[RefusedAlias] = strawberry.field(
        description="Of a dry run, the moves that rules refuse: with one of them the call would do nothing at all. "
        "Otherwise empty, for then the first refusal is the answer."
    )


@strawberry.input(description="The way back of an alias.")
class RollbackAliasInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    collection: strawberry.ID = strawberry.field(description="Where the alias lives, by id.")
    name: str = strawberry.field(description="The alias, also one that was removed; never `latest`.")
    reason: str = strawberry.field(description="Why, for the alias's history.", default="")
    expected_version: strawberry.ID | None = strawberry.field(
        description="Where the alias should point now: if it points elsewhere, a ConflictError says where. Null is "
        "anywhere, or nowhere with `checkExpected`.",
        default=None,
    )
    check_expected: bool = strawberry.field(
        description="Compare a null `expectedVersion` too: the alias must not exist yet.", default=False
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
        context, requests = info.context, [_request(move) for move in input.moves]
        if input.dry_run:
            trial = await promotion.try_moves(
                context.graph, context.objects, context.viewer, requests, reason=input.reason
            )
            return _trial_payload(trial)
        seen = Seen()
        moved = await promotion.promote(
            context.graph,
            context.objects,
            context.viewer,
            requests,
            reason=input.reason,
            operation=input.operation_id,
            seen=seen,
        )
        context.forget()
        context.loaders.take(seen)
        return MoveAliasesPayload(aliases=[AliasMove.from_model(move) for move in moved], refused_aliases=[])

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
            expected=expectation(input),
            operation=input.operation_id,
        )
        context.forget()
        return RollbackAliasPayload(move=AliasMove.from_model(move))


def _trial_payload(trial: promotion.Trial) -> MoveAliasesPayload:
    return MoveAliasesPayload(
        aliases=[AliasMove.from_model(move) for move in trial.moves],
        refused_aliases=[RefusedAlias(name=one.name, error=error_type(one.error)) for one in trial.refusals],
    )


def expectation(given: _Expecting) -> Expectation | None:
    """Return where the caller takes the alias to point. One who names a version never meant not to compare it."""
    is_checked = given.check_expected or given.expected_version is not None
    return Expectation(version_id=given.expected_version) if is_checked else None


def _request(move: AliasMoveInput) -> MoveRequest:
    return MoveRequest(
        collection_id=move.collection,
        name=move.name,
        version_id=move.version,
        expected=expectation(move),
    )
