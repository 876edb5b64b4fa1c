"""Downloads from the real service and the real store: warm, cold, partial, damaged."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Person
from headwater import Artifact
from headwater._cache import default_cache
from headwater._client import Client
from headwater._digests import MEBIBYTE
from headwater._errors import (
    ConflictError,
    HeadwaterError,
    InvalidInputError,
    MissingFileError,
    NotFoundError,
    UnavailableError,
)
from headwater._log import log_artifact
from headwater._names_on_disk import FileSystem
from headwater._version import get_version
from sdk.bucket import bucket_of
from servers import Servers, Service

FILES = {
    "a.txt": b"a",
    "b/c.txt": b"c in b",
    "b/empty": b"",
    "b/same": b"a",
    "画像/一 枚.png": b"picture",
    ".hidden": b"hidden",
}


@pytest.fixture
def client(service: Service, user: Person) -> Client:
    return Client(service.url, user.key, deadline_seconds=30)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "files"


@pytest.fixture
def artifact(client: Client, project: str, files: Path) -> Artifact:
    """A version of FILES as another machine sees it: nothing is in the cache."""
    draft = Artifact("mnist", "dataset")
    draft.add_dir(files, policy="immutable")
    log_artifact(client, draft, project=project)
    return read(client, project)


def read(client: Client, project: str, name: str = "mnist") -> Artifact:
    return Artifact._from_version(client, get_version(client, f"{project}/{name}"))


def on_disk(folder: str | Path) -> dict[str, bytes]:
    root = Path(folder)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def cut_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every further request to the service fail at once."""
    monkeypatch.setattr(client, "base_url", "http://127.0.0.1:1")
    monkeypatch.setattr(client, "deadline_seconds", 0.0)


def test_all_files_come_down_under_their_paths(artifact: Artifact, tmp_path: Path) -> None:
    folder = artifact.download(tmp_path / "down")

    assert folder == str(tmp_path / "down")
    assert on_disk(folder) == FILES


def test_the_default_folder_is_named_for_the_version(artifact: Artifact) -> None:
    folder = artifact.download()

    assert folder == os.path.join(os.environ["HEADWATER_ARTIFACT_DIR"], "mnist:v0" if os.name != "nt" else "mnist-v0")
    assert on_disk(folder) == FILES


