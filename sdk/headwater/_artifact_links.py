"""What an artifact says of links: those that stand for it, and what it stands for if it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _operations, _version
from ._artifact_recalls import ArtifactRecalls
from ._errors import NotFoundError
from ._listing import pages
from ._version import Place

if TYPE_CHECKING:
    from ._artifact import Artifact
    from ._collection import Collection

LINKS = "linkedVersions"


class ArtifactLinks(ArtifactRecalls):
    """A version, where it came from and where it is linked to."""

    @property
    def is_link(self) -> bool:
        """Whether this is a registry's link to a version."""
        return self._logged("is_link").is_link

    @property
    def source_artifact(self) -> Artifact:
        """The version that was logged: what a link stands for, or this one itself.

        Raises:
            ConflictError: if it lies in a project that your key may not see.
        """
        from ._artifact import Artifact

        if isinstance(self, Artifact) and not self.is_link:
            return self
        client = self._connected()
        return Artifact._from_version(client, _version.get_version_by_id(client, self._source("source_artifact").id))

    @property
    def linked_artifacts(self) -> list[Artifact]:
        """All links to the version that was logged, the oldest first; those you may not see are left out."""
        from ._artifact import Artifact

        client = self._connected()
        variables = {"id": self._source("linked_artifacts").id}
        edges = pages(client, _operations.LINKED_VERSIONS, variables, lambda data: (data["node"] or {}).get(LINKS))
        return [Artifact._from_version(client, _version.version_from_wire(edge["node"])) for edge in edges]

    @property
    def collection(self) -> Collection:
        """The collection it is a member of; of a link, the registered model."""
        return self._collection(self._logged("collection").place)

    @property
    def source_collection(self) -> Collection:
        """The collection that the version was logged to, also through a link."""
        return self._collection(self._source("source_collection"))

    @property
    def source_name(self) -> str:
        """`mnist:v3` of the version that was logged, also through a link."""
        return self._source("source_name").name

    @property
    def source_version(self) -> str:
        """`v3` of the version that was logged, also through a link."""
        return f"v{self._source('source_version').index}"

    @property
    def source_entity(self) -> str:
        """The entity of the version that was logged."""
        return self._source("source_entity").entity

    @property
    def source_project(self) -> str:
        """The project of the version that was logged."""
        return self._source("source_project").container

    @property
    def source_qualified_name(self) -> str:
        """`entity/project/mnist:v3` of the version that was logged."""
        return self._source("source_qualified_name").path

    def _collection(self, place: Place) -> Collection:
        from ._collection import collection_of

        client = self._connected()
        node = client.execute(_operations.GET_COLLECTION, {"id": place.collection_id})["node"]
        if node is None:
            raise NotFoundError(f"{place.path} is gone, or your key may no longer see it.", path=place.path)
        return collection_of(client, node)
