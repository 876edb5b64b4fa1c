"""Deletions: a plan carried out exactly, into the trash; links undone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import release_versions, require_all
from headwater_service.domain.artifacts import get_version, version_with_role
from headwater_service.domain.deletion_plan import DeletionPlan, DeletionRefusal, DeletionRule, Figures, make_plan
from headwater_service.domain.deletion_targets import Ends, Targets, gather
from headwater_service.errors import ConflictError, InvalidInputError, PermissionDeniedError
from headwater_service.model import AliasMove, ArtifactVersion, ContainerKind, EndReason, JsonObject, Role, VersionState
from headwater_service.store import deletions as store
from headwater_service.store.aliases import drop_aliases
from headwater_service.store.batches import Change, find_answer, record_all, require_new, take_locks
from headwater_service.store.deletion_plan import EndingAlias, EndingNode
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import USED_BEFORE, Lock, record, take_lock
from headwater_service.store.reads import PlacedCollection, PlacedVersion

DELETE_SECONDS: Final = 28.0
_KIND: Final = "DELETION_MADE"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deletion that was made; all that ended in it is restored by its id."""

    deletion_id: str
    figures: Figures


async def delete(
    graph: Graph,
    viewer: Viewer,
    targets: Targets,
    *,
    plan_digest: str,
    delete_aliases: bool,
    operation: str,
    limit: int,
) -> Deleted:
    """Carry out a plan: all of it, or nothing.

    Raises ConflictError when the plan is another by now, or forbids it; PermissionDeniedError when only somebody
    else may; NotFoundError and InvalidInputError as for the plan.
    """

    async def work(tx: Transaction) -> Deleted:
        # Recorded with the user too: of what was deleted no scope need be found again to answer a replay.
        recorded = await find_answer(tx, viewer.user_id, operation)
        if recorded is not None:
            return _answered(*recorded)
        ends = await gather(tx, viewer, targets, limit=limit)
        locks = await take_locks(tx, [viewer.user_id, *ends.scopes], operation)
        own = locks.pop(viewer.user_id)
        if own.answer is not None:
            return _answered(own.recorded_kind or "", own.answer)
        require_new(locks.values())
        await store.lock_nodes(tx, ends.versions, operation=operation)
        # Everything is read again: what was read before the locks may have changed.
        plan = await make_plan(tx, viewer, await gather(tx, viewer, targets, limit=limit))
        is_locked = (plan.ends.scopes, plan.ends.versions) == (ends.scopes, ends.versions)
        if plan.digest != plan_digest or not is_locked:
            raise ConflictError(
                "What this deletes is not what was planned any more. Plan it again, look at it, and delete then.",
                current=plan.digest,
            )
        _require_allowed(plan.refusals, delete_aliases=delete_aliases)
        return await _carry_out(tx, viewer, plan, locks, own)

    return await graph.write(work, deadline_seconds=DELETE_SECONDS)


async def unlink(graph: Graph, viewer: Viewer, version_id: str, *, operation: str) -> PlacedVersion:
    """End a link and return it; its source stays as it is.

    Raises InvalidInputError for what is no link, ConflictError for one that was unlinked, PermissionDeniedError
    for one with a protected alias.
    """

    async def work(tx: Transaction) -> PlacedVersion:
        placed = await version_with_role(tx, viewer, version_id, Role.MEMBER, what="unlink versions")
        if isinstance(placed.version, ArtifactVersion):
            raise InvalidInputError("That is no link but the version itself: delete it instead.", field="versionId")
        lock = await take_lock(tx, placed.collection.id, operation)
        assert lock is not None, "the version's collection was found in this transaction"
        if lock.replayed("UNLINKED") is not None:
            return placed
        await store.lock_nodes(tx, [version_id], operation=operation)
        placed = await get_version(tx, version_id)
        if placed.version.state is not VersionState.COMMITTED:
            raise ConflictError(f"{placed.collection.name}:v{placed.version.index} was unlinked or deleted already.")
        await end_link(tx, lock, viewer, placed)
        return await get_version(tx, version_id)

    return await graph.write(work)


async def end_link(tx: Transaction, lock: Lock, viewer: Viewer, placed: PlacedVersion) -> None:
    """End a live link of the locked collection, with its aliases."""
    home = PlacedCollection(placed.collection, placed.container)
    version_id = placed.version.id
    released = await release_versions(tx, lock, viewer, home, [version_id], reason="unlinked")
    require_all(released.refusals)
    deletion = store.Deletion(id=new_id(), by=viewer.user_id, reason=EndReason.UNLINKED)
    await store.end_nodes(tx, [store.Ending(version_id, lock.at, is_root=True)], deletion)
    await record(
        tx,
        lock,
        "UNLINKED",
        scope_id=placed.container.id,
        by=viewer.user_id,
        answer={"version": version_id},
        before={"version_id": version_id, "aliases": released.before},
        after={"deletion_id": deletion.id, "moves": [asdict(move) for move in released.moves]},
    )


