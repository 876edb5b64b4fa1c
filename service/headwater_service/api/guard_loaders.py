"""Loaders of guards and proposals: many questions of one request in one query."""

from strawberry.dataloader import DataLoader

from headwater_service import model
from headwater_service.domain import guard_rules
from headwater_service.domain.access import Viewer
from headwater_service.domain.guards import guards_of
from headwater_service.domain.proposals import needed_of, visible_proposals
from headwater_service.store.graph import Graph


class GuardLoaders:
    """One set a request. The registries and collections that are asked for were given to the viewer before."""

    def __init__(self, graph: Graph, viewer: Viewer) -> None:
        self._graph = graph
        self._viewer = viewer
        self._guards: DataLoader[str, list[model.Guard]] = DataLoader(load_fn=self._load_guards)
        self._proposals: DataLoader[str, model.Proposal | None] = DataLoader(load_fn=self._load_proposals)

    async def of(self, owner_id: str) -> list[model.Guard]:
        """Return the guards set on a registry or collection, in order of the alias."""
        return await self._guards.load(owner_id)

    async def on_alias(self, container_id: str, collection_id: str, name: str) -> list[model.Guard]:
        """Return the guards that an alias has: its registry's first."""
        found = await self._guards.load_many([container_id, collection_id])
        return [guard for guards in found for guard in guards if guard.name == name]

    async def approvals_needed(self, proposal: model.Proposal) -> int:
        """Return how many approvals a proposal takes by the rules as they are now."""
        guards = await self.on_alias(proposal.scope_id, proposal.collection_id, proposal.name)
        return needed_of([guard_rules.from_json(stored) for guard in guards for stored in guard.rules])

    async def proposal(self, proposal_id: str) -> model.Proposal | None:
        """Return a proposal if the viewer sees where it lies."""
        return await self._proposals.load(proposal_id)

    async def _load_guards(self, ids: list[str]) -> list[list[model.Guard]]:
        return await guards_of(self._graph, ids)

    async def _load_proposals(self, ids: list[str]) -> list[model.Proposal | None]:
        return await visible_proposals(self._graph, self._viewer, ids)
