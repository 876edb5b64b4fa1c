"""Digests of files and of manifests: how they are written, checked and computed.

One part: `sha256:<hex>`. Larger files: `sha256-<part MiB>m:<hex>-<parts>`, SHA-256 over the SHA-256 of each part,
which is the composite checksum that an S3 store computes itself.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from headwater_service.errors import InvalidInputError
from headwater_service.model import ManifestEntry

MIB: Final = 1024 * 1024
SMALLEST_PART: Final = 16 * MIB
MOST_PARTS: Final = 8192
PART_SIZES: Final = frozenset(SMALLEST_PART << doubled for doubled in range(16))
MANIFEST_HEADER: Final = b"headwater-manifest-1\n"

_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})|sha256-([1-9][0-9]{1,6})m:([0-9a-f]{64})-([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True)
class Digest:
    """A parsed digest of a file. `part_size` is 0 for a file in one part."""

    text: str
    hex: str
    part_size: int
    parts: int

    @property
    def is_composite(self) -> bool:
        return self.part_size > 0

    @property
    def checksum(self) -> str:
        """The digest as the store holds it: base64, with the number of parts if composite."""
        encoded = base64.b64encode(bytes.fromhex(self.hex)).decode()
        return f"{encoded}-{self.parts}" if self.is_composite else encoded


def parse_digest(text: str) -> Digest:
    """Read a digest. Raises InvalidInputError."""
    match = _DIGEST.fullmatch(text)
    if match is not None:
        single, part_mib, composite, parts = match.groups()
        if single is not None:
            return Digest(text, single, 0, 1)
        if int(part_mib) * MIB in PART_SIZES and 2 <= int(parts) <= MOST_PARTS:
            return Digest(text, composite, int(part_mib) * MIB, int(parts))
    raise InvalidInputError(
        f"{text!r} is not a digest: 'sha256:<64 hex>' or 'sha256-<MiB>m:<64 hex>-<parts>'.", field="digest"
    )


def part_size_for(size: int) -> int:
    """Return the size of the parts of a file of `size` bytes: 16 MiB, doubled until 8,192 parts are enough."""
    part_size = SMALLEST_PART
    while size > part_size * MOST_PARTS:
        part_size *= 2
    return part_size


def check_size(digest: Digest, size: int) -> None:
    """Raise InvalidInputError unless a file of `size` bytes has a digest of this form.

    One content has one digest: otherwise the same bytes could be two versions.
    """
    part_size = part_size_for(size)
    if size <= part_size:
        if digest.is_composite:
            raise InvalidInputError(f"{digest.text} is in parts, but {size} bytes are one part.", field="digest")
        return
    parts = -(-size // part_size)
    if (digest.part_size, digest.parts) != (part_size, parts):
        raise InvalidInputError(
            f"{size} bytes are {parts} parts of {part_size // MIB} MiB, which {digest.text} does not say.",
            field="digest",
        )


def combined_hex(part_hexes: Iterable[str]) -> str:
    """Return the hash over the hashes of the parts."""
    return hashlib.sha256(b"".join([bytes.fromhex(part) for part in part_hexes])).hexdigest()


def entry_line(entry: ManifestEntry) -> bytes:
    """Return the line by which an entry counts in the digest of its manifest."""
    if entry.digest is not None:
        return b"%s\0%d\0%s\n" % (entry.path.encode(), entry.size, entry.digest.encode())
    reference, etag = entry.reference or "", entry.etag or ""
    return b"%s\0%d\0%s\0%s\n" % (entry.path.encode(), entry.size, reference.encode(), etag.encode())


def manifest_digest(entries: Iterable[ManifestEntry]) -> str:
    """Return the digest of a manifest whose entries come in the byte order of their paths."""
    hasher = hashlib.sha256(MANIFEST_HEADER)
    for entry in entries:
        hasher.update(entry_line(entry))
    return f"sha256:{hasher.hexdigest()}"
