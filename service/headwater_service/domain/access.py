"""Who may do what: the one choke point for authorisation. Every domain function takes the viewer."""

from collections.abc import Mapping
from dataclasses import dataclass

from headwater_service.errors import NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user behind a request, and what its key or session allows.

    `roles` maps entity ids to the role there, already cut down to what the key may reach; `project_id` narrows a
    key to one project or registry. `is_narrowed` tells that the key stands for less than its user, so that it may
    not make what stands for more. `is_admin` administers the server: people and entities, not their data.
    """

    user_id: str
    user_name: str
    is_admin: bool
    roles: Mapping[str, Role]
    entity_names: Mapping[str, str]
    default_entity_id: str
    is_read_only: bool = False
    project_id: str | None = None
    key_id: str | None = None
    is_narrowed: bool = False

    def role_in(self, entity_id: str) -> Role | None:
        return self.roles.get(entity_id)

    def sees(self, container: Container) -> bool:
        return container.entity_id in self.roles and self.project_id in (None, container.id)


def require_role(viewer: Viewer, entity_id: str, role: Role, *, what: str) -> None:
    """Raise unless the viewer has at least `role` in the entity; to an outsider the thing does not exist.

    `what` ends the sentences "No … here" and "You may not … ", for example "create runs in acme/churn".
    """
    held = viewer.role_in(entity_id)
    if held is None:
        raise NotFoundError("There is no such thing, or you may not see it.")
    if role is not Role.VIEWER and viewer.is_read_only:
        raise PermissionDeniedError(f"This key only reads, so it may not {what}.")
    if held.rank < role.rank:
        raise PermissionDeniedError(f"You are {held.value.lower()} there; to {what} takes {role.value.lower()}.")


def require_container(viewer: Viewer, container: Container | None, role: Role, *, what: str, path: str) -> Container:
    """Return the container if the viewer has `role` in it; raise NotFoundError when it is absent or not visible."""
    if container is None or not viewer.sees(container):
        raise NotFoundError(f"There is no {path!r}, or you may not see it.", path=path)
    require_role(viewer, container.entity_id, role, what=what)
    return container


def require_whole_user(viewer: Viewer, *, what: str) -> None:
    """Raise unless the viewer stands for all that its user may do: what it makes must not reach further than it."""
    if viewer.is_read_only:
        raise PermissionDeniedError(f"This key only reads, so it may not {what}.")
    if viewer.is_narrowed:
        raise PermissionDeniedError(f"This key is for one entity or project, so it may not {what}.")


def require_whole_entity(viewer: Viewer, entity_id: str, role: Role, *, what: str) -> None:
    """Raise unless the viewer has `role` in the entity by itself, not only in one project of it."""
    require_role(viewer, entity_id, role, what=what)
    if viewer.project_id is not None:
        raise PermissionDeniedError(f"This key is for one project, so it may not {what}.")


def require_server_admin(viewer: Viewer, *, what: str) -> None:
    """Raise unless the viewer administers the server."""
    require_whole_user(viewer, what=what)
    if not viewer.is_admin:
        raise PermissionDeniedError(f"Only an administrator of the server may {what}.")
