"""Headwater: where every model and dataset comes from, and what came out of it.

Code written for `import wandb` runs after `import headwater as wandb`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "AlertLevel",
    "Api",
    "Artifact",
    "ArtifactTTL",
    "Audio",
    "Histogram",
    "Html",
    "Image",
    "ModelAdapter",
    "Plotly",
    "Run",
    "Table",
    "Video",
    "alert",
    "beta",
    "config",
    "define_metric",
    "errors",
    "finish",
    "init",
    "link_artifact",
    "link_model",
    "log",
    "log_artifact",
    "log_code",
    "log_model",
    "login",
    "plot",
    "rules",
    "run",
    "save",
    "summary",
    "unwatch",
    "use_artifact",
    "use_model",
    "watch",
]

if TYPE_CHECKING:
    from . import beta, errors, plot, rules
    from ._adapters import ModelAdapter
    from ._alerts import AlertLevel
    from ._api import Api
    from ._artifact import Artifact
    from ._clips import Audio, Video
    from ._config import Config
    from ._deletion import ArtifactTTL
    from ._histogram import Histogram
    from ._image import Image
    from ._init import finish, init
    from ._login import login
    from ._pages import Html, Plotly
    from ._run import Run
    from ._summary import Summary
    from ._table import Table
    from ._verbs import (
        alert,
        define_metric,
        link_artifact,
        link_model,
        log,
        log_artifact,
        log_code,
        log_model,
        save,
        unwatch,
        use_artifact,
        use_model,
        watch,
    )

    run: Run | None
    config: Config
    summary: Summary

# Each name is loaded when it is first used, so that importing the package costs next to nothing.
_HOMES = {
    "AlertLevel": "_alerts",
    "alert": "_verbs",
    "log_code": "_verbs",
    "Api": "_api",
    "Artifact": "_artifact",
    "ArtifactTTL": "_deletion",
    "Audio": "_clips",
    "Histogram": "_histogram",
    "Html": "_pages",
    "Image": "_image",
    "ModelAdapter": "_adapters",
    "Plotly": "_pages",
    "Run": "_run",
    "Table": "_table",
    "Video": "_clips",
    "define_metric": "_verbs",
    "finish": "_init",
    "init": "_init",
    "link_artifact": "_verbs",
    "link_model": "_verbs",
    "log": "_verbs",
    "log_artifact": "_verbs",
    "log_model": "_verbs",
    "login": "_login",
    "save": "_verbs",
    "unwatch": "_verbs",
    "use_artifact": "_verbs",
    "use_model": "_verbs",
    "watch": "_verbs",
}
_MODULES = ("beta", "errors", "plot", "rules")
# Modules that need a library of the same name, and so are no part of `__all__`.
_INTEGRATIONS = ("integration", "keras", "lightgbm", "sklearn", "xgboost")


def __getattr__(name: str) -> Any:
    # `run`, `config` and `summary` are those of the run that is open now: they are looked up each time.
    if name == "run":
        return import_module("._init", __name__).find_current()
    if name in ("config", "summary"):
        return getattr(import_module("._init", __name__).current(name), name)
    if name in _MODULES or name in _INTEGRATIONS:
        return import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext headwater`: make the cell magics known. An import in a notebook does the same."""
    import_module("._notebook", __name__).register(ipython)


if "IPython" in sys.modules:
    import_module("._notebook", __name__).register()
