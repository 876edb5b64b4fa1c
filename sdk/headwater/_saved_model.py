"""A model in memory as a version: written by an adapter, logged, and read again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ._adapters import LoadRequest, SavedFormat, load_model, save_model
from ._artifact import Artifact
from ._cache import default_cache
from ._draft import walk_files
from ._errors import InvalidInputError
from ._metadata import checked_metadata

if TYPE_CHECKING:
    from ._run import Run

METADATA_KEY = "saved_model"


class SavedModel:
    """A model that is a version, or becomes one: its artifact, and the object it is in memory."""

    def __init__(self, artifact: Artifact, *, trust: bool = False, model: Any = None) -> None:
        self._artifact = artifact
        self._trust = trust
        self._model = model

    @property
    def artifact(self) -> Artifact:
        """The artifact that holds its files."""
        return self._artifact

    @property
    def name(self) -> str:
        """`mnist-nn:v3`; without the version while it is on its way."""
        return self._artifact.name

    def __repr__(self) -> str:
        """Its artifact."""
        return f"<SavedModel {self._artifact!r}>"

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until it is logged: `Artifact.wait`."""
        self._artifact.wait(timeout)
        return self

    def model_obj(self, *, trust: bool | None = None, model: Any = None) -> Any:
        """The model as an object: the one that was logged, or read from the files of the version.

        Args:
            trust: Allow that reading it runs code that came with it. Default: as `use_model` was told.
            model: For frameworks that store a state only (PyTorch): the object to fill, or its class.

        Raises:
            UntrustedModelError: if reading it can run code, without trust.
            NotFoundError: if the adapter that wrote it is not defined in this program.
            InvalidInputError: if it was not written by an adapter, or cannot be read.
        """
        if self._model is None or model is not None:
            allowed = self._trust if trust is None else trust
            request = LoadRequest(saved=self._saved_format(), trust=allowed, model=model)
            folder = Path(self._artifact.download())
            self._model = load_model(folder, request, name=self._artifact.name)
        return self._model

    def _saved_format(self) -> SavedFormat:
        """How it was written, as its metadata says."""
        noted = self._artifact.metadata.get(METADATA_KEY)
        given = noted if isinstance(noted, dict) else {}
        known: dict[str, Any] = {field.name: given.get(field.name) for field in fields(SavedFormat)}
        needed = (known["adapter"], known["format"], known["model_class"])
        if not all(isinstance(value, str) for value in needed):
            raise InvalidInputError(
                f"{self.name} does not say how its model was written, as log_model of headwater.beta.workflows notes "
                "it. Read its files yourself: artifact.download()."
            )
        return SavedFormat(**known)


def log(
    run: Run,
    model: Any,
    *,
    name: str | None,
    aliases: str | Iterable[str] | None,
    description: str | None = None,
    metadata: Mapping[Any, Any] | None = None,
) -> SavedModel:
    """Write a model by the adapter that fits it, and log the files as an output of a run."""
    noted = checked_metadata(metadata)
    if METADATA_KEY in noted:
        raise InvalidInputError(
            f"The key {METADATA_KEY!r} of the metadata is taken: it says how the model was written."
        )
    artifact = Artifact(name or f"run-{run.id}-{type(model).__name__}", "model", description)
    with default_cache().scratch_folder() as folder:
        saved = save_model(model, Path(folder))
        for path, _ in walk_files(folder):
            artifact._content.adopt_file(os.path.join(folder, *path.split("/")), path, overwrite=False)
    if artifact.file_count == 0:
        raise InvalidInputError(f"The adapter {saved.adapter!r} wrote no file.")
    artifact.metadata = {**noted, METADATA_KEY: asdict(saved)}
    return SavedModel(run.log_artifact(artifact, aliases=aliases), model=model)
