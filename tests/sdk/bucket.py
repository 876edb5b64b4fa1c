"""The objects behind a service's blobs, reached with the store's root key: to damage what no user could."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from headwater._client import Client
from servers import Servers, Service


@dataclass(frozen=True)
class Bucket:
    """The bucket of a service, seen from below."""

    s3: Any
    name: str
    entity_id: str

    def key(self, digest: str) -> str:
        """Where the bytes of a digest lie."""
        algorithm, _, rest = digest.partition(":")
        return f"{self.entity_id}/blobs/{algorithm}/{rest[:2]}/{rest}"

    def put(self, digest: str, data: bytes, **arguments: str) -> None:
        """Write an object under the key of a digest, whatever its bytes."""
        self.s3.put_object(Bucket=self.name, Key=self.key(digest), Body=data, **arguments)

    def versions(self, digest: str) -> list[str]:
        """The object versions under the key of a digest, newest first."""
        found = self.s3.list_object_versions(Bucket=self.name, Prefix=self.key(digest)).get("Versions", [])
        return [item["VersionId"] for item in found]

    def part_count(self, digest: str) -> int:
        """How many parts the unfinished upload of a digest has; 0 if there is none."""
        key = self.key(digest)
        uploads = self.s3.list_multipart_uploads(Bucket=self.name, Prefix=key).get("Uploads", [])
        if not uploads:
            return 0
        return len(self.s3.list_parts(Bucket=self.name, Key=key, UploadId=uploads[0]["UploadId"]).get("Parts", []))

    def delete(self, digest: str, version: str) -> None:
        """Destroy one object version."""
        self.s3.delete_object(Bucket=self.name, Key=self.key(digest), VersionId=version)


def bucket_of(servers: Servers, service: Service, client: Client, entity: str) -> Bucket:
    """The bucket behind an entity's blobs."""
    s3 = boto3.session.Session().client(
        "s3",
        endpoint_url=servers.store.endpoint,
        aws_access_key_id=servers.store.root.id,
        aws_secret_access_key=servers.store.root.secret,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    entity_id = client.execute("query EntityId($name: String!) { entity(name: $name) { id } }", {"name": entity})
    return Bucket(s3, service.settings.s3_bucket, entity_id["entity"]["id"])
