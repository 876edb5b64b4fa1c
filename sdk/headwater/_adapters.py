"""How a model in memory becomes files and comes back: the base class of adapters, and which of them fits a model."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, ClassVar

from ._errors import HeadwaterError, InvalidInputError, NotFoundError, UntrustedModelError

_registered: dict[str, type[ModelAdapter]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFormat:
    """How a model was written: what the metadata of its version says under `saved_model`."""

    adapter: str
    format: str
    model_class: str
    framework: str | None = None
    framework_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """What an adapter is told when it reads a model.

    `saved` says how it was written. `trust` is true when the caller allows that reading it runs code, and `model` is
    the object or the class that the caller gave to be filled, if any.
    """

    saved: SavedFormat
    trust: bool = False
    model: Any = None


class ModelAdapter:
    """Writes models of some types to files, and reads them. Defining a subclass is all that it takes to register it.

    Of the adapters that fit a model, the one whose type is nearest to the model's own class is taken; of equally near
    ones the one that was defined last. What a subclass defines: `model_types`, the types of models it takes, as
    classes or as dotted names (which need no import); `format`, the name of what it writes; `safe_formats`, those of
    its formats that can be read without running code from the file; `framework`, the distribution whose version is
    noted; `name`, which the metadata of a version names it by (its module and class if not given); and the methods
    `save` and `load`.
    """

    name: ClassVar[str] = ""
    model_types: ClassVar[tuple[type | str, ...]] = ()
    format: ClassVar[str] = ""
    safe_formats: ClassVar[frozenset[str]] = frozenset()
    framework: ClassVar[str | None] = None

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        """Register the subclass, unless it is `abstract`. Another of the same name takes the place of the first."""
        super().__init_subclass__(**kwargs)
        if abstract:
            return
        if "name" not in vars(cls):
            cls.name = dotted(cls)
        # Taken out first, so that a class defined anew counts as the last one.
        _registered.pop(cls.name, None)
        _registered[cls.name] = cls

    def distance(self, model: Any) -> int | None:
        """How far the nearest of `model_types` is from the model's class, 0 for itself; None if it is none of them."""
        for steps, kind in enumerate(type(model).__mro__):
            if kind in self.model_types or dotted(kind) in self.model_types:
                return steps
        return None

    def accepts(self, model: Any) -> bool:
        """Whether it can write this one, of which it takes the type."""
        return True

    def framework_of(self, model: Any) -> str | None:
        """The distribution that the model comes from."""
        return self.framework

    def save(self, model: Any, folder: Path) -> str | None:
        """Write a model into an empty folder. Returns the format, if it is another than `format`."""
        raise NotImplementedError(f"{self.name} does not say how to save a model.")

    def load(self, folder: Path, request: LoadRequest) -> Any:
        """Read the model from a folder that `save` wrote."""
        raise NotImplementedError(f"{self.name} does not say how to load a model.")


def dotted(kind: type) -> str:
    """The module and the name of a class."""
    return f"{kind.__module__}.{kind.__qualname__}"


def adapters() -> list[ModelAdapter]:
    """One of each adapter that is defined, the shipped ones included; the one defined last comes first."""
    import_module("._adapters_shipped", __package__)
    return [kind() for kind in reversed(_registered.values())]


def find_adapter(model: Any) -> ModelAdapter:
    """The adapter that fits a model best.

    Raises:
        InvalidInputError: if none does, naming those that were tried.
    """
    tried = adapters()
    near = [(steps, adapter) for adapter in tried if (steps := adapter.distance(model)) is not None]
    for _, adapter in sorted(near, key=lambda found: found[0]):
        if adapter.accepts(model):
            return adapter
    names = ", ".join(sorted(adapter.name for adapter in tried))
    advice = (
        "That is a path: run.log_model(path) logs files."
        if isinstance(model, str | Path)
        else "Define a subclass of headwater.ModelAdapter for it, or write a file and log that: run.log_model(path)."
    )
    raise InvalidInputError(f"No adapter takes a {dotted(type(model))}; tried: {names}. {advice}", field="model_obj")


def save_model(model: Any, folder: Path) -> SavedFormat:
    """Write a model into an empty folder by the adapter that fits it.

    Raises:
        InvalidInputError: if no adapter fits, or it could not write the model.
    """
    adapter = find_adapter(model)
    try:
        written = adapter.save(model, folder)
    except HeadwaterError:
        raise
    except Exception as error:
        raise InvalidInputError(f"The adapter {adapter.name!r} could not write the model: {error}") from error
    framework = adapter.framework_of(model)
    return SavedFormat(
        adapter=adapter.name,
        format=written or adapter.format,
        model_class=dotted(type(model)),
        framework=framework,
        framework_version=version_of(framework),
    )


def load_model(folder: Path, request: LoadRequest, *, name: str) -> Any:
    """Read a model by the adapter that wrote it; `name` is what messages call it.

    Raises:
        NotFoundError: if that adapter is not defined in this program.
        UntrustedModelError: if reading it can run code, and `trust` does not allow that.
        InvalidInputError: if the adapter could not read it.
    """
    saved = request.saved
    adapter = next((found for found in adapters() if found.name == saved.adapter), None)
    if adapter is None:
        raise NotFoundError(
            f"{name} was written by the adapter {saved.adapter!r}, which is not defined here: import the module that "
            "defines it, or read the files yourself: artifact.download()."
        )
    if saved.format not in adapter.safe_formats and not request.trust:
        raise UntrustedModelError(
            f"{name} has the format {saved.format!r}, and reading that can run code which is in the file. "
            "If you trust who made it: model_obj(trust=True)."
        )
    try:
        return adapter.load(folder, request)
    except HeadwaterError:
        raise
    except Exception as error:
        raise InvalidInputError(f"{name} could not be read by the adapter {adapter.name!r}: {error}") from error


def version_of(distribution: str | None) -> str | None:
    """The installed version of a distribution."""
    if distribution is None:
        return None
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
