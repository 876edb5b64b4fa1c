"""What the callbacks share."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import Artifact, Run
from .._init import current

Saver = Callable[[str], Any]
"""Writes a model to a path."""


def open_run(who: str) -> Run:
    """The run that is open.

    Raises:
        InvalidInputError: if there is none, saying that `init` starts one.
    """
    return current(who)


def model_name(run: Run) -> str:
    """The name of the artifact that holds a run's checkpoints."""
    return f"model-{run.id}"


def log_saved(
    run: Run, save: Saver, file_name: str, *, metadata: Mapping[str, Any], aliases: Iterable[str] = ()
) -> Artifact:
    """Log what a library writes to a file as a checkpoint of the run. The upload goes on in the background."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file_name)
        save(str(path))
        return log_files(run, path, metadata=metadata, aliases=aliases)


def log_files(
    run: Run,
    path: Path,
    *,
    metadata: Mapping[str, Any],
    aliases: Iterable[str] = (),
    name: str | None = None,
    file_name: str | None = None,
) -> Artifact:
    """Log a file or a folder as a checkpoint of the run; a copy is kept, so it may be deleted at once."""
    artifact = Artifact(name or model_name(run), "model", metadata=dict(metadata))
    if path.is_dir():
        artifact.add_dir(path)
    else:
        artifact.add_file(path, file_name)
    return run.log_artifact(artifact, aliases=list(aliases))


def is_better(value: float, best: float | None, mode: str) -> bool:
    """Whether a value is better than the best so far; NaN never is."""
    if value != value:
        return False
    return best is None or (value > best if mode == "max" else value < best)


def finite(values: Mapping[str, Any]) -> dict[str, float]:
    """The numbers among some values that are finite: what metadata may hold."""
    numbers = {name: float(value) for name, value in values.items() if hasattr(value, "__float__")}
    return {name: value for name, value in numbers.items() if math.isfinite(value)}
