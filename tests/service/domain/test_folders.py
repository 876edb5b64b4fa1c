"""Folders of a version: items and their sums for any set of files and any length of page, also of large manifests."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import Site, log
from draws import MANY
from headwater_service.domain import manifests
from headwater_service.domain.folders import Collected, list_folder
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.model import ManifestEntry
from viewers import new_admin, new_project

PATHS = st.dictionaries(
    st.lists(st.sampled_from(["a", "b", "a.b", "数"]), min_size=1, max_size=3).map("/".join), st.integers(0, 9)
)
FILES = {"readme.md": b"12", "data/b.csv": b"123", "data/raw/x.bin": b"1", "data/raw/y.bin": b"12", "data.csv": b"1"}


def entries_of(sizes: dict[str, int]) -> list[ManifestEntry]:
    return [ManifestEntry(path, sizes[path], digest="d") for path in sorted(sizes, key=str.encode)]


@given(sizes=PATHS, first=st.integers(1, 4), path=st.sampled_from(["", "a/", "a/b/"]))
@MANY
def test_pages_put_together_are_each_item_once_with_its_sums(sizes: dict[str, int], first: int, path: str) -> None:
    below = {name: size for name, size in sizes.items() if name.startswith(path)}
    expected: dict[str, list[int]] = {}
    for name, size in below.items():
        head, slash, _ = name[len(path) :].partition("/")
        expected.setdefault(path + head + slash, []).append(size)

    told: list[tuple[str, int, int]] = []
    after: str | None = None
    has_next = True
    while has_next:
        collected = Collected(path, after, first)
        for entry in entries_of(below):
            collected.add([entry])
        folder = collected.folder()
        assert folder.count == len(expected)
        assert len(folder.page.items) <= first
        told += [(item.path, item.file_count, item.size) for item in folder.page.items]
        assert all((item.file is None) == item.path.endswith("/") for item in folder.page.items)
        after, has_next = folder.page.cursors[-1] if folder.page.cursors else None, folder.page.has_next

    order = sorted(expected, key=str.encode)
    assert told == [(name, len(expected[name]), sum(expected[name])) for name in order]


@pytest.mark.parametrize("cached", [50_000, 0], ids=["from the cache", "read through"])
async def test_a_folder_of_a_stored_version_tells_its_files_and_subfolders(
    site: Site, cached: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "_CACHED_ENTRIES", cached)
    viewer = await new_admin(site.graph)
    logged = await log(site, viewer, await new_project(site.graph, viewer), "set", FILES)

    async def items(path: str, **more: Any) -> list[tuple[str, int, int]]:
        wanted = {"first": 50, "after": None, **more}
        found = await list_folder(site.graph, site.objects, viewer, logged.placed.version.id, path, **wanted)
        return [(item.path, item.file_count, item.size) for item in found.page.items]

    assert await items("") == [("data.csv", 1, 1), ("data/", 3, 6), ("readme.md", 1, 2)]
    assert await items("", first=1, after="data.csv") == [("data/", 3, 6)]
    assert await items("data/") == [("data/b.csv", 1, 3), ("data/raw/", 2, 3)]
    assert await items("data/raw/") == [("data/raw/x.bin", 1, 1), ("data/raw/y.bin", 1, 2)]
    assert await items("nothing/") == []


async def test_a_path_that_names_no_folder_is_refused(site: Site) -> None:
    viewer = await new_admin(site.graph)
    logged = await log(site, viewer, await new_project(site.graph, viewer), "set", FILES)

    with pytest.raises(InvalidInputError, match="ends with `/`"):
        await list_folder(site.graph, site.objects, viewer, logged.placed.version.id, "data", first=1, after=None)


async def test_an_outsider_is_told_of_no_folder(site: Site) -> None:
    viewer, outsider = await new_admin(site.graph), await new_admin(site.graph)
    logged = await log(site, viewer, await new_project(site.graph, viewer), "set", FILES)

    with pytest.raises(NotFoundError):
        await list_folder(site.graph, site.objects, outsider, logged.placed.version.id, "", first=1, after=None)
