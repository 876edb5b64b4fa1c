"""One progress display on a terminal, shared by all transfers of the process; nothing elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOW_AFTER_SECONDS = 1.0
PAUSE_SECONDS = 0.1

_lock = threading.Lock()
_display: Progress | None = None
_shown = 0


class Transfer:
    """A transfer of some bytes; after a second on a terminal it gets a line."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._started = time.monotonic()
        self._drawn = 0.0
        self._task: TaskID | None = None
        self._is_wanted = sys.stderr.isatty() and os.environ.get("HEADWATER_SILENT", "").lower() in ("", "0", "false")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        global _display, _shown
        with _lock:
            if self._task is None or _display is None:
                return
            _display.update(self._task, completed=self._done)
            _shown -= 1
            if _shown == 0:
                _display.stop()
                _display = None

    def advance(self, size: int) -> None:
        """Note that bytes have gone through; any thread."""
        with _lock:
            self._done += size
            now = time.monotonic()
            if not self._is_wanted or now - self._started < SHOW_AFTER_SECONDS or now - self._drawn < PAUSE_SECONDS:
                return
            self._drawn = now
            self._draw()

    def _draw(self) -> None:
        global _display, _shown
        if _display is None:
            _display = _new_display()
            _display.start()
        if self._task is None:
            self._task = _display.add_task(self._label, total=self._total)
            _shown += 1
        _display.update(self._task, completed=self._done, refresh=True)


def _new_display() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        # It is drawn as bytes go through; a thread for it could not be started once the program is over.
        auto_refresh=False,
    )
