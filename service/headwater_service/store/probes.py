"""Questions to the servers behind the service: do they have what we need of them? Asked by `headwater doctor`, and
the few that nothing works without also at each start."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import quote
from xml.etree import ElementTree

import urllib3
from urllib3.exceptions import HTTPError

from headwater_service.config import Settings
from headwater_service.errors import UnavailableError
from headwater_service.store.graph import Graph
from headwater_service.store.signing import Signer

Outcome = Literal["ok", "warn", "fail"]

ROLES: Final = ("read", "write", "admin")
# Half of what S3 tolerates before it refuses signatures.
SKEW_SECONDS: Final = 450.0

SERVER: Final = """
CALL dbms.components() YIELD name, versions, edition
RETURN versions[0] AS version, edition
"""
GUARD_RAILS: Final = """
SHOW SETTINGS 'db.transaction.timeout', 'db.lock.acquisition.timeout' YIELD name, value
RETURN name, value
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """One answer: what was looked at, and either how it is or what to do."""

    name: str
    outcome: Outcome
    message: str


async def probe_graph(graph: Graph) -> list[Probe]:
    """Ask the database for its version and the two settings that keep a stalled client from blocking others."""
    server = await graph.read(lambda tx: tx.row(SERVER))
    rows = await graph.read(lambda tx: tx.rows(GUARD_RAILS))
    found = [] if server is None else [Probe("Neo4j", "ok", f"{server['version']} {server['edition']}")]
    return [*found, *(judge_guard_rail(row["name"], row["value"]) for row in rows)]


def judge_guard_rail(name: str, value: str) -> Probe:
    """Say whether a time limit of the database is on, from its value as the database shows it: 0 is no limit."""
    return _verdict(
        name,
        value.rstrip("hmnsμ") not in ("0", ""),
        value,
        f"is off: a client that stalls can hold a lock for ever. Set {name}=30s in neo4j.conf.",
    )


