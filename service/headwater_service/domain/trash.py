"""The trash: what was deleted, for as long as it can be restored, and how it comes back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from headwater_service.domain.access import Viewer, require_role_at
from headwater_service.domain.collections import require_type
from headwater_service.domain.deletion_targets import MOST_TARGETS
from headwater_service.domain.locations import version_name
from headwater_service.domain.paths import LATEST
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import AliasMove, Container, ContainerKind, Instant, Page, Role
from headwater_service.store import deletions as store
from headwater_service.store.aliases import find_latest_places, point_aliases
from headwater_service.store.batches import Change, find_answer, record_all, require_new, take_locks
from headwater_service.store.deletions import EndedNode, TrashKind
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.listing import Window, read_position, write_position
from headwater_service.store.operations import USED_BEFORE, Lock
from headwater_service.store.reads import PlacedCollection, find_collections, find_containers

RESTORE_SECONDS: Final = 28.0
_ORDER: Final = "ENDED_AT"
_KIND: Final = "TRASH_RESTORED"
_NOT_THERE: Final = "There is nothing of that in the trash, or you may not see it."
_DAY: Final = 86_400_000_000
_VERSIONS: Final = (TrashKind.ARTIFACT_VERSION, TrashKind.REGISTRY_VERSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """How many things came back."""

    versions: int
    links: int
    collections: int
    runs: int
    containers: int


@dataclass(frozen=True, slots=True)
class TrashItem:
    """Something that was deleted, with its path and until when it can be restored."""

    node: EndedNode
    path: str
    restorable_until: Instant


def restorable_until(ended_at: Instant, days: int) -> Instant:
    return Instant(ended_at + days * _DAY)


async def list_trash(graph: Graph, scopes: Sequence[str], *, days: int, window: Window) -> Page[TrashItem]:
    """Return a page of what somebody deleted in scopes that the viewer sees and that can be restored, the last first.

    What went along with it is not listed; it comes back with it.
    """
    before = None if window.after is None else read_position(window.after, _ORDER)

    async def work(tx: Transaction) -> Page[TrashItem]:
        since = Instant(await store.read_clock(tx) - days * _DAY)
        found = await store.list_trash(tx, scopes, since=since, before=before, limit=window.first + 1)
        shown = found[: window.first]
        paths = await _paths(tx, shown)
        return Page(
            items=[TrashItem(node, paths[node.id], restorable_until(node.ended_at, days)) for node in shown],
            cursors=[write_position(_ORDER, node.ended_at, node.id) for node in shown],
            has_next=len(found) > window.first,
        )

    return await graph.read(work)


async def count_trash(graph: Graph, scopes: Sequence[str], *, days: int) -> int:
    async def work(tx: Transaction) -> int:
        since = Instant(await store.read_clock(tx) - days * _DAY)
        return await store.count_trash(tx, scopes, since=since)

    return await graph.read(work)


async def restore(
    graph: Graph,
    viewer: Viewer,
    ids: Sequence[str],
    *,
    deletion_id: str | None,
    operation: str,
    days: int,
    limit: int,
) -> Restored:
    """Bring back things by id, with what lies in them and went in the same deletion; or all of one deletion.

    A version or run comes back with its number or key, and with its collection and project when those are gone. Its
    aliases stay away, but for `latest`.
    Raises NotFoundError, PermissionDeniedError, and ConflictError when the time is over or its place was taken.
    """
    if len(set(ids)) > MOST_TARGETS or bool(ids) is (deletion_id is not None):
        raise InvalidInputError(f"Name a deletion, or 1 to {MOST_TARGETS:,} things to restore.", field="input")

    async def work(tx: Transaction) -> Restored:
        recorded = await find_answer(tx, viewer.user_id, operation)
        if recorded is not None:
            return _answered(*recorded)
        first = await _gather(tx, viewer, ids, deletion_id, limit=limit)
        # The places too, though nothing of them changes: they must neither end meanwhile nor become something else.
        scopes, places = _scopes(first.values()), {node.scope_id for node in first.values()}
        taken = await take_locks(tx, [viewer.user_id, *scopes, *places], operation)
        own = taken.pop(viewer.user_id)
        if own.answer is not None:
            return _answered(own.recorded_kind or "", own.answer)
        require_new(taken.values())
        locks = {scope: taken[scope] for scope in scopes}
        await store.lock_nodes(tx, [node.id for node in first.values() if node.kind in _VERSIONS], operation=operation)
        nodes = await _gather(tx, viewer, ids, deletion_id, limit=limit)
        if set(nodes) != set(first):
            raise ConflictError("Something of that was restored or deleted just now. Look again what is there.")
        await _require_restorable(tx, nodes, max(lock.at for lock in taken.values()), days=days)
        return await _carry_out(tx, viewer, nodes, locks, own)

    return await graph.write(work, deadline_seconds=RESTORE_SECONDS)


async def list_ends(graph: Graph, ids: Sequence[str]) -> list[store.VersionEnd | None]:
    """Return how runs and versions that the viewer was given ended; None for those that are live."""
    found = await graph.read(lambda tx: store.find_version_ends(tx, ids))
    return [found.get(node_id) for node_id in ids]


async def _gather(
    tx: Transaction, viewer: Viewer, ids: Sequence[str], deletion_id: str | None, *, limit: int
) -> dict[str, EndedNode]:
    """Return all that comes back. Raises NotFoundError for what is absent, and ConflictError for what is live."""
    if deletion_id is not None:
        nodes = await _together(tx, deletion_id, limit=limit)
    else:
        named = await store.find_ended(tx, ids)
        missing = [one for one in ids if one not in named]
        if missing:
            raise NotFoundError(_NOT_THERE, path=missing[0])
        nodes = dict(named)
        for node in named.values():
            nodes |= await _inside(tx, node, limit=limit)
    if not nodes:
        raise NotFoundError(_NOT_THERE, path=deletion_id)
    nodes |= await _homes(tx, nodes.values())
    await _require_roles(tx, viewer, nodes.values(), ids, deletion_id)
    return nodes


async def _together(tx: Transaction, deletion_id: str, *, limit: int) -> dict[str, EndedNode]:
    nodes = await store.list_ended_together(tx, deletion_id, limit=limit + 1)
    if len(nodes) > limit:
        raise InvalidInputError(
            f"That is more than {limit:,} things, the limit of one restoration (HEADWATER_DELETION_NODES).",
            field="input",
        )
    return nodes


async def _inside(tx: Transaction, node: EndedNode, *, limit: int) -> dict[str, EndedNode]:
    """Return what lies in a collection, project or registry and ended with it, and the links of such versions."""
    if node.kind not in (TrashKind.COLLECTION, TrashKind.CONTAINER) or node.deletion_id is None:
        return {}
    together = await _together(tx, node.deletion_id, limit=limit)
    inside = {
        one.id: one for one in together.values() if node.id in (one.scope_id, one.collection_id) or one.id == node.id
    }
    return inside | {one.id: one for one in together.values() if one.source_id in inside}


async def _homes(tx: Transaction, nodes: Iterable[EndedNode]) -> dict[str, EndedNode]:
    """Return the collections and projects that must come back for these to have a place."""
    places = {place for node in nodes for place in (node.collection_id, node.scope_id) if place is not None}
    return await store.find_ended(tx, sorted(places))


async def _require_roles(
    tx: Transaction, viewer: Viewer, nodes: Iterable[EndedNode], ids: Sequence[str], deletion_id: str | None
) -> None:
    """Raise unless the viewer may restore all of it. What lies where the viewer sees nothing is told by no name."""
    listed = sorted(nodes, key=lambda node: node.id not in ids)
    containers = await find_containers(tx, sorted({node.scope_id for node in listed}))
    sees_any = any(viewer.sees(container) for container in containers.values())
    for node in listed:
        container = containers[node.scope_id]
        if viewer.sees(container):
            role = Role.ADMIN if node.kind is TrashKind.CONTAINER else Role.MEMBER
            require_role_at(viewer, container, role, what="restore what was deleted there")
        elif node.id in ids or not sees_any:
            raise NotFoundError(_NOT_THERE, path=node.id if node.id in ids else deletion_id)
        else:
            raise PermissionDeniedError("Something that comes back with it lies where you may not see it.")


def _scopes(nodes: Iterable[EndedNode]) -> list[str]:
    return sorted({node.collection_id if node.kind in _VERSIONS and node.collection_id else node.id for node in nodes})


async def _require_restorable(tx: Transaction, nodes: Mapping[str, EndedNode], now: Instant, *, days: int) -> None:
    for node in nodes.values():
        if restorable_until(node.ended_at, days) < now:
            raise ConflictError(
                f"It was deleted more than {days} days ago, so it can't be restored any more (HEADWATER_RESTORE_DAYS)."
            )
    links = [node for node in nodes.values() if node.kind is TrashKind.REGISTRY_VERSION]
    sources = await store.find_ended(tx, sorted({link.source_id for link in links if link.source_id is not None}))
    if any(source_id not in nodes for source_id in sources):
        raise ConflictError("A link comes back only with its source: restore that first, or the whole deletion.")
    for link_id, index in (await store.list_linked_again(tx, links)).items():
        raise ConflictError(
            f"v{nodes[link_id].index} can't be restored: its source was linked there again, as v{index}."
        )
    await _require_same_series(tx, nodes)
    await _require_same_places(tx, nodes.values())


async def _require_same_series(tx: Transaction, nodes: Mapping[str, EndedNode]) -> None:
    """Raise ConflictError when a version's collection was made anew as something else."""
    versions = [node for node in nodes.values() if node.kind in _VERSIONS]
    homes = await find_collections(tx, sorted({node.collection_id for node in versions if node.collection_id}))
    for node in versions:
        assert node.collection_id is not None, "it is a version"
        home = homes[node.collection_id].collection
        is_source = node.kind is TrashKind.ARTIFACT_VERSION
        if home.type != node.type or (home.kind == "SOURCE") is not is_source:
            raise ConflictError(
                f"{home.name!r} was made anew meanwhile, with the type {home.type!r}; v{node.index} is of type "
                f"{node.type!r} and can't be restored into it.",
                current=home.type,
            )


