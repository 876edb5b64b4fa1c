"""The verbs of a run at module level, for the run that is open."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._init import current

if TYPE_CHECKING:
    from ._artifact import Artifact


def log(data: Mapping[str, Any], step: int | None = None, commit: bool | None = None) -> None:
    """Record values at a step of the open run: `Run.log`."""
    current("log").log(data, step=step, commit=commit)


def save(glob: str | os.PathLike[str], base_path: str | os.PathLike[str] | None = None) -> list[str]:
    """Keep files with the open run: `Run.save`."""
    return current("save").save(glob, base_path)


def log_artifact(
    artifact_or_path: Artifact | str | os.PathLike[str],
    name: str | None = None,
    type: str | None = None,
    aliases: str | Iterable[str] | None = None,
    tags: str | Iterable[str] | None = None,
) -> Artifact:
    """Log an artifact as an output of the open run: `Run.log_artifact`."""
    return current("log_artifact").log_artifact(artifact_or_path, name, type, aliases, tags)


def use_artifact(
    artifact_or_name: Artifact | str,
    type: str | None = None,
    aliases: str | Iterable[str] | None = None,
    *,
    allow_recalled: bool = False,
) -> Artifact:
    """Declare an artifact as an input of the open run: `Run.use_artifact`."""
    return current("use_artifact").use_artifact(artifact_or_name, type, aliases, allow_recalled=allow_recalled)


def link_artifact(artifact: Artifact, target_path: str, aliases: str | Iterable[str] | None = None) -> Artifact:
    """Link an artifact into a registry or another collection: `Run.link_artifact`."""
    return current("link_artifact").link_artifact(artifact, target_path, aliases)


def log_model(
    path: str | os.PathLike[str] | object, name: str | None = None, aliases: str | Iterable[str] | None = None
) -> Artifact:
    """Log a file, a folder, an `s3://` URI or an object as a model: `Run.log_model`."""
    return current("log_model").log_model(path, name, aliases)


def use_model(name: str, *, allow_recalled: bool = False) -> str:
    """Declare a model as an input and get its local path: `Run.use_model`."""
    return current("use_model").use_model(name, allow_recalled=allow_recalled)


def link_model(
    path: str | os.PathLike[str],
    registered_model_name: str,
    name: str | None = None,
    aliases: str | Iterable[str] | None = None,
) -> Artifact:
    """Log a model and link it to a registered model: `Run.link_model`."""
    return current("link_model").link_model(path, registered_model_name, name, aliases)
