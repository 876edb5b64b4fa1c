"""What all media share: how one becomes files of a run, files of an artifact, a cell of a table, and itself again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, ClassVar, Self

from ._history import Loggable, MediaFile


@dataclass(frozen=True)
class Kept:
    """What is stored of a medium: its bytes, what JSON can hold of it, and files that belong to it, by name."""

    content: bytes
    facts: dict[str, Any]
    companions: Mapping[str, bytes] = field(default_factory=dict)


class Media(Loggable):
    """Something that is kept as a file in a format that other tools read."""

    _kind: ClassVar[str]
    _folder: ClassVar[str]

    def _ending(self) -> str:
        """The end of its file's name."""
        raise NotImplementedError

    def _kept(self) -> Kept:
        """All that is stored of it."""
        raise NotImplementedError

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        """What `_kept` was made of."""
        raise NotImplementedError

    def as_file(self, key: str, step: int) -> MediaFile:
        """The run file of it, logged under a key at a step."""
        kept = self._kept()
        path, digest = media_path(self._folder, key, step, kept.content, self._ending())
        value = {"_type": self._kind, "path": path, "digest": digest, "size": len(kept.content), **kept.facts}
        companions = [
            _companion(self._folder, f"{key}/{name}", step, content) for name, content in kept.companions.items()
        ]
        if companions:
            value["files"] = {name: file.value for name, file in zip(kept.companions, companions, strict=True)}
        return MediaFile(path, kept.content, value, tuple(companions))


def _companion(folder: str, key: str, step: int, content: bytes) -> MediaFile:
    path, digest = media_path(folder, key, step, content, ".png")
    return MediaFile(path, content, {"path": path, "digest": digest, "size": len(content)})


def media_path(folder: str, key: str, step: int, content: bytes, ending: str) -> tuple[str, str]:
    """Where a media file lies in its run, and the digest of its bytes."""
    digest = hashlib.sha256(content).hexdigest()
    return f"media/{folder}/{safe_path(key)}_{step}_{digest[:8]}{ending}", f"sha256:{digest}"


def safe_path(key: str) -> str:
    """A key as a path that every file system takes."""
    segments = [re.sub(r"[^\w.\- ]", "_", part)[:80].strip(" .") or "_" for part in key.split("/") if part]
    return "/".join(segments) or "_"


def media_of(value: Any) -> Media | None:
    """The medium that an object of another library becomes: a figure, a picture, a data frame; None for others.

    No library is loaded for it: only what is loaded already can have made the object.
    """
    if isinstance(value, Media):
        return value
    home = type(value).__module__.partition(".")[0]
    if home == "PIL" and hasattr(value, "getbands"):
        from ._image import Image

        return Image(value)
    if home in ("matplotlib", "seaborn") or (isinstance(value, ModuleType) and value.__name__ == "matplotlib.pyplot"):
        return _drawing(value)
    if home == "plotly" and hasattr(value, "to_json"):
        from ._pages import Plotly

        return Plotly(value)
    if home in ("pandas", "polars", "pyarrow") and hasattr(value, "columns"):
        from ._table import Table

        return Table(dataframe=value)
    return None


def _drawing(value: Any) -> Media | None:
    figure = value if hasattr(value, "savefig") else getattr(value, "figure", None)
    if figure is None:
        return None
    from ._image import Image

    return Image(figure)
