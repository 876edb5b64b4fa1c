"""Single requests to a real store by signed URLs, and to a peer that breaks off where a test needs it."""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from headwater._digests import MEBIBYTE
from headwater._errors import NotFoundError, PermissionDeniedError, UnavailableError
from headwater._transfer import Expired, PutOutcome, fetch, opened, put_range
from sdk.peer import Asked, Reply, answering
from servers import Servers

PUT = "put_object"
GET = "get_object"


@pytest.fixture(scope="module")
def store(servers: Servers) -> Iterator[tuple[Any, str]]:
    """A client with the root key, and a bucket of these tests alone."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=servers.store.endpoint,
        aws_access_key_id=servers.store.root.id,
        aws_secret_access_key=servers.store.root.secret,
        region_name="us-east-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    bucket = f"transfer-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=bucket)
    yield client, bucket
    for item in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
        client.delete_object(Bucket=bucket, Key=item["Key"])
    client.delete_bucket(Bucket=bucket)


@pytest.fixture
def sign(store: tuple[Any, str]) -> Callable[..., str]:
    client, bucket = store

    def signed(verb: str, key: str, *, seconds: int = 60, **arguments: Any) -> str:
        url: str = client.generate_presigned_url(
            verb, Params={"Bucket": bucket, "Key": key, **arguments}, ExpiresIn=seconds
        )
        return url

    return signed


def key() -> str:
    return secrets.token_hex(8)


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE])
def test_a_file_goes_up_and_comes_down(sign: Callable[..., str], tmp_path: Path, size: int) -> None:
    data, name = os.urandom(size), key()

    outcome = put_range(sign(PUT, name), {}, written(tmp_path / "file", data), offset=0, length=size)

    assert outcome is PutOutcome.STORED
    assert fetch(sign(GET, name), b"".join) == data


def test_a_stretch_goes_up_and_comes_down(sign: Callable[..., str], tmp_path: Path) -> None:
    data, name = os.urandom(2 * MEBIBYTE), key()
    file = written(tmp_path / "file", data)

    put_range(sign(PUT, name), {}, file, offset=1000, length=MEBIBYTE + 5)
    with opened(sign(GET, name), offset=7, length=100) as blocks:
        middle = b"".join(blocks)

    assert fetch(sign(GET, name), b"".join) == data[1000 : 1000 + MEBIBYTE + 5]
    assert middle == data[1007:1107]


def test_a_key_that_exists_is_told_apart(sign: Callable[..., str], tmp_path: Path) -> None:
    file, name = written(tmp_path / "file", b"data"), key()
    headers = {"If-None-Match": "*"}
    url = sign(PUT, name, IfNoneMatch="*")

    assert put_range(url, headers, file, offset=0, length=4) is PutOutcome.STORED
    assert put_range(url, headers, file, offset=0, length=4) is PutOutcome.EXISTS


def test_other_bytes_than_signed_are_told_apart(sign: Callable[..., str], tmp_path: Path) -> None:
    checksum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    url = sign(PUT, key(), ChecksumSHA256=checksum)

    outcome = put_range(
        url, {"x-amz-checksum-sha256": checksum}, written(tmp_path / "file", b"not empty"), offset=0, length=9
    )

    assert outcome is PutOutcome.DIFFERS


@pytest.mark.parametrize("size", [10, 2 * MEBIBYTE])
def test_a_file_that_became_shorter_differs_at_once(sign: Callable[..., str], tmp_path: Path, size: int) -> None:
    started = time.monotonic()

    outcome = put_range(sign(PUT, key()), {}, written(tmp_path / "file", bytes(size - 1)), offset=0, length=size)

    assert outcome is PutOutcome.DIFFERS
    assert time.monotonic() - started < 5.0


def test_an_old_url_is_told_apart_from_a_refused_one(sign: Callable[..., str], tmp_path: Path) -> None:
    file, name = written(tmp_path / "file", b"data"), key()
    old_put, old_get = sign(PUT, name, seconds=1), sign(GET, name, seconds=1)
    time.sleep(2.1)

    assert put_range(old_put, {}, file, offset=0, length=4) is PutOutcome.EXPIRED
    with pytest.raises(Expired), opened(old_get):
        pass
    with pytest.raises(PermissionDeniedError, match="SignatureDoesNotMatch"):
        put_range(sign(PUT, name).replace("Signature=", "Signature=00"), {}, file, offset=0, length=4)


def test_what_is_not_there_is_not_found(sign: Callable[..., str]) -> None:
    with pytest.raises(NotFoundError, match="NoSuchKey"), opened(sign(GET, key())):
        pass


def test_an_upload_that_vanished_is_told_apart(
    store: tuple[Any, str], sign: Callable[..., str], tmp_path: Path
) -> None:
    client, bucket = store
    name = key()
    upload = client.create_multipart_upload(Bucket=bucket, Key=name)["UploadId"]
    client.abort_multipart_upload(Bucket=bucket, Key=name, UploadId=upload)
    url = sign("upload_part", name, UploadId=upload, PartNumber=1)

    outcome = put_range(url, {}, written(tmp_path / "file", b"data"), offset=0, length=4)

    assert outcome is PutOutcome.UNKNOWN_UPLOAD


def test_a_store_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    replies = [Reply(503, b"<Code>SlowDown</Code>"), Reply(0), Reply(200)]
    with answering(lambda asked: replies.pop(0)) as peer:
        outcome = put_range(peer.url, {}, written(tmp_path / "file", b"data"), offset=0, length=4)

    assert outcome is PutOutcome.STORED
    assert [asked.body for asked in peer.asked] == [b"data"] * 3


def test_no_key_of_the_service_goes_to_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "k" * 40)
    with answering(lambda asked: Reply(200)) as peer:
        put_range(peer.url, {}, written(tmp_path / "file", b"data"), offset=0, length=4)
        fetch(peer.url, b"".join)

    assert len(peer.asked) == 2
    assert all("Authorization" not in asked.headers for asked in peer.asked)


def test_a_redirect_is_no_answer_of_a_store(tmp_path: Path) -> None:
    def elsewhere(asked: Asked) -> Reply:
        return Reply(302, b"", {"Location": "/other"})

    with answering(elsewhere) as peer:
        with pytest.raises(UnavailableError, match="answers 302"):
            put_range(peer.url, {}, written(tmp_path / "file", b"data"), offset=0, length=4)

    assert [asked.path for asked in peer.asked] == ["/"]


def test_a_stretch_that_the_store_gives_whole_is_not_mistaken_for_it() -> None:
    with answering(lambda asked: Reply(200, b"0123456789")) as peer:
        with pytest.raises(UnavailableError, match="answers 200"), opened(peer.url, offset=3, length=2):
            pass
