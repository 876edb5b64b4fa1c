"""Proposals: approved by admins other than the proposer, executed once and only where nothing has changed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from content import Site
from guard_world import GuardWorld, guard_world, request
from headwater_service.domain.alias_changes import NO_EVIDENCE
from headwater_service.domain.aliases import Expectation, MoveRequest
from headwater_service.domain.guard_rules import Approvals, RequiredTag, VerifiedBytes
from headwater_service.domain.people import add_member
from headwater_service.domain.proposals import propose_move, reject_move
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.errors import ConflictError, DomainError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Proposal, ProposalState, Role
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from headwater_service.store.proposals import (
    count_proposals,
    count_proposals_in,
    find_proposals,
    list_proposals,
    list_proposals_in,
    list_to_decide,
)
from viewers import DOCUMENT_BYTES, new_admin

EVENTS = """
MATCH (event:Event {scope: $scope}) WHERE event.kind STARTS WITH 'PROPOSAL'
RETURN event.kind AS kind, event.before IS NULL AS is_first ORDER BY event.number
"""
PROTECT = "MATCH (registry:Container {id: $id}) SET registry.protected_aliases = ['production']"
DELETE = "MATCH (version:Lineage {id: $id}) SET version.state = 'DELETED'"


async def read(graph: Graph, proposal: Proposal) -> Proposal:
    return (await graph.read(lambda tx: find_proposals(tx, [proposal.id])))[proposal.id]


async def kinds(world: GuardWorld) -> list[str]:
    rows = await world.site.graph.read(lambda tx: tx.rows(EVENTS, scope=world.collection_id))
    return [row["kind"] for row in rows]


async def protect(site: Site, registry: Container) -> None:
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=registry.id))


async def test_the_last_approval_moves_the_alias_and_the_move_names_the_proposal(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(2))
    proposal = await world.propose(world.models[0])

    first = await world.approve(proposal, world.admins[0])
    between = await world.production()
    second = await world.approve(proposal, world.admins[1])

    assert (proposal.state, first.proposal.state, first.move, between) == (
        ProposalState.OPEN,
        ProposalState.OPEN,
        None,
        None,
    )
    assert second.proposal.state is ProposalState.EXECUTED
    assert [approval.user_id for approval in second.proposal.approvals] == [one.user_id for one in world.admins]
    assert (second.proposal.decided_by, second.move.by) == (world.admins[1].user_id, world.admins[1].user_id)
    assert second.move.reason == f"proposal {proposal.id}: better"
    assert await world.production() == world.models[0].version.id
    assert await kinds(world) == ["PROPOSAL_MADE", "PROPOSAL_APPROVED", "PROPOSAL_EXECUTED"]


async def together(*calls: Any) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize("attempt", range(3))
async def test_two_approvers_at_once_execute_it_once(site: Site, attempt: int) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(1))
    proposal = await world.propose(world.models[0])

    found = await together(*(world.approve(proposal, admin) for admin in world.admins))

    executed = [one for one in found if not isinstance(one, BaseException)]
    refused = [one for one in found if isinstance(one, ConflictError)]
    assert len(executed) + len(refused) == 2
    assert [one.move.rev for one in executed] == [1]
    assert [(type(one), one.message) for one in refused] == [(ConflictError, "The proposal was executed already.")]
    assert (await world.counts())[1] == len(["latest", "production"])
    assert len((await read(site.graph, proposal)).approvals) == 1
    assert await kinds(world) == ["PROPOSAL_MADE", "PROPOSAL_EXECUTED"]


async def test_of_two_last_approvals_at_once_both_count_and_one_executes(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(2))
    proposal = await world.propose(world.models[0])

    found = await together(*(world.approve(proposal, admin) for admin in world.admins))

    assert sorted(one.move is not None for one in found) == [False, True]
    after = await read(site.graph, proposal)
    assert (after.state, len(after.approvals)) == (ProposalState.EXECUTED, 2)
    assert (await world.counts())[1] == len(["latest", "production"])


async def test_one_admin_who_approves_twice_at_once_counts_once(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(2))
    proposal = await world.propose(world.models[0])

    found = await together(*(world.approve(proposal, world.admin) for _ in range(2)))

    assert sorted(type(one).__name__ for one in found) == ["Approved", "ConflictError"]
    after = await read(site.graph, proposal)
    assert (after.state, [one.user_id for one in after.approvals]) == (ProposalState.OPEN, [world.admin.user_id])


async def test_approving_races_with_rejecting_and_one_of_them_holds(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(1))
    proposal = await world.propose(world.models[0])

    found = await together(
        world.approve(proposal, world.admins[0]),
        reject_move(site.graph, world.admins[1], proposal.id, reason="no", operation=new_id()),
    )

    assert [type(one) for one in found if isinstance(one, BaseException)] == [ConflictError]
    is_executed = (await read(site.graph, proposal)).state is ProposalState.EXECUTED
    assert (await world.production() is not None) == is_executed


async def test_the_proposer_does_not_approve_not_even_as_an_admin(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(1))
    proposal = await world.propose(world.models[0], viewer=world.admins[0])
    before = await world.counts()

    with pytest.raises(PermissionDeniedError, match="You proposed this move"):
        await world.approve(proposal, world.admins[0])

    assert await world.counts() == before
    assert (await read(site.graph, proposal)).approvals == []
    await world.approve(proposal, world.admins[1])
    assert await world.production() == world.models[0].version.id


async def test_who_is_no_admin_or_outside_does_not_approve(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(1))
    proposal = await world.propose(world.models[0], viewer=world.admins[0])
    outsider = await new_admin(site.graph)

    with pytest.raises(PermissionDeniedError, match="takes admin"):
        await world.approve(proposal, world.member)
    with pytest.raises(PermissionDeniedError, match="only reads"):
        await world.approve(proposal, replace(world.admins[1], is_read_only=True))
    with pytest.raises(NotFoundError):
        await world.approve(proposal, outsider)
    with pytest.raises(NotFoundError):
        await reject_move(site.graph, outsider, proposal.id, reason="", operation=new_id())

    assert (await read(site.graph, proposal)).approvals == []


async def test_twice_by_one_admin_is_refused(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(2))
    proposal = await world.propose(world.models[0])
    await world.approve(proposal, world.admin)

    with pytest.raises(ConflictError, match="You approved this already"):
        await world.approve(proposal, world.admin)

    assert await world.production() is None


async def test_the_approval_of_somebody_who_is_no_admin_any_more_does_not_count(site: Site) -> None:
    world = await guard_world(site, admins=3)
    await world.guard(Approvals(2))
    proposal = await world.propose(world.models[0])
    await world.approve(proposal, world.admins[1])
    team = world.registry.entity_name
    await add_member(site.graph, world.admin, team, world.admins[1].user_name, Role.MEMBER, operation=new_id())

    second = await world.approve(proposal, world.admins[0])
    third = await world.approve(proposal, world.admins[2])

    assert (second.move, third.proposal.state) == (None, ProposalState.EXECUTED)


async def test_an_alias_that_nobody_guards_takes_one_approval_and_a_protected_one_moves_for_its_approver(
    site: Site,
) -> None:
    world = await guard_world(site, admins=1)
    await protect(site, world.registry)

    proposal = await world.propose(world.models[0])
    approved = await world.approve(proposal, world.admin)

    assert approved.move.to_version_id == world.models[0].version.id
    assert await world.production() == world.models[0].version.id


async def test_rules_are_asked_when_it_is_proposed(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(2), RequiredTag("reviewed"))
    before = await world.counts()

    with pytest.raises(ConflictError) as caught:
        await world.propose(world.models[0])

    assert caught.value.data["unmet_rules"] == [{"rule": "requiredTag", "message": "It lacks the tag 'reviewed'."}]
    assert await world.counts() == before


async def tag(world: GuardWorld, *tags: str) -> None:
    source, change = world.models[0].content.id, VersionChange(tags=list(tags))
    graph = world.site.graph
    await update_version(graph, world.member, source, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)


async def test_rules_are_asked_again_when_it_is_executed_and_it_stays_open(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(1), RequiredTag("reviewed"), VerifiedBytes())
    await tag(world, "reviewed")
    proposal = await world.propose(world.models[0])
    await tag(world)

    with pytest.raises(ConflictError) as caught:
        await world.approve(proposal, world.admin)
    kept = await read(site.graph, proposal)
    await tag(world, "reviewed")
    approved = await world.approve(proposal, world.admin)

    assert [one["rule"] for one in caught.value.data["unmet_rules"]] == ["requiredTag"]
    assert (kept.state, kept.approvals) == (ProposalState.OPEN, [])
    assert approved.proposal.state is ProposalState.EXECUTED


async def test_a_proposal_is_stale_once_the_alias_has_moved_even_when_it_came_back(site: Site) -> None:
    world = await guard_world(site, admins=2, models=3)
    await world.move(world.models[0])
    proposal = await world.propose(world.models[1])
    for model in (world.models[2], world.models[0]):
        await world.move(model)

    with pytest.raises(ConflictError, match="was moved since this was proposed, and points at v0") as caught:
        await world.approve(proposal, world.admin)

    assert caught.value.data["current"] == "v0"
    assert (await read(site.graph, proposal)).state is ProposalState.STALE
    assert await world.production() == world.models[0].version.id
    again = await world.propose(world.models[1])
    assert again.id != proposal.id


async def test_approving_races_with_a_move_and_never_undoes_it(site: Site) -> None:
    world = await guard_world(site, models=2)
    proposal = await world.propose(world.models[0])

    found = await together(world.approve(proposal, world.admin), world.move(world.models[1]))

    # Whoever came second saw the first: either the proposal was stale, or the move came after it.
    assert await world.production() == world.models[1].version.id
    is_stale = isinstance(found[0], ConflictError)
    assert (await world.counts())[1] == (3 if is_stale else 4)


async def test_a_rejected_proposal_is_closed(site: Site) -> None:
    world = await guard_world(site, admins=2)
    proposal = await world.propose(world.models[0])

    rejected = await reject_move(site.graph, world.admin, proposal.id, reason="too slow", operation=new_id())
    with pytest.raises(ConflictError, match="The proposal was rejected already") as caught:
        await world.approve(proposal, world.admin)
    with pytest.raises(ConflictError):
        await reject_move(site.graph, world.admin, proposal.id, reason="", operation=new_id())

    assert (rejected.state, rejected.decided_by, rejected.decision_reason) == (
        ProposalState.REJECTED,
        world.admin.user_id,
        "too slow",
    )
    assert caught.value.data["current"] == "REJECTED"
    assert await world.production() is None
    assert await kinds(world) == ["PROPOSAL_MADE", "PROPOSAL_REJECTED"]


async def test_its_proposer_may_withdraw_it_and_another_member_may_not(site: Site) -> None:
    world = await guard_world(site, admins=2)
    by_admin = await world.propose(world.models[0], viewer=world.admins[1])

    with pytest.raises(PermissionDeniedError, match="reject the proposals of others"):
        await reject_move(site.graph, world.member, by_admin.id, reason="", operation=new_id())
    await reject_move(site.graph, world.admins[1], by_admin.id, reason="", operation=new_id())
    own = await world.propose(world.models[0])
    withdrawn = await reject_move(site.graph, world.member, own.id, reason="", operation=new_id())

    assert withdrawn.state is ProposalState.REJECTED


async def test_replays_give_the_recorded_answers(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(1))
    operations = [new_id(), new_id()]
    proposal = await world.propose(world.models[0], operation=operations[0])
    approved = await world.approve(proposal, world.admin, operation=operations[1])
    before = await world.counts()

    again = await world.propose(world.models[0], operation=operations[0])
    approved_again = await world.approve(proposal, world.admin, operation=operations[1])

    assert again.id == proposal.id
    assert approved_again.move == approved.move
    assert await world.counts() == before


async def test_a_replayed_rejection_rejects_once(site: Site) -> None:
    world = await guard_world(site)
    proposal = await world.propose(world.models[0])
    operation = new_id()
    first = await reject_move(site.graph, world.admin, proposal.id, reason="no", operation=operation)

    again = await reject_move(site.graph, world.admin, proposal.id, reason="no", operation=operation)

    assert again == first
    assert await kinds(world) == ["PROPOSAL_MADE", "PROPOSAL_REJECTED"]


async def test_the_same_move_is_proposed_once(site: Site) -> None:
    world = await guard_world(site)
    proposal = await world.propose(world.models[0])

    with pytest.raises(ConflictError, match="proposed already") as caught:
        await world.propose(world.models[0], viewer=world.member)

    assert caught.value.data["current"] == proposal.id


async def test_a_move_that_changes_nothing_is_not_proposed(site: Site) -> None:
    world = await guard_world(site)
    await world.move(world.models[0])

    with pytest.raises(ConflictError, match="points at v0 already"):
        await world.propose(world.models[0])


async def test_a_move_that_nobody_else_could_approve_is_not_proposed(site: Site) -> None:
    world = await guard_world(site)

    with pytest.raises(ConflictError) as caught:
        await world.propose(world.models[0], viewer=world.admin)

    assert caught.value.data["unmet_rules"] == [
        {"rule": "approvals", "message": "It takes 1 approval by admins other than you, and there are 0."}
    ]


async def test_what_cannot_be_proposed(site: Site) -> None:
    world = await guard_world(site, models=2)
    good = request(world.models[0])
    moved = await world.move(world.models[1])
    await site.graph.write(lambda tx: tx.rows(DELETE, id=world.models[1].version.id))
    outsider = await new_admin(site.graph)
    stale = Expectation(version_id=None)
    cases: list[tuple[Any, MoveRequest, type[DomainError]]] = [
        (outsider, good, NotFoundError),
        (world.member, replace(good, name="latest"), InvalidInputError),
        (world.member, replace(good, name="a/b"), InvalidInputError),
        (world.member, replace(good, version_id=None), InvalidInputError),
        (world.member, replace(good, version_id=new_id()), NotFoundError),
        (world.member, replace(good, version_id=world.data.version.id), NotFoundError),
        (world.member, replace(good, version_id=world.models[1].version.id, name="other"), ConflictError),
        (world.member, replace(good, collection_id=new_id()), NotFoundError),
        (world.member, replace(good, expected=stale), ConflictError),
    ]
    before = await world.counts()

    for viewer, given, error in cases:
        with pytest.raises(error):
            await propose_move(site.graph, viewer, given, reason="", operation=new_id(), evidence=NO_EVIDENCE)
    with pytest.raises(InvalidInputError, match="The reason has 10,001 characters"):
        await propose_move(site.graph, world.member, good, reason="x" * 10_001, operation=new_id())

    assert await world.counts() == before
    assert await world.production() == moved.to_version_id


async def test_a_version_deleted_since_is_not_moved_to(site: Site) -> None:
    world = await guard_world(site)
    proposal = await world.propose(world.models[0])
    await site.graph.write(lambda tx: tx.rows(DELETE, id=world.models[0].version.id))

    with pytest.raises(ConflictError, match="v0 was deleted"):
        await world.approve(proposal, world.admin)

    assert await world.production() is None


async def test_proposals_are_listed_by_state_and_for_who_may_approve(site: Site) -> None:
    world = await guard_world(site, admins=3, models=3)
    await world.guard(Approvals(2))
    rejected = await world.propose(world.models[0])
    await reject_move(site.graph, world.admin, rejected.id, reason="", operation=new_id())
    mine = await world.propose(world.models[1], viewer=world.admins[0])
    approved = await world.propose(world.models[2])
    await world.approve(approved, world.admins[0])

    async def listed(*states: ProposalState) -> list[str]:
        wanted = list(states) or None
        page = await site.graph.read(lambda tx: list_proposals(tx, world.collection_id, wanted, Window(10)))
        assert len(page.items) == await site.graph.read(lambda tx: count_proposals(tx, world.collection_id, wanted))
        return [one.id for one in page.items]

    async def waiting(user_id: str) -> list[str]:
        scopes = [world.registry.id]
        page = await site.graph.read(lambda tx: list_to_decide(tx, scopes, user_id, Window(10)))
        return [one.id for one in page.items]

    assert await listed() == [approved.id, mine.id, rejected.id]
    assert await listed(ProposalState.OPEN) == [approved.id, mine.id]
    assert await listed(ProposalState.REJECTED, ProposalState.STALE) == [rejected.id]
    assert await waiting(world.admins[0].user_id) == []
    assert await waiting(world.admins[1].user_id) == [approved.id, mine.id]
    await world.guard(RequiredTag("x"))
    await world.guard(Approvals(1))
    await world.approve(approved, world.admins[1])
    assert await listed(ProposalState.STALE) == [mine.id]
    assert await waiting(world.admins[1].user_id) == []


async def test_a_registry_lists_the_proposals_of_all_its_collections_and_no_other(site: Site) -> None:
    world, other = await guard_world(site, admins=2, models=2), await guard_world(site, admins=2)
    open_one = await world.propose(world.models[0])
    rejected = await world.propose(world.models[1])
    await reject_move(site.graph, world.admin, rejected.id, reason="", operation=new_id())
    await other.propose(other.models[0])

    async def listed(*states: ProposalState) -> list[str]:
        scope, wanted = world.registry.id, list(states) or None
        page = await site.graph.read(lambda tx: list_proposals_in(tx, scope, wanted, Window(10)))
        assert len(page.items) == await site.graph.read(lambda tx: count_proposals_in(tx, scope, wanted))
        return [one.id for one in page.items]

    assert await listed() == [rejected.id, open_one.id]
    assert await listed(ProposalState.OPEN) == [open_one.id]
    assert await listed(ProposalState.STALE) == []
    await world.move(world.models[1])
    assert await listed(ProposalState.OPEN) == []
    assert await listed(ProposalState.STALE) == [open_one.id]
    assert await listed(ProposalState.REJECTED, ProposalState.STALE) == [rejected.id, open_one.id]
    assert await listed(ProposalState.EXECUTED) == []


async def test_pages_of_proposals_of_a_registry_follow_each_other(site: Site) -> None:
    world = await guard_world(site, models=3)
    made = [(await world.propose(model)).id for model in world.models]
    scope = world.registry.id

    first = await site.graph.read(lambda tx: list_proposals_in(tx, scope, None, Window(2)))
    second = await site.graph.read(lambda tx: list_proposals_in(tx, scope, None, Window(2, first.cursors[-1])))

    assert [one.id for one in (*first.items, *second.items)] == made[::-1]


async def test_pages_of_proposals_follow_each_other(site: Site) -> None:
    world = await guard_world(site, models=3)
    made = [(await world.propose(model)).id for model in world.models]

    first = await site.graph.read(lambda tx: list_proposals(tx, world.collection_id, None, Window(2)))
    second = await site.graph.read(
        lambda tx: list_proposals(tx, world.collection_id, None, Window(2, first.cursors[-1]))
    )

    assert [one.id for one in (*first.items, *second.items)] == made[::-1]
    assert (first.has_next, second.has_next) == (True, False)
