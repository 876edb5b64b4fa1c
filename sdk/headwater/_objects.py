"""Objects in artifacts: written as a file in an open format with a description beside it, and read back."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson

from ._errors import InvalidInputError
from ._media import Kept, Media, media_of, safe_path

if TYPE_CHECKING:
    from ._artifact import Artifact
    from ._draft import Draft

# By what a description says it is: where its class lives.
_CLASSES = {
    "table": ("_table", "Table"),
    "image": ("_image", "Image"),
    "audio": ("_clips", "Audio"),
    "video": ("_clips", "Video"),
    "html": ("_pages", "Html"),
    "plotly": ("_pages", "Plotly"),
    "plot": ("plot", "Plot"),
}


def write(artifact: Artifact, obj: Any, name: str, *, overwrite: bool) -> str:
    """Write an object into a draft, as `<name>.<its kind>.json` and the files that this names; return its path.

    Raises:
        InvalidInputError: if it is no such object.
    """
    medium = media_of(obj)
    if medium is None:
        raise InvalidInputError(f"A {type(obj).__name__} cannot be added; write it with new_file or add_file.")
    return write_kept(artifact, medium._kind, medium._kept(), name, ending=medium._ending(), overwrite=overwrite)


def write_kept(artifact: Artifact, kind: str, kept: Kept, name: str, *, ending: str, overwrite: bool) -> str:
    """Write what is kept of an object, as `write` does."""
    path = name + ending
    files = {key: f"{name}.{safe_path(key)}.png" for key in kept.companions}
    description = {"_type": kind, "path": path, **kept.facts, **({"files": files} if files else {})}
    contents = {path: kept.content, **{files[key]: content for key, content in kept.companions.items()}}
    told = f"{name}.{kind}.json"
    contents[told] = orjson.dumps(description, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    for each, content in contents.items():
        _put(artifact, each, content, overwrite=overwrite)
    return told


def _put(artifact: Artifact, path: str, content: bytes, *, overwrite: bool) -> None:
    draft = artifact._open_draft()
    with draft.cache.scratch_folder() as folder:
        scratch = os.path.join(folder, "object")
        with open(scratch, "xb") as file:
            file.write(content)
        draft.adopt_file(scratch, path, overwrite=overwrite)


def read(artifact: Artifact, name: str) -> Media | None:
    """The object of a name, None if the artifact has none."""
    entries = artifact.manifest.entries
    kinds = [kind for kind in _CLASSES if name.endswith(f".{kind}.json")]
    candidates = [name] if kinds else [f"{name}.{kind}.json" for kind in _CLASSES]
    found = next((path for path in candidates if path in entries), None)
    if found is None:
        return None
    description = orjson.loads(_content(artifact, [found])[found])
    kind, path, files = description.pop("_type"), description.pop("path"), description.pop("files", {})
    contents = _content(artifact, [path, *files.values()])
    return restored(kind, Kept(contents[path], description, {key: contents[file] for key, file in files.items()}))


def restored(kind: str, kept: Kept) -> Media:
    """The object that was kept.

    Raises:
        InvalidInputError: if its kind is unknown here.
    """
    if kind not in _CLASSES:
        raise InvalidInputError(f"Objects of the kind {kind!r} are unknown to this version of headwater: upgrade it.")
    module, name = _CLASSES[kind]
    home: type[Media] = getattr(import_module(f".{module}", __package__), name)
    return home._restored(kept)


def _content(artifact: Artifact, paths: list[str]) -> dict[str, bytes]:
    """The bytes of some files of an artifact: of a draft from this machine, of a version through the cache."""
    # Held on to: a log call in the background may turn the artifact into a version meanwhile.
    draft = artifact._draft
    if draft is not None:
        return {path: _read(_local(draft, path)) for path in paths}
    from ._cache import default_cache

    with default_cache().scratch_folder() as folder:
        return {path: _read(artifact.get_entry(path).download(folder)) for path in paths}


def _local(draft: Draft, path: str) -> str:
    entry = draft.entries[path]
    local = entry.local_path or draft.cache.find(entry.digest or "", entry.size)
    if local is None:
        raise InvalidInputError(f"The bytes of {path!r} are not on this machine: read it from the version.")
    return local


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
