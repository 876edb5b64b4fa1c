"""GraphQL types: guards of aliases and their rules."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from headwater_service import model
from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.people import User
from headwater_service.api.scalars import Json
from headwater_service.domain import guard_rules
from headwater_service.domain.guard_rules import MetricDirection, MetricOperator, MetricSource
from headwater_service.model import Instant

if TYPE_CHECKING:
    from headwater_service.api.collections import Collection
    from headwater_service.api.containers import Registry

describe(
    MetricSource,
    "Where a value is looked for.",
    {
        "SUMMARY": "In the summary of the run that made the version, as it is when the alias moves.",
        "METADATA": "In the version's metadata; of a link, in its source's.",
    },
)
describe(
    MetricOperator,
    "How a value is compared. Values of different sorts (number, text, true or false) meet no condition.",
    {
        "EQ": "The same.",
        "NE": "Of the same sort, and another.",
        "GT": "Greater, or behind it as a text.",
        "GTE": "Greater, behind it as a text, or the same.",
        "LT": "Less, or before it as a text.",
        "LTE": "Less, before it as a text, or the same.",
    },
)
describe(
    MetricDirection,
    "Which of two numbers is the better one. Equal ones are not.",
    {"HIGHER": "The larger, as of an accuracy.", "LOWER": "The smaller, as of a loss."},
)

IN_WORDS = "The same in a few words, for people."


@strawberry.type(
    description="Everything that the version came from, runs included, comes from versions of a type: the lineage is "
    "followed back to the nearest ones, without a gap and as far as the mover may see."
)
class RequiresUpstreamRule:
    text: str = strawberry.field(description=IN_WORDS)
    type: str = strawberry.field(description="What those versions are, such as `dataset`.")
    collection_id: strawberry.Private[str | None]

    @resolved("One of them must be of this series; null: of any, or one that the viewer may not see.")
    async def collection(
        self, info: Info
    ) -> Annotated["Collection", strawberry.lazy("headwater_service.api.collections")] | None:
        return None if self.collection_id is None else await info.context.loaders.collection(self.collection_id)


@strawberry.type(description="A value that was measured of the version meets a condition.")
class MetricRule:
    text: str = strawberry.field(description=IN_WORDS)
    source: MetricSource = strawberry.field(description="Where the value is.")
    path: str = strawberry.field(description="Keys from the top joined by dots, such as `metrics.accuracy`.")
    op: MetricOperator = strawberry.field(description="How it is compared.")
    value: Json = strawberry.field(description="With what: a number, a text, true or false.")


@strawberry.type(
    description="A number that was measured of the version is better than that of the version the alias points at. A "
    "tie is not. Where the alias points nowhere, or at a version without the number, any number will do."
)
class BetterThanCurrentRule:
    text: str = strawberry.field(description=IN_WORDS)
    source: MetricSource = strawberry.field(description="Where the number is.")
    path: str = strawberry.field(description="Keys from the top joined by dots, such as `metrics.accuracy`.")
    direction: MetricDirection = strawberry.field(description="Which number is better.")


@strawberry.type(description="The version bears a label; of a link, the source does.")
class RequiredTagRule:
    text: str = strawberry.field(description=IN_WORDS)
    tag: str = strawberry.field(description="Which label.")


@strawberry.type(
    description="So many admins, none of whom proposed it, approve the move. Then it cannot be made without a proposal."
)
class ApprovalsRule:
    text: str = strawberry.field(description=IN_WORDS)
    count: int = strawberry.field(description="How many, each once. Where several rules ask, the highest counts.")


@strawberry.type(
    description="The object store has the right bytes of every blob of the version: it showed their checksums in the "
    "call that moves the alias."
)
class VerifiedBytesRule:
    text: str = strawberry.field(description=IN_WORDS)


GuardRule = Annotated[
    RequiresUpstreamRule | MetricRule | BetterThanCurrentRule | RequiredTagRule | ApprovalsRule | VerifiedBytesRule,
    strawberry.union("GuardRule", description="A condition on the version that an alias shall point at."),
]
GuardOwner = Annotated[
    Annotated["Registry", strawberry.lazy("headwater_service.api.containers")]
    | Annotated["Collection", strawberry.lazy("headwater_service.api.collections")],
    strawberry.union("GuardOwner", description="What a guard is set on."),
]


@strawberry.type(description="Rules that a version must meet before an alias may point at it.")
class Guard:
    name: str = strawberry.field(description="The alias that it guards.")
    rules: list[GuardRule] = strawberry.field(description="All must hold; those of registry and collection together.")
    set_at: Instant = strawberry.field(description="Since when the rules are these.")
    owner_id: strawberry.Private[str]
    setter_id: strawberry.Private[str]

    @classmethod
    def from_model(cls, guard: model.Guard) -> "Guard":
        return cls(
            name=guard.name,
            rules=[_rule_type(guard_rules.from_json(stored)) for stored in guard.rules],
            set_at=guard.set_at,
            owner_id=guard.owner_id,
            setter_id=guard.set_by,
        )

    @resolved("Who set the rules; null when the account is gone.")
    async def set_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.setter_id)

    @resolved("The registry, for all of its series, or the one series.")
    async def owner(self, info: Info) -> GuardOwner:
        loaders = info.context.loaders
        found = await loaders.collection(self.owner_id) or await loaders.container(self.owner_id)
        assert found is not None, "whoever is shown a guard sees what it is on"
        # Guards are on registries and collections, never on projects.
        owner: Any = found
        return owner  # type: ignore[no-any-return]  # a union of types that are named late


def _rule_type(rule: guard_rules.Rule) -> Any:
    """Return the GraphQL type of a rule: one member of the union for each."""
    text = guard_rules.in_words(rule)
    match rule:
        case guard_rules.RequiresUpstream():
            return RequiresUpstreamRule(text=text, type=rule.type, collection_id=rule.collection_id)
        case guard_rules.Metric():
            return MetricRule(text=text, source=rule.source, path=rule.path, op=rule.op, value=Json(rule.value))
        case guard_rules.BetterThanCurrent():
            return BetterThanCurrentRule(text=text, source=rule.source, path=rule.path, direction=rule.direction)
        case guard_rules.RequiredTag():
            return RequiredTagRule(text=text, tag=rule.tag)
        case guard_rules.Approvals():
            return ApprovalsRule(text=text, count=rule.count)
        case guard_rules.VerifiedBytes():
            return VerifiedBytesRule(text=text)
