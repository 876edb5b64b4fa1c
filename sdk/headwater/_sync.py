"""`sync`: sends the journal of a run, from wherever it lies, any number of times, with the same result.

Every step carries the operation id under which it was first tried, and records carry their numbers: what the service
has is answered as it was. So a journal may be sent while its run goes on, from a copy, or by two people at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgpack

from . import _run_operations as operations
from ._client import Client
from ._digests import hash_file
from ._errors import ConflictError, HeadwaterError, InvalidInputError, NotFoundError
from ._history import unwire, wire, wire_time
from ._journal import FORMAT, META, Damage, Stream, is_held, pack, recover_payloads, unpack
from ._metrics import Followed
from ._offline import SAVED
from ._online import history_body, post_history
from ._sender import BATCH_RECORDS, BATCH_SIZE
from ._start import announce, default_entity
from ._sync_artifacts import ArtifactSync
from ._upload import Blob, upload_blobs

FILES_A_CALL = 500
NOT_FILES = ("blobs", "manifests", "layouts")
_OTHERS = ("console-", "system-")
CRASHED_CODE = 1


@dataclass
class Synced:
    """What became of a journal: where its run is now, what was in it, and what could not be sent or read."""

    folder: Path
    path: str = ""
    url: str = ""
    name: str = ""
    records: int = 0
    files: int = 0
    artifacts: int = 0
    goes_on: bool = False
    is_behind: bool = False  # the service has more of the run than this copy of its journal
    last_at: float = 0.0  # the last sign of life in it
    problems: list[str] = field(default_factory=list)
    failures: list[HeadwaterError] = field(default_factory=list)


def sync(client: Client, folder: Path) -> Synced:
    """Send a journal.

    Raises:
        NotFoundError: if there is none.
        InvalidInputError: if it has no readable beginning.
        ConflictError: if another run has its id.
    """
    journal = Journal(folder)
    done = Synced(folder, problems=journal.problems)
    done.problems += journal.missing()
    entity = journal.start["entity"] or default_entity(client)
    payload = _start(client, journal, f"{entity}/{journal.start['project']}")
    run = payload["run"]
    done.path = f"{run['project']['entity']['name']}/{run['project']['name']}/{run['key']}"
    done.name, done.url = run["name"], run["url"]
    summary = _send_streams(client, run["id"], journal, done)
    _send_notes(client, run, entity, journal, done)
    _attempt(done, lambda: _send_files(client, run, journal, done))
    _attempt(done, lambda: _end(client, run["id"], done, journal, summary))
    if not done.failures and journal.end is not None:
        _note_synced(journal, client.base_url)
    return done


class Journal:
    """The journal of one run, as far as it can be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        path = folder / f"{META}.log"
        if not path.exists():
            raise NotFoundError(f"There is no journal of a run in {folder}: it has no {META}.log.", path=str(folder))
        self.notes = [note for note in (_decoded(each) for each in self.payloads(path)) if note is not None]
        started = [note for note in self.notes if note.get("kind") == "start" and "input" in note]
        if not started:
            raise InvalidInputError(
                f"The journal in {folder} does not say how its run began: {path.name} is damaged, or was written by "
                "an older version of Headwater."
            )
        self.start: dict[str, Any] = started[0]
        if self.start["format"] > FORMAT:
            raise InvalidInputError(f"The journal in {folder} is of a newer version of Headwater: update this one.")

    @property
    def end(self) -> dict[str, Any] | None:
        """How the run ended, by its own account."""
        return next((note for note in reversed(self.notes) if note["kind"] == "finish"), None)

    @property
    def metrics(self) -> Any:
        """What `define_metric` said last."""
        return next((note["definitions"] for note in reversed(self.notes) if note["kind"] == "metrics"), None)

    def missing(self) -> Iterator[str]:
        """What the run kept, by its own account, and what is not here."""
        end = self.end or {}
        for name, count in end.get("records", {}).items():
            if count and not (self.folder / f"{name}.log").exists():
                yield f"{name}.log is missing: its {count:,} record(s) are not sent."
        media = end.get("media", 0)
        found = sum(path.is_file() for path in (self.folder / "media").rglob("*"))
        if found < media:
            yield f"media: {media - found:,} of {media:,} file(s) are missing, and not sent."

    def streams(self) -> list[Path]:
        """The files of what was logged."""
        return sorted(path for path in self.folder.glob("*.log") if path.stem != META)

    def files(self) -> dict[str, Path]:
        """The files of the run, by their names in it."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
        named = {path.relative_to(self.folder).as_posix(): path for path in found}
        return {
            name.removeprefix(f"{SAVED}/"): path
            for name, path in named.items()
            if name.partition("/")[0] not in NOT_FILES and not ("/" not in name and name.endswith(".log"))
        }

    def payloads(self, path: Path) -> Iterator[bytes | None]:
        """The records of one of its files; a damaged one is None. What could not be read becomes a problem."""
        damage = Damage()
        yield from recover_payloads(path, damage)
        if damage.places:
            self.problems.append(f"{path.name}: damaged in {damage.places} place(s); the records there are lost.")
        if damage.tail_size:
            self.problems.append(f"{path.name}: its last {damage.tail_size:,} bytes are no whole record.")


def find_journals(place: Path) -> list[Path]:
    """The journals in a folder: itself, those in it, or those in its `.headwater`; by the time of their start.

    Raises:
        NotFoundError: if there is none.
    """
    if (place / f"{META}.log").exists():
        return [place]
    found = [path.parent for above in (place, place / ".headwater") for path in above.glob(f"run-*/{META}.log")]
    if not found:
        raise NotFoundError(f"There is no journal of a run in {place}, nor in {place / '.headwater'}.", path=str(place))
    return sorted(found, key=lambda folder: folder.name)


def is_synced(folder: Path, server: str) -> bool:
    """Whether a service has the whole journal already, and its run is over."""
    with suppress(HeadwaterError):
        return any(note["kind"] == "synced" and note["server"] == server for note in Journal(folder).notes)
    return False


def _decoded(payload: bytes | None) -> dict[str, Any] | None:
    if payload is None:
        return None
    try:
        note: dict[str, Any] = unpack(payload)
    except (ValueError, msgpack.UnpackException):
        return None
    return note


def _start(client: Client, journal: Journal, project: str) -> dict[str, Any]:
    given = journal.start["input"]
    try:
        return announce(client, project, journal.start["operation"], given)
    except ConflictError as error:
        raise ConflictError(
            f"{journal.folder}: {error.message} It is not the run of this journal. If it should go on with it, "
            "start such runs with resume='allow'.",
            current=error.current,
        ) from error


def _send_streams(client: Client, run_id: str, journal: Journal, done: Synced) -> dict[str, Any]:
    """Send what was logged; the last value of each key, for a run that did not live to tell its summary."""
    summary = Followed(journal.metrics)
    for path in journal.streams():
        # A stream that the service does not take must not keep the others from it.
        _attempt(done, lambda path=path: _send_stream(client, run_id, journal, path, summary, done))
    return summary.document()


def _send_stream(client: Client, run_id: str, journal: Journal, path: Path, summary: Followed, done: Synced) -> None:
    is_measured = not path.name.startswith(_OTHERS)
    wants_summary = journal.end is None and is_measured

    told: list[str] = []

    def post(first: int, payloads: list[bytes]) -> int:
        body = history_body(path.stem, first, payloads, is_alive=False)
        return post_history(client, run_id, body, retry=True, tell=told.append)

    number = post(0, [])
    records = _filled(journal.payloads(path))
    count, payload = 0, b""
    for count, payload in enumerate(islice(records, number), 1):  # noqa: B007  # the last ones are used below
        if wants_summary:
            summary.take(unpack(payload))
    done.records += count * is_measured
    done.is_behind = done.is_behind or count < number
    for batch in _batches(records):
        sent = post(number, batch)
        number += len(batch)
        if sent < number:
            raise HeadwaterError(f"The service took only {sent:,} of {number:,} records of {path.name}.")
        done.records += len(batch) * is_measured
        payload = batch[-1]
        for each in batch if wants_summary else ():
            summary.take(unpack(each))
    if payload:
        done.last_at = max(done.last_at, unpack(payload)["time"])
    done.problems += told[:1]


def _filled(payloads: Iterator[bytes | None]) -> Iterator[bytes]:
    """The records, an empty one in the place of each that is lost: those behind it keep their numbers."""
    last = pack({"step": 0, "time": 0.0, "values": {}})
    for payload in payloads:
        if payload is None:
            yield pack({**unpack(last), "values": {}})
        else:
            yield (last := payload)


def _batches(payloads: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for payload in payloads:
        if batch and (len(batch) >= BATCH_RECORDS or size + len(payload) > BATCH_SIZE):
            yield batch
            batch, size = [], 0
        batch.append(payload)
        size += len(payload)
    if batch:
        yield batch


def _send_notes(client: Client, run: dict[str, Any], entity: str, journal: Journal, done: Synced) -> None:
    """Repeat, in their order, what the run said of itself and did with artifacts."""
    artifacts = ArtifactSync(client, run["id"], f"{entity}/{journal.start['project']}", entity, journal.folder)
    steps = {"artifact": artifacts.log, "use": artifacts.use, "link": artifacts.link}
    for note in journal.notes:
        if note["kind"] == "update":
            _attempt(done, lambda note=note: _repeat(client, operations.UPDATE_RUN, run["id"], note))
        elif note["kind"] == "alert":
            _attempt(done, lambda note=note: _repeat(client, operations.RAISE_ALERT, run["id"], note))
        elif note["kind"] in steps:
            step = steps[note["kind"]]
            _attempt(done, lambda note=note, step=step: step(note))
    done.artifacts = artifacts.logged


def _repeat(client: Client, document: str, run_id: str, note: dict[str, Any]) -> None:
    client.mutate(document, {"operationId": note["operation"], "runId": run_id, **note["input"]})


def _send_files(client: Client, run: dict[str, Any], journal: Journal, done: Synced) -> None:
    files = sorted(journal.files().items())
    entity = run["project"]["entity"]["name"]
    for start in range(0, len(files), FILES_A_CALL):
        hashed = [(name, path, hash_file(path)) for name, path in files[start : start + FILES_A_CALL]]
        blobs = {found.digest: Blob(found.digest, found.size, str(path), found.parts) for _, path, found in hashed}
        upload_blobs(client, entity, blobs.values())
        given = [{"path": name, "digest": found.digest, "size": found.size} for name, _, found in hashed]
        # The same files are the same operation, from any copy of the journal.
        text = "\n".join(f"{file['path']}\0{file['digest']}" for file in given)
        operation = hashlib.sha256(f"{journal.start['operation']}\n{text}".encode()).hexdigest()[:32]
        client.mutate(operations.ATTACH_RUN_FILES, {"operationId": operation, "runId": run["id"], "files": given})
        done.files += len(given)


def _end(client: Client, run_id: str, done: Synced, journal: Journal, summary: dict[str, Any]) -> None:
    """Say how the run ended. One that was killed is CRASHED, unless it goes on, or was told otherwise.

    An old copy of the journal of such a run does not tell: a newer one did, or will.
    """
    if journal.end is not None:
        given = {"operationId": journal.end["operation"], "runId": run_id, **journal.end["input"]}
        client.mutate(operations.FINISH_RUN, given)
        return
    if done.is_behind or any(note["kind"] == "leave" for note in journal.notes):
        return
    done.goes_on = is_held(journal.folder)
    state = client.execute(operations.GET_RUN, {"path": done.path})["run"]["state"]
    if done.goes_on or state not in ("RUNNING", "CRASHED"):
        return
    last_at = max(done.last_at, *(note.get("time", 0.0) for note in journal.notes))
    finished_at = wire_time(datetime.fromtimestamp(last_at, UTC))
    given = {"exitCode": CRASHED_CODE, "state": "CRASHED", "finishedAt": finished_at, "summary": wire(unwire(summary))}
    # A longer copy of the journal tells something else, and so is another operation.
    text = journal.start["operation"].encode() + b"\ncrashed\n" + pack(given)
    operation = hashlib.sha256(text).hexdigest()[:32]
    client.mutate(operations.FINISH_RUN, {"operationId": operation, "runId": run_id, **given})


def _attempt(done: Synced, step: Any) -> None:
    try:
        step()
    except HeadwaterError as error:
        done.failures.append(error)


def _note_synced(journal: Journal, server: str) -> None:
    """Write down that this is done, so that `--all` need not look again."""
    if any(note["kind"] == "synced" and note["server"] == server for note in journal.notes):
        return
    meta = Stream(journal.folder / f"{META}.log")
    meta.append(pack({"kind": "synced", "server": server}))
    meta.close()
