"""GraphQL mutations: moves of aliases proposed, approved and rejected."""

from functools import partial
from typing import Annotated

import strawberry

from headwater_service.api.alias_mutations import expectation
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
from headwater_service.api.proposals import Proposal
from headwater_service.domain import proposals
from headwater_service.domain.aliases import MoveRequest
from headwater_service.domain.evidence import with_evidence


@strawberry.input(description="A move of an alias for admins to approve.")
class ProposeAliasMoveInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    collection: strawberry.ID = strawberry.field(description="Where the alias lives, by id.")
    name: str = strawberry.field(description="The alias; made if unknown. Never `latest`.")
    version: strawberry.ID = strawberry.field(description="A version of the collection to point at.")
    expected_version: strawberry.ID | None = strawberry.field(
        description="Where the alias should point now: if it points elsewhere, a ConflictError says where. Null is "
        "anywhere, or nowhere with `checkExpected`.",
        default=None,
    )
    check_expected: bool = strawberry.field(
        description="Compare a null `expectedVersion` too: the alias must not exist yet.", default=False
    )
    reason: str = strawberry.field(description="Why, for those who approve and for the alias's history.", default="")


@strawberry.type(description="A move that waits for approvals.")
class ProposeAliasMovePayload:
    proposal: Proposal = strawberry.field(description="The proposal, to be named to those who approve.")


@strawberry.input(description="The proposal to approve.")
class ApproveAliasMoveInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    proposal: strawberry.ID = strawberry.field(description="Id of an open proposal of somebody else.")


@strawberry.type(description="A proposal with one more approval.")
class ApproveAliasMovePayload:
    proposal: Proposal = strawberry.field(description="The proposal, executed if that was the last one it needed.")
    move: AliasMove | None = strawberry.field(description="What it did; null while more approvals are needed.")


@strawberry.input(description="The proposal to close.")
class RejectAliasMoveInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    proposal: strawberry.ID = strawberry.field(description="Id of a proposal that is not executed.")
    reason: str = strawberry.field(description="Why, for the one who proposed it.", default="")


@strawberry.type(description="A proposal that is closed.")
class RejectAliasMovePayload:
    proposal: Proposal = strawberry.field(description="The proposal, rejected.")


ProposeAliasMoveResult = Annotated[
    ProposeAliasMovePayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("ProposeAliasMoveResult", description="The proposal, or the rules that the version fails."),
]
ApproveAliasMoveResult = Annotated[
    ApproveAliasMovePayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("ApproveAliasMoveResult", description="The proposal and its move, or why it is not approved."),
]
RejectAliasMoveResult = Annotated[
    RejectAliasMovePayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("RejectAliasMoveResult", description="The proposal, or why it is not closed."),
]


@strawberry.type
class ProposalMutation:
    @mutation("Ask for a move of an alias. All rules but approvals are checked at once; then it waits for admins.")
    async def propose_alias_move(
        self,
        info: Info,
        input: Annotated[ProposeAliasMoveInput, strawberry.argument(description="What to point where, and why.")],
    ) -> ProposeAliasMoveResult:
        context = info.context
        request = MoveRequest(
            collection_id=input.collection,
            name=input.name,
            version_id=input.version,
            expected=expectation(input),
        )
        propose = partial(
            proposals.propose_move,
            context.graph,
            context.viewer,
            request,
            reason=input.reason,
            operation=input.operation_id,
        )
        proposal = await with_evidence(context.objects, lambda evidence: propose(evidence=evidence))
        context.forget()
        return ProposeAliasMovePayload(proposal=Proposal.from_model(proposal))

    @mutation(
        "Approve a proposed move, as an admin who did not propose it. With the last approval needed, all rules are "
        "checked again and the alias moves."
    )
    async def approve_alias_move(
        self,
        info: Info,
        input: Annotated[ApproveAliasMoveInput, strawberry.argument(description="Which proposal.")],
    ) -> ApproveAliasMoveResult:
        context = info.context
        approve = partial(
            proposals.approve_move, context.graph, context.viewer, input.proposal, operation=input.operation_id
        )
        approved = await with_evidence(context.objects, lambda evidence: approve(evidence=evidence))
        context.forget()
        return ApproveAliasMovePayload(
            proposal=Proposal.from_model(approved.proposal),
            move=None if approved.move is None else AliasMove.from_model(approved.move),
        )

    @mutation("Close a proposal that is not executed: for admins, and for the one who proposed it.")
    async def reject_alias_move(
        self,
        info: Info,
        input: Annotated[RejectAliasMoveInput, strawberry.argument(description="Which proposal, and why.")],
    ) -> RejectAliasMoveResult:
        context = info.context
        proposal = await proposals.reject_move(
            context.graph, context.viewer, input.proposal, reason=input.reason, operation=input.operation_id
        )
        context.forget()
        return RejectAliasMovePayload(proposal=Proposal.from_model(proposal))
