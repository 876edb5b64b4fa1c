"""The object store: bytes in and out, by key and object version, and the URLs by which clients move them.

Calls run in a few threads; each ends within its deadline, with an answer or a domain error.
"""

import asyncio
import base64
import functools
import hashlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import IO, Final, TypeVar
from xml.etree import ElementTree

import urllib3
from urllib3.exceptions import HTTPError

from headwater_service.config import Settings
from headwater_service.errors import ConflictError, NotFoundError, UnavailableError
from headwater_service.store.s3 import Requests
from headwater_service.store.signing import Signer

T = TypeVar("T")

_THREADS: Final = 16
_STAT_STRIPES: Final = 8
_CHUNK_BYTES: Final = 256 * 1024
# A large body gets the time that a slow disk needs for it, beyond the deadline of a small one.
_SLOWEST_BYTES_PER_SECOND: Final = 5_000_000
_CHECKSUM: Final = "x-amz-checksum-sha256"
_XMLNS: Final = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object version. `sha256` is the checksum that the store holds: base64, with `-<parts>` if composite."""

    key: str
    version_id: str
    size: int
    sha256: str | None
    modified_at: float


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part that an unfinished upload already has; `sha256` is base64."""

    number: int
    size: int
    etag: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """A URL and the headers that must be sent with it exactly; `expires_at` is seconds since 1970."""

    url: str
    headers: Mapping[str, str]
    expires_at: float


