"""GraphQL inputs: filters and orders of listings, and what each becomes below."""

from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

import strawberry

from headwater_service.api.enums import describe
from headwater_service.api.scalars import Json
from headwater_service.domain import filters as rules
from headwater_service.domain.audit import EventsWanted
from headwater_service.domain.search_text import search_of
from headwater_service.model import CollectionKind, Instant, RunState
from headwater_service.store import filters
from headwater_service.store.filters import (
    CollectionOrderField,
    FieldOperator,
    OrderDirection,
    RunOrderField,
    VersionOrderField,
)
from headwater_service.store.listings_runs import RunGroup
from headwater_service.store.listings_versions import VersionGroup

F = TypeVar("F")

describe(
    FieldOperator,
    "How a leaf of metadata, of a config or of a summary is compared.",
    {
        "EQ": "The same number, text or truth value.",
        "NE": "There, but with another value of that sort.",
        "GT": "Greater than the number, or after the text.",
        "GTE": "Greater than the number, after the text, or the same.",
        "LT": "Less than the number, or before the text.",
        "LTE": "Less than the number, before the text, or the same.",
        "EXISTS": "There with any value; takes no `value`.",
        "CONTAINS": "A text with this one in it, whatever the case of its letters.",
    },
)
describe(OrderDirection, "Which end of an order comes first.", {"ASC": "Smallest first.", "DESC": "Largest first."})
describe(
    RunOrderField,
    "What runs are ordered by.",
    {
        "CREATED_AT": "When they started, as the server learned of it.",
        "NAME": "Their names, by code point.",
        "FINISHED_AT": "When they ended; those that go on count as last to end.",
        "STATE": "How they stand, by the letters of `RunState`: CRASHED, FAILED, FINISHED, KILLED, RUNNING.",
        "JOB_TYPE": "Their steps of a pipeline, by code point; runs that name none come last, whichever direction.",
        "DURATION": "From start to end; of those that go on, to when the first page was read.",
        "CONFIG": "The number at `path` in their configs; runs without one come last, whichever direction.",
        "SUMMARY": "The number at `path` in their summaries; runs without one come last, whichever direction.",
    },
)
describe(
    VersionOrderField,
    "What versions are ordered by.",
    {
        "CREATED_AT": "When they were logged or linked.",
        "SIZE": "Total of their files.",
        "INDEX": "The number in `v3`; of use inside one collection.",
        "METRIC": "The number in their `metrics` named by `path`, inside one collection; versions without one, or "
        "whose run the viewer may not see, come last, whichever direction. At most 500 versions are compared.",
    },
)
describe(
    CollectionOrderField,
    "What collections are ordered by.",
    {
        "RELEVANCE": "How near they are to `search`: the same name, a name that begins so, whole words, beginnings of "
        "words; ties by name. `DESC` has the nearest first.",
        "NAME": "Their names, by code point.",
        "CREATED_AT": "When their first version came.",
        "UPDATED_AT": "When they or their versions last changed.",
    },
)
describe(
    RunGroup,
    "What runs are counted by.",
    {
        "STATE": "How they stand: the key is a `RunState`.",
        "JOB_TYPE": "The step of a pipeline; the key is empty for runs that name none.",
        "GROUP": "The experiment they belong to; the key is empty for runs that name none.",
        "DAY": "The day of their start in UTC: the key is `2026-11-03`.",
        "PROJECT": "Where they lie: the key is `entity/project`.",
    },
)
describe(
    VersionGroup,
    "What versions are counted by.",
    {
        "STATE": "Whether they are deleted: the key is a `VersionState`. Without it only the others are counted.",
        "TYPE": "What their authors say they are, such as `model`.",
        "DAY": "The day they came, in UTC: the key is `2026-11-03`.",
        "PROJECT": "Where they lie: the key is `entity/project`, or `entity/registry` for links.",
    },
)


OfRuns: Final = strawberry.argument(description="Which runs are wanted; null wants all.")
OfVersions: Final = strawberry.argument(description="Which versions are wanted; null wants all that are not deleted.")
OfNeighbours: Final = strawberry.argument(description="Which versions are wanted; null wants all, also deleted ones.")
OfCollections: Final = strawberry.argument(description="Which collections are wanted; null wants all.")
EarliestFirst = Annotated[
    OrderDirection,
    strawberry.argument(description="ASC begins with the earliest step, DESC with the latest."),
]
Order: Final = strawberry.argument(description="What comes first; null takes the order that the input type names.")


