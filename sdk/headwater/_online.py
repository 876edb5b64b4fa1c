"""The side of an open run that talks: its journal, its sender, its files, its artifacts."""

from __future__ import annotations

import gzip
import os
import threading
import time
import weakref
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgpack
import orjson

from . import _run_operations as operations
from ._client import Client, new_operation_id
from ._console import Console, write
from ._errors import ConflictError, HeadwaterError, UnavailableError
from ._files import RunFiles
from ._history import cut_to_size, wire, wire_time
from ._journal import META, Stream, Tail, pack, random_key, read_payloads, sync_command
from ._metrics import DOCUMENT
from ._outputs import Outputs
from ._sender import BATCH_RECORDS, BATCH_SIZE, REFUSALS, Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._environment import Environment
    from ._run import Run
    from ._settings import Settings
    from ._surroundings import Surroundings

PATIENCE = 600.0  # seconds that `finish` waits for a service that is away
UPDATE_SECONDS = 5.0  # what the sender waits for a change that it can send later
SUMMARY_INTERVAL = 300.0  # seconds; each one is an event in the service's log, unlike history
LARGEST_SUMMARY = 1_000_000  # bytes as JSON, a little less than the service takes
COMPRESS_FROM = 1024

_open: weakref.WeakSet[Online] = weakref.WeakSet()


class Settled(NamedTuple):
    """The first failure of what a run made; whole it is all the same if only aliases were refused."""

    failure: HeadwaterError | None
    is_whole: bool


