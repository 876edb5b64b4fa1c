"""The trash: what comes back, with what, until when; and what stays as it is."""

from dataclasses import replace
from typing import Any

import pytest

from content import Site, digest_of, fetch
from deletions import (
    DAYS,
    LIMIT,
    aliases_in,
    deleted,
    ended,
    finish,
    finished_run,
    give_alias,
    ids_of,
    kinds_of,
    link,
    logged,
    restored,
    use,
    version_now,
)
from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import create_project, get_container
from headwater_service.domain.deletion import unlink
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.files import download_urls, file_url, manifest_urls
from headwater_service.domain.lineage import LineageDirection, LineageRequest, walk_lineage
from headwater_service.domain.lookups import find_collection_id, find_version_at
from headwater_service.domain.reading import visible_scopes
from headwater_service.domain.runs import RunResume, RunStart, start_run
from headwater_service.domain.trash import TrashItem, list_trash, restore
from headwater_service.domain.ttl import Ttl, set_version_ttl
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Page, VersionState
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from headwater_service.store.reads import PlacedVersion
from viewers import DOCUMENT_BYTES, new_admin, new_project, new_run, new_team

LONG_AGO = """
MATCH (node:Lineage {id: $id})
SET node.ended_at = node.ended_at - 8 * 86400000000
"""


async def scene(site: Site, *contents: str) -> tuple[Viewer, Container, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, [await logged(site, viewer, project, "churn", content) for content in contents]


async def trash(site: Site, viewer: Viewer, window: Window | None = None, *, days: int = DAYS) -> Page[TrashItem]:
    scopes = await visible_scopes(site.graph, viewer)
    return await list_trash(site.graph, scopes, days=days, window=window or Window(50))


async def paths(site: Site, viewer: Viewer) -> list[str]:
    return [item.path for item in (await trash(site, viewer)).items]


async def test_a_version_comes_back_with_its_number_and_latest_but_no_other_alias(site: Site) -> None:
    viewer, _, (first, second) = await scene(site, "1", "2")
    await give_alias(site, viewer, second, "best")
    await deleted(site, viewer, Targets(versions=ids_of([second])), delete_aliases=True)
    operation = new_id()

    back = await restored(site, viewer, second.version.id, operation=operation)
    replayed = await restored(site, viewer, second.version.id, operation=operation)

    assert (back.versions, back.collections, replayed) == (1, 0, back)
    found = await version_now(site, second)
    assert (found.version.state, found.version.index) == (VersionState.COMMITTED, 1)
    assert await aliases_in(site, first) == {"latest": 1}
    assert await kinds_of(site, operation) == ["TRASH_RESTORED", "VERSIONS_RESTORED"]


async def test_an_older_version_that_comes_back_does_not_take_latest(site: Site) -> None:
    viewer, _, (first, second) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(versions=ids_of([first])))

    await restored(site, viewer, first.version.id)

    assert await aliases_in(site, second) == {"latest": 1}


async def test_all_of_one_deletion_comes_back_together(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "2")
    run = await finished_run(site, viewer, project)
    linked = await link(site, viewer, first, "model-registry/Churn")
    everything = [*ids_of([first, second, linked]), run.id, project.id, first.collection.id]
    made = await deleted(site, viewer, Targets(projects=[project.id]))
    operation = new_id()

    back = await restored(site, viewer, deletion=made, operation=operation)
    replayed = await restored(site, viewer, deletion=made, operation=operation)

    assert (back.versions, back.links, back.collections, back.runs, back.containers) == (2, 1, 1, 1, 1)
    assert replayed == back
    assert await ended(site, *everything) == [False] * 6
    assert await aliases_in(site, first) == {"latest": 1}
    assert await aliases_in(site, linked) == {"latest": 0}
    with pytest.raises(NotFoundError):
        await restored(site, viewer, deletion=made)


