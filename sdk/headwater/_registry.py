"""A registry as the service has it: its settings, its people and its collections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from . import _deletion
from . import _registry_operations as operations
from ._artifact import Artifact
from ._client import Client
from ._collection import Collection
from ._errors import InvalidInputError, NotFoundError
from ._filters import merged_filters
from ._guards import Guarded
from ._names import check_text
from ._search import list_collections, search_versions

_SAVED = {
    "name": "name",
    "description": "description",
    "visibility": "visibility",
    "artifact_types": "artifactTypes",
    "protected_aliases": "protectedAliases",
}
# "organization" is what other trackers call it.
_VISIBILITIES = {"entity": "ENTITY", "organization": "ENTITY", "restricted": "RESTRICTED"}
_ROLES = ("viewer", "member", "admin")


class Registry(Guarded):
    """A shared place of collections: `Api().registry("entity/models")`.

    Its admins may set `name`, `description`, `visibility` ("entity" or "restricted"), `artifact_types` (none: any)
    and `protected_aliases`; `save()` sends what differs. `role` is yours: "viewer", "member" or "admin".
    """

    id: str
    name: str
    entity: str
    path: str
    url: str
    description: str
    visibility: str
    artifact_types: list[str]
    protected_aliases: list[str]
    role: str | None
    created_at: datetime

    def __init__(self, client: Client, node: dict[str, Any]) -> None:
        self._client = client
        self._read(node)

    def __repr__(self) -> str:
        """Its path and who sees it."""
        return f"<Registry {self.path} {self.visibility}>"

    def collections(self, filter: Mapping[str, Any] | None = None, **filters: Any) -> Iterator[Collection]:
        """Its collections, fetched while you read them.

        Args:
            filter: The same conditions as one dictionary, such as `{"tag": "audio"}`.
            filters: Any of types, tags (one or several), name_contains, created_after, created_before (times), search
                (words in their name, description or tags).

        Raises:
            InvalidInputError: for a condition that there is not; the error names those there are.
        """
        return list_collections(self._client, self.path, merged_filters(filter, filters))

    def versions(
        self, filter: Mapping[str, Any] | None = None, order: str = "-created_at", **filters: Any
    ) -> Iterator[Artifact]:
        """The versions linked into it, of all of its collections, fetched while you read them.

        Args:
            filter: The same conditions as one dictionary, such as `{"alias": "production"}`.
            order: "created_at", "size" or "index", with "-" in front for the last first.
            filters: As for `Api.artifacts`: types, aliases, tags, metadata and the like.

        Raises:
            InvalidInputError: for a condition that there is not; the error names those there are.
        """
        return search_versions(self._client, self.path, merged_filters(filter, filters), order)

    def create_collection(
        self, name: str, type: str = "model", description: str = "", tags: Sequence[str] = ()
    ) -> Collection:
        """Make an empty collection in it, and return that.

        Args:
            name: What to call it; spaces and any script are fine.
            type: What its versions will be.
            description: Its card, in Markdown.
            tags: Free labels.

        Raises:
            ConflictError: if there is one of that name, or the registry does not take the type.
            PermissionDeniedError: if your role is less than member.
        """
        wanted = {
            "container": self.path,
            "name": name,
            "type": type,
            "description": description,
            "tags": list(tags),
        }
        return Collection(self._client, self._client.mutate(operations.CREATE_COLLECTION, wanted)["collection"])

    def members(self) -> dict[str, str]:
        """The roles that people have in the registry itself, by name; those of its entity come on top."""
        node = self._client.execute(operations.REGISTRY_MEMBERS, {"id": self.id})["node"]
        if node is None:
            raise NotFoundError(f"{self.path} is gone, or you may no longer see it.", path=self.path)
        return {member["user"]["name"]: member["role"].lower() for member in node["members"]}

    def set_member(self, user: str, role: str) -> None:
        """Give a member of the entity a role in this registry alone, in place of the one held here.

        Args:
            user: The name.
            role: "viewer", "member" or "admin".

        Raises:
            NotFoundError: if the entity has no such member.
            PermissionDeniedError: if you are no admin of the registry.
        """
        if role not in _ROLES:
            raise InvalidInputError(f"There is no role {role!r}. The roles are: {', '.join(_ROLES)}.", field="role")
        wanted = {"registryId": self.id, "user": user, "role": role.upper()}
        self._client.mutate(operations.SET_REGISTRY_MEMBER, wanted)

    def remove_member(self, user: str) -> None:
        """Take away the role that somebody has in this registry; the one in the entity stays.

        Args:
            user: The name.

        Raises:
            NotFoundError: if that user has no role of its own here.
            PermissionDeniedError: if you are no admin of the registry.
        """
        self._client.mutate(operations.REMOVE_REGISTRY_MEMBER, {"registryId": self.id, "user": user})

    def add_members(self, *users: str, role: str = "viewer") -> Registry:
        """Give members of the entity a role in this registry; who has one here already keeps it.

        Args:
            users: Their names.
            role: "viewer", "member" or "admin".

        Raises:
            NotFoundError: if the entity has no such member; those named before have the role then.
            PermissionDeniedError: if you are no admin of the registry.
        """
        known = self.members()
        for user in _names(users):
            if user not in known:
                self.set_member(user, role)
        return self

    def remove_members(self, *users: str) -> Registry:
        """Take away the roles that several have in this registry: `remove_member` for each.

        Args:
            users: Their names.

        Raises:
            NotFoundError: if one has no role here; those named before have none any more then.
            PermissionDeniedError: if you are no admin of the registry.
        """
        for user in _names(users):
            self.remove_member(user)
        return self

    def update_member(self, user: str, role: str) -> Registry:
        """Change the role that somebody has in this registry: `set_member` under another name.

        Args:
            user: The name.
            role: "viewer", "member" or "admin".
        """
        self.set_member(user, role)
        return self

    def save(self) -> None:
        """Send what you changed since it was read; without a difference, nothing.

        Raises:
            ConflictError: if somebody else changed the same since, the name is taken, or a type is in use.
            PermissionDeniedError: if you are no admin of the registry.
            InvalidInputError: if the service refuses what you wrote.
        """
        now = {name: getattr(self, name) for name in _SAVED} | {"visibility": wire_visibility(self.visibility)}
        changed = [name for name, value in now.items() if value != self._known[_SAVED[name]]]
        if not changed:
            return
        wanted = {
            "registryId": self.id,
            "changes": {_SAVED[name]: now[name] for name in changed},
            "expected": {_SAVED[name]: self._known[_SAVED[name]] for name in changed},
        }
        self._read(self._client.mutate(operations.UPDATE_REGISTRY, wanted)["registry"])

    def delete(self, delete_aliases: bool = False) -> _deletion.Deletion:
        """Delete it into the trash with its registered models; the versions they link to stay.

        Args:
            delete_aliases: As for a collection; what is in the registry goes with its aliases anyway.

        Raises:
            ConflictError: if it is `model-registry`, which every entity keeps.
            PermissionDeniedError: if you are no admin of it, or an alias in it is protected.
        """
        return _deletion.delete(self._client, projects=[self.id], delete_aliases=delete_aliases)

    def _read(self, node: dict[str, Any]) -> None:
        self._known = node
        self.id = node["id"]
        self.name = node["name"]
        self.entity = node["entity"]["name"]
        self.path = node["path"]
        self.url = node["url"]
        self.description = node["description"]
        self.visibility = node["visibility"].lower()
        self.artifact_types = list(node["artifactTypes"])
        self.protected_aliases = list(node["protectedAliases"])
        self.role = node["viewerRole"].lower() if node["viewerRole"] else None
        self.created_at = datetime.fromisoformat(node["createdAt"])


def _names(users: Sequence[str]) -> Sequence[str]:
    if not users:
        raise InvalidInputError("Name at least one user.", field="users")
    return [check_text(user, "name of a user") for user in users]


def wire_visibility(given: str) -> str:
    """The service's word for who sees a registry.

    Raises:
        InvalidInputError: if there is no such visibility.
    """
    try:
        return _VISIBILITIES[given]
    except KeyError:
        raise InvalidInputError(
            f"The visibility {given!r} is neither 'entity' nor 'restricted'.", field="visibility"
        ) from None
