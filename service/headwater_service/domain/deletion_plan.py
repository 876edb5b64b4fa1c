"""Plans of deletions: what ends, which bytes that frees, what hangs on it, and what forbids it.

A plan is told first and then carried out exactly: its digest covers everything that decides what happens, so that a
deletion whose plan came out otherwise under its locks is refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson

from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import MODEL_REGISTRY
from headwater_service.domain.deletion_targets import Ends, Targets, gather
from headwater_service.domain.paths import LATEST
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import NotFoundError
from headwater_service.model import ContainerKind, Role, RunState
from headwater_service.store import deletion_plan as store
from headwater_service.store.deletion_plan import EndingAlias
from headwater_service.store.graph import Graph, Transaction

SHOWN: Final = 100
PLAN_SECONDS: Final = 25.0


class DeletionRule(StrEnum):
    ALIASES = "ALIASES"
    PROTECTED_ALIAS = "PROTECTED_ALIAS"
    PERMISSION = "PERMISSION"
    RUNNING = "RUNNING"
    DEFAULT_REGISTRY = "DEFAULT_REGISTRY"


@dataclass(frozen=True, slots=True)
class DeletionRefusal:
    """Why a deletion is refused; only `ALIASES` gives way to `delete_aliases`."""

    rule: DeletionRule
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much a deletion ends: bytes `freed` that nothing else holds, and `shared` that stay for others."""

    versions: int
    links: int
    collections: int
    runs: int
    containers: int
    aliases: int
    freed: int
    shared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionPlan:
    """What a deletion would do now. `ends` and `aliases` are for whoever carries it out."""

    figures: Figures
    ends: Ends
    aliases: Sequence[EndingAlias]
    consumers: int
    consumer_ids: Sequence[str]
    refusals: Sequence[DeletionRefusal]
    digest: str


@dataclass(frozen=True, slots=True)
class Descendants:
    """How many live things came of what would end, as far as the viewer sees; cut when it does not see all."""

    count: int
    is_complete: bool


async def plan_deletion(
    graph: Graph, viewer: Viewer, targets: Targets, *, limit: int, reach: int
) -> tuple[DeletionPlan, Descendants] | None:
    """Return what a deletion of the targets would do. None: some target is absent or not visible.

    Raises PermissionDeniedError, ConflictError for what was deleted already, and InvalidInputError beyond the limit.
    """
    scopes = frozenset(await visible_scopes(graph, viewer))

    async def work(tx: Transaction) -> tuple[DeletionPlan, Descendants]:
        plan = await make_plan(tx, viewer, await gather(tx, viewer, targets, limit=limit))
        return plan, await _descendants(tx, plan.ends, scopes, reach=reach)

    try:
        return await graph.read(work, deadline_seconds=PLAN_SECONDS)
    except NotFoundError:
        return None


async def make_plan(tx: Transaction, viewer: Viewer, ends: Ends) -> DeletionPlan:
    """Work out the plan of what was gathered, in the transaction that gathered it."""
    nodes = sorted(ends.nodes)
    freed, shared = await store.count_bytes(tx, nodes)
    aliases = await store.list_aliases_on(tx, ends.versions)
    consumers, shown = await store.find_consumers(tx, nodes, shown=SHOWN)
    uses = await store.count_uses(tx, ends.versions)
    refusals = _refusals(viewer, ends, aliases)
    links = ends.links
    figures = Figures(
        versions=len(ends.versions) - len(links),
        links=len(links),
        collections=len(ends.ending),
        runs=len(ends.runs),
        containers=len(ends.ending_containers),
        aliases=len(aliases),
        freed=freed,
        shared=shared,
    )
    return DeletionPlan(
        figures=figures,
        ends=ends,
        aliases=aliases,
        consumers=consumers,
        consumer_ids=shown,
        refusals=refusals,
        digest=_digest(ends, figures, aliases, uses, refusals),
    )


def _refusals(viewer: Viewer, ends: Ends, aliases: Sequence[EndingAlias]) -> list[DeletionRefusal]:
    return [
        *_default_registries(ends),
        *_running(ends),
        *_permissions(viewer, ends),
        *_protected(viewer, ends, aliases),
        *_aliases(viewer, ends, aliases),
    ]


def _default_registries(ends: Ends) -> list[DeletionRefusal]:
    return [
        DeletionRefusal(
            DeletionRule.DEFAULT_REGISTRY,
            f"{container.path} is the registry that every entity has; delete its collections instead.",
        )
        for container_id, container in sorted(ends.containers.items())
        if container_id in ends.ending_containers
        and (container.kind, container.name) == (ContainerKind.REGISTRY, MODEL_REGISTRY)
    ]


