"""The reader of manifests: what it accepts, refuses, computes and writes. No server is needed."""

import gzip
import hashlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_service.domain.digests import manifest_digest
from headwater_service.domain.manifest_reader import Inflater, ManifestReader, entry_from_line
from headwater_service.domain.names import entry_path_fault
from headwater_service.errors import InvalidInputError
from headwater_service.model import ManifestEntry, ManifestSummary

HEADER = b'{"format":1}\n'


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def body_of(rows: Sequence[dict[str, Any]]) -> bytes:
    return HEADER + b"".join(orjson.dumps(row) + b"\n" for row in rows)


def read(body: bytes, *, most_entries: int = 1000, most_bytes: int = 10_000_000, piece: int = 1 << 20) -> Any:
    reader = ManifestReader(most_entries=most_entries, most_bytes=most_bytes)
    try:
        for start in range(0, len(body), piece):
            reader.feed(body[start : start + piece])
        summary = reader.finish()
        return (
            summary,
            list(reader.blobs()),
            gzip.decompress(reader.manifest.read()),
            gzip.decompress(reader.layout.read()),
        )
    finally:
        reader.close()


def file_row(path: str, data: bytes) -> dict[str, Any]:
    return {"path": path, "size": len(data), "digest": digest_of(data)}


entry_paths = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"), min_size=1, max_size=20),
    min_size=1,
    max_size=4,
).map("/".join)


@given(
    st.dictionaries(entry_paths, st.binary(max_size=30), max_size=30),
    st.integers(min_value=1, max_value=200),
)
def test_any_files_give_the_canonical_digest_and_come_back(files: dict[str, bytes], piece: int) -> None:
    composed: dict[str, bytes] = {}
    for path, data in files.items():
        # Names that are equal in NFC have a test of their own.
        if entry_path_fault(path) is None and path.isascii():
            composed[path] = data
    rows = [file_row(path, composed[path]) for path in sorted(composed, key=str.encode)]
    entries = [ManifestEntry(row["path"], row["size"], row["digest"]) for row in rows]

    summary, blobs, manifest, layout = read(body_of(rows), piece=piece)

    assert summary == ManifestSummary(manifest_digest(entries), sum(map(len, composed.values())), len(rows))
    assert blobs == sorted({(row["digest"], row["size"]) for row in rows})
    lines = manifest.splitlines()
    assert lines[0] == b'{"format":1}'
    assert [entry_from_line(line) for line in lines[1:]] == entries
    assert [orjson.loads(line) for line in layout.splitlines()] == [
        {"format": 1},
        *({"digest": digest, "blob": digest, "offset": 0, "size": size} for digest, size in blobs),
    ]


def test_form_of_the_lines_does_not_count() -> None:
    row = file_row("a", b"x")
    spaced = HEADER + b' {"digest": "%b", "size": 1, "path": "\\u0061"}' % row["digest"].encode()

    assert read(spaced) == read(body_of([row]))


def test_a_reference_keeps_its_address_and_extra() -> None:
    row = {"path": "x", "size": 12, "ref": "s3://b/k", "etag": "e1", "extra": {"versionID": "7"}}

    summary, blobs, manifest, _ = read(body_of([row]))

    entry = ManifestEntry("x", 12, None, "s3://b/k", "e1", {"versionID": "7"})
    assert summary.digest == manifest_digest([entry])
    assert blobs == []
    assert entry_from_line(manifest.splitlines()[1]) == entry


def test_composite_digests_come_first_in_the_layout() -> None:
    large = {"path": "b", "size": 16 * 1024**2 + 1, "digest": f"sha256-16m:{'ab' * 32}-2"}

    _, blobs, _, _ = read(body_of([file_row("a", b"x"), large]))

    assert blobs == [(large["digest"], large["size"]), (digest_of(b"x"), 1)]


