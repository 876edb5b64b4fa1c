"""What aliases were: where each pointed at a time, and the way back to its last place."""

from dataclasses import asdict

from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_changes import Cause
from headwater_service.domain.aliases import (
    Expectation,
    MoveRequest,
    change_aliases,
    collection_of_member,
    movable_alias,
    require_all,
)
from headwater_service.errors import NotFoundError
from headwater_service.model import AliasMove
from headwater_service.store.aliases import find_move, find_places, find_target_before
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.operations import record, take_lock


async def rollback_alias(
    graph: Graph,
    viewer: Viewer,
    collection_id: str,
    name: str,
    *,
    reason: str,
    expected: Expectation | None = None,
    operation: str,
) -> AliasMove:
    """Point an alias again where it pointed before it came to where it is; a removed one, where it pointed last.

    The last other version that is still there counts: removals and deleted versions are passed over, so a second
    rollback undoes the first. It is a new move, which protection and recalls may refuse. Raises NotFoundError when
    there is no such version.
    """
    name = movable_alias(name)

    async def work(tx: Transaction) -> AliasMove:
        home = await collection_of_member(tx, viewer, collection_id)
        lock = await take_lock(tx, collection_id, operation)
        assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
        recorded = lock.replayed("ALIAS_ROLLED_BACK")
        if recorded is not None:
            return await find_move(tx, collection_id, name, recorded)
        place = (await find_places(tx, collection_id, [name]))[name]
        target = await find_target_before(tx, collection_id, name, place.version_id)
        if target is None:
            raise NotFoundError(f"The alias {name!r} has pointed at no other version that is still there.", path=name)
        request = MoveRequest(collection_id=collection_id, name=name, version_id=target, expected=expected)
        changed = await change_aliases(tx, lock, viewer, home, [request], cause=Cause.ROLLBACK, reason=reason)
        require_all(changed.refusals)
        (move,) = changed.moves
        await record(
            tx,
            lock,
            "ALIAS_ROLLED_BACK",
            scope_id=home.container.id,
            by=viewer.user_id,
            answer=move.rev,
            before={"aliases": changed.before},
            after={"moves": [asdict(move)]},
        )
        return move

    return await graph.write(work)
