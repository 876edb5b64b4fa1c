"""An offline run: the same journal without a service. `headwater sync` sends it later, from here or from a copy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ._cache import appearing, copy_file
from ._client import Body, Client, Patience, new_operation_id
from ._console import Console, write
from ._errors import UnavailableError
from ._files import Pending, RunFiles
from ._journal import sync_command
from ._online import Online
from ._sender import Sender

if TYPE_CHECKING:
    from ._run import Run

UNKNOWN_ENTITY = "offline"
"""The entity of an offline run whose settings name none: what begins with it means the one it is synced into."""
SAVED = "saved"  # the folder of copies of the user's files, in the journal folder


class OfflineClient(Client):
    """Stands in for the service, and says that there is none."""

    def execute(
        self, document: str, variables: Mapping[str, Any] | None = None, *, deadline_seconds: float | None = None
    ) -> NoReturn:
        """Refuse."""
        raise UnavailableError(
            "The run is offline, and this needs the service: it works after `headwater sync`, or in an online run."
        )

    def _send_until(
        self, patience: Patience, method: str, path: str, *, body: Body, headers: Mapping[str, str] | None
    ) -> NoReturn:
        self.execute(path)

    def payload(self, document: str, input: Mapping[str, Any], *, deadline_seconds: float | None = None) -> NoReturn:
        """Refuse."""
        self.execute(document)


class OfflineFiles(RunFiles):
    """Copies the files of a run into its journal folder. Those that the run made itself lie there already."""

    def _upload(self, batch: list[Pending]) -> None:
        for pending in batch:
            if pending.path.is_relative_to(self._folder):
                continue
            with appearing(str(self._folder / SAVED / pending.name)) as temporary:
                copy_file(str(pending.path), temporary)


class Keeper(Sender):
    """Makes the journal durable once a second, and sends nothing."""

    @property
    def waiting(self) -> int:
        """None wait for a service."""
        return 0

    def _send_all(self) -> None:
        return


class Offline(Online):
    """The side of an open offline run that keeps what it is told."""

    def __init__(self, base_url: str, key: str, entity: str, folder: Path, console: Console) -> None:
        super().__init__(OfflineClient(base_url, None), key, entity, folder, console)
        self.files = OfflineFiles(self.client, key, entity, folder)

    def update(self, deadline_seconds: float | None = None, **changes: Any) -> None:
        """Write down a change of what is said of the run."""
        self.note("update", operation=new_operation_id(), input=changes)

    def close(self, run: Run, exit_code: int) -> None:
        """Write down how the run ended, and print how to send it."""
        given = self._ending(run, exit_code)
        self.note("finish", operation=new_operation_id(), input=given, **self._kept())
        is_removed = not self._meta.path.exists()
        self._close_files()
        if is_removed or self._meta.unwritten:
            reason = "was removed while the run went on" if is_removed else f"is not whole ({self._meta.failure})"
            write(f"The run {run.name} is lost: its journal in {self.folder} {reason}, and it has no other copy.")
            return
        if lost := len(self.stream.unwritten):
            write(f"{lost:,} record(s) are lost: the journal could not be written ({self.stream.failure}).")
        self.console.say(
            f"The run {run.name} is offline: {self.stream.count - lost:,} record(s), {self.files.media} media, "
            f"{self.outputs.file_count} artifact file(s), {self.files.others} other file(s). To send it:"
        )
        # Also in silence: without this line, nobody would know.
        write(sync_command(self.folder))

    def _new_sender(self) -> Sender:
        return Keeper(self.stream, self._post, self._round, self.console.say, others=(self._meta,))

    def _send_surroundings(self) -> None:
        return

    def _send_alerts(self) -> None:
        # They are noted: `headwater sync` raises them.
        self._alerts.clear()

    def _send_orphans(self) -> None:
        return
