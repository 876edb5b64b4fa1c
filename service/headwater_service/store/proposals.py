"""Proposals in the graph: moves of aliases that wait for approvals. Writers hold the lock of the collection."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, LiteralString

from headwater_service.model import Approval, Instant, Page, Proposal, ProposalState
from headwater_service.store.filters import OrderDirection, Parameters, all_of
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page

# An open proposal whose alias has moved since is stale for good, wherever the alias is by now.
_STATE: Final[LiteralString] = """
CASE WHEN proposal.state = 'OPEN' AND EXISTS {
  MATCH (move:AliasMove {collection_id: proposal.collection_id, name: proposal.name})
  WHERE move.rev > proposal.from_rev
} THEN 'STALE' ELSE proposal.state END
"""

_COLUMNS: Final[LiteralString] = (
    """proposal {
  .id, .collection_id, .scope_id, .name, .version_id, .from_version_id, .from_rev, .reason, .proposed_by, .created_at,
  .approved_by, .approved_at, .decided_by, .decided_at, .decision_reason, state: """
    + _STATE
    + "} AS proposal"
)

PROPOSALS: Final[LiteralString] = (
    """
UNWIND $ids AS id
MATCH (proposal:Proposal {id: id})
RETURN """
    + _COLUMNS
)

CREATE_PROPOSAL: Final = """
CREATE (:Proposal {
  id: $id, collection_id: $collection_id, scope_id: $scope_id, name: $name, version_id: $version_id,
  from_version_id: $from_version_id, from_rev: $from_rev, reason: $reason, state: 'OPEN', proposed_by: $proposed_by,
  created_at: $created_at, approved_by: [], approved_at: [], decision_reason: ''
})
"""

ADD_APPROVAL: Final = """
MATCH (proposal:Proposal {id: $id})
SET proposal.approved_by = proposal.approved_by + $by, proposal.approved_at = proposal.approved_at + $at
"""

DECIDE_PROPOSAL: Final = """
MATCH (proposal:Proposal {id: $id})
SET proposal.state = $state, proposal.decided_by = $by, proposal.decided_at = $at, proposal.decision_reason = $reason
"""

# `created_at > 0` is always true and lets the index over both properties be used.
FIND_OPEN: Final[LiteralString] = (
    """
MATCH (proposal:Proposal {collection_id: $collection_id})
WHERE proposal.created_at > 0 AND proposal.state = 'OPEN' AND proposal.name = $name
  AND proposal.version_id = $version_id AND """
    + _STATE
    + """ = 'OPEN'
RETURN proposal.id AS id
LIMIT 1
"""
)

_OF_COLLECTION: Final[LiteralString] = "MATCH (proposal:Proposal {collection_id: $collection_id})"
_IN_SCOPE: Final[LiteralString] = (
    "UNWIND $stored AS stored MATCH (proposal:Proposal {scope_id: $scope_id, state: stored})"
)
_OF_SCOPES: Final[LiteralString] = "UNWIND $scopes AS scope MATCH (proposal:Proposal {scope_id: scope, state: 'OPEN'})"
_NEWEST: Final = Sorting("CREATED_AT", "proposal.created_at", "proposal.id", OrderDirection.DESC)


async def find_proposals(tx: Transaction, ids: Iterable[str]) -> dict[str, Proposal]:
    found = [proposal_from(row) for row in await tx.rows(PROPOSALS, ids=list(ids))]
    return {proposal.id: proposal for proposal in found}


async def create_proposal(tx: Transaction, proposal: Proposal) -> None:
    await tx.rows(
        CREATE_PROPOSAL,
        id=proposal.id,
        collection_id=proposal.collection_id,
        scope_id=proposal.scope_id,
        name=proposal.name,
        version_id=proposal.version_id,
        from_version_id=proposal.from_version_id,
        from_rev=proposal.from_rev,
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        created_at=proposal.created_at,
    )


async def add_approval(tx: Transaction, proposal_id: str, *, by: str, at: Instant) -> None:
    await tx.rows(ADD_APPROVAL, id=proposal_id, by=by, at=at)


async def decide_proposal(
    tx: Transaction, proposal_id: str, state: ProposalState, *, by: str, at: Instant, reason: str
) -> None:
    """Close a proposal."""
    await tx.rows(DECIDE_PROPOSAL, id=proposal_id, state=state.value, by=by, at=at, reason=reason)


async def find_open(tx: Transaction, collection_id: str, name: str, version_id: str) -> str | None:
    """Return the id of an open proposal of the same move that is not stale."""
    row = await tx.row(FIND_OPEN, collection_id=collection_id, name=name, version_id=version_id)
    return None if row is None else row["id"]


async def list_proposals(
    tx: Transaction, collection_id: str, states: Sequence[ProposalState] | None, window: Window
) -> Page[Proposal]:
    """Return a page of a collection's proposals, newest first."""
    return await read_page(tx, _of_collection(collection_id, states), _NEWEST, window, proposal_from)


async def count_proposals(tx: Transaction, collection_id: str, states: Sequence[ProposalState] | None) -> int:
    return await count_all(tx, _of_collection(collection_id, states), "proposal")


async def list_proposals_in(
    tx: Transaction, scope_id: str, states: Sequence[ProposalState] | None, window: Window
) -> Page[Proposal]:
    """Return a page of the proposals of all collections of a container, newest first."""
    return await read_page(tx, _in_scope(scope_id, states), _NEWEST, window, proposal_from)


async def count_proposals_in(tx: Transaction, scope_id: str, states: Sequence[ProposalState] | None) -> int:
    return await count_all(tx, _in_scope(scope_id, states), "proposal")


async def list_to_decide(tx: Transaction, scopes: Sequence[str], user_id: str, window: Window) -> Page[Proposal]:
    """Return a page of the proposals, newest first, that wait for a user who may approve in these scopes."""
    return await read_page(tx, _to_decide(scopes, user_id), _NEWEST, window, proposal_from)


async def count_to_decide(tx: Transaction, scopes: Sequence[str], user_id: str) -> int:
    return await count_all(tx, _to_decide(scopes, user_id), "proposal")


def proposal_from(row: Mapping[str, Any]) -> Proposal:
    found = dict(row["proposal"])
    approvals = [
        Approval(user_id, at) for user_id, at in zip(found.pop("approved_by"), found.pop("approved_at"), strict=True)
    ]
    return Proposal(**{**found, "state": ProposalState(found["state"]), "approvals": approvals})


def _of_collection(collection_id: str, states: Sequence[ProposalState] | None) -> Listing:
    parameters = Parameters()
    conditions: list[LiteralString] = ["proposal.created_at > 0"]
    if states is not None:
        conditions.append(_STATE + " IN " + parameters.add([state.value for state in states]))
    return Listing(
        match=_OF_COLLECTION,
        condition=all_of(conditions),
        carry="proposal",
        columns="RETURN " + _COLUMNS,
        parameters={**parameters.values, "collection_id": collection_id},
        leading="proposal.collection_id",
    )


def _in_scope(scope_id: str, states: Sequence[ProposalState] | None) -> Listing:
    wanted = list(ProposalState) if states is None else states
    # A stale one is stored as open.
    stored = {"OPEN" if state is ProposalState.STALE else state.value for state in wanted}
    parameters = Parameters()
    shown = _STATE + " IN " + parameters.add([state.value for state in wanted])
    return Listing(
        match=_IN_SCOPE,
        condition=all_of(["proposal.created_at > 0", shown]),
        carry="proposal",
        columns="RETURN " + _COLUMNS,
        parameters={**parameters.values, "scope_id": scope_id, "stored": sorted(stored)},
    )


def _to_decide(scopes: Sequence[str], user_id: str) -> Listing:
    return Listing(
        match=_OF_SCOPES,
        condition=all_of(
            [
                "proposal.created_at > 0",
                "proposal.proposed_by <> $user_id",
                "NOT $user_id IN proposal.approved_by",
                _STATE + " = 'OPEN'",
            ]
        ),
        carry="proposal",
        columns="RETURN " + _COLUMNS,
        parameters={"scopes": list(scopes), "user_id": user_id},
    )
