"""The limited keys: what each may do, and that a forged write is refused."""

import base64
import secrets
import time
import zlib
from urllib.parse import quote, urlsplit

import pytest
import urllib3
from minio.error import S3Error

from headwater_service.config import Settings
from headwater_service.store.setup import Key, StoreKeys, add_key, admin_client, policies, s3_client, set_up_store
from headwater_service.store.signing import Signer
from servers import REGION, Servers, fresh_bucket_settings, new_key

ROLES = ("read", "write", "admin")
BLOB = "someone/blobs/sha256/ab/abcd"


def forge_write(settings: Settings, key_id: str, key: str) -> int:
    """Write an object knowing only the id of a key, with a made-up signature; return the status."""
    day = time.strftime("%Y%m%d", time.gmtime())
    query = "&".join(
        [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            f"X-Amz-Credential={quote(f'{key_id}/{day}/{settings.s3_region}/s3/aws4_request', safe='')}",
            f"X-Amz-Date={time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}",
            "X-Amz-Expires=600",
            "X-Amz-SignedHeaders=host",
            f"X-Amz-Signature={'0' * 64}",
        ]
    )
    checksum = base64.b64encode(zlib.crc32(b"forged").to_bytes(4, "big"))
    body = b"6\r\nforged\r\n0\r\nx-amz-checksum-crc32:" + checksum + b"\r\n\r\n"
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request(
            "PUT",
            f"{settings.s3_endpoint}/{settings.s3_bucket}/{key}?{query}",
            body=body,
            headers={
                "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                "x-amz-decoded-content-length": "6",
                "x-amz-trailer": "x-amz-checksum-crc32",
                "content-encoding": "aws-chunked",
            },
        ).status


def key_of(settings: Settings, role: str) -> Key:
    return Key(getattr(settings, f"s3_{role}_key_id"), getattr(settings, f"s3_{role}_secret"))


@pytest.mark.parametrize("role", ROLES)
def test_a_forged_write_with_the_id_of_a_key_is_refused(settings: Settings, role: str) -> None:
    status = forge_write(settings, key_of(settings, role).id, f"{BLOB}-{secrets.token_hex(4)}")

    assert status == 403


def test_the_same_forged_write_is_taken_from_a_key_without_the_condition(settings: Settings, servers: Servers) -> None:
    # Else the test above could pass because the forgery is made wrongly.
    key = new_key()
    open_policy = policies(settings.s3_bucket)["write"]
    for statement in open_policy["Statement"]:
        del statement["Condition"]
    admin = admin_client(servers.store.endpoint, region=REGION, root=servers.store.root)
    add_key(admin, key, policy_name=f"{settings.s3_bucket}-open-{key.id.lower()}", policy=open_policy)

    status = forge_write(settings, key.id, f"{BLOB}-{secrets.token_hex(4)}")

    admin.user_remove(key.id)
    assert status == 200


def test_every_statement_of_every_policy_has_the_condition() -> None:
    conditions = [statement["Condition"] for policy in policies("b").values() for statement in policy["Statement"]]

    assert conditions == [{"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}] * 4


def test_each_key_may_do_its_part_and_nothing_else(settings: Settings) -> None:
    name = f"someone/blobs/sha256/ab/{secrets.token_hex(8)}"
    outside = f"someone/manifests/{secrets.token_hex(8)}"

    written = {role: put_status(settings, role, name) for role in ROLES}
    written_outside = {role: put_status(settings, role, outside) for role in ROLES}
    read = {role: get_status(settings, role, name) for role in ROLES}
    deleted = {role: delete_status(settings, role, name) for role in ROLES}

    assert written == {"read": 403, "write": 200, "admin": 200}
    assert written_outside == {"read": 403, "write": 403, "admin": 200}
    assert read == {"read": 200, "write": 403, "admin": 200}
    assert deleted == {"read": 403, "write": 403, "admin": 204}


@pytest.mark.parametrize("role", ["read", "write"])
def test_a_key_that_is_in_urls_cannot_list(settings: Settings, role: str) -> None:
    client = s3_client(settings.s3_endpoint, region=settings.s3_region, key=key_of(settings, role))

    with pytest.raises(S3Error) as refusal:
        list(client.list_objects(settings.s3_bucket))

    assert refusal.value.code == "AccessDenied"


@pytest.mark.slow
def test_setting_up_again_keeps_the_bucket_and_takes_new_keys(servers: Servers) -> None:
    settings = fresh_bucket_settings(servers)
    first = put_status(settings, "admin", "someone/manifests/1")
    keys = StoreKeys(read=new_key(), write=new_key(), admin=new_key())

    set_up_store(servers.store.endpoint, region=REGION, bucket=settings.s3_bucket, root=servers.store.root, keys=keys)

    client = s3_client(servers.store.endpoint, region=REGION, key=keys.admin)
    assert first == 200
    assert client.get_object(settings.s3_bucket, "someone/manifests/1").data == b"x"
    assert client.get_bucket_versioning(settings.s3_bucket).status == "Enabled"


def put_status(settings: Settings, role: str, key: str) -> int:
    return _status(settings, role, "PUT", key, b"x")


def get_status(settings: Settings, role: str, key: str) -> int:
    return _status(settings, role, "GET", key, None)


def delete_status(settings: Settings, role: str, key: str) -> int:
    return _status(settings, role, "DELETE", key, None)


def _status(settings: Settings, role: str, method: str, name: str, body: bytes | None) -> int:
    key = key_of(settings, role)
    signer = Signer(
        settings.s3_endpoint,
        region=settings.s3_region,
        bucket=settings.s3_bucket,
        key_id=key.id,
        secret=key.secret,
    )
    url = signer.presign(method, name, seconds=60)
    assert urlsplit(url).scheme == "http"
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request(method, url, body=body).status
