"""A run: one execution of a program, what it was given, what it measures and what it makes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from . import _exit, _models, _run_artifacts
from ._errors import HeadwaterError, InvalidInputError
from ._metrics import Metric, metric
from ._run_facts import DescribedRun

if TYPE_CHECKING:
    from datetime import timedelta

    from ._alerts import AlertLevel
    from ._artifact import Artifact
    from ._code import Choose


class Run(DescribedRun):
    """A run that is open. `headwater.init` makes it; used as a context manager it is finished at the end.

    Every verb of it also exists at module level, for the run that is open.
    """

    # -- what it measures

    def log(self, data: Mapping[str, Any], step: int | None = None, commit: bool | None = None) -> None:
        """Record values at a step. They are in the journal when this returns, and reach the service soon after.

        What cannot be logged is left out, with a notice that names it; the rest is recorded, and the program goes on.

        Args:
            data: Numbers (of any library), texts, truth values, lists of them, histograms, images, tables and plots by
                their keys. The keys of a nested dictionary are joined with '/'. NaN and the infinities are kept. An
                array of more than 10,000 numbers is recorded as a histogram. One call holds 16 MiB: of what is too
                large for it, the largest values are left out.
            step: The step they belong to; a call with one before the last one is left out. Without it, the next step.
            commit: False lets the next `log` without a step add to the same step.

        Raises:
            InvalidInputError: if `data` is no dictionary, or `step` no whole number.
        """
        self._require_open("log")
        self._recorder.log(data, step, commit)
        for key, table in self._recorder.take_tables():
            _run_artifacts.log_table(self, key, table)

    def define_metric(
        self,
        name: str,
        step_metric: str | Metric | None = None,
        step_sync: bool | None = None,
        hidden: bool | None = None,
        summary: str | Iterable[str] | None = None,
        goal: str | None = None,
        overwrite: bool | None = None,
    ) -> Metric:
        """Say how the values of a key are drawn, and what the summary keeps of them.

        `define_metric("val/*", step_metric="epoch", summary="min")` draws all keys that begin with "val/" over the
        logged values of "epoch", and `summary["val/loss"]` becomes `{"min": …}`.

        Args:
            name: A key, or the beginning of keys followed by `*`. A key follows its own definition, else that of its
                longest beginning.
            step_metric: The key whose values are the horizontal axis.
            step_sync: False leaves records without a value of `step_metric` as they are; they get its last one
                otherwise.
            hidden: Whether charts leave it out until somebody asks for it.
            summary: "min", "max", "mean", "first", "last" or "best", or several with commas between them: the summary
                has an object of them. "copy", as without a definition, is the last value itself; "none" is nothing.
                NaN counts for "first" and "last" alone.
            goal: "minimize" (the default) or "maximize": what "best" is.
            overwrite: Whether what an earlier definition of the name said is forgotten. Otherwise it stays where this
                one says nothing.

        Returns:
            The definition.

        Raises:
            InvalidInputError: if an argument is none of those possible.
        """
        self._require_open("define_metric")
        defined = self._recorder.define(
            metric(name, step_metric, step_sync, hidden, summary, goal), overwrite=bool(overwrite)
        )
        if self._online is not None:
            self._online.metrics_changed(self._recorder.metrics.document())
        return defined

    def _join(self, values: Mapping[str, Any]) -> None:
        """Have values recorded together with those of the next `log`, whatever its step is."""
        self._recorder.join(values)

    def watch(
        self,
        models: Any,
        criterion: Any = None,
        log: str | None = "gradients",
        log_freq: int = 1000,
        idx: int | None = None,
        log_graph: bool = False,
    ) -> None:
        """Log histograms of a PyTorch model's gradients or parameters, beside what the training logs.

        They are recorded with the next `log` after a backward pass: of the first one, and of each `log_freq` after it.

        Args:
            models: A module, or several.
            criterion: Not used; other trackers take it.
            log: "gradients", "parameters", "all" or None.
            log_freq: How many backward passes lie between two histograms.
            idx: The number of the first module, for the names of what is logged: `gradients/graph_1/…` for 1.
            log_graph: Not used: the graph of a model is not recorded.

        Raises:
            InvalidInputError: if one is no module of PyTorch, or an argument is none of those possible.
        """
        self._require_open("watch")
        from ._watch import watch

        watch(self, models, log=log, log_freq=log_freq, idx=idx)

    def unwatch(self, models: Any = None) -> None:
        """Stop what `watch` began, for the models given or for all."""
        from ._watch import unwatch

        unwatch(self, models)

    def _history_step(self) -> int | None:
        """The step that a version logged now belongs to: the last one logged."""
        return self._recorder.last_step if self._recorder.last_step >= 0 else None

    # -- files, artifacts, models

    def save(
        self,
        glob: str | os.PathLike[str],
        base_path: str | os.PathLike[str] | None = None,
        policy: str = "live",
    ) -> list[str]:
        """Keep files with the run.

        Args:
            glob: A path, or a pattern such as "checkpoints/*.pt": the files that are there now.
            base_path: The folder from which the names in the run are counted. Without it: the working folder, and
                for a file outside of it just its name.
            policy: "live" keeps them now, and again as they change and when the run is finished; "now" keeps them
                as they are now, "end" as they are when the run is finished.

        Returns:
            The names of the files in the run.

        Raises:
            NotFoundError: if no file matches.
            InvalidInputError: if there is no such policy.
        """
        self._require_open("save")
        from ._files import POLICIES, matching

        if policy not in POLICIES:
            raise InvalidInputError(f"policy is {policy!r}; it must be 'live', 'now' or 'end'.", field="policy")
        found = matching(glob, base_path)
        if self._online is not None:
            for name, path in found.items():
                self._online.files.add_saved(name, path, policy)
        return list(found)

    def log_code(
        self,
        root: str | os.PathLike[str] = ".",
        name: str | None = None,
        include_fn: Choose | None = None,
        exclude_fn: Choose | None = None,
    ) -> Artifact | None:
        """Log the code under a folder as an artifact of the type "code".

        Args:
            root: The folder.
            name: The artifact's name; `source-<project>-<program>` if not given.
            include_fn: Which files to take, as a function of the path, or of the path and the folder. Without it:
                Python, notebooks, `pyproject.toml`, requirements and Dockerfiles. Hidden folders, virtual
                environments, `node_modules` and the like are never entered.
            exclude_fn: Which of those to leave out.

        Returns:
            The artifact; None if there is no such file, which a notice says.
        """
        self._require_open("log_code")
        from ._artifact import Artifact
        from ._code import TYPE, code_files, code_name

        files = code_files(root, include_fn, exclude_fn)
        if not files:
            self._console.say(f"log_code finds no code under {os.path.abspath(root)}: nothing is logged.")
            return None
        artifact = Artifact(name or code_name(self.project), type=TYPE)
        for path, file in files.items():
            artifact.add_file(str(file), name=path)
        return self.log_artifact(artifact)

    def alert(
        self,
        title: str,
        text: str = "",
        level: AlertLevel | str = "INFO",
        wait_duration: float | timedelta | None = None,
    ) -> None:
        """Tell people something about this run. It returns at once; an alert is kept like what is logged.

        Args:
            title: What happened, in at most 256 characters.
            text: More about it, in Markdown.
            level: INFO, WARN or ERROR.
            wait_duration: Seconds in which another alert of this title is left out.

        Raises:
            InvalidInputError: if there is no such level, or a text is too long.
        """
        self._require_open("alert")
        from ._alerts import alert_input

        given = alert_input(title, text, level)
        if self._online is not None and not self._pauses.holds_back(title, wait_duration):
            self._online.alert(given)

    def log_artifact(
        self,
        artifact_or_path: Artifact | str | os.PathLike[str],
        name: str | None = None,
        type: str | None = None,
        aliases: str | Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
    ) -> Artifact:
        """Log an artifact as an output of this run. It returns at once; `wait()` on what it returns waits.

        Args:
            artifact_or_path: An artifact, or a file, a folder or a URI that becomes one.
            name: For a path: the artifact's name; `run-<id>-<its own name>` if not given.
            type: For a path: the artifact's type; `unspecified` if not given.
            aliases: Aliases that move to this version. `latest` always does.
            tags: Free labels of the version.

        Raises:
            InvalidInputError: if name or type differ from the artifact's. What fails later is raised by `wait()` and
                by `finish()`.
        """
        self._require_open("log_artifact")
        return _run_artifacts.log_artifact(self, artifact_or_path, name=name, type=type, aliases=aliases, tags=tags)

    def use_artifact(
        self,
        artifact_or_name: Artifact | str,
        type: str | None = None,
        aliases: str | Iterable[str] | None = None,
        *,
        allow_recalled: bool = False,
    ) -> Artifact:
        """Declare an artifact as an input of this run. Warns on stderr when a recall reaches it.

        Args:
            artifact_or_name: `[[entity/]project/]name[:ref]` with a version, an alias or a digest as ref (`latest`
                without one), or an artifact. An artifact that is not logged yet is logged first.
            type: The type it must have.
            aliases: With a name that has no ref: the alias to use.
            allow_recalled: Use it although a critical recall reaches it.

        Raises:
            NotFoundError: if there is no such version.
            RecalledError: if a critical recall reaches it, and that is not allowed.
            InvalidInputError: if it has another type, or if both a ref and an alias are given and differ.
        """
        self._require_open("use_artifact")
        return _run_artifacts.use_artifact(
            self, artifact_or_name, type=type, aliases=aliases, allow_recalled=allow_recalled
        )

    def link_artifact(
        self, artifact: Artifact, target_path: str, aliases: str | Iterable[str] | None = None
    ) -> Artifact:
        """Link an artifact into a registry, or another collection; returns the version that it is there.

        Args:
            artifact: What to link. If it is not logged yet, it is logged first.
            target_path: `[[entity/]registry/]collection`; a collection that does not exist is created.
            aliases: Aliases that move to it, there.

        Raises:
            NotFoundError: if there is no such registry or project.
        """
        self._require_open("link_artifact")
        return _run_artifacts.link_artifact(self, artifact, target_path, aliases=aliases)

    def log_model(
        self,
        path: str | os.PathLike[str] | object,
        name: str | None = None,
        aliases: str | Iterable[str] | None = None,
    ) -> Artifact:
        """Log a file, a folder or an `s3://` URI as an artifact of the type "model".

        Args:
            path: What to log. A model in memory is written by the adapter that fits it, as by
                `headwater.beta.workflows.log_model`.
            name: The artifact's name; `run-<id>-<the path's own name>` if not given.
            aliases: Aliases that move to this version.
        """
        return _models.log_model(self, path, name=name, aliases=aliases)

    def use_model(self, name: str, *, allow_recalled: bool = False) -> str:
        """Declare a model as an input, download it, and return the path of its one file, or of its folder.

        Args:
            name: `[[entity/]project/]name[:ref]`, a registry may stand in the project's place; its type must contain
                "model".
            allow_recalled: Use it although a critical recall reaches it.

        Raises:
            NotFoundError: if there is no such version; of a registered model the message gives the path.
            RecalledError: if a critical recall reaches it, and that is not allowed.
            InvalidInputError: if it is no model.
        """
        return _models.use_model(self, name, allow_recalled=allow_recalled)

    def link_model(
        self,
        path: str | os.PathLike[str],
        registered_model_name: str,
        name: str | None = None,
        aliases: str | Iterable[str] | None = None,
    ) -> Artifact:
        """Log a model and link it to a registered model of the registry `model-registry`.

        Args:
            path: The file, folder or `s3://` URI of the model.
            registered_model_name: The registered model's name; it is created if there is none.
            name: The artifact's name, as for `log_model`.
            aliases: Aliases that move to it, in the registry.
        """
        return _models.link_model(self, path, registered_model_name, name=name, aliases=aliases)

    # -- how it ends

    def finish(self, exit_code: int | None = None) -> None:
        """End the run: wait for its artifacts, send what is left, say how it ended. Does nothing if it has ended.

        Args:
            exit_code: 0 for FINISHED (the default), anything else for FAILED.

        Raises:
            HeadwaterError: if an artifact could not be logged (the run is FAILED then), if an alias of one was
                refused (the run is not, for its version is there), or if the service could not be told.
        """
        self._finish(0 if exit_code is None else exit_code)

    def _finish(self, exit_code: int, *, is_killed: bool = False) -> None:
        if self._state != "RUNNING":
            return
        if os.getpid() != self._process:
            # A forked child only sends what it logged; the run belongs to its parent.
            self._flush_child()
            return
        from . import _init

        try:
            if self._watches:
                self.unwatch()
            self._recorder.finish()
            if is_killed and self._online is not None:
                self._online.tell_of_waiting()
            failure, is_whole = (None, True) if self._online is None else self._online.settle()
            exit_code = exit_code if is_whole or exit_code else 1
            self._state = "KILLED" if is_killed else ("FINISHED" if exit_code == 0 else "FAILED")
            if self._online is not None:
                self._online.close(self, exit_code)
        except (KeyboardInterrupt, SystemExit):
            if self._online is not None:
                self._online.tell_of_leaving()
            raise
        finally:
            # Whatever happened: this run is over here, and the next `init` starts another.
            self._state = "FAILED" if self._state == "RUNNING" else self._state
            _init.leave(self)
        if failure is not None:
            raise failure

    def _flush_child(self) -> None:
        if self._online is not None:
            self._online.sender.finish(patience=30.0)

    def __enter__(self) -> Self:
        """Enter the run. Only the `with` that started it finishes it."""
        if self._joined:
            self._joined -= 1
            self._entered.append(False)
        else:
            self._entered.append(not any(self._entered))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the run: FAILED after an exception, KILLED after an interrupt."""
        if not self._entered.pop():
            return
        exit_code, is_killed = _exit.code_of(error)
        if error is not None and self._online is not None:
            self._online.tell_error(error)
        try:
            self._finish(exit_code, is_killed=is_killed)
        except HeadwaterError as failure:
            if error is None:
                raise
            # The program's own exception is the news; this must not hide it.
            self._console.say(f"The run could not be finished: {failure}")

    def _after_fork(self) -> None:
        """Make this object right for a forked child."""
        self._recorder.after_fork()
