"""Recalling versions, withdrawing that, and the list of recalls."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.artifacts import version_with_role
from headwater_service.domain.listings import scopes_at
from headwater_service.domain.lookups import get_collection_id
from headwater_service.domain.recalls import SeenRecall
from headwater_service.errors import InvalidInputError
from headwater_service.model import Recall, RecallSeverity, Role
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import record, take_lock
from headwater_service.store.reads import PlacedVersion, find_versions
from headwater_service.store.recalls import RecallsAsked, create_recall, find_recall, withdraw_recall

REASON_CHARACTERS: Final = 10_000


async def recall_version(
    graph: Graph, viewer: Viewer, version_id: str, severity: RecallSeverity, reason: str, *, operation: str
) -> SeenRecall:
    """Mark a version as bad, itself and all that came from it. A version may be recalled more than once.

    Of a link the link is recalled, not its source.
    """
    reason = _reason(reason)

    async def work(tx: Transaction) -> SeenRecall:
        placed = await version_with_role(tx, viewer, version_id, Role.MEMBER, what="recall versions")
        lock = await take_lock(tx, placed.collection.id, operation)
        assert lock is not None, "the version's collection was found in this transaction"
        recorded = lock.replayed("VERSION_RECALLED")
        if recorded is not None:
            return await _seen(tx, placed, recorded)
        recall = Recall(
            id=new_id(),
            version_id=version_id,
            collection_id=placed.collection.id,
            scope_id=placed.container.id,
            severity=severity,
            reason=reason,
            at=lock.at,
            by=viewer.user_id,
            withdrawn_at=None,
            withdrawn_by=None,
        )
        await create_recall(tx, recall)
        await record(
            tx,
            lock,
            "VERSION_RECALLED",
            scope_id=recall.scope_id,
            by=viewer.user_id,
            answer=recall.id,
            after=asdict(recall),
        )
        return SeenRecall(recall, placed, 0)

    return await graph.write(work)


async def withdraw(graph: Graph, viewer: Viewer, recall_id: str, *, operation: str) -> SeenRecall:
    """Take a recall back, everywhere at once. One that was withdrawn before stays as it is."""

    async def work(tx: Transaction) -> SeenRecall:
        found = await find_recall(tx, recall_id)
        placed = None if found is None else (await find_versions(tx, [found.version_id])).get(found.version_id)
        # By the recall's own id: who may not see the version must not learn which one it is.
        container = None if placed is None else placed.container
        require_container(viewer, container, Role.MEMBER, what="withdraw recalls", path=recall_id)
        assert found is not None and placed is not None, "its container was found"
        lock = await take_lock(tx, found.collection_id, operation)
        assert lock is not None, "the recalled version's collection is never deleted"
        # Read again: it was read before the lock.
        before = await _seen(tx, placed, recall_id)
        if lock.replayed("RECALL_WITHDRAWN") is not None or before.recall.withdrawn_at is not None:
            return before
        after = await withdraw_recall(tx, recall_id, at=lock.at, by=viewer.user_id)
        await record(
            tx,
            lock,
            "RECALL_WITHDRAWN",
            scope_id=after.scope_id,
            by=viewer.user_id,
            answer=recall_id,
            before=asdict(before.recall),
            after=asdict(after),
        )
        return SeenRecall(after, placed, 0)

    return await graph.write(work)


async def recalls_asked(
    graph: Graph, viewer: Viewer, *, container: str | None, collection: str | None, is_active: bool
) -> RecallsAsked:
    """Turn paths into ids. Raises NotFoundError for a place that the viewer may not see."""
    if collection is not None:
        return RecallsAsked([], await get_collection_id(graph, viewer, collection), is_active)
    return RecallsAsked(await scopes_at(graph, viewer, container), None, is_active)


async def seen_in(graph: Graph, recalls: Sequence[Recall]) -> list[SeenRecall]:
    """Return recalls of places that the viewer may see, with what they recall."""
    ids = sorted({recall.version_id for recall in recalls})
    placed = await graph.read(lambda tx: find_versions(tx, ids)) if ids else {}
    return [SeenRecall(recall, placed.get(recall.version_id), 0) for recall in recalls]


async def _seen(tx: Transaction, placed: PlacedVersion, recall_id: str) -> SeenRecall:
    recall = await find_recall(tx, recall_id)
    assert recall is not None, "it was recorded or found, and recalls are never deleted"
    return SeenRecall(recall, placed, 0)


def _reason(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= REASON_CHARACTERS:
        raise InvalidInputError(
            f"A recall says why, in 1 to {REASON_CHARACTERS:,} characters; not {len(text):,}.", field="reason"
        )
    return text
