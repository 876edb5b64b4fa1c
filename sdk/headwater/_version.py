"""A version as the service describes it, and the calls that read or make one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from . import _operations
from ._client import Client
from ._errors import ConflictError, HeadwaterError, NotFoundError, error_from_wire
from ._recalls import Recall, recalls_from_wire, refusal_of_use, tell

RUNS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands: its id, its collection, and `entity/container/name:v3` in parts."""

    id: str
    index: int
    collection_id: str
    entity: str
    container: str
    collection: str
    aliases: tuple[str, ...]

    @property
    def name(self) -> str:
        """`mnist:v3`."""
        return f"{self.collection}:v{self.index}"

    @property
    def path(self) -> str:
        """`entity/container/mnist:v3`."""
        return f"{self.entity}/{self.container}/{self.name}"


@dataclass(frozen=True, slots=True)
class RefusedAlias:
    """An alias that a log call asked for and that stayed where it was, and why."""

    name: str
    error: HeadwaterError


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedVersion:
    """One version: itself (`place`), the artifact version behind it (`source`), and its content.

    `source` is None when the viewer may not see the project of the source. `is_reused` and `notices` are the answer
    to a log call: whether the content was there before, and what the user should know; so are the `refused` aliases.
    """

    place: Place
    source: Place | None
    is_link: bool
    type: str
    digest: str
    size: int
    file_count: int
    description: str
    metadata: dict[str, Any]
    tags: tuple[str, ...]
    state: str
    url: str
    created_at: datetime
    history_step: int | None = None
    is_reused: bool = False
    notices: tuple[str, ...] = ()
    refused: tuple[RefusedAlias, ...] = ()
    recalls: tuple[Recall, ...] = ()

    def refusal(self) -> HeadwaterError | None:
        """The first refusal of an alias, told with the version that is there all the same; None if none was.

        The message has the refusals of all aliases, and so have the unmet rules if the first is a ConflictError.
        """
        if not self.refused:
            return None
        told = " ".join(f"{refused.name!r}: {refused.error.message}" for refused in self.refused)
        error = copy.copy(self.refused[0].error)
        error.message = f"{self.place.name} is logged, but not all of its aliases are set. {told}"
        error.args = (error.message,)
        if isinstance(error, ConflictError):
            conflicts = [refused.error for refused in self.refused if isinstance(refused.error, ConflictError)]
            error.unmet_rules = tuple(rule for conflict in conflicts for rule in conflict.unmet_rules)
        return error


def logged_from_wire(payload: Mapping[str, Any]) -> LoggedVersion:
    """Read the answer to a log call."""
    refused = [
        RefusedAlias(
            one["name"], error_from_wire(one["error"]["__typename"], one["error"]["message"], one["error"], None)
        )
        for one in payload["refusedAliases"]
    ]
    version = version_from_wire(payload["version"], is_reused=payload["isReused"], notices=payload["notices"])
    return replace(version, refused=tuple(refused))


def version_from_wire(
    data: Mapping[str, Any], *, is_reused: bool = False, notices: Sequence[str] = ()
) -> LoggedVersion:
    """Read the fields that every document here asks of a version."""
    is_link = data["__typename"] == "RegistryVersion"
    place = _place(data)
    source = data.get("source")
    return LoggedVersion(
        place=place,
        source=place if not is_link else (_place(source) if source else None),
        is_link=is_link,
        type=data["type"],
        digest=data["digest"],
        size=data["size"],
        file_count=data["fileCount"],
        description=data["description"],
        metadata=dict(data["metadata"] or {}),
        tags=tuple(data["tags"]),
        state=data["state"],
        url=data["url"],
        created_at=datetime.fromisoformat(data["createdAt"]),
        history_step=data.get("historyStep"),
        recalls=recalls_from_wire(data.get("recalls") or ()),
        is_reused=is_reused,
        notices=tuple(notices),
    )


def _place(data: Mapping[str, Any]) -> Place:
    entity, container, name = data["path"].split("/")
    return Place(
        id=data["id"],
        index=data["index"],
        collection_id=data["collection"]["id"],
        entity=entity,
        container=container,
        collection=name.partition(":")[0],
        aliases=tuple(data["aliases"]),
    )


def get_version(client: Client, path: str, *, type: str | None = None) -> LoggedVersion:
    """The version that a complete path names.

    Raises:
        NotFoundError: if there is none, or the key may not see it.
        InvalidInputError: if it has another type.
    """
    data = client.execute(_operations.GET_VERSION, {"path": path, "type": type})["artifact"]
    if data is None:
        raise NotFoundError(f"There is no version {path!r}, or your key may not see it.", path=path)
    return version_from_wire(data)


def get_version_by_id(client: Client, version_id: str) -> LoggedVersion:
    """The version with an id.

    Raises:
        NotFoundError: if there is none, or the key may not see it.
    """
    data = client.execute(_operations.GET_VERSION_BY_ID, {"id": version_id})["node"]
    if not data:
        raise NotFoundError("The version is gone, or your key may no longer see it.")
    return version_from_wire(data)


def use_version(
    client: Client, run_id: str, path: str, *, type: str | None = None, allow_recalled: bool = False
) -> LoggedVersion:
    """Record that a run consumes the version that a complete path names, and return it. Warns of its recalls.

    Raises:
        RecalledError: if a critical recall reaches it, unless that is allowed.
    """
    given = {"runId": run_id, "path": path, "type": type, "allowRecalled": allow_recalled}
    try:
        payload = client.mutate(_operations.USE_ARTIFACT, given)
    except ConflictError as error:
        raise refusal_of_use(error) from error
    version = version_from_wire(payload["version"])
    tell(version.place.path, version.recalls)
    return version


def link_version(
    client: Client, version_id: str, target: str, *, project: str | None = None, aliases: Iterable[str] = ()
) -> LoggedVersion:
    """Link a version into a registry or a project; `project` is what a bare target name is relative to."""
    payload = client.mutate(
        _operations.LINK_ARTIFACT,
        {"versionId": version_id, "target": target, "project": project, "aliases": list(aliases)},
    )
    return version_from_wire(payload["version"])


def producer_path(client: Client, version_id: str) -> str | None:
    """The path of the run that made an artifact version, None if no run did or the key may not see it."""
    node = client.execute(_operations.LOGGED_BY, {"id": version_id})["node"]
    run = (node or {}).get("loggedBy")
    return run["path"] if run else None


def consumer_paths(client: Client, version_id: str) -> list[str]:
    """The paths of the runs that consumed a version, itself or through a link to it."""
    paths: list[str] = []
    after = None
    while True:
        variables = {"id": version_id, "first": RUNS_A_PAGE, "after": after}
        node = client.execute(_operations.CONSUMED_BY, variables)["node"]
        if node is None:
            raise NotFoundError("The version is gone, or your key may no longer see it.")
        page = node["consumedBy"]
        paths += [edge["node"]["path"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return paths
        after = page["pageInfo"]["endCursor"]
