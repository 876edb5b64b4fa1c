"""HTTP to the service: GraphQL documents and REST routes, with retries, deadlines and typed errors."""

from __future__ import annotations

import os
import random
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import metadata
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
import urllib3
from urllib3.exceptions import HTTPError, LocationParseError

from ._errors import (
    HeadwaterError,
    InvalidInputError,
    PermissionDeniedError,
    UnavailableError,
    error_from_wire,
)
from ._pool import ForkSafePool

DEADLINE_SECONDS = 120.0
CONNECT_SECONDS = 5.0
# Longer than the service's own deadline on a query (30 s), so that its typed answer wins over a bare timeout.
READ_SECONDS = 60.0
NOTICE_AFTER_SECONDS = 3.0
FIRST_DELAY_SECONDS = 0.05
LONGEST_DELAY_SECONDS = 5.0
POOL_SIZE = 16
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
ERROR_TYPENAMES = frozenset(
    {"NotFoundError", "ConflictError", "InvalidInputError", "PermissionDeniedError", "UnavailableError"}
)
STATUS_CODES = {
    400: "InvalidInputError",
    401: "PermissionDeniedError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    413: "InvalidInputError",
    429: "UnavailableError",
    502: "UnavailableError",
    503: "UnavailableError",
    504: "UnavailableError",
}
# The system's own source: a training script's seeded `random` stays as its author set it.
_CHANCE = random.SystemRandom()
_OPERATION = re.compile(r"\b(?:query|mutation)\s+([A-Za-z_]\w*)")

Body = bytes | Callable[[], Iterable[bytes]] | None
"""A body that is a function is called anew for each attempt, so that a stream can be sent again."""


FILES = "/files/"  # the routes whose answer is the signed address of a file, which is asked without the key


class Answer(NamedTuple):
    """What a REST route answered: status, headers (any case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded; what it holds is the caller's to know."""
        return orjson.loads(self.body)


@cache
def user_agent() -> str:
    """`headwater/<version>`, sent with every request."""
    return f"headwater/{metadata.version('headwater')}"


def new_operation_id() -> str:
    """A new idempotency key for a mutation."""
    return uuid.uuid4().hex


def print_notice(text: str) -> None:
    """Tell the user something on stderr, unless HEADWATER_SILENT is set."""
    if os.environ.get("HEADWATER_SILENT", "").lower() not in ("", "0", "false"):
        return
    print(f"headwater: {text}", file=sys.stderr, flush=True)


def delay_before(attempt: int) -> float:
    """Seconds to wait before an attempt (1 is the first retry): doubling, with jitter so that clients spread out."""
    longest: float = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(attempt, 16))
    return longest * _CHANCE.uniform(0.5, 1.0)


class Patience:
    """How long a call may still be tried; one for a call and all its attempts."""

    def __init__(self, seconds: float) -> None:
        self._started = time.monotonic()
        self._deadline = self._started + seconds
        self._attempt = 0

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._deadline - time.monotonic())

    def waited(self) -> float:
        """Seconds since the first attempt began."""
        return time.monotonic() - self._started

    def pause(self, failure: HeadwaterError) -> None:
        """Wait before the next attempt, or raise the failure when there is no time for one."""
        self._attempt += 1
        delay = delay_before(self._attempt)
        if delay >= self.remaining():
            raise failure
        time.sleep(delay)


