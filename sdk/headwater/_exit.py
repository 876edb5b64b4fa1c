"""How the end of the process reaches the run that is open then."""

from __future__ import annotations

import atexit
import builtins
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

INTERRUPTED = 130
TERMINATED = 143


@dataclass
class _Ending:
    """What is known of how the process ends."""

    code: int = 0
    is_killed: bool = False
    # An exception that Python printed before.
    known: BaseException | None = None


_ending = _Ending()
_watching: Callable[[int, bool], None] | None = None
_process = 0
_old_sigterm: Any = None


def watch(finish: Callable[[int, bool], None]) -> None:
    """Call `finish(exit code, was it killed)` once the main program is over, however that comes about.

    That is after its threads have ended, too: those that are not daemons, and so may still log.
    """
    global _watching, _process
    first = _watching is None
    is_new_process = _process != os.getpid()
    _watching = finish
    _process = os.getpid()
    _ending.code, _ending.is_killed, _ending.known = 0, False, _printed()
    if is_new_process:
        _watch_child()
    if first:
        atexit.register(_over)
        _chain_excepthook()
        _chain_exit()
    _catch_sigterm()


def release() -> None:
    """The run is finished: terminate as before."""
    global _old_sigterm
    if _old_sigterm is not None and threading.current_thread() is threading.main_thread():
        if signal.getsignal(signal.SIGTERM) is _on_sigterm:
            signal.signal(signal.SIGTERM, _old_sigterm)
        _old_sigterm = None


def code_of(error: BaseException | None) -> tuple[int, bool]:
    """The exit code that an exception stands for, and whether it means that the process was killed."""
    if error is None:
        return 0, False
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, True
    if isinstance(error, SystemExit):
        code = _number(error.code)
        return code, _ending.is_killed and code == TERMINATED
    return 1, False


def _over() -> None:
    if _watching is None or os.getpid() != _process:
        return
    # A child of multiprocessing is still handling its exception here.
    error = sys.exc_info()[1] or _printed()
    if not _ending.code and error is not _ending.known:
        # No hook was called: multiprocessing calls none, and who took ours over may not call it.
        _ending.code, _ending.is_killed = code_of(error)
    _watching(_ending.code, _ending.is_killed)


def _printed() -> BaseException | None:
    """The exception that ended the program, as Python notes it before it calls the hook; a prompt survives many."""
    return None if hasattr(sys, "ps1") else getattr(sys, "last_value", None)


def _watch_child() -> None:
    """A process that multiprocessing started ends without the functions of `atexit`, but with its own."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None and util.process.parent_process() is not None:
        util.Finalize(None, _over, exitpriority=0)


def _chain_excepthook() -> None:
    previous = sys.excepthook

    def excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _ending.code, _ending.is_killed = code_of(error)
        previous(kind, error, trace)

    sys.excepthook = excepthook


def _chain_exit() -> None:
    # `SystemExit` reaches no hook, so its code is noted where it is made.
    previous = sys.exit

    def noted_exit(status: Any = None, /) -> Any:
        if threading.current_thread() is threading.main_thread():
            _ending.code = _number(status)
        previous(status)

    sys.exit = noted_exit
    # `exit()` and `quit()`, which `site` adds, raise it themselves.
    quitter: Any = type(getattr(builtins, "exit", None))
    if quitter.__name__ == "Quitter":
        call = quitter.__call__

        def noted_call(self: Any, code: Any = None) -> Any:
            if threading.current_thread() is threading.main_thread():
                _ending.code = _number(code)
            call(self, code)

        quitter.__call__ = noted_call


def _catch_sigterm() -> None:
    """Let SIGTERM end the program in an orderly way, unless the program has plans of its own for it."""
    global _old_sigterm
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        _old_sigterm = signal.signal(signal.SIGTERM, _on_sigterm)


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    if os.getpid() != _process:
        # A forked child is no part of the run's end: it dies as it would have died.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
        return
    _ending.code, _ending.is_killed = TERMINATED, True
    raise SystemExit(TERMINATED)


def _number(status: Any) -> int:
    """The number that the shell sees for a status given to `sys.exit`."""
    if status is None:
        return 0
    return status if isinstance(status, int) else 1
