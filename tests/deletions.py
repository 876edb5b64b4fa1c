"""Deletions for tests: things to delete, plans and their execution, and what the graph says afterwards."""

from collections.abc import Sequence
from typing import Any

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MoveRequest, move_aliases
from headwater_service.domain.consumption import use_artifact
from headwater_service.domain.deletion import Deleted, delete
from headwater_service.domain.deletion_plan import DeletionPlan, Descendants, plan_deletion
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.links import link_artifact
from headwater_service.domain.runs import finish_run
from headwater_service.domain.trash import Restored, restore
from headwater_service.model import Container, Run
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion, find_versions
from viewers import DOCUMENT_BYTES, new_run

LIMIT = 10_000
DAYS = 7

STATES = """
UNWIND $ids AS id
OPTIONAL MATCH (lineage:Lineage {id: id})
OPTIONAL MATCH (collection:Collection {id: id})
OPTIONAL MATCH (container:Container {id: id})
WITH coalesce(lineage, collection, container) AS node
RETURN node.ended_at IS NOT NULL AS is_ended
"""
ALIASES = """
MATCH (alias:Alias {collection_id: $id})-[:POINTS_TO]->(version)
RETURN alias.name AS name, version.index AS index ORDER BY name
"""
KINDS = "MATCH (event:Event {operation_id: $operation}) RETURN event.kind AS kind ORDER BY kind"


async def logged(site: Site, viewer: Viewer, project: Container, name: str, content: str, **more: Any) -> PlacedVersion:
    return (await log(site, viewer, project, name, {"file": content.encode()}, **{"type": "model", **more})).placed


async def finished_run(site: Site, viewer: Viewer, project: Container) -> Run:
    run = (await new_run(site.graph, viewer, project)).run
    await finish(site, viewer, run)
    return run


async def finish(site: Site, viewer: Viewer, run: Run) -> None:
    await finish_run(
        site.graph,
        viewer,
        run.id,
        0,
        state=None,
        summary=None,
        operation=new_id(),
        document_bytes=DOCUMENT_BYTES,
    )


async def link(site: Site, viewer: Viewer, version: PlacedVersion, target: str, *aliases: str) -> PlacedVersion:
    return await link_artifact(
        site.graph, viewer, version.version.id, target, project=None, aliases=list(aliases), operation=new_id()
    )


async def use(site: Site, viewer: Viewer, run: Run, version: PlacedVersion) -> None:
    path = f"{version.container.path}/{version.collection.name}:v{version.version.index}"
    await use_artifact(site.graph, viewer, run.id, path, type=None, operation=new_id())


async def give_alias(site: Site, viewer: Viewer, version: PlacedVersion, name: str) -> None:
    move = MoveRequest(collection_id=version.collection.id, name=name, version_id=version.version.id)
    await move_aliases(site.graph, viewer, [move], reason="", operation=new_id())


async def planned(site: Site, viewer: Viewer, targets: Targets, *, limit: int = LIMIT) -> DeletionPlan:
    return (await described(site, viewer, targets, limit=limit))[0]


async def described(
    site: Site, viewer: Viewer, targets: Targets, *, limit: int = LIMIT
) -> tuple[DeletionPlan, Descendants]:
    found = await plan_deletion(site.graph, viewer, targets, limit=limit, reach=50_000)
    assert found is not None
    return found


async def deleted(
    site: Site,
    viewer: Viewer,
    targets: Targets,
    *,
    plan: DeletionPlan | None = None,
    delete_aliases: bool = False,
    operation: str | None = None,
) -> Deleted:
    """Carry out a plan, by default one made now."""
    plan = plan or await planned(site, viewer, targets)
    return await delete(
        site.graph,
        viewer,
        targets,
        plan_digest=plan.digest,
        delete_aliases=delete_aliases,
        operation=operation or new_id(),
        limit=LIMIT,
    )


async def restored(
    site: Site,
    viewer: Viewer,
    *ids: str,
    deletion: Deleted | None = None,
    operation: str | None = None,
    days: int = DAYS,
) -> Restored:
    return await restore(
        site.graph,
        viewer,
        list(ids),
        deletion_id=None if deletion is None else deletion.deletion_id,
        operation=operation or new_id(),
        days=days,
        limit=LIMIT,
    )


async def ended(site: Site, *ids: str) -> list[bool]:
    """Tell of each thing whether it has ended."""
    rows = await site.graph.read(lambda tx: tx.rows(STATES, ids=list(ids)))
    return [row["is_ended"] for row in rows]


async def aliases_in(site: Site, version: PlacedVersion) -> dict[str, int]:
    rows = await site.graph.read(lambda tx: tx.rows(ALIASES, id=version.collection.id))
    return {row["name"]: row["index"] for row in rows}


async def kinds_of(site: Site, operation: str) -> list[str]:
    """Return the kinds of the events that an operation wrote."""
    rows = await site.graph.read(lambda tx: tx.rows(KINDS, operation=operation))
    return [row["kind"] for row in rows]


async def version_now(site: Site, version: PlacedVersion) -> PlacedVersion:
    return (await site.graph.read(lambda tx: find_versions(tx, [version.version.id])))[version.version.id]


def ids_of(versions: Sequence[PlacedVersion]) -> list[str]:
    return [version.version.id for version in versions]
