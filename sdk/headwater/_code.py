"""The code of a run, as an artifact of the type "code"."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

TYPE = "code"
# Folders that hold other people's code, or what a program made: found by what they are called.
_SKIPPED = frozenset(("__pycache__", "node_modules", "site-packages", "venv", "env", "wandb", "artifacts"))
_TAKEN = re.compile(r".*\.(py|pyi|ipynb)|requirements.*\.txt|pyproject\.toml|Dockerfile.*", re.IGNORECASE)

Choose = Callable[[str], bool] | Callable[[str, str], bool]


def is_code(path: str) -> bool:
    """Whether a file is taken unless told otherwise: Python, notebooks, what is required, and Dockerfiles."""
    return _TAKEN.fullmatch(os.path.basename(path)) is not None


def code_files(root: str | os.PathLike[str], include: Choose | None, exclude: Choose | None) -> dict[str, Path]:
    """The files of the code under a folder, by their names in the artifact, sorted."""
    folder = Path(os.path.abspath(root))
    wanted = is_code if include is None else _asks(include, str(folder))
    unwanted = None if exclude is None else _asks(exclude, str(folder))
    return {
        path.relative_to(folder).as_posix(): path
        for path in _files(folder)
        if wanted(str(path)) and not (unwanted is not None and unwanted(str(path)))
    }


def code_name(project: str) -> str:
    """The name of the artifact of a project's code, by the program that was started."""
    program = getattr(sys.modules.get("__main__"), "__file__", None) or "notebook"
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", f"source-{project}-{os.path.basename(program)}")[:128]


def _files(folder: Path) -> Iterator[Path]:
    for directory, folders, files in os.walk(folder):
        # In a known order; hidden folders (.git, .venv, .headwater) are nobody's code.
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(directory), name))
        yield from (Path(directory, name) for name in sorted(files))


def _is_skipped(directory: Path, name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED or (directory / name / "pyvenv.cfg").exists()


def _asks(choose: Choose, root: str) -> Callable[[str], bool]:
    """A function of one path, whether the given one also wants the folder that it lies under."""
    from inspect import Parameter, signature

    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    takes = [one for one in signature(choose).parameters.values() if one.kind in positional]
    both = len([one for one in takes if one.default is Parameter.empty]) > 1
    return lambda path: bool(choose(path, root) if both else choose(path))  # type: ignore[call-arg]  # counted above
