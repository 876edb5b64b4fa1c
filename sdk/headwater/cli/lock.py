"""`headwater lock`: pins paths of versions to digests, in a file beside the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater._artifact import Artifact
from headwater._cache import default_cache
from headwater._errors import InvalidInputError
from headwater._known import remember
from headwater._lockfile import LOCKFILE, pin_of, read_lockfile, write_lockfile
from headwater._names import VersionPath, parse_version_path
from headwater._settings import DEFAULT_PROJECT
from headwater._start import default_entity
from headwater._version import LoggedVersion, get_version

from .output import AsJson, print_json, print_table, say
from .service import Service, local_path


def lock_versions(
    versions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[VERSION]...", help="[[entity/]project/]name[:ref]; none: all that are locked here."),
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Bring the files into the cache too, for runs that are offline.")
    ] = False,
    file: Annotated[Path, typer.Option(help="The lockfile.")] = Path(LOCKFILE),
    as_json: AsJson = False,
) -> None:
    """Pin versions to their digests in headwater.lock: use_artifact beside it means just these, whatever moves."""
    pins = read_lockfile(file)
    if not versions and not pins:
        raise InvalidInputError(f"Name the versions to lock: {file.absolute()} has none yet.")
    service = Service()
    wanted = (
        [_complete(service, name) for name in versions] if versions else [parse_version_path(name) for name in pins]
    )
    found = {str(path): get_version(service.client, str(path)) for path in wanted}
    changed = {name for name, version in found.items() if name in pins and pins[name].digest != version.digest}
    for name, version in found.items():
        _keep(service, name, version, download=download)
    write_lockfile({**pins, **{name: pin_of(version) for name, version in found.items()}}, file)

    if as_json:
        print_json([_facts(name, version, name in changed) for name, version in found.items()])
    else:
        print_table(("path", "version", "digest"), [(n, v.place.name, v.digest) for n, v in found.items()])
        say(f"{file}: {len(found)} locked, {len(changed)} of them to another version than before")


def _complete(service: Service, name: str) -> VersionPath:
    settings = service.settings
    entity = settings.entity or default_entity(service.client)
    return parse_version_path(local_path(name), entity=entity, project=settings.project or DEFAULT_PROJECT)


def _keep(service: Service, name: str, version: LoggedVersion, *, download: bool) -> None:
    cache = default_cache()
    remember(cache, [name, version.place.path], version)
    if download:
        with cache.scratch_folder() as folder:
            Artifact._from_version(service.client, version).download(folder)


def _facts(name: str, version: LoggedVersion, is_changed: bool) -> dict[str, Any]:
    return {"path": name, "version": version.place.path, "digest": version.digest, "isChanged": is_changed}
