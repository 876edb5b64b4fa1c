"""Logging a draft: manifest, missing blobs, commit. The order promises that a version that is seen is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from . import _operations
from ._client import Client, new_operation_id
from ._draft import Draft
from ._entry import Entry
from ._errors import ConflictError, HeadwaterError, NotFoundError
from ._manifest import encode_manifest, manifest_digest
from ._progress import Transfer
from ._upload import Blob, upload_blobs
from ._version import LoggedVersion, logged_from_wire

if TYPE_CHECKING:
    from ._artifact import Artifact

LISTED_MISSING = 1000
"""The service names at most so many missing blobs in one answer."""
COMMIT_ROUNDS = 5
MANIFEST_SECONDS = 600.0


def log_artifact(
    client: Client,
    draft: Artifact,
    *,
    project: str,
    run_id: str | None = None,
    aliases: Sequence[str] = (),
    tags: Sequence[str] = (),
    metadata_mode: str = "KEEP",
    history_step: int | None = None,
    operation_id: str | None = None,
    on_sent: Callable[[int], None] | None = None,
) -> LoggedVersion:
    """Make a version of a draft, and turn the draft into that version. Refused aliases are told in the answer.

    Args:
        project: `entity/project`, complete.
        run_id: The node id of the run that produced it.
        metadata_mode: `UPDATE` merges the metadata into a version with the same content, `KEEP` leaves that alone.
        operation_id: The key under which a repetition is the same call.
        on_sent: Told how many files were sent, as often as some were.

    Raises:
        ConflictError: if a file changed since it was added.
        NotFoundError: if bytes that the artifact needs are neither here nor in the store.
        UnavailableError: if the service or the store stays away.
    """
    given = draft._seal()
    try:
        version = _commit_draft(
            client,
            draft,
            {
                "operationId": operation_id or new_operation_id(),
                "project": project,
                "runId": run_id,
                "name": draft.name,
                "type": draft.type,
                "description": given.description,
                "metadata": given.metadata,
                "metadataMode": metadata_mode,
                "aliases": list(aliases),
                "tags": list(tags),
                "historyStep": history_step,
            },
            on_sent,
        )
    except BaseException:
        draft._unseal()
        raise
    draft._become(client, version)
    draft._send_ttl()
    return version


def _commit_draft(
    client: Client, draft: Artifact, given: dict[str, Any], on_sent: Callable[[int], None] | None
) -> LoggedVersion:
    content = draft._content
    content.check_tree()
    entity = str(given["project"]).partition("/")[0]
    paths = sorted(content.entries)
    digest = manifest_digest(content.entries[path] for path in paths)
    sender = _Sender(client, entity, draft.name, content, on_sent)
    missing = _put_manifest(client, entity, digest, content, paths)
    if missing:
        sender.send(missing)
    payload = _commit(client, {**given, "manifestDigest": digest}, sender)
    return logged_from_wire(payload)


def _put_manifest(client: Client, entity: str, digest: str, content: Draft, paths: Sequence[str]) -> list[str]:
    """Store the manifest unless it is there; return the blobs that the service lacks (the first thousand)."""
    route = f"/api/manifests/{quote(entity, safe='')}"
    known = client.request("HEAD", f"{route}/{digest}", accepted=frozenset({404}))
    if known.status != 404:
        # The commit names what is missing, if anything is: an unchanged set costs two requests.
        return []

    def stream() -> Iterable[bytes]:
        return encode_manifest(content.entries[path] for path in paths)

    answer = client.request(
        "PUT",
        route,
        body=stream,
        headers={"Content-Encoding": "gzip", "Content-Type": "application/x-ndjson"},
        deadline_seconds=MANIFEST_SECONDS,
    ).json()
    if answer["digest"] != digest:
        raise HeadwaterError(f"The service computes {answer['digest']} for the manifest, this machine {digest}.")
    missing: list[str] = answer["missing"]
    return missing


def _commit(client: Client, given: dict[str, Any], sender: _Sender) -> dict[str, Any]:
    conflict: ConflictError | None = None
    for _ in range(COMMIT_ROUNDS):
        try:
            return client.payload(_operations.LOG_ARTIFACT, given)
        except ConflictError as error:
            if not error.missing:
                raise
            conflict = error
            sender.send(error.missing)
    raise HeadwaterError(f"{given['name']!r} cannot be logged: {conflict}") from conflict


class _Sender:
    """Finds the bytes of digests among a draft's files and sends them."""

    def __init__(
        self, client: Client, entity: str, name: str, content: Draft, on_sent: Callable[[int], None] | None
    ) -> None:
        self._client = client
        self._entity = entity
        self._name = name
        self._content = content
        self._on_sent = on_sent

    def send(self, missing: Sequence[str]) -> None:
        """Upload the digests; when the list is full, everything that the service does not know."""
        wanted = None if len(missing) >= LISTED_MISSING else set(missing)
        total = sum(entry.size for entry in self._needed(wanted))
        with Transfer(f"Uploading {self._name}", total) as progress:
            blobs = (self._blob(entry, is_certain=wanted is not None) for entry in self._needed(wanted))
            sent = upload_blobs(
                self._client, self._entity, (blob for blob in blobs if blob is not None), progress=progress
            )
        if self._on_sent is not None:
            self._on_sent(sent)

    def _needed(self, wanted: set[str] | None) -> Iterator[Entry]:
        """One entry a digest."""
        seen: set[str] = set()
        for entry in self._content.entries.values():
            digest = entry.digest
            if digest is not None and digest not in seen and (wanted is None or digest in wanted):
                seen.add(digest)
                yield entry

    def _blob(self, entry: Entry, *, is_certain: bool) -> Blob | None:
        digest = entry.digest or ""
        path = entry.local_path or self._content.cache.find(digest, entry.size)
        if path is not None:
            return Blob(digest, entry.size, path, self._content.parts.get(digest, ()))
        if is_certain:
            raise NotFoundError(
                f"The bytes of {entry.path!r} ({digest}) are neither on this machine nor in the store.", path=entry.path
            )
        # An entry of the base version: the store has it, or the commit will name it.
        return None
