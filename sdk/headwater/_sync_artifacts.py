"""The artifacts of a journal: logged with their bytes, declared as inputs and linked, as the run did it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from . import _log, _operations
from ._artifact import Artifact
from ._cache import Cache, default_cache
from ._client import Client
from ._draft import Draft
from ._entry import Entry
from ._errors import HeadwaterError
from ._manifest import read_manifest
from ._offline import UNKNOWN_ENTITY
from ._version import LoggedVersion, get_version, logged_from_wire


class JournalCache(Cache):
    """The bytes of a journal, and behind them those of this machine."""

    def find(self, digest: str, size: int) -> str | None:
        """The path of the bytes of a digest, or None."""
        return super().find(digest, size) or default_cache().find(digest, size)


class ArtifactSync:
    """Repeats what a run did with artifacts, each step under its own operation.

    Args:
        project: `entity/project` that the run belongs to.
        entity: What the entity of an offline run that knew none means.
    """

    def __init__(self, client: Client, run_id: str, project: str, entity: str, folder: Path) -> None:
        self._client = client
        self._run_id = run_id
        self._project = project
        self._entity = entity
        self._cache = JournalCache(folder)
        self.logged = 0

    def log(self, note: dict[str, Any]) -> None:
        """Log an artifact, and send what the store lacks of it."""
        if os.path.exists(self._cache.manifest_path(note["digest"])):
            version = self._log_whole(note)
        else:
            version = self._log_known(note)
        self.logged += 1
        if (refusal := version.refusal()) is not None:
            raise refusal

    def use(self, note: dict[str, Any]) -> None:
        """Declare an input."""
        given = {**note["input"], "path": self._meant(note["input"]["path"])}
        self._client.mutate(
            _operations.USE_ARTIFACT, {"operationId": note["operation"], "runId": self._run_id, **given}
        )

    def link(self, note: dict[str, Any]) -> None:
        """Link a version."""
        version = get_version(self._client, self._meant(note["version"]))
        given = {
            "operationId": note["operation"],
            "versionId": version.place.id,
            "target": self._meant(note["target"]),
            "project": self._project,
            "aliases": note["aliases"],
        }
        self._client.mutate(_operations.LINK_ARTIFACT, given)

    def _log_whole(self, note: dict[str, Any]) -> LoggedVersion:
        artifact = Artifact(note["name"], note["type"], note["description"], json.loads(note["metadata"]))
        artifact._draft = Draft(self._entries(note["digest"]))
        for entry in artifact._draft.entries.values():
            # Of an online run: a file that was to be sent from where it lies. The store refuses it if it has changed.
            origin = note.get("origins", {}).get(entry.digest)
            entry.origin = origin if origin is not None and os.path.exists(origin) else None
        artifact._draft.cache = self._cache
        artifact._wanted_ttl = note["ttl"]
        return _log.log_artifact(
            self._client,
            artifact,
            project=self._project,
            run_id=self._run_id if note["is_output"] else None,
            aliases=note["aliases"],
            tags=note["tags"],
            history_step=note["history_step"],
            operation_id=note["operation"],
        )

    def _entries(self, digest: str) -> list[Entry]:
        entries: list[Entry] = []
        with open(self._cache.manifest_path(digest), "rb") as file:
            found = read_manifest(iter(lambda: file.read(65536), b""), entries.append)
        if found != digest:
            raise HeadwaterError(f"The list of files {digest} in the journal is damaged: it is {found} now.")
        return entries

    def _log_known(self, note: dict[str, Any]) -> LoggedVersion:
        """Record a version that the service has, by its digest, as an output."""
        payload = self._client.mutate(
            _operations.LOG_ARTIFACT,
            {
                "operationId": note["operation"],
                "project": self._project,
                "runId": self._run_id if note["is_output"] else None,
                "name": note["name"],
                "type": note["type"],
                "manifestDigest": note["digest"],
                "description": note["description"],
                "metadata": json.loads(note["metadata"]),
                "aliases": note["aliases"],
                "tags": note["tags"],
                "historyStep": note["history_step"],
            },
        )
        return logged_from_wire(payload)

    def _meant(self, path: str) -> str:
        """A path as the service takes it: the entity that an offline run did not know is known now."""
        entity, slash, rest = path.partition("/")
        return f"{self._entity}/{rest}" if slash and entity == UNKNOWN_ENTITY else path