@strawberry.input(
    description="Which runs to list. Fields are and-ed; an empty list matches nothing; null is no condition."
)
class RunFilter:
    states: list[RunState] | None = strawberry.field(description="Standing in one of these ways.", default=None)
    job_types: list[str] | None = strawberry.field(description="With one of these steps of a pipeline.", default=None)
    groups: list[str] | None = strawberry.field(description="Belonging to one of these experiments.", default=None)
    tags: list[str] | None = strawberry.field(description="Bearing at least one of these labels.", default=None)
    names: list[str] | None = strawberry.field(description="With one of these display names.", default=None)
    name_contains: str | None = strawberry.field(
        description="With this text in the display name, whatever the case of its letters.", default=None
    )
    created_after: Instant | None = strawberry.field(description="Started later than this.", default=None)
    created_before: Instant | None = strawberry.field(description="Started earlier than this.", default=None)
    consumed: str | None = strawberry.field(
        description="Path of a version that they used, itself or through a link to it.", default=None
    )
    produced: str | None = strawberry.field(description="Path of a version that they logged.", default=None)
    config: "list[FieldCondition] | None" = strawberry.field(
        description="Leaves of what they were given, such as `optimizer.lr`; all must hold.", default=None
    )
    summary: "list[FieldCondition] | None" = strawberry.field(
        description="Leaves of what they came to, such as `accuracy`; all must hold.", default=None
    )
    search: str | None = strawberry.field(
        description="Words that must all be in the name, job type, tags or notes, each whole or its beginning, "
        "whatever the case; if nothing has a word, words near it are taken. A part of a Japanese word finds it. "
        "Blank is no condition.",
        default=None,
    )
    none_of: "RunFilter | None" = strawberry.field(
        name="not", description="Leaves out what this filter matches.", default=None
    )
    any_of: "list[RunFilter] | None" = strawberry.field(
        name="any", description="Matched by at least one of these filters.", default=None
    )

    def to_filter(self) -> filters.RunFilter:
        return filters.RunFilter(
            states=self.states,
            job_types=self.job_types,
            groups=self.groups,
            names=self.names,
            tags=self.tags,
            name_contains=self.name_contains,
            created_after=self.created_after,
            created_before=self.created_before,
            consumed=self.consumed,
            produced=self.produced,
            config=_conditions("config", self.config),
            summary=_conditions("summary", self.summary),
            search=search_of(self.search),
            none_of=None if self.none_of is None else self.none_of.to_filter(),
            any_of=None if self.any_of is None else [one.to_filter() for one in self.any_of],
        )


@strawberry.input(description="A condition on one leaf of metadata, of a config or of a summary.")
class FieldCondition:
    path: str = strawberry.field(description="Keys from the top joined by dots, such as `metrics.accuracy`.")
    op: FieldOperator = strawberry.field(description="How the leaf is compared with `value`.")
    value: Json | None = strawberry.field(
        description="A number, a text or a truth value; left out for EXISTS.", default=None
    )

    def to_condition(self) -> filters.FieldCondition:
        return rules.field_condition(self.path, self.op, self.value)


def _conditions(document: str, given: list[FieldCondition] | None) -> list[filters.FieldCondition] | None:
    return None if given is None else [rules.within_document(document, one.to_condition()) for one in given]


@strawberry.input(
    description="Which versions to list. Fields are and-ed; an empty list matches nothing; null is no condition."
)
class VersionFilter:
    types: list[str] | None = strawberry.field(description="With one of these types, such as `model`.", default=None)
    aliases: list[str] | None = strawberry.field(
        description="To which at least one of these movable names points now.", default=None
    )
    tags: list[str] | None = strawberry.field(description="Bearing at least one of these labels.", default=None)
    metadata: list[FieldCondition] | None = strawberry.field(
        description="Leaves of the metadata, of a link the source's; all must hold.", default=None
    )
    created_after: Instant | None = strawberry.field(description="Logged or linked later than this.", default=None)
    created_before: Instant | None = strawberry.field(description="Logged or linked earlier than this.", default=None)
    consumed: bool | None = strawberry.field(
        description="True: a run has used it, itself or through a link. False: none has.", default=None
    )
    search: str | None = strawberry.field(
        description="Words that must all be in the name, description or tags of the series or in the description or "
        "tags of the version, of a link the source's; each whole or its beginning, as in "
        "`CollectionFilter`. Blank is no condition.",
        default=None,
    )
    none_of: "VersionFilter | None" = strawberry.field(
        name="not", description="Leaves out what this filter matches.", default=None
    )
    any_of: "list[VersionFilter] | None" = strawberry.field(
        name="any", description="Matched by at least one of these filters.", default=None
    )

    def to_filter(self) -> filters.VersionFilter:
        return filters.VersionFilter(
            types=self.types,
            aliases=self.aliases,
            tags=self.tags,
            metadata=None if self.metadata is None else [condition.to_condition() for condition in self.metadata],
            created_after=self.created_after,
            created_before=self.created_before,
            consumed=self.consumed,
            search=search_of(self.search),
            none_of=None if self.none_of is None else self.none_of.to_filter(),
            any_of=None if self.any_of is None else [one.to_filter() for one in self.any_of],
        )


