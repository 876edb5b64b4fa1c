"""Viewers and projects of one test alone, made through the domain: for tests below the API."""

import secrets

from headwater_service.domain.access import Viewer
from headwater_service.domain.containers import create_project
from headwater_service.domain.people import add_member, bootstrap_user, create_entity
from headwater_service.domain.runs import RunStart, StartedRun, start_run
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.model import Container, Entity, Role
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id

DOCUMENT_BYTES = 1024**2


def fresh(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(5)}"


async def known(graph: Graph, key: str) -> Viewer:
    """Return the viewer of a key that must be valid."""
    viewer = await viewer_of_key(graph, key)
    assert viewer is not None
    return viewer


async def new_admin(graph: Graph) -> Viewer:
    """Make an administrator of the server, with an entity of its own."""
    return await known(graph, await bootstrap_user(graph, fresh("person")))


async def new_team(graph: Graph, admin: Viewer, /, **roles: Viewer) -> tuple[Entity, list[Viewer]]:
    """Make a team of `admin` and of others by role (`member=`, `viewer=`); return it and all, as they are now."""
    entity = await create_entity(graph, admin, fresh("team"), operation=new_id())
    owner = await refreshed(graph, admin)
    for role, viewer in roles.items():
        await add_member(graph, owner, entity.name, viewer.user_name, Role[role.upper()], operation=new_id())
    return entity, [owner, *[await refreshed(graph, viewer) for viewer in roles.values()]]


async def refreshed(graph: Graph, viewer: Viewer) -> Viewer:
    """Return the same user as a new request would see it."""
    return await known(graph, await bootstrap_user(graph, viewer.user_name))


async def new_project(graph: Graph, viewer: Viewer) -> Container:
    return await create_project(graph, viewer, None, fresh("project"), "", operation=new_id())


async def new_run(graph: Graph, viewer: Viewer, project: Container | None = None) -> StartedRun:
    project = project or await new_project(graph, viewer)
    start = RunStart(project=project.path, key=secrets.token_hex(4))
    return await start_run(graph, viewer, start, operation=new_id(), document_bytes=DOCUMENT_BYTES)
