"""The root fields of every query. Each reads its context, asks one function below, and returns a type."""

from importlib.metadata import version
from typing import Annotated, Final

import strawberry

from headwater_service.api import lookups
from headwater_service.api.collections import Collection, CollectionConnection
from headwater_service.api.connection import After, First
from headwater_service.api.containers import Project, ProjectConnection, Registry, RegistryConnection
from headwater_service.api.context import Info
from headwater_service.api.deletion import DeletionInput, DeletionPlan, TrashConnection, plan_of, trash_of
from headwater_service.api.events import AuditCheck, EventConnection
from headwater_service.api.fields import resolved
from headwater_service.api.inputs import (
    CollectionFilter,
    CollectionListing,
    CollectionOrder,
    EventFilter,
    OfCollections,
    OfRuns,
    OfVersions,
    Order,
    RunFilter,
    RunListing,
    RunOrder,
    VersionFilter,
    VersionListing,
    VersionOrder,
)
from headwater_service.api.lineage import LineageEdge, edge_of
from headwater_service.api.loaders import version_type
from headwater_service.api.node import Node
from headwater_service.api.people import Entity, UserConnection, Viewer
from headwater_service.api.recalls import RecallConnection
from headwater_service.api.runs import Run, RunConnection
from headwater_service.api.scalars import ByteCount
from headwater_service.api.search import FirstHits, Kinds, SearchHit, Text, find_hits
from headwater_service.api.versions import Version, VersionConnection
from headwater_service.domain import listings
from headwater_service.domain.audit import MOST_A_CALL, EventsWanted, check_audit
from headwater_service.domain.lineage_edges import edges_among
from headwater_service.domain.lookups import (
    find_collection_id,
    find_container_at,
    find_run_id_at,
    find_version_at,
    get_collection_id,
)
from headwater_service.domain.recall_changes import recalls_asked
from headwater_service.model import ContainerKind
from headwater_service.store.filters import OrderDirection
from headwater_service.store.listings_runs import RunGroup
from headwater_service.store.listings_versions import Place, VersionGroup

SERVER_VERSION: Final = version("headwater")

Path = Annotated[str, strawberry.argument(description="`entity/project/key`; the entity may be left out.")]
ContainerPath = Annotated[
    str, strawberry.argument(description="`entity/name`, or `name` in the viewer's default entity.")
]
InContainer = Annotated[
    str | None,
    strawberry.argument(description="Path of a project or registry; null looks in all that the viewer may see."),
]
InProject = Annotated[
    str | None, strawberry.argument(description="Path of a project; null looks in all that the viewer may see.")
]
InEntity = Annotated[
    str | None, strawberry.argument(description="Name of one of the viewer's entities; null looks in all of them.")
]


@strawberry.type(description="How many things share what `groupBy` names.")
class GroupCount:
    key: str = strawberry.field(description="All of `keys` in one text, with `, ` between them: a label for a chart.")
    keys: list[str] = strawberry.field(description="What they share, as text: one for each key of `groupBy`, in order.")
    count: int = strawberry.field(description="How many they are.")
    size: ByteCount = strawberry.field(description="Total of their files; 0 for runs and for links.")

    @classmethod
    def from_counts(cls, found: list[listings.GroupCount]) -> "list[GroupCount]":
        return [
            cls(key=", ".join(one.keys), keys=list(one.keys), count=one.count, size=ByteCount(one.size))
            for one in found
        ]