class StoreProbes:
    """Asks an object store through presigned URLs, as clients use them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=3.0, read=10.0))
        self._keys = {"read": settings.read_key, "write": settings.write_key, "admin": settings.admin_key}
        self._inside = {role: self._signer(settings.s3_endpoint, role) for role in ROLES}
        self._outside = {role: self._signer(settings.store_public_endpoint, role) for role in ROLES}

    def run(self) -> list[Probe]:
        """Ask everything; when the store does not answer at all, say only that."""
        endpoint = self._settings.s3_endpoint
        try:
            response = self._send(self._inside["admin"], "GET", "", query={"versioning": ""})
        except (HTTPError, OSError) as error:
            return [Probe("object store", "fail", f"{endpoint} does not answer ({_short(error)}). Is it running?")]
        skew = self._skew(response)
        if response.status != 200:
            return [skew, Probe("object store", "fail", self._refusal(response))]
        found = [Probe("object store", "ok", endpoint), skew, _versioning(response)]
        try:
            return [*found, *self._round_trip(), *self._rights(), self._forgery(), self._cors()]
        except (HTTPError, OSError) as error:
            outside = self._settings.store_public_endpoint
            message = f"{outside} does not answer ({_short(error)}). Correct HEADWATER_S3_PUBLIC_ENDPOINT or the proxy."
            return [*found, Probe("store from the client's side", "fail", message)]

    def required(self) -> list[Probe]:
        """Ask only for what bytes are not safe without; raise UnavailableError while the store does not answer."""
        try:
            response = self._send(self._inside["admin"], "GET", "", query={"versioning": ""})
            if response.status != 200:
                raise UnavailableError(self._refusal(response))
            return [_versioning(response), *self._round_trip()]
        except (HTTPError, OSError) as error:
            raise UnavailableError(f"The object store does not answer ({_short(error)}).") from error

    def _round_trip(self) -> list[Probe]:
        """Write, refuse, read and delete an object on the public address."""
        body = secrets.token_bytes(64)
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        once = {"x-amz-checksum-sha256": checksum, "if-none-match": "*"}
        key = f"doctor/blobs/{secrets.token_hex(8)}"

        wrong = self._presigned("write", "PUT", key, headers=once, body=b"other bytes")
        first = self._presigned("write", "PUT", key, headers=once, body=body)
        second = self._presigned("write", "PUT", key, headers=once, body=body)
        read = self._presigned("read", "GET", key)
        stat = self._send(self._inside["admin"], "HEAD", key, headers={"x-amz-checksum-mode": "ENABLED"})
        version = first.headers.get("x-amz-version-id", "")
        deleted = self._send(self._inside["admin"], "DELETE", key, query={"versionId": version} if version else {})
        whole = first.status == 200 and read.data == body and deleted.status == 204
        return [
            _verdict(
                "write, read and delete through signed URLs",
                whole,
                f"{self._settings.store_public_endpoint}",
                f"{self._settings.store_public_endpoint} answered {first.status}, {read.status}, {deleted.status}. "
                "A proxy in front must keep the Host header and the path as they are.",
            ),
            _verdict(
                "SHA-256 checked by the store",
                wrong.status == 400 and stat.headers.get("x-amz-checksum-sha256") == checksum,
                "other bytes are refused",
                f"other bytes got {wrong.status}: this store does not check x-amz-checksum-sha256. Use one that does.",
            ),
            _verdict(
                "If-None-Match on PUT",
                second.status == 412,
                "an overwrite is refused",
                f"an overwrite got {second.status}: this store does not honour If-None-Match. Use one that does.",
            ),
        ]

    def _rights(self) -> list[Probe]:
        """See that each key may do its part, and no more."""
        if len(set(self._keys.values())) == 1:
            message = "one key serves for everything. Use three limited ones (docs/operations.md)."
            return [Probe("store keys", "warn", message)]
        name = f"doctor/{secrets.token_hex(8)}"
        allowed = {
            "read may write": self._send(self._inside["read"], "PUT", f"{name}/blobs/x", body=b"x").status,
            "write may read": self._send(self._inside["write"], "GET", f"{name}/blobs/x").status,
            "write may write outside of blobs": self._send(self._inside["write"], "PUT", name, body=b"x").status,
            "read may list": self._send(self._inside["read"], "GET", "").status,
            "write may delete": self._send(self._inside["write"], "DELETE", f"{name}/blobs/x").status,
        }
        too_much = [f"the key for {what} ({status})" for what, status in allowed.items() if status != 403]
        return [
            _verdict(
                "store keys",
                not too_much,
                "read, write and admin are limited to their parts",
                f"{'; '.join(too_much)}. Give the keys the policies of docs/operations.md.",
            )
        ]

    def _forgery(self) -> Probe:
        """Try a write that knows only the id of a key, which every signed URL shows."""
        taken = [role for role in ROLES if self._forged_status(self._keys[role][0]) < 300]
        return _verdict(
            "forged writes",
            not taken,
            "refused for every key",
            f"taken with the id of the {' and '.join(taken)} key alone! Add the condition s3:signatureversion = "
            "AWS4-HMAC-SHA256 to every statement of its policy (docs/operations.md).",
        )

    def _forged_status(self, key_id: str) -> int:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        credential = quote(f"{key_id}/{stamp[:8]}/{self._settings.s3_region}/s3/aws4_request", safe="")
        url = (
            f"{self._settings.s3_endpoint}/{self._settings.s3_bucket}/doctor/blobs/forged"
            f"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={stamp}"
            f"&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature={'0' * 64}"
        )
        headers = {
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": "0",
            "x-amz-trailer": "x-amz-checksum-crc32",
            "content-encoding": "aws-chunked",
        }
        body = b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
        return self._pool.request("PUT", url, body=body, headers=headers).status

    def _cors(self) -> Probe:
        """Ask as a browser does before a page of the service may read an object."""
        origin = self._settings.service_public_url
        url = self._outside["read"].presign("GET", "doctor/blobs/cors", seconds=60)
        headers = {"origin": origin, "access-control-request-method": "GET"}
        allowed = self._pool.request("OPTIONS", url, headers=headers).headers.get("access-control-allow-origin", "")
        return _verdict(
            "CORS of the bucket",
            allowed in ("*", origin),
            f"pages of {origin} may read",
            f"pages of {origin} may not read objects: allow that origin in the CORS settings of the store "
            "(for MinIO the variable MINIO_API_CORS_ALLOW_ORIGIN).",
        )

    def _skew(self, response: urllib3.BaseHTTPResponse) -> Probe:
        date = response.headers.get("date")
        skew = abs(time.time() - parsedate_to_datetime(date).timestamp()) if date else 0.0
        return _verdict(
            "clock",
            skew < SKEW_SECONDS,
            f"within {max(1.0, skew):.0f} s of the store's",
            f"{skew:.0f} s away from the store's: signatures will be refused. Synchronise the clocks (NTP).",
        )

    def _refusal(self, response: urllib3.BaseHTTPResponse) -> str:
        code = _code(response.data)
        bucket = self._settings.s3_bucket
        if code == "NoSuchBucket":
            return f"there is no bucket {bucket!r}. Create it, with versioning."
        return f"refused the admin key on bucket {bucket!r}: {response.status} {code}. Check HEADWATER_S3_ADMIN_*."

    def _presigned(
        self, role: str, method: str, key: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        url = self._outside[role].presign(method, key, seconds=60, headers=headers or {})
        return self._pool.request(method, url, headers=dict(headers or {}), body=body)

    def _send(
        self,
        signer: Signer,
        method: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> urllib3.BaseHTTPResponse:
        payload = hashlib.sha256(body).hexdigest()
        url, signed = signer.sign(method, key, query=query or {}, headers=headers or {}, payload_sha256=payload)
        return self._pool.request(method, url, headers=signed, body=body or None)

    def _signer(self, endpoint: str, role: str) -> Signer:
        key_id, secret = self._keys[role]
        settings = self._settings
        return Signer(endpoint, region=settings.s3_region, bucket=settings.s3_bucket, key_id=key_id, secret=secret)


def _versioning(response: urllib3.BaseHTTPResponse) -> Probe:
    root = ElementTree.fromstring(response.data)
    status = next((node.text for node in root.iter() if node.tag.endswith("Status")), None)
    return _verdict(
        "versioned bucket",
        status == "Enabled",
        "on",
        "off: an overwrite would destroy what was there. Enable versioning of the bucket.",
    )


def _verdict(name: str, is_good: bool, good: str, bad: str) -> Probe:
    return Probe(name, "ok", good) if is_good else Probe(name, "fail", bad)


def _code(body: bytes) -> str:
    try:
        return ElementTree.fromstring(body).findtext("Code", "")
    except ElementTree.ParseError:
        return ""


def _short(error: BaseException) -> str:
    return str(error).partition("(")[0].strip(" :") or type(error).__name__
