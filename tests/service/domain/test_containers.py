"""Projects and registries: one namespace, found by path, made once."""

import asyncio

import pytest

from headwater_service.domain.containers import create_project, get_container, get_project
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import ContainerKind, Role
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from viewers import fresh, new_admin, new_project, new_team

PROJECTS = "MATCH (project:Project {entity_id: $entity_id}) RETURN project.name AS name"


async def names(graph: Graph, entity_id: str) -> list[str]:
    return [row["name"] for row in await graph.read(lambda tx: tx.rows(PROJECTS, entity_id=entity_id))]


async def test_a_project_is_found_by_its_path_and_in_the_own_entity_by_its_name(graph: Graph) -> None:
    admin = await new_admin(graph)

    project = await create_project(graph, admin, None, "猫 と 犬", "pets", operation=new_id())

    assert (project.kind, project.description) == (ContainerKind.PROJECT, "pets")
    assert await get_container(graph, admin, "猫 と 犬") == project
    assert await get_container(graph, admin, f"{admin.user_name}/猫 と 犬") == project


async def test_an_existing_project_is_returned_as_it_is(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    first = await create_project(graph, admin, None, "churn", "one", operation=operation)

    assert await create_project(graph, admin, None, "churn", "one", operation=operation) == first
    assert await create_project(graph, admin, None, "churn", "two", operation=new_id()) == first


async def test_of_many_makers_at_once_one_makes_the_project(graph: Graph) -> None:
    admin = await new_admin(graph)

    projects = await asyncio.gather(
        *(create_project(graph, admin, None, "churn", "", operation=new_id()) for _ in range(8))
    )

    assert len({project.id for project in projects}) == 1
    assert await names(graph, admin.default_entity_id) == ["churn"]


async def test_an_unknown_entity_tells_yours_and_the_command(graph: Graph) -> None:
    entity, (admin,) = await new_team(graph, await new_admin(graph))
    unknown = fresh("nobody")

    with pytest.raises(NotFoundError) as refusal:
        await create_project(graph, admin, unknown, "churn", "", operation=new_id())

    yours = ", ".join(sorted([admin.user_name, entity.name]))
    assert refusal.value.message == (
        f"There is no entity {unknown!r}, or you are not in it. Yours: {yours}. "
        f"To make it: `headwater entity create {unknown}`."
    )
    assert refusal.value.data == {"path": unknown}


@pytest.mark.parametrize("name", ["no body", "api", "-"])
async def test_what_can_be_no_entity_is_not_to_be_made(graph: Graph, name: str) -> None:
    admin = await new_admin(graph)

    with pytest.raises(NotFoundError) as refusal:
        await create_project(graph, admin, name, "churn", "", operation=new_id())

    assert refusal.value.message == f"There is no entity {name!r}, or you are not in it. Yours: {admin.user_name}."


async def test_a_registry_keeps_its_name_from_projects(graph: Graph) -> None:
    admin = await new_admin(graph)

    with pytest.raises(ConflictError, match="is a registry"):
        await create_project(graph, admin, None, "model-registry", "", operation=new_id())
    with pytest.raises(ConflictError, match="is a registry"):
        await get_project(graph, admin, "model-registry", what="start runs")


async def test_a_viewer_reads_a_project_and_makes_none(graph: Graph) -> None:
    entity, (admin, viewer) = await new_team(graph, await new_admin(graph), viewer=await new_admin(graph))
    project = await create_project(graph, admin, entity.name, "churn", "", operation=new_id())

    assert await get_container(graph, viewer, project.path) == project
    with pytest.raises(PermissionDeniedError):
        await get_container(graph, viewer, project.path, Role.MEMBER, what="start runs")
    with pytest.raises(PermissionDeniedError):
        await create_project(graph, viewer, entity.name, "other", "", operation=new_id())

    assert await names(graph, entity.id) == ["churn"]


async def test_to_an_outsider_a_project_does_not_exist(graph: Graph) -> None:
    project, outsider = await new_project(graph, await new_admin(graph)), await new_admin(graph)

    with pytest.raises(NotFoundError):
        await get_container(graph, outsider, project.path)
    with pytest.raises(NotFoundError):
        await create_project(graph, outsider, project.entity_name, project.name, "", operation=new_id())


@pytest.mark.parametrize("path", ["", "/", "a/", "/a", "a/b/c"])
async def test_what_is_no_path_is_refused(graph: Graph, path: str) -> None:
    with pytest.raises(InvalidInputError):
        await get_container(graph, await new_admin(graph), path)


@pytest.mark.parametrize("name", ["", "-", "a:b", "a@b", " a", "a\n", "n" * 129])
async def test_what_is_no_name_is_refused(graph: Graph, name: str) -> None:
    with pytest.raises(InvalidInputError):
        await create_project(graph, await new_admin(graph), None, name, "", operation=new_id())
