"""Signed addresses that are too old when they are used are asked for anew: here the service signs for two seconds."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Person
from headwater import Artifact, _fetch, _transfer, _upload
from headwater._client import Client
from headwater._digests import MEBIBYTE
from headwater._errors import UnavailableError
from headwater._log import log_artifact
from headwater._transfer import PutOutcome, opened, put_range
from headwater._version import get_version
from headwater_service.config import Settings
from servers import Service, running_service

pytestmark = pytest.mark.slow

SECONDS = 2
LATE = 3.1  # the store counts whole seconds


@pytest.fixture(scope="module")
def hasty(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service beside the other one whose signed addresses work for two seconds."""
    short = replace(settings, upload_url_seconds=SECONDS, download_url_seconds=SECONDS)
    with running_service(short, tmp_path_factory.mktemp("hasty")) as started:
        yield started


@pytest.fixture
def client(hasty: Service, user: Person) -> Client:
    return Client(hasty.url, user.key, deadline_seconds=30)


class Late:
    """Comes too late to the first address of each object or part, and counts all that it is given."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self._seen: set[str] = set()

    def wait(self, url: str) -> None:
        self.urls.append(url)
        place = "&".join(part for part in url.split("&") if "partNumber" in part or "X-Amz" not in part)
        if place not in self._seen:
            self._seen.add(place)
            time.sleep(LATE)

    def put(self, url: str, headers: dict[str, str], path: str, *, offset: int, length: int) -> PutOutcome:
        self.wait(url)
        return put_range(url, headers, path, offset=offset, length=length)

    @contextmanager
    def open(self, url: str, *, offset: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        self.wait(url)
        with opened(url, offset=offset, length=length) as blocks:
            yield blocks


def logged(client: Client, project: str, path: Path, data: bytes) -> Artifact:
    path.write_bytes(data)
    draft = Artifact("late", "dataset")
    draft.add_file(path, policy="immutable")
    log_artifact(client, draft, project=project)
    return Artifact._from_version(client, get_version(client, f"{project}/late"))


@pytest.mark.parametrize(("mebibytes", "puts"), [(0, 2), (20, 4)])
def test_an_upload_goes_on_with_new_addresses(
    client: Client, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mebibytes: int, puts: int
) -> None:
    late, data = Late(), os.urandom(MEBIBYTE) * mebibytes + os.urandom(10)
    monkeypatch.setattr(_upload, "put_range", late.put)

    found = logged(client, project, tmp_path / "file", data)

    # Each file of one part, and each part, was sent once in vain and once with a new address.
    assert len(late.urls) == len(set(late.urls)) == puts
    assert Path(found.download(tmp_path / "down", skip_cache=True), "file").read_bytes() == data


@pytest.mark.parametrize("mebibytes", [0, 20])
def test_a_download_goes_on_with_new_addresses(
    client: Client, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mebibytes: int
) -> None:
    late, data = Late(), os.urandom(MEBIBYTE) * mebibytes + os.urandom(10)
    found = logged(client, project, tmp_path / "file", data)
    monkeypatch.setattr(_fetch, "opened", late.open)

    folder = found.download(tmp_path / "down", skip_cache=True)

    assert Path(folder, "file").read_bytes() == data
    assert len(set(late.urls)) == 2


def test_the_list_of_files_is_fetched_with_a_new_address(
    client: Client, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late()
    found = logged(client, project, tmp_path / "file", os.urandom(10))
    monkeypatch.setattr(_transfer, "opened", late.open)

    assert [entry.path for entry in found.manifest] == ["file"]
    assert len(set(late.urls)) == 2


def test_addresses_that_are_always_too_old_are_told_with_what_to_do(
    client: Client, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(url: str, *, offset: int = 0, length: int | None = None) -> AbstractContextManager[Iterator[bytes]]:
        time.sleep(LATE)
        return opened(url, offset=offset, length=length)

    found = logged(client, project, tmp_path / "file", os.urandom(10))
    monkeypatch.setattr(_transfer, "opened", never)

    with pytest.raises(UnavailableError, match="compare the clocks"):
        _ = found.manifest.entries
