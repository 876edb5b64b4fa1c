"""The console of a run: what the program writes to stdout and stderr, kept with the time it was written at.

The text streams that are `sys.stdout` and `sys.stderr` when the run begins are tapped: whoever writes to them, a logger
with an old reference included, is heard. What is written is written first, by the stream itself, and no failure here
ever reaches the writer. A forked child goes on in a stream of its own.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from ._journal import Stream, pack

LONGEST_TEXT = 64 * 1024  # characters of one record
LONGEST_PENDING = 8 * 1024  # characters of a line that has no end yet
LARGEST_CONSOLE = 64 * 1024 * 1024  # bytes a process and run; what comes after is counted only

_open: weakref.WeakSet[Capture] = weakref.WeakSet()


class Capture:
    """Keeps what is written to both streams, from `start` to `stop`, as records of a journal stream.

    Args:
        new_stream: Makes the stream of this process. It is called again in a forked child.
    """

    def __init__(self, new_stream: Callable[[], Stream]) -> None:
        self._new_stream = new_stream
        self._taps: list[_Tap] = []
        # A signal handler or a finalizer may print in the middle of a write.
        self._lock = threading.RLock()
        self._pending: dict[str, str] = {}
        self._size = 0
        self.stream = new_stream()
        self.left_out = 0
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin to listen."""
        for source in ("stdout", "stderr"):
            stream = getattr(sys, source)
            if stream is not None:
                tap = _Tap(self, stream, source)
                if tap.is_in_place:
                    self._taps.append(tap)
        _open.add(self)

    def stop(self) -> None:
        """Listen no more; keep what stands in an unfinished line."""
        for tap in self._taps:
            tap.remove()
        self._taps = []
        _open.discard(self)
        with self._lock:
            for source, text in self._pending.items():
                self._guarded(source, _shown(text))
            self._pending = {}

    def heard(self, source: str, text: str) -> None:
        """Keep the whole lines of what was written, and wait for the end of the last one."""
        if self.failure is not None:
            return
        with self._lock:
            text = self._pending.pop(source, "") + text
            end = text.rfind("\n")
            if end >= 0:
                self._guarded(source, text[:end])
                text = text[end + 1 :]
            if len(text) > LONGEST_PENDING:
                # A progress bar writes over its line again and again: only its last state counts.
                text = _shown(text)
            if len(text) > LONGEST_PENDING:
                self._guarded(source, text)
                text = ""
            if text:
                self._pending[source] = text

    def after_fork(self) -> None:
        """Go on in a stream of this process's own; a thread that is not here may have held the lock."""
        self._lock = threading.RLock()
        self._pending = {}
        self._size = 0
        self.stream = self._new_stream()

    def _guarded(self, source: str, text: str) -> None:
        try:
            self._keep(source, text)
        except Exception as error:
            # Whatever it is, the program only wanted to print. The run tells of it when it ends.
            self.failure = error

    def _keep(self, source: str, text: str) -> None:
        if "\r" in text:
            text = "\n".join(_shown(line) for line in text.split("\n"))
        for start in range(0, max(len(text), 1), LONGEST_TEXT):
            part = text[start : start + LONGEST_TEXT]
            now = time.time()
            # Surrogates stand for bytes that are no text: they would not be msgpack's text either.
            values = {"source": source, "text": part.encode("utf-8", "backslashreplace").decode()}
            payload = pack({"step": int(now * 1000), "time": now, "values": values})
            if self._size + len(payload) > LARGEST_CONSOLE:
                self.left_out += len(part)
                continue
            self._size += len(payload)
            self.stream.append(payload)


class _Tap:
    """A stream whose `write` also tells a capture what was written."""

    def __init__(self, capture: Capture, stream: Any, source: str) -> None:
        self._stream = stream
        self._capture: Capture | None = capture
        self._source = source
        self._write = stream.write
        # A bound method is made anew each time it is asked for: this one can be recognised.
        self._tapped = self._heard
        self._had_own = "write" in getattr(stream, "__dict__", {})
        self.is_in_place = self._put_in_place()

    def _put_in_place(self) -> bool:
        try:
            self._stream.write = self._tapped
        except (AttributeError, TypeError):
            # Some other kind of object stands in for the stream, and can't be listened to.
            return False
        return True

    def _heard(self, text: Any, /) -> Any:
        result = self._write(text)
        capture = self._capture
        if capture is not None and type(text) is str:
            capture.heard(self._source, text)
        return result

    def remove(self) -> None:
        self._capture = None
        # Someone who tapped the stream after us calls us still: then this stays, and listens no more.
        if getattr(self._stream, "__dict__", {}).get("write") is self._tapped:
            before = self._before()
            if before._had_own:
                self._stream.write = before._write
            else:
                del self._stream.write

    def _before(self) -> _Tap:
        """The tap that found the stream as it is to be left: those below this one may have ended before it."""
        below = getattr(self._write, "__self__", None)
        return below._before() if isinstance(below, _Tap) and below._capture is None else self


def _shown(text: str) -> str:
    """What a terminal shows of a line: what follows the last return to its beginning."""
    text = text.rstrip("\r")
    return text[text.rfind("\r") + 1 :]


def _after_fork() -> None:
    for capture in list(_open):
        capture.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