class Online:
    """What an open run needs to reach the service, in one process. A forked child gets its own."""

    def __init__(self, client: Client, run_id: str, entity: str, folder: Path, console: Console) -> None:
        self.client = client
        self.run_id = run_id
        self.folder = folder
        self.files = RunFiles(client, run_id, entity, folder)
        self.outputs = Outputs()
        self.console = console
        self._run: weakref.ref[Run] | None = None
        self._surroundings: Surroundings | None = None
        self._meta = Stream(folder / f"{META}.log")
        self._meta.hold()
        self._noting = threading.Lock()
        self._is_away = False
        self._is_last_round = False  # before it, whatever fails is sent with the next one
        self.is_guest = False  # in a run that another process ends
        self._config_sent: dict[str, Any] = {}
        self._config_dirty = False
        self._metrics: dict[str, Any] | None = None
        self._summary_at = time.monotonic()
        self._warned_summary = False
        self._alerts: deque[dict[str, Any]] = deque()
        self._has_told = False
        # Once it has begun, a run outlives a restart of the service: its calls wait as long as `finish` does.
        client.deadline_seconds = PATIENCE
        self._begin_stream()
        _open.add(self)

    def attach(self, run: Run) -> None:
        """Begin to send for this run."""
        self._run = weakref.ref(run)
        self._config_sent = run.config.as_dict()
        self.sender.start()

    def surround(self, settings: Settings, environment: Environment) -> None:
        """Keep the console, the machine and the environment of the run, as far as the settings want it."""
        from ._environment import write_environment
        from ._surroundings import Surroundings

        self._surroundings = Surroundings(self.folder, settings)
        self._surroundings.start()
        if settings.record_environment:
            self.files.add_made(lambda: write_environment(self.folder, environment))

    def tell_error(self, error: BaseException) -> None:
        """Keep with the console why the run fails: Python prints it when the run is finished already."""
        if self._surroundings is not None:
            from traceback import format_exception

            self._surroundings.tell("".join(format_exception(error)))

    def note(self, kind: str, **content: Any) -> None:
        """Write down something about the run itself, so that the journal alone tells its story."""
        with self._noting:
            self._meta.append(pack({"kind": kind, "time": time.time(), **content}))

    def record(self, payload: bytes) -> None:
        """Journal one logged record; the caller holds the run's lock."""
        self.stream.append(payload)
        self.sender.start()

    def config_changed(self) -> None:
        """The configuration will be sent with the next round."""
        self._config_dirty = True

    def metrics_changed(self, definitions: dict[str, Any]) -> None:
        """What `define_metric` said is in the journal, and will be sent with the next round for charts to follow."""
        self.note("metrics", definitions=definitions)
        self._metrics = definitions

    def alert(self, given: dict[str, Any]) -> None:
        """Note an alert, and send it with the next round."""
        operation = new_operation_id()
        self.note("alert", operation=operation, input=given)
        self._alerts.append({"operationId": operation, "runId": self.run_id, **given})
        self.sender.start()

    def _send_alerts(self) -> None:
        while self._alerts:
            self.client.mutate(
                operations.RAISE_ALERT,
                self._alerts[0],
                deadline_seconds=PATIENCE if self._is_last_round else UPDATE_SECONDS,
            )
            self._alerts.popleft()

    def update(self, deadline_seconds: float | None = None, **changes: Any) -> None:
        """Change what the service says of the run, now."""
        operation = new_operation_id()
        self.note("update", operation=operation, input=changes)
        given = {"operationId": operation, "runId": self.run_id, **changes}
        self.client.mutate(operations.UPDATE_RUN, given, deadline_seconds=deadline_seconds)

    def settle(self) -> Settled:
        """Wait for what the run makes, its files included."""
        if self._surroundings is not None and (missing := self._surroundings.stop()):
            self.console.say(missing)
        failures = self.outputs.wait()
        try:
            self.files.finish(PATIENCE)
        except HeadwaterError as error:
            failures.append(error)
        try:
            self._send_rest(is_away=any(isinstance(failure, UnavailableError) for failure in failures))
        except (*REFUSALS, UnavailableError) as error:
            # What the service refuses must not keep it from being told how the run ended. It is told first when it is
            # away: files that it did not take are part of that.
            failures.insert(0 if isinstance(error, UnavailableError) else len(failures), error)
        self._is_away = any(isinstance(failure, UnavailableError) for failure in failures)
        told = failures + self.outputs.refusals()
        for failure in told[1:]:
            write(f"Also failed: {failure}")
        # What the service could not be asked is no failure of the run: a sync makes it whole.
        is_whole = all(isinstance(failure, UnavailableError) for failure in failures)
        return Settled(told[0] if told else None, is_whole=is_whole)

    def tell_of_waiting(self) -> None:
        """Say to one who interrupted the run what it still waits for."""
        if count := self.outputs.pending():
            self.console.say(
                f"Interrupted. Finishing {count} artifact(s) on the way; interrupt again to leave them. "
                "Logging the same files again sends only what is missing."
            )

    def tell_of_leaving(self) -> None:
        """Say how to send what somebody who interrupted `finish` did not wait for."""
        write(f"Interrupted before the run was sent. Its journal has it; to send it:\n{sync_command(self.folder)}")

    def close(self, run: Run, exit_code: int) -> None:
        """Say how the run ended, print what there is to see."""
        if self.is_guest:
            self._leave(run)
            return
        given = self._ending(run, exit_code)
        operation = new_operation_id()
        self.note("finish", operation=operation, input=given, **self._kept())
        self._make_durable(self._meta)
        try:
            self.client.mutate(
                operations.FINISH_RUN,
                {"operationId": operation, "runId": self.run_id, **given},
                deadline_seconds=UPDATE_SECONDS if self._is_away else None,
            )
        except UnavailableError:
            # If it was away before, the user is told by what failed first.
            if not self._is_away:
                self._is_away = True
                raise
        else:
            if not self._is_away:
                self.note("synced", server=self.client.base_url)
        finally:
            if self._is_away:
                write(f"Not all of the run could be sent. Its journal has it; to send it:\n{sync_command(self.folder)}")
            self._close_files()
        self.console.run_address(run.name, run.url or "")
        self.console.finished(
            records=self.sender.acknowledged,
            media=self.files.media,
            artifact_files=self.outputs.file_count,
            other_files=self.files.others,
        )
        self.console.artifacts(self.outputs.addresses())
        self.console.logs(self.folder)

    def _kept(self) -> dict[str, Any]:
        """What the journal holds in the end: a copy of it may lack a part."""
        return {"records": {self.stream.name: self.stream.count}, "media": self.files.media}

    def _ending(self, run: Run, exit_code: int) -> dict[str, Any]:
        """How the run ends, and when: a sync may tell it days later."""
        return {
            "exitCode": exit_code,
            "state": run.state,
            "finishedAt": wire_time(datetime.now(UTC)),
            "summary": self._fitting(summary_of(run)),
        }

    def _leave(self, run: Run) -> None:
        """Go from a run that others go on with."""
        self.note("leave")
        try:
            self.update(summary=self._fitting(summary_of(run)))
            self.note("synced", server=self.client.base_url)
        finally:
            self._close_files()
        self.console.logs(self.folder)

    def _close_files(self) -> None:
        for stream in (self.stream, self._meta):
            self._make_durable(stream)
            stream.close()
        if self._surroundings is not None:
            self._surroundings.close()

    def _make_durable(self, stream: Stream) -> None:
        stream.retry()
        try:
            stream.sync()
        except OSError as error:
            self.console.say(f"The journal {stream.path} cannot be made durable: {error}")

    def _send_rest(self, *, is_away: bool) -> None:
        self.sender.finish(PATIENCE)
        # A service that files have waited for in vain is asked once more, and no longer.
        self._is_last_round = not is_away
        self._send_surroundings()
        self._send_orphans()
        self._send_config()
        self._send_alerts()

    def _fitting(self, summary: dict[str, Any]) -> dict[str, Any]:
        """The summary without its largest values, if it is larger than the service takes."""
        fitting, left_out = cut_to_size(summary, LARGEST_SUMMARY, size_as_json)
        if left_out and not self._warned_summary:
            self._warned_summary = True
            self.console.say(
                f"The summary holds at most {LARGEST_SUMMARY:,} bytes as JSON; left out: {', '.join(left_out)}. "
                f"What was logged is in the history, what was set in {self.folder}."
            )
        return fitting

    def _begin_stream(self) -> None:
        self.stream = Stream(self.folder / f"{random_key(12)}.log")
        self.sender = self._new_sender()

    def _new_sender(self) -> Sender:
        return Sender(self.stream, self._post, self._round, self.console.say, others=(self._meta,))

    def _round(self) -> None:
        if self._config_dirty:
            self._send_config()
        if self._metrics is not None:
            self._send_metrics(self._metrics)
        self._send_surroundings()
        self._send_alerts()
        self.files.look()
        if time.monotonic() - self._summary_at > SUMMARY_INTERVAL:
            self._send_summary()

    def _send_summary(self) -> None:
        """Let a run that may never come to its end have a summary."""
        self._summary_at = time.monotonic()
        run = None if self._run is None else self._run()
        if run is not None and run.step > 0:
            self.update(deadline_seconds=UPDATE_SECONDS, summary=self._fitting(summary_of(run)))

    def _send_metrics(self, definitions: dict[str, Any]) -> None:
        self.update(deadline_seconds=UPDATE_SECONDS, summary={DOCUMENT: wire(definitions)})
        if self._metrics is definitions:
            self._metrics = None

    def _send_config(self) -> None:
        run = None if self._run is None else self._run()
        if run is None:
            return
        self._config_dirty = False
        config = run.config.as_dict()
        changes = {k: v for k, v in config.items() if k not in self._config_sent or self._config_sent[k] != v}
        changes.update({key: None for key in self._config_sent if key not in config})
        if not changes:
            return
        try:
            self.update(deadline_seconds=PATIENCE if self._is_last_round else UPDATE_SECONDS, config=wire(changes))
        except HeadwaterError:
            self._config_dirty = True
            raise
        self._config_sent = config

    def _send_surroundings(self) -> None:
        if self._surroundings is not None:
            self._surroundings.send(self._post)

    def _post(self, stream: str, first: int, payloads: list[bytes]) -> int:
        # Until the last round the sender repeats it itself, with what came to it in the meantime.
        body = history_body(stream, first, payloads)
        return post_history(self.client, self.run_id, body, retry=self._is_last_round, tell=self._tell_once)

    def _tell_once(self, line: str) -> None:
        if not self._has_told:
            self._has_told = True
            self.console.say(line)

    def _send_orphans(self) -> None:
        """Send what forked children logged and were killed before they could; the service drops what it has."""
        sent = {self.stream.name, META}
        if self._surroundings is not None:
            sent |= self._surroundings.stream_names
        for path in sorted(self.folder.glob("*.log")):
            if path.stem in sent:
                continue
            tail = Tail(Stream(path, written=sum(1 for _ in read_payloads(path))))
            while payloads := tail.read(BATCH_RECORDS, BATCH_SIZE):
                self._post(path.stem, tail.number, payloads)
                tail.advance(payloads, tail.number + len(payloads))

    def after_fork(self) -> None:
        """Make this object right for a forked child: no thread of the parent runs here, its file is the parent's."""
        run = None if self._run is None else self._run()
        if run is not None:
            run._after_fork()
        self.files.after_fork()
        self.outputs = Outputs()
        self._alerts = deque()
        self._meta = Stream(self._meta.path)
        self._noting = threading.Lock()
        if self._surroundings is not None:
            self._surroundings.after_fork()
        self._begin_stream()