def _require_allowed(refusals: Sequence[DeletionRefusal], *, delete_aliases: bool) -> None:
    """Raise for the refusals that stand, and tell all of them."""
    standing = [one for one in refusals if not (delete_aliases and one.rule is DeletionRule.ALIASES)]
    if not standing:
        return
    message = " ".join(refusal.message for refusal in standing[:20])
    if len(standing) > 20:
        message += f" And {len(standing) - 20} more reasons."
    if any(refusal.rule in (DeletionRule.PERMISSION, DeletionRule.PROTECTED_ALIAS) for refusal in standing):
        raise PermissionDeniedError(message)
    raise ConflictError(message)


def _answered(kind: str, answer: Any) -> Deleted:
    if kind != _KIND:
        raise ConflictError(USED_BEFORE)
    return Deleted(answer["deletion_id"], Figures(**answer["figures"]))


async def _carry_out(tx: Transaction, viewer: Viewer, plan: DeletionPlan, locks: dict[str, Lock], own: Lock) -> Deleted:
    ends = plan.ends
    deletion = store.Deletion(id=new_id(), by=viewer.user_id, reason=EndReason.DELETED)
    moves = await _release(tx, viewer, plan, locks)
    nodes = [
        store.Ending(node.id, locks[node.collection_id or node.id].at, node.id in ends.roots)
        for node in ends.nodes.values()
    ]
    await store.end_nodes(tx, nodes, deletion)
    await store.end_collections(
        tx, [store.Ending(one, locks[one].at, one in ends.roots) for one in ends.ending], deletion
    )
    await store.end_containers(tx, [store.Ending(one, locks[one].at, True) for one in ends.ending_containers], deletion)
    inside = _by_collection(ends)
    changes = [
        _change(ends, lock, deletion.id, inside.get(scope, []), moves.get(scope, []))
        for scope, lock in sorted(locks.items())
    ]
    answer = {"deletion_id": deletion.id, "figures": asdict(plan.figures)}
    named = {"ids": sorted(ends.roots), **answer}
    changes.append(Change(lock=own, kind=_KIND, scope_id=viewer.user_id, before=None, after=named))
    await record_all(tx, changes, by=viewer.user_id, answer=answer)
    return Deleted(deletion.id, plan.figures)


async def _release(
    tx: Transaction, viewer: Viewer, plan: DeletionPlan, locks: dict[str, Lock]
) -> dict[str, list[AliasMove]]:
    """Take the aliases off all that ends: where a collection stays by its rules, with a collection all at once.

    The latter need no rule, for only protection forbids that an alias goes, and of that the plan told, under the locks.
    """
    moves: dict[str, list[AliasMove]] = {}
    for alias in plan.aliases:
        if alias.collection_id in plan.ends.ending:
            moves.setdefault(alias.collection_id, []).append(_dropped(alias, locks, by=viewer.user_id))
    await drop_aliases(tx, [move for dropped in moves.values() for move in dropped])
    inside = _by_collection(plan.ends)
    for collection_id in sorted({alias.collection_id for alias in plan.aliases} - plan.ends.ending):
        home, lock = plan.ends.collections[collection_id], locks[collection_id]
        ending = [node.id for node in inside[collection_id]]
        released = await release_versions(tx, lock, viewer, home, ending, reason="deleted")
        require_all(released.refusals)
        moves[collection_id] = list(released.moves)
    return moves


def _dropped(alias: EndingAlias, locks: dict[str, Lock], *, by: str) -> AliasMove:
    return AliasMove(
        collection_id=alias.collection_id,
        name=alias.name,
        rev=alias.rev + 1,
        from_version_id=alias.version_id,
        to_version_id=None,
        at=locks[alias.collection_id].at,
        by=by,
        reason="deleted",
    )


def _by_collection(ends: Ends) -> dict[str, list[EndingNode]]:
    """Return the versions that end in each collection, in order of their numbers."""
    found: dict[str, list[EndingNode]] = {}
    for node in sorted(ends.nodes.values(), key=lambda node: node.index or 0):
        if node.collection_id is not None:
            found.setdefault(node.collection_id, []).append(node)
    return found


def _change(
    ends: Ends, lock: Lock, deletion_id: str, versions: Sequence[EndingNode], moves: Sequence[AliasMove]
) -> Change:
    """Return the event of one scope: a run, a collection, or a project or registry."""
    scope = lock.scope
    after: JsonObject = {"deletion_id": deletion_id, "ended_at": lock.at}
    if scope in ends.collections:
        placed = ends.collections[scope]
        return Change(
            lock=lock,
            kind="COLLECTION_DELETED" if scope in ends.ending else "VERSIONS_DELETED",
            scope_id=placed.container.id,
            before={"collection": asdict(placed.collection), "versions": [node.id for node in versions]},
            after={**after, "moves": [asdict(move) for move in moves]},
        )
    if scope in ends.containers:
        container = ends.containers[scope]
        is_project = container.kind is ContainerKind.PROJECT
        kind = "PROJECT_DELETED" if is_project else "REGISTRY_DELETED"
        return Change(lock=lock, kind=kind, scope_id=scope, before=asdict(container), after=after)
    run = ends.nodes[scope]
    return Change(lock=lock, kind="RUN_DELETED", scope_id=run.scope_id, before={"run_id": scope}, after=after)
