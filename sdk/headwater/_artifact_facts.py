"""What an artifact says of itself: its name, content and place; as a draft, and as a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import _operations
from ._cache import default_cache
from ._client import Client
from ._draft import Draft
from ._errors import ConflictError, InvalidInputError, NotLoggedError
from ._history import unwire
from ._manifest import Manifest
from ._metadata import checked_metadata
from ._names import check_name
from ._version import LoggedVersion, Place

if TYPE_CHECKING:
    from ._stored import StoredManifest


@dataclass(frozen=True, slots=True)
class Given:
    """What a draft said of itself when it was logged."""

    description: str
    metadata: dict[str, Any]


class ArtifactFacts:
    """The state of an artifact, and everything that reads it without changing anything."""

    def __init__(
        self, name: str, type: str, description: str | None = None, metadata: Mapping[Any, Any] | None = None
    ) -> None:
        self._name = check_name(name, what="artifact name")
        self._type = check_name(type, what="artifact type")
        self._description = description or ""
        self._metadata = checked_metadata(metadata)
        self._tags: list[str] = []
        self._aliases: list[str] = []
        self._draft: Draft | None = Draft()
        self._manifest: Manifest | None = None
        self._sealed: Given | None = None
        self._pending: Future[Any] | None = None
        self._client: Client | None = None
        self._version: LoggedVersion | None = None
        self._is_told = False

    @property
    def name(self) -> str:
        """`mnist` for a draft, `mnist:v3` for a version."""
        return self._name if self._version is None else self._version.place.name

    @property
    def type(self) -> str:
        """What its author says it is."""
        return self._type

    @property
    def description(self) -> str:
        """Free text in Markdown; after a change of a version, `save()`."""
        return self._description

    @description.setter
    def description(self, text: str | None) -> None:
        self._description = text or ""

    @property
    def metadata(self) -> dict[str, Any]:
        """Metadata as plain JSON values; after a change of a version, `save()`."""
        return self._metadata

    @metadata.setter
    def metadata(self, metadata: Mapping[Any, Any] | None) -> None:
        self._metadata = checked_metadata(metadata)

    @property
    def digest(self) -> str:
        """SHA-256 over the entries: equal digests are equal content."""
        return self.manifest.digest if self._version is None else self._version.digest

    @property
    def size(self) -> int:
        """Total bytes of the entries, references included."""
        return self.manifest.size if self._version is None else self._version.size

    @property
    def file_count(self) -> int:
        """How many entries it has."""
        return len(self.manifest) if self._version is None else self._version.file_count

    @property
    def state(self) -> str:
        """`DRAFT`, `COMMITTED` or `DELETED`."""
        return "DRAFT" if self._version is None else self._version.state

    def is_draft(self) -> bool:
        """Whether it is not logged yet."""
        return self._version is None

    @property
    def id(self) -> str:
        """The version's opaque id in the API."""
        return self._logged("id").place.id

    @property
    def version(self) -> str:
        """`v3`; of an artifact that an offline run logged, the beginning of its digest."""
        return self._logged("version").place.name.partition(":")[2]

    @property
    def qualified_name(self) -> str:
        """`entity/project/mnist:v3`; of a link, in its registry."""
        return self._logged("qualified_name").place.path

    @property
    def entity(self) -> str:
        """The entity it belongs to."""
        return self._logged("entity").place.entity

    @property
    def project(self) -> str:
        """The project it stands in; of a link, the registry."""
        return self._logged("project").place.container

    @property
    def url(self) -> str:
        """The page of this version."""
        return self._logged("url").url

    @property
    def created_at(self) -> datetime:
        """When it was logged, or linked."""
        return self._logged("created_at").created_at

    @property
    def history_step(self) -> int | None:
        """The step of the run's history that it belongs to, the last one logged before it; None if unknown."""
        return self._logged("history_step").history_step

    @property
    def metrics(self) -> dict[str, Any] | None:
        """What its run had measured: the numbers, texts and truth values logged at `history_step`.

        None when no step is known, or you may not see that run; empty until what was logged has arrived.
        """
        version = self._logged("metrics")
        found = self._connected().execute(_operations.VERSION_METRICS, {"id": version.place.id})["node"]
        if found is None or found["metrics"] is None:
            return None
        metrics: dict[str, Any] = unwire(found["metrics"])
        return metrics

    @property
    def is_reused(self) -> bool:
        """Whether logging it found the same content, so that no new version was made."""
        return self._logged("is_reused").is_reused

    @property
    def aliases(self) -> list[str]:
        """The names that point at this version; change the list, then `save()`."""
        self._logged("aliases")
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: str | Iterable[str]) -> None:
        self._logged("aliases")
        self._aliases = listed(aliases)

    @property
    def tags(self) -> list[str]:
        """Free labels; change the list, then `save()`."""
        self._logged("tags")
        return self._tags

    @tags.setter
    def tags(self, tags: str | Iterable[str]) -> None:
        self._logged("tags")
        self._tags = listed(tags)

    @property
    def manifest(self) -> Manifest:
        """The entries; of a version, fetched at the first use and kept on this machine."""
        if self._draft is not None:
            return Manifest(self._draft.entries)
        if self._manifest is None:
            self._manifest = Manifest(self._stored("manifest").load())
        return self._manifest

    def _logged(self, what: str) -> LoggedVersion:
        if self._version is None:
            advice = "call wait() first" if self._pending is not None else "log it first"
            raise NotLoggedError(f"{self._name!r} is a draft and has no {what} yet: {advice}.")
        return self._version

    def _source(self, what: str) -> Place:
        source = self._logged(what).source
        if source is None:
            raise ConflictError(f"{self.name!r} links to a version in a project that your key may not see.")
        return source

    def _connected(self) -> Client:
        if self._client is None:
            raise NotLoggedError(f"{self._name!r} is a draft: log it first.")
        return self._client

    def _stored(self, what: str) -> StoredManifest:
        from ._stored import StoredManifest

        version = self._logged(what)
        return StoredManifest(self._connected(), self._source(what).id, version.digest, default_cache())


def listed(values: str | Iterable[str] | None) -> list[str]:
    """None, one text or several as a list."""
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    if not isinstance(values, Iterable):
        raise InvalidInputError(f"{values!r} is neither a text nor a list of texts.")
    return list(values)
