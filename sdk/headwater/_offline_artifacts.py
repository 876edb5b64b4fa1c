"""What an offline run does with artifacts: keeps them with their bytes in its journal, and finds those known here."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ._artifact import Artifact
from ._cache import Cache, appearing, default_cache
from ._client import new_operation_id
from ._digests import hash_file
from ._draft import Draft
from ._errors import ConflictError, InvalidInputError, NotFoundError
from ._known import LABEL, OfflinePlace, recall, remember
from ._lockfile import find_pin
from ._manifest import encode_manifest, manifest_digest
from ._names import VersionPath, parse_version_path
from ._offline import UNKNOWN_ENTITY
from ._version import LoggedVersion, Place

if TYPE_CHECKING:
    from ._offline import Offline
    from ._online import Online
    from ._run import Run

MOST_INTENDED = 10_000
"""Files of an artifact that an online run notes before it logs it: to list a million would cost seconds."""


def log(offline: Offline, artifact: Artifact, given: dict[str, Any]) -> LoggedVersion:
    """Keep an artifact in the journal; a draft becomes a version that has no number yet."""
    if artifact.is_draft():
        version = _keep_draft(offline, artifact, str(given["project"]))
    else:
        version = artifact._logged("log")
    note: dict[str, Any] = {
        "name": artifact.source_name.partition(":")[0],
        "digest": version.digest,
        "type": version.type,
    }
    note |= {"description": version.description, "metadata": json.dumps(version.metadata), "ttl": artifact._wanted_ttl}
    offline.note("artifact", operation=new_operation_id(), **note, **_said(given))
    _remember(version, ["latest", *given["aliases"]])
    return version


def intend(online: Online, artifact: Artifact, given: dict[str, Any]) -> str:
    """Write down in the journal of an online run what it is about to log, and the operation it is logged by.

    If the process is killed on the way, a sync completes it from the list of files here and the bytes in the cache.
    """
    operation = new_operation_id()
    content = artifact._content
    if len(content.entries) > MOST_INTENDED:
        return operation
    said = artifact._seal()
    try:
        digest = _keep_manifest([Cache(online.folder)], content)
    except OSError as error:
        # A full disk: the artifact is on its way to the service, and only a kill before it is there would lose it.
        online.console.say(f"What is logged of {artifact.name!r} cannot be noted in the journal: {error}")
        return operation
    note: dict[str, Any] = {"name": artifact.name, "digest": digest, "type": artifact.type}
    note |= {"description": said.description, "metadata": json.dumps(said.metadata), "ttl": artifact._wanted_ttl}
    origins = {entry.digest: path for entry in content.entries.values() if (path := entry.local_path) is not None}
    online.note("artifact", operation=operation, origins=origins, **note, **_said(given))
    return operation


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """What a log call said, as the journal keeps it."""
    return {
        "aliases": list(given["aliases"]),
        "tags": list(given.get("tags") or ()),
        "history_step": given.get("history_step"),
        "is_output": "run_id" in given,
    }


def use(
    run: Run, offline: Offline, path: VersionPath, *, type: str | None, allow_recalled: bool = False
) -> LoggedVersion:
    """Note that the run reads the version which a path meant when it was last used on this machine.

    Raises:
        NotFoundError: if it never was.
        InvalidInputError: if it has another type.
    """
    version = find(path)
    if type is not None and type != version.type:
        raise InvalidInputError(f"{path} has the type {version.type!r}, not {type!r}.")
    note_use(offline, version, type=type, allow_recalled=allow_recalled)
    return version


def note_use(offline: Offline, version: LoggedVersion, *, type: str | None, allow_recalled: bool) -> None:
    """Write down an input of the run."""
    given = {"path": exact_path(version), "type": type, "allowRecalled": allow_recalled}
    offline.note("use", operation=new_operation_id(), input=given)


def find(path: VersionPath) -> LoggedVersion:
    """The version that a path meant when it was last used on this machine.

    Raises:
        NotFoundError: if it never was.
    """
    pin = find_pin(path, unknown_entity=UNKNOWN_ENTITY)
    if pin is not None:
        return recall(default_cache(), pin.version) or pin.as_version()
    version = recall(default_cache(), str(path))
    if version is None:
        raise NotFoundError(
            f"{path} is not known on this machine, and the run is offline. Use it once in an online run, or lock it "
            f"while the service can be reached: headwater lock --download {shlex.quote(str(path))}",
            path=str(path),
        )
    return version


def link(run: Run, offline: Offline, artifact: Artifact, target_path: str, aliases: Sequence[str]) -> Artifact:
    """Note a link, and return the version that it will be at its target."""
    version = artifact._logged("link")
    target = parse_version_path(target_path, entity=run.entity, project=run.project)
    offline.note(
        "link",
        operation=new_operation_id(),
        version=exact_path(version),
        target=target_path,
        aliases=list(aliases),
    )
    place = _place(target.entity, target.container, target.name, version.digest, aliases)
    linked = replace(version, place=place, source=version.source or version.place, is_link=True)
    _remember(linked, ["latest", *aliases])
    made = Artifact._from_version(offline.client, linked)
    made._is_told = True
    return made


def exact_path(version: LoggedVersion) -> str:
    """A path that means this version and no other, also where it gets its number first."""
    place = version.place
    if isinstance(place, OfflinePlace):
        return f"{place.entity}/{place.container}/{place.collection}:{place.digest}"
    return place.path


def _keep_draft(offline: Offline, artifact: Artifact, project: str) -> LoggedVersion:
    given = artifact._seal()
    try:
        content = artifact._content
        digest, files = _keep(Cache(offline.folder), content)
        entity, _, container = project.partition("/")
        place = _place(entity, container, artifact.name, digest, ())
        version = LoggedVersion(
            place=place,
            source=place,
            is_link=False,
            type=artifact.type,
            digest=digest,
            size=sum(entry.size for entry in content.entries.values()),
            file_count=len(content.entries),
            description=given.description,
            metadata=given.metadata,
            tags=(),
            state="COMMITTED",
            url="",
            created_at=datetime.now(UTC),
        )
    except BaseException:
        artifact._unseal()
        raise
    artifact._become(offline.client, version)
    artifact._is_told = True
    offline.outputs.count_files(files)
    return version


def _keep(folder: Cache, content: Draft) -> tuple[str, int]:
    """Put bytes and manifest of a draft into the journal folder, and into the cache; its digest, and how many files."""
    content.check_tree()
    entries = [content.entries[path] for path in sorted(content.entries)]
    files = 0
    for entry in entries:
        if entry.digest is None or folder.find(entry.digest, entry.size) is not None:
            continue
        cached = content.cache.find(entry.digest, entry.size)
        if cached is None and entry.local_path is not None:
            cached = content.cache.keep_copy(entry.digest, entry.local_path)
            if hash_file(cached).digest != entry.digest:
                content.cache.forget(entry.digest)
                raise ConflictError(f"{entry.local_path!r} changed since it was added to the artifact.")
        # Without bytes: an entry of the version this draft began with, which the service has.
        if cached is not None:
            folder.keep_linked(entry.digest, cached)
            files += 1
    return _keep_manifest([folder, content.cache], content), files


def _keep_manifest(caches: Sequence[Cache], content: Draft) -> str:
    entries = [content.entries[path] for path in sorted(content.entries)]
    digest = manifest_digest(entries)
    for cache in caches:
        with appearing(cache.manifest_path(digest)) as temporary, open(temporary, "xb") as file:
            file.writelines(encode_manifest(entries))
    return digest


def _place(entity: str, container: str, name: str, digest: str, aliases: Iterable[str]) -> Place:
    return OfflinePlace(
        id="",
        index=-1,
        collection_id="",
        entity=entity,
        container=container,
        collection=name,
        aliases=tuple(aliases),
        digest=digest,
    )


def _remember(version: LoggedVersion, refs: Iterable[str]) -> None:
    place = version.place
    paths = [f"{place.entity}/{place.container}/{place.collection}:{ref}" for ref in refs]
    own = [version.digest, version.digest[:LABEL], place.name.partition(":")[2]]
    paths += [f"{place.entity}/{place.container}/{place.collection}:{ref}" for ref in dict.fromkeys(own)]
    remember(default_cache(), paths, version)
