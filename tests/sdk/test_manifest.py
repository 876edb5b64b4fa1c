"""Manifests: their digest, and the stream both ways."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater._entry import Entry
from headwater._errors import HeadwaterError
from headwater._manifest import Manifest, encode_manifest, entry_of, manifest_digest, read_manifest, read_rows

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "digests.json").read_text("utf-8"))
PATHS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
HEXES = st.text("0123456789abcdef", min_size=64, max_size=64)
FILES = st.builds(lambda size, hex: {"size": size, "digest": f"sha256:{hex}"}, st.integers(0, 2**60), HEXES)
REFERENCES = st.builds(
    lambda size, ref, etag: {"size": size, "ref": ref, "etag": etag, "extra": {"etag": etag}},
    st.integers(0, 2**60),
    PATHS,
    PATHS,
)
CONTENTS = st.dictionaries(PATHS, st.one_of(FILES, REFERENCES), max_size=20)


def manifest_of(rows: list[dict[str, Any]]) -> Manifest:
    return Manifest({row["path"]: entry_of(row) for row in rows})


@pytest.mark.parametrize("case", VECTORS["manifests"], ids=lambda case: case["name"])
def test_manifests_have_the_digests_of_the_table(case: dict[str, Any]) -> None:
    manifest = manifest_of(case["entries"])

    assert (manifest.digest, manifest.size, len(manifest)) == (case["digest"], case["size"], case["fileCount"])


@given(CONTENTS)
def test_a_manifest_comes_back_from_its_stream(content: dict[str, dict[str, Any]]) -> None:
    manifest = manifest_of([{"path": path, **row} for path, row in content.items()])
    read: list[Entry] = []

    digest = read_manifest(encode_manifest(manifest), read.append)

    assert digest == manifest.digest
    assert read == list(manifest)


@given(CONTENTS)
def test_the_order_of_adding_does_not_matter(content: dict[str, dict[str, Any]]) -> None:
    rows = [{"path": path, **row} for path, row in content.items()]

    assert manifest_of(rows).digest == manifest_of(rows[::-1]).digest


@given(CONTENTS)
def test_entries_go_up_by_the_utf_8_bytes_of_their_paths(content: dict[str, dict[str, Any]]) -> None:
    paths = [entry.path.encode() for entry in manifest_of([{"path": path, **row} for path, row in content.items()])]

    assert paths == sorted(paths)


@given(CONTENTS.filter(bool), st.data())
def test_a_change_of_one_size_changes_the_digest(content: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(content)))
    before = manifest_of([{"path": path, **row} for path, row in content.items()]).digest

    content[path] = {**content[path], "size": content[path]["size"] + 1}

    assert manifest_of([{"path": path, **row} for path, row in content.items()]).digest != before


def test_a_stream_that_arrives_byte_by_byte_is_read() -> None:
    manifest = manifest_of(VECTORS["manifests"][3]["entries"])
    stream = b"".join(encode_manifest(manifest))
    read: list[Entry] = []

    read_manifest((bytes([byte]) for byte in stream), read.append)

    assert read == list(manifest)


def test_a_stream_that_breaks_off_is_refused() -> None:
    stream = b"".join(encode_manifest(manifest_of(VECTORS["manifests"][3]["entries"])))

    with pytest.raises(HeadwaterError, match="cut short"):
        list(read_rows([stream[:-9]]))


def test_bytes_that_are_no_gzip_are_refused() -> None:
    with pytest.raises(HeadwaterError, match="damaged"):
        list(read_rows([b"<html>no</html>"]))


def test_a_later_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(HeadwaterError, match="update headwater"):
        list(read_rows([gzip.compress(b'{"format":2}\n')]))


def test_a_long_manifest_passes_in_pieces() -> None:
    digest = f"sha256:{'ab' * 32}"
    count = 100_000
    entries = (Entry(f"{number:08}", 1, digest=digest) for number in range(count))
    seen = 0

    def take(entry: Entry) -> None:
        nonlocal seen
        seen += 1

    tracemalloc.start()
    found = read_manifest(encode_manifest(entries), take)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert seen == count
    assert found == manifest_digest(Entry(f"{number:08}", 1, digest=digest) for number in range(count))
    assert peak < 16 * 1024 * 1024
