"""Who may do what: strangers find nothing, and a key for one project nothing of the others, by no id and no path."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from content import Site, digest_of, log, log_stored, upload
from headwater_service.domain.access import Viewer, require_role
from headwater_service.domain.aliases import MoveRequest, move_aliases
from headwater_service.domain.consumption import use_artifact
from headwater_service.domain.containers import get_container
from headwater_service.domain.file_addresses import signed_address
from headwater_service.domain.files import get_content
from headwater_service.domain.links import link_artifact
from headwater_service.domain.lookups import get_collection_id, get_version_at
from headwater_service.domain.run_files import RunFile, attach_run_files
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.errors import NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Role, Run
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import DOCUMENT_BYTES, new_admin, new_project, new_run


@dataclass(frozen=True)
class Scene:
    """Two projects of one user, a run and a version in each; the other run has a file."""

    site: Site
    owner: Viewer
    project: Container
    run: Run
    version: PlacedVersion
    other_project: Container
    other_run: Run
    other_version: PlacedVersion


async def new_scene(site: Site) -> Scene:
    owner = await new_admin(site.graph)
    made: list[Any] = []
    for _ in range(2):
        project = await new_project(site.graph, owner)
        run = (await new_run(site.graph, owner, project)).run
        made += [project, run, (await log(site, owner, project, "data", {"a": project.name.encode()})).placed]
    scene = Scene(site, owner, *made)
    await upload(site, owner, scene.other_project, b"notes")
    file = RunFile("notes.txt", digest_of(b"notes"), 5)
    await attach_run_files(site.graph, site.objects, owner, scene.other_run.id, [file], operation=new_id())
    return scene


def change_version(scene: Scene, viewer: Viewer) -> Awaitable[Any]:
    change = VersionChange(description="changed")
    return update_version(
        scene.site.graph,
        viewer,
        scene.other_version.version.id,
        change,
        operation=new_id(),
        document_bytes=DOCUMENT_BYTES,
    )


def change_run(scene: Scene, viewer: Viewer) -> Awaitable[Any]:
    change = RunChange(notes="changed")
    return update_run(
        scene.site.graph, viewer, scene.other_run.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES
    )


def move_alias(scene: Scene, viewer: Viewer) -> Awaitable[Any]:
    placed = scene.other_version
    request = MoveRequest(collection_id=placed.collection.id, name="best", version_id=placed.version.id)
    return move_aliases(scene.site.graph, viewer, [request], reason="", operation=new_id())


def use_it(scene: Scene, viewer: Viewer) -> Awaitable[Any]:
    path = f"{scene.other_project.path}/data:v0"
    return use_artifact(scene.site.graph, viewer, scene.run.id, path, type=None, operation=new_id())


def use_in_its_run(scene: Scene, viewer: Viewer) -> Awaitable[Any]:
    path = f"{scene.project.path}/data:v0"
    return use_artifact(scene.site.graph, viewer, scene.other_run.id, path, type=None, operation=new_id())


def link(scene: Scene, viewer: Viewer, source: PlacedVersion, target: Container) -> Awaitable[Any]:
    return link_artifact(
        scene.site.graph,
        viewer,
        source.version.id,
        f"{target.path}/linked",
        project=None,
        aliases=[],
        operation=new_id(),
    )


def address(scene: Scene, viewer: Viewer, path: str) -> Awaitable[Any]:
    return signed_address(scene.site.graph, scene.site.objects, viewer, path, is_preview=False)


ATTEMPTS: dict[str, Callable[[Scene, Viewer], Awaitable[Any]]] = {
    "change a version": change_version,
    "change a run": change_run,
    "move an alias": move_alias,
    "use a version": use_it,
    "use in a run": use_in_its_run,
    "link from it": lambda scene, viewer: link(scene, viewer, scene.other_version, scene.project),
    "link to it": lambda scene, viewer: link(scene, viewer, scene.version, scene.other_project),
    "log": lambda scene, viewer: log_stored(
        scene.site, viewer, scene.other_project, "data", scene.version.content.digest
    ),
    "start a run": lambda scene, viewer: new_run(scene.site.graph, viewer, scene.other_project),
    "read files": lambda scene, viewer: get_content(scene.site.graph, viewer, scene.other_version.version.id),
    "read a file": lambda scene, viewer: address(scene, viewer, f"{scene.other_project.path}/data:v0/a"),
    "read a file of a run": lambda scene, viewer: address(
        scene, viewer, f"{scene.other_project.path}/-/runs/{scene.other_run.key}/notes.txt"
    ),
    "find the project": lambda scene, viewer: get_container(scene.site.graph, viewer, scene.other_project.path),
    "find a version": lambda scene, viewer: get_version_at(
        scene.site.graph, viewer, f"{scene.other_project.path}/data:v0"
    ),
    "find a collection": lambda scene, viewer: get_collection_id(
        scene.site.graph, viewer, f"{scene.other_project.path}/data"
    ),
}


@pytest.mark.parametrize("what", ATTEMPTS)
async def test_a_key_for_one_project_reaches_nothing_of_another(site: Site, what: str) -> None:
    scene = await new_scene(site)
    narrow = replace(scene.owner, project_id=scene.project.id, is_narrowed=True)

    with pytest.raises((NotFoundError, PermissionDeniedError)):
        await ATTEMPTS[what](scene, narrow)

    # The key of the whole user may, so it is the narrowing that stands in the way.
    await ATTEMPTS[what](scene, scene.owner)


async def test_to_who_is_not_in_an_entity_nothing_of_it_exists(site: Site) -> None:
    owner, stranger = await new_admin(site.graph), await new_admin(site.graph)

    with pytest.raises(NotFoundError, match="no such thing"):
        require_role(stranger, owner.default_entity_id, Role.VIEWER, what="read")

    require_role(owner, owner.default_entity_id, Role.ADMIN, what="read")
