"""Digests of files and of manifests: what they are called, how they are computed, on all cores.

A file of one part is `sha256:<hex>`; a larger one `sha256-<part MiB>m:<hex>-<parts>`, over the SHA-256 of its parts.
The service computes the same; `tests/vectors/digests.json` holds both to it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from ._errors import InvalidInputError, MissingFileError
from ._threads import Crew

MEBIBYTE = 1024 * 1024
SMALLEST_PART = 16 * MEBIBYTE
MOST_PARTS = 8192  # S3 allows 10,000
# Larger buffers cost more in fresh memory pages than they save in calls.
BLOCK = 256 * 1024
EMPTY_DIGEST = "sha256:" + hashlib.sha256().hexdigest()
_DIGEST = re.compile(r"sha256(?:-([1-9][0-9]*)m)?:([0-9a-f]{64})(?:-([1-9][0-9]*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Digest:
    """A parsed digest. One part: `part_size` is None."""

    hex: str
    part_size: int | None = None
    parts: int = 1

    def __str__(self) -> str:
        if self.part_size is None:
            return f"sha256:{self.hex}"
        return f"sha256-{self.part_size // MEBIBYTE}m:{self.hex}-{self.parts}"


def parse_digest(text: str) -> Digest:
    """Parse the text form of a file's digest.

    Raises:
        InvalidInputError: if it is none.
    """
    match = _DIGEST.fullmatch(text)
    if match is None or (match[1] is None) != (match[3] is None):
        raise InvalidInputError(
            f"{text!r} is no digest: 'sha256:<64 hex digits>' or 'sha256-16m:<64 hex digits>-<parts>'."
        )
    if match[1] is None:
        return Digest(match[2])
    mebibytes, parts = int(match[1]), int(match[3])
    if mebibytes % 16 or (mebibytes & (mebibytes - 1)) or not 2 <= parts <= MOST_PARTS:
        raise InvalidInputError(f"{text!r} is no digest: parts of 16, 32, 64 … MiB, 2 to {MOST_PARTS} of them.")
    return Digest(match[2], mebibytes * MEBIBYTE, parts)


def part_size(size: int) -> int:
    """The size of the parts of a file of this size: 16 MiB, doubled until there are at most 8,192."""
    part = SMALLEST_PART
    while -(-size // part) > MOST_PARTS:
        part *= 2
    return part


def composite(parts: Sequence[bytes], size_of_part: int) -> str:
    """The digest of a file of several parts, from their raw SHA-256."""
    return f"sha256-{size_of_part // MEBIBYTE}m:{hashlib.sha256(b''.join(parts)).hexdigest()}-{len(parts)}"


@dataclass(frozen=True, slots=True)
class FileHash:
    """What hashing a file found: `parts` holds the raw SHA-256 of each part (of one, for a small file)."""

    digest: str
    size: int
    parts: tuple[bytes, ...]


def hash_file(path: str | os.PathLike[str], *, executor: Executor | None = None) -> FileHash:
    """Hash a file; the parts of a large one in parallel when an executor is given.

    Raises:
        MissingFileError: if there is no such file.
        InvalidInputError: if it is no regular file, or its size changes while it is read.
    """
    path = os.fspath(path)
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if status.st_size <= SMALLEST_PART:
                return _hash_small(file, path)
    except FileNotFoundError as error:
        raise MissingFileError(f"There is no file {path!r}.", path=path) from error
    except IsADirectoryError as error:
        raise InvalidInputError(f"{path!r} is a folder: use add_dir.") from error
    size = status.st_size
    width = part_size(size)
    offsets = range(0, size, width)
    if executor is None:
        parts = [_hash_range(path, offset, min(width, size - offset)) for offset in offsets]
    else:
        parts = list(executor.map(lambda offset: _hash_range(path, offset, min(width, size - offset)), offsets))
    return FileHash(composite(parts, width), size, tuple(parts))


def _hash_small(file: io.RawIOBase, path: str) -> FileHash:
    hasher = hashlib.sha256()
    size = 0

    while block := file.read(BLOCK):
        hasher.update(block)
        size += len(block)
    if size > SMALLEST_PART:
        raise InvalidInputError(f"{path!r} grew while it was read: add it when nothing writes to it.")
    return FileHash("sha256:" + hasher.hexdigest(), size, (hasher.digest(),))


def _hash_range(path: str, offset: int, length: int) -> bytes:
    hasher = hashlib.sha256()
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    with open(path, "rb", buffering=0) as file:
        file.seek(offset)
        while length:
            count = file.readinto(view[: min(BLOCK, length)])
            if not count:
                raise InvalidInputError(f"{path!r} became shorter while it was read: add it when nothing writes to it.")
            hasher.update(view[:count])
            length -= count
    return hasher.digest()


def hashing_threads() -> Executor:
    """Threads to hash with: SHA-256 of large blocks runs outside the interpreter lock, so one a core."""
    return Crew(min(8, os.cpu_count() or 1))