class ObjectStore:
    """One bucket. Clients' URLs are signed with a key that only reads or only writes blobs, never our own."""

    def __init__(self, *, admin: Signer, read: Signer, write: Signer, settings: Settings) -> None:
        self._read = read
        self._write = write
        self._requests = Requests(admin, connections=_THREADS)
        self._deadline_seconds = settings.query_timeout_seconds
        self._upload_url_seconds = settings.upload_url_seconds
        self._download_url_seconds = settings.download_url_seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")

    # URLs for clients; pure, microseconds each.

    def sign_get(
        self,
        key: str,
        *,
        version_id: str | None = None,
        disposition: str | None = None,
        content_type: str | None = None,
    ) -> SignedUrl:
        """Sign a download, pinned to an object version when one is given."""
        query: dict[str, str] = {}
        if version_id is not None:
            query["versionId"] = version_id
        if disposition is not None:
            query["response-content-disposition"] = disposition
        if content_type is not None:
            query["response-content-type"] = content_type
        seconds = self._download_url_seconds
        return SignedUrl(self._read.presign("GET", key, seconds=seconds, query=query), {}, time.time() + seconds)

    def sign_put(self, key: str, *, sha256: str) -> SignedUrl:
        """Sign a first upload: the store refuses other bytes (400), and any bytes once the key exists (412)."""
        return self._sign_write(key, {}, {_CHECKSUM: sha256, "if-none-match": "*"})

    def sign_put_again(self, key: str, *, sha256: str) -> SignedUrl:
        """Sign an upload that adds a version to a key whose current version is wrong or condemned."""
        return self._sign_write(key, {}, {_CHECKSUM: sha256})

    def sign_part(self, key: str, upload_id: str, number: int, *, sha256: str) -> SignedUrl:
        return self._sign_write(key, {"partNumber": str(number), "uploadId": upload_id}, {_CHECKSUM: sha256})

    def _sign_write(self, key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> SignedUrl:
        seconds = self._upload_url_seconds
        url = self._write.presign("PUT", key, seconds=seconds, query=query, headers=headers)
        return SignedUrl(url, headers, time.time() + seconds)

    # Whole objects.

    async def put(self, key: str, data: bytes | IO[bytes], *, if_absent: bool = False) -> str:
        """Store bytes and return the id of the new object version.

        With `if_absent`, raises ConflictError when the key exists; a lost answer can make that our own write.
        """
        hexdigest, size = await asyncio.to_thread(_measured, data)
        headers = {
            _CHECKSUM: base64.b64encode(bytes.fromhex(hexdigest)).decode(),
            "content-length": str(size),
        }
        if if_absent:
            headers["if-none-match"] = "*"
        response = await self._run(
            functools.partial(
                self._requests.send, "put", "PUT", key, headers=headers, body=data, payload_sha256=hexdigest
            ),
            deadline_seconds=self._deadline_seconds + size / _SLOWEST_BYTES_PER_SECOND,
        )
        return response.headers.get("x-amz-version-id", "")

    async def get(self, key: str, version_id: str | None = None) -> bytes:
        """Return an object's bytes. Raises NotFoundError."""
        query = {"versionId": version_id} if version_id else {}
        response = await self._run(functools.partial(self._requests.send, "get", "GET", key, query=query))
        return response.data

    async def chunks(self, key: str, version_id: str | None = None) -> AsyncGenerator[bytes, None]:
        """Yield an object's bytes in pieces, holding one piece in memory. Raises NotFoundError at the first."""
        query = {"versionId": version_id} if version_id else {}
        response = await self._run(functools.partial(self._requests.open, "get", key, query=query))
        try:
            while True:
                chunk = await self._run(functools.partial(_read_chunk, response))
                if not chunk:
                    return
                yield chunk
        finally:
            response.close()

    async def stat(self, key: str, version_id: str | None = None) -> StoredObject | None:
        """Return size, checksum and version of an object (its current version by default), or None."""
        return await self._run(functools.partial(self._stat, key, version_id))

    async def stat_many(self, keys: Sequence[str]) -> list[StoredObject | None]:
        """Return `stat` of the current version of each key, over eight connections."""
        stripes = [keys[start::_STAT_STRIPES] for start in range(min(_STAT_STRIPES, len(keys)))]
        deadline = self._deadline_seconds + len(keys) / 200
        found = await asyncio.gather(
            *(self._run(functools.partial(self._stat_all, stripe), deadline_seconds=deadline) for stripe in stripes)
        )
        answers: list[StoredObject | None] = [None] * len(keys)
        for start, stripe in enumerate(found):
            answers[start::_STAT_STRIPES] = stripe
        return answers

    async def list_versions(self, key: str) -> list[StoredObject]:
        """Return the object versions of exactly this key, newest first, without delete markers or checksums."""
        return await self._run(functools.partial(self._list_versions, key))

    async def delete_version(self, key: str, version_id: str) -> None:
        """Delete one object version, never the key. One that is gone is a success."""
        query = {"versionId": version_id}
        try:
            await self._run(functools.partial(self._requests.send, "delete", "DELETE", key, query=query))
        except NotFoundError:
            return

    # Multi-part uploads.

    async def create_upload(self, key: str) -> str:
        """Begin a multi-part upload whose parts and whole the store checks by SHA-256; return its id."""
        headers = {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "COMPOSITE"}
        response = await self._run(
            functools.partial(self._requests.send, "create upload", "POST", key, query={"uploads": ""}, headers=headers)
        )
        return _xml(response).findtext(f"{_XMLNS}UploadId", "")

    async def list_uploads(self, key: str) -> list[str]:
        """Return the ids of the unfinished uploads of exactly this key, oldest first."""
        query = {"uploads": "", "prefix": key}
        response = await self._run(functools.partial(self._requests.send, "list uploads", "GET", query=query))
        uploads = [
            (upload.findtext(f"{_XMLNS}Initiated", ""), upload.findtext(f"{_XMLNS}UploadId", ""))
            for upload in _xml(response).iterfind(f"{_XMLNS}Upload")
            if upload.findtext(f"{_XMLNS}Key") == key
        ]
        return [upload_id for _, upload_id in sorted(uploads)]

    async def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """Return the parts that an upload has, by number. Raises NotFoundError when it is finished or aborted."""
        return await self._run(functools.partial(self._list_parts, key, upload_id))

    async def complete_upload(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> str:
        """Make an object of the parts, if the key does not exist, and return its version id.

        Raises ConflictError when the key exists or a part is not what is said, NotFoundError without such an upload.
        """
        return await self._complete(key, upload_id, parts, {"if-none-match": "*"})

    async def complete_upload_again(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> str:
        """Make a new version of the object of the parts: for a key whose current version is wrong or condemned."""
        return await self._complete(key, upload_id, parts, {})

    async def abort_upload(self, key: str, upload_id: str) -> None:
        """Drop an upload and its parts. One that is gone is a success."""
        query = {"uploadId": upload_id}
        try:
            await self._run(functools.partial(self._requests.send, "abort upload", "DELETE", key, query=query))
        except NotFoundError:
            return

    # The store as a whole.

    async def verify(self) -> None:
        """Raise UnavailableError unless the bucket answers."""
        try:
            await self._run(functools.partial(self._requests.send, "verify", "HEAD"), deadline_seconds=3.0)
        except NotFoundError as error:
            raise UnavailableError("The bucket does not exist. See `headwater doctor`.") from error

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._requests.close()

    async def _run(self, work: Callable[..., T], *, deadline_seconds: float | None = None) -> T:
        """Run `work(end=…)` in a thread and wait for it no longer than the deadline."""
        seconds = deadline_seconds or self._deadline_seconds
        end = time.monotonic() + seconds
        try:
            # A little later than the thread's own deadline, which gives the better message.
            async with asyncio.timeout(seconds + 0.25):
                return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(work, end=end))
        except TimeoutError as error:
            raise UnavailableError("The object store did not answer in time. Nothing is lost; try again.") from error

    def _stat(self, key: str, version_id: str | None, *, end: float) -> StoredObject | None:
        query = {"versionId": version_id} if version_id else {}
        try:
            response = self._requests.send(
                "stat", "HEAD", key, end=end, query=query, headers={"x-amz-checksum-mode": "ENABLED"}
            )
        except NotFoundError:
            return None
        headers = response.headers
        return StoredObject(
            key=key,
            version_id=headers.get("x-amz-version-id", ""),
            size=int(headers["content-length"]),
            sha256=headers.get(_CHECKSUM),
            modified_at=parsedate_to_datetime(headers["last-modified"]).timestamp(),
        )

    def _stat_all(self, keys: Sequence[str], *, end: float) -> list[StoredObject | None]:
        return [self._stat(key, None, end=end) for key in keys]

    def _list_versions(self, key: str, *, end: float) -> list[StoredObject]:
        query = {"versions": "", "prefix": key}
        found: list[StoredObject] = []
        while True:
            page = _xml(self._requests.send("list versions", "GET", end=end, query=query))
            names = [node.findtext(f"{_XMLNS}Key", "") for node in page if node.find(f"{_XMLNS}VersionId") is not None]
            found += [
                _version_of(node) for node in page.iterfind(f"{_XMLNS}Version") if node.findtext(f"{_XMLNS}Key") == key
            ]
            is_past = any(name != key for name in names)  # a longer key follows: ours, the prefix, sorts first
            if is_past or page.findtext(f"{_XMLNS}IsTruncated") != "true":
                return found
            query["key-marker"] = page.findtext(f"{_XMLNS}NextKeyMarker", "")
            query["version-id-marker"] = page.findtext(f"{_XMLNS}NextVersionIdMarker", "")

    def _list_parts(self, key: str, upload_id: str, *, end: float) -> list[StoredPart]:
        query = {"uploadId": upload_id, "max-parts": "1000"}
        found: list[StoredPart] = []
        while True:
            page = _xml(self._requests.send("list parts", "GET", key, end=end, query=query))
            found += [_part_of(node) for node in page.iterfind(f"{_XMLNS}Part")]
            if page.findtext(f"{_XMLNS}IsTruncated") != "true":
                return found
            query["part-number-marker"] = page.findtext(f"{_XMLNS}NextPartNumberMarker", "")

    async def _complete(self, key: str, upload_id: str, parts: Sequence[StoredPart], headers: Mapping[str, str]) -> str:
        body = _completion(parts)
        response = await self._run(
            functools.partial(
                self._requests.send,
                "complete upload",
                "POST",
                key,
                query={"uploadId": upload_id},
                headers={**headers, "content-type": "application/xml"},
                body=body,
                payload_sha256=hashlib.sha256(body).hexdigest(),
            ),
            deadline_seconds=self._deadline_seconds + len(parts) / 100,
        )
        # S3 may say 200 before it knows, and then put an error into the body.
        answer = _xml(response)
        if answer.tag == "Error":
            raise ConflictError(f"The object store could not complete {key!r}: {answer.findtext('Code')}.", key=key)
        return response.headers.get("x-amz-version-id", "")


def open_objects(settings: Settings) -> ObjectStore:
    """Open the object store of the settings. Connects on first use."""

    def signer(endpoint: str, key: tuple[str, str]) -> Signer:
        return Signer(endpoint, region=settings.s3_region, bucket=settings.s3_bucket, key_id=key[0], secret=key[1])

    return ObjectStore(
        admin=signer(settings.s3_endpoint, settings.admin_key),
        read=signer(settings.store_public_endpoint, settings.read_key),
        write=signer(settings.store_public_endpoint, settings.write_key),
        settings=settings,
    )


def _measured(data: bytes | IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 and the size of a body."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest(), len(data)
    data.seek(0)
    hasher = hashlib.sha256()
    while chunk := data.read(_CHUNK_BYTES):
        hasher.update(chunk)
    return hasher.hexdigest(), data.tell()


def _read_chunk(response: urllib3.BaseHTTPResponse, *, end: float) -> bytes:
    try:
        return response.read(_CHUNK_BYTES)
    except (HTTPError, OSError) as error:
        raise UnavailableError("The object store stopped in the middle of an object. Try again.") from error


def _xml(response: urllib3.BaseHTTPResponse) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(response.data)
    except ElementTree.ParseError as error:
        raise UnavailableError("The object store gave an answer that is not S3's. See `headwater doctor`.") from error


def _version_of(node: ElementTree.Element) -> StoredObject:
    modified = node.findtext(f"{_XMLNS}LastModified", "").replace("Z", "+00:00")
    return StoredObject(
        key=node.findtext(f"{_XMLNS}Key", ""),
        version_id=node.findtext(f"{_XMLNS}VersionId", ""),
        size=int(node.findtext(f"{_XMLNS}Size", "0")),
        sha256=None,
        modified_at=datetime.fromisoformat(modified).timestamp(),
    )


def _part_of(node: ElementTree.Element) -> StoredPart:
    return StoredPart(
        number=int(node.findtext(f"{_XMLNS}PartNumber", "0")),
        size=int(node.findtext(f"{_XMLNS}Size", "0")),
        etag=node.findtext(f"{_XMLNS}ETag", ""),
        sha256=node.findtext(f"{_XMLNS}ChecksumSHA256", ""),
    )


def _completion(parts: Sequence[StoredPart]) -> bytes:
    root = ElementTree.Element("CompleteMultipartUpload", xmlns="http://s3.amazonaws.com/doc/2006-03-01/")
    for part in parts:
        node = ElementTree.SubElement(root, "Part")
        ElementTree.SubElement(node, "PartNumber").text = str(part.number)
        ElementTree.SubElement(node, "ETag").text = part.etag
        ElementTree.SubElement(node, "ChecksumSHA256").text = part.sha256
    return ElementTree.tostring(root)
