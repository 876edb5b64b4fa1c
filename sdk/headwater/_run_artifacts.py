"""What a run does with artifacts: logs them as outputs, declares them as inputs, links them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import _log, _objects, _offline_artifacts, _operations
from ._artifact import Artifact
from ._artifact_facts import listed
from ._cache import default_cache
from ._client import Client
from ._errors import InvalidInputError, MissingFileError, NotFoundError
from ._history import MediaFile
from ._known import LABEL, remember
from ._lockfile import LOCKFILE, find_pin
from ._media import Kept, safe_path
from ._names import REGISTRY, DigestRef, VersionPath, check_alias, parse_ref, parse_version_path
from ._offline import UNKNOWN_ENTITY, Offline
from ._version import LoggedVersion, get_version, link_version, logged_from_wire, use_version

if TYPE_CHECKING:
    from ._online import Online
    from ._run import Run

LONGEST_NAME = 128


def log_artifact(
    run: Run,
    artifact_or_path: Artifact | str | os.PathLike[str],
    *,
    name: str | None,
    type: str | None,
    aliases: str | Iterable[str] | None,
    tags: str | Iterable[str] | None,
) -> Artifact:
    """Log an artifact as an output, in the background if it is a draft."""
    artifact = _artifact_of(run, artifact_or_path, name, type)
    given: dict[str, Any] = {"aliases": [check_alias(alias) for alias in listed(aliases)], "tags": listed(tags)}
    online = run._online
    if online is None:
        return _as_if_logged(artifact)
    given |= {"project": f"{run.entity}/{run.project}", "run_id": online.run_id, "history_step": run._history_step()}
    is_draft = artifact.is_draft()
    future = _submit(online, artifact, given)
    if is_draft:
        artifact._track(future)
        return artifact
    # There is nothing to upload, so the answer is worth the wait: it may be a version of another project.
    return Artifact._from_version(online.client, future.result())


def log_table(run: Run, key: str, file: MediaFile) -> None:
    """Log a table, which was just recorded under a key, as the next version of the artifact `run-<id>-<key>` too."""
    path = safe_path(key)
    artifact = Artifact(f"run-{run.id}-{path.replace('/', '-')}"[:LONGEST_NAME].rstrip(" ."), "run_table")
    facts = {name: value for name, value in file.value.items() if name not in ("_type", "path", "digest", "size")}
    try:
        _objects.write_kept(artifact, "table", Kept(file.content, facts), path, ending=".parquet", overwrite=False)
    except OSError as error:
        # The training goes on without a place for it.
        run._console.say(f"The table {key[:100]!r} is a file of the run, but no artifact: {error}")
        return
    run.log_artifact(artifact)


def use_artifact(
    run: Run,
    artifact_or_name: Artifact | str,
    *,
    type: str | None,
    aliases: str | Iterable[str] | None,
    allow_recalled: bool = False,
) -> Artifact:
    """Declare an artifact as an input, and return the version."""
    online = run._online
    if isinstance(artifact_or_name, Artifact):
        return _use_given(
            run, online, artifact_or_name, type=type, aliases=listed(aliases), allow_recalled=allow_recalled
        )
    path = version_path(run, artifact_or_name, aliases=listed(aliases))
    if online is None:
        raise InvalidInputError(f"{artifact_or_name!r} cannot be read: the run is disabled, and asks no service.")
    online.outputs.wait_for(path.name)
    if isinstance(online, Offline):
        return _used(online, _offline_artifacts.use(run, online, path, type=type, allow_recalled=allow_recalled))
    pin = find_pin(path, unknown_entity=UNKNOWN_ENTITY)
    if pin is not None:
        online.console.say(f"{path} is locked to {pin.version} ({pin.digest[:LABEL]}) by {LOCKFILE}")
        path = pin.exact
    try:
        version = use_version(online.client, online.run_id, str(path), type=type, allow_recalled=allow_recalled)
    except NotFoundError as error:
        raise told_of_registered(online.client, artifact_or_name, path, error) from error
    _remember(run, path, version)
    return _used(online, version)


def link_artifact(run: Run, artifact: Artifact, target_path: str, *, aliases: str | Iterable[str] | None) -> Artifact:
    """Link an artifact, which is logged first if it is a draft, and return the version at the target."""
    if not isinstance(artifact, Artifact):
        raise InvalidInputError(f"link_artifact takes an Artifact, not a {artifact.__class__.__name__}.")
    names = [check_alias(alias) for alias in listed(aliases)]
    if run._online is None:
        return artifact
    if artifact.is_draft() and artifact._pending is None:
        run.log_artifact(artifact)
    artifact._settle()
    if isinstance(run._online, Offline):
        return _offline_artifacts.link(run, run._online, artifact, target_path, names)
    client = run._online.client
    version = link_version(client, artifact.id, target_path, project=f"{run.entity}/{run.project}", aliases=names)
    return Artifact._from_version(client, version)


def find(run: Run, name: str) -> LoggedVersion:
    """The version of a path as a run reads it, without declaring it as an input.

    Raises:
        NotFoundError: if there is none.
    """
    if run._online is None:
        raise InvalidInputError(f"{name!r} cannot be read: the run is disabled, and asks no service.")
    path = version_path(run, name, aliases=[])
    run._online.outputs.wait_for(path.name)
    if isinstance(run._online, Offline):
        return _offline_artifacts.find(path)
    try:
        return get_version(run._online.client, str(path))
    except NotFoundError as error:
        raise told_of_registered(run._online.client, name, path, error) from error


def told_of_registered(client: Client, name: str, path: VersionPath, error: NotFoundError) -> NotFoundError:
    """The error, with the path of the registered model that has the name; a bare name never means a registry."""
    registered = str(VersionPath(path.entity, REGISTRY, path.name, path.ref))
    if "/" in name.partition(":")[0]:
        return error
    try:
        get_version(client, registered)
    except NotFoundError:
        return error
    return NotFoundError(f"{error.message} The registry has one: use {registered!r}.", path=error.path)


def version_path(run: Run, name: str, *, aliases: list[str]) -> VersionPath:
    """The complete path of what a run names, missing parts taken from the run.

    Raises:
        InvalidInputError: if the name breaks a rule, or says another version than the alias.
    """
    path = parse_version_path(name, entity=run.entity, project=run.project)
    if not aliases:
        return path
    if len(aliases) > 1:
        raise InvalidInputError(f"use_artifact takes one alias, the version to use; there are {len(aliases)}.")
    ref = parse_ref(aliases[0])
    if ":" in name and ref != path.ref:
        raise InvalidInputError(f"{name!r} and aliases={aliases[0]!r} name different versions. Give one of them.")
    return VersionPath(path.entity, path.container, path.name, ref)


def _use_given(
    run: Run,
    online: Online | None,
    artifact: Artifact,
    *,
    type: str | None,
    aliases: list[str],
    allow_recalled: bool,
) -> Artifact:
    """Declare an artifact that is at hand. A draft is logged first, by no run: this one only reads it."""
    if type is not None and type != artifact.type:
        raise InvalidInputError(f"{artifact.name!r} has the type {artifact.type!r}, not {type!r}.")
    if online is None:
        return _as_if_logged(artifact)
    if artifact.is_draft() and artifact._pending is None:
        given = {"aliases": [check_alias(alias) for alias in aliases], "project": f"{run.entity}/{run.project}"}
        artifact._track(_submit(online, artifact, given))
    artifact._settle()
    if isinstance(online, Offline):
        version = artifact._logged("use")
        _offline_artifacts.note_use(online, version, type=type, allow_recalled=allow_recalled)
        return _used(online, version)
    version = use_version(
        online.client, online.run_id, artifact.qualified_name, type=type, allow_recalled=allow_recalled
    )
    return _used(online, version)


def _used(online: Online, version: LoggedVersion) -> Artifact:
    artifact = Artifact._from_version(online.client, version)
    # Of its recalls the user was told when it was used, and allowed what is critical.
    artifact._is_told = True
    return artifact


def _submit(online: Online, artifact: Artifact, given: dict[str, Any]) -> Future[LoggedVersion]:
    artifact._seal()
    name = artifact.name.partition(":")[0]

    def task() -> LoggedVersion:
        if isinstance(online, Offline):
            return _offline_artifacts.log(online, artifact, given)
        # Only now: an earlier call may have turned the same object into a version.
        if artifact.is_draft():
            operation = _offline_artifacts.intend(online, artifact, given)
            version = _log.log_artifact(
                online.client, artifact, on_sent=online.outputs.count_files, operation_id=operation, **given
            )
        else:
            version = log_again(online.client, artifact, given)
        for notice in version.notices:
            online.console.say(notice)
        return version

    return online.outputs.submit(name, task)


def log_again(client: Client, artifact: Artifact, given: dict[str, Any]) -> LoggedVersion:
    """Record a version that is there as an output of a run; its aliases and tags are added."""
    payload = client.mutate(
        _operations.LOG_ARTIFACT,
        {
            "project": given["project"],
            "runId": given["run_id"],
            "name": artifact.source_name.partition(":")[0],
            "type": artifact.type,
            "manifestDigest": artifact.digest,
            "description": artifact.description,
            "metadata": artifact.metadata,
            "aliases": given["aliases"],
            "tags": given["tags"],
            "historyStep": given["history_step"],
        },
    )
    return logged_from_wire(payload)


def _remember(run: Run, path: VersionPath, version: LoggedVersion) -> None:
    """Let an offline run on this machine know what a path means."""
    paths = {str(path), version.place.path, str(replace(path, ref=DigestRef(version.digest)))}
    if run._settings.entity is None and path.entity == run.entity:
        # Without a service nobody knows which entity the key has.
        paths |= {f"{UNKNOWN_ENTITY}/{each.partition('/')[2]}" for each in paths}
    remember(default_cache(), paths, version)


def _as_if_logged(artifact: Artifact) -> Artifact:
    """An artifact of a disabled run: `wait` returns at once, and nothing was sent."""
    if artifact.is_draft():
        done: Future[Artifact] = Future()
        done.set_result(artifact)
        artifact._track(done)
    return artifact


def _artifact_of(run: Run, given: Artifact | str | os.PathLike[str], name: str | None, type: str | None) -> Artifact:
    if isinstance(given, Artifact):
        own = given.name.partition(":")[0]
        for what, asked, has in (("name", name, own), ("type", type, given.type)):
            if asked is not None and asked != has:
                raise InvalidInputError(f"The artifact has the {what} {has!r}, not {asked!r}.", field=what)
        return given
    if not isinstance(given, str | os.PathLike):
        raise InvalidInputError(f"log_artifact takes an Artifact, a path or a URI, not {given!r}.")
    path = os.fspath(given)
    own = os.path.basename((urlsplit(path).path if "://" in path else os.path.abspath(path)).rstrip("/\\"))
    artifact = Artifact(name or f"run-{run.id}-{own}", type or "unspecified")
    if "://" in path:
        artifact.add_reference(path)
    elif os.path.isdir(path):
        artifact.add_dir(path)
    elif os.path.exists(path):
        artifact.add_file(path)
    else:
        raise MissingFileError(f"There is no file or folder {path!r}.", path=path)
    return artifact
