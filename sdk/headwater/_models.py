"""Models in one call each: log, use, link."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from . import _run_artifacts
from ._errors import InvalidInputError, NotFoundError
from ._names import REGISTRY, parse_version_path

if TYPE_CHECKING:
    from ._artifact import Artifact
    from ._run import Run


def log_model(run: Run, path: object, *, name: str | None, aliases: str | Iterable[str] | None) -> Artifact:
    """Log what lies at a path, or what an adapter writes of an object, as an artifact of the type "model"."""
    if isinstance(path, str | os.PathLike):
        return run.log_artifact(path, name=name, type="model", aliases=aliases)
    from ._saved_model import log

    return log(run, path, name=name, aliases=aliases).artifact


def use(run: Run | None, name: str, *, allow_recalled: bool = False) -> Artifact:
    """The version of a path, if it is a model; declared as an input if there is a run.

    Raises:
        NotFoundError: if there is none; if a registered model has this name, the message gives its path.
        InvalidInputError: if it is no model.
    """
    if run is None:
        found = _read(name)
        _require_model(name, found.type)
        return found
    version = _run_artifacts.find(run, name)
    _require_model(name, version.type)
    # By its number: an alias may have moved on since its type was looked at.
    return run.use_artifact(version.place.path, allow_recalled=allow_recalled)


def _read(name: str) -> Artifact:
    from ._api import Api

    api = Api()
    try:
        return api.artifact(name)
    except NotFoundError as error:
        path = parse_version_path(name, entity=api.default_entity, project=api.default_project)
        raise _run_artifacts.told_of_registered(api._client, name, path, error) from error


def _require_model(name: str, type: str) -> None:
    if "model" not in type:
        raise InvalidInputError(
            f"{name!r} has the type {type!r}, not 'model' or a type with \"model\" in its name: "
            f"run.use_artifact({name!r})."
        )


def use_model(run: Run, name: str, *, allow_recalled: bool = False) -> str:
    """Declare a model as an input and return the path of its one file, or of its folder."""
    artifact = use(run, name, allow_recalled=allow_recalled)
    folder = Path(artifact.download())
    paths = [entry.path for entry in artifact.manifest]
    return str(folder / paths[0]) if len(paths) == 1 else str(folder)


def link_model(
    run: Run,
    path: str | os.PathLike[str],
    registered_model_name: str,
    *,
    name: str | None,
    aliases: str | Iterable[str] | None,
) -> Artifact:
    """Log a model and link it to a registered model."""
    if "/" in registered_model_name or ":" in registered_model_name:
        raise InvalidInputError(
            f"registered_model_name is {registered_model_name!r}: a name alone, without '/' and ':'. "
            "For another registry use run.link_artifact(artifact, 'entity/registry/name')."
        )
    artifact = log_model(run, path, name=name, aliases=None)
    return run.link_artifact(artifact, f"{run.entity}/{REGISTRY}/{registered_model_name}", aliases=aliases)
