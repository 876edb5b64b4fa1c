"""The list of entries of a version: in memory, as its digest, and as the stream that the service reads and stores.

The stream is gzip NDJSON, a format line and then entries by the UTF-8 bytes of their paths, which is also the order of
Python's strings. Both ways it passes in pieces: a million entries never stand in memory as text.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from ._entry import Entry
from ._errors import HeadwaterError

DIGEST_HEADER = b"headwater-manifest-1\n"
FORMAT_LINE = b'{"format":1}\n'
FORMAT = 1
LINES_A_PIECE = 1000


class Manifest:
    """The entries of an artifact, by path."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._entries = entries

    def __iter__(self) -> Iterator[Entry]:
        """The entries in order of their paths."""
        for path in sorted(self._entries):
            yield self._entries[path]

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The entries by path; a view that cannot be changed."""
        return MappingProxyType(self._entries)

    @property
    def size(self) -> int:
        """Total bytes of the entries."""
        return sum(entry.size for entry in self._entries.values())

    @property
    def digest(self) -> str:
        """The digest of the version: equal digests are equal content."""
        return manifest_digest(self)


def manifest_digest(entries: Iterable[Entry]) -> str:
    """The digest over entries that come in order of their paths."""
    hasher = hashlib.sha256(DIGEST_HEADER)
    for entry in entries:
        hasher.update(_digest_line(entry))
    return f"sha256:{hasher.hexdigest()}"


def _digest_line(entry: Entry) -> bytes:
    if entry.ref is None:
        return f"{entry.path}\0{entry.size}\0{entry.digest}\n".encode()
    return f"{entry.path}\0{entry.size}\0{entry.ref}\0{entry.etag}\n".encode()


def encode_manifest(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the compressed stream of entries that come in order of their paths."""
    compressor = zlib.compressobj(level=1, wbits=31)
    lines = [FORMAT_LINE]
    for entry in entries:
        lines.append(orjson.dumps(_row(entry), option=orjson.OPT_APPEND_NEWLINE))
        if len(lines) >= LINES_A_PIECE:
            piece = compressor.compress(b"".join(lines))
            lines.clear()
            if piece:
                yield piece
    yield compressor.compress(b"".join(lines)) + compressor.flush()


def _row(entry: Entry) -> dict[str, Any]:
    if entry.ref is None:
        return {"path": entry.path, "size": entry.size, "digest": entry.digest}
    row: dict[str, Any] = {"path": entry.path, "size": entry.size, "ref": entry.ref, "etag": entry.etag}
    if entry.extra:
        row["extra"] = entry.extra
    return row


def read_rows(pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the rows after the format line of a compressed document.

    Raises:
        HeadwaterError: if it is damaged, or of a format that this version of the SDK does not know.
    """
    lines = _lines(pieces)
    head = next(lines, b"")
    try:
        if orjson.loads(head or b"null") != {"format": FORMAT}:
            raise HeadwaterError(f"The document begins with {head[:80]!r}: update headwater to read it.")
        for line in lines:
            yield orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise HeadwaterError(f"The document is damaged: {error}") from error


def read_manifest(pieces: Iterable[bytes], take: Callable[[Entry], None]) -> str:
    """Give each entry of a compressed stream to `take`, and return the digest of them all."""
    hasher = hashlib.sha256(DIGEST_HEADER)
    for row in read_rows(pieces):
        entry = entry_of(row)
        hasher.update(_digest_line(entry))
        take(entry)
    return f"sha256:{hasher.hexdigest()}"


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The entry that a row describes."""
    return Entry(
        path=row["path"],
        size=row["size"],
        digest=row.get("digest"),
        ref=row.get("ref"),
        etag=row.get("etag"),
        extra=row.get("extra"),
    )


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(wbits=31)
    rest = b""
    try:
        for piece in pieces:
            lines = (rest + decompressor.decompress(piece)).split(b"\n")
            rest = lines.pop()
            yield from lines
        rest += decompressor.flush()
    except zlib.error as error:
        raise HeadwaterError(f"The document is damaged: {error}") from error
    if not decompressor.eof:
        raise HeadwaterError("The document is cut short.")
    yield from (line for line in rest.split(b"\n") if line)
