"""References: found, listed and fetched on a real S3 store, over HTTP and on this machine."""

import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from headwater import Artifact
from headwater._digests import hash_file
from headwater._entry import Entry
from headwater._errors import InvalidInputError, NotFoundError, PermissionDeniedError, UnavailableError
from headwater._references import fetch_reference
from sdk.peer import Asked, Reply, answering
from servers import Servers


@pytest.fixture
def draft() -> Artifact:
    return Artifact("refs", "dataset")


def rows(artifact: Artifact) -> dict[str, tuple[int, str | None, str]]:
    return {entry.path: (entry.size, entry.ref, entry.digest) for entry in artifact.files()}


@pytest.fixture
def s3(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the user's own store, and the environment that leads to it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", servers.store.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", servers.store.root.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", servers.store.root.secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return boto3.client("s3")


@pytest.fixture
def bucket(s3: Any) -> Iterator[str]:
    """A bucket of this test alone."""
    name = f"refs-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    yield name
    for item in s3.list_object_versions(Bucket=name).get("Versions", ()):
        s3.delete_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=name)


def put(s3: Any, bucket: str, **objects: bytes) -> dict[str, str]:
    return {key: s3.put_object(Bucket=bucket, Key=key, Body=data)["ETag"].strip('"') for key, data in objects.items()}


def test_an_object_is_recorded_with_its_etag(draft: Artifact, s3: Any, bucket: str) -> None:
    etags = put(s3, bucket, **{"models/best.bin": b"weights"})

    (entry,) = draft.add_reference(f"s3://{bucket}/models/best.bin")

    assert rows(draft) == {"best.bin": (7, f"s3://{bucket}/models/best.bin", etags["models/best.bin"])}
    assert entry.extra == {"etag": etags["models/best.bin"]}
    assert entry.ref_target() == f"s3://{bucket}/models/best.bin"
    assert draft.size == 7


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_prefix_is_one_entry_an_object(draft: Artifact, s3: Any, bucket: str, slash: str) -> None:
    etags = put(s3, bucket, **{"data/a": b"1", "data/b/画像": b"22", "data/": b"", "data-old/x": b"333"})

    draft.add_reference(f"s3://{bucket}/data{slash}", name="train")

    assert rows(draft) == {
        "train/a": (1, f"s3://{bucket}/data/a", etags["data/a"]),
        "train/b/画像": (2, f"s3://{bucket}/data/b/画像", etags["data/b/画像"]),
    }


def test_a_whole_bucket_can_be_referred_to(draft: Artifact, s3: Any, bucket: str) -> None:
    put(s3, bucket, **{"a": b"1", "b/c": b"22"})

    draft.add_reference(f"s3://{bucket}")

    assert sorted(rows(draft)) == ["a", "b/c"]


def test_more_objects_than_allowed_are_refused(draft: Artifact, s3: Any, bucket: str) -> None:
    put(s3, bucket, **{"d/1": b"", "d/2": b"", "d/3": b""})

    with pytest.raises(InvalidInputError, match="more than 2 objects"):
        draft.add_reference(f"s3://{bucket}/d", max_objects=2)

    assert len(draft.add_reference(f"s3://{bucket}/d", max_objects=3)) == 3


def test_nothing_there_is_not_found(draft: Artifact, s3: Any, bucket: str) -> None:
    with pytest.raises(NotFoundError, match="no object"):
        draft.add_reference(f"s3://{bucket}/nothing")
    with pytest.raises(NotFoundError, match="NoSuchBucket"):
        draft.add_reference(f"s3://{bucket}-not/nothing/")


def test_without_a_checksum_the_uri_is_recorded_unread(draft: Artifact) -> None:
    draft.add_reference("s3://not-reached/key.bin", checksum=False)

    assert rows(draft) == {"key.bin": (0, "s3://not-reached/key.bin", "s3://not-reached/key.bin")}


