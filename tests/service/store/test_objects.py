"""The object store against the real server: what a client may do with our URLs, and what the service reads back."""

import asyncio
import base64
import hashlib
import io
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace

import pytest
import urllib3

from headwater_service.config import Settings
from headwater_service.errors import ConflictError, NotFoundError, UnavailableError
from headwater_service.store.objects import ObjectStore, SignedUrl, StoredObject, open_objects

PART = 5 * 1024 * 1024
http = urllib3.PoolManager()


def fresh_key(name: str = "bytes") -> str:
    return f"{uuid.uuid4()}/blobs/sha256/ab/{name}"


def sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def composite(*parts: bytes) -> str:
    whole = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
    return f"{base64.b64encode(whole).decode()}-{len(parts)}"


async def send(
    method: str, signed: SignedUrl, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    sent = signed.headers if headers is None else headers
    response = await asyncio.to_thread(http.request, method, signed.url, body=body, headers=dict(sent), retries=False)
    return response.status, response.data


async def test_a_signed_put_stores_the_bytes_once(objects: ObjectStore) -> None:
    key = fresh_key("日本 語.bin")
    signed = objects.sign_put(key, sha256=sha256(b"first"))

    assert (await send("PUT", signed, b"first"))[0] == 200
    assert (await send("PUT", signed, b"first"))[0] == 412

    assert await objects.get(key) == b"first"
    assert len(await objects.list_versions(key)) == 1


async def test_a_signed_put_refuses_other_bytes(objects: ObjectStore) -> None:
    key = fresh_key()

    status, _ = await send("PUT", objects.sign_put(key, sha256=sha256(b"right")), b"wrong")

    assert status == 400
    assert await objects.stat(key) is None


@pytest.mark.parametrize("dropped", ["x-amz-checksum-sha256", "if-none-match"])
async def test_a_signed_put_is_refused_without_a_signed_header(objects: ObjectStore, dropped: str) -> None:
    key = fresh_key()
    signed = objects.sign_put(key, sha256=sha256(b"right"))
    headers = {name: value for name, value in signed.headers.items() if name != dropped}

    status, answer = await send("PUT", signed, b"right", headers)

    assert status in (400, 403)
    assert b"<Code>AccessDenied</Code>" in answer
    assert await objects.stat(key) is None


async def test_a_put_again_adds_a_version_and_destroys_nothing(objects: ObjectStore) -> None:
    key = fresh_key()
    first = await objects.put(key, b"wrong bytes")

    assert (await send("PUT", objects.sign_put_again(key, sha256=sha256(b"right")), b"right"))[0] == 200

    newest, oldest = await objects.list_versions(key)
    assert (newest.size, oldest.size, oldest.version_id) == (5, 11, first)
    assert await objects.get(key, first) == b"wrong bytes"


async def test_a_signed_get_is_pinned_to_the_version_and_names_the_file(objects: ObjectStore) -> None:
    key = fresh_key()
    first = await objects.put(key, b"one")
    await objects.put(key, b"two")
    signed = objects.sign_get(
        key, version_id=first, disposition="attachment; filename*=UTF-8''a%20b.txt", content_type="text/plain"
    )

    response = await asyncio.to_thread(http.request, "GET", signed.url)

    assert response.data == b"one"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.txt"
    assert response.headers["Content-Type"] == "text/plain"


async def test_a_signed_get_can_be_resumed_by_range(objects: ObjectStore) -> None:
    key = fresh_key()
    await objects.put(key, b"0123456789")

    status, body = await send("GET", objects.sign_get(key), headers={"Range": "bytes=4-"})

    assert (status, body) == (206, b"456789")


async def test_stat_tells_size_checksum_and_version(objects: ObjectStore) -> None:
    key = fresh_key()
    version_id = await objects.put(key, b"some bytes")

    found = await objects.stat(key)

    assert found is not None
    assert found == StoredObject(key, version_id, 10, sha256(b"some bytes"), found.modified_at)
    assert abs(found.modified_at - time.time()) < 60
    assert await objects.stat(key, version_id) == found


async def test_stat_of_nothing_is_none(objects: ObjectStore) -> None:
    assert await objects.stat(fresh_key()) is None


async def test_stat_many_answers_in_the_order_asked(objects: ObjectStore) -> None:
    keys = [fresh_key(str(number)) for number in range(40)]
    await asyncio.gather(*(objects.put(key, str(n).encode() * n) for n, key in enumerate(keys) if n % 3))

    found = await objects.stat_many(keys)

    assert [None if stored is None else stored.key for stored in found] == [
        key if number % 3 else None for number, key in enumerate(keys)
    ]
    assert await objects.stat_many([]) == []


async def test_put_if_absent_refuses_a_key_that_exists(objects: ObjectStore) -> None:
    key = fresh_key()
    await objects.put(key, b"first", if_absent=True)

    with pytest.raises(ConflictError):
        await objects.put(key, b"second", if_absent=True)

    assert await objects.get(key) == b"first"


async def test_a_file_is_put_and_read_back_in_chunks(objects: ObjectStore) -> None:
    key = fresh_key()
    data = bytes(range(256)) * 4096
    await objects.put(key, io.BytesIO(data))

    chunks = [chunk async for chunk in objects.chunks(key)]

    assert b"".join(chunks) == data
    assert max(len(chunk) for chunk in chunks) <= 256 * 1024


async def test_reading_nothing_is_not_found(objects: ObjectStore) -> None:
    with pytest.raises(NotFoundError):
        await objects.get(fresh_key())

    with pytest.raises(NotFoundError):
        await anext(objects.chunks(fresh_key()))


async def test_versions_of_a_key_leave_out_its_longer_neighbours(objects: ObjectStore) -> None:
    key = fresh_key()
    version_id = await objects.put(key, b"mine")
    await objects.put(f"{key}-2", b"not mine")

    assert [version.version_id for version in await objects.list_versions(key)] == [version_id]


async def test_a_deleted_version_is_gone_and_the_others_stay(objects: ObjectStore) -> None:
    key = fresh_key()
    first = await objects.put(key, b"one")
    second = await objects.put(key, b"two")

    await objects.delete_version(key, second)
    await objects.delete_version(key, second)

    assert await objects.get(key) == b"one"
    assert [version.version_id for version in await objects.list_versions(key)] == [first]


async def test_an_upload_in_parts_resumes_and_is_checked_as_a_whole(objects: ObjectStore) -> None:
    key = fresh_key()
    parts = [b"a" * PART, b"b" * PART, b"c"]
    upload_id = await objects.create_upload(key)
    for number in (3, 1):
        signed = objects.sign_part(key, upload_id, number, sha256=sha256(parts[number - 1]))
        assert (await send("PUT", signed, parts[number - 1]))[0] == 200

    assert await objects.list_uploads(key) == [upload_id]
    there = await objects.list_parts(key, upload_id)
    assert [(part.number, part.size, part.sha256) for part in there] == [
        (1, PART, sha256(parts[0])),
        (3, 1, sha256(parts[2])),
    ]
    signed = objects.sign_part(key, upload_id, 2, sha256=sha256(parts[1]))
    assert (await send("PUT", signed, parts[1]))[0] == 200
    version_id = await objects.complete_upload(key, upload_id, await objects.list_parts(key, upload_id))

    stored = await objects.stat(key)
    assert stored is not None
    assert (stored.version_id, stored.size, stored.sha256) == (version_id, 2 * PART + 1, composite(*parts))
    assert await objects.list_uploads(key) == []


async def test_a_signed_part_refuses_other_bytes(objects: ObjectStore) -> None:
    key = fresh_key()
    upload_id = await objects.create_upload(key)
    signed = objects.sign_part(key, upload_id, 1, sha256=sha256(b"right"))

    assert (await send("PUT", signed, b"wrong"))[0] == 400
    assert (await send("PUT", signed, b"right", {}))[0] in (400, 403)

    assert await objects.list_parts(key, upload_id) == []
    await objects.abort_upload(key, upload_id)
    await objects.abort_upload(key, upload_id)
    assert await objects.list_uploads(key) == []


async def test_completing_refuses_a_key_that_exists_meanwhile(objects: ObjectStore) -> None:
    key = fresh_key()
    upload_id = await objects.create_upload(key)
    await send("PUT", objects.sign_part(key, upload_id, 1, sha256=sha256(b"x")), b"x")
    parts = await objects.list_parts(key, upload_id)
    await objects.put(key, b"another was first")

    with pytest.raises(ConflictError):
        await objects.complete_upload(key, upload_id, parts)

    assert await objects.get(key) == b"another was first"
    await objects.complete_upload_again(key, upload_id, parts)
    assert await objects.get(key) == b"x"


async def test_parts_of_an_unknown_upload_are_not_found(objects: ObjectStore) -> None:
    with pytest.raises(NotFoundError):
        await objects.list_parts(fresh_key(), "bm8gc3VjaCB1cGxvYWQ")


async def test_urls_use_the_public_name_and_the_key_of_their_purpose(settings: Settings) -> None:
    store = open_objects(
        replace(
            settings,
            s3_public_endpoint="https://files.example/",
            s3_read_key_id="READER",
            s3_read_secret="r",
            s3_write_key_id="WRITER",
            s3_write_secret="w",
        )
    )

    get, put = store.sign_get("k"), store.sign_put("k", sha256=sha256(b""))

    base = f"https://files.example/{settings.s3_bucket}/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
    assert get.url.startswith(f"{base}READER%2F")
    assert put.url.startswith(f"{base}WRITER%2F")
    await store.close()


async def test_verify_passes_on_the_bucket_and_names_a_missing_one(objects: ObjectStore, settings: Settings) -> None:
    await objects.verify()

    store = open_objects(replace(settings, s3_bucket=f"none-{uuid.uuid4()}"))
    # A key limited to the bucket is not told whether another exists.
    with pytest.raises(UnavailableError, match=r"bucket does not exist|refused the service's key"):
        await store.verify()
    await store.close()


async def test_a_wrong_key_is_unavailable_and_says_so(settings: Settings) -> None:
    store = open_objects(replace(settings, s3_admin_secret="not the secret"))

    with pytest.raises(UnavailableError, match="refused the service's key"):
        await store.get(fresh_key())

    await store.close()


async def test_a_store_that_is_away_is_unavailable_within_the_deadline(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    store = open_objects(replace(settings, s3_endpoint=address, query_timeout_seconds=1.0))
    started = time.monotonic()

    with pytest.raises(UnavailableError):
        await store.get(fresh_key())

    assert time.monotonic() - started < 2
    await store.close()


async def test_a_store_that_hangs_is_unavailable_within_the_deadline(settings: Settings) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = open_objects(replace(settings, s3_endpoint=address, query_timeout_seconds=0.5))
        started = time.monotonic()

        with pytest.raises(UnavailableError):
            await store.stat(fresh_key())

        assert time.monotonic() - started < 2
        await store.close()


async def test_a_store_that_drips_is_unavailable_within_the_deadline(settings: Settings) -> None:
    is_over = threading.Event()

    def drip(listener: socket.socket) -> None:
        with listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            while not is_over.wait(0.1):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        store = open_objects(replace(settings, s3_endpoint=address, query_timeout_seconds=0.5))
        started = time.monotonic()
        try:
            # Each piece comes in time for its own reading, so only the deadline of the whole call ends this.
            with pytest.raises(UnavailableError):
                async with asyncio.timeout(5):
                    await store.get(fresh_key())
        finally:
            is_over.set()
            dripping.join()

    assert time.monotonic() - started < 3
    await store.close()


async def test_a_passing_fault_is_tried_again(settings: Settings) -> None:
    answers = [
        b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline() not in (b"\r\n", b""):
            pass
        writer.write(answers.pop(0))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    store = open_objects(replace(settings, s3_endpoint=f"http://127.0.0.1:{port}"))

    assert await store.get("key") == b"ok"

    assert answers == []
    await store.close()
    server.close()
    await server.wait_closed()
