"""Deletions: plans with exact figures, carried out exactly or refused."""

import pytest

from content import Site, digest_of, upload
from deletions import (
    aliases_in,
    deleted,
    described,
    ended,
    finish,
    finished_run,
    give_alias,
    ids_of,
    kinds_of,
    link,
    logged,
    planned,
    use,
    version_now,
)
from headwater_service.domain.access import Viewer
from headwater_service.domain.deletion import unlink
from headwater_service.domain.deletion_plan import DeletionRule, Figures, plan_deletion
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.run_files import RunFile, attach_run_files
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, VersionState
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project, new_run, new_team

PROTECT = "MATCH (registry:Container {id: $id}) SET registry.protected_aliases = $names"


async def scene(site: Site, *contents: str) -> tuple[Viewer, Container, list[PlacedVersion]]:
    """A project with a model of some versions, one a content."""
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, [await logged(site, viewer, project, "churn", content) for content in contents]


async def protect(site: Site, link: PlacedVersion, *names: str) -> None:
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=link.container.id, names=list(names)))


async def test_a_plan_tells_bytes_freed_and_shared_and_changes_nothing(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "12345", "1234567")
    await logged(site, viewer, project, "other", "1234567")
    targets = Targets(versions=ids_of([first, second]))

    plan = await planned(site, viewer, targets)

    assert plan.figures == Figures(
        versions=2, links=0, collections=0, runs=0, containers=0, aliases=1, freed=5, shared=7
    )
    assert (plan.refusals, plan.consumers) == ([], 0)
    assert await ended(site, *targets.ids) == [False, False]
    assert (await planned(site, viewer, targets)).digest == plan.digest


async def test_a_deleted_version_is_a_tombstone_and_latest_goes_to_the_highest_that_stays(site: Site) -> None:
    viewer, _, (first, second, third) = await scene(site, "1", "2", "3")
    operation = new_id()

    made = await deleted(site, viewer, Targets(versions=ids_of([third])), operation=operation)

    assert made.figures.freed == 1
    assert (await version_now(site, third)).version.state is VersionState.DELETED
    assert (await version_now(site, second)).version.state is VersionState.COMMITTED
    assert await aliases_in(site, first) == {"latest": 1}
    assert await kinds_of(site, operation) == ["DELETION_MADE", "VERSIONS_DELETED"]


async def test_the_same_deletion_again_gives_the_recorded_answer(site: Site) -> None:
    viewer, _, (first, _) = await scene(site, "1", "2")
    targets, operation = Targets(versions=ids_of([first])), new_id()
    plan = await planned(site, viewer, targets)
    made = await deleted(site, viewer, targets, plan=plan, operation=operation)

    again = await deleted(site, viewer, targets, plan=plan, operation=operation)

    assert again == made
    with pytest.raises(ConflictError, match="deleted already"):
        await deleted(site, viewer, targets, plan=plan)


async def test_content_that_was_deleted_is_logged_as_a_new_version_with_the_next_number(site: Site) -> None:
    viewer, project, (first, _) = await scene(site, "1", "2")
    await deleted(site, viewer, Targets(versions=ids_of([first])))

    again = await logged(site, viewer, project, "churn", "1")

    assert again.version.index == 2
    assert again.content.digest == first.content.digest


async def test_aliases_refuse_unless_they_are_to_go_too(site: Site) -> None:
    viewer, _, (first, second) = await scene(site, "1", "2")
    await give_alias(site, viewer, first, "best")
    await give_alias(site, viewer, first, "stable")
    targets = Targets(versions=ids_of([first]))
    plan = await planned(site, viewer, targets)

    assert [refusal.rule for refusal in plan.refusals] == [DeletionRule.ALIASES]
    with pytest.raises(ConflictError, match="churn:v0 has the aliases 'best', 'stable'"):
        await deleted(site, viewer, targets)
    assert await aliases_in(site, first) == {"best": 0, "latest": 1, "stable": 0}
    await deleted(site, viewer, targets, delete_aliases=True)

    assert await aliases_in(site, second) == {"latest": 1}


