"""HTTP to the object store: one PUT or GET of a signed URL, with retries. The API key never comes here."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import urllib3
from urllib3.exceptions import HTTPError

from ._client import Patience, user_agent
from ._digests import BLOCK
from ._errors import NotFoundError, PermissionDeniedError, UnavailableError
from ._pool import ForkSafePool

THREADS = 8
SMALL = 1024 * 1024  # read in one piece
PATIENCE_SECONDS = 120.0
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_CODE = re.compile(rb"<Code>([^<]{1,100})</Code>")
_CHECKSUM_CODES = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "InvalidDigest"})

T = TypeVar("T")

_pool = ForkSafePool(size=2 * THREADS, timeout=urllib3.Timeout(connect=5.0, read=60.0), blocksize=BLOCK)


class PutOutcome(enum.Enum):
    """What the store said to a PUT that is no failure of the network."""

    STORED = "stored"
    EXISTS = "exists"
    EXPIRED = "expired"
    DIFFERS = "differs"
    UNKNOWN_UPLOAD = "unknown upload"


class _Shrunk(Exception):
    """A file ends before the stretch that was to be sent: a body that is too short would hang until the timeout."""


class FileRange:
    """Reads a stretch of a file in blocks, as the body of a request."""

    def __init__(self, path: str, offset: int, length: int) -> None:
        self._file = open(path, "rb", buffering=0)
        self._file.seek(offset)
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """The next block; empty at the end."""
        block = self._file.read(self._left if size < 0 else min(size, self._left))
        if not block and self._left:
            raise _Shrunk
        self._left -= len(block)
        return block

    def read_all(self) -> bytes:
        """The whole stretch."""
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(BLOCK):
            yield block

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def put_range(url: str, headers: Mapping[str, str], path: str, *, offset: int, length: int) -> PutOutcome:
    """PUT a stretch of a file.

    Raises:
        UnavailableError: if the store does not answer within two minutes.
        PermissionDeniedError: if it refuses the signature for another reason than its age.
    """
    patience = Patience(PATIENCE_SECONDS)
    sent = {**headers, "Content-Length": str(length), "User-Agent": user_agent()}
    while True:
        body = FileRange(path, offset, length)
        try:
            response = _send("PUT", url, headers=sent, body=body.read_all() if length <= SMALL else body)
        except _Shrunk:
            return PutOutcome.DIFFERS
        except HTTPError as error:
            failure = UnavailableError(f"The object store does not answer: {_reason(error)}")
            failure.__cause__ = error
        else:
            if response.status not in RETRIED_STATUSES:
                return _put_outcome(response)
            failure = UnavailableError(f"The object store answers {response.status} {_code(response.data)}.")
        finally:
            body.close()
        patience.pause(failure)


def _send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | FileRange | None = None,
    preload_content: bool = True,
) -> urllib3.BaseHTTPResponse:
    # Signed URLs are well formed: taking one apart by hand costs a twentieth of parsing it, for each small file.
    scheme, _, rest = url.partition("://")
    authority, slash, target = rest.partition("/")
    host, colon, port = authority.rpartition(":") if not authority.endswith("]") else (authority, "", "")
    pool = _pool.get().connection_from_host(
        (host if colon else authority).strip("[]"), int(port) if colon else None, scheme
    )
    return pool.urlopen(
        method,
        slash + target or "/",
        body=body,
        headers=headers,
        retries=False,
        redirect=False,
        preload_content=preload_content,
    )


def _put_outcome(response: urllib3.BaseHTTPResponse) -> PutOutcome:
    if response.status in (200, 204):
        return PutOutcome.STORED
    code = _code(response.data)
    if response.status == 412:
        return PutOutcome.EXISTS
    if response.status == 400 and code in _CHECKSUM_CODES:
        return PutOutcome.DIFFERS
    if response.status == 400 and code == "IncompleteBody":
        return PutOutcome.DIFFERS
    if response.status == 404 and code == "NoSuchUpload":
        return PutOutcome.UNKNOWN_UPLOAD
    if is_expired(response.status, response.data):
        return PutOutcome.EXPIRED
    raise refusal(response.status, response.data)


def is_expired(status: int, body: bytes) -> bool:
    """Whether an answer says that a signed URL is too old."""
    return status in (400, 403) and (b"Request has expired" in body or _code(body) == "ExpiredToken")


def refusal(status: int, body: bytes) -> PermissionDeniedError | NotFoundError | UnavailableError:
    """The error for an answer that no repetition will change."""
    code = _code(body)
    if status == 404:
        return NotFoundError(f"The object store has no such object ({code}).")
    hint = " Compare this machine's clock with the server's." if code == "RequestTimeTooSkewed" else ""
    if status in (401, 403):
        return PermissionDeniedError(f"The object store refuses the signed request: {code}.{hint}")
    return UnavailableError(f"The object store answers {status} {code}.")


class Expired(Exception):
    """A signed URL was too old; the caller gets a new one. Never leaves the SDK."""


@contextmanager
def opened(url: str, *, offset: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
    """GET a signed URL, or a stretch of it, as blocks. The caller repeats what breaks off in the middle.

    Raises:
        Expired: if the URL is too old.
        UnavailableError: if the store does not answer, or the answer breaks off.
        NotFoundError: if the object is not there.
        PermissionDeniedError: if the signature is refused.
    """
    headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
    expected = 200
    if offset or length is not None:
        end = "" if length is None else str(offset + length - 1)
        headers["Range"] = f"bytes={offset}-{end}"
        expected = 206
    try:
        response = _send("GET", url, headers=headers, preload_content=False)
        try:
            if response.status not in (200, expected) or (expected == 206 and response.status == 200 and offset):
                body = response.read(4096)
                if is_expired(response.status, body):
                    raise Expired
                if response.status in RETRIED_STATUSES:
                    raise UnavailableError(f"The object store answers {response.status} {_code(body)}.")
                raise refusal(response.status, body)
            yield _blocks(response)
        finally:
            response.drain_conn() if response.length_remaining == 0 else response.close()
            response.release_conn()
    except HTTPError as error:
        raise UnavailableError(f"The object store does not answer: {_reason(error)}") from error


def _blocks(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while block := response.read(BLOCK):
        yield block


def fetch(url: str, take: Callable[[Iterator[bytes]], T]) -> T:
    """GET a whole document and give its blocks to `take`, again from the start if the answer breaks off.

    Raises:
        Expired: if the URL is too old.
    """
    patience = Patience(PATIENCE_SECONDS)
    while True:
        try:
            with opened(url) as blocks:
                return take(blocks)
        except UnavailableError as error:
            patience.pause(error)


def _code(body: bytes) -> str:
    match = _CODE.search(body)
    return match.group(1).decode("utf-8", "replace") if match else "(no reason)"


def _reason(error: HTTPError) -> str:
    return str(error).rsplit(": ", 1)[-1]
