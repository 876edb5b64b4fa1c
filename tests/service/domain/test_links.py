"""Links: targets, numbers of their own, again and again the same."""

from typing import Any

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.links import link_artifact
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, RegistryVersion
from headwater_service.store.aliases import find_alias
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project, new_run, new_team

EDGES = "MATCH (source)-[edge:LINKED_TO]->(link {id: $id}) RETURN source.id AS source, edge.id AS id"


async def link(
    site: Site, viewer: Viewer, version: PlacedVersion, target: str, *aliases: str, **more: Any
) -> PlacedVersion:
    given = {"project": None, "operation": new_id(), **more}
    return await link_artifact(site.graph, viewer, version.version.id, target, aliases=list(aliases), **given)


async def scene(site: Site) -> tuple[Viewer, Container, PlacedVersion]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, (await log(site, viewer, project, "model", {"a": b"1"}, type="model")).placed


async def alias(site: Site, version: PlacedVersion, name: str) -> str | None:
    return await site.graph.read(lambda tx: find_alias(tx, version.collection.id, name))


async def test_a_link_has_number_aliases_and_one_edge_of_its_own(site: Site) -> None:
    viewer, _, source = await scene(site)

    linked = await link(site, viewer, source, "model-registry/Digits", "production")

    version = linked.version
    assert isinstance(version, RegistryVersion)
    assert (version.index, version.source_id, version.type) == (0, source.version.id, "model")
    assert (version.scope_id, version.linked_by) == (linked.container.id, viewer.user_id)
    assert (linked.collection.name, linked.collection.kind, linked.container.kind) == ("Digits", "REGISTRY", "REGISTRY")
    assert linked.content == source.content
    assert [await alias(site, linked, name) for name in ("latest", "production")] == [version.id] * 2
    rows = await site.graph.read(lambda tx: tx.rows(EDGES, id=version.id))
    assert rows == [{"source": source.version.id, "id": f"{source.version.id}:{version.id}"}]


async def test_targets_name_project_or_registry(site: Site) -> None:
    viewer, project, source = await scene(site)
    other = await new_project(site.graph, viewer)
    entity = viewer.user_name

    async def place(target: str, **more: Any) -> str:
        placed = await link(site, viewer, source, target, **more)
        return f"{placed.container.path}/{placed.collection.name}"

    assert await place("Bare") == f"{project.path}/Bare"
    assert await place("Bare", project=other.path) == f"{other.path}/Bare"
    assert await place(f"{other.name}/Mine") == f"{other.path}/Mine"
    assert await place("model-registry/Mine") == f"{entity}/model-registry/Mine"
    assert await place(f"{entity}/model-registry/Mine") == f"{entity}/model-registry/Mine"
    assert await place("wandb-registry-model-registry/Mine") == f"{entity}/model-registry/Mine"


async def test_linking_again_is_the_same_version_and_moves_aliases(site: Site) -> None:
    viewer, project, source = await scene(site)
    newer = (await log(site, viewer, project, "model", {"a": b"2"}, type="model")).placed
    first = await link(site, viewer, source, "Digits", "production")
    second = await link(site, viewer, newer, "Digits", "production")

    again = await link(site, viewer, source, "Digits", "production")

    assert (first.version.index, second.version.index) == (0, 1)
    assert again.version.id == first.version.id
    assert await alias(site, first, "production") == first.version.id
    assert await alias(site, first, "latest") == second.version.id


async def test_linking_a_link_links_its_source(site: Site) -> None:
    viewer, _, source = await scene(site)
    first = await link(site, viewer, source, "Digits")

    second = await link(site, viewer, first, "model-registry/Digits")

    assert isinstance(second.version, RegistryVersion)
    assert second.version.source_id == source.version.id
    rows = await site.graph.read(lambda tx: tx.rows(EDGES, id=second.version.id))
    assert [row["source"] for row in rows] == [source.version.id]


async def test_a_replay_returns_the_link_and_moves_nothing_back(site: Site) -> None:
    viewer, project, source = await scene(site)
    newer = (await log(site, viewer, project, "model", {"a": b"2"}, type="model")).placed
    operation = new_id()
    first = await link(site, viewer, source, "Digits", "production", operation=operation)
    second = await link(site, viewer, newer, "Digits", "production")

    replayed = await link(site, viewer, source, "Digits", "production", operation=operation)

    assert replayed.version.id == first.version.id
    assert await alias(site, first, "production") == second.version.id


async def test_a_registered_model_and_a_logged_collection_do_not_share_a_name(site: Site) -> None:
    viewer, project, source = await scene(site)
    await link(site, viewer, source, "Digits")

    with pytest.raises(ConflictError, match="runs logged"):
        await link(site, viewer, source, "model")
    with pytest.raises(ConflictError, match="registered model"):
        await log(site, viewer, project, "Digits", {"a": b"2"}, type="model")


async def test_a_registered_model_keeps_its_type(site: Site) -> None:
    viewer, project, source = await scene(site)
    await link(site, viewer, source, "Digits")
    data = (await log(site, viewer, project, "data", {"a": b"2"})).placed

    with pytest.raises(ConflictError, match="'model', not 'dataset'"):
        await link(site, viewer, data, "Digits")


@pytest.mark.parametrize("target", ["none/Digits", "nobody/model-registry/Digits", "wandb-registry-none/Digits"])
async def test_unknown_places_are_not_found(site: Site, target: str) -> None:
    viewer, _, source = await scene(site)

    with pytest.raises(NotFoundError) as caught:
        await link(site, viewer, source, target)

    assert caught.value.data["path"] == target


@pytest.mark.parametrize("target", ["Digits:v1", "a/b/c/d", "", "Digits:latest"])
async def test_bad_targets_are_refused(site: Site, target: str) -> None:
    viewer, _, source = await scene(site)

    with pytest.raises(InvalidInputError):
        await link(site, viewer, source, target)


async def test_roles_are_needed_at_both_ends(site: Site) -> None:
    owner, _, private = await scene(site)
    other = await new_admin(site.graph)
    entity, (owner, reader) = await new_team(site.graph, owner, viewer=other)
    target = f"{entity.name}/model-registry/Digits"

    with pytest.raises(NotFoundError):
        await link(site, reader, private, f"{reader.user_name}/model-registry/Stolen")
    with pytest.raises(PermissionDeniedError):
        project = await new_project(site.graph, reader)
        run = await new_run(site.graph, reader, project)
        assert run.run.scope_id == project.id
        own = (await log(site, reader, project, "model", {"a": b"1"}, type="model")).placed
        await link(site, reader, own, target)
    linked = await link(site, owner, private, target)

    # The team sees the link and not its source, so its readers can't pass it on.
    with pytest.raises(NotFoundError):
        await link(site, reader, linked, f"{reader.user_name}/model-registry/Stolen")
