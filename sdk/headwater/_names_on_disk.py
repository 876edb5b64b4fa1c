"""Which names a file system can hold side by side; decided before a download writes anything."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass

from ._errors import ConflictError
from ._names import check_entry_path

_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])(\..*)?", re.IGNORECASE)
_WINDOWS_REFUSES = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True)
class FileSystem:
    """What matters of the file system of a folder."""

    folds_case: bool
    is_windows: bool


def probe(folder: str) -> FileSystem:
    """Find out by writing: whether two names that differ only in case are one file."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".headwater-", dir=folder) as scratch:
        with open(os.path.join(scratch, "a"), "xb"):
            pass
        folds_case = os.path.exists(os.path.join(scratch, "A"))
    return FileSystem(folds_case=folds_case, is_windows=os.name == "nt")


class NameCheck:
    """Takes the paths of a download one by one and refuses what the file system cannot hold."""

    def __init__(self, system: FileSystem) -> None:
        self._system = system
        self._seen: dict[str, str] = {}

    def take(self, path: str) -> str:
        """Return the path if it can be written.

        Raises:
            InvalidInputError: if it breaks the rules of entries, whoever made it.
            ConflictError: if this file system cannot hold it, or not beside another, naming both.
        """
        check_entry_path(path)
        if self._system.is_windows:
            _check_windows(path)
        if self._system.folds_case:
            self._check_case(path)
        return path

    def _check_case(self, path: str) -> None:
        # Folders too: 'Data/a' and 'data/b' would end up in one folder.
        end = len(path)
        while end > 0:
            part = path[:end]
            other = self._seen.setdefault(unicodedata.normalize("NFC", part).casefold(), part)
            if other != part:
                raise ConflictError(
                    f"{other!r} and {part!r} differ only in case, and this file system cannot hold both. "
                    "Download to another one, or only one of them with path_prefix."
                )
            end = path.rfind("/", 0, end)


def _check_windows(path: str) -> None:
    for segment in path.split("/"):
        if _DEVICE.fullmatch(segment):
            raise ConflictError(f"{path!r} cannot be written: {segment!r} is the name of a device on Windows.")
        if bad := _WINDOWS_REFUSES.search(segment):
            raise ConflictError(f"{path!r} cannot be written: Windows allows no {bad.group()!r} in names.")
        if segment[-1] in ". ":
            raise ConflictError(f"{path!r} cannot be written: names on Windows do not end in {segment[-1]!r}.")


def folder_name(name: str, *, is_windows: bool) -> str:
    """`mnist:v3` as the name of a folder; on Windows without what it cannot hold."""
    if not is_windows:
        return name
    safe = re.sub(r'[<>:"/\\|?*]', "-", name).rstrip(". ")
    return f"_{safe}" if _DEVICE.fullmatch(safe) else safe
