"""Consumption: which version a path means, and the edge it gets."""

import datetime
from typing import Any

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MoveRequest, move_aliases
from headwater_service.domain.consumption import use_artifact
from headwater_service.domain.containers import create_project
from headwater_service.domain.links import link_artifact
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Run
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project, new_run, new_team

EDGES = "MATCH (version)-[edge:CONSUMED_BY]->(:Run {id: $id}) RETURN version.id AS version, edge.id AS id ORDER BY id"
GIVE_DIGEST = "MATCH (version:ArtifactVersion {id: $id}) SET version.digest = $digest"
DELETE = "MATCH (version:ArtifactVersion {id: $id}) SET version.state = 'DELETED'"


async def scene(
    site: Site, *, name: str = "data", count: int = 2
) -> tuple[Viewer, Container, Run, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = (await new_run(site.graph, viewer, project)).run
    made = [(await log(site, viewer, project, name, {"a": str(n).encode()})).placed for n in range(count)]
    return viewer, project, run, made


async def use(site: Site, viewer: Viewer, run: Run, path: str, **more: Any) -> PlacedVersion:
    return await use_artifact(site.graph, viewer, run.id, path, **{"type": None, "operation": new_id(), **more})


async def edges(site: Site, run: Run) -> list[dict[str, str]]:
    return await site.graph.read(lambda tx: tx.rows(EDGES, id=run.id))


async def test_every_form_of_path_means_its_version(site: Site) -> None:
    viewer, project, run, (first, second) = await scene(site)
    hexdigits = first.content.digest.removeprefix("sha256:")

    async def used(path: str) -> str:
        return (await use(site, viewer, run, path)).version.id

    assert await used("data") == second.version.id
    assert await used("data:latest") == second.version.id
    assert await used("data:v0") == first.version.id
    assert await used(f"{project.name}/data:v1") == second.version.id
    assert await used(f"{project.path}/data:v1") == second.version.id
    assert await used(f"data:sha256:{hexdigits[:8]}") == first.version.id
    assert await used(f"data:sha256:{hexdigits}") == first.version.id


async def test_an_alias_at_a_time_is_the_version_it_was(site: Site) -> None:
    viewer, _, run, (first, second) = await scene(site)
    at = second.version.created_at

    def text(instant: int) -> str:
        moment = datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(microseconds=instant)
        return moment.isoformat(timespec="microseconds")

    before = await use(site, viewer, run, f"data:latest@{text(at - 1)}")
    then = await use(site, viewer, run, f"data:latest@{text(at)}")
    with pytest.raises(NotFoundError, match="at that time"):
        await use(site, viewer, run, f"data:latest@{text(first.version.created_at - 1)}")

    assert [before.version.id, then.version.id] == [first.version.id, second.version.id]


async def test_using_twice_is_one_edge(site: Site) -> None:
    viewer, _, run, (first, _) = await scene(site)

    await use(site, viewer, run, "data:v0")
    await use(site, viewer, run, "data:v0")

    assert await edges(site, run) == [{"version": first.version.id, "id": f"{run.id}:{first.version.id}"}]


async def test_a_replay_is_the_version_that_the_alias_meant_then(site: Site) -> None:
    viewer, _, run, (first, second) = await scene(site)
    operation = new_id()

    async def point(version: PlacedVersion) -> None:
        request = MoveRequest(collection_id=version.collection.id, name="best", version_id=version.version.id)
        await move_aliases(site.graph, viewer, [request], reason="", operation=new_id())

    await point(first)
    used = await use(site, viewer, run, "data:best", operation=operation)
    await point(second)
    replayed = await use(site, viewer, run, "data:best", operation=operation)

    assert [used.version.id, replayed.version.id] == [first.version.id] * 2
    assert len(await edges(site, run)) == 1


async def test_through_a_registry_the_link_itself_is_consumed(site: Site) -> None:
    viewer, _, run, (first, _) = await scene(site)
    link = await link_artifact(
        site.graph,
        viewer,
        first.version.id,
        "model-registry/Digits",
        project=None,
        aliases=["prod"],
        operation=new_id(),
    )
    digest = first.content.digest

    for path in (
        "model-registry/Digits:prod",
        "wandb-registry-model-registry/Digits:v0",
        f"model-registry/Digits:{digest}",
    ):
        assert (await use(site, viewer, run, path)).version.id == link.version.id

    assert [edge["version"] for edge in await edges(site, run)] == [link.version.id]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data:v9", "no version v9"),
        ("data:best", "no alias 'best'"),
        ("data:sha256:00000000", "no version with the digest"),
        ("other", "no artifact 'other'"),
        ("nowhere/data", "no project or registry"),
        ("nobody/x/data", "no project or registry"),
    ],
)
async def test_what_is_not_there_is_named(site: Site, path: str, message: str) -> None:
    viewer, _, run, _ = await scene(site, count=1)

    with pytest.raises(NotFoundError, match=message) as caught:
        await use(site, viewer, run, path)

    assert caught.value.data["path"] == path
    assert await edges(site, run) == []


