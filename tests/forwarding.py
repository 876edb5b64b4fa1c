"""A way to reach a local server under another name and port, as through a proxy that leaves requests as they are."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator


class Forwarder(socketserver.BaseRequestHandler):
    """Passes bytes on to `target`, as a proxy does that leaves the Host header alone."""

    target: tuple[str, int]

    def handle(self) -> None:
        with socket.create_connection(self.target) as inner:
            back = threading.Thread(target=self._copy, args=(inner, self.request))
            back.start()
            self._copy(self.request, inner)
            back.join()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(self._passed(data, is_answer=target is self.request))
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _passed(self, data: bytes, *, is_answer: bool) -> bytes:
        return data


@contextlib.contextmanager
def forwarded(inner: int, *, port: int = 0) -> Iterator[int]:
    """Give another port (`port`, or any) behind which the server on `inner` answers too."""

    class To(Forwarder):
        target = ("127.0.0.1", inner)

    with serving(To, port) as chosen:
        yield chosen


@contextlib.contextmanager
def serving(handler: type[Forwarder], port: int) -> Iterator[int]:
    """Handle connections to a port, each in a thread."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def rewritten(inner: int, requests: dict[bytes, bytes], answers: dict[bytes, bytes]) -> Iterator[int]:
    """Give a port behind which the server on `inner` answers, with texts replaced by others of the same length."""

    class Rewriter(Forwarder):
        target = ("127.0.0.1", inner)

        def _passed(self, data: bytes, *, is_answer: bool) -> bytes:
            for before, after in (answers if is_answer else requests).items():
                data = data.replace(before, after)
            return data

    with serving(Rewriter, 0) as port:
        yield port