def test_the_default_folder_without_a_setting_is_below_the_working_folder(
    artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADWATER_ARTIFACT_DIR")
    monkeypatch.chdir(tmp_path)

    assert artifact.download() == str(tmp_path / "artifacts" / "mnist:v0")


def test_a_second_download_asks_the_service_nothing(
    client: Client, artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact.download(tmp_path / "one")
    cut_off(client, monkeypatch)

    artifact.download(tmp_path / "one")
    artifact.download(tmp_path / "two")

    assert on_disk(tmp_path / "one") == on_disk(tmp_path / "two") == FILES


def test_what_was_logged_from_here_is_not_fetched(
    client: Client, project: str, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = Artifact("mnist", "dataset")
    draft.add_dir(files)
    log_artifact(client, draft, project=project)
    monkeypatch.setattr("headwater._fetch.opened", None)

    assert on_disk(draft.download(tmp_path / "down")) == FILES


def test_a_file_that_was_changed_or_lost_is_put_right(artifact: Artifact, tmp_path: Path) -> None:
    folder = Path(artifact.download(tmp_path / "down"))
    (folder / "a.txt").write_bytes(b"b")
    (folder / "b" / "c.txt").unlink()
    (folder / "mine").write_bytes(b"not yours")

    artifact.download(folder)

    assert on_disk(folder) == {**FILES, "mine": b"not yours"}


def test_a_change_that_keeps_size_and_time_is_put_right_soon_after(artifact: Artifact, tmp_path: Path) -> None:
    folder = Path(artifact.download(tmp_path / "down"))
    before = (folder / "a.txt").stat()
    (folder / "a.txt").write_bytes(b"b")
    os.utime(folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))

    artifact.download(folder)

    assert on_disk(folder) == FILES


def test_editing_a_download_leaves_the_cache_alone(artifact: Artifact, tmp_path: Path) -> None:
    folder = Path(artifact.download(tmp_path / "one"))
    with open(folder / "b" / "c.txt", "r+b") as file:
        file.write(b"XXX")

    assert on_disk(artifact.download(tmp_path / "two")) == FILES


def test_without_the_cache_nothing_is_kept_or_taken(artifact: Artifact, tmp_path: Path) -> None:
    folder = artifact.download(tmp_path / "down", skip_cache=True)

    assert on_disk(folder) == FILES
    assert not (default_cache().root / "blobs").exists()


def test_a_prefix_brings_a_part(artifact: Artifact, tmp_path: Path) -> None:
    folder = artifact.download(tmp_path / "down", path_prefix="b/")

    assert on_disk(folder) == {path: data for path, data in FILES.items() if path.startswith("b/")}


def test_one_entry_can_be_brought_alone(artifact: Artifact, tmp_path: Path) -> None:
    path = artifact.get_entry("b/c.txt").download(tmp_path / "down")

    assert path == str(tmp_path / "down" / "b" / "c.txt")
    assert on_disk(tmp_path / "down") == {"b/c.txt": b"c in b"}


def test_the_file_of_a_one_file_artifact_is_given_by_path(client: Client, project: str, artifact: Artifact) -> None:
    draft = Artifact("single", "model")
    with draft.new_file("weights/model.bin", "wb") as file:
        file.write(b"weights")
    log_artifact(client, draft, project=project)

    path = read(client, project, "single").file()

    assert Path(path).read_bytes() == b"weights"
    assert path.endswith("single:v0/weights/model.bin")
    with pytest.raises(InvalidInputError, match="'mnist:v0' has 6 files"):
        artifact.file()


@pytest.mark.parametrize("skip_cache", [False, True])
def test_a_file_of_several_parts_comes_down(client: Client, project: str, tmp_path: Path, skip_cache: bool) -> None:
    data = os.urandom(MEBIBYTE) * 50 + b"tail"
    (tmp_path / "large").write_bytes(data)
    draft = Artifact("large", "model")
    draft.add_file(tmp_path / "large", policy="immutable")
    log_artifact(client, draft, project=project)

    path = read(client, project, "large").file(tmp_path / "down") if not skip_cache else None
    if path is None:
        path = os.path.join(read(client, project, "large").download(tmp_path / "down", skip_cache=True), "large")

    assert Path(path).read_bytes() == data


def test_an_empty_artifact_is_an_empty_folder(client: Client, project: str, tmp_path: Path) -> None:
    log_artifact(client, Artifact("empty", "dataset"), project=project)

    folder = read(client, project, "empty").download(tmp_path / "down")

    assert os.listdir(folder) == []


@pytest.mark.slow
def test_more_files_than_one_batch_of_addresses_come_down(client: Client, project: str, tmp_path: Path) -> None:
    for number in range(1200):
        (tmp_path / f"{number}.txt").write_bytes(b"%d" % number)
    draft = Artifact("many", "dataset")
    draft.add_dir(tmp_path, policy="immutable")
    log_artifact(client, draft, project=project)

    folder = read(client, project, "many").download(tmp_path.parent / f"{tmp_path.name}-down")

    assert on_disk(folder) == on_disk(tmp_path)


def test_a_checkout_makes_the_folder_equal(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / "down" / "old" / "deep").mkdir(parents=True)
    (tmp_path / "down" / "old" / "deep" / "x").write_bytes(b"")
    (tmp_path / "down" / "a.txt").write_bytes(b"other")

    artifact.checkout(tmp_path / "down")

    assert on_disk(tmp_path / "down") == FILES
    assert not (tmp_path / "down" / "old").exists()


def test_the_default_folder_of_a_checkout_has_no_version_number(artifact: Artifact) -> None:
    assert artifact.checkout() == os.path.join(os.environ["HEADWATER_ARTIFACT_DIR"], "mnist")


def test_verify_accepts_what_is_equal(artifact: Artifact) -> None:
    artifact.download()

    artifact.verify()


def test_verify_names_what_differs(artifact: Artifact, tmp_path: Path) -> None:
    folder = Path(artifact.download(tmp_path / "down"))

    (folder / "extra").write_bytes(b"")
    with pytest.raises(ValueError, match="extra' is not in the version"):
        artifact.verify(folder)
    (folder / "extra").unlink()
    (folder / "a.txt").write_bytes(b"b")
    with pytest.raises(ValueError, match=r"a\.txt' differs"):
        artifact.verify(folder)
    (folder / "a.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.txt"):
        artifact.verify(folder)


def test_a_damaged_manifest_in_the_cache_is_fetched_again(artifact: Artifact, tmp_path: Path) -> None:
    artifact.download(tmp_path / "one")
    path = default_cache().manifest_path(artifact.digest)
    Path(path).write_bytes(Path(path).read_bytes()[:-20])

    assert on_disk(artifact.download(tmp_path / "two")) == FILES


def test_a_folder_in_the_place_of_a_file_is_named(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / "down" / "a.txt").mkdir(parents=True)

    with pytest.raises(ConflictError, match=r"a\.txt' is a folder"):
        artifact.download(tmp_path / "down")


def test_a_version_behind_a_link_comes_down(client: Client, entity: str, artifact: Artifact, tmp_path: Path) -> None:
    artifact.link(f"{entity}/model-registry/Digits", aliases=["staging"])
    link = Artifact._from_version(client, get_version(client, f"{entity}/model-registry/Digits:staging"))

    folder = link.download(tmp_path / "down")

    assert on_disk(folder) == FILES
    assert link.new_draft().name == "mnist"


def test_references_are_fetched_and_checked(client: Client, project: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"far away")
    draft = Artifact("refs", "dataset")
    draft.add_reference(outside.as_uri(), "ref")
    log_artifact(client, draft, project=project)

    folder = draft.download(tmp_path / "down")
    assert on_disk(folder) == {"ref": b"far away"}

    outside.write_bytes(b"changed!")
    with pytest.raises(NotFoundError, match="is not what was added as 'ref'"):
        draft.download(tmp_path / "other")
    draft.download(tmp_path / "other", allow_missing_references=True)
    assert on_disk(tmp_path / "other") == {}
    outside.unlink()
    with pytest.raises(MissingFileError, match="which is not there"):
        draft.download(tmp_path / "other")


def test_a_stranger_cannot_download(
    service: Service, artifact: Artifact, make_user: Callable[..., Person], tmp_path: Path
) -> None:
    stranger = Client(service.url, make_user().key, deadline_seconds=30)

    with pytest.raises(NotFoundError):
        get_version(stranger, artifact.qualified_name)
    with pytest.raises(NotFoundError):
        version = artifact._version
        assert version is not None
        Artifact._from_version(stranger, version).download(tmp_path / "down")


def test_the_service_away_is_unavailable_and_leaves_no_half_file(
    client: Client, artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(client, monkeypatch)

    with pytest.raises(UnavailableError):
        artifact.download(tmp_path / "down")

    assert on_disk(tmp_path / "down") == {}


def test_an_object_that_was_overwritten_is_not_what_comes_down(
    servers: Servers, service: Service, client: Client, entity: str, artifact: Artifact, tmp_path: Path
) -> None:
    bucket = bucket_of(servers, service, client, entity)
    bucket.put(artifact.get_entry("b/c.txt").digest, b"FORGED")

    assert on_disk(artifact.download(tmp_path / "down")) == FILES


def test_an_object_that_was_lost_is_repaired_from_another_copy(
    servers: Servers, service: Service, client: Client, entity: str, artifact: Artifact, tmp_path: Path
) -> None:
    bucket = bucket_of(servers, service, client, entity)
    digest = artifact.get_entry("b/c.txt").digest
    (original,) = bucket.versions(digest)
    bucket.put(digest, b"c in b", ChecksumAlgorithm="SHA256")
    bucket.put(digest, b"FORGED")
    bucket.delete(digest, original)

    assert on_disk(artifact.download(tmp_path / "down")) == FILES


def test_an_object_that_is_lost_for_good_is_named(
    servers: Servers, service: Service, client: Client, entity: str, artifact: Artifact, tmp_path: Path
) -> None:
    bucket = bucket_of(servers, service, client, entity)
    digest = artifact.get_entry("b/c.txt").digest
    (original,) = bucket.versions(digest)
    bucket.delete(digest, original)

    with pytest.raises(NotFoundError, match=r"'b/c\.txt'") as caught:
        artifact.download(tmp_path / "down")

    assert caught.value.path == "b/c.txt"
    assert "b/c.txt" not in on_disk(tmp_path / "down")


def test_the_digest_of_a_download_is_checked(
    artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from headwater import _fetch

    fetch_range = _fetch.Fetcher._fetch_range

    def flipping(self: _fetch.Fetcher, wanted: _fetch.Wanted, target: str, offset: int, length: int) -> bytes:
        digest = fetch_range(self, wanted, target, offset, length)
        return bytes(32) if wanted.path == "b/c.txt" else digest

    monkeypatch.setattr(_fetch.Fetcher, "_fetch_range", flipping)

    with pytest.raises(HeadwaterError, match=r"'b/c\.txt' is not sha256:"):
        artifact.download(tmp_path / "down")
    assert "b/c.txt" not in on_disk(tmp_path / "down")


def test_files_come_down_although_the_cache_takes_none(
    artifact: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blobs = default_cache().root / "blobs"
    blobs.parent.mkdir(parents=True, exist_ok=True)
    blobs.write_bytes(b"in the way")

    folder = artifact.download(tmp_path / "out")

    assert on_disk(folder) == FILES
    assert blobs.read_bytes() == b"in the way"
    assert capsys.readouterr().err.count(f"the rest is not kept in the cache {default_cache().root}: ") == 1


def test_a_folder_that_cannot_be_written_is_named(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(HeadwaterError, match=r"file/out' cannot be written: Not a directory\. .*another folder"):
        artifact.download(tmp_path / "file" / "out")


def test_a_folder_that_was_never_downloaded_can_not_be_verified(artifact: Artifact, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="none' to compare: download the version first"):
        artifact.verify(tmp_path / "none")


@pytest.mark.parametrize(
    ("names", "system", "says"),
    [
        (["Model.bin", "model.bin"], FileSystem(folds_case=True, is_windows=False), "'Model.bin' and 'model.bin'"),
        (["data/CON.txt"], FileSystem(folds_case=True, is_windows=True), "'data/CON.txt'"),
    ],
)
def test_names_that_the_file_system_cannot_hold_are_stored_and_refused_before_anything_is_written(
    client: Client,
    project: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    system: FileSystem,
    says: str,
) -> None:
    draft = Artifact("names", "dataset")
    for name in names:
        with draft.new_file(name) as file:
            file.write(name)
    log_artifact(client, draft, project=project)
    found = read(client, project, "names")
    monkeypatch.setattr("headwater._download.probe", lambda folder: system)

    with pytest.raises(ConflictError) as caught:
        found.download(tmp_path / "down")

    assert says in caught.value.message
    assert not (tmp_path / "down").exists() or on_disk(tmp_path / "down") == {}
    monkeypatch.undo()
    assert on_disk(found.download(tmp_path / "down")) == {name: name.encode() for name in names}
