"""Files of versions and stored manifests: listed, downloaded, repaired."""

import gzip
import secrets
from collections.abc import AsyncIterator

import orjson
import pytest

from content import Site, digest_of, entries_of, fetch, http, in_pieces, lines_of, log, log_stored
from headwater_service.domain import files
from headwater_service.domain.links import link_artifact
from headwater_service.domain.manifests import has_manifest, list_entries, store_manifest
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.store.blobs import blob_key
from headwater_service.store.ids import new_id
from viewers import new_admin, new_project

NAMES = ["a", "a.b", "a/1", "a/2", "b", "日本/語"]


async def test_files_are_listed_by_pages_and_prefix(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = (await log(site, viewer, project, "data", {name: name.encode() for name in NAMES})).placed.version

    async def listed(prefix: str | None, after: str | None, first: int) -> tuple[list[str], bool]:
        page = await files.list_files(
            site.graph, site.objects, viewer, version.id, prefix=prefix, after=after, first=first
        )
        assert list(page.cursors) == [entry.path for entry in page.items]
        return [entry.path for entry in page.items], page.has_next

    assert await listed(None, None, 50) == (NAMES, False)
    assert await listed(None, None, 2) == (NAMES[:2], True)
    assert await listed(None, "a.b", 2) == (["a/1", "a/2"], True)
    assert await listed("a/", None, 50) == (["a/1", "a/2"], False)
    assert await listed("a/", "a/1", 50) == (["a/2"], False)
    assert await listed("日本/", None, 1) == (["日本/語"], False)
    assert await listed("none", None, 50) == ([], False)


async def test_a_large_manifest_is_searched_without_being_kept(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    names = [f"{number:05}" for number in range(3000)]
    version = (await log(site, viewer, project, "data", dict.fromkeys(names, b"same"))).placed.content

    async def listed(prefix: str, after: str | None, limit: int) -> list[str]:
        found = await list_entries(
            site.objects,
            project.entity_id,
            version.digest,
            file_count=10**6,
            prefix=prefix,
            after=after,
            limit=limit,
        )
        return [entry.path for entry in found]

    assert await listed("", None, 5000) == names
    assert await listed("", "02997", 50) == ["02998", "02999"]
    assert await listed("0100", None, 3) == ["01000", "01001", "01002"]
    assert await listed("9", None, 3) == []


async def test_downloads_are_pinned_to_the_version_that_was_checked(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    data = secrets.token_bytes(30)
    version = (await log(site, viewer, project, "data", {"a b.txt": data})).placed.version
    await site.objects.put(blob_key(project.entity_id, digest_of(data)), b"put over it")

    (blob,) = await files.download_urls(site.graph, site.objects, viewer, version.id, [digest_of(data)])
    plain = await files.file_url(site.graph, site.objects, viewer, version.id, "a b.txt")
    shown = await files.file_url(
        site.graph, site.objects, viewer, version.id, "a b.txt", preview_type="text/plain; charset=utf-8"
    )

    assert await fetch(blob.url) == data
    answer = http.request("GET", plain.url)
    assert (answer.data, answer.headers["Content-Disposition"]) == (data, "attachment; filename*=UTF-8''a%20b.txt")
    answer = http.request("GET", shown.url)
    assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''a%20b.txt"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_manifest_and_layout_can_be_fetched(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    content = {"a": b"1", "b": b"1", "c": b"22"}
    version = (await log(site, viewer, project, "data", content)).placed.version

    urls = await files.manifest_urls(site.graph, site.objects, viewer, version.id)

    manifest = gzip.decompress(await fetch(urls.manifest.url)).splitlines()
    layout = gzip.decompress(await fetch(urls.layout.url)).splitlines()
    assert [orjson.loads(line) for line in manifest] == [{"format": 1}, *entries_of(content)]
    sizes = {digest_of(b"1"): 1, digest_of(b"22"): 2}
    assert [orjson.loads(line) for line in layout] == [
        {"format": 1},
        *({"digest": digest, "blob": digest, "offset": 0, "size": sizes[digest]} for digest in sorted(sizes)),
    ]


async def test_only_blobs_and_files_of_the_version_are_given(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = (await log(site, viewer, project, "data", {"a": b"1"})).placed.version
    await log(site, viewer, project, "other", {"b": b"2"})

    with pytest.raises(InvalidInputError, match="does not hold"):
        await files.download_urls(site.graph, site.objects, viewer, version.id, [digest_of(b"1"), digest_of(b"2")])
    with pytest.raises(NotFoundError, match="no file 'b'"):
        await files.file_url(site.graph, site.objects, viewer, version.id, "b")


async def test_a_reference_is_listed_and_has_no_bytes_here(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    body = lines_of([{"path": "x", "size": 5, "ref": "s3://b/k", "etag": "e"}])
    stored = await store_manifest(site.graph, site.objects, viewer, site.settings, project.entity_name, in_pieces(body))
    version = (await log_stored(site, viewer, project, "data", stored.summary.digest)).placed.version

    entry = await files.get_file(site.graph, site.objects, viewer, version.id, "x")

    assert (entry.reference, entry.etag, entry.digest) == ("s3://b/k", "e", None)
    with pytest.raises(NotFoundError, match="s3://b/k"):
        await files.file_url(site.graph, site.objects, viewer, version.id, "x")


async def test_outsiders_find_no_files(site: Site) -> None:
    owner, outsider = await new_admin(site.graph), await new_admin(site.graph)
    project = await new_project(site.graph, owner)
    version = (await log(site, owner, project, "data", {"a": b"1"})).placed

    with pytest.raises(NotFoundError):
        await files.list_files(site.graph, site.objects, outsider, version.version.id, prefix=None, after=None, first=1)
    with pytest.raises(NotFoundError):
        await files.manifest_urls(site.graph, site.objects, outsider, version.version.id)
    with pytest.raises(NotFoundError):
        await files.download_urls(site.graph, site.objects, outsider, version.version.id, [digest_of(b"1")])
    with pytest.raises(NotFoundError):
        await files.file_url(site.graph, site.objects, outsider, version.version.id, "a")
    with pytest.raises(NotFoundError):
        await has_manifest(site.graph, outsider, project.entity_name, version.content.digest)
    with pytest.raises(NotFoundError):
        await files.repair_blob(
            site.graph, site.objects, outsider, version.version.id, digest_of(b"1"), operation=new_id()
        )


async def test_files_of_a_link_are_those_of_its_source(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = (await log(site, viewer, project, "data", {"a": b"1"})).placed.version
    link = await link_artifact(site.graph, viewer, version.id, "Model", project=None, aliases=[], operation=new_id())

    (url,) = await files.download_urls(site.graph, site.objects, viewer, link.version.id, [digest_of(b"1")])

    assert await fetch(url.url) == b"1"


async def test_repair_pins_the_object_version_whose_stored_checksum_is_right(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    data = secrets.token_bytes(30)
    digest = digest_of(data)
    key = blob_key(project.entity_id, digest)
    version = (await log(site, viewer, project, "data", {"a": data})).placed.version
    (lost,) = await site.objects.list_versions(key)
    await site.objects.put(key, b"wrong")

    async def repair() -> bytes:
        signed = await files.repair_blob(site.graph, site.objects, viewer, version.id, digest, operation=new_id())
        return await fetch(signed.url)

    assert await repair() == data
    copy = await site.objects.put(key, data)
    await site.objects.delete_version(key, lost.version_id)
    assert await repair() == data
    (pinned,) = await files.download_urls(site.graph, site.objects, viewer, version.id, [digest])
    assert f"versionId={copy}" in pinned.url
    await site.objects.delete_version(key, copy)
    with pytest.raises(NotFoundError, match=digest):
        await repair()


async def test_a_gzip_body_and_a_plain_one_are_one_manifest(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    body = lines_of(entries_of({f"{number:06}": str(number).encode() for number in range(5000)}))

    async def stored(pieces: AsyncIterator[bytes], encoding: str | None) -> str:
        found = await store_manifest(
            site.graph,
            site.objects,
            viewer,
            site.settings,
            project.entity_name,
            pieces,
            content_encoding=encoding,
        )
        assert (found.summary.file_count, len(found.missing)) == (5000, 1000)
        return found.summary.digest

    plain = await stored(in_pieces(body, 777), None)
    packed = await stored(in_pieces(gzip.compress(body), 1000), "gzip")

    assert plain == packed
    assert await has_manifest(site.graph, viewer, project.entity_name, plain)
    assert not await has_manifest(site.graph, viewer, project.entity_name, digest_of(b"none"))
    with pytest.raises(InvalidInputError, match="'br'"):
        await stored(in_pieces(body), "br")
