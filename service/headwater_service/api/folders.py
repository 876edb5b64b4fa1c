"""GraphQL types: what lies in a folder of a version, for those who look at files as a tree."""

import strawberry

from headwater_service.api.connection import Connection, Edge, connect, page_request
from headwater_service.api.context import Context
from headwater_service.api.scalars import ByteCount
from headwater_service.api.versions import ArtifactVersion, File
from headwater_service.domain import locations
from headwater_service.domain.folders import list_folder
from headwater_service.model import ManifestEntry


@strawberry.type(description="A file or a subfolder in a folder.")
class FolderItem:
    path: str = strawberry.field(description="From the top of the version; that of a subfolder ends with `/`.")
    file: File | None = strawberry.field(description="The file; null for a subfolder.")
    file_count: int = strawberry.field(description="How many files it stands for: those of a subfolder at any depth.")
    size: ByteCount = strawberry.field(description="Their bytes together.")


@strawberry.type(description="An item of a folder on a page.")
class FolderEdge(Edge):
    node: FolderItem = strawberry.field(description="The item at this position.")


@strawberry.type(description="A page of what lies in a folder.")
class FolderConnection(Connection):
    edges: list[FolderEdge] = strawberry.field(description="The items of this page, in order of path (UTF-8 bytes).")


async def folder_of(
    context: Context, version: ArtifactVersion, path: str, *, first: int, after: str | None
) -> FolderConnection:
    """List a folder of a version; a cursor is a path."""
    request = page_request(first, after, limit=context.settings.page_size)
    folder = await list_folder(
        context.graph, context.objects, context.viewer, version.id, path, first=request.first, after=request.after
    )

    async def count() -> int:
        return folder.count

    nodes = [
        FolderItem(
            path=item.path,
            file=_file(context.public_url, version, item.file),
            file_count=item.file_count,
            size=ByteCount(item.size),
        )
        for item in folder.page.items
    ]
    return connect(FolderConnection, FolderEdge, folder.page, nodes, request=request, count=count)


def _file(public_url: str, version: ArtifactVersion, entry: ManifestEntry | None) -> File | None:
    if entry is None:
        return None
    return File.from_entry(entry, locations.file_url(public_url, version.home, version.name, entry.path))
