"""AWS Signature Version 4 for S3: presigned URLs and signed requests. Pure: it reaches no server.

Clients move bytes straight to the store, so a large artifact needs thousands of URLs: the key of the day is kept
and a URL costs microseconds. What must hold is signed as a *header* (checksum, if-none-match): the store then
refuses a request without it, while a query parameter of that name would not be enforced.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
EMPTY_SHA256: Final = hashlib.sha256(b"").hexdigest()

_NOTHING: Final[Mapping[str, str]] = {}
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class Signer:
    """Signs requests for one bucket at one address with one key."""

    def __init__(
        self,
        endpoint: str,
        *,
        region: str,
        bucket: str,
        key_id: str,
        secret: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        parts = urlsplit(endpoint)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        # Clients leave the default port out of the Host header, and that header is signed.
        self._host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))
        self._base = f"{parts.path.rstrip('/')}/{quote(bucket)}"
        self._region = region
        self._key_id = key_id
        self._secret = secret
        self._clock = clock
        self._second = -1
        self._stamp = ""
        self._day = ""
        self._day_key = b""
        self._scope = ""
        self._credential = ""

    def presign(
        self,
        method: str,
        key: str,
        *,
        seconds: int,
        query: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
    ) -> str:
        """Return a URL that allows `method` on `key` for `seconds`.

        Whoever uses it must send exactly `headers`, whose names are given in lower case.
        """
        stamp = self._now()
        path = f"{self._base}/{quote(key, safe='/~')}"
        if headers:
            named = sorted([*headers.items(), ("host", self._host)])
            signed = ";".join([name for name, _ in named])
            lines = "".join([f"{name}:{value}\n" for name, value in named])
        else:
            signed = "host"
            lines = f"host:{self._host}\n"
        # Upper case sorts first: every name of ours that follows starts with a small letter.
        text = (
            f"X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={self._credential}&X-Amz-Date={stamp}"
            f"&X-Amz-Expires={seconds}&X-Amz-SignedHeaders={signed.replace(';', '%3B')}"
        )
        if query:
            text = f"{text}&{_query_text(query)}"
        signature = self._signature(f"{method}\n{path}\n{text}\n{lines}\n{signed}\n{UNSIGNED_PAYLOAD}")
        return f"{self.origin}{path}?{text}&X-Amz-Signature={signature}"

    def sign(
        self,
        method: str,
        key: str,
        *,
        query: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
        payload_sha256: str = EMPTY_SHA256,
    ) -> tuple[str, dict[str, str]]:
        """Return the URL and the headers of a request signed in its headers. An empty `key` is the bucket."""
        stamp = self._now()
        path = f"{self._base}/{quote(key, safe='/~')}" if key else self._base
        sent = {**headers, "host": self._host, "x-amz-content-sha256": payload_sha256, "x-amz-date": stamp}
        named = sorted(sent.items())
        signed = ";".join([name for name, _ in named])
        lines = "".join([f"{name}:{value}\n" for name, value in named])
        text = _query_text(query)
        signature = self._signature(f"{method}\n{path}\n{text}\n{lines}\n{signed}\n{payload_sha256}")
        sent["authorization"] = (
            f"{ALGORITHM} Credential={self._key_id}/{self._scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return f"{self.origin}{path}{'?' if text else ''}{text}", sent

    def _now(self) -> str:
        """Return the time as signatures write it, with the key of its day made ready."""
        second = int(self._clock())
        if second != self._second:
            self._stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))
            if self._stamp[:8] != self._day:
                self._derive_key(self._stamp[:8])
            self._second = second
        return self._stamp

    def _derive_key(self, day: str) -> None:
        key = f"AWS4{self._secret}".encode()
        for part in (day, self._region, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._day = day
        self._day_key = key
        self._scope = f"{day}/{self._region}/s3/aws4_request"
        self._credential = quote(f"{self._key_id}/{self._scope}", safe="~")

    def _signature(self, request: str) -> str:
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"{ALGORITHM}\n{self._stamp}\n{self._scope}\n{digest}"
        return hmac.digest(self._day_key, text.encode(), "sha256").hex()


def _query_text(query: Mapping[str, str]) -> str:
    return "&".join([f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items())])
