"""What a module of PyTorch is beside its state: its objects as a pickle that holds no tensors of the state.

Reading a pickle can run code, so this is read with trust alone; the state itself lies beside it as safetensors.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

_PROTOCOL = 4


class _Pickler(pickle.Pickler):
    """Writes the place of a tensor of the state, instead of the tensor."""

    def __init__(self, file: Any, module: Any) -> None:
        super().__init__(file, protocol=_PROTOCOL)
        # The first name of a tensor that has several. The state is kept, so that no id is used again.
        self._state = module.state_dict(keep_vars=True)
        self._names = {id(tensor): name for name, tensor in reversed(self._state.items())}

    def persistent_id(self, obj: Any) -> tuple[str, bool, bool, tuple[int, ...], str] | None:
        if not isinstance(obj, torch.Tensor) or id(obj) not in self._names:
            return None
        is_parameter = isinstance(obj, torch.nn.Parameter)
        dtype = str(obj.dtype).removeprefix("torch.")
        return self._names[id(obj)], is_parameter, obj.requires_grad, tuple(obj.shape), dtype


class _Unpickler(pickle.Unpickler):
    """Puts an empty tensor in the place of each, and the same one wherever the same one was."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self._made: dict[str, Any] = {}

    def persistent_load(self, pid: tuple[str, bool, bool, tuple[int, ...], str]) -> Any:
        name, is_parameter, requires_grad, shape, dtype = pid
        if name not in self._made:
            empty = torch.empty(shape, dtype=getattr(torch, dtype))
            self._made[name] = torch.nn.Parameter(empty, requires_grad) if is_parameter else empty
        return self._made[name]


def write(module: Any, path: Path) -> None:
    """Write the structure. A module that holds what cannot be pickled raises what its pickling raises."""
    with path.open("wb") as file:
        _Pickler(file, module).dump(module)


def read(path: Path) -> Any:
    """The module, with its state still to be filled in. This runs what the pickle says."""
    with path.open("rb") as file:
        return _Unpickler(file).load()
