"""Writes the table of the service's settings in docs/configuration.md from the code.

    python scripts/generate_configuration.py [--check]

With --check nothing is written, and the exit code is 1 if the table is not what it would be.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from headwater_service.config import Settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
BEGIN = "<!-- The table is written by `make docs` from service/headwater_service/config.py. -->\n"
END = "<!-- End of the table. -->\n"


def main(arguments: list[str]) -> int:
    """Write the page, or only compare it."""
    text = PAGE.read_text("utf-8")
    wanted = with_table(text)
    if arguments == ["--check"]:
        return int(text != wanted)
    PAGE.write_text(wanted, "utf-8")
    return 0


def with_table(text: str) -> str:
    """Put the table of today between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["| variable | default | meaning |", "|---|---|---|", *(row(setting) for setting in fields(Settings))]
    return before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + after


def row(setting: Field[Any]) -> str:
    return f"| `{setting.metadata['variable']}` | {default_of(setting)} | {setting.metadata['about']} |"


def default_of(setting: Field[Any]) -> str:
    if setting.default is MISSING:
        return "must be set"
    return "" if setting.default in ("", ()) else f"`{setting.default}`"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
