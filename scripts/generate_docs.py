"""Writes docs/sdk.md from the docstrings of the SDK and docs/cli.md from the help of the command line.

    python scripts/generate_docs.py [--check]

With --check nothing is written, and the exit code is 1 if a page is not what it would be.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer.main

import headwater
from headwater.cli.main import build_app, main

DOCS = Path(__file__).parents[1] / "docs"
# Values of the run that is open; there is none here to ask.
OPEN_RUN = {
    "run": "The run that is open, `None` if there is none.",
    "config": "`config` of the run that is open.",
    "summary": "`summary` of the run that is open.",
}
LONGEST_SIGNATURE = 90
HELP_COLUMNS = "90"


def sdk_page() -> str:
    """The reference of everything that `headwater` exports."""
    parts = [
        "# SDK reference",
        "Generated from the docstrings of `headwater`. How the parts belong together: [concepts](concepts.md).",
    ]
    for name in sorted(headwater.__all__, key=lambda name: (name[0].isupper(), name)):
        if name in OPEN_RUN:
            parts += [f"## headwater.{name}", OPEN_RUN[name]]
            continue
        value = getattr(headwater, name)
        parts += module_parts(name) if inspect.ismodule(value) else object_parts(f"headwater.{name}", value, 2)
    return "\n\n".join(parts) + "\n"


def module_parts(name: str) -> Iterator[str]:
    """A heading for a module, and its public names below."""
    module = importlib.import_module(f"headwater.{name}")
    yield f"## headwater.{name}"
    yield inspect.getdoc(module) or ""
    for member in module.__all__:
        value = getattr(module, member)
        if inspect.ismodule(value):
            yield from module_parts(f"{name}.{member}")
        elif getattr(headwater, member, None) is not value:
            yield from object_parts(f"headwater.{name}.{member}", value, 3)


def object_parts(name: str, value: Any, level: int) -> Iterator[str]:
    """A heading, the signature and the text of a function or a class, then those of the class's methods."""
    yield f"{'#' * level} {name}"
    if inspect.isclass(value) and issubclass(value, BaseException):
        bases = ", ".join(f"`{base.__name__}`" for base in value.__bases__)
        yield f"{documentation(value)}\n\nIs also: {bases}."
        return
    yield f"<!-- not run: a signature -->\n```python\n{name}{signature(value)}\n```"
    yield documentation(value)
    if inspect.isclass(value):
        for member, defined in members_of(value).items():
            if not member.startswith("_"):
                yield from member_parts(f"{name.rpartition('.')[2]}.{member}", defined, level + 1)


def members_of(kind: type) -> dict[str, Any]:
    """What a class defines, and what it has from classes of ours that have no heading of their own."""
    own = [base for base in kind.__mro__ if base.__module__.startswith("headwater.")]
    inner = [base for base in own if base is kind or base.__name__ not in headwater.__all__]
    found: dict[str, Any] = {}
    for base in inner:
        found = {**found, **{name: value for name, value in vars(base).items() if name not in found}}
    return found


def member_parts(name: str, defined: Any, level: int) -> Iterator[str]:
    """The same of a method or a property. What has no text of its own is data, which the class's text explains."""
    if isinstance(defined, staticmethod | classmethod):
        defined = defined.__func__
    if isinstance(defined, property) or hasattr(defined, "attrname"):
        yield f"{'#' * level} {name}"
        yield f"Attribute. {documentation(defined)}"
    elif inspect.isfunction(defined):
        yield from object_parts(name, defined, level)


def signature(value: Any) -> str:
    """The arguments as users write them: without `self`, and with the SDK's own types by their short names."""
    found = inspect.signature(value)
    arguments = [argument for argument in found.parameters.values() if argument.name != "self"]
    text = str(found.replace(parameters=arguments))
    if len(text) > LONGEST_SIGNATURE:
        lines = "".join(f"    {argument},\n" for argument in with_markers(arguments))
        text = f"(\n{lines})" + str(found.replace(parameters=[]))[2:]
    return re.sub(r"\bheadwater\.\w+\.|\bcollections\.abc\.|\btyping\.|'", "", text)


def with_markers(arguments: list[inspect.Parameter]) -> Iterator[str]:
    """The arguments as text, with a star before the first that must be named."""
    is_starred = False
    for argument in arguments:
        is_starred = is_starred or argument.kind is inspect.Parameter.VAR_POSITIONAL
        if argument.kind is inspect.Parameter.KEYWORD_ONLY and not is_starred:
            is_starred = True
            yield "*"
        yield str(argument)


def documentation(value: Any) -> str:
    """A docstring as Markdown: its sections become lists."""
    lines: list[str] = []
    is_list = False
    for line in (inspect.getdoc(value) or "").splitlines():
        if re.fullmatch(r"(Args|Raises|Returns|Yields):", line):
            lines += [f"**{line[:-1].replace('Args', 'Arguments')}**", ""]
            is_list = True
        elif is_list and (entry := re.match(r"    (\w+): (.*)", line)):
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        elif is_list and line.startswith("    "):
            lines.append("  " + line.strip())
        else:
            is_list = is_list and not line
            lines.append(line)
    return "\n".join(lines).strip()


def cli_page() -> str:
    """The help of every command."""
    parts = [
        "# Command line",
        "Generated from `--help`. On a terminal the commands print tables and colours, in a pipe lines of "
        "tab-separated text, with `--json` JSON. Results go to stdout, everything else to stderr.",
        "\n".join(
            [
                "| exit code | means |",
                "|---|---|",
                "| 0 | done |",
                "| 1 | refused or failed; one line on stderr says what to do (`--debug` adds the traceback) |",
                "| 2 | wrong usage |",
                "| 3 | what was named does not exist, or you may not see it |",
                "| 4 | not permitted: no key, a wrong key, or too few rights |",
                "| 5 | the service or the store does not answer; trying again may work |",
            ]
        ),
    ]
    for path in command_paths(typer.main.get_command(build_app()), ()):
        parts += [f"## {' '.join(('headwater', *path))}", f"```text\n{help_text(path)}\n```"]
    return "\n\n".join(parts) + "\n"


def command_paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every command, a group before its members."""
    yield path
    for name, member in getattr(command, "commands", {}).items():
        yield from command_paths(member, (*path, name))


def help_text(path: tuple[str, ...]) -> str:
    """What `headwater … --help` prints at a fixed width."""
    printed = io.StringIO()
    # The help is as wide as the terminal, which differs from machine to machine.
    with patch.dict(os.environ, {"COLUMNS": HELP_COLUMNS}), contextlib.redirect_stdout(printed):
        main([*path, "--help"])
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())


PAGES = {"sdk.md": sdk_page, "cli.md": cli_page}


def outdated() -> list[str]:
    """The pages that are not what they would be."""
    return [name for name, page in PAGES.items() if not_the_same(DOCS / name, page())]


def not_the_same(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text("utf-8") != text


def run(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if "--check" in arguments:
        names = outdated()
        for name in names:
            print(f"docs/{name} is outdated: make docs", file=sys.stderr)
        return 1 if names else 0
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
