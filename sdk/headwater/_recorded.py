"""What `Api` answers with: runs and projects as the service has them, to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import _deletion
from . import _run_operations as operations
from ._artifact import Artifact
from ._artifact_facts import listed
from ._client import Client
from ._errors import NotFoundError
from ._history import unwire
from ._listing import pages
from ._metrics import DOCUMENT, Metric, Metrics
from ._names import check_alias
from ._recalls import Recall, read_recalls
from ._recorded_changes import RecordedSummary, changes_of, snapshot
from ._recorded_files import RecordedFile
from ._recorded_history import RecordedHistory
from ._recorded_surroundings import RecordedSurroundings
from ._run_artifacts import log_again
from ._version import use_version, version_from_wire


@dataclass(frozen=True)
class Project:
    """A project as the service has it."""

    id: str
    name: str
    entity: str
    path: str
    url: str
    description: str
    created_at: datetime
    _client: Client = field(repr=False, compare=False)

    def delete(self, delete_aliases: bool = False) -> _deletion.Deletion:
        """Delete it into the trash, with all runs, artifacts and registered models in it.

        Args:
            delete_aliases: Whether aliases elsewhere, of links to its versions, go too.

        Raises:
            ConflictError: if a run in it goes on, or such an alias refuses.
            PermissionDeniedError: if you are no admin, or an alias is protected.
        """
        return _deletion.delete(self._client, projects=[self.id], delete_aliases=delete_aliases)


class RecordedRun(RecordedSurroundings):
    """A run as the service has it: `Api().run("entity/project/id")`. What you change of it, `update()` sends."""

    def __init__(self, client: Client, known: dict[str, Any]) -> None:
        self._client = client
        self._node_id: str = known["id"]
        self.id: str = known["key"]
        self.name: str = known["name"]
        self.project: str = known["project"]["name"]
        self.entity: str = known["project"]["entity"]["name"]
        self.path: str = known["path"]
        self.url: str = known["url"]
        self.state: str = known["state"]
        self.job_type: str | None = known["jobType"]
        self.group: str | None = known["group"]
        self.tags: list[str] = list(known["tags"])
        self.notes: str = known["notes"]
        self.config: dict[str, Any] = unwire(known["config"] or {})
        summary: dict[str, Any] = unwire(known["summary"] or {})
        self.last_step: int | None = summary.pop("_step", None)
        self.metrics: tuple[Metric, ...] = Metrics(summary.pop(DOCUMENT, None)).definitions
        self.summary: dict[str, Any] = RecordedSummary(summary, self.update)
        self.host: str | None = known["host"]
        self.command: str | None = known["command"]
        self.git_commit: str | None = known["gitCommit"]
        self.git_remote: str | None = known["gitRemote"]
        self.created_by: str | None = known["createdBy"]["name"] if known["createdBy"] else None
        self.created_at = _time(known["createdAt"])
        self.started_at = _time(known["startedAt"])
        self.heartbeat_at = _time_or_none(known["heartbeatAt"])
        self.finished_at = _time_or_none(known["finishedAt"])
        self.exit_code: int | None = known["exitCode"]
        self._before = snapshot(self)

    def __repr__(self) -> str:
        """Its path, name and state."""
        return f"<RecordedRun {self.path} {self.name!r} {self.state}>"

    def history(
        self,
        keys: Sequence[str] | None = None,
        *,
        samples: int | None = None,
        min_step: int | None = None,
        max_step: int | None = None,
    ) -> RecordedHistory:
        """What the run logged, in order of the steps: `{"_step": …, "_time": …, key: value, …}` each.

        `for row in run.history()` gives row by row; `.to_pandas()`, `.to_polars()` and `.to_arrow()` give a table.

        Args:
            keys: Only these keys, and only rows that have one of them.
            samples: At most so many points of each key, 4 to 10,000, of which the lowest and the highest are never
                left out: what a chart needs of a long run. Without it, every row.
            min_step: The first step.
            max_step: The last step.
        """
        return RecordedHistory(self._client, self.path, keys, samples, (min_step, max_step))

    def update(self) -> None:
        """Send what you changed: `name`, `notes`, `job_type`, `group`, `tags`, and keys of `config` and `summary`.

        Keys that you did not touch stay as they are, also where the program changed them meanwhile.

        Raises:
            NotFoundError: if the run is gone.
            PermissionDeniedError: if you may not change runs there.
        """
        after = snapshot(self)
        changes = changes_of(self._before, after)
        if changes:
            self._client.mutate(operations.UPDATE_RUN, {"runId": self._node_id, **changes})
            self._before = after

    def logged_artifacts(self) -> Iterator[Artifact]:
        """The artifacts that the run produced."""
        return self._artifacts(operations.RUN_OUTPUTS, "outputs")

    def used_artifacts(self) -> Iterator[Artifact]:
        """The artifacts that the run consumed."""
        return self._artifacts(operations.RUN_INPUTS, "inputs")

    @property
    def recalls(self) -> tuple[Recall, ...]:
        """What is wrong with what it consumed or with what that came from, now: critical recalls first, then the
        nearest. `distance` counts from the run.
        """
        return read_recalls(self._client, self._node_id)

    def use_artifact(self, artifact: Artifact, allow_recalled: bool = False) -> Artifact:
        """Declare a version as an input of this run, also when it has ended.

        Args:
            artifact: What `Api.artifact` gave.
            allow_recalled: Declare it although a critical recall reaches it.

        Raises:
            NotLoggedError: if it is a draft.
            PermissionDeniedError: if you may only read there.
            RecalledError: if a critical recall reaches it, and that is not allowed.
        """
        path = artifact._logged("version").place.path
        version = use_version(self._client, self._node_id, path, type=None, allow_recalled=allow_recalled)
        return Artifact._from_version(self._client, version)

    def log_artifact(
        self, artifact: Artifact, aliases: str | Iterable[str] | None = None, tags: str | Iterable[str] | None = None
    ) -> Artifact:
        """Declare a version as an output of this run, also when it has ended.

        Args:
            artifact: What `Api.artifact` gave. A version of another project becomes one of this run's project.
            aliases: Aliases that move to it.
            tags: Free labels that it gets.

        Raises:
            NotLoggedError: if it is a draft.
            PermissionDeniedError: if you may only read there.
        """
        artifact._logged("version")
        given: dict[str, Any] = {"aliases": [check_alias(alias) for alias in listed(aliases)], "tags": listed(tags)}
        given |= {"project": f"{self.entity}/{self.project}", "run_id": self._node_id, "history_step": self.last_step}
        return Artifact._from_version(self._client, log_again(self._client, artifact, given))

    def delete(self, delete_artifacts: bool = False, delete_aliases: bool = False) -> _deletion.Deletion:
        """Delete the run into the trash, with its files and its history.

        Args:
            delete_artifacts: Whether the versions that it made go too, but for those that another run logged as well.
            delete_aliases: Whether they go also when they have aliases besides `latest`.

        Raises:
            ConflictError: if it goes on, or a version has aliases.
            PermissionDeniedError: if an alias is protected, or you may not delete runs there.
        """
        run_id = _deletion.find_run_id(self._client, self.path)
        return _deletion.delete(
            self._client, runs=[run_id], with_outputs=delete_artifacts, delete_aliases=delete_aliases
        )

    def files(self, prefix: str | None = None) -> Iterator[RecordedFile]:
        """The run's own files: its media, and what was saved with it.

        Args:
            prefix: Only those whose path begins so.
        """
        variables = {"path": self.path, "prefix": prefix}
        for edge in pages(self._client, operations.RUN_FILES, variables, lambda data: _of_run(data, "files")):
            node = edge["node"]
            yield RecordedFile(node["path"], node["size"], node["digest"], node["url"], self._client)

    def file(self, path: str) -> RecordedFile:
        """One of its files.

        Raises:
            NotFoundError: if it has none of this path.
        """
        for found in self.files(path):
            if found.path == path:
                return found
        raise NotFoundError(f"The run {self.path} has no file {path!r}.", path=path)

    def _artifacts(self, document: str, name: str) -> Iterator[Artifact]:
        for edge in pages(self._client, document, {"path": self.path}, lambda data: _of_run(data, name)):
            yield Artifact._from_version(self._client, version_from_wire(edge["node"]))


def project_of(client: Client, node: dict[str, Any]) -> Project:
    """A project of its node in the API."""
    return Project(
        id=node["id"],
        name=node["name"],
        entity=node["entity"]["name"],
        path=node["path"],
        url=node["url"],
        description=node["description"],
        created_at=_time(node["createdAt"]),
        _client=client,
    )


def _of_run(data: dict[str, Any], name: str) -> Any:
    return data["run"] and data["run"][name]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time_or_none(text: str | None) -> datetime | None:
    return None if text is None else _time(text)
