"""GraphQL types: what a run or a version reaches downstream."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service.api.connection import Connection, Edge, connect, page_request
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.domain import impact as domain
from headwater_service.domain.lineage import IncompleteReason
from headwater_service.model import Page
from headwater_service.store.impact import ImpactAsked, ReachedVersion
from headwater_service.store.listing import Window, fingerprint

if TYPE_CHECKING:
    from headwater_service.api.collections import Collection
    from headwater_service.api.versions import Version

RegisteredOnly = Annotated[
    bool,
    strawberry.argument(
        description="Only registry versions, and artifact versions that an alias points at now (`latest` is one); "
        "false gives every version that is reached."
    ),
]
OfTypes = Annotated[
    list[str] | None,
    strawberry.argument(description="Only versions with one of these types, such as `model`; null gives all."),
]
TableLimit = Annotated[
    int,
    strawberry.argument(
        description="Most rows; a table of more is refused, never cut. At most 50,000; ten rows cost as one node."
    ),
]


@strawberry.type(description="A version that is reached, and what names it now.")
class ImpactRow:
    distance: int = strawberry.field(description="Edges from the start, by the shortest way.")
    aliases: list[str] = strawberry.field(description="Movable names that point at it now, sorted.")
    protected_aliases: list[str] = strawberry.field(description="Those of them that its registry protects.")
    version_id: strawberry.Private[str]
    collection_id: strawberry.Private[str]

    @classmethod
    def from_model(cls, row: ReachedVersion) -> "ImpactRow":
        return cls(
            distance=row.distance,
            aliases=list(row.aliases),
            protected_aliases=list(row.protected_aliases),
            version_id=row.id,
            collection_id=row.collection_id,
        )

    @resolved("The registry version or artifact version.")
    async def version(self, info: Info) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")]:
        found = await info.context.loaders.version(self.version_id)
        assert found is not None, "the walk entered only what the viewer may see, and what has edges stays"
        return found

    @resolved("The series it is a member of; of a registry version, the registered model.")
    async def collection(
        self, info: Info
    ) -> Annotated["Collection", strawberry.lazy("headwater_service.api.collections")]:
        found = await info.context.loaders.collection(self.collection_id)
        assert found is not None, "whoever sees a version sees its collection"
        return found


@strawberry.type(description="Exact counts of all that is reached: the start and what was deleted are left out.")
class ImpactTotals:
    runs: int = strawberry.field(description="Runs that used something of it.")
    versions: int = strawberry.field(description="Artifact versions, whether anything names them or not.")
    registry_versions: int = strawberry.field(description="Versions in registries.")
    collections: int = strawberry.field(description="Registered models: the collections of these registry versions.")
    hidden: int = strawberry.field(
        description="Runs and versions right behind these that the viewer may not see; what they reach is not known."
    )


@strawberry.type(description="A version that is reached, on a page.")
class ImpactEdge(Edge):
    node: ImpactRow = strawberry.field(description="The row at this position.")


@strawberry.type(description="A page of what a run or a version reaches.")
class ImpactConnection(Connection):
    edges: list[ImpactEdge] = strawberry.field(
        description="Those with a protected alias first, then those with any; then by name of the collection, and in "
        "it the newest first."
    )
    totals: ImpactTotals = strawberry.field(
        description="Counts that no argument narrows. When `reason` is NODES, there is at least as much."
    )
    is_complete: bool = strawberry.field(description="True when the walk ended by itself and nothing is hidden.")
    reason: IncompleteReason | None = strawberry.field(
        description="NODES when the walk met more nodes than the server lets it, else PERMISSION; null when complete."
    )


@strawberry.type(description="All that a run or a version reaches, as a table for spreadsheets.")
class ImpactTable:
    csv: str = strawberry.field(
        description="CSV (RFC 4180) in the order of `impact`, the names of the columns first. A cell that a "
        "spreadsheet would take for a formula begins with `'`; several aliases have ` / ` between them."
    )
    row_count: int = strawberry.field(description="How many versions the table has.")
    is_complete: bool = strawberry.field(description="True when the walk ended by itself and nothing is hidden.")
    reason: IncompleteReason | None = strawberry.field(description="As in `impact`; null when complete.")


@dataclass(frozen=True, slots=True)
class ImpactListing:
    """The arguments of the field `impact`."""

    registered_only: bool
    types: list[str] | None
    first: int
    after: str | None


async def impact_of(info: Info, start_id: str, listing: ImpactListing) -> ImpactConnection:
    """List what a node that the viewer was given reaches."""
    context = info.context
    request = page_request(listing.first, listing.after, limit=context.settings.page_size)
    asked = ImpactAsked(start_id, listing.registered_only, listing.types)
    window = Window(request.first, request.after, fingerprint(asked=asked))
    found = await domain.find_impact(context.graph, context.viewer, asked, window, settings=context.settings)

    async def count() -> int:
        return found.total

    totals, reason = found.totals, domain.reason_of(found)
    return connect(
        partial(
            ImpactConnection,
            totals=ImpactTotals(
                runs=totals.runs,
                versions=totals.versions,
                registry_versions=totals.registry_versions,
                collections=totals.collections,
                hidden=totals.hidden,
            ),
            is_complete=reason is None,
            reason=reason,
        ),
        ImpactEdge,
        Page(found.rows, found.cursors, found.has_next),
        [ImpactRow.from_model(row) for row in found.rows],
        request=request,
        count=count,
    )


async def impact_table_of(
    info: Info, start_id: str, registered_only: bool, types: list[str] | None, limit: int
) -> ImpactTable:
    """Write what a node that the viewer was given reaches."""
    context = info.context
    asked = ImpactAsked(start_id, registered_only, types)
    table = await domain.impact_table(context.graph, context.viewer, asked, limit=limit, settings=context.settings)
    return ImpactTable(csv=table.csv, row_count=table.row_count, is_complete=table.reason is None, reason=table.reason)
