"""A port that leads to a server: absent until it is opened, and cut off when it is closed."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def forwarding(port: int, target: tuple[str, int], *, is_silent: threading.Event | None = None) -> Iterator[None]:
    """Forward connections to 127.0.0.1:`port` to `target`; at the end close the port and all connections.

    Once `is_silent` is set, connections stay open but nothing passes any more, as behind a frozen machine.
    """
    is_silent = is_silent or threading.Event()
    listener = socket.create_server(("127.0.0.1", port))
    opened: list[socket.socket] = []
    threading.Thread(target=_accept, args=(listener, target, opened, is_silent), daemon=True).start()
    try:
        yield
    finally:
        _close(listener)
        for connection in opened:
            _close(connection)


def _accept(
    listener: socket.socket, target: tuple[str, int], opened: list[socket.socket], is_silent: threading.Event
) -> None:
    with contextlib.suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(target)
            opened += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_copy, args=(source, sink, is_silent), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket, is_silent: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            if not is_silent.is_set():
                sink.sendall(piece)
    _close(source)
    _close(sink)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
