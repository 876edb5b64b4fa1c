"""A logger for Lightning: `Trainer(logger=WandbLogger(project="digits", log_model="all"))`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import headwater

from .. import Api, Artifact, Image, Run, Table
from ..errors import InvalidInputError
from ._common import finite, log_files, model_name

__all__ = ["WandbLogger"]

STEP = "trainer/global_step"


def _package() -> str:
    """Lightning is published under two names, whose classes do not go together: the one that is imported counts."""
    names = ("lightning.pytorch", "pytorch_lightning")
    imported = [name for name in names if name in sys.modules]
    if len(imported) == 1:
        return imported[0]
    return names[1] if find_spec("lightning") is None else names[0]


_PACKAGE = _package()
_logger = import_module(f"{_PACKAGE}.loggers.logger")
rank_zero_only = import_module(f"{_PACKAGE}.utilities.rank_zero").rank_zero_only
if TYPE_CHECKING:
    Logger = Any
else:
    Logger = _logger.Logger


class WandbLogger(Logger):  # type: ignore[misc]  # Lightning is not there for the type checker
    """Logs the metrics of a training, its hyperparameters and, if asked, its checkpoints.

    The run is started when it is first needed, unless one is open. It stays open after `fit`: end it with `finish`.

    Args:
        name: The name people see.
        save_dir: The folder under which the journal is written, and Lightning's own files. Without it each has its own.
        version: The id of the run; `id` is another word for it. An existing run is continued.
        offline: Start the run with `mode="offline"`.
        dir: The same as `save_dir`, which wins.
        project: The project of the run.
        log_model: "all" logs each checkpoint when it is saved, in the background; True logs those that are left when
            the training ends; False none.
        experiment: A run that is open, to be used.
        prefix: Put before each metric, with a "-" between.
        checkpoint_name: The name of the artifact, `model-<run id>` if not given.
        add_file_policy: Not used: of each checkpoint a copy is kept until it is sent.
        options: Further arguments of `headwater.init`.
    """

    LOGGER_JOIN_CHAR = "-"

    def __init__(
        self,
        name: str | None = None,
        save_dir: str | os.PathLike[str] | None = None,
        version: str | None = None,
        offline: bool = False,
        dir: str | os.PathLike[str] | None = None,
        id: str | None = None,
        project: str | None = None,
        log_model: bool | str = False,
        experiment: Run | None = None,
        prefix: str = "",
        checkpoint_name: str | None = None,
        add_file_policy: str = "mutable",
        **options: Any,
    ) -> None:
        super().__init__()
        if log_model not in (True, False, "all"):
            raise InvalidInputError(f"log_model is {log_model!r}; it must be True, False or 'all'.", field="log_model")
        self._log_model = log_model
        self._prefix = prefix
        self._checkpoint_name = checkpoint_name
        self._experiment = experiment
        self._logged: dict[str, tuple[float, bool]] = {}
        self._callbacks: dict[int, Any] = {}
        key = version or id
        self._init: dict[str, Any] = {
            "name": name,
            "project": project,
            "dir": save_dir or dir,
            "id": key,
            "resume": "allow" if key else None,
            "mode": "offline" if offline else None,
            **options,
        }

    @property
    @_logger.rank_zero_experiment  # type: ignore[untyped-decorator]
    def experiment(self) -> Run:
        """The run. On other ranks than the first, something that takes every call and does nothing."""
        if self._experiment is None:
            self._experiment = headwater.run or self._start()
        return self._experiment

    def _start(self) -> Run:
        run = headwater.init(**self._init)
        # As Lightning's own logger has it: all is drawn over the steps of the trainer, which are not those of the run.
        run.define_metric("*", step_metric=STEP)
        return run

    @property
    def name(self) -> str | None:
        """The project of the run: the folder of Lightning's own files."""
        return self._experiment.project if self._experiment is not None else self._init["project"]

    @property
    def version(self) -> str | None:
        """The id of the run, if it has been started or given."""
        return self._experiment.id if self._experiment is not None else self._init["id"]

    @property
    def save_dir(self) -> str | None:
        """The folder of Lightning's own files; None leaves it to the trainer's `default_root_dir`."""
        folder = self._init["dir"]
        return None if folder is None else os.fspath(folder)

    def __getstate__(self) -> dict[str, Any]:
        """A process that is spawned gets the id of the run, not the run."""
        return {**self.__dict__, "_experiment": None, "_init": {**self._init, "id": self.version}, "_callbacks": {}}

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_hyperparams(self, params: Mapping[str, Any] | Namespace, *args: Any, **kwargs: Any) -> None:
        """Record hyperparameters in the configuration."""
        self.experiment.config.update(params, allow_val_change=True)

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Record metrics, with the trainer's step beside them as `trainer/global_step`."""
        named = {f"{self._prefix}{self.LOGGER_JOIN_CHAR}{key}": value for key, value in metrics.items()}
        values = dict(named if self._prefix else metrics)
        self.experiment.log(values if step is None else {**values, STEP: step})

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_table(
        self,
        key: str,
        columns: Sequence[str] | None = None,
        data: Sequence[Sequence[Any]] | None = None,
        dataframe: Any = None,
        step: int | None = None,
    ) -> None:
        """Record a table, of columns and rows or of a data frame."""
        self.log_metrics({key: Table(columns=columns, data=data, dataframe=dataframe)}, step)

    log_text = log_table

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_image(self, key: str, images: list[Any], step: int | None = None, **options: Sequence[Any]) -> None:
        """Record images; each further argument is a list with a value for each image, such as `caption`."""
        if not isinstance(images, list):
            raise InvalidInputError(f"log_image takes a list of images, not a {type(images).__name__}.")
        each = [{name: values[number] for name, values in options.items()} for number in range(len(images))]
        self.log_metrics({key: [Image(image, **given) for image, given in zip(images, each, strict=True)]}, step)

    def watch(self, model: Any, log: str | None = "gradients", log_freq: int = 100, log_graph: bool = True) -> None:
        """Log histograms of the model: `Run.watch`."""
        self.experiment.watch(model, log=log, log_freq=log_freq, log_graph=log_graph)

    def use_artifact(self, artifact: str, artifact_type: str | None = None) -> Artifact:
        """Declare an artifact as an input of the run: `Run.use_artifact`."""
        used: Artifact = self.experiment.use_artifact(artifact, type=artifact_type)
        return used

    @staticmethod
    def download_artifact(
        artifact: str,
        save_dir: str | os.PathLike[str] | None = None,
        artifact_type: str | None = None,
        use_artifact: bool | None = True,
    ) -> str:
        """Download an artifact and return the folder; as an input of the run that is open, if there is one."""
        if headwater.run is not None and use_artifact:
            found = headwater.run.use_artifact(artifact, type=artifact_type)
        else:
            found = Api().artifact(artifact, type=artifact_type)
        return found.download(root=save_dir)

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Log the checkpoints that are new, if all of them are wanted; else remember where they will be."""
        if self._log_model == "all" or (self._log_model and checkpoint_callback.save_top_k == -1):
            self._log_checkpoints(checkpoint_callback)
        elif self._log_model:
            self._callbacks[id(checkpoint_callback)] = checkpoint_callback

    @rank_zero_only  # type: ignore[untyped-decorator]
    def finalize(self, status: str) -> None:
        """Log the checkpoints that are left, if asked. The run stays open."""
        if status == "success":
            for callback in self._callbacks.values():
                self._log_checkpoints(callback)

    @rank_zero_only  # type: ignore[untyped-decorator]
    def _log_checkpoints(self, callback: Any) -> None:
        for path, score in _checkpoints(callback):
            is_best = path == callback.best_model_path
            seen = (os.path.getmtime(path), is_best)
            if self._logged.get(path) in (seen, (seen[0], True)):
                continue
            self._logged[path] = seen
            run = self.experiment
            log_files(
                run,
                Path(path),
                name=self._checkpoint_name or model_name(run),
                metadata=finite({} if score is None else {"score": score}) | {"original_filename": Path(path).name},
                aliases=["best"] if is_best else [],
                file_name="model.ckpt",
            )


def _checkpoints(callback: Any) -> list[tuple[str, Any]]:
    """The checkpoints that a callback keeps and their scores, the oldest first and the best one last."""
    found: dict[str, Any] = dict.fromkeys((callback.last_model_path,), callback.current_score)
    found |= callback.best_k_models
    found |= {callback.best_model_path: callback.best_model_score}
    there = [(path, score) for path, score in found.items() if path and os.path.exists(path)]
    return sorted(there, key=lambda item: (item[0] == callback.best_model_path, os.path.getmtime(item[0])))
