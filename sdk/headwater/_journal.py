"""The journal of a run: what was logged, on disk before `log` returns, readable after any crash."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgpack

FRAME = struct.Struct("<II")  # length and CRC-32 of the payload that follows
MAX_PAYLOAD = 64 * 1024 * 1024

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
# The largest multiple of 36 below 256: a byte at or above it would favour the first letters.
_FAIR = 252


def random_key(length: int) -> str:
    """Random text of `[a-z0-9]` from the system's source, untouched by `random.seed` and by fork."""
    letters: list[str] = []
    while len(letters) < length:
        letters += [_ALPHABET[byte % 36] for byte in os.urandom(length) if byte < _FAIR]
    return "".join(letters[:length])


def run_folder(directory: Path, run_key: str, started: datetime) -> Path:
    """Make the journal folder of a run and return it."""
    folder = directory / ".headwater" / f"run-{started:%Y%m%d_%H%M%S}-{run_key}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pack(record: Any) -> bytes:
    """The bytes of one record. msgpack, because it keeps NaN and the infinities."""
    packed: bytes = msgpack.packb(record, use_bin_type=True)
    return packed


def unpack(payload: bytes) -> Any:
    """The record behind the bytes that `pack` made."""
    return msgpack.unpackb(payload, raw=False, strict_map_key=False)


@dataclass
class Stream:
    """One append-only file of records, numbered from 0. One process writes it; others may read it."""

    path: Path
    count: int = 0
    failure: OSError | None = None
    # Records the disk did not take. They follow those of the file and are still sent.
    unwritten: list[bytes] = field(default_factory=list)
    _descriptor: int | None = None
    _size: int = 0

    @property
    def name(self) -> str:
        """The stream's id, which is its file's name."""
        return self.path.stem

    def append(self, payload: bytes) -> None:
        """Write one record with a single call, so that a kill leaves whole records and at most one torn tail."""
        if self.failure is None:
            try:
                self._write(FRAME.pack(len(payload), zlib.crc32(payload)) + payload)
            except OSError as error:
                self.failure = error
        if self.failure is not None:
            self.unwritten.append(payload)
        self.count += 1

    def _write(self, frame: bytes) -> None:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.path, flags, 0o644)
            self._size = os.fstat(self._descriptor).st_size
        written = os.write(self._descriptor, frame)
        if written != len(frame):
            # A full disk takes a part: cut it off, or a reader would stop here for good.
            os.ftruncate(self._descriptor, self._size)
            raise OSError(28, "No space left on device", str(self.path))
        self._size += written

    def sync(self) -> None:
        """Make what was written safe against a loss of power."""
        if self._descriptor is not None:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Release the file. A later append opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Tail:
    """Reads a stream's records in order while it grows, a batch at a time."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._offset = 0
        self.number = 0

    def read(self, max_records: int, max_size: int) -> list[bytes]:
        """The next records, none if there are no more for now. `advance` moves past them."""
        written = self._stream.count - len(self._stream.unwritten)
        if self.number < written:
            found = islice(read_payloads(self._stream.path, self._offset), written - self.number)
        else:
            found = islice(self._stream.unwritten, self.number - written, None)
        payloads: list[bytes] = []
        size = 0
        for payload in found:
            if payloads and (len(payloads) >= max_records or size + len(payload) > max_size):
                break
            payloads.append(payload)
            size += len(payload)
        return payloads

    def advance(self, payloads: list[bytes], acknowledged: int) -> None:
        """Go on at the record the service expects next, having sent `payloads` from `number`."""
        if acknowledged == self.number + len(payloads):
            if self.number < self._stream.count - len(self._stream.unwritten):
                self._offset += sum(FRAME.size + len(payload) for payload in payloads)
            self.number = acknowledged
            return
        self.seek(acknowledged)

    def seek(self, number: int) -> None:
        """Go to a record by its number, counting from the start of the file."""
        written = self._stream.count - len(self._stream.unwritten)
        self._offset = 0
        for index, payload in enumerate(read_payloads(self._stream.path)):
            if index >= min(number, written):
                break
            self._offset += FRAME.size + len(payload)
        self.number = number


def read_payloads(path: Path, offset: int = 0) -> Iterator[bytes]:
    """The whole records of a stream's file; stops without an error at a torn or damaged one."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        while len(head := file.read(FRAME.size)) == FRAME.size:
            length, checksum = FRAME.unpack(head)
            if length > MAX_PAYLOAD:
                return
            payload = file.read(length)
            if len(payload) != length or zlib.crc32(payload) != checksum:
                return
            yield payload


def read_records(path: Path) -> Iterator[Any]:
    """The records of a stream's file, decoded."""
    for payload in read_payloads(path):
        yield unpack(payload)
