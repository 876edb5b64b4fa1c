"""The types of a project's artifacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import _registry_operations as operations
from ._client import Client
from ._collection import Collection
from ._search import list_collections


@dataclass(frozen=True)
class ArtifactType:
    """What versions of a project or registry are: `name`, such as "model"; `project` is the path of the place."""

    name: str
    project: str
    _client: Client = field(repr=False, compare=False)

    def collections(self, **filters: Any) -> Iterator[Collection]:
        """The collections of this type there, fetched while you read them.

        Args:
            filters: As for `Api.collections`, but for the types.
        """
        return list_collections(self._client, self.project, {**filters, "types": self.name})


def list_types(client: Client, container: str) -> list[ArtifactType]:
    """The types of the versions in a project or registry, in order."""
    counts = client.execute(operations.TYPES_OF, {"container": container})["versionCounts"]
    return [ArtifactType(name, container, client) for name in sorted(count["keys"][0] for count in counts)]