async def test_a_protected_alias_refuses_whatever_is_said_and_whoever_asks(site: Site) -> None:
    viewer, project, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn", "production")
    await protect(site, linked, "production")

    for targets in (
        Targets(versions=ids_of([linked])),
        Targets(versions=ids_of([source])),
        Targets(collections=[linked.collection.id]),
        Targets(collections=[source.collection.id]),
        Targets(projects=[project.id]),
    ):
        with pytest.raises(PermissionDeniedError, match="Churn:v0 has the protected alias 'production'"):
            await deleted(site, viewer, targets, delete_aliases=True)
    with pytest.raises(PermissionDeniedError):
        await unlink(site.graph, viewer, linked.version.id, operation=new_id())

    assert await ended(site, source.version.id, linked.version.id, source.collection.id) == [False] * 3


async def test_links_end_with_their_source_and_not_the_other_way_round(site: Site) -> None:
    viewer, _, (first, second) = await scene(site, "1", "2")
    of_first = await link(site, viewer, first, "model-registry/Churn")
    of_second = await link(site, viewer, second, "model-registry/Churn")

    await deleted(site, viewer, Targets(versions=ids_of([second])))
    assert await ended(site, second.version.id, of_second.version.id, of_first.version.id) == [True, True, False]
    assert await aliases_in(site, of_first) == {"latest": 0}
    await deleted(site, viewer, Targets(collections=[of_first.collection.id]))

    assert await ended(site, of_first.version.id, first.version.id) == [True, False]


async def test_a_link_where_the_viewer_changes_nothing_refuses(site: Site) -> None:
    owner, member = await new_admin(site.graph), await new_admin(site.graph)
    team, (owner, member) = await new_team(site.graph, owner, viewer=member)
    project = await new_project(site.graph, member)
    source = await logged(site, member, project, "churn", "1")
    linked = (await link(site, member, source, f"{member.user_name}/model-registry/Churn")).version.id
    await site.graph.write(
        lambda tx: tx.rows(
            "MATCH (link:RegistryVersion {id: $id}) MATCH (registry:Container {entity_id: $team}) "
            "SET link.scope_id = registry.id",
            id=linked,
            team=team.id,
        )
    )

    with pytest.raises(PermissionDeniedError, match=f"linked where you may not unlink: {team.name}/model-registry"):
        await deleted(site, member, Targets(versions=ids_of([source])))

    assert await ended(site, source.version.id) == [False]


async def test_a_collection_takes_its_versions_and_aliases_along(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "22")
    other = await logged(site, viewer, project, "other", "333")
    await give_alias(site, viewer, first, "best")
    operation = new_id()

    made = await deleted(site, viewer, Targets(collections=[first.collection.id]), operation=operation)

    assert (made.figures.versions, made.figures.collections, made.figures.freed) == (2, 1, 3)
    assert await ended(site, first.version.id, second.version.id, first.collection.id, other.version.id) == [
        True,
        True,
        True,
        False,
    ]
    assert await aliases_in(site, first) == {}
    assert await kinds_of(site, operation) == ["COLLECTION_DELETED", "DELETION_MADE"]