async def test_a_project_comes_back_with_what_went_with_it_but_not_with_what_went_before(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(versions=ids_of([first])))
    await deleted(site, viewer, Targets(projects=[project.id]))

    await restored(site, viewer, project.id)

    assert await ended(site, first.version.id, second.version.id, project.id) == [True, False, False]


async def test_a_single_version_brings_its_collection_and_project_back(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(projects=[project.id]))

    back = await restored(site, viewer, second.version.id)

    assert (back.versions, back.collections, back.containers) == (1, 1, 1)
    assert await ended(site, first.version.id, second.version.id, project.id) == [True, False, False]
    assert await aliases_in(site, second) == {"latest": 1}


async def test_the_window_closes(site: Site) -> None:
    viewer, _, (first, _) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(versions=ids_of([first])))
    before = await paths(site, viewer)
    await site.graph.write(lambda tx: tx.rows(LONG_AGO, id=first.version.id))

    with pytest.raises(ConflictError, match=r"more than 7 days ago.*HEADWATER_RESTORE_DAYS"):
        await restored(site, viewer, first.version.id)

    assert before == [f"{first.container.path}/churn:v0"]
    assert await paths(site, viewer) == []
    assert await ended(site, first.version.id) == [True]


async def test_the_trash_shows_what_was_named_page_by_page_and_the_last_first(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "2")
    other = await logged(site, viewer, project, "other", "3")
    linked = await link(site, viewer, second, "model-registry/Churn")
    await deleted(site, viewer, Targets(versions=ids_of([first])))
    await unlink(site.graph, viewer, linked.version.id, operation=new_id())
    made = await deleted(site, viewer, Targets(collections=[first.collection.id]))
    await deleted(site, viewer, Targets(versions=ids_of([other])))

    page = await trash(site, viewer, Window(3))
    rest = await trash(site, viewer, Window(3, page.cursors[-1]))

    assert [(item.path, item.node.end_reason) for item in page.items] == [
        (f"{project.path}/other:v0", "DELETED"),
        (f"{project.path}/churn", "DELETED"),
        (f"{linked.container.path}/Churn:v0", "UNLINKED"),
    ]
    assert [(item.path, item.node.ended_by) for item in rest.items] == [(f"{project.path}/churn:v0", viewer.user_id)]
    assert (page.has_next, rest.has_next) == (True, False)
    item = page.items[1]
    assert item.node.deletion_id == made.deletion_id
    assert item.restorable_until == item.node.ended_at + 7 * 86_400_000_000


async def test_a_link_comes_back_only_with_its_source(site: Site) -> None:
    viewer, _, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn")
    await deleted(site, viewer, Targets(versions=ids_of([source])))

    with pytest.raises(ConflictError, match="only with its source"):
        await restored(site, viewer, linked.version.id)
    await restored(site, viewer, *ids_of([source, linked]))

    assert await ended(site, *ids_of([source, linked])) == [False, False]


async def test_a_link_does_not_come_back_beside_another_of_the_same_source(site: Site) -> None:
    viewer, _, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn")
    await unlink(site.graph, viewer, linked.version.id, operation=new_id())
    again = await link(site, viewer, source, "model-registry/Churn")

    with pytest.raises(ConflictError, match="linked there again, as v1"):
        await restored(site, viewer, linked.version.id)
    await unlink(site.graph, viewer, again.version.id, operation=new_id())
    await restored(site, viewer, linked.version.id)

    assert await aliases_in(site, linked) == {"latest": 0}


async def test_the_name_of_a_deleted_collection_is_free_and_its_numbers_go_on(site: Site) -> None:
    viewer, project, (first, _) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(collections=[first.collection.id]))
    gone = await find_collection_id(site.graph, viewer, first.collection.name)

    again = await logged(site, viewer, project, "churn", "3", type="dataset")

    assert gone is None
    assert (again.version.index, again.collection.id, again.collection.type) == (2, first.collection.id, "dataset")
    assert await ended(site, first.version.id, again.version.id) == [True, False]
    # Its versions are in the trash by themselves now, and can't come back into a series of another type.
    assert await paths(site, viewer) == [f"{project.path}/churn:v1", f"{project.path}/churn:v0"]
    with pytest.raises(ConflictError, match="made anew meanwhile, with the type 'dataset'"):
        await restored(site, viewer, first.version.id)


