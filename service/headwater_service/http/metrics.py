"""Prometheus: requests, GraphQL operations by name, and what the graph and the object store measure themselves."""

import os
import threading
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response

REQUESTS = Counter("headwater_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("headwater_request_seconds", "Time to answer a request", ["route"])
OPERATION_SECONDS = Histogram("headwater_graphql_seconds", "Time of one GraphQL operation", ["operation", "outcome"])
SOCKETS_OPEN = Gauge("headwater_sockets_open", "WebSockets that are open", multiprocess_mode="livesum")
SOCKETS_CLOSED = Counter("headwater_sockets_closed", "WebSockets closed, by the code of their end", ["code"])

# A client chooses the names of its operations: only so many become series of their own.
MOST_OPERATION_NAMES: Final = 200
_operation_names: set[str] = set()
_names_lock = threading.Lock()
_CLOSE_CODES: Final = frozenset(
    {1000, 1001, 1005, 1006, 1011, 1012, 1013, 4400, 4401, 4403, 4406, 4408, 4409, 4413, 4429}
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is the declared path with its placeholders, so that the number of series stays small."""
    REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)


def count_operation(name: str | None, seconds: float, *, is_failed: bool) -> None:
    OPERATION_SECONDS.labels(_bounded(name), "error" if is_failed else "ok").observe(seconds)


def count_closed_socket(code: int) -> None:
    """A client chooses what it says at the end, too."""
    SOCKETS_CLOSED.labels(str(code) if code in _CLOSE_CODES else "other").inc()


def _bounded(name: str | None) -> str:
    if not name:
        return "anonymous"
    with _names_lock:
        if name not in _operation_names and len(_operation_names) >= MOST_OPERATION_NAMES:
            return "other"
        _operation_names.add(name)
    return name


async def metrics(request: Request) -> Response:
    """Answer with the measurements of this process, or of all of them when there are several."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
