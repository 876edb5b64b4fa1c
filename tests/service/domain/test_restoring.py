"""Where something comes back: its place must be as it was, and be seen by who restores it."""

import asyncio
from dataclasses import replace

import pytest

from content import Site
from deletions import (
    deleted,
    ended,
    finished_run,
    ids_of,
    link,
    logged,
    restored,
)
from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import create_project
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.registries import NewRegistry, RegistryChange, create_registry, update_registry
from headwater_service.errors import ConflictError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Visibility
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import take_lock
from headwater_service.store.reads import PlacedVersion
from viewers import fresh, new_admin, new_project, new_team, refreshed


async def scene(site: Site, *contents: str) -> tuple[Viewer, Container, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, [await logged(site, viewer, project, "churn", content) for content in contents]


async def test_what_a_registry_does_not_take_any_more_does_not_come_back(site: Site) -> None:
    viewer, _, (version,) = await scene(site, "1")
    registry = await create_registry(site.graph, viewer, None, NewRegistry(name=fresh("reg")), operation=new_id())
    viewer = await refreshed(site.graph, viewer)
    linked = await link(site, viewer, version, f"{registry.path}/Net")
    made = await deleted(site, viewer, Targets(collections=[linked.collection.id]))
    only = RegistryChange(artifact_types=["dataset"])
    await update_registry(site.graph, viewer, registry.id, only, expected=None, operation=new_id())

    with pytest.raises(ConflictError, match="takes versions of the type 'dataset', not 'model'"):
        await restored(site, viewer, deletion=made)

    assert await ended(site, linked.collection.id, linked.version.id) == [True, True]


async def test_what_runs_left_does_not_come_back_into_a_registry_made_under_the_projects_name(site: Site) -> None:
    viewer, project, (version,) = await scene(site, "1")
    run = await finished_run(site, viewer, project)
    await deleted(site, viewer, Targets(projects=[project.id]))
    registry = await create_registry(site.graph, viewer, None, NewRegistry(name=project.name), operation=new_id())
    viewer = await refreshed(site.graph, viewer)

    for named in (version.collection.id, version.version.id, run.id):
        with pytest.raises(ConflictError, match="made anew meanwhile, as a registry"):
            await restored(site, viewer, named)

    assert registry.id == project.id
    assert await ended(site, version.collection.id, version.version.id, run.id) == [True, True, True]


async def test_a_restoration_waits_for_the_project_and_finds_it_deleted(site: Site) -> None:
    viewer, project, (_, version) = await scene(site, "1", "2")
    run = await finished_run(site, viewer, project)
    await deleted(site, viewer, Targets(runs=[run.id]))
    is_locked, is_waiting = asyncio.Event(), asyncio.Event()

    async def end_the_project(tx: Transaction) -> None:
        await take_lock(tx, project.id, "held")
        is_locked.set()
        await is_waiting.wait()
        await tx.rows(
            "MATCH (project:Container {id: $id}) SET project.ended_at = 1, project.end_reason = 'DELETED'",
            id=project.id,
        )

    async def restore_the_run() -> None:
        await is_locked.wait()
        asyncio.get_running_loop().call_later(1.0, is_waiting.set)
        await restored(site, viewer, run.id)

    _, outcome = await asyncio.gather(site.graph.write(end_the_project), restore_the_run(), return_exceptions=True)

    assert isinstance(outcome, ConflictError)
    assert await ended(site, run.id, version.version.id) == [True, False]


async def test_a_stranger_is_told_of_what_is_in_the_trash_as_of_what_is_nowhere(site: Site) -> None:
    viewer, _, (version,) = await scene(site, "1")
    made = await deleted(site, viewer, Targets(versions=ids_of([version])))
    stranger = await new_admin(site.graph)

    async def told(named: str, *, is_deletion: bool) -> str:
        deletion = replace(made, deletion_id=named) if is_deletion else None
        with pytest.raises(NotFoundError) as refused:
            await restored(site, stranger, *([] if is_deletion else [named]), deletion=deletion)
        assert refused.value.data == {"path": named}
        return refused.value.message

    assert await told(version.version.id, is_deletion=False) == await told("none", is_deletion=False)
    assert await told(made.deletion_id, is_deletion=True) == await told("none", is_deletion=True)


async def test_who_may_not_see_a_link_restores_no_source_with_it_and_learns_no_id(site: Site) -> None:
    owner, member = await new_admin(site.graph), await new_admin(site.graph)
    entity, (owner, member) = await new_team(site.graph, owner, member=member)
    project = await create_project(site.graph, owner, entity.name, "shared", "", operation=new_id())
    hidden = NewRegistry(name="hidden", visibility=Visibility.RESTRICTED)
    registry = await create_registry(site.graph, owner, entity.name, hidden, operation=new_id())
    owner = await refreshed(site.graph, owner)
    version = await logged(site, owner, project, "churn", "1")
    linked = await link(site, owner, version, f"{registry.path}/Net")
    made = await deleted(site, owner, Targets(collections=[version.collection.id]))

    for named, deletion in (([version.collection.id], None), ([], made)):
        with pytest.raises(PermissionDeniedError) as refused:
            await restored(site, member, *named, deletion=deletion)
        assert linked.version.id not in f"{refused.value.message} {refused.value.data}"

    assert await ended(site, version.version.id, linked.version.id) == [True, True]