def summary_of(run: Run) -> dict[str, Any]:
    """The summary as it is sent: with the step that a continuation begins after."""
    values = {**run.summary.as_dict(), "_step": run.step - 1}
    if run._recorder.metrics:
        values[DOCUMENT] = run._recorder.metrics.document()
    wired: dict[str, Any] = wire(values)
    return wired


def size_as_json(key: str, value: Any) -> int:
    """What a value takes in a JSON document, its key included."""
    return len(orjson.dumps({key: value}))


def post_history(client: Client, run_id: str, body: bytes, *, retry: bool, tell: Callable[[str], None]) -> int:
    """Hand records over; the number of the one that is expected next. `tell` gets what was left out of them."""
    headers = {"Content-Type": "application/msgpack"}
    if len(body) >= COMPRESS_FROM:
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    route = f"/api/runs/{run_id}/history"
    answer = client.request("POST", route, body=body, headers=headers, retry=retry, accepted=frozenset({409})).json()
    if left_out := answer.get("leftOut"):
        tell(
            f"The service keeps {left_out['most']:,} keys of a record: those beyond are left out, such as "
            f"{left_out['keys'][0][:100]!r}. What counts things up, such as an index, belongs in a value or in a table."
        )
    # A gap (409) is answered with the number to go back to.
    try:
        return int(answer.get("error", answer)["acknowledged"])
    except (KeyError, TypeError) as error:
        raise ConflictError(str(answer["error"]["message"])) from error


def history_body(stream: str, first: int, payloads: list[bytes], *, is_alive: bool = True) -> bytes:
    """The message that hands over records, put together from their packed forms as they are."""
    packer = msgpack.Packer(use_bin_type=True)
    parts = [packer.pack_map_header(4), packer.pack("stream"), packer.pack(stream), packer.pack("first")]
    parts += [packer.pack(first), packer.pack("heartbeat"), packer.pack(is_alive), packer.pack("records")]
    parts += [packer.pack_array_header(len(payloads)), *payloads]
    return b"".join(parts)


def _after_fork() -> None:
    for online in list(_open):
        online.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
