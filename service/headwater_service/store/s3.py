"""Signed requests to the object store: kept connections, deadlines, retries, and S3 errors made ours. Blocking."""

import random
import time
from collections.abc import Mapping
from typing import IO, Final
from xml.etree import ElementTree

import urllib3
from prometheus_client import Histogram
from urllib3.exceptions import HTTPError

from headwater_service.errors import ConflictError, DomainError, NotFoundError, UnavailableError
from headwater_service.store.signing import EMPTY_SHA256, Signer

S3_SECONDS = Histogram("headwater_s3_seconds", "Time of one request to the object store", ["operation"])

_CONNECT_SECONDS: Final = 3.0
_PASSING_STATUS: Final = frozenset({429, 500, 502, 503, 504})
_ABSENT_CODES: Final = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchUpload"})
_CONFLICT_CODES: Final = frozenset({"PreconditionFailed", "InvalidPart", "InvalidPartOrder", "EntityTooSmall"})
_NOTHING: Final[Mapping[str, str]] = {}


class Requests:
    """Sends requests for one bucket with the key of the service itself."""

    def __init__(self, signer: Signer, *, connections: int) -> None:
        self._signer = signer
        self._pool = urllib3.PoolManager(maxsize=connections, retries=False)

    def send(
        self,
        operation: str,
        method: str,
        key: str = "",
        *,
        end: float,
        query: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
        body: bytes | IO[bytes] | None = None,
        payload_sha256: str = EMPTY_SHA256,
        is_streamed: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """Return the whole answer, trying again after a passing fault until `end`, a time of `time.monotonic`.

        `is_streamed`: with the body still to be read; the caller releases the connection.
        """
        attempt = 0
        while True:
            started = time.monotonic()
            left = end - started
            if left <= 0:
                raise UnavailableError("The object store did not answer in time. Nothing is lost; try again.")
            if body is not None and not isinstance(body, bytes):
                body.seek(0)
            # Signed anew each time: a signature is only good for some minutes.
            url, signed = self._signer.sign(method, key, query=query, headers=headers, payload_sha256=payload_sha256)
            fault: Exception | None = None
            try:
                response = self._pool.request(
                    method,
                    url,
                    headers=signed,
                    body=body,
                    timeout=urllib3.Timeout(connect=min(left, _CONNECT_SECONDS), read=left),
                    preload_content=not is_streamed,
                    redirect=False,
                )
            except (HTTPError, OSError) as error:
                fault = error
            else:
                S3_SECONDS.labels(operation).observe(time.monotonic() - started)
                if response.status < 300:
                    return response
                translated = _translated(response, operation, key)
                if response.status not in _PASSING_STATUS:
                    raise translated
                fault = translated
            pause = min(0.05 * 2**attempt, 1.0) * random.uniform(0.5, 1.5)
            if time.monotonic() + pause >= end:
                raise UnavailableError("The object store is not reachable. Nothing is lost; try again.") from fault
            time.sleep(pause)
            attempt += 1

    def open(
        self, operation: str, key: str, *, end: float, query: Mapping[str, str] = _NOTHING
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a GET with its body still to be read; the caller releases the connection."""
        return self.send(operation, "GET", key, end=end, query=query, is_streamed=True)

    def close(self) -> None:
        self._pool.clear()


def _translated(response: urllib3.BaseHTTPResponse, operation: str, key: str) -> DomainError:
    """Return the domain error that an S3 error means."""
    code = _error_code(response)
    if response.status == 412 or code in _CONFLICT_CODES:
        return ConflictError(
            f"The object store refused to {operation} {key!r}: {code or 'it exists already'}.", key=key
        )
    if code == "NoSuchBucket":
        return UnavailableError("The bucket does not exist. See `headwater doctor`.")
    if response.status == 404 or code in _ABSENT_CODES:
        return NotFoundError(f"The object store has no {key!r}.", path=key)
    if response.status in (401, 403):
        return UnavailableError(
            f"The object store refused the service's key ({code or 'forbidden'}). See `headwater doctor`."
        )
    return UnavailableError(f"The object store could not {operation} ({response.status} {code}). Try again.")


def _error_code(response: urllib3.BaseHTTPResponse) -> str:
    """Return the S3 code of an error answer, for example NoSuchKey; empty when it has no body (HEAD)."""
    body = response.data
    if not body:
        return ""
    try:
        return ElementTree.fromstring(body).findtext("Code", "")
    except ElementTree.ParseError:
        return ""