async def test_a_deleted_collection_may_come_again_as_a_registered_model(site: Site) -> None:
    viewer, project, (first,) = await scene(site, "1")
    other = await logged(site, viewer, project, "other", "2")
    await deleted(site, viewer, Targets(collections=[first.collection.id]))

    linked = await link(site, viewer, other, "churn")

    assert (linked.collection.id, linked.collection.kind, linked.version.index) == (first.collection.id, "REGISTRY", 1)


async def test_the_name_of_a_deleted_project_is_free_and_what_was_deleted_stays_deleted(site: Site) -> None:
    viewer, project, (first,) = await scene(site, "1")
    run = await finished_run(site, viewer, project)
    await deleted(site, viewer, Targets(projects=[project.id]))
    with pytest.raises(NotFoundError):
        await get_container(site.graph, viewer, project.path)
    with pytest.raises(NotFoundError):
        await logged(site, viewer, project, "churn", "1")

    again = await create_project(site.graph, viewer, None, project.name, "anew", operation=new_id())

    assert (again.id, again.description, again.ended_at) == (project.id, "anew", None)
    assert await ended(site, first.version.id, first.collection.id, run.id) == [True, True, True]
    assert await paths(site, viewer) == [f"{project.path}/{run.key}", f"{project.path}/churn"]
    assert (await logged(site, viewer, again, "churn", "1")).version.index == 1


async def test_the_key_of_a_deleted_run_stays_taken(site: Site) -> None:
    viewer, project, _ = await scene(site, "1")
    run = await finished_run(site, viewer, project)
    await deleted(site, viewer, Targets(runs=[run.id]))

    for resume in RunResume:
        start = RunStart(project=project.path, key=run.key, resume=resume)
        with pytest.raises(ConflictError, match="was deleted"):
            await start_run(site.graph, viewer, start, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    await restored(site, viewer, run.id)
    start = RunStart(project=project.path, key=run.key, resume=RunResume.ALLOW)
    resumed = await start_run(site.graph, viewer, start, operation=new_id(), document_bytes=DOCUMENT_BYTES)

    assert resumed.run.id == run.id


async def test_nothing_is_changed_of_what_was_deleted(site: Site) -> None:
    viewer, project, (first,) = await scene(site, "1")
    run, using = await finished_run(site, viewer, project), (await new_run(site.graph, viewer, project)).run
    await deleted(site, viewer, Targets(collections=[first.collection.id], runs=[run.id]))

    attempts: list[Any] = [
        lambda: give_alias(site, viewer, first, "best"),
        lambda: link(site, viewer, first, "Registered"),
        lambda: use(site, viewer, using, first),
        lambda: use(site, viewer, run, first),
        lambda: logged(site, viewer, project, "else", "2", run_id=run.id),
    ]
    for attempt in attempts:
        with pytest.raises(ConflictError):
            await attempt()

    assert await aliases_in(site, first) == {}


async def test_neither_text_nor_time_to_live_of_a_deleted_version_changes(site: Site) -> None:
    viewer, _, (first, _) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(versions=ids_of([first])))
    change = VersionChange(description="new")

    with pytest.raises(ConflictError, match="churn:v0 was deleted"):
        await update_version(
            site.graph, viewer, first.version.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES
        )
    with pytest.raises(ConflictError, match="churn:v0 was deleted"):
        await set_version_ttl(site.graph, viewer, first.version.id, Ttl(60), operation=new_id())

    assert (await version_now(site, first)).version == replace(first.version, state=VersionState.DELETED)