class Client:
    """One service address and key; safe to share between threads and across a fork."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        notify: Callable[[str], None] = print_notice,
    ) -> None:
        self.base_url = _checked_address(base_url)
        self.deadline_seconds = deadline_seconds
        self._api_key = api_key
        self._notify = notify
        self._waiting = threading.Event()
        self._pool = ForkSafePool(
            size=POOL_SIZE, timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS), blocksize=262144
        )

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"  # never the key

    def close(self) -> None:
        """Close idle connections; the client can still be used."""
        self._pool.close()

    def execute(
        self, document: str, variables: Mapping[str, Any] | None = None, *, deadline_seconds: float | None = None
    ) -> dict[str, Any]:
        """Post a GraphQL document and return its `data`; raise the typed error of the first top-level error.

        Every document may be repeated: queries change nothing, mutations carry an operation id or are idempotent.
        """
        operation = _OPERATION.search(document)
        payload = {
            "query": document,
            "variables": dict(variables or {}),
            "operationName": operation.group(1) if operation else None,
        }
        patience = Patience(self.deadline_seconds if deadline_seconds is None else deadline_seconds)
        body = _encode(payload)
        while True:
            answer = self._send_until(
                patience, "POST", "/graphql", body=body, headers={"Content-Type": "application/json"}
            )
            try:
                return _graphql_data(answer)
            except UnavailableError as error:
                self._pause(patience, error)

    def mutate(
        self, document: str, input: Mapping[str, Any], *, deadline_seconds: float | None = None
    ) -> dict[str, Any]:
        """Run a mutation and return its payload; an `operationId` is added when the input has none."""
        return self.payload(document, {"operationId": new_operation_id(), **input}, deadline_seconds=deadline_seconds)

    def payload(
        self, document: str, input: Mapping[str, Any], *, deadline_seconds: float | None = None
    ) -> dict[str, Any]:
        """Run a mutation whose input is sent as it is; a typed error in the result is raised."""
        patience = Patience(self.deadline_seconds if deadline_seconds is None else deadline_seconds)
        while True:
            data = self.execute(document, {"input": dict(input)}, deadline_seconds=patience.remaining())
            payload: dict[str, Any] = next(iter(data.values()))
            typename = payload.get("__typename", "")
            if typename not in ERROR_TYPENAMES:
                return payload
            error = error_from_wire(typename, payload.get("message", typename), payload, None)
            if not isinstance(error, UnavailableError):
                raise error
            self._pause(patience, error)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        retry: bool = True,
        deadline_seconds: float | None = None,
        accepted: frozenset[int] = frozenset(),
    ) -> Answer:
        """Call a REST route; raise the typed error of an answer of 400 or more unless its status is in `accepted`.

        `retry=False` sends it once: for calls that must not be repeated or whose caller repeats them itself.
        """
        seconds = self.deadline_seconds if deadline_seconds is None else deadline_seconds
        answer = self._send_until(Patience(seconds if retry else 0.0), method, path, body=body, headers=headers)
        if answer.status >= 400 and answer.status not in accepted:
            raise _rest_error(answer, f"{method} {path}")
        return answer

    def _send_until(
        self, patience: Patience, method: str, path: str, *, body: Body, headers: Mapping[str, str] | None
    ) -> Answer:
        while True:
            try:
                answer = self._send(method, path, body=body, headers=headers)
            except HTTPError as error:
                failure = UnavailableError(f"The service at {self.base_url} does not answer: {_reason(error)}")
                failure.__cause__ = error
            else:
                if answer.status not in RETRIED_STATUSES:
                    self._waiting.clear()
                    return answer
                failure = UnavailableError(
                    f"The service at {self.base_url} answers {answer.status}: {_excerpt(answer.body)}",
                    request_id=answer.headers.get("X-Request-Id"),
                )
            self._pause(patience, failure)

    def _send(self, method: str, path: str, *, body: Body, headers: Mapping[str, str] | None) -> Answer:
        sent = {"User-Agent": user_agent(), "Accept-Encoding": "gzip", **(headers or {})}
        if self._api_key:
            sent["Authorization"] = f"Bearer {self._api_key}"
        response = self._pool.get().request(
            method,
            self.base_url + path,
            body=body() if callable(body) else body,
            headers=sent,
            # A redirect could carry the key to another host.
            redirect=False,
        )
        if 300 <= response.status < 400 and not path.startswith(FILES):
            raise InvalidInputError(
                f"The service at {self.base_url} redirects to {response.headers.get('Location')!r}. "
                "Set HEADWATER_BASE_URL to the address that answers itself."
            )
        return Answer(response.status, response.headers, response.data)

    def _pause(self, patience: Patience, failure: UnavailableError) -> None:
        if patience.waited() >= NOTICE_AFTER_SECONDS and not self._waiting.is_set():
            self._waiting.set()
            self._notify(f"waiting for the service at {self.base_url} ({failure.message})")
        patience.pause(failure)


def _checked_address(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        urllib3.util.parse_url(base_url)
    except (ValueError, LocationParseError) as error:
        raise InvalidInputError(f"{base_url!r} is no address of a service: {error}", field="base_url") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInputError(f"{base_url!r} is no address of a service: http:// or https:// …", field="base_url")
    if parts.username or parts.query or parts.fragment:
        raise InvalidInputError(
            f"The address of the service, {parts.scheme}://{parts.hostname}…, may hold no user, query or fragment.",
            field="base_url",
        )
    return base_url.rstrip("/")


def _encode(payload: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(payload, option=orjson.OPT_NON_STR_KEYS)
    except TypeError as error:
        raise InvalidInputError(f"A value cannot be sent as JSON: {error}") from error


def _graphql_data(answer: Answer) -> dict[str, Any]:
    request_id = answer.headers.get("X-Request-Id")
    try:
        decoded = answer.json()
    except ValueError as error:
        raise _not_ours(answer, request_id) from error
    if not isinstance(decoded, dict):
        raise _not_ours(answer, request_id)
    errors = decoded.get("errors")
    if errors:
        first = errors[0]
        extensions = first.get("extensions") or {}
        code = extensions.get("code") or STATUS_CODES.get(answer.status, "InternalError")
        raise error_from_wire(code, first.get("message", code), extensions, extensions.get("requestId") or request_id)
    data = decoded.get("data")
    if not isinstance(data, dict):
        raise _rest_error(answer, "POST /graphql")
    return data


def _rest_error(answer: Answer, what: str) -> HeadwaterError:
    request_id = answer.headers.get("X-Request-Id")
    try:
        error = answer.json()["error"]
        code, message = error["type"], error["message"]
    except (ValueError, KeyError, TypeError):
        if answer.status == 401:
            return PermissionDeniedError(f"The service refuses the API key ({what}).", request_id=request_id)
        code = STATUS_CODES.get(answer.status, "InternalError")
        return error_from_wire(code, f"{what}: {answer.status} {_excerpt(answer.body)}", {}, request_id)
    return error_from_wire(code, message, error, error.get("requestId") or request_id)


def _not_ours(answer: Answer, request_id: str | None) -> HeadwaterError:
    return HeadwaterError(
        f"What answers there is no Headwater service: status {answer.status}, {_excerpt(answer.body)}",
        request_id=request_id,
    )


def _excerpt(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace").strip() or "(no text)"


def _reason(error: HTTPError) -> str:
    # urllib3 puts the connection object before the colon: noise to a user.
    return str(error).rsplit(": ", 1)[-1]
