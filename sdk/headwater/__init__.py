"""Headwater: where every model and dataset comes from, and what came out of it.

Code written for `import wandb` runs after `import headwater as wandb`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Api",
    "Artifact",
    "ArtifactTTL",
    "Image",
    "ModelAdapter",
    "Run",
    "beta",
    "config",
    "errors",
    "finish",
    "init",
    "link_artifact",
    "link_model",
    "log",
    "log_artifact",
    "log_model",
    "login",
    "plot",
    "rules",
    "run",
    "save",
    "summary",
    "use_artifact",
    "use_model",
]

if TYPE_CHECKING:
    from . import beta, errors, plot, rules
    from ._adapters import ModelAdapter
    from ._api import Api
    from ._artifact import Artifact
    from ._config import Config
    from ._deletion import ArtifactTTL
    from ._init import finish, init
    from ._login import login
    from ._media import Image
    from ._run import Run
    from ._summary import Summary
    from ._verbs import (
        link_artifact,
        link_model,
        log,
        log_artifact,
        log_model,
        save,
        use_artifact,
        use_model,
    )

    run: Run | None
    config: Config
    summary: Summary

# Each name is loaded when it is first used, so that importing the package costs next to nothing.
_HOMES = {
    "Api": "_api",
    "Artifact": "_artifact",
    "ArtifactTTL": "_deletion",
    "Image": "_media",
    "ModelAdapter": "_adapters",
    "Run": "_run",
    "finish": "_init",
    "init": "_init",
    "link_artifact": "_verbs",
    "link_model": "_verbs",
    "log": "_verbs",
    "log_artifact": "_verbs",
    "log_model": "_verbs",
    "login": "_login",
    "save": "_verbs",
    "use_artifact": "_verbs",
    "use_model": "_verbs",
}
_MODULES = ("beta", "errors", "plot", "rules")


def __getattr__(name: str) -> Any:
    # `run`, `config` and `summary` are those of the run that is open now: they are looked up each time.
    if name == "run":
        return import_module("._init", __name__).find_current()
    if name in ("config", "summary"):
        return getattr(import_module("._init", __name__).current(name), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