def _running(ends: Ends) -> list[DeletionRefusal]:
    return [
        DeletionRefusal(DeletionRule.RUNNING, f"The run {ends.nodes[run_id].key} still goes on; end it first.")
        for run_id in ends.runs
        if ends.nodes[run_id].state == RunState.RUNNING
    ]


def _permissions(viewer: Viewer, ends: Ends) -> list[DeletionRefusal]:
    """Refuse the end of links in places in which the viewer changes nothing."""
    closed: dict[str, list[str]] = {}
    for link_id in ends.links:
        scope_id = ends.nodes[link_id].scope_id
        held = viewer.role_at(ends.containers[scope_id])
        if held is None or held.rank < Role.MEMBER.rank:
            closed.setdefault(scope_id if held is not None else "", []).append(link_id)
    return [
        DeletionRefusal(
            DeletionRule.PERMISSION,
            f"{len(links)} of the versions are linked where you may not "
            + ("see it." if scope_id == "" else f"unlink: {ends.containers[scope_id].path}."),
        )
        for scope_id, links in sorted(closed.items())
    ]


def _protected(viewer: Viewer, ends: Ends, aliases: Sequence[EndingAlias]) -> list[DeletionRefusal]:
    return [
        DeletionRefusal(
            DeletionRule.PROTECTED_ALIAS,
            f"{_shown(viewer, ends, alias.version_id)} has the protected alias {_named(viewer, ends, alias)}; an "
            "admin of the registry must take it off first.",
        )
        for alias in aliases
        if alias.is_protected
    ]


def _aliases(viewer: Viewer, ends: Ends, aliases: Sequence[EndingAlias]) -> list[DeletionRefusal]:
    """Refuse versions with aliases of their own, unless their whole collection ends."""
    names: dict[str, list[EndingAlias]] = {}
    for alias in aliases:
        is_free = alias.name == LATEST or alias.is_protected or alias.collection_id in ends.ending
        if not is_free:
            names.setdefault(alias.version_id, []).append(alias)
    return [
        DeletionRefusal(
            DeletionRule.ALIASES,
            f"{_shown(viewer, ends, version_id)} has the alias{'es' * (len(found) > 1)} "
            + ", ".join(_named(viewer, ends, alias) for alias in found)
            + "; say that aliases go too (delete_aliases=True, --delete-aliases), or move them first.",
        )
        for version_id, found in sorted(names.items())
    ]


def _shown(viewer: Viewer, ends: Ends, version_id: str) -> str:
    container = ends.containers[ends.nodes[version_id].scope_id]
    return ends.path_of(version_id) if viewer.sees(container) else "A link that you may not see"


def _named(viewer: Viewer, ends: Ends, alias: EndingAlias) -> str:
    container = ends.containers[ends.nodes[alias.version_id].scope_id]
    return repr(alias.name) if viewer.sees(container) else "(hidden)"


def _digest(
    ends: Ends,
    figures: Figures,
    aliases: Sequence[EndingAlias],
    uses: Mapping[str, int],
    refusals: Sequence[DeletionRefusal],
) -> str:
    facts: dict[str, Any] = {
        "nodes": sorted(ends.nodes),
        "roots": sorted(ends.roots),
        "collections": sorted(ends.ending),
        "containers": sorted(ends.ending_containers),
        "bytes": [figures.freed, figures.shared],
        "aliases": [[one.collection_id, one.name, one.version_id, one.rev, one.is_protected] for one in aliases],
        "uses": sorted(uses.items()),
        "refusals": [[refusal.rule, refusal.message] for refusal in refusals],
    }
    return f"sha256:{hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


async def _descendants(tx: Transaction, ends: Ends, scopes: frozenset[str], *, reach: int) -> Descendants:
    """Count what came of what would end and does not end itself, breadth first, through what the viewer sees."""
    seen, frontier, count, is_complete = set(ends.nodes), sorted(ends.nodes), 0, True
    while frontier and is_complete:
        following = [node for node in await store.list_next(tx, frontier) if node.id not in seen]
        visible = [node for node in following if node.scope_id in scopes]
        is_complete = len(visible) == len(following) and len(seen) <= reach
        seen.update(node.id for node in visible)
        count += sum(node.is_live for node in visible)
        frontier = [node.id for node in visible]
    return Descendants(count, is_complete)