async def test_a_run_goes_with_or_without_what_it_made(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run, other = (await new_run(site.graph, viewer, project)).run, (await new_run(site.graph, viewer, project)).run
    own = await logged(site, viewer, project, "own", "1", run_id=run.id)
    both = await logged(site, viewer, project, "both", "22", run_id=run.id)
    await logged(site, viewer, project, "both", "22", run_id=other.id)
    await finish(site, viewer, run)
    await finish(site, viewer, other)

    alone = await planned(site, viewer, Targets(runs=[run.id]))
    made = await deleted(site, viewer, Targets(runs=[run.id], with_outputs=True))

    assert (alone.figures.versions, alone.figures.runs) == (0, 1)
    assert (made.figures.versions, made.figures.runs, made.figures.freed) == (1, 1, 1)
    # What another run produced too is that run's as well.
    assert await ended(site, run.id, own.version.id, both.version.id, other.id) == [True, True, False, False]


async def test_files_of_a_run_count_among_the_bytes(site: Site) -> None:
    viewer, project, _ = await scene(site, "file")
    run = (await new_run(site.graph, viewer, project)).run
    await upload(site, viewer, project, b"only here")
    files = [RunFile(path, digest_of(data), len(data)) for path, data in (("a", b"only here"), ("b", b"file"))]
    files.append(RunFile("c", digest_of(b"only here"), 9))
    await attach_run_files(site.graph, site.objects, viewer, run.id, files, operation=new_id())
    await finish(site, viewer, run)

    plan = await planned(site, viewer, Targets(runs=[run.id]))

    assert (plan.figures.freed, plan.figures.shared) == (9, 4)


async def test_a_run_that_goes_on_refuses(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run = (await new_run(site.graph, viewer)).run

    with pytest.raises(ConflictError, match=f"The run {run.key} still goes on"):
        await deleted(site, viewer, Targets(runs=[run.id]))

    assert await ended(site, run.id) == [False]


async def test_a_project_takes_all_that_lies_in_it(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "1", "22")
    run = await finished_run(site, viewer, project)
    linked = await link(site, viewer, first, "model-registry/Churn")
    own = await link(site, viewer, second, "Own")
    operation = new_id()

    made = await deleted(site, viewer, Targets(projects=[project.id]), operation=operation)

    assert made.figures == Figures(
        versions=2, links=2, collections=2, runs=1, containers=1, aliases=3, freed=3, shared=0
    )
    everything = [*ids_of([first, second, linked, own]), run.id, project.id, first.collection.id, own.collection.id]
    assert await ended(site, *everything) == [True] * 8
    assert await ended(site, linked.collection.id) == [False]
    assert await kinds_of(site, operation) == [
        "COLLECTION_DELETED",
        "COLLECTION_DELETED",
        "DELETION_MADE",
        "PROJECT_DELETED",
        "RUN_DELETED",
        "VERSIONS_DELETED",
    ]


async def test_the_registry_that_every_entity_has_stays(site: Site) -> None:
    viewer, _, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn")

    with pytest.raises(ConflictError, match="the registry that every entity has"):
        await deleted(site, viewer, Targets(projects=[linked.container.id]))


async def test_consumers_and_descendants_are_counted_and_refuse_nothing(site: Site) -> None:
    viewer, project, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn")
    run = (await new_run(site.graph, viewer, project)).run
    await use(site, viewer, run, source)
    await use(site, viewer, run, linked)
    result = await logged(site, viewer, project, "result", "22", run_id=run.id)

    plan, descendants = await described(site, viewer, Targets(versions=ids_of([source])))

    assert (plan.consumers, plan.consumer_ids, plan.refusals) == (1, [run.id], [])
    # The run and what it made; the link ends itself.
    assert (descendants.count, descendants.is_complete) == (2, True)
    await deleted(site, viewer, Targets(versions=ids_of([source])))
    assert await ended(site, run.id, result.version.id) == [False, False]


@pytest.mark.parametrize("change", ["alias", "use", "link", "version"])
async def test_a_plan_that_came_out_otherwise_since_is_refused_and_nothing_changed(site: Site, change: str) -> None:
    viewer, project, (first, _) = await scene(site, "1", "2")
    run = (await new_run(site.graph, viewer, project)).run
    targets = Targets(collections=[first.collection.id])
    plan = await planned(site, viewer, targets)
    if change == "alias":
        await give_alias(site, viewer, first, "best")
    if change == "use":
        await use(site, viewer, run, first)
    if change == "link":
        await link(site, viewer, first, "model-registry/Churn")
    if change == "version":
        await logged(site, viewer, project, "churn", "3")

    with pytest.raises(ConflictError, match="not what was planned"):
        await deleted(site, viewer, targets, plan=plan)

    assert await ended(site, first.version.id, first.collection.id) == [False, False]


async def test_bytes_that_became_shared_change_the_plan(site: Site) -> None:
    viewer, project, (first,) = await scene(site, "1")
    targets = Targets(versions=ids_of([first]))
    plan = await planned(site, viewer, targets)
    await logged(site, viewer, project, "other", "1")

    with pytest.raises(ConflictError, match="not what was planned"):
        await deleted(site, viewer, targets, plan=plan)


async def test_more_than_the_limit_is_refused_naming_the_setting(site: Site) -> None:
    viewer, _, (first, _) = await scene(site, "1", "2")

    with pytest.raises(InvalidInputError, match="HEADWATER_DELETION_NODES"):
        await planned(site, viewer, Targets(collections=[first.collection.id]), limit=2)
    plan = await planned(site, viewer, Targets(collections=[first.collection.id]), limit=3)

    assert plan.figures.versions == 2


async def test_roles_are_asked_and_outsiders_find_nothing(site: Site) -> None:
    owner, outsider = await new_admin(site.graph), await new_admin(site.graph)
    reader = await new_admin(site.graph)
    entity, (owner, member, reader) = await new_team(
        site.graph, owner, member=await new_admin(site.graph), viewer=reader
    )
    from headwater_service.domain.containers import create_project

    project = await create_project(site.graph, owner, entity.name, "shared", "", operation=new_id())
    version = await logged(site, owner, project, "churn", "1")
    one, whole = Targets(versions=ids_of([version])), Targets(projects=[project.id])

    assert await plan_deletion(site.graph, outsider, one, limit=9, reach=9) is None
    with pytest.raises(NotFoundError):
        await deleted(site, outsider, one, plan=await planned(site, owner, one))
    with pytest.raises(PermissionDeniedError):
        await planned(site, reader, one)
    with pytest.raises(PermissionDeniedError, match="takes admin"):
        await planned(site, member, whole)
    await deleted(site, member, one)

    assert await ended(site, version.version.id, project.id) == [True, False]


@pytest.mark.parametrize("targets", [Targets(), Targets(versions=[str(n) for n in range(1001)])], ids=["none", "many"])
async def test_nothing_and_too_much_are_no_targets(site: Site, targets: Targets) -> None:
    viewer = await new_admin(site.graph)

    with pytest.raises(InvalidInputError, match="1 to 1,000"):
        await planned(site, viewer, targets)


async def test_a_run_is_no_version_and_an_unknown_id_is_nothing(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run = await finished_run(site, viewer, await new_project(site.graph, viewer))

    for targets in (Targets(versions=[run.id]), Targets(runs=["none"]), Targets(collections=[run.id])):
        assert await plan_deletion(site.graph, viewer, targets, limit=9, reach=9) is None


async def test_unlinking_ends_the_link_alone_and_linking_again_takes_the_next_number(site: Site) -> None:
    viewer, _, (source, newer) = await scene(site, "1", "2")
    first = await link(site, viewer, source, "Registered", "best")
    second = await link(site, viewer, newer, "Registered")
    operation = new_id()

    gone = await unlink(site.graph, viewer, second.version.id, operation=operation)
    replayed = await unlink(site.graph, viewer, second.version.id, operation=operation)
    again = await link(site, viewer, newer, "Registered")

    assert gone.version.state is replayed.version.state is VersionState.DELETED
    assert (await version_now(site, newer)).version.state is VersionState.COMMITTED
    assert again.version.index == 2
    assert await aliases_in(site, first) == {"best": 0, "latest": 2}
    with pytest.raises(ConflictError, match="already"):
        await unlink(site.graph, viewer, second.version.id, operation=new_id())


async def test_unlinking_gives_latest_to_the_highest_that_stays(site: Site) -> None:
    viewer, _, (source, newer) = await scene(site, "1", "2")
    first = await link(site, viewer, source, "Registered")
    second = await link(site, viewer, newer, "Registered", "production")

    await unlink(site.graph, viewer, second.version.id, operation=new_id())

    assert await aliases_in(site, first) == {"latest": 0}


async def test_a_source_can_not_be_unlinked(site: Site) -> None:
    viewer, _, (source,) = await scene(site, "1")

    with pytest.raises(InvalidInputError, match="no link"):
        await unlink(site.graph, viewer, source.version.id, operation=new_id())
