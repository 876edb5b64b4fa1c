"""The interface of what a lineage is made of."""

import strawberry

from headwater_service.api.connection import After, First
from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.impact import (
    ImpactConnection,
    ImpactListing,
    ImpactTable,
    OfTypes,
    RegisteredOnly,
    TableLimit,
    impact_of,
    impact_table_of,
)
from headwater_service.api.lineage_paths import FirstPaths, LineagePaths, OtherEnd, paths_of
from headwater_service.domain.lineage import LineageKind
from headwater_service.model import Instant

describe(
    LineageKind,
    "What a node of a lineage is.",
    {
        "RUN": "An execution: it consumes versions and produces versions.",
        "ARTIFACT_VERSION": "Content that a run logged.",
        "REGISTRY_VERSION": "A link to an artifact version, numbered in a registry.",
    },
)


@strawberry.interface(description="A run or a version, as far as a lineage shows it.")
class LineageNode:
    id: strawberry.ID = strawberry.field(description="The id that the root field `node` takes.")
    kind: LineageKind = strawberry.field(description="Which of the three implementing types this is.")
    label: str = strawberry.field(description="Short text for people: a run's name, or a version such as `mnist:v3`.")
    url: str = strawberry.field(description="Address of its page on this server.")
    created_at: Instant = strawberry.field(description="When the server learned of it.")
    is_deleted: bool = strawberry.field(
        description="Whether only a tombstone is left, which lineage passes through and lists leave out."
    )
    distance: int | None = strawberry.field(
        description="Edges from the start of the lineage that gave this node; null outside a lineage.", default=None
    )

    @resolved(
        "What it reaches: the versions downstream that a registry or an alias names, as far as the viewer may see. "
        "Deleted ones are passed through and left out."
    )
    async def impact(
        self,
        info: Info,
        registered_only: RegisteredOnly = True,
        types: OfTypes = None,
        first: First = 50,
        after: After = None,
    ) -> ImpactConnection:
        return await impact_of(info, self.id, ImpactListing(registered_only, types, first, after))

    @resolved("All rows of `impact` at once, for spreadsheets.")
    async def impact_table(
        self, info: Info, registered_only: RegisteredOnly = True, types: OfTypes = None, limit: TableLimit = 10_000
    ) -> ImpactTable:
        return await impact_table_of(info, self.id, registered_only, types, limit)

    @resolved(
        "The shortest paths to another run or version, on whichever side of this one it lies. Null when there is no "
        "such node, or the viewer may not see it."
    )
    async def path_to(self, info: Info, id: OtherEnd, first: FirstPaths = 3) -> LineagePaths | None:
        return await paths_of(info, self.id, id, first)
