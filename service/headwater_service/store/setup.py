"""Prepare an object store once, with its root key: the bucket, and the three limited keys that the service uses.

Run as a program (`python -m headwater_service.store.setup`) it does so with what the environment says, which is how
docker-compose.yml starts it. Only here is MinIO's own admin interface used; any other store is prepared by hand as
docs/operations.md says, with the policies that `policies` returns.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED
from minio.credentials.providers import StaticProvider
from minio.error import MinioException, S3Error
from minio.minioadmin import MinioAdmin
from minio.versioningconfig import VersioningConfig
from urllib3.exceptions import HTTPError

from headwater_service.errors import InvalidInputError, UnavailableError

ROLES: Final = ("read", "write", "admin")

_ADMIN_OBJECT_ACTIONS: Final = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)
_ADMIN_BUCKET_ACTIONS: Final = (
    "s3:GetBucketLocation",
    "s3:GetBucketVersioning",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
)
_CONNECT_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Key:
    """An access key id and its secret. Not shown by repr."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return "Key(…)"


@dataclass(frozen=True, slots=True)
class StoreKeys:
    """The three keys of the service: one signs downloads, one signs uploads, one is never in a URL."""

    read: Key
    write: Key
    admin: Key

    def environment(self) -> dict[str, str]:
        """Return the variables by which the service is told its keys."""
        return {
            f"HEADWATER_S3_{role.upper()}_{part}": value
            for role in ROLES
            for part, value in (("KEY_ID", self.of(role).id), ("SECRET", self.of(role).secret))
        }

    def of(self, role: str) -> Key:
        return {"read": self.read, "write": self.write, "admin": self.admin}[role]


def policies(bucket: str) -> dict[str, dict[str, Any]]:
    """Return the policy of each role, as S3 writes policies."""
    everything = f"arn:aws:s3:::{bucket}/*"
    return {
        "read": _policy(_statement(("s3:GetObject", "s3:GetObjectVersion"), everything)),
        "write": _policy(_statement(("s3:PutObject",), f"arn:aws:s3:::{bucket}/*/blobs/*")),
        "admin": _policy(
            _statement(_ADMIN_OBJECT_ACTIONS, everything),
            _statement(_ADMIN_BUCKET_ACTIONS, f"arn:aws:s3:::{bucket}"),
        ),
    }


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": [resource],
        # MinIO takes a streamed upload with credentials in the query string without checking its signature, and each
        # presigned URL shows a key id. Such a request names no signature version, so this condition refuses it.
        "Condition": {"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}},
    }


def set_up_store(endpoint: str, *, region: str, bucket: str, root: Key, keys: StoreKeys) -> None:
    """Create the versioned bucket, and the keys with their policies. Safe to run again.

    Raises UnavailableError when the store refuses or does not answer.
    """
    try:
        create_bucket(endpoint, region=region, bucket=bucket, key=root)
        admin = admin_client(endpoint, region=region, root=root)
        for role, policy in policies(bucket).items():
            add_key(admin, keys.of(role), policy_name=f"{bucket}-{role}", policy=policy)
    except (MinioException, HTTPError, OSError) as error:
        raise UnavailableError(f"The object store at {endpoint} could not be set up: {error}") from error


def create_bucket(endpoint: str, *, region: str, bucket: str, key: Key) -> None:
    """Create the bucket if it is not there, and keep every version of its objects."""
    client = s3_client(endpoint, region=region, key=key)
    try:
        client.make_bucket(bucket)
    except S3Error as error:
        if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise
    if client.get_bucket_versioning(bucket).status != ENABLED:
        client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))


def add_key(admin: MinioAdmin, key: Key, *, policy_name: str, policy: Mapping[str, Any]) -> None:
    """Create a key that may do what the policy says and nothing else; an existing one gets this secret and policy."""
    admin.policy_add(policy_name, policy=dict(policy))
    admin.user_add(key.id, key.secret)
    attached = json.loads(admin.user_info(key.id)).get("policyName", "")
    if policy_name not in attached.split(","):
        admin.attach_policy([policy_name], user=key.id)


def s3_client(endpoint: str, *, region: str, key: Key) -> Minio:
    parts = _parts(endpoint)
    return Minio(
        parts.netloc,
        access_key=key.id,
        secret_key=key.secret,
        secure=parts.scheme == "https",
        region=region,
        http_client=_pool(),
    )


def admin_client(endpoint: str, *, region: str, root: Key) -> MinioAdmin:
    parts = _parts(endpoint)
    return MinioAdmin(
        endpoint=parts.netloc,
        credentials=StaticProvider(root.id, root.secret),
        region=region,
        secure=parts.scheme == "https",
        http_client=_pool(),
    )


def _parts(endpoint: str) -> Any:
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidInputError(f"The address of the object store {endpoint!r} must begin with http:// or https://.")
    return parts


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=30.0), retries=False)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Set the store up as the environment says, waiting for it up to a minute. Return the exit code."""
    names = ["HEADWATER_S3_ENDPOINT", "HEADWATER_S3_ROOT_USER", "HEADWATER_S3_ROOT_PASSWORD"]
    names += [f"HEADWATER_S3_{role.upper()}_{part}" for role in ROLES for part in ("KEY_ID", "SECRET")]
    missing = [name for name in names if not environment.get(name)]
    if missing:
        print(f"Not set: {', '.join(missing)}", file=sys.stderr)
        return 2
    keys = StoreKeys(
        **{
            role: Key(
                environment[f"HEADWATER_S3_{role.upper()}_KEY_ID"], environment[f"HEADWATER_S3_{role.upper()}_SECRET"]
            )
            for role in ROLES
        }
    )
    bucket = environment.get("HEADWATER_S3_BUCKET") or "headwater"
    end = time.monotonic() + 60
    while True:
        try:
            set_up_store(
                environment["HEADWATER_S3_ENDPOINT"],
                region=environment.get("HEADWATER_S3_REGION") or "us-east-1",
                bucket=bucket,
                root=Key(environment["HEADWATER_S3_ROOT_USER"], environment["HEADWATER_S3_ROOT_PASSWORD"]),
                keys=keys,
            )
        except UnavailableError as error:
            if time.monotonic() >= end:
                print(error.message, file=sys.stderr)
                return 1
            time.sleep(1)
        else:
            print(f"The bucket {bucket!r} and its three keys are ready.")
            return 0


if __name__ == "__main__":
    sys.exit(main())
