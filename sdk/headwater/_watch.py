"""`watch`: histograms of a PyTorch model's gradients and parameters, logged beside what the training logs.

The hooks are those of parameters, not of modules: a copied or exported model carries none of them, a compiled one
keeps them, and a batch that is not logged costs one call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ._errors import InvalidInputError

if TYPE_CHECKING:
    from ._histogram import Histogram
    from ._run import Run

BINS = 64
_PARTS = {"gradients": ("gradients",), "parameters": ("parameters",), "all": ("gradients", "parameters"), None: ()}


def watch(run: Run, models: Any, *, log: str | None, log_freq: int, idx: int | None) -> None:
    """Begin to log histograms of one or several models.

    Raises:
        InvalidInputError: if one is no module of PyTorch, or an argument is none of those possible.
    """
    if log not in _PARTS:
        raise InvalidInputError(f"log is {log!r}; it must be 'gradients', 'parameters', 'all' or None.", field="log")
    if isinstance(log_freq, bool) or not isinstance(log_freq, int) or log_freq < 1:
        raise InvalidInputError(f"log_freq is {log_freq!r}; it must be a whole number from 1.", field="log_freq")
    modules = list(models) if isinstance(models, list | tuple) else [models]
    for module in modules:
        if not hasattr(module, "named_parameters"):
            raise InvalidInputError(f"watch takes modules of PyTorch, not {module!r}.", field="models")
    unwatch(run, modules)
    if run.disabled:
        return
    first = len(run._watches) if idx is None else idx
    for number, module in enumerate(modules, first):
        watched = _Watch(run, module, f"graph_{number}/" if number else "", _PARTS[log], log_freq)
        run._watches.append(watched)
        watched.begin()


def unwatch(run: Run, models: Any = None) -> None:
    """Stop it for the models given, or for all."""
    modules = models if isinstance(models, list | tuple) or models is None else [models]
    for watched in list(run._watches):
        if modules is None or any(watched.module is module for module in modules):
            watched.end()
            run._watches.remove(watched)


class _Watch:
    """One watched module. One parameter counts the backward passes; the others are hooked for those to be logged."""

    def __init__(self, run: Run, module: Any, prefix: str, parts: tuple[str, ...], frequency: int) -> None:
        self.module = module
        self._run = run
        self._prefix = prefix
        self._parts = parts
        self._frequency = frequency
        self._passes = 0
        self._counter: Any = None
        self._hooks: list[Any] = []

    def begin(self) -> None:
        """Count backward passes, and be ready for the first."""
        trained = self._trained()
        if self._parts and not trained:
            self._run._console.say("watch: the model has no parameter that is trained, so there is nothing to log.")
        elif self._parts:
            # The last parameter is nearest to the loss: the one least likely to be frozen later.
            self._counter = trained[-1][1].register_hook(self._passed)
            self._hook()

    def end(self) -> None:
        """Take all hooks away."""
        self._unhook()
        if self._counter is not None:
            self._counter.remove()

    def _trained(self) -> list[tuple[str, Any]]:
        return [(name, tensor) for name, tensor in self.module.named_parameters() if tensor.requires_grad]

    def _hook(self) -> None:
        if "gradients" in self._parts:
            self._hooks = [
                tensor.register_hook(partial(self._record, "gradients", name)) for name, tensor in self._trained()
            ]

    def _unhook(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _passed(self, gradient: Any) -> None:
        """A backward pass goes on: one call each."""
        if self._passes % self._frequency == 0 and "parameters" in self._parts:
            for name, tensor in self._trained():
                self._record("parameters", name, tensor)
        if self._frequency > 1 and self._passes % self._frequency == 0:
            _after_pass(self._unhook)
        self._passes += 1
        if self._frequency > 1 and self._passes % self._frequency == 0:
            _after_pass(self._hook)

    def _record(self, part: str, name: str, tensor: Any) -> None:
        self._run._join({f"{part}/{self._prefix}{name}": _histogram(tensor)})


def _after_pass(call: Callable[[], None]) -> None:
    """Call it at the end of the backward pass: a hook that was set within it would see part of that pass."""
    import torch

    torch.autograd.Variable._execution_engine.queue_callback(call)


def _histogram(tensor: Any) -> Histogram:
    """The histogram of a tensor, counted where the tensor lies."""
    import torch

    from ._histogram import Histogram

    values = tensor.detach()
    if values.is_sparse:
        values = values.coalesce().values()
    if values.is_complex():
        values = values.abs()
    if values.dtype != torch.float64:
        values = values.float()
    finite = values[values.isfinite()]
    low, high = (float(edge) for edge in finite.aminmax()) if finite.numel() else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = finite.histc(bins=BINS, min=low, max=high)
    edges = [low + (high / BINS - low / BINS) * number for number in range(BINS)]
    found = Histogram(np_histogram=(counts.long().tolist(), [*edges, high]))
    found.ignored = values.numel() - finite.numel()
    return found
