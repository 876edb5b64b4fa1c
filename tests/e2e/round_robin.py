"""A load balancer without memory: each request goes to the next replica."""

import contextlib
import http.server
import itertools
import threading
from collections.abc import Iterator, Sequence

import urllib3

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Balancer"

    def _pass_on(self) -> None:
        target = self.server.next_target()
        response = self.server.pool.request(
            self.command,
            target + self.path,
            body=self._body(),
            headers={name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP},
            redirect=False,
            retries=False,
            decode_content=False,
        )
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.data)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass_on

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        length = int(self.headers.get("Content-Length", "0"))
        return self.rfile.read(length) if length else None

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        piece = self.rfile.read(size)
        self.rfile.readline()
        return piece

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the replicas log their requests."""


class _Balancer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], targets: Sequence[str]) -> None:
        super().__init__(address, _Handler)
        self.pool = urllib3.PoolManager(maxsize=16)
        self._targets = itertools.cycle(targets)
        self._lock = threading.Lock()

    def next_target(self) -> str:
        with self._lock:
            return next(self._targets)


@contextlib.contextmanager
def round_robin(port: int, targets: Sequence[str]) -> Iterator[str]:
    """Serve the replicas in turn at 127.0.0.1:`port`."""
    balancer = _Balancer(("127.0.0.1", port), targets)
    thread = threading.Thread(target=balancer.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        balancer.shutdown()
        balancer.server_close()
        thread.join()
