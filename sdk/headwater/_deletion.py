"""Deletions: planned, carried out exactly, and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from . import _deletion_operations as operations
from ._client import Client
from ._errors import ConflictError, InvalidInputError, NotFoundError
from ._listing import pages


class ArtifactTTL(Enum):
    """What `artifact.ttl` takes beside a duration and None."""

    INHERIT = "inherit"


@dataclass(frozen=True)
class Figures:
    """How much a deletion ends: bytes freed are held by nothing else, bytes shared stay for others."""

    versions: int
    links: int
    collections: int
    runs: int
    projects: int
    aliases: int
    bytes_freed: int
    bytes_shared: int


@dataclass(frozen=True)
class DeletionPlan:
    """What a deletion would do. `refusals` say why it would be refused; those in `alias_refusals` only unless
    aliases go too. `consumers` and `descendants` stay, and came of what goes."""

    targets: dict[str, Any]
    digest: str
    figures: Figures
    refusals: tuple[str, ...]
    alias_refusals: tuple[str, ...]
    consumers: int
    descendants: int
    is_complete: bool


@dataclass(frozen=True)
class Deletion:
    """A deletion that was made; `id` is what `Api.restore` takes."""

    id: str
    figures: Figures


@dataclass(frozen=True)
class Restored:
    """How many things came back from the trash."""

    versions: int
    links: int
    collections: int
    runs: int
    projects: int


@dataclass(frozen=True)
class TrashItem:
    """Something that was deleted and can be restored until a time. `deletion` is shared by all that went at once."""

    id: str
    kind: str
    path: str
    size: int
    ended_at: datetime
    ended_by: str | None
    reason: str
    deletion: str | None
    restorable_until: datetime


def plan_deletion(
    client: Client,
    *,
    versions: Sequence[str] = (),
    collections: Sequence[str] = (),
    runs: Sequence[str] = (),
    projects: Sequence[str] = (),
    with_outputs: bool = False,
) -> DeletionPlan:
    """What deleting these things, by id, would do.

    Raises:
        NotFoundError: if one of them is gone, or the key may not see it.
        PermissionDeniedError: if the key may not delete them.
        ConflictError: if one of them was deleted already.
    """
    targets = {
        "versions": list(versions),
        "collections": list(collections),
        "runs": list(runs),
        "projects": list(projects),
        "withOutputs": with_outputs,
    }
    found = client.execute(operations.PLAN_DELETION, {"input": targets})["deletionPlan"]
    if found is None:
        raise NotFoundError("Something of that is gone, or you may not see it.")
    refusals = found["refusals"]
    return DeletionPlan(
        targets=targets,
        digest=found["digest"],
        figures=_figures(found["figures"]),
        refusals=tuple(one["message"] for one in refusals if one["rule"] != "ALIASES"),
        alias_refusals=tuple(one["message"] for one in refusals if one["rule"] == "ALIASES"),
        consumers=found["consumers"],
        descendants=found["descendants"],
        is_complete=found["isDescendantsComplete"],
    )


def carry_out(client: Client, plan: DeletionPlan, *, delete_aliases: bool) -> Deletion:
    """Delete what was planned.

    Raises:
        ConflictError: if the plan came out otherwise by now, or forbids it.
        PermissionDeniedError: if a protected alias or a place of others forbids it.
    """
    wanted = {**plan.targets, "planDigest": plan.digest, "deleteAliases": delete_aliases}
    payload = client.mutate(operations.DELETE, wanted)
    return Deletion(payload["deletion"], _figures(payload["figures"]))


def delete(client: Client, *, delete_aliases: bool = False, **targets: Any) -> Deletion:
    """Plan and delete at once."""
    return carry_out(client, plan_deletion(client, **targets), delete_aliases=delete_aliases)


def restore(client: Client, *, deletion: str | None = None, ids: Sequence[str] = ()) -> Restored:
    """Bring back all of one deletion, or things by id.

    Raises:
        NotFoundError: if none of that is in the trash, or the key may not see it.
        ConflictError: if the time is over, or its place was taken meanwhile.
    """
    payload = client.mutate(operations.RESTORE, {"deletion": deletion, "ids": list(ids)})
    return Restored(**{name: payload[name] for name in ("versions", "links", "collections", "runs", "projects")})


def list_trash(client: Client, container: str | None) -> Iterator[TrashItem]:
    """What can be restored of a project or registry, or of all, the last first."""
    edges = pages(client, operations.LIST_TRASH, {"container": container}, lambda data: data["trash"])
    return (_trash_item(edge["node"]) for edge in edges)


def find_run_id(client: Client, path: str) -> str:
    """The opaque id of a run by its path.

    Raises:
        NotFoundError: if there is none.
    """
    node = client.execute(operations.FIND_RUN, {"path": path})["run"]
    if node is None:
        raise NotFoundError(f"There is no run {path!r}, or you may not see it.", path=path)
    run_id: str = node["id"]
    return run_id


def wire_ttl(ttl: timedelta | ArtifactTTL | None) -> dict[str, Any]:
    """A time to live as the service takes it.

    Raises:
        InvalidInputError: if it is none, or shorter than a second.
    """
    if ttl is None or isinstance(ttl, ArtifactTTL):
        return {"ttlSeconds": None, "inherit": ttl is not None}
    if not isinstance(ttl, timedelta) or ttl < timedelta(seconds=1):
        raise InvalidInputError(
            f"A time to live is a timedelta of a second or more, None or ArtifactTTL.INHERIT, not {ttl!r}.", field="ttl"
        )
    return {"ttlSeconds": int(ttl.total_seconds()), "inherit": False}


def require_link(is_link: bool, name: str) -> None:
    """Raise InvalidInputError unless it is a link."""
    if not is_link:
        raise InvalidInputError(f"{name} is no link but the version itself: delete() deletes it.")


def refuse_second(is_deleted: bool, name: str) -> None:
    """Raise ConflictError when it was deleted through this object already."""
    if is_deleted:
        raise ConflictError(f"{name} was deleted already.", current="DELETED")


def _figures(found: dict[str, Any]) -> Figures:
    return Figures(
        versions=found["versions"],
        links=found["links"],
        collections=found["collections"],
        runs=found["runs"],
        projects=found["projects"],
        aliases=found["aliases"],
        bytes_freed=found["bytesFreed"],
        bytes_shared=found["bytesShared"],
    )


def _trash_item(node: dict[str, Any]) -> TrashItem:
    ending = node["ending"]
    return TrashItem(
        id=node["id"],
        kind=node["kind"],
        path=node["path"],
        size=node["size"],
        ended_at=datetime.fromisoformat(ending["endedAt"]),
        ended_by=ending["endedBy"]["name"] if ending["endedBy"] else None,
        reason=ending["reason"],
        deletion=ending["deletion"],
        restorable_until=datetime.fromisoformat(ending["restorableUntil"]),
    )
