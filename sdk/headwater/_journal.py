"""The journal of a run: what was logged, on disk before `log` returns, readable after any crash."""

from __future__ import annotations

import mmap
import os
import shlex
import struct
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice, repeat
from pathlib import Path
from typing import Any

import msgpack

if sys.platform != "win32":  # there a run that goes on cannot be told from one that was killed
    import fcntl

FRAME = struct.Struct("<III")  # length and CRC-32 of the payload that follows, and its number, on which the CRC begins
MAX_PAYLOAD = 64 * 1024 * 1024
FORMAT = 2  # of a journal, written in its first note
META = "run"  # the stream of what is said about the run itself
RETRY_SECONDS = 1.0  # between two attempts to write what a full disk did not take
# The first byte of a record: each is a map.
_MAPS = frozenset((*range(0x80, 0x90), 0xDE, 0xDF))

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
    """Make the journal folder of a run and return it. No two processes get the same one."""
    # The program may go to another folder while the run goes on.
    above = directory.absolute() / ".headwater"
    above.mkdir(parents=True, exist_ok=True)
    name = f"run-{started:%Y%m%d_%H%M%S}-{run_key}"
    for number in count(1):
        folder = above / (name if number == 1 else f"{name}.{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("count never ends")


def sync_command(folder: Path) -> str:
    """The command that sends the journal of a run."""
    return f"headwater sync {shlex.quote(str(folder.absolute()))}"


def pack(record: Any) -> bytes:
    """The bytes of one record. msgpack, because it keeps NaN and the infinities."""
    packed: bytes = msgpack.packb(record, use_bin_type=True)
    return packed


def unpack(payload: bytes) -> Any:
    """The record behind the bytes that `pack` made."""
    return msgpack.unpackb(payload, raw=False, strict_map_key=False)


def frame(payload: bytes, number: int) -> bytes:
    """The bytes of one record as they lie in the file of its stream."""
    number &= 0xFFFFFFFF
    return FRAME.pack(len(payload), zlib.crc32(payload, number), number) + payload


@dataclass
class Stream:
    """One append-only file of records, numbered from 0. One process writes it; others may read it."""

    path: Path
    written: int = 0  # how many records the file has
    failure: OSError | None = None
    # Records the disk did not take. They follow those of the file and are still sent.
    unwritten: list[bytes] = field(default_factory=list)
    unheld: OSError | None = None
    rewrites: int = 0  # how often such records were written after all
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _descriptor: int | None = None
    _size: int = 0
    _tried_at: float = 0.0

    @property
    def name(self) -> str:
        """The stream's id, which is its file's name."""
        return self.path.stem

    @property
    def count(self) -> int:
        """How many records it has."""
        with self.lock:
            return self.written + len(self.unwritten)

    def append(self, payload: bytes) -> None:
        """Write one record with a single call, so that a kill leaves whole records and at most one torn tail."""
        if self.failure is not None:
            self._put_behind(payload)
            return
        try:
            self._write(frame(payload, self.written))
        except OSError as error:
            with self.lock:
                self.failure = error
                self.unwritten.append(payload)
                self._tried_at = time.monotonic()
        else:
            self.written += 1

    def retry(self) -> None:
        """Write what the disk did not take before, if it does now."""
        if self.failure is not None:
            with self.lock:
                self._retry()

    def _put_behind(self, payload: bytes) -> None:
        with self.lock:
            self.unwritten.append(payload)
            if self.failure is None or time.monotonic() - self._tried_at > RETRY_SECONDS:
                self._retry()

    def _retry(self) -> None:
        frames = b"".join(frame(payload, number) for number, payload in enumerate(self.unwritten, self.written))
        self._tried_at = time.monotonic()
        try:
            self._write(frames)
        except OSError as error:
            self.failure = error
            return
        self.written += len(self.unwritten)
        self.unwritten = []
        self.rewrites += 1
        self.failure = None

    def _write(self, frame: bytes) -> None:
        written = os.write(self._open(), frame)
        if written != len(frame):
            # A full disk takes a part: cut it off, or a reader would stop here for good.
            os.ftruncate(self._open(), self._size)
            raise OSError(28, "No space left on device", str(self.path))
        self._size += written

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.path, flags, 0o644)
            self._size = os.fstat(self._descriptor).st_size
        return self._descriptor

    def hold(self) -> None:
        """Show for as long as this process lives and has the file open that the run goes on, where systems can."""
        if sys.platform != "win32":
            try:
                fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                # A file system without locks. What is lost is only that `sync` knows of a run that it goes on.
                self.unheld = error

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
        self._rewrites = stream.rewrites
        self._is_of_file = True
        self.number = 0

    def read(self, max_records: int, max_size: int) -> list[bytes]:
        """The next records, none if there are no more for now. `advance` moves past them."""
        with self._stream.lock:
            written, unwritten, rewrites = self._stream.written, self._stream.unwritten, self._stream.rewrites
        if rewrites != self._rewrites:
            # What was sent from memory lies in the file now.
            self._rewrites = rewrites
            self.seek(self.number)
        if self.number < written:
            found = islice(read_payloads(self._stream.path, self._offset), written - self.number)
        else:
            found = islice(list(unwritten), self.number - written, None)
        payloads: list[bytes] = []
        size = 0
        for payload in found:
            if payloads and (len(payloads) >= max_records or size + len(payload) > max_size):
                break
            payloads.append(payload)
            size += len(payload)
        self._is_of_file = self.number < written
        return payloads

    def advance(self, payloads: list[bytes], acknowledged: int) -> None:
        """Go on at the record the service expects next, having sent `payloads` from `number`."""
        if acknowledged == self.number + len(payloads):
            if self._is_of_file:
                self._offset += sum(FRAME.size + len(payload) for payload in payloads)
            self.number = acknowledged
            return
        self.seek(acknowledged)

    def seek(self, number: int) -> None:
        """Go to a record by its number, counting from the start of the file."""
        self._offset = 0
        for index, payload in enumerate(read_payloads(self._stream.path)):
            if index >= min(number, self._stream.written):
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
            length, checksum, number = FRAME.unpack(head)
            if not 0 < length <= MAX_PAYLOAD:
                # No record is empty: a loss of power may leave zeros at the end.
                return
            payload = file.read(length)
            if len(payload) != length or zlib.crc32(payload, number) != checksum:
                return
            yield payload


