"""Blobs to the object store: signed URLs in batches, eight threads, large files in parts that survive a kill.

The service says what it lacks, so nothing is sent twice; the store refuses bytes that do not have their digest.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from itertools import islice
from typing import Any

from . import _operations
from ._client import Client, Patience
from ._digests import hash_file
from ._errors import ConflictError, HeadwaterError, MissingFileError, NotFoundError, UnavailableError
from ._progress import Transfer
from ._threads import Crew, keep_ready
from ._transfer import PATIENCE_SECONDS, THREADS, PutOutcome, put_range

BLOBS_A_CALL = 1000
PARTS_A_CALL = 100
LARGE_AT_ONCE = 2
ROUNDS = 5
"""How often one blob or part may be told to begin again (expired URL, wrong object, vanished upload)."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes on this machine that the store may lack; `parts` are the raw SHA-256 of a large file's parts, if known."""

    digest: str
    size: int
    path: str
    parts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the service says about a blob: it is there, or how to send it."""

    digest: str
    is_present: bool
    url: str | None
    headers: Mapping[str, str]
    upload_id: str | None
    part_size: int
    stored_parts: Mapping[int, str]


def _ticket(data: Mapping[str, Any]) -> Ticket:
    return Ticket(
        digest=data["digest"],
        is_present=data["state"] == "PRESENT",
        url=data["url"],
        headers=data["headers"] or {},
        upload_id=data["uploadId"],
        part_size=data["partSize"] or 0,
        stored_parts={part["number"]: part["digest"].rpartition(":")[2] for part in data["parts"] or ()},
    )


def expect_uploads() -> None:
    """Have threads ready for an upload that is to come: the program may be over by the time it begins."""
    keep_ready(1 + THREADS + LARGE_AT_ONCE)


def upload_blobs(client: Client, entity: str, blobs: Iterable[Blob], *, progress: Transfer | None = None) -> int:
    """Bring blobs to the store unless it has them; return how many were sent.

    Raises:
        ConflictError: if a file changed since it was added, naming it.
        MissingFileError: if a file is gone.
        UnavailableError: if the service or the store stays away.
    """
    upload = _Upload(client, entity, progress)
    try:
        return upload.run(blobs)
    finally:
        upload.close()


class _Upload:
    """The threads and the state of one call of `upload_blobs`."""

    def __init__(self, client: Client, entity: str, progress: Transfer | None) -> None:
        self._client = client
        self._entity = entity
        self._progress = progress
        self._senders = Crew(THREADS)
        # Apart from the senders: each waits for parts that the senders send.
        self._large = Crew(LARGE_AT_ONCE)
        self._stopped = threading.Event()
        self._sent = 0
        self._sent_lock = threading.Lock()

    def close(self) -> None:
        self._stopped.set()
        self._large.shutdown(wait=True, cancel_futures=True)
        self._senders.shutdown(wait=True, cancel_futures=True)

    def run(self, blobs: Iterable[Blob]) -> int:
        pending: set[Future[None]] = set()
        todo = iter(blobs)
        while batch := list(islice(todo, BLOBS_A_CALL)):
            for blob, ticket in zip(batch, self._prepare(batch), strict=True):
                if ticket.is_present:
                    self._advance(blob.size)
                elif ticket.url is not None:
                    pending.add(self._senders.submit(self._send_whole, blob, ticket))
                else:
                    pending.add(self._large.submit(self._send_in_parts, blob, ticket))
            # The next URLs are fetched while the last of these files are still on their way.
            pending = _settle(pending, left=THREADS * 4)
        _settle(pending, left=0)
        return self._sent

    def _prepare(self, batch: Sequence[Blob]) -> list[Ticket]:
        asked = [{"digest": blob.digest, "size": blob.size} for blob in batch]
        payload = self._client.payload(_operations.PREPARE_UPLOADS, {"entity": self._entity, "blobs": asked})
        tickets = {ticket.digest: ticket for ticket in map(_ticket, payload["uploads"])}
        return [tickets[blob.digest] for blob in batch]

    def _send_whole(self, blob: Blob, ticket: Ticket) -> None:
        for _ in range(ROUNDS):
            if ticket.is_present:
                self._note_sent(blob.size)
                return
            if ticket.url is None:
                raise HeadwaterError(f"The service gave no address for {blob.digest}.")
            outcome = self._put(ticket.url, ticket.headers, blob, offset=0, length=blob.size)
            if outcome is PutOutcome.STORED:
                self._note_sent(blob.size)
                return
            # EXISTS: the service looks at what is there. EXPIRED: it signs anew.
            ticket = self._prepare([blob])[0]
        raise UnavailableError(f"The object store did not take {blob.path!r} after {ROUNDS} attempts.")

    def _send_in_parts(self, blob: Blob, ticket: Ticket) -> None:
        digests = blob.parts or self._part_digests(blob)
        credited = 0
        refusal: HeadwaterError | None = None
        for _ in range(ROUNDS):
            if ticket.is_present:
                self._note_sent(blob.size - credited)
                return
            if ticket.upload_id is None:
                raise HeadwaterError(f"The service gave no upload for {blob.digest}.")
            stored = {n for n, raw in enumerate(digests, 1) if ticket.stored_parts.get(n) == raw.hex()}
            resumed = sum(_part_length(blob, ticket, number) for number in stored)
            self._advance(max(0, resumed - credited))
            credited = max(credited, resumed)
            lacking = [number for number in range(1, len(digests) + 1) if number not in stored]
            credited += self._send_parts(blob, ticket, digests, lacking)
            refusal = self._complete(blob, ticket.upload_id)
            if refusal is None:
                self._note_sent(max(0, blob.size - credited))
                return
            ticket = self._prepare([blob])[0]
        raise UnavailableError(
            f"The object store did not take {blob.path!r} after {ROUNDS} attempts: {refusal}"
        ) from refusal

    def _send_parts(self, blob: Blob, ticket: Ticket, digests: Sequence[bytes], numbers: Sequence[int]) -> int:
        """Send parts; return how many bytes. Parts of an upload that vanished are left to the next round."""
        sent = 0
        pending: set[Future[int]] = set()
        for start in range(0, len(numbers), PARTS_A_CALL):
            chunk = numbers[start : start + PARTS_A_CALL]
            for number, signed in self._sign(ticket, digests, chunk).items():
                pending.add(self._senders.submit(self._send_part, blob, ticket, digests, number, signed))
            sent += sum(future.result() for future in pending)
            pending.clear()
        return sent

    def _send_part(
        self, blob: Blob, ticket: Ticket, digests: Sequence[bytes], number: int, signed: tuple[str, Mapping[str, str]]
    ) -> int:
        length = _part_length(blob, ticket, number)
        for _ in range(ROUNDS):
            outcome = self._put(*signed, blob, offset=(number - 1) * ticket.part_size, length=length)
            if outcome is PutOutcome.STORED:
                self._advance(length)
                return length
            if outcome is PutOutcome.UNKNOWN_UPLOAD:
                return 0
            signed = self._sign(ticket, digests, [number])[number]
        raise UnavailableError(f"The object store did not take part {number} of {blob.path!r}.")

    def _sign(
        self, ticket: Ticket, digests: Sequence[bytes], numbers: Sequence[int]
    ) -> dict[int, tuple[str, Mapping[str, str]]]:
        asked = [{"number": number, "digest": f"sha256:{digests[number - 1].hex()}"} for number in numbers]
        payload = self._client.payload(
            _operations.SIGN_UPLOAD_PARTS,
            {"entity": self._entity, "digest": ticket.digest, "uploadId": ticket.upload_id, "parts": asked},
        )
        return {part["number"]: (part["url"], part["headers"] or {}) for part in payload["parts"]}

    def _complete(self, blob: Blob, upload_id: str) -> HeadwaterError | None:
        """Make an object of the parts; return why not, if some are missing or the upload is gone."""
        try:
            self._client.payload(
                _operations.COMPLETE_UPLOAD, {"entity": self._entity, "digest": blob.digest, "uploadId": upload_id}
            )
        except (ConflictError, NotFoundError) as error:
            # Parts are missing, or the upload ended meanwhile: the next ticket tells which.
            return error
        return None

    def _put(self, url: str, headers: Mapping[str, str], blob: Blob, *, offset: int, length: int) -> PutOutcome:
        patience = Patience(PATIENCE_SECONDS)
        while not self._stopped.is_set():
            try:
                outcome = put_range(url, headers, blob.path, offset=offset, length=length)
            except FileNotFoundError as error:
                raise MissingFileError(f"{blob.path!r} is gone: it was to be uploaded.", path=blob.path) from error
            if outcome is not PutOutcome.DIFFERS:
                return outcome
            if hash_file(blob.path).digest != blob.digest:
                raise ConflictError(
                    f"{blob.path!r} changed after it was added. Add it with policy='mutable', which keeps a copy."
                )
            patience.pause(UnavailableError(f"What the object store receives of {blob.path!r} is damaged on the way."))
        raise UnavailableError("The upload was given up.")

    def _part_digests(self, blob: Blob) -> tuple[bytes, ...]:
        found = hash_file(blob.path)
        if found.digest != blob.digest:
            raise ConflictError(f"{blob.path!r} changed after it was added.")
        return found.parts

    def _note_sent(self, size: int) -> None:
        with self._sent_lock:
            self._sent += 1
        self._advance(size)

    def _advance(self, size: int) -> None:
        if self._progress is not None:
            self._progress.advance(size)


def _part_length(blob: Blob, ticket: Ticket, number: int) -> int:
    return min(ticket.part_size, blob.size - (number - 1) * ticket.part_size)


def _settle(pending: set[Future[None]], *, left: int) -> set[Future[None]]:
    """Wait until at most so many are left; raise the first failure at once."""
    if len(pending) <= left:
        return pending
    done: set[Future[None]] = set()
    for future in as_completed(pending):
        future.result()
        done.add(future)
        if len(pending) - len(done) <= left:
            break
    return pending - done
