"""GraphQL types: groups of nodes that a map of a lineage draws as one."""

from collections import Counter
from collections.abc import Mapping

import strawberry

from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.domain import lineage_groups as domain
from headwater_service.domain.lineage import LineageDirection, LineageKind
from headwater_service.domain.lineage_forms import Names


@strawberry.type(description="How many nodes stand in one way.")
class LineageStateCount:
    state: str = strawberry.field(description="A `RunState`, a `VersionState`, or `DELETED` for a tombstone.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="How many nodes have one type.")
class LineageTypeCount:
    type: str | None = strawberry.field(description="A version's type or a run's job type; null if unsaid.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="First and last of some versions of one collection; not all between need be among them.")
class LineageIndexRange:
    first: int = strawberry.field(description="The smallest number.")
    last: int = strawberry.field(description="The largest number.")


@strawberry.type(
    description="Five or more shown nodes that a map draws as one: of the same kind, type or job type, and recall, "
    "with the same shown neighbours on at least one side. The start, a node with a protected alias, and one that is "
    "itself recalled are in none."
)
class LineageCluster:
    id: strawberry.ID = strawberry.field(
        description="Made of what its members have in common: the same in every answer that shows these neighbours."
    )
    kind: LineageKind = strawberry.field(description="What its members are.")
    type: str | None = strawberry.field(description="Their type, of runs their job type; null if unsaid.")
    side: LineageDirection = strawberry.field(description="The side on which all have the same neighbours.")
    count: int = strawberry.field(description="How many members it has.")
    states: list[LineageStateCount] = strawberry.field(description="In which states its members are.")
    recall: str | None = strawberry.field(
        description="The worst severity of the recalls that reach its members: WARNING or CRITICAL; UNKNOWN where "
        "that can't be told; null: none does."
    )
    collection: str | None = strawberry.field(description="Name of the collection that all its versions are in.")
    index_range: LineageIndexRange | None = strawberry.field(
        description="Their numbers in that collection; null for runs, and for versions of several collections."
    )
    members: list[strawberry.ID] = strawberry.field(description="Ids of the nodes in it, nearest first.")
    upstream: list[strawberry.ID] = strawberry.field(description="Shown neighbours that its members came from.")
    downstream: list[strawberry.ID] = strawberry.field(description="Shown neighbours that came of its members.")

    @classmethod
    def from_group(cls, cluster: domain.Cluster, names: Names) -> "LineageCluster":
        numbers = cluster.index_range
        return cls(
            id=strawberry.ID(cluster.id),
            kind=LineageKind(cluster.kind),
            type=cluster.type,
            side=cluster.side,
            count=len(cluster.members),
            states=_states(cluster.states),
            recall=cluster.recall,
            collection=names.collection(cluster.collection_id),
            index_range=None if numbers is None else LineageIndexRange(first=numbers[0], last=numbers[1]),
            members=[strawberry.ID(one) for one in cluster.members],
            upstream=[strawberry.ID(one) for one in cluster.upstream],
            downstream=[strawberry.ID(one) for one in cluster.downstream],
        )


@strawberry.type(
    description="A shown node with more than 200 neighbours on one side: a map shows their number, and a list the "
    "newest of them (`consumedBy`, `inputs`, `outputs`)."
)
class LineageHub:
    id: strawberry.ID = strawberry.field(description="Id of the node.")
    direction: LineageDirection = strawberry.field(description="On which side: `UPSTREAM` or `DOWNSTREAM`.")
    count: int = strawberry.field(description="How many neighbours it has there that the viewer may see; exact.")
    forbidden: int | None = strawberry.field(
        description="How many more it has that the viewer may not see; null with `onlyTotals`, when `count` is of all."
    )
    shown: int = strawberry.field(description="How many of its neighbours there are in this answer.")
    members: list[strawberry.ID] = strawberry.field(
        description="Those of the shown that nothing else joins to this answer; they are in no cluster."
    )

    @classmethod
    def from_group(cls, hub: domain.Hub) -> "LineageHub":
        return cls(
            id=strawberry.ID(hub.id),
            direction=hub.direction,
            count=hub.degree.visible,
            forbidden=hub.degree.forbidden,
            shown=hub.shown,
            members=[strawberry.ID(one) for one in hub.members],
        )

    @resolved("In which states all its visible neighbours there are, not only the shown.")
    async def states(self, info: Info) -> list[LineageStateCount]:
        counts: Counter[str] = Counter()
        for one in await info.context.loaders.neighbour_groups(self.id, self.direction):
            counts[one.state] += one.count
        return _states(counts)

    @resolved("Which types or job types all its visible neighbours there have, the most frequent first.")
    async def types(self, info: Info) -> list[LineageTypeCount]:
        counts: Counter[str | None] = Counter()
        for one in await info.context.loaders.neighbour_groups(self.id, self.direction):
            counts[one.type] += one.count
        in_order = sorted(counts.items(), key=lambda one: (-one[1], one[0] or ""))
        return [LineageTypeCount(type=type_, count=count) for type_, count in in_order]


def _states(counts: Mapping[str, int]) -> list[LineageStateCount]:
    return [LineageStateCount(state=state, count=counts[state]) for state in sorted(counts)]
