"""Models as objects: logged, linked and used without a thought for their files.

`log_model` writes an object by the adapter that fits it (`headwater.ModelAdapter`), `use_model(…).model_obj()` reads
it again. What could run code while it is read is only read with `trust=True`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .. import _init, _models, _saved_model
from .._adapters import LoadRequest, ModelAdapter, SavedFormat
from .._errors import InvalidInputError
from .._saved_model import SavedModel

if TYPE_CHECKING:
    from .._artifact import Artifact

__all__ = ["LoadRequest", "ModelAdapter", "SavedFormat", "SavedModel", "link_model", "log_model", "use_model"]


def log_model(
    model_obj: Any,
    name: str | None = None,
    aliases: str | Iterable[str] | None = None,
    description: str | None = None,
    metadata: Mapping[Any, Any] | None = None,
    project: str | None = None,
) -> SavedModel:
    """Write a model to files and log them as an artifact of the type "model", in the open run or in a new one.

    Args:
        model_obj: The model: of a framework with an adapter, shipped or your own.
        name: The artifact's name; `run-<id>-<the model's class>` if not given.
        aliases: Aliases that move to this version.
        description: Free text in Markdown.
        metadata: What to note beside how the model was written, which stands under `saved_model`.
        project: The project of the run, if none is open yet. The run that is started stays open.

    Raises:
        InvalidInputError: if no adapter takes the model, naming those that were tried.
    """
    run = _init.find_current() or _init.init(project=project)
    if project is not None and project != run.project:
        raise InvalidInputError(f"The run that is open is in the project {run.project!r}, not {project!r}.")
    return _saved_model.log(run, model_obj, name=name, aliases=aliases, description=description, metadata=metadata)


def link_model(
    model_version: SavedModel | Artifact, target_path: str, aliases: str | Iterable[str] | None = None
) -> Artifact:
    """Link a model to a registered model; returns the version that it is there.

    Args:
        model_version: What `log_model` or `use_model` returned, or an artifact.
        target_path: `[[entity/]project/]name` or `[entity/]registry/name`; the collection is made if it is missing.
        aliases: Aliases that move to it, there.

    Raises:
        NotFoundError: if there is no such project or registry.
    """
    artifact = model_version.artifact if isinstance(model_version, SavedModel) else model_version
    run = _init.find_current()
    return artifact.link(target_path, aliases) if run is None else run.link_artifact(artifact, target_path, aliases)


def use_model(aliased_path: str, trust: bool = False) -> SavedModel:
    """Find a model by its path, and declare it as an input of the run that is open, if there is one.

    Args:
        aliased_path: `[[entity/]project/]name[:ref]`; a registry may stand in the project's place.
        trust: Allow that reading it runs code that came with it.

    Raises:
        NotFoundError: if there is no such version.
        InvalidInputError: if it is no model.
    """
    return SavedModel(_models.use(_init.find_current(), aliased_path), trust=trust)


class _SavedModel(ModelAdapter, abstract=True):
    """An adapter in the older way of writing one: three static methods, and two attributes.

    `_log_type` names it, `_path_extension` ends its one file; without an extension it is given a folder. What it
    reads is taken to be able to run code: `model_obj(trust=True)`. With `_is_safe = True` it says otherwise.
    """

    _log_type: ClassVar[str] = ""
    _path_extension: ClassVar[str] = ""
    _is_safe: ClassVar[bool] = False

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        if "name" not in vars(cls) and vars(cls).get("_log_type"):
            cls.name = cls._log_type
        cls.format = cls._path_extension or cls._log_type or cls.__qualname__
        cls.safe_formats = frozenset({cls.format}) if cls._is_safe else frozenset()
        # A class that only brings what its subclasses share has no methods of its own to be used by.
        super().__init_subclass__(abstract=abstract or cls._serialize is _SavedModel._serialize, **kwargs)

    @staticmethod
    def _validate_obj(obj: Any) -> bool:
        raise NotImplementedError("A subclass says which models it takes.")

    @staticmethod
    def _serialize(model_obj: Any, dir_or_file_path: str) -> None:
        raise NotImplementedError("A subclass says how a model is written.")

    @staticmethod
    def _deserialize(dir_or_file_path: str) -> Any:
        raise NotImplementedError("A subclass says how a model is read.")

    def distance(self, model: Any) -> int | None:
        # It does not say of which class its models are. It was written for them, so nothing is nearer.
        return 0 if self._validate_obj(model) else None

    def save(self, model: Any, folder: Path) -> None:
        self._serialize(model, self._path(folder))

    def load(self, folder: Path, request: LoadRequest) -> Any:
        return self._deserialize(self._path(folder))

    def _path(self, folder: Path) -> str:
        return str(folder / f"model.{self._path_extension.lstrip('.')}" if self._path_extension else folder)