@strawberry.type(description="Everything that can be read. What is absent or not visible to the viewer is null.")
class Query:
    @resolved("Whoever sends this request.")
    def viewer(self, info: Info) -> Viewer:
        viewer = info.context.viewer
        return Viewer(is_admin=viewer.is_admin, is_read_only=viewer.is_read_only, server_version=SERVER_VERSION)

    @resolved("Anything stored, by its id.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="As some answer gave it.")]
    ) -> Node | None:
        return await lookups.node(info.context, id)

    @resolved("One of the viewer's owners of projects and registries.")
    async def entity(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The first part of its paths.")]
    ) -> Entity | None:
        return await lookups.entity(info.context, name)

    @resolved("A container of runs, by its path.")
    async def project(self, info: Info, path: ContainerPath) -> Project | None:
        found = await find_container_at(info.context.graph, info.context.viewer, path)
        is_project = found is not None and found.kind is ContainerKind.PROJECT
        return Project.from_model(found, info.context.public_url) if found is not None and is_project else None

    @resolved("A shared place of linked versions, by its path.")
    async def registry(self, info: Info, path: ContainerPath) -> Registry | None:
        found = await find_container_at(info.context.graph, info.context.viewer, path)
        is_registry = found is not None and found.kind is ContainerKind.REGISTRY
        return Registry.from_model(found, info.context.public_url) if found is not None and is_registry else None

    @resolved("A series of versions, by its path.")
    async def collection(
        self,
        info: Info,
        path: Annotated[
            str, strawberry.argument(description="`[[entity/]project-or-registry/]name`, without a version.")
        ],
    ) -> Collection | None:
        found = await find_collection_id(info.context.graph, info.context.viewer, path)
        return None if found is None else await info.context.loaders.collection(found)

    @resolved("A version, by its path. Through a registry's path the registry version, with its own number.")
    async def artifact(
        self,
        info: Info,
        path: Annotated[
            str,
            strawberry.argument(
                description="`[[entity/]project-or-registry/]name[:ref]`, where `ref` is `v3`, an alias, an alias as "
                "it stood `@` a time, or `sha256:` and 8 digits or more; without it `latest`."
            ),
        ],
        type: Annotated[
            str | None, strawberry.argument(description="Refuses a version whose type is another; null takes any.")
        ] = None,
    ) -> Version | None:
        found = await find_version_at(info.context.graph, info.context.viewer, path, type=type)
        return None if found is None else version_type(found, info.context.public_url)

    @resolved("An execution, by its path.")
    async def run(self, info: Info, path: Path) -> Run | None:
        found = await find_run_id_at(info.context.graph, info.context.viewer, path)
        return None if found is None else await info.context.loaders.run(found)

    @resolved(
        "Accounts on this server, in order of name: one's own and those with whom the viewer shares an entity; to an "
        "administrator of the server, all. A key for one project is told only of its owner."
    )
    async def users(self, info: Info, first: First = 50, after: After = None) -> UserConnection:
        return await info.context.listings.users(first=first, after=after)

    @resolved("Containers of runs, in order of path.")
    async def projects(
        self,
        info: Info,
        entity: InEntity = None,
        name_contains: Annotated[
            str | None, strawberry.argument(description="Part of the name, whatever the case of its letters.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> ProjectConnection:
        scopes = await listings.scopes_in_entity(info.context.graph, info.context.viewer, entity)
        return await info.context.listings.projects(scopes, name_contains=name_contains, first=first, after=after)

    @resolved("Shared places of linked versions, in order of path.")
    async def registries(
        self, info: Info, entity: InEntity = None, first: First = 50, after: After = None
    ) -> RegistryConnection:
        scopes = await listings.scopes_in_entity(info.context.graph, info.context.viewer, entity)
        return await info.context.listings.registries(scopes, first=first, after=after)

    @resolved("Named series of versions.")
    async def collections(
        self,
        info: Info,
        container: InContainer = None,
        filter: Annotated[CollectionFilter | None, OfCollections] = None,
        order_by: Annotated[CollectionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> CollectionConnection:
        scopes = await listings.scopes_at(info.context.graph, info.context.viewer, container)
        listing = CollectionListing(
            filter=filter, order_by=order_by, first=first, after=after, is_everywhere=container is None
        )
        return await info.context.listings.collections(scopes, listing)

    @resolved("Members of series, wherever they lie; deleted ones are left out.")
    async def versions(
        self,
        info: Info,
        container: InContainer = None,
        collection: Annotated[
            str | None, strawberry.argument(description="Path of one series; `container` is then not needed.")
        ] = None,
        filter: Annotated[VersionFilter | None, OfVersions] = None,
        order_by: Annotated[VersionOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> VersionConnection:
        context = info.context
        is_everywhere = container is None and collection is None
        listing = VersionListing(
            filter=filter, order_by=order_by, first=first, after=after, is_everywhere=is_everywhere
        )
        if collection is not None:
            found = await get_collection_id(context.graph, context.viewer, collection)
            scopes = [await listings.scope_of(context.graph, found)]
            return await context.listings.versions(Place(scopes, found), listing)
        scopes = await listings.scopes_at(context.graph, context.viewer, container)
        return await context.listings.versions(Place(scopes), listing)

    @resolved("Executions, wherever they lie.")
    async def runs(
        self,
        info: Info,
        project: InProject = None,
        filter: Annotated[RunFilter | None, OfRuns] = None,
        order_by: Annotated[RunOrder | None, Order] = None,
        first: First = 50,
        after: After = None,
    ) -> RunConnection:
        scopes = await listings.project_scopes_at(info.context.graph, info.context.viewer, project)
        listing = RunListing(filter=filter, order_by=order_by, first=first, after=after, is_everywhere=project is None)
        return await info.context.listings.runs(scopes, listing)

    @resolved(
        "Whatever a person may mean by a text: what it names exactly comes first, then what begins so, then what holds "
        "its words; of equally near ones the kinds take turns."
    )
    async def search(self, info: Info, text: Text, kinds: Kinds = None, first: FirstHits = 20) -> list[SearchHit]:
        return await find_hits(info.context, text, kinds, first)

    @resolved(
        "The lineage edges among some nodes, in no order: joins what several lineages gave. What does not exist, or "
        "what the viewer may not see, has none."
    )
    async def lineage_edges(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="Ids of runs and versions: at most as many as a lineage may have."),
        ],
    ) -> list[LineageEdge]:
        context = info.context
        found = await edges_among(context.graph, context.viewer, ids, settings=context.settings)
        return [edge_of(edge) for edge in found]

    @resolved("Versions that were marked as bad, the newest mark first.")
    async def recalls(
        self,
        info: Info,
        container: InContainer = None,
        collection: Annotated[
            str | None, strawberry.argument(description="Path of one series; `container` is then not needed.")
        ] = None,
        is_active: Annotated[
            bool, strawberry.argument(description="Leaves out what was withdrawn; false lists all.")
        ] = True,
        first: First = 50,
        after: After = None,
    ) -> RecallConnection:
        context = info.context
        asked = await recalls_asked(
            context.graph, context.viewer, container=container, collection=collection, is_active=is_active
        )
        return await context.listings.recalls(asked, first=first, after=after)

    @resolved("What has happened, oldest first. To go on later, ask again with the last `endCursor`.")
    async def events(
        self,
        info: Info,
        filter: Annotated[
            EventFilter | None, strawberry.argument(description="Which events are wanted; null wants all visible.")
        ] = None,
        direction: Annotated[
            OrderDirection, strawberry.argument(description="ASC begins with the oldest, DESC with the newest.")
        ] = OrderDirection.ASC,
        first: First = 50,
        after: After = None,
    ) -> EventConnection:
        wanted = EventsWanted() if filter is None else filter.to_wanted()
        return await info.context.listings.events(wanted, direction, first=first, after=after)

    @resolved(
        "The next stretch of a check that nobody edited, removed, added or moved events behind the service's back. "
        "For administrators of the server; others get a PermissionDeniedError."
    )
    async def audit_check(
        self,
        info: Info,
        anchor: Annotated[
            str | None,
            strawberry.argument(
                description="Begins after this event, which must still be there: an `anchor` of an earlier check. "
                "Null begins with the first event."
            ),
        ] = None,
        after: Annotated[
            str | None, strawberry.argument(description="The `cursor` of the call before; `anchor` is then not read.")
        ] = None,
        count: Annotated[
            int, strawberry.argument(description="How many events this call checks: 1 to 10,000.")
        ] = MOST_A_CALL,
    ) -> AuditCheck:
        context = info.context
        check = await check_audit(context.graph, context.viewer, anchor=anchor, cursor=after, limit=count)
        return AuditCheck.from_check(check)

    @resolved("What a deletion would do now, exactly; null when something it names is absent or not visible.")
    async def deletion_plan(
        self,
        info: Info,
        input: Annotated[DeletionInput, strawberry.argument(description="What would be deleted.")],
    ) -> DeletionPlan | None:
        return await plan_of(info.context, input.to_targets())

    @resolved("What was deleted and can be restored, the last first; what went along with it comes back with it.")
    async def trash(
        self, info: Info, container: InContainer = None, first: First = 50, after: After = None
    ) -> TrashConnection:
        return await trash_of(info.context, container, first=first, after=after)

    @resolved("How many executions there are of each sort, for dashboards.")
    async def run_counts(
        self,
        info: Info,
        group_by: Annotated[
            list[RunGroup],
            strawberry.argument(description="What two executions of one sort share: at least one, none of them twice."),
        ],
        project: InProject = None,
        filter: Annotated[RunFilter | None, OfRuns] = None,
    ) -> list[GroupCount]:
        context = info.context
        scopes = await listings.project_scopes_at(context.graph, context.viewer, project)
        wanted = await context.listings.run_filter(scopes, filter)
        return GroupCount.from_counts(await listings.count_runs_by(context.graph, scopes, wanted, group_by))

    @resolved("How many versions there are of each sort, and their bytes, for dashboards.")
    async def version_counts(
        self,
        info: Info,
        group_by: Annotated[
            list[VersionGroup],
            strawberry.argument(description="What two versions of one sort share: at least one, none of them twice."),
        ],
        container: InContainer = None,
        filter: Annotated[VersionFilter | None, OfVersions] = None,
    ) -> list[GroupCount]:
        context = info.context
        scopes = await listings.scopes_at(context.graph, context.viewer, container)
        wanted = await context.listings.version_filter(scopes, filter)
        found = await listings.count_versions_by(context.graph, scopes, wanted, group_by)
        return GroupCount.from_counts(found)
