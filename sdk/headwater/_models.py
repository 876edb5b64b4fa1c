"""Models in one call each: log, use, link."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from . import _run_artifacts
from ._errors import InvalidInputError

if TYPE_CHECKING:
    from ._artifact import Artifact
    from ._run import Run

REGISTRY = "model-registry"


def log_model(
    run: Run, path: str | os.PathLike[str], *, name: str | None, aliases: str | Iterable[str] | None
) -> Artifact:
    """Log what lies at a path as an artifact of the type "model"."""
    return run.log_artifact(path, name=name, type="model", aliases=aliases)


def use_model(run: Run, name: str) -> str:
    """Declare a model as an input and return the path of its one file, or of its folder."""
    type = _run_artifacts.find(run, name).type
    if "model" not in type:
        raise InvalidInputError(f"{name!r} has the type {type!r}, which is no model: run.use_artifact({name!r}).")
    artifact = run.use_artifact(name)
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