async def test_tombstones_keep_lineage_whole_and_are_found_by_number(site: Site) -> None:
    viewer, project, (source,) = await scene(site, "1")
    run = (await new_run(site.graph, viewer, project)).run
    await use(site, viewer, run, source)
    home = await new_project(site.graph, viewer)
    maker = (await new_run(site.graph, viewer, home)).run
    await use(site, viewer, maker, source)
    result = await logged(site, viewer, home, "result", "2", run_id=maker.id)

    await finish(site, viewer, run)
    await deleted(site, viewer, Targets(projects=[project.id]))

    request = LineageRequest(direction=LineageDirection.UPSTREAM, depth=None, limit=100)
    answer = await walk_lineage(site.graph, viewer, result.version.id, request, settings=site.settings, details=True)
    found = await find_version_at(site.graph, viewer, f"{project.path}/churn:v0")

    assert [shown.node.id for shown in answer.nodes] == [result.version.id, maker.id, source.version.id]
    assert answer.completeness.is_complete
    assert found is not None and found.version.state is VersionState.DELETED
    assert await find_version_at(site.graph, viewer, f"{project.path}/churn") is None


async def test_roles_are_asked_where_it_comes_back(site: Site) -> None:
    owner, member, reader = [await new_admin(site.graph) for _ in range(3)]
    outsider = await new_admin(site.graph)
    entity, (owner, member, reader) = await new_team(site.graph, owner, member=member, viewer=reader)
    project = await create_project(site.graph, owner, entity.name, "shared", "", operation=new_id())
    version = await logged(site, owner, project, "churn", "1")
    made = await deleted(site, owner, Targets(projects=[project.id]))

    for viewer, error in ((outsider, NotFoundError), (reader, PermissionDeniedError), (member, PermissionDeniedError)):
        with pytest.raises(error):
            await restored(site, viewer, deletion=made)
        with pytest.raises(error):
            await restored(site, viewer, project.id)
    assert await paths(site, outsider) == []
    await restored(site, owner, deletion=made)
    await deleted(site, owner, Targets(versions=ids_of([version])))
    await restored(site, member, version.version.id)

    assert await ended(site, version.version.id) == [False]


async def test_something_must_be_named_and_be_in_the_trash(site: Site) -> None:
    viewer, _, (version,) = await scene(site, "1")

    with pytest.raises(InvalidInputError, match="Name a deletion"):
        await restored(site, viewer)
    for named in (version.version.id, "none"):
        with pytest.raises(NotFoundError):
            await restored(site, viewer, named)
    with pytest.raises(NotFoundError):
        await restore(site.graph, viewer, [], deletion_id="none", operation=new_id(), days=DAYS, limit=LIMIT)


async def test_bytes_of_what_was_deleted_are_refused_and_come_back_with_it(site: Site) -> None:
    viewer, _, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn")
    digest = digest_of(b"1")
    await unlink(site.graph, viewer, linked.version.id, operation=new_id())

    async def refused(version: PlacedVersion) -> None:
        with pytest.raises(ConflictError, match="unless it is restored"):
            await manifest_urls(site.graph, site.objects, viewer, version.version.id)
        with pytest.raises(ConflictError, match="unless it is restored"):
            await download_urls(site.graph, site.objects, viewer, version.version.id, [digest])
        with pytest.raises(ConflictError, match="unless it is restored"):
            await file_url(site.graph, site.objects, viewer, version.version.id, "file")

    await refused(linked)
    before = await download_urls(site.graph, site.objects, viewer, source.version.id, [digest])
    await deleted(site, viewer, Targets(versions=ids_of([source])))
    await refused(source)
    await restored(site, viewer, source.version.id)
    after = await download_urls(site.graph, site.objects, viewer, source.version.id, [digest])

    assert [await fetch(signed.url) for signed in (*before, *after)] == [b"1", b"1"]