def read_records(path: Path) -> Iterator[Any]:
    """The records of a stream's file, decoded."""
    for payload in read_payloads(path):
        yield unpack(payload)


@dataclass
class Damage:
    """What could not be read of a stream: places in it, and bytes at its end that are no whole record."""

    places: int = 0
    tail_size: int = 0


def recover_payloads(path: Path, damage: Damage) -> Iterator[bytes | None]:
    """The whole records of a stream's file, also those behind damaged ones, each of which is a None."""
    size = path.stat().st_size
    if size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content:
        at = expected = 0
        while at < size:
            found = _record_at(content, at)
            if found is not None:
                number, payload = found
                at += FRAME.size + len(payload)
                expected = number + 1
                yield payload
                continue
            behind = _behind(content, at)
            if behind is None:
                damage.tail_size = size - at
                return
            at, number = behind
            damage.places += 1
            yield from repeat(None, max(1, number - expected))


def _record_at(content: mmap.mmap, at: int) -> tuple[int, bytes] | None:
    """The number and the payload of the record that begins there, None if none does."""
    begin = at + FRAME.size
    if begin >= len(content) or content[begin] not in _MAPS:
        return None
    length, checksum, number = FRAME.unpack_from(content, at)
    if not 0 < length <= min(MAX_PAYLOAD, len(content) - begin):
        return None
    payload = content[begin : begin + length]
    return (number, payload) if zlib.crc32(payload, number) == checksum else None


def _behind(content: mmap.mmap, at: int) -> tuple[int, int] | None:
    """Where the next whole record begins, and its number."""
    for each in range(at + 1, len(content) - FRAME.size):
        found = _record_at(content, each)
        if found is not None:
            return each, found[0]
    return None


def is_held(folder: Path) -> bool:
    """Whether a process on this machine goes on with the run of a journal folder."""
    if sys.platform == "win32":
        return False
    with (folder / f"{META}.log").open("rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            # A file system without locks; nobody holds one there.
            return False
    return False
