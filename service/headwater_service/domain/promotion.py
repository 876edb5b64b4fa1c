"""Moves of aliases as callers ask for them: with the bytes looked at that guards ask for, or only tried."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_changes import Cause, Evidence, Refusal
from headwater_service.domain.aliases import (
    MoveRequest,
    checked_requests,
    collection_of_member,
    move_aliases,
    moves_of,
    weigh_changes,
)
from headwater_service.domain.evidence import with_evidence
from headwater_service.errors import ConflictError
from headwater_service.model import AliasMove, Instant
from headwater_service.store.alias_moves import Seen
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Trial:
    """What a call would do: the moves, and the refusals for which it would do nothing at all."""

    moves: Sequence[AliasMove]
    refusals: Sequence[Refusal]


async def promote(
    graph: Graph,
    objects: ObjectStore,
    viewer: Viewer,
    requests: Sequence[MoveRequest],
    *,
    reason: str,
    operation: str,
    seen: Seen | None = None,
) -> list[AliasMove]:
    """Make all the moves or none. Raises ConflictError with `unmet_rules` when a guard refuses one."""
    move = partial(move_aliases, graph, viewer, requests, reason=reason, operation=operation, seen=seen)
    return await with_evidence(objects, lambda evidence: move(evidence=evidence))


async def try_moves(
    graph: Graph, objects: ObjectStore, viewer: Viewer, requests: Sequence[MoveRequest], *, reason: str
) -> Trial:
    """Tell which moves would be made and what refuses the others, in a transaction that only reads.

    Raises what `promote` raises for other reasons than rules: an expectation that fails, a version that is not there.
    """
    wanted = checked_requests(requests)

    async def attempt(evidence: Evidence) -> Trial:
        return await graph.read(lambda tx: _try(tx, viewer, wanted, reason=reason, evidence=evidence))

    return await with_evidence(objects, attempt)


async def _try(
    tx: Transaction, viewer: Viewer, wanted: Sequence[MoveRequest], *, reason: str, evidence: Evidence
) -> Trial:
    moves: list[AliasMove] = []
    refusals: list[Refusal] = []
    at = Instant(time.time_ns() // 1000)
    for collection_id in sorted({request.collection_id for request in wanted}):
        home = await collection_of_member(tx, viewer, collection_id)
        if home.collection.ended_at is not None:
            raise ConflictError("What this changes was deleted. Restore it, or read again what is there.")
        asked = [request for request in wanted if request.collection_id == collection_id]
        weighed = await weigh_changes(tx, viewer, home, collection_id, asked, cause=Cause.MOVE, evidence=evidence)
        moves += moves_of(weighed, collection_id, at=at, by=viewer.user_id, reason=reason)
        refusals += weighed.refusals
    return Trial(moves, refusals)