def test_without_credentials_the_error_names_them_the_extra_and_the_way_out(
    draft: Artifact, s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    with pytest.raises(PermissionDeniedError, match=r"extra 's3'.*AWS_ACCESS_KEY_ID.*checksum=False"):
        draft.add_reference("s3://bucket/key")


def test_without_the_extra_the_error_names_it_the_credentials_and_the_way_out(
    draft: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(InvalidInputError, match=r"boto3 is not installed.*extra 's3'.*AWS_.*checksum=False"):
        draft.add_reference("s3://bucket/key")


def test_wrong_credentials_are_permission_denied(
    draft: Artifact, s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong" * 8)

    with pytest.raises(PermissionDeniedError, match=f"s3://{bucket}/key: the store answers"):
        draft.add_reference(f"s3://{bucket}/key")


def test_an_object_comes_down_if_it_is_the_one(draft: Artifact, s3: Any, bucket: str, tmp_path: Path) -> None:
    put(s3, bucket, **{"a": b"first"})
    draft.add_reference(f"s3://{bucket}/a")
    entry = draft.manifest.entries["a"]

    fetch_reference(entry, str(tmp_path / "one"))
    put(s3, bucket, **{"a": b"other"})

    assert (tmp_path / "one").read_bytes() == b"first"
    with pytest.raises(NotFoundError, match=f"s3://{bucket}/a is not what was added as 'a'"):
        fetch_reference(entry, str(tmp_path / "two"))
    assert not (tmp_path / "two").exists()
    s3.delete_object(Bucket=bucket, Key="a")
    with pytest.raises(NotFoundError, match="which is not there"):
        fetch_reference(entry, str(tmp_path / "two"))


def test_an_object_that_was_replaced_comes_down_from_its_older_version(
    draft: Artifact, s3: Any, bucket: str, tmp_path: Path
) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put(s3, bucket, **{"single": b"first", "d/listed": b"first"})
    draft.add_reference(f"s3://{bucket}/single")
    draft.add_reference(f"s3://{bucket}/d")
    put(s3, bucket, **{"single": b"other", "d/listed": b"other"})

    for path in ("single", "listed"):
        fetch_reference(draft.manifest.entries[path], str(tmp_path / path))

    assert draft.get_entry("single").extra["versionId"]
    assert (tmp_path / "single").read_bytes() == (tmp_path / "listed").read_bytes() == b"first"


def test_what_was_added_unread_comes_down_with_a_notice(
    draft: Artifact, s3: Any, bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(s3, bucket, **{"a": b"whatever"})
    draft.add_reference(f"s3://{bucket}/a", checksum=False)

    fetch_reference(draft.manifest.entries["a"], str(tmp_path / "a"))

    assert (tmp_path / "a").read_bytes() == b"whatever"
    assert "'a' was added with checksum=False" in capsys.readouterr().err


def page(asked: Asked) -> Reply:
    if asked.path == "/data/set%201.csv":
        return Reply(200, b"a,b", {"ETag": '"v1"'})
    if asked.path == "/no-etag":
        return Reply(200, b"abc")
    if asked.path == "/get-only":
        return Reply(405) if asked.method == "HEAD" else Reply(200, b"abc", {"ETag": '"g"'})
    if asked.path == "/moved":
        return Reply(302, b"", {"Location": "/no-etag"})
    return Reply({"/secret": 403, "/broken": 500}.get(asked.path, 404))


def test_a_page_is_recorded_with_its_etag_and_comes_down(draft: Artifact, tmp_path: Path) -> None:
    with answering(page) as peer:
        draft.add_reference(f"{peer.url}/data/set%201.csv")
        fetch_reference(draft.manifest.entries["set 1.csv"], str(tmp_path / "down"))

    assert rows(draft) == {"set 1.csv": (3, f"{peer.url}/data/set%201.csv", '"v1"')}
    assert (tmp_path / "down").read_bytes() == b"a,b"


def test_a_page_without_an_etag_is_recorded_by_its_address(draft: Artifact, tmp_path: Path) -> None:
    with answering(page) as peer:
        draft.add_reference(f"{peer.url}/no-etag", "x")
        draft.add_reference(f"{peer.url}/moved", "y")
        fetch_reference(draft.manifest.entries["y"], str(tmp_path / "down"))

    assert rows(draft) == {
        "x": (3, f"{peer.url}/no-etag", f"{peer.url}/no-etag"),
        "y": (3, f"{peer.url}/moved", f"{peer.url}/moved"),
    }
    assert (tmp_path / "down").read_bytes() == b"abc"


def test_a_server_that_knows_no_head_is_asked_with_get(draft: Artifact) -> None:
    with answering(page) as peer:
        draft.add_reference(f"{peer.url}/get-only")

    assert rows(draft)["get-only"] == (3, f"{peer.url}/get-only", '"g"')


def test_a_page_that_changed_is_refused(tmp_path: Path) -> None:
    with answering(page) as peer:
        entry = Entry("x", 3, ref=f"{peer.url}/data/set%201.csv", etag='"v0"')

        with pytest.raises(NotFoundError, match='it had "v0", now "v1"'):
            fetch_reference(entry, str(tmp_path / "down"))


@pytest.mark.parametrize(
    ("path", "error"), [("/secret", PermissionDeniedError), ("/none", NotFoundError), ("/broken", UnavailableError)]
)
def test_what_a_web_server_refuses_has_its_typed_error(draft: Artifact, path: str, error: type[Exception]) -> None:
    with answering(page) as peer, pytest.raises(error):
        draft.add_reference(peer.url + path)


def test_no_key_of_ours_goes_to_a_web_server(draft: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "k" * 40)
    with answering(page) as peer:
        draft.add_reference(f"{peer.url}/no-etag")

    assert all("k" * 40 not in str(asked.headers) for asked in peer.asked)


def test_a_folder_of_this_machine_is_one_entry_a_file(draft: Artifact, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a b").write_bytes(b"1")
    (tmp_path / "é").write_bytes(b"22")

    draft.add_reference(tmp_path.as_uri(), name="here")

    assert rows(draft) == {
        "here/d/a b": (1, (tmp_path / "d" / "a b").as_uri(), hash_file(tmp_path / "d" / "a b").digest),
        "here/é": (2, (tmp_path / "é").as_uri(), hash_file(tmp_path / "é").digest),
    }
    fetch_reference(draft.manifest.entries["here/é"], str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == b"22"


def test_another_scheme_needs_a_name(draft: Artifact) -> None:
    with pytest.raises(InvalidInputError, match="needs a name"):
        draft.add_reference("hdfs://cluster/data")

    (entry,) = draft.add_reference("hdfs://cluster/data", "far")

    assert (entry.path, entry.digest) == ("far", "hdfs://cluster/data")
    with pytest.raises(InvalidInputError, match="which Headwater cannot fetch"):
        fetch_reference(draft.manifest.entries["far"], os.devnull)


@pytest.mark.parametrize("uri", ["", "just/a/path", "/abs/path", "s3:", "file://otherhost/x", "s3:///key"])
def test_what_is_no_uri_is_refused(draft: Artifact, uri: str) -> None:
    with pytest.raises(InvalidInputError):
        draft.add_reference(uri)


def test_an_entry_of_another_artifact_is_taken_with_its_content(draft: Artifact) -> None:
    other = Artifact("other", "dataset")
    with other.new_file("x") as file:
        file.write("content")

    draft.add_reference(other.get_entry("x"), "copied/x")

    assert rows(draft) == {"copied/x": (7, None, other.get_entry("x").digest)}
