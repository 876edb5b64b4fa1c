"""What is kept of a run besides what it logs: its console, its machine, its environment."""

from __future__ import annotations

from pathlib import Path

from ._capture import Capture
from ._journal import Stream, Tail, random_key
from ._sender import BATCH_RECORDS, BATCH_SIZE, Post
from ._settings import Settings
from ._system import Monitor

CONSOLE = "console-"
SYSTEM = "system-"
"""The service tells the kind of a stream by how its name begins."""


class Surroundings:
    """The console and the machine of a run, in streams of their own in its journal folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._capture = Capture(lambda: self._stream(CONSOLE)) if settings.console else None
        self._monitor = None
        if settings.system_interval > 0:
            self._monitor = Monitor(self._stream(SYSTEM), settings.system_interval, str(folder))
        self._begin()

    def start(self) -> None:
        """Begin to listen and to sample."""
        if self._capture is not None:
            self._capture.start()
        if self._monitor is not None:
            self._monitor.start()

    def stop(self) -> str | None:
        """Listen and sample no more. What is missing in the console, as a sentence."""
        if self._monitor is not None:
            self._monitor.stop()
        if self._capture is None:
            return None
        self._capture.stop()
        if self._capture.failure is not None:
            return f"The console is not kept whole: {self._capture.failure}"
        if self._capture.left_out:
            return f"The console is not kept whole: its last {self._capture.left_out:,} characters are left out."
        return None

    def tell(self, text: str) -> None:
        """Keep a text with the console that is not written there yet."""
        if self._capture is not None:
            self._capture.heard("stderr", text)

    def close(self) -> None:
        """Release the files."""
        for stream in self._streams:
            stream.close()

    def send(self, post: Post) -> None:
        """Hand over what is new in these streams."""
        for stream, tail in zip(self._streams, self._tails, strict=True):
            while payloads := tail.read(BATCH_RECORDS, BATCH_SIZE):
                tail.advance(payloads, post(stream.name, tail.number, payloads))

    @property
    def stream_names(self) -> set[str]:
        """The streams of this process."""
        return {stream.name for stream in self._streams}

    def after_fork(self) -> None:
        """In a forked child only the console goes on, in a stream of its own."""
        self._monitor = None
        self._begin()

    def _begin(self) -> None:
        sources = (self._capture, self._monitor)
        self._streams = [source.stream for source in sources if source is not None]
        self._tails = [Tail(stream) for stream in self._streams]

    def _stream(self, kind: str) -> Stream:
        return Stream(self._folder / f"{kind}{random_key(12)}.log")
