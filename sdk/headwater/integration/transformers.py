"""A callback for the Trainer of Hugging Face: `Trainer(..., callbacks=[WandbCallback()])`, with `report_to="none"`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import transformers

import headwater

from .. import Run
from ..errors import InvalidInputError
from ._common import finite, log_files, log_saved

__all__ = ["WandbCallback"]

STEP = "train/global_step"
_CHOICES = (False, "end", "checkpoint")
_OF_THE_WHOLE = ("train_runtime", "train_samples_per_second", "train_steps_per_second", "train_loss", "total_flos")


class WandbCallback(transformers.TrainerCallback):  # type: ignore[misc]  # it is not there for the type checker
    """Logs what the Trainer logs, its arguments and the model's configuration, and, if asked, the model.

    The run that is open is used, else one is started when the training begins. It stays open: `headwater.finish()`.

    Args:
        log_model: "checkpoint" logs each checkpoint folder when it is saved, in the background; "end" the model as it
            is when the training ends (with `load_best_model_at_end`, the best one); False none.
        watch: Log histograms of the model: "gradients", "parameters", "all", or False.
        options: Arguments of `headwater.init`.

    Raises:
        InvalidInputError: if `log_model` is something else.
    """

    def __init__(self, log_model: bool | str = False, watch: bool | str = False, **options: Any) -> None:
        if log_model not in _CHOICES:
            raise InvalidInputError(f"log_model is {log_model!r}; it must be False, 'end' or 'checkpoint'.")
        self._log_model = log_model
        self._watch = watch
        self._options = options
        self._run: Run | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Start the run, if none is open, and record the settings."""
        if state.is_world_process_zero:
            self._begin(args, state, given.get("model"))

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **given: Any) -> None:
        """Record what the Trainer logs, in the groups `train/`, `eval/` and `test/`."""
        if state.is_world_process_zero and logs:
            run = self._begin(args, state, given.get("model"))
            run.summary.update({name: logs[name] for name in _OF_THE_WHOLE if name in logs})
            values = {_grouped(name): value for name, value in logs.items() if name not in _OF_THE_WHOLE}
            run.log({**values, STEP: state.global_step})

    def on_predict(self, args: Any, state: Any, control: Any, metrics: Mapping[str, Any], **given: Any) -> None:
        """Record the metrics of a prediction."""
        if state.is_world_process_zero:
            run = self._begin(args, state, given.get("model"))
            run.log({_grouped(name): value for name, value in metrics.items()})

    def on_save(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Log a checkpoint, if asked."""
        if self._log_model == "checkpoint" and state.is_world_process_zero:
            folder = Path(args.output_dir, f"checkpoint-{state.global_step}")
            is_best = state.best_model_checkpoint is not None and Path(state.best_model_checkpoint) == folder
            log_files(
                self._begin(args, state, given.get("model")),
                folder,
                metadata=_metadata(state),
                aliases=["best"] if is_best else [],
            )

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Log the model, if asked."""
        model = given.get("model")
        if self._log_model == "end" and state.is_world_process_zero and model is not None:
            tokenizer = given.get("processing_class")

            def save(path: str) -> None:
                model.save_pretrained(path)
                if tokenizer is not None:
                    tokenizer.save_pretrained(path)

            log_saved(self._begin(args, state, model), save, "model", metadata=_metadata(state))

    def _begin(self, args: Any, state: Any, model: Any) -> Run:
        if self._run is not None and self._run.state == "RUNNING":
            return self._run
        name = state.trial_name or getattr(args, "run_name", None)
        run = headwater.run or headwater.init(**{"name": name, **self._options})
        settings = args.to_sanitized_dict()
        if model is not None and getattr(model, "config", None) is not None:
            settings = {**_as_dict(model.config), **settings}
        run.config.update(settings, allow_val_change=True)
        run.define_metric("train/*", step_metric=STEP)
        run.define_metric("eval/*", step_metric=STEP)
        if self._watch and model is not None:
            run.watch(model, log=str(self._watch), log_freq=max(100, args.logging_steps))
        self._run = run
        return run


def _as_dict(config: Any) -> dict[str, Any]:
    values: dict[str, Any] = config if isinstance(config, dict) else config.to_dict()
    return values


def _grouped(name: str) -> str:
    group, _, rest = name.partition("_")
    return f"{group}/{rest}" if rest and group in ("eval", "test") else f"train/{name}"


def _metadata(state: Any) -> dict[str, Any]:
    logged: dict[str, Any] = {}
    for record in state.log_history:
        logged |= record
    return {"global_step": state.global_step, **finite({_grouped(name): value for name, value in logged.items()})}