async def test_an_ambiguous_digest_is_refused_with_both(site: Site) -> None:
    viewer, _, run, (first, second) = await scene(site)

    async def give_digest(version: PlacedVersion, last: str) -> None:
        digest = "sha256:" + "a" * 63 + last
        await site.graph.write(lambda tx: tx.rows(GIVE_DIGEST, id=version.version.id, digest=digest))

    await give_digest(first, "0")
    await give_digest(second, "1")

    with pytest.raises(InvalidInputError, match="v0 and v1"):
        await use(site, viewer, run, "data:sha256:aaaaaaaa")


async def test_a_wrong_type_names_both(site: Site) -> None:
    viewer, _, run, _ = await scene(site)

    with pytest.raises(InvalidInputError, match="'dataset', not 'model'"):
        await use(site, viewer, run, "data", type="model")

    assert await edges(site, run) == []


async def test_a_deleted_version_can_not_be_used(site: Site) -> None:
    viewer, _, run, (first, _) = await scene(site)
    await site.graph.write(lambda tx: tx.rows(DELETE, id=first.version.id))

    with pytest.raises(ConflictError, match="was deleted"):
        await use(site, viewer, run, "data:v0")


async def test_member_at_the_run_and_viewer_at_the_source_are_enough(site: Site) -> None:
    owner, reader = await new_admin(site.graph), await new_admin(site.graph)
    entity, (owner, reader) = await new_team(site.graph, owner, viewer=reader)
    linked_source = (await scene(site))[3][0]
    own_run = (await new_run(site.graph, reader)).run
    source_project = await new_project(site.graph, owner)
    source = (await log(site, owner, source_project, "data", {"a": b"1"})).placed
    link = await link_artifact(
        site.graph,
        owner,
        source.version.id,
        f"{entity.name}/model-registry/D",
        project=None,
        aliases=[],
        operation=new_id(),
    )

    used = await use(site, reader, own_run, f"{entity.name}/model-registry/D")

    assert used.version.id == link.version.id
    with pytest.raises(NotFoundError):
        await use(site, reader, own_run, f"{linked_source.container.path}/data")
    team_run_owner = (await new_run(site.graph, owner, source_project)).run
    with pytest.raises(NotFoundError):
        await use(site, reader, team_run_owner, "data")


async def test_a_viewer_of_the_run_s_project_may_not_use_in_it(site: Site) -> None:
    owner, reader = await new_admin(site.graph), await new_admin(site.graph)
    entity, (owner, reader) = await new_team(site.graph, owner, viewer=reader)
    project = await create_project(site.graph, owner, entity.name, "shared", "", operation=new_id())
    run = (await new_run(site.graph, owner, project)).run
    await log(site, owner, project, "data", {"a": b"1"})

    with pytest.raises(PermissionDeniedError):
        await use(site, reader, run, "data")
    assert (await use(site, owner, run, "data")).version.index == 0
