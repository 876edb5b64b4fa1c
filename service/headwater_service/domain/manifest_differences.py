"""How the files of two versions differ: both manifests are read side by side, in the order of path that both have.

Neither is ever in memory as a whole, and equal lines are not even parsed: of two versions of a large data set nearly
all are.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from headwater_service.domain.document_differences import ChangeKind
from headwater_service.domain.files import Content
from headwater_service.domain.manifest_reader import entry_from_line
from headwater_service.domain.manifests import read_lines
from headwater_service.model import ManifestEntry, Page
from headwater_service.store.manifests import manifest_key
from headwater_service.store.objects import ObjectStore

# So little is merged at once, without a thread.
_INLINE_LINES: Final = 1_000


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that one of two versions has, or that both have with other content."""

    path: str
    kind: ChangeKind
    before: ManifestEntry | None
    after: ManifestEntry | None


@dataclass(slots=True)
class FileTotal:
    """So many files, and their bytes in either version."""

    count: int = 0
    size_before: int = 0
    size_after: int = 0

    def add(self, before: ManifestEntry | None, after: ManifestEntry | None) -> None:
        self.count += 1
        self.size_before += 0 if before is None else before.size
        self.size_after += 0 if after is None else after.size


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesWanted:
    """Which changes make a page: of these kinds, with this in their path whatever the case, behind the path `after`."""

    kinds: Collection[ChangeKind] | None = None
    path_contains: str = ""
    after: str | None = None
    first: int


@dataclass(frozen=True, slots=True)
class FileChanges:
    """A page of changes; how many there are of the wanted kinds and paths; and the totals of all, wanted or not."""

    page: Page[FileChange]
    count: int
    totals: dict[ChangeKind, FileTotal]
    unchanged: FileTotal


async def compare_files(objects: ObjectStore, before: Content, after: Content, wanted: ChangesWanted) -> FileChanges:
    """Compare the files of two versions that the viewer may read."""
    if before.version.digest == after.version.digest:
        collected = Collected(wanted)
    else:
        keys = [manifest_key(content.entity_id, content.version.digest) for content in (before, after)]
        async with (
            aclosing(read_lines(objects, keys[0])) as of_before,
            aclosing(read_lines(objects, keys[1])) as of_after,
        ):
            collected = await compare_lines(of_before, of_after, wanted)
    removed, changed = collected.totals[ChangeKind.REMOVED], collected.totals[ChangeKind.CHANGED]
    size = before.version.size - removed.size_before - changed.size_before
    unchanged = FileTotal(before.version.file_count - removed.count - changed.count, size, size)
    return FileChanges(collected.page(), collected.count, collected.totals, unchanged)


class Collected:
    """Adds all changes up and keeps those of one page, with one more that tells whether others follow."""

    def __init__(self, wanted: ChangesWanted) -> None:
        self._found: list[FileChange] = []
        self.count = 0
        self.totals = {kind: FileTotal() for kind in ChangeKind}
        self._wanted = wanted
        self._after = None if wanted.after is None else wanted.after.encode()
        self._part = wanted.path_contains.lower()

    def add(self, before: ManifestEntry | None, after: ManifestEntry | None) -> None:
        if before is None:
            assert after is not None, "one of the two has the file"
            change = FileChange(after.path, ChangeKind.ADDED, None, after)
        elif after is None:
            change = FileChange(before.path, ChangeKind.REMOVED, before, None)
        elif _content(before) == _content(after):
            return
        else:
            change = FileChange(before.path, ChangeKind.CHANGED, before, after)
        self.totals[change.kind].add(before, after)
        if self._is_wanted(change):
            self.count += 1
            is_behind = self._after is None or change.path.encode() > self._after
            if is_behind and len(self._found) <= self._wanted.first:
                self._found.append(change)

    def page(self) -> Page[FileChange]:
        items = self._found[: self._wanted.first]
        return Page(items, [change.path for change in items], len(self._found) > self._wanted.first)

    def _is_wanted(self, change: FileChange) -> bool:
        kinds = self._wanted.kinds
        return (kinds is None or change.kind in kinds) and self._part in change.path.lower()


@dataclass(slots=True)
class _Side:
    """One manifest: the lines that were read and not merged yet, the last first, and the head of them once parsed."""

    groups: AsyncGenerator[list[bytes], None]
    lines: list[bytes] = field(default_factory=list)
    head: ManifestEntry | None = None
    is_over: bool = False

    async def fill(self) -> None:
        """Read on where all was merged."""
        while not self.lines and not self.is_over:
            lines = await anext(self.groups, None)
            if lines is None:
                self.is_over = True
            else:
                self.lines = lines[::-1]

    def peek(self) -> ManifestEntry:
        if self.head is None:
            self.head = entry_from_line(self.lines[-1])
        return self.head

    def take(self) -> ManifestEntry:
        entry, self.head = self.peek(), None
        self.lines.pop()
        return entry


async def compare_lines(
    of_before: AsyncGenerator[list[bytes], None], of_after: AsyncGenerator[list[bytes], None], wanted: ChangesWanted
) -> Collected:
    """Compare the stored lines of two manifests, which come in groups."""
    collected = Collected(wanted)
    left, right = _Side(of_before), _Side(of_after)
    while True:
        await left.fill()
        await right.fill()
        if not left.lines and not right.lines:
            return collected
        if len(left.lines) + len(right.lines) <= _INLINE_LINES:
            _merge_lines(left, right, collected.add)
        else:
            await asyncio.to_thread(_merge_lines, left, right, collected.add)


def _merge_lines(left: _Side, right: _Side, add: Callable[[ManifestEntry | None, ManifestEntry | None], None]) -> None:
    """Merge until the lines of a side are used up, and what is left of the other where no more come."""
    while left.lines and right.lines:
        if left.lines[-1] == right.lines[-1]:
            left.lines.pop()
            right.lines.pop()
            left.head = right.head = None
            continue
        before, after = left.peek().path.encode(), right.peek().path.encode()
        if before < after:
            add(left.take(), None)
        elif after < before:
            add(None, right.take())
        else:
            add(left.take(), right.take())
    if right.is_over and not right.lines:
        while left.lines:
            add(left.take(), None)
    if left.is_over and not left.lines:
        while right.lines:
            add(None, right.take())


def _content(entry: ManifestEntry) -> tuple[int, str | None, str | None, str | None]:
    # What else is noted of a reference is no part of a version's digest.
    return entry.size, entry.digest, entry.reference, entry.etag