@strawberry.input(
    description="Which collections to list. Fields are and-ed; an empty list matches nothing; null is no condition."
)
class CollectionFilter:
    kinds: list[CollectionKind] | None = strawberry.field(description="Of one of these sorts.", default=None)
    types: list[str] | None = strawberry.field(
        description="Whose versions have one of these types, such as `model`.", default=None
    )
    name_contains: str | None = strawberry.field(
        description="With this text in the series' name, whatever the case of its letters.", default=None
    )
    created_after: Instant | None = strawberry.field(
        description="Made, or begun by a first version, later than this.", default=None
    )
    created_before: Instant | None = strawberry.field(
        description="Made, or begun by a first version, earlier than this.", default=None
    )
    tags: list[str] | None = strawberry.field(description="Bearing at least one of these labels.", default=None)
    search: str | None = strawberry.field(
        description="Words that must all be in the name, description or tags, each whole or its beginning, whatever "
        "the case; `mnist 28` finds `MNIST-28x28`. If nothing has a word, words near it are taken. A part of a "
        "Japanese word finds it. Blank is no condition.",
        default=None,
    )
    none_of: "CollectionFilter | None" = strawberry.field(
        name="not", description="Leaves out what this filter matches.", default=None
    )
    any_of: "list[CollectionFilter] | None" = strawberry.field(
        name="any", description="Matched by at least one of these filters.", default=None
    )

    def to_filter(self) -> filters.CollectionFilter:
        return filters.CollectionFilter(
            kinds=self.kinds,
            types=self.types,
            name_contains=self.name_contains,
            created_after=self.created_after,
            created_before=self.created_before,
            tags=self.tags,
            search=search_of(self.search),
            none_of=None if self.none_of is None else self.none_of.to_filter(),
            any_of=None if self.any_of is None else [one.to_filter() for one in self.any_of],
        )


@strawberry.input(
    description="Which events to list. Fields are and-ed; an empty list matches nothing; null is no condition."
)
class EventFilter:
    entity: str | None = strawberry.field(
        description="Name of one of the viewer's entities: its own events and those of all that lies in it.",
        default=None,
    )
    container: str | None = strawberry.field(
        description="Path of a project or registry: its own events and those of all that lies in it.", default=None
    )
    collection: str | None = strawberry.field(
        description="Path of a series: what happened to it, its versions and its aliases.", default=None
    )
    actor: str | None = strawberry.field(
        description="Name of the user who caused them, whether still a member or not.", default=None
    )
    kinds: list[str] | None = strawberry.field(description="What happened, such as `ALIASES_MOVED`.", default=None)
    after: Instant | None = strawberry.field(description="Later than this.", default=None)
    before: Instant | None = strawberry.field(description="Earlier than this.", default=None)

    def to_wanted(self) -> EventsWanted:
        return EventsWanted(
            entity=self.entity,
            container=self.container,
            collection=self.collection,
            actor=self.actor,
            kinds=self.kinds,
            after=self.after,
            before=self.before,
        )


@strawberry.input(description="In which order runs are listed; without one, the latest started first.")
class RunOrder:
    field: RunOrderField = strawberry.field(description="What is compared; ties are broken by id.")
    direction: OrderDirection = strawberry.field(description="Whether the smallest or the largest comes first.")
    path: str | None = strawberry.field(
        description="For CONFIG and SUMMARY: keys from the top joined by dots, such as `accuracy`.", default=None
    )

    def to_order(self) -> filters.RunOrder:
        return rules.run_order(self.field, self.direction, self.path)


@strawberry.input(description="In which order versions are listed; without one, the newest first.")
class VersionOrder:
    field: VersionOrderField = strawberry.field(description="What is compared; ties are broken by id.")
    direction: OrderDirection = strawberry.field(description="Whether the smallest or the largest comes first.")
    path: str | None = strawberry.field(
        description="For METRIC: the name of a metric as in `metrics`, such as `val/accuracy`.", default=None
    )

    def to_order(self) -> filters.VersionOrder:
        return rules.version_order(self.field, self.direction, self.path)


@strawberry.input(description="In which order collections are listed; without one, by name.")
class CollectionOrder:
    field: CollectionOrderField = strawberry.field(description="What is compared; ties are broken by id.")
    direction: OrderDirection = strawberry.field(description="Whether the smallest or the largest comes first.")

    def to_order(self) -> filters.CollectionOrder:
        return filters.CollectionOrder(self.field, self.direction)


@dataclass(frozen=True, slots=True)
class NeighboursWanted(Generic[F]):
    """Which neighbours of a node a list is to hold, and in which order; None wants all."""

    filter: F | None = None
    direction: OrderDirection = OrderDirection.ASC


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListing:
    """The arguments of a list of runs.

    `is_everywhere`: of all that the viewer may see, which may be more on the next page than on this one.
    """

    filter: RunFilter | None
    order_by: RunOrder | None
    first: int
    after: str | None
    is_everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionListing:
    """The arguments of a list of versions.

    `is_everywhere`: of all that the viewer may see, which may be more on the next page than on this one.
    """

    filter: VersionFilter | None
    order_by: VersionOrder | None
    first: int
    after: str | None
    is_everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionListing:
    """The arguments of a list of collections.

    `is_everywhere`: of all that the viewer may see, which may be more on the next page than on this one.
    """

    filter: CollectionFilter | None
    order_by: CollectionOrder | None
    first: int
    after: str | None
    is_everywhere: bool = False
