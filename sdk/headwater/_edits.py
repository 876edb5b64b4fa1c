"""What `save()` sends of a version: only what differs from what the service last said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from . import _operations
from ._client import Client
from ._names import check_alias
from ._version import LoggedVersion

LATEST = "latest"  # kept by the service; given or left out, it has no effect


def save_edits(
    client: Client,
    version: LoggedVersion,
    *,
    description: str,
    metadata: Mapping[str, Any],
    tags: Iterable[str],
    aliases: Iterable[str],
) -> LoggedVersion:
    """Send the differences and return the version as it is now.

    Raises:
        ConflictError: if an alias to be removed points elsewhere by now.
    """
    # First what rules may refuse: then nothing else was changed either.
    version = _save_aliases(client, version, list(dict.fromkeys(aliases)))
    # Description, metadata and tags belong to the content; a link shows those of its source.
    content = version.source or version.place
    wanted = {"description": description, "metadata": dict(metadata), "tags": list(dict.fromkeys(tags))}
    known = {"description": version.description, "metadata": version.metadata, "tags": list(version.tags)}
    changes = {name: value for name, value in wanted.items() if value != known[name]}
    if changes:
        payload = client.mutate(_operations.UPDATE_VERSION, {"versionId": content.id, **changes})["version"]
        version = replace(
            version,
            description=payload["description"],
            metadata=dict(payload["metadata"] or {}),
            tags=tuple(payload["tags"]),
        )
    return version


def _save_aliases(client: Client, version: LoggedVersion, aliases: list[str]) -> LoggedVersion:
    place = version.place
    wanted = {LATEST if alias == LATEST else check_alias(alias) for alias in aliases} - {LATEST}
    present = set(place.aliases) - {LATEST}
    moves: list[dict[str, Any]] = [
        {"collection": place.collection_id, "name": alias, "version": place.id} for alias in sorted(wanted - present)
    ]
    moves += [
        {
            "collection": place.collection_id,
            "name": alias,
            "version": None,
            # Another writer may have moved it since: then it is no longer ours to remove.
            "expectedVersion": place.id,
            "checkExpected": True,
        }
        for alias in sorted(present - wanted)
    ]
    if not moves:
        return version
    client.mutate(_operations.MOVE_ALIASES, {"moves": moves})
    kept = tuple(alias for alias in place.aliases if alias == LATEST or alias in wanted)
    now = replace(place, aliases=(*kept, *sorted(wanted - present)))
    return replace(version, place=now, source=version.source if version.is_link else now)
