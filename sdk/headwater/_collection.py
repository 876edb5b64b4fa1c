"""A collection as the service has it, to be read, described, tagged and renamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import _deletion, _deletion_operations, _run_operations
from . import _registry_operations as operations
from ._client import Client
from ._filters import VERSION_FILTERS, VERSION_ORDERS, wire_filter, wire_order
from ._guards import Guarded
from ._listing import pages
from ._proposals import CollectionProposals
from ._version import version_from_wire

if TYPE_CHECKING:
    from ._artifact import Artifact

_SAVED = ("name", "type", "description")


class Collection(CollectionProposals, Guarded):
    """A named series of versions: `Api().collection("entity/model-registry/Name")`.

    `name`, `description`, `tags` and, until it has had a version, `type` may be set; `save()` sends what differs.
    `kind` is SOURCE or REGISTRY: whether runs log into it, or versions are linked into it.
    """

    id: str
    name: str
    path: str
    url: str
    kind: str
    type: str
    description: str
    tags: list[str]
    aliases: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    def __init__(self, client: Client, node: dict[str, Any]) -> None:
        self._client = client
        self._read(node)

    def __repr__(self) -> str:
        """Its path, type and kind."""
        return f"<Collection {self.path} {self.type} {self.kind}>"

    def __eq__(self, other: object) -> bool:
        """Whether it is the same collection, whatever its name was when it was read."""
        return isinstance(other, Collection) and self.id == other.id

    def __hash__(self) -> int:
        """One for each collection."""
        return hash(self.id)

    def versions(self, order: str = "-index", **filters: Any) -> Iterator[Artifact]:
        """Its versions, the newest first, fetched while you read them.

        Args:
            order: "index", "created_at" or "size", with "-" in front for the last first.
            filters: As for `Api.artifacts`: aliases, tags, metadata and the like.
        """
        from ._artifact import Artifact

        variables = {
            "collection": self.path,
            "filter": wire_filter(filters, VERSION_FILTERS),
            "orderBy": wire_order(order, VERSION_ORDERS),
        }
        edges = pages(self._client, _run_operations.LIST_VERSIONS, variables, lambda data: data["versions"])
        return (Artifact._from_version(self._client, version_from_wire(edge["node"])) for edge in edges)

    def artifacts(self, order: str = "-index", **filters: Any) -> Iterator[Artifact]:
        """The same as `versions`, under the name that other trackers have for it.

        Args:
            order: As for `versions`.
            filters: As for `versions`.
        """
        return self.versions(order, **filters)

    def save(self) -> None:
        """Send what you changed since it was read; without a difference, nothing.

        Tags are added and removed one by one, so that two people may tag at once.

        Raises:
            ConflictError: if somebody else changed the same since, the name is taken, or the type is in use.
            PermissionDeniedError: if your role is less than member.
            InvalidInputError: if the service refuses what you wrote.
        """
        changes = {name: getattr(self, name) for name in _SAVED if getattr(self, name) != self._known[name]}
        added = [tag for tag in dict.fromkeys(self.tags) if tag not in self._known["tags"]]
        removed = [tag for tag in self._known["tags"] if tag not in self.tags]
        if not (changes or added or removed):
            return
        wanted = {
            "collectionId": self.id,
            "changes": changes,
            "addTags": added,
            "removeTags": removed,
            "expected": {name: self._known[name] for name in changes},
        }
        self._read(self._client.mutate(operations.UPDATE_COLLECTION, wanted)["collection"])

    @property
    def ttl(self) -> timedelta | None:
        """How long its versions live that have no time to live of their own; None is for ever. Setting it takes
        effect at once.

        Raises:
            InvalidInputError: for what is no duration, and for a registered model.
        """
        node = self._client.execute(_deletion_operations.COLLECTION_TTL, {"id": self.id})["node"]
        seconds = node["ttlSeconds"] if node else None
        return None if seconds is None else timedelta(seconds=seconds)

    @ttl.setter
    def ttl(self, ttl: timedelta | None) -> None:
        wanted = {"collectionId": self.id, "ttlSeconds": _deletion.wire_ttl(ttl)["ttlSeconds"]}
        self._client.mutate(_deletion_operations.SET_COLLECTION_TTL, wanted)

    def delete(self, delete_aliases: bool = False) -> _deletion.Deletion:
        """Delete it into the trash with its versions and their links; of a registered model only the links.

        Its name is free then, and the numbers of what comes under it go on.

        Args:
            delete_aliases: Whether aliases of links elsewhere go too; its own always do.

        Raises:
            ConflictError: if such an alias refuses, or it was deleted already.
            PermissionDeniedError: if one of its versions has a protected alias, or your role is less than member.
        """
        return _deletion.delete(self._client, collections=[self.id], delete_aliases=delete_aliases)

    def _read(self, node: dict[str, Any]) -> None:
        self._known = node
        self.id = node["id"]
        self.name = node["name"]
        self.path = node["path"]
        self.url = node["url"]
        self.kind = node["kind"]
        self.type = node["type"]
        self.description = node["description"]
        self.tags = list(node["tags"])
        self.aliases = tuple(alias["name"] for alias in node["aliases"])
        self.created_at = datetime.fromisoformat(node["createdAt"])
        self.updated_at = datetime.fromisoformat(node["updatedAt"])


def collection_of(client: Client, node: dict[str, Any]) -> Collection:
    """A collection of its node in the API."""
    return Collection(client, node)
