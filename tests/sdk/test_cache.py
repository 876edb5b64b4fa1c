"""The cache: bytes by digest, whole, write-protected, never shared with a user's file."""

import os
import stat
from pathlib import Path

import pytest

from headwater._cache import Cache, appearing, copy_file, default_cache
from headwater._digests import hash_file
from headwater._errors import InvalidInputError


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_copy_is_found_by_digest_and_size(cache: Cache, tmp_path: Path) -> None:
    source = written(tmp_path / "file", b"data")
    digest = hash_file(source).digest

    kept = cache.keep_copy(digest, str(source))

    assert cache.find(digest, 4) == kept
    assert cache.find(digest, 5) is None
    assert Path(kept).read_bytes() == b"data"
    assert Path(kept).relative_to(cache.root).as_posix() == f"blobs/sha256/{digest[7:9]}/{digest[7:]}"


def test_the_copy_does_not_change_with_its_source(cache: Cache, tmp_path: Path) -> None:
    source = written(tmp_path / "file", b"data")
    kept = cache.keep_copy(hash_file(source).digest, str(source))

    source.write_bytes(b"else")

    assert Path(kept).read_bytes() == b"data"


def test_a_kept_file_is_write_protected(cache: Cache, tmp_path: Path) -> None:
    source = written(tmp_path / "file", b"data")

    copied = cache.keep_copy(hash_file(source).digest, str(source))
    moved = cache.keep_moved("sha256:" + "0" * 64, str(source))

    assert stat.S_IMODE(os.stat(copied).st_mode) == 0o444
    assert stat.S_IMODE(os.stat(moved).st_mode) == 0o444
    assert not source.exists()


def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(cache: Cache, tmp_path: Path) -> None:
    source = written(tmp_path / "file", b"data")
    digest = hash_file(source).digest
    cache.keep_copy(digest, str(source))

    cache.forget(digest)
    cache.forget(digest)

    assert cache.find(digest, 4) is None


@pytest.mark.parametrize("digest", ["sha256:../../etc/passwd", "sha256:" + "0" * 63, "md5:" + "0" * 32, ""])
def test_a_digest_that_is_none_never_becomes_a_path(cache: Cache, digest: str) -> None:
    with pytest.raises(InvalidInputError):
        cache.blob_path(digest)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "file"

    with pytest.raises(RuntimeError), appearing(str(target)) as temporary:
        Path(temporary).write_bytes(b"half")
        raise RuntimeError

    assert list(target.parent.iterdir()) == []
    with appearing(str(target)) as temporary:
        Path(temporary).write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_name_of_the_greatest_length_can_appear(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)

    with appearing(str(target)) as temporary:
        Path(temporary).write_bytes(b"")

    assert target.exists()


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_a_copy_has_the_bytes_and_may_be_written(tmp_path: Path, size: int) -> None:
    source = written(tmp_path / "source", os.urandom(size))
    os.chmod(source, 0o444)

    copy_file(str(source), str(tmp_path / "copy"))

    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    assert os.stat(tmp_path / "copy").st_mode & stat.S_IWUSR


def test_the_scratch_folder_is_on_the_side_of_the_cache_and_goes_away(cache: Cache) -> None:
    with cache.scratch_folder() as folder:
        assert Path(folder).parent == cache.root

    assert list(cache.root.iterdir()) == []


def test_the_default_cache_lies_in_the_home_of_headwater() -> None:
    assert default_cache().root == Path(os.environ["HEADWATER_HOME"]) / "cache"


def test_where_the_cache_cannot_be_written_the_process_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(written(tmp_path / "file", b"") / "home"))

    caches = [default_cache(), default_cache()]

    assert caches[0].root == caches[1].root
    assert list(caches[0].root.iterdir()) == []
    assert capsys.readouterr().err.count("cannot be written; this process has one of its own in") == 1
