"""GraphQL types: proposals to move aliases, and the approvals they get."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service import model
from headwater_service.api.collections import Collection
from headwater_service.api.connection import Connection, Edge, PageRequest, connect, page_request
from headwater_service.api.context import Context, Info
from headwater_service.api.fields import resolved
from headwater_service.api.node import Node
from headwater_service.api.people import User
from headwater_service.domain import proposals
from headwater_service.model import Instant, ProposalState
from headwater_service.store.listing import Window

if TYPE_CHECKING:
    from headwater_service.api.versions import Version


@strawberry.type(description="An admin's consent to a proposal.")
class Approval:
    at: Instant = strawberry.field(description="When it was given.")
    user_id: strawberry.Private[str]

    @resolved("Who gave it; null when the account is gone.")
    async def by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.user_id)


@strawberry.type(description="A move of an alias that waits for approvals, or waited.")
class Proposal(Node):
    name: str = strawberry.field(description="The alias that shall move.")
    reason: str = strawberry.field(description="What the proposer gave as the cause; may be empty.")
    state: ProposalState = strawberry.field(description="Whether it can still be approved.")
    created_at: Instant = strawberry.field(description="When it was proposed.")
    approvals: list[Approval] = strawberry.field(description="Those it has, in the order in which they were given.")
    decided_at: Instant | None = strawberry.field(description="When it was executed or rejected; null while it waits.")
    decision_reason: str = strawberry.field(description="Why it was rejected; empty otherwise.")
    proposal: strawberry.Private[model.Proposal]

    @classmethod
    def from_model(cls, proposal: model.Proposal) -> "Proposal":
        return cls(
            id=strawberry.ID(proposal.id),
            name=proposal.name,
            reason=proposal.reason,
            state=proposal.state,
            created_at=proposal.created_at,
            approvals=[Approval(at=one.at, user_id=one.user_id) for one in proposal.approvals],
            decided_at=proposal.decided_at,
            decision_reason=proposal.decision_reason,
            proposal=proposal,
        )

    @resolved("The series whose alias shall move.")
    async def collection(self, info: Info) -> Collection:
        found = await info.context.loaders.collection(self.proposal.collection_id)
        assert found is not None, "whoever sees a proposal sees where it lies"
        return found

    @resolved("What the alias shall point at.")
    async def version(self, info: Info) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")]:
        found = await info.context.loaders.version(self.proposal.version_id)
        assert found is not None, "a version of the same collection"
        return found

    @resolved("Where the alias pointed when this was proposed; null: nowhere.", name="from")
    async def from_version(
        self, info: Info
    ) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")] | None:
        found = self.proposal.from_version_id
        return None if found is None else await info.context.loaders.version(found)

    @resolved("Who asks for it; null when the account is gone.")
    async def proposed_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.proposal.proposed_by)

    @resolved("Who gave the last approval or rejected it; null while it waits.")
    async def decided_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.proposal.decided_by)

    @resolved("How many approvals it takes by the guards as they are now: 1 where none asks for any.")
    async def approvals_needed(self, info: Info) -> int:
        return await info.context.loaders.guards.approvals_needed(self.proposal)

    @resolved("Whether the viewer could approve it now: an admin who neither proposed nor approved it.")
    async def viewer_may_approve(self, info: Info) -> bool:
        home = (await self.collection(info)).home
        return proposals.may_approve(info.context.viewer, home, self.proposal)


@strawberry.type(description="A proposal on a page.")
class ProposalEdge(Edge):
    node: Proposal = strawberry.field(description="The proposal at this position.")


@strawberry.type(description="A page of proposals.")
class ProposalConnection(Connection):
    edges: list[ProposalEdge] = strawberry.field(description="The proposals of this page, newest first.")


async def proposals_of(
    context: Context, collection_id: str, states: Sequence[ProposalState] | None, *, first: int, after: str | None
) -> ProposalConnection:
    """List the proposals of a collection that the viewer was given."""
    request = page_request(first, after, limit=context.settings.page_size)
    listed = proposals.list_of_collection(context.graph, collection_id, states, Window(request.first, request.after))
    count = partial(proposals.count_of_collection, context.graph, collection_id, states)
    return _connection(await listed, request, count)


async def proposals_in(
    context: Context, scope_id: str, states: Sequence[ProposalState] | None, *, first: int, after: str | None
) -> ProposalConnection:
    """List the proposals in a project or registry that the viewer was given."""
    request = page_request(first, after, limit=context.settings.page_size)
    listed = proposals.list_of_container(context.graph, scope_id, states, Window(request.first, request.after))
    count = partial(proposals.count_of_container, context.graph, scope_id, states)
    return _connection(await listed, request, count)


async def proposals_to_decide(context: Context, *, first: int, after: str | None) -> ProposalConnection:
    """List the proposals that wait for the viewer."""
    request = page_request(first, after, limit=context.settings.page_size)
    window = Window(request.first, request.after)
    listed = await proposals.list_for_viewer(context.graph, context.viewer, window)
    return _connection(listed, request, partial(proposals.count_for_viewer, context.graph, context.viewer))


def _connection(
    page: model.Page[model.Proposal], request: PageRequest, count: Callable[[], Awaitable[int]]
) -> ProposalConnection:
    nodes = [Proposal.from_model(proposal) for proposal in page.items]
    return connect(ProposalConnection, ProposalEdge, page, nodes, request=request, count=count)