def bad_bodies() -> Iterator[tuple[str, bytes, str]]:
    good = file_row("a", b"x")
    yield "nothing", b"", "is empty"
    yield "no format", orjson.dumps(good), "first line"
    yield "other format", b'{"format":2}\n', "first line"
    yield "not JSON", HEADER + b"{\n", "not JSON"
    yield "not UTF-8", HEADER + b'{"path":"\xff"}\n', "not JSON"
    yield "lone surrogate", HEADER + b'{"path":"\\udc80","size":0,"digest":"x"}\n', "not JSON"
    yield "no object", HEADER + b"[]\n", "must be an object"
    yield "no path", body_of([{"size": 1, "digest": good["digest"]}]), "no path"
    yield "twice", body_of([good, good]), "'a' occurs twice"
    yield "out of order", body_of([file_row("b", b""), file_row("a", b"")]), "'a' is out of order"
    yield "order of UTF-16", body_of([file_row("\U0001f600", b""), file_row("\ue000", b"")]), "out of order"
    yield "equal in NFC", body_of([file_row("cafe\u0301", b""), file_row("caf\u00e9", b"")]), "(NFC)"
    yield "equal in NFC, ASCII", body_of([file_row("K", b""), file_row("\u212a", b"")]), "(NFC)"
    yield (
        "equal in NFC, none composed",
        body_of([file_row("a\u0307\u0323", b""), file_row("a\u0323\u0307", b"")]),
        "(NFC)",
    )
    yield "climbs", body_of([file_row("../a", b"")]), "'../a' has an empty, '.' or '..' segment"
    yield "absolute", body_of([file_row("/a", b"")]), "is absolute"
    yield "backslash", body_of([file_row("a\\b", b"")]), "backslash"
    yield "NUL", body_of([file_row("a\0b", b"")]), "control character"
    yield "negative size", body_of([{**good, "size": -1}]), "no size"
    yield "true as size", body_of([{**good, "size": True}]), "no size"
    yield "size with point", body_of([{**good, "size": 1.0}]), "no size"
    yield "no digest", body_of([{"path": "a", "size": 1}]), "must have"
    yield "both", body_of([{**good, "ref": "s3://x", "etag": "e"}]), "must have"
    yield "more keys", body_of([{**good, "x": 1}]), "must have"
    yield "bad digest", body_of([{**good, "digest": "sha256:AB"}]), "not a digest"
    yield "digest form", body_of([{**good, "size": 16 * 1024**2 + 1}]), "2 parts of 16 MiB"
    yield "two sizes", body_of([good, {**good, "path": "b", "size": 2}]), "two sizes"
    yield "break in etag", body_of([{"path": "a", "size": 1, "ref": "s3://b/k", "etag": "a\nb"}]), "etag"
    yield "empty ref", body_of([{"path": "a", "size": 1, "ref": "", "etag": "e"}]), "ref"
    yield "endless line", HEADER + b" " * 70_000, "longer than"


@pytest.mark.parametrize(
    ("body", "message"), [case[1:] for case in bad_bodies()], ids=[case[0] for case in bad_bodies()]
)
def test_bad_bodies_are_refused_and_named(body: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(body)

    assert message in caught.value.message


def test_names_in_one_composed_form_are_kept_as_they_are() -> None:
    rows = [file_row("cafe\u0301", b"1"), file_row("th\u00e9", b"2")]

    _, _, manifest, _ = read(body_of(rows))

    assert [orjson.loads(line)["path"] for line in manifest.splitlines()[1:]] == ["cafe\u0301", "th\u00e9"]


def test_limits_are_named() -> None:
    rows = [file_row(f"{number:03}", b"") for number in range(11)]

    with pytest.raises(InvalidInputError, match="HEADWATER_MANIFEST_ENTRIES"):
        read(body_of(rows), most_entries=10)
    with pytest.raises(InvalidInputError, match="HEADWATER_MANIFEST_BYTES"):
        read(body_of(rows), most_bytes=500, piece=100)


def test_a_bomb_is_inflated_in_pieces() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    reader = ManifestReader(most_entries=10, most_bytes=10_000)

    with pytest.raises(InvalidInputError):
        for piece in Inflater().pieces(bomb):
            assert len(piece) <= 1 << 20
            reader.feed(piece)

    reader.close()


def test_a_body_that_is_not_or_not_all_gzip_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not gzip"):
        list(Inflater().pieces(b"plain text"))

    half = Inflater()
    list(half.pieces(gzip.compress(b"x" * 1000)[:20]))
    with pytest.raises(InvalidInputError, match="cut short"):
        half.finish()


MILLION = """
import hashlib, resource, sys
from headwater_service.domain.manifest_reader import ManifestReader

reader = ManifestReader(most_entries=1_000_000, most_bytes=1 << 30)
reader.feed(b'{"format":1}\\n')
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for start in range(0, 1_000_000, 1000):
    reader.feed(b"".join([
        b'{"path":"folder/%07d.bin","size":%d,"digest":"sha256:%b"}\\n'
        % (number, number, hashlib.sha256(b"%d" % number).hexdigest().encode())
        for number in range(start, start + 1000)
    ]))
summary = reader.finish()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(summary.file_count, sum(1 for _ in reader.blobs()), (after - before) // 1024)
"""


@pytest.mark.slow
def test_one_million_entries_stay_in_bounded_memory() -> None:
    # In a process of its own: the high-water mark of this one belongs to other tests.
    ran = subprocess.run([sys.executable, "-c", MILLION], capture_output=True, text=True, check=True)

    count, blobs, mebibytes = map(int, ran.stdout.split())
    assert (count, blobs) == (1_000_000, 1_000_000)
    assert mebibytes < 100
