"""How the files of two versions differ: pages, exact totals, and manifests that come in pieces of any size."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import Site, entries_of, in_pieces, lines_of
from draws import MANY
from headwater_service.domain.document_differences import ChangeKind
from headwater_service.domain.files import Content
from headwater_service.domain.manifest_differences import (
    ChangesWanted,
    FileChanges,
    FileTotal,
    compare_files,
    compare_lines,
)
from headwater_service.domain.manifests import store_manifest
from headwater_service.model import ArtifactVersion, Instant, VersionState
from viewers import new_admin, new_project

ADDED, REMOVED, CHANGED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED
FILES = st.dictionaries(
    st.sampled_from(["a", "a/b", "a.b", "B", "b/ü", "数/字", "z" * 9]), st.sampled_from([b"", b"1", b"22"]), max_size=7
)


def content_of(digest: str, files: dict[str, bytes], entity_id: str = "entity") -> Content:
    """Return a version that has these files."""
    version = ArtifactVersion(
        id=digest, index=0, collection_id="c", scope_id="s", type="dataset", digest=digest,
        size=sum(map(len, files.values())), file_count=len(files), description="", tags=(),
        state=VersionState.COMMITTED, history_step=None, created_at=Instant(1),
    )  # fmt: skip
    return Content(version, entity_id)


async def stored(site: Site, files: dict[str, bytes], place: Any) -> Content:
    viewer, project = place
    body = in_pieces(lines_of(entries_of(files)))
    put = await store_manifest(site.graph, site.objects, viewer, site.settings, project.entity_name, body)
    return content_of(put.summary.digest, files, project.entity_id)


def told(found: FileChanges) -> list[tuple[str, ChangeKind]]:
    return [(change.path, change.kind) for change in found.page.items]


async def test_changes_come_in_pages_in_order_of_path_with_exact_totals(site: Site) -> None:
    viewer = await new_admin(site.graph)
    place = (viewer, await new_project(site.graph, viewer))
    same = {f"same/{number}": b"12345" for number in range(50)}
    before = await stored(site, {**same, "b.csv": b"1", "Gone.txt": b"123", "数字/a": b"1"}, place)
    after = await stored(site, {**same, "b.csv": b"22", "new/x": b"1", "new/y": b"12", "数字/a": b"2"}, place)

    first = await compare_files(site.objects, before, after, ChangesWanted(first=3))
    rest = await compare_files(site.objects, before, after, ChangesWanted(first=3, after=first.page.cursors[-1]))

    assert told(first) == [("Gone.txt", REMOVED), ("b.csv", CHANGED), ("new/x", ADDED)]
    assert told(rest) == [("new/y", ADDED), ("数字/a", CHANGED)]
    assert (first.page.has_next, rest.page.has_next, first.count, rest.count) == (True, False, 5, 5)
    assert first.totals == {ADDED: FileTotal(2, 0, 3), REMOVED: FileTotal(1, 3, 0), CHANGED: FileTotal(2, 2, 3)}
    assert first.unchanged == FileTotal(50, 250, 250)
    changed = first.page.items[1]
    assert changed.before is not None and changed.after is not None
    assert (changed.before.size, changed.after.size) == (1, 2)


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (ChangesWanted(first=9, kinds=[ADDED]), ["new/X"]),
        (ChangesWanted(first=9, kinds=[REMOVED, CHANGED]), ["a", "b"]),
        (ChangesWanted(first=9, path_contains="W/x"), ["new/X"]),
        (ChangesWanted(first=0), []),
        (ChangesWanted(first=9, kinds=[]), []),
    ],
)
async def test_only_wanted_changes_are_shown_and_counted(site: Site, wanted: ChangesWanted, paths: list[str]) -> None:
    viewer = await new_admin(site.graph)
    place = (viewer, await new_project(site.graph, viewer))
    before = await stored(site, {"a": b"1", "b": b"1"}, place)
    after = await stored(site, {"b": b"2", "new/X": b"1"}, place)

    found = await compare_files(site.objects, before, after, wanted)

    assert [path for path, _ in told(found)] == paths
    assert found.count == (3 if wanted.first == 0 else len(paths))
    assert [found.totals[kind].count for kind in (ADDED, REMOVED, CHANGED)] == [1, 1, 1]


async def test_equal_content_differs_in_nothing_and_nothing_is_read(site: Site) -> None:
    content = content_of("sha256:" + "0" * 64, {"a": b"1"})

    found = await compare_files(site.objects, content, content, ChangesWanted(first=5))

    assert (told(found), found.unchanged) == ([], FileTotal(1, 1, 1))


@MANY
@given(before=FILES, after=FILES, sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)), first=st.integers(1, 4))
async def test_manifests_that_come_in_pieces_differ_as_their_files_do(
    before: dict[str, bytes], after: dict[str, bytes], sizes: tuple[int, int], first: int
) -> None:
    seen: list[tuple[str, ChangeKind]] = []
    cursor = None
    while True:
        wanted = ChangesWanted(first=first, after=cursor)
        collected = await compare_lines(groups(before, sizes[0]), groups(after, sizes[1]), wanted)
        page = collected.page()
        seen += [(change.path, change.kind) for change in page.items]
        if not page.has_next:
            break
        cursor = page.cursors[-1]

    expected = [
        (path, REMOVED if path not in after else ADDED if path not in before else CHANGED)
        for path in sorted({*before, *after}, key=str.encode)
        if before.get(path) != after.get(path)
    ]
    assert seen == expected
    assert collected.count == sum(total.count for total in collected.totals.values()) == len(expected)
    grown = sum(total.size_after - total.size_before for total in collected.totals.values())
    assert grown == sum(map(len, after.values())) - sum(map(len, before.values()))


async def groups(files: dict[str, bytes], size: int) -> AsyncGenerator[list[bytes], None]:
    """Give the stored lines of a manifest, so many at a time."""
    lines = lines_of(entries_of(files)).splitlines()[1:]
    for start in range(0, len(lines), size):
        yield lines[start : start + size]
