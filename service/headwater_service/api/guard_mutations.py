"""GraphQL mutations: guards of aliases set and removed."""

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
from headwater_service.api.guards import Guard
from headwater_service.api.people_mutations import OPERATION
from headwater_service.api.scalars import Json
from headwater_service.domain import guard_rules, guards
from headwater_service.domain.guard_rules import MetricDirection, MetricOperator, MetricSource

PATH = "Keys from the top joined by dots. Where versions are there already, one of them must have it."


@strawberry.input(description="What the version must have come from.")
class RequiresUpstreamInput:
    type: str = strawberry.field(description="The type of the versions at which its lineage begins, as `dataset`.")
    collection: strawberry.ID | None = strawberry.field(
        description="A series, by id, of which one of them must be; null: of any.", default=None
    )


@strawberry.input(description="A condition on a value that was measured.")
class MetricRuleInput:
    source: MetricSource = strawberry.field(description="Where the value is.")
    path: str = strawberry.field(description=PATH)
    op: MetricOperator = strawberry.field(description="How it is compared.")
    value: Json = strawberry.field(description="With what: a number, a text, true or false.")


@strawberry.input(description="A number that must be better than that of the version the alias points at.")
class BetterThanCurrentInput:
    source: MetricSource = strawberry.field(description="Where the number is.")
    path: str = strawberry.field(description=PATH)
    direction: MetricDirection = strawberry.field(description="Which number is better.")


@strawberry.input(description="One rule: exactly one of the fields is given.", one_of=True)
class GuardRuleInput:
    requires_upstream: RequiresUpstreamInput | None = strawberry.field(
        description="Complete lineage to versions of a type.", default=strawberry.UNSET
    )
    metric: MetricRuleInput | None = strawberry.field(
        description="A measured value meets a condition.", default=strawberry.UNSET
    )
    better_than_current: BetterThanCurrentInput | None = strawberry.field(
        description="A number beats that of the version that the alias points at.", default=strawberry.UNSET
    )
    required_tag: str | None = strawberry.field(description="A label that it bears.", default=strawberry.UNSET)
    approvals: int | None = strawberry.field(
        description="How many admins other than the proposer must approve, at most as many as there are.",
        default=strawberry.UNSET,
    )
    verified_bytes: bool | None = strawberry.field(
        description="True: its bytes were seen to be right in the call that moves the alias.", default=strawberry.UNSET
    )

    def to_rule(self) -> guard_rules.Rule:
        if self.requires_upstream:
            return guard_rules.RequiresUpstream(self.requires_upstream.type, self.requires_upstream.collection)
        if self.metric:
            metric = self.metric
            return guards.metric(metric.source, metric.path, metric.op, metric.value)
        if self.better_than_current:
            better = self.better_than_current
            return guard_rules.BetterThanCurrent(better.source, better.path, better.direction)
        if isinstance(self.required_tag, str):
            return guard_rules.RequiredTag(self.required_tag)
        if isinstance(self.approvals, int):
            return guard_rules.Approvals(self.approvals)
        return guards.verified_bytes(is_wanted=bool(self.verified_bytes))


@strawberry.input(description="The rules for an alias, in place of those it has. For admins.")
class SetGuardInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    owner: strawberry.ID = strawberry.field(description="A registry, for all of its series, or one series, by id.")
    name: str = strawberry.field(description="The alias; it need not point anywhere yet. Never `latest`.")
    rules: list[GuardRuleInput] = strawberry.field(description="1 to 20, all of which must hold.")


@strawberry.type(description="A guard that stands.")
class SetGuardPayload:
    guard: Guard = strawberry.field(description="The guard with its new rules.")


@strawberry.input(description="The guard to take away. For admins.")
class RemoveGuardInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    owner: strawberry.ID = strawberry.field(description="The registry or series that it is on, by id.")
    name: str = strawberry.field(description="The alias that it guards.")


@strawberry.type(description="A guard that stands no more.")
class RemoveGuardPayload:
    guard: Guard = strawberry.field(description="The guard as it was.")


SetGuardResult = Annotated[
    SetGuardPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("SetGuardResult", description="The guard, or which rule nothing and nobody there could meet."),
]
RemoveGuardResult = Annotated[
    RemoveGuardPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RemoveGuardResult", description="The guard that was there, or why it stays."),
]


@strawberry.type
class GuardMutation:
    @mutation("Set the rules that a version must meet before an alias of a registry or a series may point at it.")
    async def set_guard(
        self,
        info: Info,
        input: Annotated[SetGuardInput, strawberry.argument(description="Which alias, where, and the rules.")],
    ) -> SetGuardResult:
        context = info.context
        rules = [rule.to_rule() for rule in input.rules]
        placed = await guards.set_guard(
            context.graph, context.viewer, input.owner, input.name, rules, operation=input.operation_id
        )
        context.forget()
        return SetGuardPayload(guard=Guard.from_model(placed.guard))

    @mutation("Take the rules for an alias of a registry or a series away.")
    async def remove_guard(
        self,
        info: Info,
        input: Annotated[RemoveGuardInput, strawberry.argument(description="Which alias, and where.")],
    ) -> RemoveGuardResult:
        context = info.context
        placed = await guards.remove_guard(
            context.graph, context.viewer, input.owner, input.name, operation=input.operation_id
        )
        context.forget()
        return RemoveGuardPayload(guard=Guard.from_model(placed.guard))
