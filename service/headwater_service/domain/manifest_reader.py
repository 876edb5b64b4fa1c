"""Reads a manifest as it arrives: checks every entry, computes the digest, and writes the two stored documents.

Pure and blocking. One million entries take some 40 MB: a hash and a size each, everything else goes to files.
"""

import gzip
import hashlib
import itertools
import re
import tempfile
import unicodedata
import zlib
from collections.abc import Iterator
from typing import IO, Any, Final

import orjson

from headwater_service.domain.digests import (
    MANIFEST_HEADER,
    SMALLEST_PART,
    Digest,
    check_size,
    entry_line,
    parse_digest,
)
from headwater_service.domain.names import entry_path_fault
from headwater_service.errors import InvalidInputError
from headwater_service.model import ManifestEntry, ManifestSummary

FORMAT_LINE: Final = b'{"format":1}\n'
LARGEST_SIZE: Final = 2**53 - 1
_LINE_BYTES: Final = 64 * 1024
_MEMORY_BYTES: Final = 8 * 1024 * 1024
_INFLATE_BYTES: Final = 1024 * 1024
_RECORD_BYTES: Final = 40  # 32 of the hash, 8 of the size
_SINGLE: Final = re.compile(r"sha256:[0-9a-f]{64}")
_BREAK: Final = re.compile(r"[\x00-\x1f\x7f]")
_FILE_KEYS: Final = frozenset({"path", "size", "digest"})
_REFERENCE_KEYS: Final = frozenset({"path", "size", "ref", "etag"})


class ManifestReader:
    """Give it the body piece by piece with `feed`, then `finish`; then `manifest` and `layout` can be stored."""

    def __init__(self, *, most_entries: int, most_bytes: int) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._hasher = hashlib.sha256(MANIFEST_HEADER)
        self._rest = b""
        self._bytes = 0
        self._has_format = False
        self._count = 0
        self._size = 0
        self._last_path = b""
        self._decomposed: set[bytes] = set()
        self._composite: dict[str, int] = {}
        self._single = [bytearray() for _ in range(256)]
        self._manifest_writer, self.manifest = _compressed_file()
        self._layout_writer, self.layout = _compressed_file()
        self._manifest_writer.write(FORMAT_LINE)

    def feed(self, data: bytes) -> None:
        """Take the next piece of the body. Raises InvalidInputError that names the entry at fault."""
        self._bytes += len(data)
        if self._bytes > self._most_bytes:
            raise InvalidInputError(
                f"The manifest is larger than {self._most_bytes} bytes (HEADWATER_MANIFEST_BYTES).", field="manifest"
            )
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > _LINE_BYTES:
            raise InvalidInputError(f"A line of the manifest is longer than {_LINE_BYTES} bytes.", field="manifest")
        written = [stored for line in lines if (stored := self._take(line))]
        self._manifest_writer.write(b"".join(written))

    def finish(self) -> ManifestSummary:
        """End the body; return what it is. Afterwards both documents are at their start, ready to be read."""
        if self._rest:
            self._manifest_writer.write(self._take(self._rest))
            self._rest = b""
        if not self._has_format:
            raise InvalidInputError("The manifest is empty; its first line must be the format.", field="manifest")
        self._manifest_writer.close()
        self._refuse_equal_names()
        self._write_layout()
        return ManifestSummary(f"sha256:{self._hasher.hexdigest()}", self._size, self._count)

    def blobs(self) -> Iterator[tuple[str, int]]:
        """Yield each distinct digest with its size, in order of digest; only after `finish`."""
        yield from sorted(self._composite.items())
        for bucket in self._single:
            for start in range(0, len(bucket), _RECORD_BYTES):
                record = bucket[start : start + _RECORD_BYTES]
                yield f"sha256:{record[:32].hex()}", int.from_bytes(record[32:])

    def close(self) -> None:
        self._manifest_writer.close()
        self._layout_writer.close()
        self.manifest.close()
        self.layout.close()

    def _take(self, line: bytes) -> bytes:
        """Check one line and return it as it is stored."""
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidInputError(
                f"Line {self._count + 2} of the manifest is not JSON in UTF-8: {error}.", field="manifest"
            ) from error
        if not self._has_format:
            if row != {"format": 1}:
                raise InvalidInputError('The first line must be {"format":1}.', field="manifest")
            self._has_format = True
            return b""
        entry = _entry_of(row)
        self._check_order(entry.path)
        self._count += 1
        if self._count > self._most_entries:
            raise InvalidInputError(
                f"The manifest has more than {self._most_entries} entries (HEADWATER_MANIFEST_ENTRIES).",
                field="manifest",
            )
        self._size += entry.size
        if entry.digest is not None:
            self._note_blob(entry.digest, entry.size, entry.path)
        self._hasher.update(entry_line(entry))
        return stored_line(entry)

    def _check_order(self, path: str) -> None:
        encoded = path.encode()
        if encoded <= self._last_path:
            what = "occurs twice" if encoded == self._last_path else "is out of order"
            raise InvalidInputError(
                f"File name {path!r} {what}; entries go up by the UTF-8 bytes of their paths.", field="path"
            )
        self._last_path = encoded
        if not path.isascii() and not unicodedata.is_normalized("NFC", path):
            composed = _short_hash(unicodedata.normalize("NFC", path))
            if composed in self._decomposed:
                raise _equal_names(path)
            self._decomposed.add(composed)

    def _note_blob(self, digest: str, size: int, path: str) -> None:
        if _SINGLE.fullmatch(digest):
            if size > SMALLEST_PART:
                check_size(Digest(digest, digest[7:], 0, 1), size)
            raw = bytes.fromhex(digest[7:])
            self._single[raw[0]] += raw + size.to_bytes(8)
            return
        check_size(parse_digest(digest), size)
        if self._composite.setdefault(digest, size) != size:
            raise InvalidInputError(f"File {path!r} has another size than its equal {digest}.", field="size")

    def _refuse_equal_names(self) -> None:
        """Look through the names again for one that another becomes in NFC. Rare, so only if such a one was seen."""
        if not self._decomposed:
            return
        self.manifest.seek(0)
        with gzip.GzipFile(fileobj=self.manifest, mode="rb") as lines:
            next(lines)
            for line in lines:
                path = orjson.loads(line)["path"]
                if unicodedata.is_normalized("NFC", path) and _short_hash(path) in self._decomposed:
                    raise _equal_names(path)

    def _write_layout(self) -> None:
        for number, bucket in enumerate(self._single):
            records = {bytes(bucket[start : start + _RECORD_BYTES]) for start in range(0, len(bucket), _RECORD_BYTES)}
            ordered = sorted(records)
            for first, second in itertools.pairwise(ordered):
                if first[:32] == second[:32]:
                    raise InvalidInputError(f"sha256:{first[:32].hex()} is given with two sizes.", field="size")
            self._single[number] = bytearray(b"".join(ordered))
        self._layout_writer.write(FORMAT_LINE)
        lines: list[bytes] = []
        for digest, size in self.blobs():
            lines.append(
                b'{"digest":"%b","blob":"%b","offset":0,"size":%d}\n' % (digest.encode(), digest.encode(), size)
            )
            if len(lines) == 10_000:
                self._layout_writer.write(b"".join(lines))
                lines.clear()
        self._layout_writer.write(b"".join(lines))
        self._layout_writer.close()
        self.manifest.seek(0)
        self.layout.seek(0)