async def _require_same_places(tx: Transaction, nodes: Iterable[EndedNode]) -> None:
    """Raise ConflictError when a project was made anew as a registry, or a registry takes other types by now."""
    listed = list(nodes)
    containers = await find_containers(tx, sorted({node.scope_id for node in listed}))
    series = await find_collections(tx, sorted(node.id for node in listed if node.kind is TrashKind.COLLECTION))
    for node in listed:
        container = containers[node.scope_id]
        is_logged = node.kind in (TrashKind.RUN, TrashKind.ARTIFACT_VERSION) or (
            node.id in series and series[node.id].collection.kind == "SOURCE"
        )
        if is_logged and container.kind is ContainerKind.REGISTRY:
            raise ConflictError(
                f"{container.path} was made anew meanwhile, as a registry: what runs left there can't be restored.",
                current=container.kind,
            )
        if node.id in series:
            require_type(container, series[node.id].collection.type)


async def _carry_out(
    tx: Transaction, viewer: Viewer, nodes: Mapping[str, EndedNode], locks: Mapping[str, Lock], own: Lock
) -> Restored:
    await store.restore_nodes(tx, sorted(nodes), at=max(lock.at for lock in locks.values()))
    kinds = [node.kind for node in nodes.values()]
    restored = Restored(
        versions=kinds.count(TrashKind.ARTIFACT_VERSION),
        links=kinds.count(TrashKind.REGISTRY_VERSION),
        collections=kinds.count(TrashKind.COLLECTION),
        runs=kinds.count(TrashKind.RUN),
        containers=kinds.count(TrashKind.CONTAINER),
    )
    homes = await find_collections(tx, sorted(locks))
    containers = await find_containers(tx, sorted({node.scope_id for node in nodes.values()}))
    moves = await _renew_latest(tx, viewer, homes, locks)
    inside: dict[str, list[str]] = {}
    for node in nodes.values():
        if node.collection_id is not None:
            inside.setdefault(node.collection_id, []).append(node.id)
    changes = [
        _change(lock, nodes, homes, containers, inside.get(scope, []), moves.get(scope))
        for scope, lock in sorted(locks.items())
    ]
    named = {"ids": sorted(nodes), **asdict(restored)}
    changes.append(Change(lock=own, kind=_KIND, scope_id=viewer.user_id, before=None, after=named))
    await record_all(tx, changes, by=viewer.user_id, answer=asdict(restored))
    return restored


