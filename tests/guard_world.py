"""A team whose registry guards an alias: admins, a member, and models that a run trained on a dataset."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MoveRequest
from headwater_service.domain.containers import create_project, get_container
from headwater_service.domain.evidence import with_evidence
from headwater_service.domain.guard_rules import Rule
from headwater_service.domain.guards import PlacedGuard, set_guard
from headwater_service.domain.links import link_artifact
from headwater_service.domain.people import add_member
from headwater_service.domain.promotion import promote, try_moves
from headwater_service.domain.proposals import approve_move, propose_move
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.errors import ConflictError
from headwater_service.model import AliasMove, Container, Proposal, Role, Run
from headwater_service.store.aliases import find_alias
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from pipelines import start, use
from viewers import DOCUMENT_BYTES, fresh, new_admin, new_team, refreshed

COUNTS = """
OPTIONAL MATCH (event:Event) WHERE event.scope_id IN $scopes
WITH count(event) AS events
OPTIONAL MATCH (move:AliasMove {collection_id: $collection})
RETURN events, count(move) AS moves
"""


@dataclass
class GuardWorld:
    """`models` are links in the registry's collection `churn`, of models that `runs` made of `data`."""

    site: Site
    admins: list[Viewer]
    member: Viewer
    project: Container
    registry: Container
    data: PlacedVersion
    models: list[PlacedVersion] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def admin(self) -> Viewer:
        return self.admins[0]

    @property
    def collection_id(self) -> str:
        return self.models[0].collection.id

    async def train(
        self, *, summary: dict[str, Any] | None = None, uses: str | None = "data:latest", **more: Any
    ) -> Any:
        """Make a model with a run of its own, and link it; return the link."""
        run = await start(self.site, self.member, self.project, "train")
        if uses is not None:
            await use(self.site, self.member, run, uses)
        if summary is not None:
            change = RunChange(summary=summary)
            await update_run(
                self.site.graph, self.member, run.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES
            )
        files = {"model.bin": secrets.token_bytes(20)}
        made = await log(self.site, self.member, self.project, "model", files, type="model", run_id=run.id, **more)
        linked = await self.link(made.placed)
        self.runs.append(run)
        self.models.append(linked)
        return linked

    async def link(self, placed: PlacedVersion, *aliases: str, viewer: Viewer | None = None) -> PlacedVersion:
        return await with_evidence(
            self.site.objects,
            lambda evidence: link_artifact(
                self.site.graph,
                viewer or self.member,
                placed.version.id,
                f"{self.registry.path}/churn",
                project=None,
                aliases=list(aliases),
                operation=new_id(),
                evidence=evidence,
            ),
        )

    async def guard(self, *rules: Rule, name: str = "production", owner: str | None = None) -> PlacedGuard:
        """Set a guard on the registry, or on another owner."""
        return await set_guard(self.site.graph, self.admin, owner or self.registry.id, name, rules, operation=new_id())

    async def move(self, placed: PlacedVersion, *, viewer: Viewer | None = None, name: str = "production") -> AliasMove:
        (made,) = await promote(
            self.site.graph,
            self.site.objects,
            viewer or self.member,
            [request(placed, name)],
            reason="",
            operation=new_id(),
        )
        return made

    async def unmet(self, placed: PlacedVersion, *, viewer: Viewer | None = None) -> list[dict[str, str]]:
        """Return the rules that a move does not meet, as a trial tells them."""
        trial = await try_moves(self.site.graph, self.site.objects, viewer or self.member, [request(placed)], reason="")
        if not trial.refusals:
            return []
        (refusal,) = trial.refusals
        assert isinstance(refusal.error, ConflictError)
        found: list[dict[str, str]] = refusal.error.data["unmet_rules"]
        return found

    async def propose(
        self, placed: PlacedVersion, *, viewer: Viewer | None = None, operation: str | None = None
    ) -> Proposal:
        given = request(placed)
        operation = operation or new_id()
        return await with_evidence(
            self.site.objects,
            lambda evidence: propose_move(
                self.site.graph,
                viewer or self.member,
                given,
                reason="better",
                operation=operation,
                evidence=evidence,
            ),
        )

    async def approve(self, proposal: Proposal, viewer: Viewer, *, operation: str | None = None) -> Any:
        operation = operation or new_id()
        return await with_evidence(
            self.site.objects,
            lambda evidence: approve_move(self.site.graph, viewer, proposal.id, operation=operation, evidence=evidence),
        )

    async def propose_anything(self) -> Proposal:
        """Propose to move an alias that nobody guards."""
        given = request(self.models[0], "anything")
        return await propose_move(self.site.graph, self.member, given, reason="", operation=new_id())

    async def production(self) -> str | None:
        return await self.site.graph.read(lambda tx: find_alias(tx, self.collection_id, "production"))

    async def counts(self) -> tuple[int, int]:
        """Return how many events and how many moves of aliases there are."""
        scopes = [self.registry.id, self.project.id]
        row = await self.site.graph.read(lambda tx: tx.row(COUNTS, scopes=scopes, collection=self.collection_id))
        assert row is not None
        return row["events"], row["moves"]


def request(placed: PlacedVersion, name: str = "production") -> MoveRequest:
    return MoveRequest(collection_id=placed.collection.id, name=name, version_id=placed.version.id)


async def guard_world(site: Site, *, admins: int = 1, models: int = 1) -> GuardWorld:
    admin = await new_admin(site.graph)
    team, (admin, member) = await new_team(site.graph, admin, member=await new_admin(site.graph))
    found = [admin]
    for _ in range(admins - 1):
        other = await new_admin(site.graph)
        await add_member(site.graph, admin, team.name, other.user_name, Role.ADMIN, operation=new_id())
        found.append(await refreshed(site.graph, other))
    registry = await get_container(site.graph, admin, f"{team.name}/model-registry", Role.VIEWER)
    project = await create_project(site.graph, admin, team.name, fresh("project"), "", operation=new_id())
    load = await start(site, member, project, "load")
    data = await log(site, member, project, "data", {"a": secrets.token_bytes(8)}, run_id=load.id)
    world = GuardWorld(site, found, member, project, registry, data.placed)
    for _ in range(models):
        await world.train()
    return world
