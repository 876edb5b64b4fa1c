"""Uploads: what is asked for, what the store enforces, what is resumed, and what counts as there."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import pytest

from content import Site, digest_of, log, prepare, put_manifest, send
from headwater_service.domain.access import Viewer
from headwater_service.domain.digests import SMALLEST_PART, Digest, combined_hex, parse_digest
from headwater_service.domain.uploads import (
    Upload,
    UploadedPart,
    UploadState,
    complete_upload,
    find_right_version,
    prepare_uploads,
    sign_upload_parts,
    verify_blobs,
)
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container
from headwater_service.store.blobs import blob_key, claim_blobs
from headwater_service.store.ids import new_id
from viewers import new_admin, new_project, new_team

CONDEMN = "MATCH (blob:Blob {entity_id: $entity_id, digest: $digest}) SET blob.state = $state"


def parts_of(data: bytes) -> list[bytes]:
    return [data[start : start + SMALLEST_PART] for start in range(0, len(data), SMALLEST_PART)]


def composite_digest(data: bytes) -> str:
    parts = parts_of(data)
    return f"sha256-16m:{combined_hex(hashlib.sha256(part).hexdigest() for part in parts)}-{len(parts)}"


async def prepare_one(site: Site, viewer: Viewer, digest: str, size: int) -> Upload:
    (found,) = await prepare_uploads(site.graph, site.objects, viewer, None, [(digest, size)])
    return found


async def send_parts(
    site: Site, viewer: Viewer, digest: str, upload_id: str, parts: Sequence[tuple[int, bytes]]
) -> None:
    signed = sign_upload_parts(
        site.objects, viewer, None, digest, upload_id, [(number, digest_of(part)) for number, part in parts]
    )
    for one, (_, part) in zip(signed, parts, strict=True):
        assert await send(one.signed, part) == 200


async def set_state(site: Site, entity_id: str, digest: str, state: str) -> None:
    await site.graph.write(lambda tx: tx.rows(CONDEMN, entity_id=entity_id, digest=digest, state=state))


async def scene(site: Site) -> tuple[Viewer, Container]:
    viewer = await new_admin(site.graph)
    return viewer, await new_project(site.graph, viewer)


async def test_only_what_a_commit_has_seen_is_present(site: Site) -> None:
    viewer, project = await scene(site)
    known, unknown = secrets.token_bytes(8), secrets.token_bytes(8)
    await log(site, viewer, project, "data", {"a": known})

    first, second = await prepare(site, viewer, project, unknown, known)

    assert (first.digest, first.state) == (digest_of(unknown), UploadState.UPLOAD)
    assert first.signed is not None
    assert set(first.signed.headers) == {"x-amz-checksum-sha256", "if-none-match"}
    assert second == Upload(digest_of(known), UploadState.PRESENT)


async def test_a_taken_key_is_present_when_the_stored_checksum_is_right(site: Site) -> None:
    viewer, project = await scene(site)
    data = secrets.token_bytes(8)
    (first,) = await prepare(site, viewer, project, data)
    assert first.signed is not None
    assert await send(first.signed, data) == 200
    assert await send(first.signed, data) == 412

    (again,) = await prepare(site, viewer, project, data)

    assert again == Upload(digest_of(data), UploadState.PRESENT)


async def test_a_taken_key_with_wrong_bytes_gets_a_version_beside_them(site: Site) -> None:
    viewer, project = await scene(site)
    data = secrets.token_bytes(8)
    key = blob_key(project.entity_id, digest_of(data))
    await prepare(site, viewer, project, data)
    await site.objects.put(key, b"someone else's")

    (again,) = await prepare(site, viewer, project, data)
    assert again.signed is not None
    status = await send(again.signed, data)

    assert "if-none-match" not in again.signed.headers
    assert status == 200
    assert await site.objects.get(key) == data
    assert len(await site.objects.list_versions(key)) == 2
    logged = await log(site, viewer, project, "data", {"a": data})
    assert logged.placed.version.index == 0


async def test_wrong_bytes_under_a_key_do_not_pass_a_commit(site: Site) -> None:
    _, project = await scene(site)
    data = secrets.token_bytes(8)
    await site.objects.put(blob_key(project.entity_id, digest_of(data)), b"wrong")

    found = await verify_blobs(site.graph, site.objects, project.entity_id, {digest_of(data): 8})

    assert found == {}


async def test_right_bytes_of_another_size_than_claimed_do_not_pass(site: Site) -> None:
    _, project = await scene(site)
    data = secrets.token_bytes(8)
    await site.objects.put(blob_key(project.entity_id, digest_of(data)), data)

    assert await verify_blobs(site.graph, site.objects, project.entity_id, {digest_of(data): 9}) == {}
    assert set(await verify_blobs(site.graph, site.objects, project.entity_id, {digest_of(data): 8})) == {
        digest_of(data)
    }


@pytest.mark.parametrize("state", ["CONDEMNED", "GONE"])
async def test_a_condemned_blob_must_be_sent_again(site: Site, state: str) -> None:
    viewer, project = await scene(site)
    data = secrets.token_bytes(8)
    digest = digest_of(data)
    await log(site, viewer, project, "data", {"a": data})
    await set_state(site, project.entity_id, digest, state)

    (again,) = await prepare(site, viewer, project, data)
    before = await verify_blobs(site.graph, site.objects, project.entity_id, {digest: 8})
    assert again.signed is not None
    assert await send(again.signed, data) == 200
    after = await verify_blobs(site.graph, site.objects, project.entity_id, {digest: 8})

    assert again.state is UploadState.UPLOAD
    assert before == {}
    newest = (await site.objects.list_versions(blob_key(project.entity_id, digest)))[0]
    assert after == {digest: newest.version_id}


async def test_a_blob_condemned_after_the_check_is_not_claimed(site: Site) -> None:
    viewer, project = await scene(site)
    data = secrets.token_bytes(8)
    digest = digest_of(data)
    logged = await log(site, viewer, project, "data", {"a": data})
    checked = await verify_blobs(site.graph, site.objects, project.entity_id, {digest: 8})
    await set_state(site, project.entity_id, digest, "CONDEMNED")
    at = logged.placed.version.created_at

    async def claim(version_id: str) -> dict[str, int]:
        blobs: list[dict[str, str | int | None]] = [{"digest": digest, "size": 8, "version_id": version_id}]
        return await site.graph.write(lambda tx: claim_blobs(tx, project.entity_id, blobs, operation=new_id(), at=at))

    assert await claim(checked[digest]) == {}
    assert await claim("a newer object version") == {digest: 8}


async def test_a_large_file_is_sent_in_parts_and_resumed_where_it_stopped(site: Site) -> None:
    viewer, project = await scene(site)
    data = secrets.token_bytes(1000) * (2 * SMALLEST_PART // 1000 + 1)
    parts, digest = parts_of(data), composite_digest(data)
    begun = await prepare_one(site, viewer, digest, len(data))
    assert begun.upload_id is not None
    assert (begun.state, begun.part_size, list(begun.parts)) == (UploadState.UPLOAD, SMALLEST_PART, [])
    await send_parts(site, viewer, digest, begun.upload_id, [(1, parts[0]), (3, parts[2])])

    resumed = await prepare_one(site, viewer, digest, len(data))
    with pytest.raises(ConflictError, match=r"lacks 1 of 3 parts: 2"):
        await complete_upload(site.objects, viewer, None, digest, begun.upload_id)
    await send_parts(site, viewer, digest, begun.upload_id, [(2, parts[1])])
    completed = [await complete_upload(site.objects, viewer, None, digest, begun.upload_id) for _ in range(2)]

    assert resumed.upload_id == begun.upload_id
    assert list(resumed.parts) == [UploadedPart(1, digest_of(parts[0])), UploadedPart(3, digest_of(parts[2]))]
    assert completed == [digest, digest]
    assert (await prepare_one(site, viewer, digest, len(data))).state is UploadState.PRESENT
    stored = await site.objects.stat(blob_key(project.entity_id, digest))
    assert stored is not None
    assert (stored.size, stored.sha256) == (len(data), parse_digest(digest).checksum)
    assert set(await verify_blobs(site.graph, site.objects, project.entity_id, {digest: len(data)})) == {digest}


async def test_parts_of_another_file_are_refused_and_forgotten(site: Site) -> None:
    viewer, _ = await scene(site)
    data = bytes(SMALLEST_PART) + b"\x01"
    digest = composite_digest(data)
    begun = await prepare_one(site, viewer, digest, len(data))
    assert begun.upload_id is not None
    await send_parts(site, viewer, digest, begun.upload_id, [(1, bytes(SMALLEST_PART)), (2, b"\x02")])

    with pytest.raises(ConflictError, match="the file changed"):
        await complete_upload(site.objects, viewer, None, digest, begun.upload_id)

    renewed = await prepare_one(site, viewer, digest, len(data))
    assert renewed.upload_id != begun.upload_id
    assert list(renewed.parts) == []


async def test_completing_over_wrong_bytes_adds_a_version(site: Site) -> None:
    viewer, project = await scene(site)
    data = bytes(SMALLEST_PART) + secrets.token_bytes(5)
    digest = composite_digest(data)
    begun = await prepare_one(site, viewer, digest, len(data))
    assert begun.upload_id is not None
    await send_parts(site, viewer, digest, begun.upload_id, list(enumerate(parts_of(data), 1)))
    await site.objects.put(blob_key(project.entity_id, digest), b"wrong")

    assert await complete_upload(site.objects, viewer, None, digest, begun.upload_id) == digest

    stored = await site.objects.stat(blob_key(project.entity_id, digest))
    assert stored is not None and stored.sha256 == parse_digest(digest).checksum


async def test_an_upload_that_nobody_began_is_not_found(site: Site) -> None:
    viewer, _ = await scene(site)
    digest = composite_digest(bytes(SMALLEST_PART) + secrets.token_bytes(5))

    with pytest.raises(NotFoundError):
        await complete_upload(site.objects, viewer, None, digest, "bm8gc3VjaCB1cGxvYWQ")


@pytest.mark.parametrize(
    ("blobs", "message"),
    [
        ([("sha256:nothing", 1)], "not a digest"),
        ([(f"sha256:{'ab' * 32}", SMALLEST_PART + 1)], "2 parts of 16 MiB"),
        ([(f"sha256-16m:{'ab' * 32}-2", 1)], "one part"),
        ([(f"sha256:{number:064x}", 1) for number in range(1001)], "At most 1000"),
    ],
)
async def test_bad_blobs_are_refused(site: Site, blobs: list[tuple[str, int]], message: str) -> None:
    viewer = await new_admin(site.graph)

    with pytest.raises(InvalidInputError, match=message):
        await prepare_uploads(site.graph, site.objects, viewer, None, blobs)


@pytest.mark.parametrize("number", [0, 3])
async def test_parts_beyond_the_file_are_not_signed(site: Site, number: int) -> None:
    viewer = await new_admin(site.graph)

    with pytest.raises(InvalidInputError):
        sign_upload_parts(site.objects, viewer, None, f"sha256-16m:{'ab' * 32}-2", "any", [(number, digest_of(b"x"))])


async def test_outsiders_and_viewers_may_not_upload(site: Site) -> None:
    owner, outsider, reader = [await new_admin(site.graph) for _ in range(3)]
    entity, (_, reader) = await new_team(site.graph, owner, viewer=reader)
    blobs: list[Any] = [(digest_of(b"x"), 1)]

    with pytest.raises(NotFoundError):
        await prepare_uploads(site.graph, site.objects, outsider, entity.name, blobs)
    with pytest.raises(PermissionDeniedError):
        await prepare_uploads(site.graph, site.objects, reader, entity.name, blobs)
    with pytest.raises(PermissionDeniedError):
        sign_upload_parts(site.objects, reader, entity.name, f"sha256-16m:{'ab' * 32}-2", "any", [])
    with pytest.raises(PermissionDeniedError):
        await complete_upload(site.objects, reader, entity.name, f"sha256-16m:{'ab' * 32}-2", "any")


async def test_the_right_version_is_found_among_wrong_ones(site: Site) -> None:
    _, project = await scene(site)
    data = secrets.token_bytes(8)
    digest: Digest = parse_digest(digest_of(data))
    key = blob_key(project.entity_id, digest.text)

    await site.objects.put(key, b"wrong")
    assert await find_right_version(site.objects, project.entity_id, digest) is None

    right = await site.objects.put(key, data)
    await site.objects.put(key, b"wrong again")
    assert await find_right_version(site.objects, project.entity_id, digest) == right


async def test_a_manifest_tells_what_is_missing(site: Site) -> None:
    viewer, project = await scene(site)
    known, unknown = secrets.token_bytes(8), secrets.token_bytes(8)
    await log(site, viewer, project, "data", {"a": known})

    first = await put_manifest(site, viewer, project, {"a": known, "b": unknown})
    second = await put_manifest(site, viewer, project, {"a": known, "b": unknown})

    assert (list(first.missing), first.is_known) == ([digest_of(unknown)], False)
    assert (list(second.missing), second.is_known) == ([digest_of(unknown)], True)