async def _renew_latest(
    tx: Transaction, viewer: Viewer, homes: Mapping[str, PlacedCollection], locks: Mapping[str, Lock]
) -> dict[str, AliasMove]:
    """Point `latest` of the collections at their highest live versions. It is the service's own: no rule is asked."""
    places = await find_latest_places(tx, sorted(homes), LATEST)
    moves = {
        collection_id: AliasMove(
            collection_id=collection_id,
            name=LATEST,
            rev=last + 1,
            from_version_id=now,
            to_version_id=highest,
            at=locks[collection_id].at,
            by=viewer.user_id,
            reason="restored",
        )
        for collection_id, (highest, now, last) in places.items()
        if highest is not None and highest != now
    }
    await point_aliases(tx, list(moves.values()))
    return moves


def _change(
    lock: Lock,
    nodes: Mapping[str, EndedNode],
    homes: Mapping[str, PlacedCollection],
    containers: Mapping[str, Container],
    inside: Sequence[str],
    move: AliasMove | None,
) -> Change:
    """Return the event of one scope."""
    scope = lock.scope
    if scope in homes:
        home = homes[scope]
        return Change(
            lock=lock,
            kind="COLLECTION_RESTORED" if scope in nodes else "VERSIONS_RESTORED",
            scope_id=home.container.id,
            before={"versions": sorted(inside)},
            after={"collection": asdict(home.collection), "moves": [] if move is None else [asdict(move)]},
        )
    node = nodes[scope]
    kind = "RUN_RESTORED" if node.kind is TrashKind.RUN else f"{containers[node.scope_id].kind}_RESTORED"
    return Change(lock=lock, kind=kind, scope_id=node.scope_id, before={"ended_at": node.ended_at}, after={"id": scope})


def _answered(kind: str, answer: dict[str, int]) -> Restored:
    if kind != _KIND:
        raise ConflictError(USED_BEFORE)
    return Restored(**answer)


async def _paths(tx: Transaction, nodes: Sequence[EndedNode]) -> dict[str, str]:
    containers = await find_containers(tx, sorted({node.scope_id for node in nodes}))
    homes = await find_collections(tx, sorted({node.collection_id for node in nodes if node.collection_id}))
    return {node.id: _path(node, containers[node.scope_id], homes) for node in nodes}


def _path(node: EndedNode, container: Container, homes: Mapping[str, PlacedCollection]) -> str:
    if node.kind is TrashKind.CONTAINER:
        return container.path
    if node.collection_id is not None and node.index is not None:
        return f"{container.path}/{version_name(homes[node.collection_id].collection.name, node.index)}"
    return f"{container.path}/{node.name}"
