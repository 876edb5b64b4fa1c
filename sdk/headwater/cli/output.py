"""How the command line prints: rich on a terminal, tab-separated text in a pipe, JSON when asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$")
WIDEST_TABLE = 4000
_UNITS = ("kB", "MB", "GB", "TB", "PB")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def examples(*lines: str) -> str:
    """The end of a command's help: command lines as people type them."""
    # The first line keeps click from filling the lines up as if they were prose.
    return "\b\nExamples:\n" + "\n".join(f"  headwater {line}" for line in lines)


def is_terminal() -> bool:
    """Whether a person reads what is printed."""
    return sys.stdout.isatty()


def print_json(value: Any) -> None:
    """Print a value as indented JSON with its keys in the order they have."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows: a table with a heading on a terminal, lines of tab-separated text in a pipe."""
    if not is_terminal():
        for row in rows:
            sys.stdout.write("\t".join(_one_line(as_text(value)) for value in row) + "\n")
        return
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(_for_people(value), no_wrap=True) for value in row))
    # A path that is cut off is of no use. Where the terminal is too narrow it wraps the line itself.
    console = Console()
    wide = console.options.update(max_width=WIDEST_TABLE)
    natural = Measurement.get(console, wide, table).maximum
    Console(width=max(console.width, natural), height=console.height).print(table)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print one thing's facts, a line each; those without a value are left out."""
    width = max(map(len, facts), default=0)
    console = Console()
    for name, value in facts.items():
        if not as_text(value):
            continue
        if not is_terminal():
            sys.stdout.write(f"{name}\t{_one_line(as_text(value))}\n")
        elif isinstance(value, dict):
            for number, line in enumerate(_lines_of(value)):
                console.print(Text(("" if number else name).ljust(width), style="bold"), Text(line), soft_wrap=True)
        else:
            console.print(Text(name.ljust(width), style="bold"), Text(_for_people(value)), soft_wrap=True)


def say(line: str) -> None:
    """Print a line about what was done on stderr, so that stdout holds results alone."""
    sys.stderr.write(line + "\n")


def as_text(value: Any) -> str:
    """A value of a JSON answer as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(as_text(item) for item in value)
    if isinstance(value, dict):
        return orjson.dumps(value).decode() if value else ""
    return str(value)


def size_text(size: int) -> str:
    """A number of bytes for people: three digits and a unit. Programs get the number itself, in a pipe too."""
    if not is_terminal() or size < 1000:
        return str(size)
    power = next((p for p in range(1, len(_UNITS)) if size < 999.5 * 1000**p), len(_UNITS))
    return f"{size / 1000**power:.3g} {_UNITS[power - 1]}"


def _for_people(value: Any) -> str:
    """A cell on a terminal: a time of the service without what only programs need."""
    text = as_text(value)
    return _TIME.sub(r"\1 \2 UTC", text)


def _lines_of(values: dict[str, Any]) -> list[str]:
    """A dictionary as lines `name = value`; of a picture or a plot only where it is kept."""
    return [f"{name} = {_without_details(value)}" for name, value in values.items()]


def _without_details(value: Any) -> str:
    if isinstance(value, dict) and "_type" in value:
        if "items" in value:
            return f"({value['_type']}: {len(value['items'])})"
        return f"({value['_type']}) {value.get('path', '')}".rstrip()
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else as_text(value)


def _one_line(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")
