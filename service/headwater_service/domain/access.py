"""Who may do what: the one choke point for authorisation. Every domain function takes the viewer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater_service.errors import NotFoundError, PermissionDeniedError
from headwater_service.model import Container, Role, Visibility


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a viewer has at least some role, as lists that a statement can hold a container against.

    `entity_ids` counts for what the whole entity sees, and for the restricted only with `administered` or `held`.
    `granted` are registries in which the viewer's own role is enough, `seen` the entities they may lie in.
    """

    seen: list[str]
    entity_ids: list[str]
    administered: list[str]
    held: list[str]
    granted: list[str]
    project_id: str | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user behind a request, and what its key or session allows.

    `roles` maps entity ids to the role there, already cut down to what the key may reach, and `registry_roles` the
    ids of registries to a role in one alone. `project_id` narrows a key to one project or registry. `is_narrowed`
    tells that the key stands for less than its user, so that it may not make what stands for more. `is_admin`
    administers the server: people and entities, not their data.
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
    registry_roles: Mapping[str, Role] = field(default_factory=dict)

    def role_in(self, entity_id: str) -> Role | None:
        return self.roles.get(entity_id)

    def role_at(self, container: Container) -> Role | None:
        """Return the role in a project or registry: the higher of the entity's and its own. None: not visible."""
        of_entity, own = self.roles.get(container.entity_id), self.registry_roles.get(container.id)
        if of_entity is None or self.project_id not in (None, container.id):
            return None
        if container.visibility is Visibility.RESTRICTED and own is None and of_entity is not Role.ADMIN:
            return None
        return of_entity if own is None or own.rank < of_entity.rank else own

    def sees(self, container: Container) -> bool:
        return self.role_at(container) is not None

    def reach(self, role: Role) -> Reach:
        """Return in lists what `role_at` tells of one container: whether the role there is `role` or higher."""
        return Reach(
            seen=list(self.roles),
            entity_ids=[entity_id for entity_id, held in self.roles.items() if held.rank >= role.rank],
            administered=[entity_id for entity_id, held in self.roles.items() if held is Role.ADMIN],
            held=list(self.registry_roles),
            granted=[registry_id for registry_id, held in self.registry_roles.items() if held.rank >= role.rank],
            project_id=self.project_id,
        )


def require_role(viewer: Viewer, entity_id: str, role: Role, *, what: str) -> None:
    """Raise unless the viewer has at least `role` in the entity; to an outsider the thing does not exist.

    `what` ends the sentences "No … here" and "You may not … ", for example "create runs in acme/churn".
    """
    held = viewer.role_in(entity_id)
    if held is None:
        raise NotFoundError("There is no such thing, or you may not see it.")
    _require_rank(viewer, held, role, what=what)


def require_role_at(viewer: Viewer, container: Container, role: Role, *, what: str) -> None:
    """Raise unless the viewer has at least `role` in the project or registry; to an outsider it does not exist."""
    held = viewer.role_at(container)
    if held is None:
        raise NotFoundError("There is no such thing, or you may not see it.")
    _require_rank(viewer, held, role, what=what)


def _require_rank(viewer: Viewer, held: Role, role: Role, *, what: str) -> None:
    if role is not Role.VIEWER and viewer.is_read_only:
        raise PermissionDeniedError(f"This key only reads, so it may not {what}.")
    if held.rank < role.rank:
        raise PermissionDeniedError(f"You are {held.value.lower()} there; to {what} takes {role.value.lower()}.")


def require_container(viewer: Viewer, container: Container | None, role: Role, *, what: str, path: str) -> Container:
    """Return the container if the viewer has `role` in it; raise NotFoundError when it is absent or not visible."""
    if container is None or not viewer.sees(container):
        raise NotFoundError(f"There is no {path!r}, or you may not see it.", path=path)
    require_role_at(viewer, container, role, what=what)
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
