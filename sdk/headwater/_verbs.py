"""The verbs of a run at module level, for the run that is open."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._init import current

if TYPE_CHECKING:
    from datetime import timedelta

    from ._alerts import AlertLevel
    from ._artifact import Artifact
    from ._code import Choose
    from ._metrics import Metric


def log(data: Mapping[str, Any], step: int | None = None, commit: bool | None = None) -> None:
    """Record values at a step of the open run: `Run.log`."""
    current("log").log(data, step=step, commit=commit)


def define_metric(
    name: str,
    step_metric: str | Metric | None = None,
    step_sync: bool | None = None,
    hidden: bool | None = None,
    summary: str | Iterable[str] | None = None,
    goal: str | None = None,
    overwrite: bool | None = None,
) -> Metric:
    """Say how the values of a key are drawn and summarised in the open run: `Run.define_metric`."""
    return current("define_metric").define_metric(name, step_metric, step_sync, hidden, summary, goal, overwrite)


def save(
    glob: str | os.PathLike[str], base_path: str | os.PathLike[str] | None = None, policy: str = "live"
) -> list[str]:
    """Keep files with the open run: `Run.save`."""
    return current("save").save(glob, base_path, policy)


def log_code(
    root: str | os.PathLike[str] = ".",
    name: str | None = None,
    include_fn: Choose | None = None,
    exclude_fn: Choose | None = None,
) -> Artifact | None:
    """Log the code under a folder as an artifact of the open run: `Run.log_code`."""
    return current("log_code").log_code(root, name, include_fn, exclude_fn)


def alert(
    title: str,
    text: str = "",
    level: AlertLevel | str = "INFO",
    wait_duration: float | timedelta | None = None,
) -> None:
    """Tell people something about the open run: `Run.alert`."""
    current("alert").alert(title, text, level, wait_duration)


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


def watch(
    models: Any,
    criterion: Any = None,
    log: str | None = "gradients",
    log_freq: int = 1000,
    idx: int | None = None,
    log_graph: bool = False,
) -> None:
    """Log histograms of a PyTorch model's gradients or parameters: `Run.watch`."""
    current("watch").watch(models, criterion, log, log_freq, idx, log_graph)


def unwatch(models: Any = None) -> None:
    """Stop what `watch` began: `Run.unwatch`."""
    current("unwatch").unwatch(models)
