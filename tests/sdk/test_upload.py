"""Logging drafts against the real service and the real store."""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import Person
from headwater import Artifact
from headwater._client import Client
from headwater._digests import MEBIBYTE, hash_file
from headwater._entry import Entry
from headwater._errors import ConflictError, InvalidInputError, MissingFileError, NotFoundError, PermissionDeniedError
from headwater._log import log_artifact
from headwater._transfer import PutOutcome, put_range
from headwater._upload import Blob, upload_blobs
from headwater._version import get_version
from sdk.bucket import bucket_of
from servers import Servers, Service


@pytest.fixture
def client(service: Service, user: Person) -> Client:
    return Client(service.url, user.key, deadline_seconds=30)


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def folder_of(path: Path, count: int) -> Path:
    for number in range(count):
        written(path / f"{number % 10}" / f"{number:04}.txt", f"file {number} of {path.name}".encode())
    return path


class Sent:
    """How many files each step of a log call sent."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def __call__(self, count: int) -> None:
        self.counts.append(count)

    @property
    def total(self) -> int:
        return sum(self.counts)


def test_a_draft_becomes_a_version(client: Client, project: str, tmp_path: Path) -> None:
    draft = Artifact("mnist", "dataset", "Digits", {"classes": {0: "zero"}, "accuracy": 0.5})
    draft.add_dir(folder_of(tmp_path / "data", 30))
    digest, size = draft.digest, draft.size

    version = log_artifact(client, draft, project=project, aliases=["best"], tags=["small"])

    assert (draft.name, draft.version, draft.qualified_name) == ("mnist:v0", "v0", f"{project}/mnist:v0")
    assert (draft.digest, draft.size, draft.file_count) == (digest, size, 30)
    assert sorted(draft.aliases) == ["best", "latest"]
    assert draft.tags == ["small"]
    assert draft.metadata == {"classes": {"0": "zero"}, "accuracy": 0.5}
    assert (draft.description, draft.state, draft.is_draft(), draft.is_reused) == ("Digits", "COMMITTED", False, False)
    assert (draft.is_link, draft.source_qualified_name) == (False, f"{project}/mnist:v0")
    assert get_version(client, f"{project}/mnist:best", type="dataset") == version
    assert len(draft.manifest) == 30


def test_an_empty_artifact_and_an_empty_file_are_versions(client: Client, project: str) -> None:
    empty = Artifact("empty", "dataset")
    log_artifact(client, empty, project=project)
    draft = empty.new_draft()
    with draft.new_file("nothing"):
        pass

    log_artifact(client, draft, project=project)

    assert (empty.version, empty.file_count, empty.size) == ("v0", 0, 0)
    assert (draft.version, draft.file_count, draft.size) == ("v1", 1, 0)


def test_the_same_content_again_sends_nothing_and_is_the_same_version(
    client: Client, project: str, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "data", 20)
    first, second, sent = Artifact("mnist", "dataset"), Artifact("mnist", "dataset"), Sent()
    first.add_dir(folder)
    second.add_dir(folder)
    log_artifact(client, first, project=project)

    version = log_artifact(client, second, project=project, aliases=["again"], on_sent=sent)

    assert (second.qualified_name, second.is_reused) == (f"{project}/mnist:v0", True)
    assert sent.total == 0
    assert sorted(version.place.aliases) == ["again", "latest"]


def test_only_changed_files_are_sent(client: Client, project: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "data", 20)
    first, second, sent = Artifact("mnist", "dataset"), Artifact("mnist", "dataset"), Sent()
    first.add_dir(folder)
    log_artifact(client, first, project=project)
    written(folder / "3" / "0003.txt", b"changed")
    second.add_dir(folder)

    log_artifact(client, second, project=project, on_sent=sent)

    assert (second.version, second.is_reused, sent.counts) == ("v1", False, [1])


def test_a_draft_of_a_version_continues_it_without_its_files(client: Client, project: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "data", 20)
    first = Artifact("mnist", "dataset", "Digits", {"rows": 20})
    first.add_dir(folder, policy="immutable")
    log_artifact(client, first, project=project, aliases=["best"], tags=["t"])
    read = Artifact._from_version(client, get_version(client, f"{project}/mnist:v0"))
    for file in folder.rglob("*.txt"):
        file.unlink()
    draft, sent = read.new_draft(), Sent()
    draft.remove("0")
    draft.add_file(written(tmp_path / "new", b"new"))

    log_artifact(client, draft, project=project, on_sent=sent)

    assert (draft.qualified_name, draft.file_count, sent.counts) == (f"{project}/mnist:v1", 19, [1])
    assert (draft.description, draft.metadata) == ("Digits", {"rows": 20})
    assert (draft.aliases, draft.tags) == (["latest"], [])
    assert set(draft.manifest.entries) == {path for path in first.manifest.entries if path[0] != "0"} | {"new"}


@pytest.mark.slow
def test_more_files_than_one_batch_of_addresses(client: Client, project: str, tmp_path: Path) -> None:
    draft, sent = Artifact("many", "dataset"), Sent()
    draft.add_dir(folder_of(tmp_path / "many", 2300), policy="immutable")

    log_artifact(client, draft, project=project, on_sent=sent)

    assert (draft.file_count, sent.total) == (2300, 2300)


def test_equal_files_are_sent_once(client: Client, project: str, tmp_path: Path) -> None:
    draft, sent = Artifact("equal", "dataset"), Sent()
    for number in range(5):
        draft.add_file(written(tmp_path / "file", b"the same"), f"{number}")

    log_artifact(client, draft, project=project, on_sent=sent)

    assert (draft.file_count, sent.counts) == (5, [1])


def test_a_file_of_several_parts_is_sent_and_has_its_digest(client: Client, project: str, tmp_path: Path) -> None:
    data = os.urandom(MEBIBYTE) * 40 + b"tail"
    draft, sent = Artifact("large", "model"), Sent()
    entry = draft.add_file(written(tmp_path / "large.bin", data))

    log_artifact(client, draft, project=project, on_sent=sent)

    assert (draft.version, draft.size, sent.counts) == ("v0", len(data), [1])
    assert entry.digest.endswith("-3")


def test_an_interrupted_upload_of_parts_continues_where_it_stopped(
    client: Client, user: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "large.bin", os.urandom(MEBIBYTE) * 80 + b"tail")
    found = hash_file(file)
    blob = Blob(found.digest, found.size, str(file), found.parts)
    numbers: list[int] = []
    put, lock = put_range, threading.Lock()

    def dying(url: str, headers: dict[str, str], path: str, *, offset: int, length: int) -> PutOutcome:
        with lock:
            numbers.append(offset // (16 * MEBIBYTE) + 1)
            if len(numbers) > 3:
                raise KeyboardInterrupt
        return put(url, headers, path, offset=offset, length=length)

    monkeypatch.setattr("headwater._upload.put_range", dying)
    with pytest.raises(KeyboardInterrupt):
        upload_blobs(client, user.name, [blob])
    monkeypatch.undo()
    first = sorted(numbers[:3])
    numbers.clear()

    def counting(url: str, headers: dict[str, str], path: str, *, offset: int, length: int) -> PutOutcome:
        numbers.append(offset // (16 * MEBIBYTE) + 1)
        return put(url, headers, path, offset=offset, length=length)

    monkeypatch.setattr("headwater._upload.put_range", counting)
    sent = upload_blobs(client, user.name, [blob])

    assert sent == 1
    assert sorted(first + numbers) == [1, 2, 3, 4, 5, 6]
    assert upload_blobs(client, user.name, [blob]) == 0


UPLOADER = """
import sys
from headwater import Artifact
from headwater._client import Client
from headwater._log import log_artifact

