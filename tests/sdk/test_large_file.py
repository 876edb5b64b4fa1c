"""A file of 5 GiB, the most that one PUT could carry, goes up and comes down in parts."""

import shutil
from pathlib import Path

import pytest

from conftest import Person
from headwater import Artifact
from headwater._client import Client
from headwater._digests import hash_file
from headwater._log import log_artifact
from headwater._version import get_version
from sdk.bucket import bucket_of
from servers import Servers, Service

GIBIBYTE = 1024**3


@pytest.mark.slow
def test_a_file_of_five_gibibytes_goes_up_and_comes_down(
    servers: Servers, service: Service, user: Person, entity: str, project: str, tmp_path: Path
) -> None:
    if shutil.disk_usage(tmp_path).free < 12 * GIBIBYTE:
        pytest.skip("it takes 10 GiB of disk while it runs")
    client = Client(service.url, user.key, deadline_seconds=30)
    path, copy = tmp_path / "large.bin", tmp_path / "down" / "large.bin"
    with open(path, "wb") as file:
        # Holes take no room; what is between them tells whether parts are in their places.
        for offset, text in ((0, b"begin"), (3 * GIBIBYTE + 5, b"middle"), (5 * GIBIBYTE - 3, b"end")):
            file.seek(offset)
            file.write(text)
    draft = Artifact("large", "model")
    digest = draft.add_file(path, policy="immutable").digest
    bucket = bucket_of(servers, service, client, entity)
    try:
        log_artifact(client, draft, project=project)
        read = Artifact._from_version(client, get_version(client, f"{project}/large"))
        read.download(copy.parent, skip_cache=True)

        assert (digest.endswith("-320"), read.size) == (True, 5 * GIBIBYTE)
        assert hash_file(copy).digest == digest
    finally:
        for version in bucket.versions(digest):
            bucket.delete(digest, version)
        copy.unlink(missing_ok=True)
