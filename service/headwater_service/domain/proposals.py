"""Proposals: moves of an alias that admins approve. The last approval that is needed makes the move, once.

A proposal remembers where the alias pointed. When the alias has moved since, it is stale: nobody approved that move.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from headwater_service.domain import guard_rules
from headwater_service.domain.access import Viewer, require_container, require_role_at
from headwater_service.domain.alias_changes import NO_EVIDENCE, Cause, Evidence
from headwater_service.domain.aliases import (
    Expectation,
    MoveRequest,
    Weighed,
    change_aliases,
    collection_of_member,
    movable_alias,
    require_all,
    weigh_changes,
)
from headwater_service.domain.guard_rules import Approvals, Rule, approvals_asked
from headwater_service.domain.guards import rules_for
from headwater_service.domain.reading import visible_scopes, visible_scopes_in
from headwater_service.errors import ConflictError, InvalidInputError, PermissionDeniedError
from headwater_service.model import AliasMove, Approval, Container, JsonObject, Page, Proposal, ProposalState, Role
from headwater_service.store.aliases import find_move, find_places
from headwater_service.store.containers import find_container_by_id
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.guards import find_deciders
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from headwater_service.store.operations import Lock, record, take_lock
from headwater_service.store.proposals import (
    add_approval,
    count_proposals,
    count_proposals_in,
    count_to_decide,
    create_proposal,
    decide_proposal,
    find_open,
    find_proposals,
    list_proposals,
    list_proposals_in,
    list_to_decide,
)
from headwater_service.store.reads import PlacedCollection, find_collections, find_containers, find_versions

REASON_CHARACTERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Approved:
    """A proposal with one more approval; `move` is what it did if that was the last one needed."""

    proposal: Proposal
    move: AliasMove | None


async def propose_move(
    graph: Graph,
    viewer: Viewer,
    request: MoveRequest,
    *,
    reason: str,
    operation: str,
    evidence: Evidence = NO_EVIDENCE,
) -> Proposal:
    """Ask for a move that admins other than the viewer approve, one at least.

    Raises ConflictError with `unmet_rules` when the version does not meet the rules besides approvals already now.
    """
    name, collection_id = movable_alias(request.name), request.collection_id
    _require_reason(reason)
    if request.version_id is None:
        raise InvalidInputError("A proposal names the version to point at; to remove asks no guard.", field="version")
    wanted = MoveRequest(
        collection_id=collection_id, name=name, version_id=request.version_id, expected=request.expected
    )

    async def work(tx: Transaction) -> Proposal:
        home = await collection_of_member(tx, viewer, collection_id)
        lock = await take_lock(tx, collection_id, operation)
        assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
        recorded = lock.replayed("PROPOSAL_MADE")
        if recorded is not None:
            return await _get(tx, recorded)
        weighed = await weigh_changes(tx, viewer, home, collection_id, [wanted], cause=Cause.PROPOSE, evidence=evidence)
        await _require_worth(tx, viewer, home, wanted, weighed)
        proposal = Proposal(
            id=new_id(),
            collection_id=collection_id,
            scope_id=home.container.id,
            name=name,
            version_id=weighed.changes[0].to_version_id or "",
            from_version_id=weighed.changes[0].from_version_id,
            from_rev=weighed.places[name].rev,
            reason=reason,
            state=ProposalState.OPEN,
            proposed_by=viewer.user_id,
            created_at=lock.at,
            approvals=(),
            decided_by=None,
            decided_at=None,
            decision_reason="",
        )
        await create_proposal(tx, proposal)
        await _record(tx, lock, viewer, "PROPOSAL_MADE", None, proposal, answer=proposal.id)
        return proposal

    return await graph.write(work)


async def approve_move(
    graph: Graph, viewer: Viewer, proposal_id: str, *, operation: str, evidence: Evidence = NO_EVIDENCE
) -> Approved:
    """Approve a proposal as an admin. With the last approval that is needed all rules are asked again, and it moves.

    Raises ConflictError with `unmet_rules` when a rule fails by then: the approval is not kept, the proposal stays.
    """

    async def work(tx: Transaction) -> Approved:
        home = await _home(tx, viewer, proposal_id)
        require_role_at(viewer, home.container, Role.ADMIN, what="approve moves of aliases")
        lock = await take_lock(tx, home.collection.id, operation)
        assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
        recorded = lock.replayed("PROPOSAL_APPROVED", "PROPOSAL_EXECUTED")
        if recorded is not None:
            proposal = await _get(tx, recorded["proposal"])
            rev = recorded["rev"]
            move = None if rev is None else await find_move(tx, proposal.collection_id, proposal.name, rev)
            return Approved(proposal, move)
        # Read again under the lock: another approver may have been first.
        before = await _get(tx, proposal_id)
        await _require_open(tx, before)
        _require_approver(viewer, before)
        await add_approval(tx, proposal_id, by=viewer.user_id, at=lock.at)
        approved = [*before.approvals, Approval(viewer.user_id, lock.at)]
        move = None
        if await _has_enough(tx, home, before, approved):
            move = await _execute(tx, lock, viewer, home, before, evidence)
            state = ProposalState.EXECUTED
            await decide_proposal(tx, proposal_id, state, by=viewer.user_id, at=lock.at, reason="")
        after = await _get(tx, proposal_id)
        kind = "PROPOSAL_APPROVED" if move is None else "PROPOSAL_EXECUTED"
        answer = {"proposal": proposal_id, "rev": None if move is None else move.rev}
        await _record(tx, lock, viewer, kind, before, after, answer=answer, move=move)
        return Approved(after, move)

    return await graph.write(work)


async def reject_move(graph: Graph, viewer: Viewer, proposal_id: str, *, reason: str, operation: str) -> Proposal:
    """Close a proposal that is not executed: as an admin, or as the one who proposed it."""
    _require_reason(reason)

    async def work(tx: Transaction) -> Proposal:
        home = await _home(tx, viewer, proposal_id)
        lock = await take_lock(tx, home.collection.id, operation)
        assert lock is not None, "the collection was found in this transaction, and its node is never deleted"
        recorded = lock.replayed("PROPOSAL_REJECTED")
        if recorded is not None:
            return await _get(tx, recorded)
        before = await _get(tx, proposal_id)
        is_own = before.proposed_by == viewer.user_id
        role = Role.MEMBER if is_own else Role.ADMIN
        require_role_at(viewer, home.container, role, what="reject the proposals of others")
        if before.state not in (ProposalState.OPEN, ProposalState.STALE):
            raise _closed(before)
        state = ProposalState.REJECTED
        await decide_proposal(tx, proposal_id, state, by=viewer.user_id, at=lock.at, reason=reason)
        after = await _get(tx, proposal_id)
        await _record(tx, lock, viewer, "PROPOSAL_REJECTED", before, after, answer=proposal_id)
        return after

    return await graph.write(work)


async def approvals_needed(tx: Transaction, home: PlacedCollection, name: str) -> int:
    """Return how many approvals a proposal takes: what the guards ask, and one where they ask for none."""
    return needed_of(await rules_for(tx, home, name))


def needed_of(rules: Sequence[Rule]) -> int:
    """Return how many approvals a proposal takes by some rules."""
    return max(approvals_asked(rules), 1)


def may_approve(viewer: Viewer, container: Container, proposal: Proposal) -> bool:
    """Whether the viewer could approve a proposal now."""
    known = {proposal.proposed_by, *(approval.user_id for approval in proposal.approvals)}
    is_admin = viewer.role_at(container) is Role.ADMIN and not viewer.is_read_only
    return is_admin and proposal.state is ProposalState.OPEN and viewer.user_id not in known


async def visible_proposals(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[Proposal | None]:
    """Return proposals in the order of their ids; None for what the viewer may not see."""
    found = await graph.read(lambda tx: find_proposals(tx, ids))
    scopes = set(await visible_scopes(graph, viewer)) if found else set()
    return [one if (one := found.get(key)) is not None and one.scope_id in scopes else None for key in ids]


async def list_of_collection(
    graph: Graph, collection_id: str, states: Sequence[ProposalState] | None, window: Window
) -> Page[Proposal]:
    """Return a page of the proposals, newest first, of a collection that the viewer was given."""
    return await graph.read(lambda tx: list_proposals(tx, collection_id, states, window))


async def count_of_collection(graph: Graph, collection_id: str, states: Sequence[ProposalState] | None) -> int:
    return await graph.read(lambda tx: count_proposals(tx, collection_id, states))


async def list_of_container(
    graph: Graph, scope_id: str, states: Sequence[ProposalState] | None, window: Window
) -> Page[Proposal]:
    """Return a page of the proposals, newest first, in a project or registry that the viewer was given."""
    return await graph.read(lambda tx: list_proposals_in(tx, scope_id, states, window))


async def count_of_container(graph: Graph, scope_id: str, states: Sequence[ProposalState] | None) -> int:
    return await graph.read(lambda tx: count_proposals_in(tx, scope_id, states))


async def list_for_viewer(graph: Graph, viewer: Viewer, window: Window) -> Page[Proposal]:
    """Return a page of the proposals, newest first, that the viewer could approve now."""
    scopes = await _administered(graph, viewer)
    return await graph.read(lambda tx: list_to_decide(tx, scopes, viewer.user_id, window))


async def count_for_viewer(graph: Graph, viewer: Viewer) -> int:
    scopes = await _administered(graph, viewer)
    return await graph.read(lambda tx: count_to_decide(tx, scopes, viewer.user_id))


async def _administered(graph: Graph, viewer: Viewer) -> list[str]:
    """Return the ids of the projects and registries that the viewer administers."""
    if viewer.is_read_only:
        return []
    entities = [entity_id for entity_id, role in viewer.roles.items() if role is Role.ADMIN]
    scopes = await visible_scopes_in(graph, viewer, entities)
    held = [registry_id for registry_id, role in viewer.registry_roles.items() if role is Role.ADMIN]
    found = await graph.read(lambda tx: find_containers(tx, held))
    return list({*scopes, *(one for one in found if viewer.role_at(found[one]) is Role.ADMIN)})


async def _home(tx: Transaction, viewer: Viewer, proposal_id: str) -> PlacedCollection:
    """Return the collection of a proposal that the viewer may see. What it says may change before the lock."""
    proposal = (await find_proposals(tx, [proposal_id])).get(proposal_id)
    container: Container | None = None
    if proposal is not None:
        container = await find_container_by_id(tx, proposal.scope_id)
    require_container(viewer, container, Role.VIEWER, what="read", path=proposal_id)
    assert proposal is not None, "its container was found"
    return (await find_collections(tx, [proposal.collection_id]))[proposal.collection_id]


async def _get(tx: Transaction, proposal_id: str) -> Proposal:
    return (await find_proposals(tx, [proposal_id]))[proposal_id]


async def _require_worth(
    tx: Transaction, viewer: Viewer, home: PlacedCollection, wanted: MoveRequest, weighed: Weighed
) -> None:
    """Raise unless the move would change something, meets the rules, and can be approved by somebody else."""
    name, version_id = wanted.name, wanted.version_id
    assert version_id is not None, "it was checked before"
    if not weighed.changes:
        current = await _shown(tx, version_id)
        raise ConflictError(f"The alias {name!r} points at {current} already.", current=current)
    require_all(weighed.refusals)
    existing = await find_open(tx, wanted.collection_id, name, version_id)
    if existing is not None:
        raise ConflictError(f"That move is proposed already: {existing}. Approve or reject that.", current=existing)
    needed = await approvals_needed(tx, home, name)
    others = [one for one in (await find_deciders(tx, home.container.id)).admins if one != viewer.user_id]
    if len(others) < needed:
        approvals = "1 approval" if needed == 1 else f"{needed} approvals"
        told = f"It takes {approvals} by admins other than you, and there are {len(others)}."
        unmet = [{"rule": guard_rules.NAMES[Approvals], "message": told}]
        raise ConflictError(f"Nobody could approve that move. {told}", unmet_rules=unmet)


async def _require_open(tx: Transaction, proposal: Proposal) -> None:
    if proposal.state is ProposalState.STALE:
        places = await find_places(tx, proposal.collection_id, [proposal.name])
        current = await _shown(tx, places[proposal.name].version_id)
        raise ConflictError(
            f"The alias {proposal.name!r} was moved since this was proposed, and points at {current}. "
            "Propose the move again if it is still wanted.",
            current=current,
        )
    if proposal.state is not ProposalState.OPEN:
        raise _closed(proposal)


def _closed(proposal: Proposal) -> ConflictError:
    done = "executed" if proposal.state is ProposalState.EXECUTED else "rejected"
    return ConflictError(f"The proposal was {done} already.", current=proposal.state.value)


def _require_approver(viewer: Viewer, proposal: Proposal) -> None:
    if viewer.user_id == proposal.proposed_by:
        raise PermissionDeniedError("You proposed this move: another admin approves it.")
    if any(approval.user_id == viewer.user_id for approval in proposal.approvals):
        raise ConflictError("You approved this already; it waits for other admins.", current=proposal.state.value)


async def _has_enough(tx: Transaction, home: PlacedCollection, proposal: Proposal, approvals: list[Approval]) -> bool:
    """Whether enough of those who approved are admins still."""
    admins = set((await find_deciders(tx, home.container.id)).admins)
    counted = {approval.user_id for approval in approvals} & admins
    return len(counted) >= await approvals_needed(tx, home, proposal.name)


async def _execute(
    tx: Transaction, lock: Lock, viewer: Viewer, home: PlacedCollection, proposal: Proposal, evidence: Evidence
) -> AliasMove:
    request = MoveRequest(
        collection_id=proposal.collection_id,
        name=proposal.name,
        version_id=proposal.version_id,
        expected=Expectation(version_id=proposal.from_version_id),
    )
    reason = f"proposal {proposal.id}" + (f": {proposal.reason}" if proposal.reason else "")
    changed = await change_aliases(
        tx, lock, viewer, home, [request], cause=Cause.PROPOSAL, reason=reason, evidence=evidence
    )
    require_all(changed.refusals)
    (move,) = changed.moves
    return move


async def _shown(tx: Transaction, version_id: str | None) -> str:
    if version_id is None:
        return "nothing"
    return f"v{(await find_versions(tx, [version_id]))[version_id].version.index}"


def _require_reason(reason: str) -> None:
    if len(reason) > REASON_CHARACTERS:
        raise InvalidInputError(
            f"The reason has {len(reason):,} characters; the limit is {REASON_CHARACTERS:,}.", field="reason"
        )


async def _record(
    tx: Transaction,
    lock: Lock,
    viewer: Viewer,
    kind: str,
    before: Proposal | None,
    after: Proposal,
    *,
    answer: JsonObject | str,
    move: AliasMove | None = None,
) -> None:
    moves = {} if move is None else {"moves": [asdict(move)]}
    await record(
        tx,
        lock,
        kind,
        scope_id=after.scope_id,
        by=viewer.user_id,
        answer=answer,
        before=None if before is None else asdict(before),
        after={**asdict(after), **moves},
    )
