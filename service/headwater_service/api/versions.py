"""GraphQL types: artifact versions, registry versions and their files."""

from collections.abc import Sequence

import strawberry

from headwater_service import model
from headwater_service.api.connection import Connection, Edge
from headwater_service.api.lineage_node import LineageNode
from headwater_service.api.node import Node
from headwater_service.api.scalars import ByteCount, Digest
from headwater_service.domain import locations
from headwater_service.domain.lineage import LineageKind
from headwater_service.model import Instant, VersionState


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
    home: strawberry.Private[model.Container]
    home_collection: strawberry.Private[model.Collection]
    content_id: strawberry.Private[str]


@strawberry.type(description="Content that a run logged: files under a digest, in a collection of a project.")
class ArtifactVersion(Version):
    history_step: int | None = strawberry.field(
        description="Step of the logging run's history that this content belongs to; null if unknown."
    )

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
            history_step=version.history_step,
        )


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
            home=container,
            home_collection=collection,
            content_id=source.id,
            linked_at=version.created_at,
            linker_id=version.linked_by,
        )


@strawberry.type(description="One file or reference, by its path.")
class File:
    path: str = strawberry.field(description="Relative and with `/`, on every system.")
    size: ByteCount = strawberry.field(description="Length of the content; of a reference, as it was when logged.")
    digest: Digest | None = strawberry.field(description="Hash of the content; null for a reference.")
    reference: str | None = strawberry.field(description="Where the bytes lie outside this server; null for a file.")
    url: str = strawberry.field(description="Plain address for people and tools; it redirects to the bytes.")


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


@strawberry.type(description="What a run produced, on a page.")
class OutputEdge(Edge):
    node: ArtifactVersion = strawberry.field(description="The version that the run logged.")
    is_reused: bool = strawberry.field(
        description="Whether the same content was there before, logged by an earlier run."
    )


@strawberry.type(description="A page of what a run produced.")
class OutputConnection(Connection):
    edges: list[OutputEdge] = strawberry.field(description="The versions of this page, in the order they were logged.")


VersionTypes: Sequence[type[Version]] = (ArtifactVersion, RegistryVersion)