class Inflater:
    """Undoes gzip piece by piece, never more than a mebibyte at once: a small body can hold a huge one."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what a piece of the compressed body holds. Raises InvalidInputError when it is not gzip."""
        try:
            while data:
                yield self._inflate.decompress(data, _INFLATE_BYTES)
                data = self._inflate.unconsumed_tail
        except zlib.error as error:
            raise InvalidInputError("The body is not gzip, though its Content-Encoding says so.") from error

    def finish(self) -> None:
        if not self._inflate.eof:
            raise InvalidInputError("The gzip body is cut short.")


def stored_line(entry: ManifestEntry) -> bytes:
    """Return the line of an entry in the stored manifest."""
    row: dict[str, Any] = {"path": entry.path, "size": entry.size}
    if entry.digest is not None:
        row["digest"] = entry.digest
    else:
        row |= {"ref": entry.reference, "etag": entry.etag}
        if entry.extra:
            row["extra"] = entry.extra
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def entry_from_line(line: bytes) -> ManifestEntry:
    """Read a line of a stored manifest."""
    row = orjson.loads(line)
    return ManifestEntry(
        row["path"], row["size"], row.get("digest"), row.get("ref"), row.get("etag"), row.get("extra") or {}
    )


def _entry_of(row: Any) -> ManifestEntry:
    if not isinstance(row, dict):
        raise InvalidInputError("Each line of the manifest must be an object.", field="manifest")
    path, size = row.get("path"), row.get("size")
    if not isinstance(path, str):
        raise InvalidInputError("An entry of the manifest has no path.", field="path")
    fault = entry_path_fault(path)
    if fault is not None:
        raise InvalidInputError(f"File name {path!r} {fault}.", field="path")
    # `type` and not isinstance: true is no size.
    if type(size) is not int or not 0 <= size <= LARGEST_SIZE:
        raise InvalidInputError(f"File {path!r} has no size from 0 to {LARGEST_SIZE}.", field="size")
    if row.keys() == _FILE_KEYS and isinstance(row["digest"], str):
        return ManifestEntry(path, size, row["digest"])
    return _reference_of(row, path, size)


def _reference_of(row: dict[str, Any], path: str, size: int) -> ManifestEntry:
    reference, etag, extra = row.get("ref"), row.get("etag"), row.get("extra", {})
    if row.keys() - {"extra"} != _REFERENCE_KEYS or not isinstance(extra, dict):
        raise InvalidInputError(
            f"File {path!r} must have path, size and digest, or path, size, ref, etag and perhaps extra.",
            field="manifest",
        )
    for name, text in (("ref", reference), ("etag", etag)):
        # Both are fields of the digest's lines, so they must not hold what ends one.
        if not isinstance(text, str) or not text or _BREAK.search(text):
            raise InvalidInputError(f"The {name} of {path!r} must be text without control characters.", field=name)
    return ManifestEntry(path, size, None, reference, etag, extra)


def _equal_names(path: str) -> InvalidInputError:
    return InvalidInputError(
        f"File name {path!r} occurs twice: two names are equal in Unicode's composed form (NFC).", field="path"
    )


def _short_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _compressed_file() -> tuple[gzip.GzipFile, IO[bytes]]:
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)
    return gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0), file
