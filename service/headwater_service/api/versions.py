"""GraphQL types: artifact versions, registry versions and their files."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import strawberry

from headwater_service import model
from headwater_service.api.collections import Collection
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.context import Info
from headwater_service.api.deletion import Ending
from headwater_service.api.fields import resolved
from headwater_service.api.inputs import EarliestFirst, NeighboursWanted, OfRuns, RunFilter
from headwater_service.api.lineage import lineage_of
from headwater_service.api.lineage_node import LineageNode
from headwater_service.api.node import Node
from headwater_service.api.people import User
from headwater_service.api.recalls import Recall
from headwater_service.api.runs import Prefix, Run, RunConnection
from headwater_service.api.scalars import ByteCount, Digest, Json, Step, step_of
from headwater_service.domain import locations
from headwater_service.domain.files import download_urls, manifest_urls
from headwater_service.domain.lineage import LineageKind
from headwater_service.domain.ttl import expires_at
from headwater_service.model import Instant, VersionState
from headwater_service.store.filters import OrderDirection
from headwater_service.store.hops import CONSUMERS, CONSUMERS_VIA_LINKS, LINKS, PRODUCERS
from headwater_service.store.listing import Window

if TYPE_CHECKING:
    from headwater_service.api.comparison import VersionComparison
    from headwater_service.api.folders import FolderConnection

MOST_LINKS: Final = 500
_MICROSECONDS: Final = 1_000_000


@strawberry.interface(
    description="One immutable member of a collection: content that a run logged, or a registry's link to such content."
)
class Version(Node, LineageNode):
    index: int = strawberry.field(description="The number in `v3`: counted from 0, without gaps, never used again.")
    name: str = strawberry.field(description="Collection and number, for example `mnist:v3`.")
    path: str = strawberry.field(description="`entity/container/name:v3`, as every `path` argument takes it.")
    type: str = strawberry.field(description="What its author says it is, such as `dataset` or `model`.")
    digest: Digest = strawberry.field(
        description="SHA-256 over its list of files: equal digests are equal content, wherever it was logged."
    )
    size: ByteCount = strawberry.field(description="Total of its files, whether shared with other versions or not.")
    file_count: int = strawberry.field(description="How many entries its manifest has, references included.")
    description: str = strawberry.field(description="Free text for people, in Markdown; of a link, the source's.")
    tags: list[str] = strawberry.field(description="Free labels for filters; unlike aliases they name no one version.")
    state: VersionState = strawberry.field(description="Whether its content can still be had.")
    history_step: Step | None = strawberry.field(
        description="Step of the logging run's history that this content belongs to, the last one logged before it; "
        "null if unknown. Of a link, the source's."
    )
    home: strawberry.Private[model.Container]
    home_collection: strawberry.Private[model.Collection]
    content_id: strawberry.Private[str]

    @resolved("What its author noted: one JSON object; of a link, the source's.")
    async def metadata(self, info: Info) -> Json:
        return Json(await info.context.loaders.metadata(self.content_id))

    @resolved(
        "What the run that made it had measured: numbers, texts and truth values logged at `historyStep`. Null when no "
        "step is known, or the viewer may not see that run; empty until what was logged has arrived."
    )
    async def metrics(self, info: Info) -> Json | None:
        if self.history_step is None:
            return None
        found = await info.context.loaders.metrics(self.content_id, self.history_step)
        return None if found is None else Json(found)

    @resolved("Movable names that point at it now, sorted.")
    async def aliases(self, info: Info) -> list[str]:
        return await info.context.loaders.alias_names(self.id)

    @resolved(
        "What is wrong with it: recalls of it and of all that it came from, critical ones first, then the nearest; "
        "at most 100. An error when that can't be told, because too much is upstream, and never an empty list."
    )
    async def recalls(self, info: Info) -> list[Recall]:
        return await info.context.loaders.recalls(self.id)

    @resolved("The series it is a member of.")
    def collection(self, info: Info) -> Collection:
        return Collection.from_model(self.home_collection, self.home, info.context.public_url)

    @resolved(
        "The artifact version whose files these are: itself, or what a link points to. "
        "Null when that lies in a project that the viewer may not see."
    )
    async def source(self, info: Info) -> "ArtifactVersion | None":
        if isinstance(self, ArtifactVersion):
            return self
        return await info.context.loaders.artifact_version(self.content_id)

    @resolved("Runs that logged this content, the one that made it first; of a link, those of its source.")
    async def produced_by(self, info: Info, first: First = 50, after: After = None) -> RunConnection:
        return await info.context.listings.run_neighbours(PRODUCERS, self.content_id, first=first, after=after)

    @resolved("Runs that used it, each once, in the order in which they first did.")
    async def consumed_by(
        self,
        info: Info,
        via_links: Annotated[
            bool,
            strawberry.argument(description="Of an artifact version also runs that used a registry's link to it."),
        ] = True,
        filter: Annotated[RunFilter | None, OfRuns] = None,
        direction: EarliestFirst = OrderDirection.ASC,
        first: First = 50,
        after: After = None,
    ) -> RunConnection:
        hop, wanted = CONSUMERS_VIA_LINKS if via_links else CONSUMERS, NeighboursWanted(filter, direction)
        return await info.context.listings.run_neighbours(hop, self.id, wanted, first=first, after=after)

    @resolved("How it was deleted, unlinked or expired; null while it is live.")
    async def ending(self, info: Info) -> Ending | None:
        return await info.context.loaders.ending(self.id)

    @resolved(
        "How long it lives after its creation, in seconds, by itself or through its collection; null is for ever. Of "
        "a link, the source's."
    )
    async def ttl_seconds(self, info: Info) -> int | None:
        lifetime = await info.context.loaders.lifetime(self.content_id)
        return None if lifetime is None else lifetime.seconds

    @resolved("Whether its time to live is that of its collection, also when that is none.")
    async def is_ttl_inherited(self, info: Info) -> bool:
        lifetime = await info.context.loaders.lifetime(self.content_id)
        return lifetime is None or lifetime.own_seconds is None

    @resolved(
        "When it will be deleted by itself; null is never, or not while it is linked or a protected or guarded alias "
        "is on it. After its last link went, and after it was restored, it stays at least a day."
    )
    async def expires_at(self, info: Info) -> Instant | None:
        lifetime = await info.context.loaders.lifetime(self.content_id)
        return None if lifetime is None else expires_at(lifetime)

    @resolved(
        "How another version differs from it, in any collection; of links their sources are compared. Null when there "
        "is no such version, or the viewer may not see it or the files of either."
    )
    async def compare(
        self,
        info: Info,
        to: Annotated[strawberry.ID, strawberry.argument(description="Id of the other version, the second.")],
    ) -> Annotated["VersionComparison", strawberry.lazy("headwater_service.api.comparison")] | None:
        from headwater_service.api.comparison import compare

        return await compare(info.context, self, to)

    lineage = resolved("What it came from, what came of it, or both, as far as the viewer may see.")(lineage_of)


@strawberry.type(description="Content that a run logged: files under a digest, in a collection of a project.")
class ArtifactVersion(Version):
    @classmethod
    def from_model(
        cls,
        version: model.ArtifactVersion,
        collection: model.Collection,
        container: model.Container,
        public_url: str,
        *,
        distance: int | None = None,
    ) -> "ArtifactVersion":
        name = locations.version_name(collection.name, version.index)
        return cls(
            id=strawberry.ID(version.id),
            kind=LineageKind.ARTIFACT_VERSION,
            label=name,
            url=locations.item_url(public_url, container, name),
            created_at=version.created_at,
            distance=distance,
            is_deleted=version.state is VersionState.DELETED,
            index=version.index,
            name=name,
            path=f"{container.path}/{name}",
            type=version.type,
            digest=Digest(version.digest),
            size=ByteCount(version.size),
            file_count=version.file_count,
            description=version.description,
            tags=list(version.tags),
            state=version.state,
            home=container,
            home_collection=collection,
            content_id=version.id,
            history_step=step_of(version.history_step),
        )

    @resolved("The run that made it; null when it was logged outside a run, or the viewer may not see that run.")
    async def logged_by(self, info: Info) -> Run | None:
        return await info.context.loaders.logger(self.id)

    @resolved("Registry versions that stand for it, those that are not unlinked and visible: the first 500.")
    async def links(self, info: Info) -> list["RegistryVersion"]:
        return await info.context.listings.links(self.id, Window(MOST_LINKS))

    @resolved("The same registry versions as `links`, without its limit, in the order in which they were linked.")
    async def linked_versions(self, info: Info, first: First = 50, after: After = None) -> "VersionConnection":
        return await info.context.listings.version_neighbours(LINKS, self.id, first=first, after=after)

    @resolved("Its files and references, without their bytes.")
    async def files(
        self, info: Info, prefix: Prefix = None, first: First = 50, after: After = None
    ) -> "FileConnection":
        return await info.context.listings.version_files(self, prefix or "", first=first, after=after)

    @resolved("What lies directly in one of its folders, with how much lies below each subfolder.")
    async def folder(
        self,
        info: Info,
        path: Annotated[
            str, strawberry.argument(description="From the top, with a `/` at its end; empty is the top itself.")
        ] = "",
        first: First = 50,
        after: After = None,
    ) -> Annotated["FolderConnection", strawberry.lazy("headwater_service.api.folders")]:
        from headwater_service.api.folders import folder_of

        return await folder_of(info.context, self, path, first=first, after=after)

    @resolved("Its complete list of files, for programs that need all of it.")
    async def manifest(self, info: Info) -> "Manifest":
        context = info.context
        signed = await manifest_urls(context.graph, context.objects, context.viewer, self.id)
        return Manifest(
            digest=self.digest,
            size=self.size,
            file_count=self.file_count,
            url=signed.manifest.url,
            layout_url=signed.layout.url,
            expires_at=_instant(signed.manifest.expires_at),
        )

    @resolved("Signed addresses of blobs that it holds, in the order asked.")
    async def download_urls(
        self,
        info: Info,
        blobs: Annotated[
            list[Digest],
            strawberry.argument(description="Names of stored bytes, from the layout: at most 1,000 a call."),
        ],
    ) -> list["DownloadUrl"]:
        context = info.context
        signed = await download_urls(context.graph, context.objects, context.viewer, self.id, blobs)
        return [
            DownloadUrl(blob=blob, url=one.url, expires_at=_instant(one.expires_at))
            for blob, one in zip(blobs, signed, strict=True)
        ]


@strawberry.type(description="A link in a registry to an artifact version, with a number and aliases of its own.")
class RegistryVersion(Version):
    linked_at: Instant = strawberry.field(description="When the link was made; the same as `createdAt`.")
    linker_id: strawberry.Private[str | None]

    @classmethod
    def from_model(
        cls,
        version: model.RegistryVersion,
        source: model.ArtifactVersion,
        collection: model.Collection,
        container: model.Container,
        public_url: str,
        *,
        distance: int | None = None,
    ) -> "RegistryVersion":
        name = locations.version_name(collection.name, version.index)
        return cls(
            id=strawberry.ID(version.id),
            kind=LineageKind.REGISTRY_VERSION,
            label=name,
            url=locations.item_url(public_url, container, name),
            created_at=version.created_at,
            distance=distance,
            is_deleted=version.state is VersionState.DELETED,
            index=version.index,
            name=name,
            path=f"{container.path}/{name}",
            type=version.type,
            digest=Digest(source.digest),
            size=ByteCount(source.size),
            file_count=source.file_count,
            description=source.description,
            tags=list(source.tags),
            state=version.state,
            history_step=step_of(source.history_step),
            home=container,
            home_collection=collection,
            content_id=source.id,
            linked_at=version.created_at,
            linker_id=version.linked_by,
        )

    @resolved("Who made the link; null when the account is gone.")
    async def linked_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.linker_id)


@strawberry.type(description="One file or reference, by its path.")
class File:
    path: str = strawberry.field(description="Relative and with `/`, on every system.")
    size: ByteCount = strawberry.field(description="Length of the content; of a reference, as it was when logged.")
    digest: Digest | None = strawberry.field(description="Hash of the content; null for a reference.")
    reference: str | None = strawberry.field(description="Where the bytes lie outside this server; null for a file.")
    url: str = strawberry.field(description="Plain address for people and tools; it redirects to the bytes.")

    @classmethod
    def from_entry(cls, entry: model.ManifestEntry, url: str) -> "File":
        return cls(
            path=entry.path,
            size=ByteCount(entry.size),
            digest=None if entry.digest is None else Digest(entry.digest),
            reference=entry.reference,
            url=url,
        )


@strawberry.type(description="A file on a page.")
class FileEdge(Edge):
    node: File = strawberry.field(description="The file at this position.")


@strawberry.type(description="A page of files.")
class FileConnection(Connection):
    edges: list[FileEdge] = strawberry.field(description="The files of this page, in order of path (UTF-8 bytes).")


@strawberry.type(
    description="The complete list of a version's files, to be fetched from the object store in one piece."
)
class Manifest:
    digest: Digest = strawberry.field(description="Hash over the entries; also the version's digest.")
    size: ByteCount = strawberry.field(description="Total length of the files, not of the list.")
    file_count: int = strawberry.field(description="How many entries the list has.")
    url: str = strawberry.field(description="Signed address of the entries: JSON lines, gzip.")
    layout_url: str = strawberry.field(
        description="Signed address of where the bytes lie, blob and offset by digest: JSON lines, gzip."
    )
    expires_at: Instant = strawberry.field(description="When the signed addresses end; ask again after that.")


@strawberry.type(description="A signed address of stored bytes.")
class DownloadUrl:
    blob: Digest = strawberry.field(description="Which bytes these are.")
    url: str = strawberry.field(description="To be fetched with a plain GET, in whole or by ranges.")
    expires_at: Instant = strawberry.field(description="When the address ends; ask again after that.")


@strawberry.type(description="A version on a page.")
class VersionEdge(Edge):
    node: Version = strawberry.field(description="The version at this position.")


@strawberry.type(description="A page of versions.")
class VersionConnection(Connection):
    edges: list[VersionEdge] = strawberry.field(description="The versions of this page, in the order asked for.")


@strawberry.type(description="What a run consumed, on a page.")
class InputEdge(Edge):
    node: Version = strawberry.field(description="The version that the run used; of a link the link.")
    used_at: Instant = strawberry.field(description="When the run used it first, as the server learned of it.")


@strawberry.type(description="A page of what a run consumed.")
class InputConnection(Connection):
    edges: list[InputEdge] = strawberry.field(description="The versions of this page, in the order they were used.")


@strawberry.type(description="What a run produced, on a page.")
class OutputEdge(Edge):
    node: ArtifactVersion = strawberry.field(description="The version that the run logged.")
    is_reused: bool = strawberry.field(
        description="Whether the same content was there before, logged by an earlier run."
    )
    logged_at: Instant = strawberry.field(description="When this run logged it, as the server learned of it.")


@strawberry.type(description="A page of what a run produced.")
class OutputConnection(Connection):
    edges: list[OutputEdge] = strawberry.field(description="The versions of this page, in the order they were logged.")


def _instant(seconds: float) -> Instant:
    return Instant(int(seconds * _MICROSECONDS))


VersionTypes: Sequence[type[Version]] = (ArtifactVersion, RegistryVersion)
