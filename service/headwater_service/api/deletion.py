"""GraphQL types: how things end, plans of deletions, and the trash."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service.api.collections import Collection
from headwater_service.api.connection import Connection, Edge, connect, page_request
from headwater_service.api.context import Context, Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.people import User
from headwater_service.api.scalars import ByteCount
from headwater_service.domain import deletion_plan as domain
from headwater_service.domain import trash
from headwater_service.domain.deletion_plan import DeletionRule
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.listings import scopes_at
from headwater_service.model import EndReason, Instant
from headwater_service.store.deletions import TrashKind, VersionEnd
from headwater_service.store.listing import Window

if TYPE_CHECKING:
    from headwater_service.api.runs import Run
    from headwater_service.api.versions import RegistryVersion

describe(
    EndReason,
    "Why something ended.",
    {
        "DELETED": "Somebody deleted it, or what it lay in.",
        "UNLINKED": "A link was taken out of its registry; the version it linked to stays.",
        "EXPIRED": "Its time to live was over.",
    },
)
describe(
    DeletionRule,
    "What forbids a deletion.",
    {
        "ALIASES": "A version has aliases besides `latest`; `deleteAliases` lets them go too.",
        "PROTECTED_ALIAS": "A version has an alias that its registry protects; nothing lifts that but its admin.",
        "PERMISSION": "A version is linked where the viewer may not unlink it.",
        "RUNNING": "A run still goes on.",
        "DEFAULT_REGISTRY": "It is the registry `model-registry`, which every entity has.",
    },
)
describe(
    TrashKind,
    "What something in the trash is.",
    {
        "RUN": "An execution.",
        "ARTIFACT_VERSION": "Content that was logged.",
        "REGISTRY_VERSION": "A link in a registry.",
        "COLLECTION": "A series of versions, with its members.",
        "CONTAINER": "A project or a registry, with all that lay in it.",
    },
)


@strawberry.input(description="What to delete, by id: at most 1,000 things a call. What lies in them goes with them.")
class DeletionInput:
    versions: list[strawberry.ID] = strawberry.field(
        description="Artifact versions, whose links end with them, and registry versions.", default_factory=list
    )
    collections: list[strawberry.ID] = strawberry.field(
        description="Series, with all their versions; of a registered model only the links.", default_factory=list
    )
    runs: list[strawberry.ID] = strawberry.field(description="Executions that have ended.", default_factory=list)
    projects: list[strawberry.ID] = strawberry.field(
        description="Projects and registries, with all that lies in them; takes an admin.", default_factory=list
    )
    with_outputs: bool = strawberry.field(
        description="Also the versions that the runs made, but for those that another run logged too.", default=False
    )

    def to_targets(self) -> Targets:
        return Targets(
            versions=self.versions,
            collections=self.collections,
            runs=self.runs,
            projects=self.projects,
            with_outputs=self.with_outputs,
        )


@strawberry.type(description="How much a deletion ends.")
class DeletionFigures:
    versions: int = strawberry.field(description="Artifact versions.")
    links: int = strawberry.field(description="Registry versions, among them those of versions that go.")
    collections: int = strawberry.field(description="Series that end themselves.")
    runs: int = strawberry.field(description="Executions with their files and histories.")
    projects: int = strawberry.field(description="Projects and registries.")
    aliases: int = strawberry.field(description="Movable names that point at what goes.")
    bytes_freed: ByteCount = strawberry.field(
        description="Bytes of files that nothing else holds: they can go when the time to restore is over."
    )
    bytes_shared: ByteCount = strawberry.field(description="Bytes of files that something else holds too: they stay.")

    @classmethod
    def from_figures(cls, figures: domain.Figures) -> "DeletionFigures":
        return cls(
            versions=figures.versions,
            links=figures.links,
            collections=figures.collections,
            runs=figures.runs,
            projects=figures.containers,
            aliases=figures.aliases,
            bytes_freed=ByteCount(figures.freed),
            bytes_shared=ByteCount(figures.shared),
        )


@strawberry.type(description="A reason why a deletion is refused.")
class DeletionRefusal:
    rule: DeletionRule = strawberry.field(description="Which rule forbids it.")
    message: str = strawberry.field(description="What the rule is about here, and what to do, for people.")


@strawberry.type(description="A movable name that a deletion takes away.")
class PlannedAlias:
    name: str = strawberry.field(description="As it is called in its series.")
    is_protected: bool = strawberry.field(description="Whether its registry protects it, so that nothing is deleted.")
    collection_id: strawberry.Private[str]

    @resolved("The series whose name it is; null when the viewer may not see it.")
    async def collection(self, info: Info) -> Collection | None:
        return await info.context.loaders.collection(self.collection_id)


@strawberry.type(description="What a deletion would do now. Nothing has changed yet.")
class DeletionPlan:
    figures: DeletionFigures = strawberry.field(description="How much ends, and what of the store that frees: exact.")
    digest: str = strawberry.field(description="What `delete` is given: it does exactly this, or nothing.")
    refusals: list[DeletionRefusal] = strawberry.field(description="Why it would be refused: the first 100 reasons.")
    consumers: int = strawberry.field(description="Runs that stay and used something that goes.")
    descendants: int = strawberry.field(
        description="Runs and versions that stay and came of what goes, at any distance, as far as the viewer sees."
    )
    is_descendants_complete: bool = strawberry.field(
        description="Whether those are all: false when some are hidden from the viewer, or too many."
    )
    plan: strawberry.Private[domain.DeletionPlan]

    @resolved("Aliases that go, in order of series and name: the first 100 that the viewer may see.")
    async def aliases(self, info: Info) -> list[PlannedAlias]:
        shown = [alias for alias in self.plan.aliases if _sees(info.context, self.plan, alias.version_id)]
        return [
            PlannedAlias(name=alias.name, is_protected=alias.is_protected, collection_id=alias.collection_id)
            for alias in shown[: domain.SHOWN]
        ]

    @resolved("Links that go: the first 100 that the viewer may see.")
    async def links(
        self, info: Info
    ) -> list[Annotated["RegistryVersion", strawberry.lazy("headwater_service.api.versions")]]:
        ids = [link for link in self.plan.ends.links if _sees(info.context, self.plan, link)][: domain.SHOWN]
        found = await info.context.loaders.registry_versions(ids)
        return [link for link in found if link is not None]

    @resolved("Runs that used something that goes: those of the first 100 that the viewer may see.")
    async def consumed_by(self, info: Info) -> list[Annotated["Run", strawberry.lazy("headwater_service.api.runs")]]:
        found = await info.context.loaders.runs(self.plan.consumer_ids)
        return [run for run in found if run is not None]


@strawberry.type(description="How a run or version ended.")
class Ending:
    ended_at: Instant = strawberry.field(description="Since when it is a tombstone.")
    reason: EndReason | None = strawberry.field(description="What ended it.")
    deletion: strawberry.ID | None = strawberry.field(
        description="Shared by all that ended in one deletion; `restore` takes it."
    )
    restorable_until: Instant = strawberry.field(description="Until when `restore` brings it back.")
    ender_id: strawberry.Private[str | None]

    @classmethod
    def from_end(cls, end: VersionEnd, days: int) -> "Ending":
        return cls(
            ended_at=end.ended_at,
            reason=end.reason,
            deletion=None if end.deletion_id is None else strawberry.ID(end.deletion_id),
            restorable_until=trash.restorable_until(end.ended_at, days),
            ender_id=end.ended_by,
        )

    @resolved("Who ended it; null when it expired, or the account is gone.")
    async def ended_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.ender_id)


@strawberry.type(description="Something that was deleted and can be restored, with what went along with it.")
class TrashItem:
    id: strawberry.ID = strawberry.field(description="What `restore` takes.")
    kind: TrashKind = strawberry.field(description="What it is.")
    path: str = strawberry.field(description="`entity/container/name:v3`, `…/name`, `…/run` or `entity/container`.")
    size: ByteCount = strawberry.field(description="Total of a version's files, shared or not; 0 for all others.")
    ending: Ending = strawberry.field(description="When, by whom and why it ended, and until when it comes back.")

    @classmethod
    def from_item(cls, item: trash.TrashItem, days: int) -> "TrashItem":
        node = item.node
        end = VersionEnd(node.ended_at, node.ended_by, node.end_reason, node.deletion_id)
        return cls(
            id=strawberry.ID(node.id),
            kind=node.kind,
            path=item.path,
            size=ByteCount(node.size if node.kind is TrashKind.ARTIFACT_VERSION else 0),
            ending=Ending.from_end(end, days),
        )


@strawberry.type(description="Something deleted, on a page.")
class TrashEdge(Edge):
    node: TrashItem = strawberry.field(description="What was deleted.")


@strawberry.type(description="A page of the trash.")
class TrashConnection(Connection):
    edges: list[TrashEdge] = strawberry.field(description="What was deleted, the last first.")


async def plan_of(context: Context, targets: Targets) -> DeletionPlan | None:
    """Return what a deletion would do now. None: something named is absent or not visible."""
    settings = context.settings
    found = await domain.plan_deletion(
        context.graph, context.viewer, targets, limit=settings.deletion_nodes, reach=settings.lineage_nodes
    )
    if found is None:
        return None
    plan, descendants = found
    return DeletionPlan(
        figures=DeletionFigures.from_figures(plan.figures),
        digest=plan.digest,
        refusals=[DeletionRefusal(rule=one.rule, message=one.message) for one in plan.refusals[: domain.SHOWN]],
        consumers=plan.consumers,
        descendants=descendants.count,
        is_descendants_complete=descendants.is_complete,
        plan=plan,
    )


async def trash_of(context: Context, container: str | None, *, first: int, after: str | None) -> TrashConnection:
    """Return a page of the trash of one project or registry, or of all that the viewer may see."""
    request = page_request(first, after, limit=context.settings.page_size)
    scopes = await scopes_at(context.graph, context.viewer, container)
    days = context.settings.restore_days
    page = await trash.list_trash(context.graph, scopes, days=days, window=Window(request.first, request.after))
    nodes = [TrashItem.from_item(item, days) for item in page.items]

    async def count() -> int:
        return await trash.count_trash(context.graph, scopes, days=days)

    return connect(TrashConnection, TrashEdge, page, nodes, request=request, count=count)


def _sees(context: Context, plan: domain.DeletionPlan, version_id: str) -> bool:
    return context.viewer.sees(plan.ends.containers[plan.ends.nodes[version_id].scope_id])
