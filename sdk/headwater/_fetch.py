"""One file from the store: whole or in parts, hashed while it is written, repaired or refused if it is wrong."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from . import _operations
from ._client import Client, Patience
from ._digests import Digest, composite, parse_digest
from ._entry import Entry
from ._errors import HeadwaterError, NotFoundError, UnavailableError
from ._progress import Transfer
from ._stored import StoredManifest
from ._threads import Crew
from ._transfer import PATIENCE_SECONDS, THREADS, Expired, opened

URLS_A_CALL = 1000


@dataclass(slots=True)
class Wanted:
    """The bytes of a digest: which stretch of which blob, and a signed URL of that."""

    path: str
    digest: str
    size: int
    blob: str
    offset: int
    url: str


class _Damaged(Exception):
    """The bytes that came do not have the digest."""


class Fetcher:
    """Fetches bytes of one version; any number of threads."""

    def __init__(self, client: Client, version_id: str, progress: Transfer) -> None:
        self._client = client
        self._version_id = version_id
        self._progress = progress
        self._parts = Crew(THREADS)
        self._renewing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._parts.shutdown(wait=True, cancel_futures=True)

    def prepare(self, manifest: StoredManifest, entries: Sequence[Entry]) -> list[Wanted]:
        """Find out where bytes lie and get URLs for them."""
        digests = [entry.digest or "" for entry in entries]
        places = manifest.locate(set(digests))
        urls = self._urls(sorted({place.blob for place in places.values()}))
        return [
            Wanted(
                entry.path, digest, entry.size, places[digest].blob, places[digest].offset, urls[places[digest].blob]
            )
            for entry, digest in zip(entries, digests, strict=True)
        ]

    def _urls(self, blobs: Sequence[str]) -> dict[str, str]:
        urls: dict[str, str] = {}
        for start in range(0, len(blobs), URLS_A_CALL):
            variables = {"id": self._version_id, "blobs": list(blobs[start : start + URLS_A_CALL])}
            node = self._client.execute(_operations.GET_DOWNLOAD_URLS, variables)["node"]
            if not node or "downloadUrls" not in node:
                raise NotFoundError("The version is gone, or your key may no longer see it.")
            urls |= {item["blob"]: item["url"] for item in node["downloadUrls"]}
        return urls

    def fetch(self, wanted: Wanted, target: str) -> None:
        """Write the bytes to a path that does not exist, checked.

        Raises:
            NotFoundError: if no copy in the store has the digest, naming the file.
            UnavailableError: if the store stays away.
        """
        # Once more before a repair: the network, not the store, may be at fault.
        for attempt in range(3):
            try:
                self._fetch_once(wanted, target)
                return
            except NotFoundError:
                self._repair(wanted)
            except _Damaged:
                if attempt:
                    self._repair(wanted)
        raise NotFoundError(f"What the store gives for {wanted.path!r} is not {wanted.digest}.", path=wanted.path)

    def _fetch_once(self, wanted: Wanted, target: str) -> None:
        digest = parse_digest(wanted.digest)
        if digest.part_size is None:
            self._create(target, 0)
            found = "sha256:" + self._fetch_range(wanted, target, 0, wanted.size).hex()
        else:
            self._create(target, wanted.size)
            found = self._fetch_parts(wanted, target, digest)
        if found != wanted.digest:
            self._progress.advance(-wanted.size)
            raise _Damaged

    def _fetch_parts(self, wanted: Wanted, target: str, digest: Digest) -> str:
        width = digest.part_size or wanted.size

        def fetch_part(offset: int) -> bytes:
            return self._fetch_range(wanted, target, offset, min(width, wanted.size - offset))

        return composite(list(self._parts.map(fetch_part, range(0, wanted.size, width))), width)

    def _fetch_range(self, wanted: Wanted, target: str, offset: int, length: int) -> bytes:
        """Write a stretch to its place in the file and return its raw SHA-256."""
        patience = Patience(PATIENCE_SECONDS)
        if length == 0:
            return hashlib.sha256().digest()
        while True:
            url = wanted.url
            is_whole = wanted.blob == wanted.digest and offset == 0 and length == wanted.size
            done = 0
            try:
                with opened(url, offset=wanted.offset + offset, length=None if is_whole else length) as blocks:
                    hasher = hashlib.sha256()
                    with open(target, "r+b", buffering=0) as file:
                        file.seek(offset)
                        for block in blocks:
                            hasher.update(block)
                            file.write(block)
                            done += len(block)
                            self._progress.advance(len(block))
                if done == length:
                    return hasher.digest()
                failure = UnavailableError(f"The object store sent {done} of {length} bytes of {wanted.path!r}.")
            except Expired:
                self._renew(wanted, url)
                failure = UnavailableError(f"The addresses of {wanted.path!r} expire at once: compare the clocks.")
            except UnavailableError as error:
                failure = error
            self._progress.advance(-done)
            patience.pause(failure)

    def _renew(self, wanted: Wanted, expired: str) -> None:
        with self._renewing:
            if wanted.url == expired:  # not if another part has done it
                wanted.url = self._urls([wanted.blob])[wanted.blob]

    def _repair(self, wanted: Wanted) -> None:
        try:
            payload = self._client.mutate(_operations.REPAIR_BLOB, {"versionId": self._version_id, "blob": wanted.blob})
        except UnavailableError:
            raise
        except HeadwaterError as error:
            raise NotFoundError(
                f"What the store gives for {wanted.path!r} is not {wanted.digest}, and no repair was possible: "
                f"{error.message}",
                path=wanted.path,
                request_id=error.request_id,
            ) from error
        wanted.url = payload["url"]

    def _create(self, target: str, size: int) -> None:
        with open(target, "wb") as file:
            file.truncate(size)
