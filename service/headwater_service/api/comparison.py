"""GraphQL types: how two versions differ in files and metadata, and upstream of them."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

import strawberry

from headwater_service.api.collections import Collection
from headwater_service.api.connection import After, Connection, Edge, First, connect, page_request
from headwater_service.api.context import Context, Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.loaders import collection_type, run_type, version_type
from headwater_service.api.runs import Run
from headwater_service.api.scalars import ByteCount, Json
from headwater_service.api.versions import ArtifactVersion, File, Version
from headwater_service.domain import comparison, locations
from headwater_service.domain.document_differences import ChangeKind, DocumentChange, document_changes
from headwater_service.domain.files import get_content
from headwater_service.domain.manifest_differences import ChangesWanted, FileChanges, FileTotal, compare_files
from headwater_service.model import ManifestEntry

# Of documents that differ in more values, the first are told.
MOST_DIFFERENCES: Final = 1_000

describe(
    ChangeKind,
    "What became of something between two versions.",
    {
        "ADDED": "Only the second has it.",
        "REMOVED": "Only the first has it.",
        "CHANGED": "Both have it, and it is not the same.",
    },
)


@strawberry.type(description="A file that two versions do not have in common.")
class FileChange:
    path: str = strawberry.field(description="Relative and with `/`; the same in both.")
    kind: ChangeKind = strawberry.field(description="What became of it.")
    before: File | None = strawberry.field(description="As the first version has it; null if added.")
    after: File | None = strawberry.field(description="As the second version has it; null if removed.")


@strawberry.type(description="A number of files and their bytes.")
class FileChangeTotal:
    count: int = strawberry.field(description="How many files.")
    size_before: ByteCount = strawberry.field(description="Their bytes in the first version.")
    size_after: ByteCount = strawberry.field(description="Their bytes in the second version.")

    @classmethod
    def from_total(cls, total: FileTotal) -> "FileChangeTotal":
        return cls(count=total.count, size_before=ByteCount(total.size_before), size_after=ByteCount(total.size_after))


@strawberry.type(description="All files of two versions by what became of them, whatever a page is asked for.")
class FileChangeTotals:
    added: FileChangeTotal = strawberry.field(description="Files that only the second version has.")
    removed: FileChangeTotal = strawberry.field(description="Files that only the first version has.")
    changed: FileChangeTotal = strawberry.field(description="Files that both have, with other content.")
    unchanged: FileChangeTotal = strawberry.field(description="Files that both have, with the same content.")


@strawberry.type(description="A changed file on a page.")
class FileChangeEdge(Edge):
    node: FileChange = strawberry.field(description="The change at this position.")


@strawberry.type(description="A page of changed files.")
class FileChangeConnection(Connection):
    edges: list[FileChangeEdge] = strawberry.field(
        description="The changes of this page, in order of path (UTF-8 bytes)."
    )
    totals: FileChangeTotals = strawberry.field(description="Exact totals, also of what the page leaves out.")


@strawberry.type(description="A value in which two JSON documents differ.")
class DocumentDifference:
    path: str = strawberry.field(
        description="The keys that lead to it from the top, with `.` between them. A list is one value."
    )
    kind: ChangeKind = strawberry.field(description="What became of it.")
    before: Json | None = strawberry.field(description="Its value in the first document; null also if it has none.")
    after: Json | None = strawberry.field(description="Its value in the second document; null also if it has none.")


@strawberry.type(description="How two JSON documents differ.")
class DocumentDifferences:
    total: int = strawberry.field(description="In how many values, exactly.")
    items: list[DocumentDifference] = strawberry.field(description="These values in order of path: the first 1,000.")

    @classmethod
    def from_changes(cls, changes: Sequence[DocumentChange]) -> "DocumentDifferences":
        shown = [
            DocumentDifference(path=one.path, kind=one.kind, before=Json(one.before), after=Json(one.after))
            for one in changes[:MOST_DIFFERENCES]
        ]
        return cls(total=len(changes), items=shown)


@strawberry.type(description="A series of which two runs were given different versions.")
class InputDifference:
    collection: Collection = strawberry.field(description="The series.")
    before: list[Version] = strawberry.field(description="What the first run was given of it; may be empty.")
    after: list[Version] = strawberry.field(description="What the second run was given of it; may be empty.")


@strawberry.type(description="How that differs from which two versions came. Commits are `gitCommit` of the runs.")
class UpstreamDifference:
    run_before: Run | None = strawberry.field(
        description="The run that made the first version; null when there is none or the viewer may not see it."
    )
    run_after: Run | None = strawberry.field(description="The same of the second version.")
    inputs: list[InputDifference] = strawberry.field(
        description="Series of which the runs were given different versions, by path; of a run the first 1,000 inputs."
    )
    config: DocumentDifferences = strawberry.field(description="How the runs were set differently.")
    hidden_before: int = strawberry.field(description="Inputs of the first run that the viewer may not see.")
    hidden_after: int = strawberry.field(description="Inputs of the second run that the viewer may not see.")
    is_complete: bool = strawberry.field(
        description="False when a run or an input is hidden from the viewer, or a run has more than 1,000 inputs: "
        "there may then be other differences."
    )


@strawberry.type(description="How a second version differs from a first. Links are compared as their sources.")
class VersionComparison:
    before: Version = strawberry.field(description="The first version: the one that was asked.")
    after: Version = strawberry.field(description="The second version: the one that `to` named.")
    of_before: strawberry.Private[ArtifactVersion]
    of_after: strawberry.Private[ArtifactVersion]

    @resolved("Files that were added, removed or changed.")
    async def changes(
        self,
        info: Info,
        kinds: Annotated[
            list[ChangeKind] | None, strawberry.argument(description="Leaves other changes out; null takes all.")
        ] = None,
        path_contains: Annotated[
            str | None, strawberry.argument(description="Part of the path, whatever the case of its letters.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> FileChangeConnection:
        request = page_request(first, after, limit=info.context.settings.page_size)
        wanted = ChangesWanted(kinds=kinds, path_contains=path_contains or "", after=request.after, first=request.first)
        found = await _file_changes(info.context, self.of_before, self.of_after, wanted)

        async def count() -> int:
            return found.count

        nodes = [
            FileChange(
                path=one.path,
                kind=one.kind,
                before=_file(info.context, self.of_before, one.before),
                after=_file(info.context, self.of_after, one.after),
            )
            for one in found.page.items
        ]
        build = partial(FileChangeConnection, totals=_totals(found))
        return connect(build, FileChangeEdge, found.page, nodes, request=request, count=count)

    @resolved("How the metadata differ.")
    async def metadata(self, info: Info) -> DocumentDifferences:
        loaders = info.context.loaders
        before, after = [await loaders.metadata(one.id) for one in (self.of_before, self.of_after)]
        return DocumentDifferences.from_changes(document_changes(before, after))

    @resolved("Why they may differ: the runs that made them, with what these were given and how they were set.")
    async def upstream(self, info: Info) -> UpstreamDifference:
        context = info.context
        found = await comparison.compare_upstream(context.graph, context.viewer, self.of_before.id, self.of_after.id)
        return _upstream(found, context.public_url)


async def compare(context: Context, before: Version, to: str) -> VersionComparison | None:
    """Compare a version with another; None when the viewer may not see that one, or the files of either."""
    loaders = context.loaders
    after = await loaders.version(to)
    if after is None:
        return None
    of_before, of_after = [await loaders.artifact_version(one.content_id) for one in (before, after)]
    if of_before is None or of_after is None:
        return None
    return VersionComparison(before=before, after=after, of_before=of_before, of_after=of_after)


async def _file_changes(
    context: Context, before: ArtifactVersion, after: ArtifactVersion, wanted: ChangesWanted
) -> FileChanges:
    first, second = [await get_content(context.graph, context.viewer, one.id) for one in (before, after)]
    return await compare_files(context.objects, first, second, wanted)


def _totals(found: FileChanges) -> FileChangeTotals:
    return FileChangeTotals(
        added=FileChangeTotal.from_total(found.totals[ChangeKind.ADDED]),
        removed=FileChangeTotal.from_total(found.totals[ChangeKind.REMOVED]),
        changed=FileChangeTotal.from_total(found.totals[ChangeKind.CHANGED]),
        unchanged=FileChangeTotal.from_total(found.unchanged),
    )


def _file(context: Context, version: ArtifactVersion, entry: ManifestEntry | None) -> File | None:
    if entry is None:
        return None
    return File.from_entry(entry, locations.file_url(context.public_url, version.home, version.name, entry.path))


def _upstream(found: comparison.UpstreamComparison, public_url: str) -> UpstreamDifference:
    before, after = found.run_before, found.run_after
    return UpstreamDifference(
        run_before=None if before is None else run_type(before, public_url),
        run_after=None if after is None else run_type(after, public_url),
        inputs=[
            InputDifference(
                collection=collection_type(one.collection, public_url),
                before=[version_type(placed, public_url) for placed in one.before],
                after=[version_type(placed, public_url) for placed in one.after],
            )
            for one in found.inputs
        ],
        config=DocumentDifferences.from_changes(found.config),
        hidden_before=found.hidden_before,
        hidden_after=found.hidden_after,
        is_complete=found.is_complete,
    )
