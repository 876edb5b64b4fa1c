"""How long an artifact lives: its time to live, its deletion, and the end of a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from . import _deletion, _deletion_operations
from ._artifact_links import ArtifactLinks
from ._client import print_notice
from ._deletion import ArtifactTTL, Deletion
from ._errors import InvalidInputError


class ArtifactLife(ArtifactLinks):
    """A version that may be unlinked and deleted, and expires by itself if it is told to."""

    def __init__(
        self, name: str, type: str, description: str | None = None, metadata: Mapping[Any, Any] | None = None
    ) -> None:
        super().__init__(name, type, description, metadata)
        # What was set and not sent yet, as the service takes it.
        self._wanted_ttl: dict[str, Any] | None = None

    @property
    def ttl(self) -> timedelta | None:
        """How long it lives after it was logged; None is for ever.

        Set a `timedelta`, None, or `ArtifactTTL.INHERIT` for that of its collection; `save()` sends it, and logging
        a draft does. A version stays while it is linked, and a day longer.

        Raises:
            InvalidInputError: when set on a link, or to what is no duration.
        """
        if self._wanted_ttl is not None:
            seconds = self._wanted_ttl["ttlSeconds"]
        else:
            seconds = None if self.is_draft() else self._lifetime()["ttlSeconds"]
        return None if seconds is None else timedelta(seconds=seconds)

    @ttl.setter
    def ttl(self, ttl: timedelta | ArtifactTTL | None) -> None:
        if not self.is_draft() and self.is_link:
            raise InvalidInputError(f"{self.name!r} is a link; set the time to live of its source.", field="ttl")
        self._wanted_ttl = _deletion.wire_ttl(ttl)

    @property
    def ttl_is_inherited(self) -> bool:
        """Whether its time to live is that of its collection."""
        if self._wanted_ttl is not None:
            return bool(self._wanted_ttl["inherit"])
        return True if self.is_draft() else bool(self._lifetime()["isTtlInherited"])

    @property
    def expires_at(self) -> datetime | None:
        """When it will be deleted by itself; None is never, or not while it is linked."""
        self._logged("expires_at")
        text = self._lifetime()["expiresAt"]
        return None if text is None else datetime.fromisoformat(text)

    def unlink(self) -> None:
        """End this link; the version it links to stays, and so does the lineage.

        Raises:
            InvalidInputError: if it is no link.
            ConflictError: if it was unlinked already.
            PermissionDeniedError: if it has a protected alias, or the key may not change the registry.
        """
        version = self._logged("unlink")
        _deletion.require_link(version.is_link, version.place.name)
        self._connected().mutate(_deletion_operations.UNLINK, {"versionId": version.place.id})
        self._end()

    def delete(self, delete_aliases: bool = False) -> Deletion | None:
        """Delete this version into the trash, with its links; of a link, only unlink it, with a notice.

        Args:
            delete_aliases: Whether its aliases go too, and those of its links; else they refuse, `latest` apart.

        Raises:
            ConflictError: if it has aliases, or was deleted already.
            PermissionDeniedError: if it has a protected alias, or is linked where you may not unlink.
        """
        version = self._logged("delete")
        if version.is_link:
            self.unlink()
            print_notice(f"{version.place.name} is a link: it is unlinked, and {self._named_source()} stays")
            return None
        made = _deletion.delete(self._connected(), versions=[version.place.id], delete_aliases=delete_aliases)
        self._end()
        return made

    def _named_source(self) -> str:
        source = self._logged("delete").source
        return "its source" if source is None else source.name

    def _send_ttl(self) -> None:
        """Send the time to live that was set, if one was."""
        if self._wanted_ttl is not None:
            wanted = {"versionId": self._logged("ttl").place.id, **self._wanted_ttl}
            self._connected().mutate(_deletion_operations.SET_VERSION_TTL, wanted)
            self._wanted_ttl = None

    def _lifetime(self) -> dict[str, Any]:
        version = self._logged("ttl")
        node = self._connected().execute(_deletion_operations.VERSION_TTL, {"id": version.place.id})["node"]
        return dict(node) if node else {"ttlSeconds": None, "isTtlInherited": True, "expiresAt": None}

    def _end(self) -> None:
        version = self._logged("delete")
        place = replace(version.place, aliases=())
        self._version = replace(version, place=place, state="DELETED")
        self._aliases = []