url, key, project, path = sys.argv[1:]
draft = Artifact("large", "model")
draft.add_file(path, policy="immutable")
print("hashed", flush=True)
log_artifact(Client(url, key), draft, project=project)
"""


def test_a_client_that_was_killed_leaves_its_parts_to_the_next(
    servers: Servers, service: Service, user: Person, entity: str, project: str, tmp_path: Path
) -> None:
    client = Client(service.url, user.key, deadline_seconds=30)
    bucket = bucket_of(servers, service, client, entity)
    file = written(tmp_path / "large.bin", os.urandom(MEBIBYTE) * 160 + b"tail")
    # Once: hashing it takes longer than a part on its way.
    digest = hash_file(file).digest
    arguments = [sys.executable, "-c", UPLOADER, service.url, user.key, project, str(file)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"hashed\n"
        while bucket.part_count(digest) == 0 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    kept = bucket.part_count(digest)
    numbers: list[int] = []

    def counting(url: str, headers: dict[str, str], path: str, *, offset: int, length: int) -> PutOutcome:
        numbers.append(offset // (16 * MEBIBYTE) + 1)
        return put_range(url, headers, path, offset=offset, length=length)

    draft = Artifact("large", "model")
    draft.add_file(file, policy="immutable")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headwater._upload.put_range", counting)
        log_artifact(client, draft, project=project)

    assert kept >= 1
    assert len(numbers) <= 11 - kept  # a part that was on its way may have arrived after the count
    assert draft.version == "v0"


def test_a_mutable_file_may_change_before_it_is_sent(client: Client, project: str, tmp_path: Path) -> None:
    file = written(tmp_path / "checkpoint", b"epoch 1")
    draft = Artifact("model", "model")
    draft.add_file(file)
    file.write_bytes(b"epoch 2 is longer")

    log_artifact(client, draft, project=project)

    assert Path(draft.file()).read_bytes() == b"epoch 1"


@pytest.mark.parametrize("after", [b"epoch 2", b"other length", b""])
def test_an_immutable_file_that_changed_is_named(client: Client, project: str, tmp_path: Path, after: bytes) -> None:
    file = written(tmp_path / "checkpoint", os.urandom(10) + b"epoch 1")
    draft = Artifact("model", "model")
    draft.add_file(file, policy="immutable")
    file.write_bytes(after)

    with pytest.raises(ConflictError, match=r"checkpoint' changed after it was added"):
        log_artifact(client, draft, project=project)


def test_an_immutable_file_that_is_gone_is_named(client: Client, project: str, tmp_path: Path) -> None:
    file = written(tmp_path / "data", os.urandom(10))
    draft = Artifact("model", "model")
    draft.add_file(file, policy="immutable")
    file.unlink()

    with pytest.raises(MissingFileError, match=r"data' is gone"):
        log_artifact(client, draft, project=project)


def test_a_log_call_that_failed_can_be_made_again(client: Client, project: str, tmp_path: Path) -> None:
    file = written(tmp_path / "data", b"rows" + os.urandom(8))
    content = file.read_bytes()
    draft = Artifact("model", "model")
    draft.add_file(file, policy="immutable")
    file.unlink()
    with pytest.raises(MissingFileError):
        log_artifact(client, draft, project=project)

    file.write_bytes(content)
    draft.add_file(written(tmp_path / "more", b"more"))
    log_artifact(client, draft, project=project)

    assert (draft.version, draft.file_count) == ("v0", 2)


def test_bytes_that_are_nowhere_are_named(client: Client, project: str, make_user: Callable[..., Person]) -> None:
    draft = Artifact("model", "model")
    with draft.new_file("a/weights") as file:
        file.write(os.urandom(8).hex())
    draft._content.cache.forget(draft.get_entry("a/weights").digest)

    with pytest.raises(NotFoundError, match=r"The bytes of 'a/weights' .* neither on this machine nor in the store"):
        log_artifact(client, draft, project=project)


def test_the_same_call_again_gives_the_recorded_answer(client: Client, project: str, tmp_path: Path) -> None:
    first, second, third = (Artifact("mnist", "dataset") for _ in range(3))
    for draft, data in ((first, b"one"), (second, b"two"), (third, b"one")):
        draft.add_file(written(tmp_path / "file", data), "x")
    log_artifact(client, first, project=project, aliases=["best"], operation_id=f"{project}-1")
    log_artifact(client, second, project=project, aliases=["best"], operation_id=f"{project}-2")

    log_artifact(client, third, project=project, aliases=["best"], operation_id=f"{project}-1")

    assert third.version == "v0"
    assert get_version(client, f"{project}/mnist:best").place.index == 1


def test_another_type_of_the_same_name_is_refused(client: Client, project: str) -> None:
    log_artifact(client, Artifact("mnist", "dataset"), project=project)

    with pytest.raises((ConflictError, InvalidInputError), match="dataset"):
        log_artifact(client, Artifact("mnist", "model"), project=project)


def test_an_alias_that_reads_as_a_version_is_refused(client: Client, project: str) -> None:
    with pytest.raises(InvalidInputError, match="v3"):
        log_artifact(client, Artifact("mnist", "dataset"), project=project, aliases=["v3"])


def test_a_stranger_cannot_log_here(
    service: Service, project: str, make_user: Callable[..., Person], tmp_path: Path
) -> None:
    stranger = Client(service.url, make_user().key, deadline_seconds=30)
    draft = Artifact("mnist", "dataset")
    draft.add_file(written(tmp_path / "file", b"x"))

    with pytest.raises((NotFoundError, PermissionDeniedError)):
        log_artifact(stranger, draft, project=project)


def test_several_artifacts_at_once(client: Client, project: str, tmp_path: Path) -> None:
    drafts = [Artifact(f"set-{number}", "dataset") for number in range(6)]
    for number, draft in enumerate(drafts):
        draft.add_dir(folder_of(tmp_path / f"{number}", 50))

    with ThreadPoolExecutor(6) as threads:
        versions = list(threads.map(lambda draft: log_artifact(client, draft, project=project), drafts))

    assert [version.place.name for version in versions] == [f"set-{number}:v0" for number in range(6)]
    assert [version.file_count for version in versions] == [50] * 6


def test_references_are_logged_with_the_files(client: Client, project: str, tmp_path: Path) -> None:
    outside = written(tmp_path / "outside", b"far away")
    draft = Artifact("mixed", "dataset")
    draft.add_reference(outside.as_uri(), "ref")
    draft.add_reference("hdfs://cluster/data", "unread")
    with draft.new_file("own") as file:
        file.write("near")

    log_artifact(client, draft, project=project)

    read = Artifact._from_version(client, get_version(client, f"{project}/mixed"))
    entries = {entry.path: (entry.size, entry.ref, entry.digest) for entry in read.files()}
    assert entries == {
        "own": (4, None, draft.get_entry("own").digest),
        "ref": (8, outside.as_uri(), hash_file(outside).digest),
        "unread": (0, "hdfs://cluster/data", "hdfs://cluster/data"),
    }


def test_what_is_edited_during_the_upload_is_left_to_save(client: Client, project: str) -> None:
    draft = Artifact("mnist", "dataset", "Digits", {"a": 1})
    draft._seal()
    draft.metadata["late"] = True

    log_artifact(client, draft, project=project)

    assert draft.metadata == {"a": 1, "late": True}
    assert get_version(client, f"{project}/mnist").metadata == {"a": 1}
    draft.save()
    assert get_version(client, f"{project}/mnist").metadata == {"a": 1, "late": True}


def test_metadata_that_became_impossible_is_refused_when_it_is_logged(client: Client, project: str) -> None:
    draft = Artifact("mnist", "dataset", metadata={"a": 1})
    draft.metadata["loss"] = float("nan")

    with pytest.raises(InvalidInputError, match=r"metadata\['loss'\] is nan"):
        log_artifact(client, draft, project=project)

    draft.metadata["loss"] = 0.5
    log_artifact(client, draft, project=project)
    assert draft.metadata == {"a": 1, "loss": 0.5}


def test_edits_of_a_version_are_saved(client: Client, project: str) -> None:
    draft = Artifact("mnist", "dataset", metadata={"a": 1})
    log_artifact(client, draft, project=project, aliases=["best", "old"], tags=["x"])
    draft.metadata["b"] = {0: 2.5}
    draft.description = "Better"
    draft.tags.append("y")
    draft.aliases.remove("old")
    draft.aliases.append("production")

    draft.save()

    read = Artifact._from_version(client, get_version(client, f"{project}/mnist:production"))
    assert read.metadata == {"a": 1, "b": {"0": 2.5}}
    assert read.description == "Better"
    assert sorted(read.tags) == ["x", "y"]
    assert sorted(read.aliases) == ["best", "latest", "production"]


def test_saving_without_edits_asks_nothing(client: Client, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = Artifact("mnist", "dataset", "Digits", {"a": [1, 2.5, None]})
    log_artifact(client, draft, project=project, aliases=["best"])
    draft.aliases.remove("latest")
    monkeypatch.setattr(client, "base_url", "http://127.0.0.1:1")

    draft.save()

    assert draft.aliases == ["best"]


def test_a_version_is_linked_into_a_registry(client: Client, entity: str, project: str) -> None:
    draft = Artifact("mnist", "model", "Net", {"accuracy": 0.9})
    log_artifact(client, draft, project=project)

    link = draft.link(f"{entity}/model-registry/MNIST Grayscale 28x28", aliases="staging")
    again = draft.link(f"{entity}/model-registry/MNIST Grayscale 28x28", aliases=["production"])

    assert link.qualified_name == f"{entity}/model-registry/MNIST Grayscale 28x28:v0"
    assert sorted(link.aliases) == ["latest", "staging"]
    assert (link.is_link, link.source_qualified_name, link.source_version) == (True, f"{project}/mnist:v0", "v0")
    assert (link.digest, link.description, link.metadata) == (draft.digest, "Net", {"accuracy": 0.9})
    assert again.id == link.id
    assert sorted(again.aliases) == ["latest", "production", "staging"]


def test_an_object_that_lies_there_already_is_taken_or_replaced_by_its_checksum(
    servers: Servers, service: Service, client: Client, entity: str, project: str, tmp_path: Path
) -> None:
    bucket = bucket_of(servers, service, client, entity)
    draft = Artifact("mnist", "dataset")
    right = draft.add_file(written(tmp_path / "right", os.urandom(20)))
    wrong = draft.add_file(written(tmp_path / "wrong", os.urandom(20)))
    bucket.put(right.digest, (tmp_path / "right").read_bytes(), ChecksumAlgorithm="SHA256")
    bucket.put(wrong.digest, b"something else", ChecksumAlgorithm="SHA256")

    log_artifact(client, draft, project=project)

    assert len(bucket.versions(right.digest)) == 1
    assert len(bucket.versions(wrong.digest)) == 2
    folder = draft.download(tmp_path / "down", skip_cache=True)
    assert (Path(folder) / "wrong").read_bytes() == (tmp_path / "wrong").read_bytes()
    assert (Path(folder) / "right").read_bytes() == (tmp_path / "right").read_bytes()


@pytest.mark.slow
def test_a_million_entries_are_logged_and_read_in_bounded_memory(client: Client, project: str, tmp_path: Path) -> None:
    draft = Artifact("million", "dataset")
    with draft.new_file("seed") as file:
        file.write("x")
    digest = draft.get_entry("seed").digest
    draft.remove("seed")
    for number in range(1_000_000):
        path = f"folder-{number // 1000:04}/file-{number:08}.jpg"
        draft._content.put(Entry(path, 1, digest=digest), overwrite=False)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    log_artifact(client, draft, project=project)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert (draft.file_count, draft.size) == (1_000_000, 1_000_000)
    assert grown < 100 * 1024  # KiB: the stream passes in pieces
    read = Artifact._from_version(client, get_version(client, f"{project}/million"))
    folder = Path(read.download(tmp_path / "part", path_prefix="folder-0500/"))
    assert len(list(folder.rglob("*.jpg"))) == 1000
