"""Consumption: a run says which version it uses."""

from headwater_service.domain.access import Viewer
from headwater_service.domain.artifacts import get_version
from headwater_service.domain.recalls import require_usable
from headwater_service.domain.resolution import resolve_version
from headwater_service.domain.runs import run_with_role
from headwater_service.errors import ConflictError, InvalidInputError
from headwater_service.model import Role, VersionState
from headwater_service.store.consumption import create_consumed
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.operations import record, take_lock
from headwater_service.store.reads import PlacedVersion


async def use_artifact(
    graph: Graph,
    viewer: Viewer,
    run_id: str,
    path: str,
    *,
    type: str | None,
    operation: str,
    allow_recalled: bool = False,
) -> PlacedVersion:
    """Note that a run consumes the version at a path, and return it; parts left out are those of the run's project.

    Through a registry's path it is the registry version that is consumed. Again, it changes nothing.
    Raises ConflictError when a critical recall reaches it, unless `allow_recalled`.
    """

    async def work(tx: Transaction) -> PlacedVersion:
        run, project = await run_with_role(tx, viewer, run_id, Role.MEMBER, what="use artifacts")
        lock = await take_lock(tx, run.id, operation)
        assert lock is not None, "the run was found in this transaction, and runs are never deleted"
        recorded = lock.replayed("ARTIFACT_USED")
        if recorded is not None:
            return await get_version(tx, recorded["version"])
        placed = await resolve_version(tx, viewer, path, entity=project.entity_name, project=project.name)
        _require_usable(placed, path, type)
        if not allow_recalled:
            await require_usable(tx, viewer, placed, path)
        version_id = placed.version.id
        is_new = await create_consumed(tx, run.id, version_id, at=lock.at)
        await record(
            tx,
            lock,
            "ARTIFACT_USED",
            scope_id=project.id,
            by=viewer.user_id,
            answer={"version": version_id},
            after={"run_id": run.id, "version_id": version_id, "path": path, "is_new": is_new},
        )
        return placed

    return await graph.write(work)


def _require_usable(placed: PlacedVersion, path: str, type: str | None) -> None:
    if type is not None and placed.version.type != type:
        raise InvalidInputError(f"{path!r} has the type {placed.version.type!r}, not {type!r} as asked.", field="type")
    if VersionState.DELETED in (placed.version.state, placed.content.state):
        raise ConflictError(f"{path!r} was deleted: its lineage stays, its content can't be used any more.")
