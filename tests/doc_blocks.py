"""The fenced blocks of a Markdown page, with what stands before and after them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", flags=re.MULTILINE | re.DOTALL
)
_NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*$")
# A library that few need, and that is not installed for the tests: the block runs where it is.
_NEEDS = re.compile(r"<!-- needs (\w+) -->\s*$")


@dataclass
class Block:
    """One fenced block. `answers` are the blocks right after it that show what comes out, `needs` is a library."""

    language: str
    text: str
    line: int
    is_run: bool
    section: str
    needs: str | None = None
    answers: dict[str, str] = field(default_factory=dict)


RUNNABLE = ("python", "bash", "sh", "graphql")
# Blocks that belong to the one before them: `json variables` goes in, the others come out.
COMPANIONS = ("json", "json variables", "text")


def blocks_of(page: Path) -> list[Block]:
    """The blocks that could be run, with their companions."""
    found: list[Block] = []
    for block in _all_blocks(page.read_text("utf-8")):
        if block.language in RUNNABLE:
            found.append(block)
        elif block.language in COMPANIONS and found and found[-1].section == block.section:
            found[-1].answers.setdefault(block.language, block.text)
    return found


def _all_blocks(page: str) -> Iterator[Block]:
    for match in _FENCE.finditer(page):
        before = page[: match.start()]
        headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", before, flags=re.DOTALL), flags=re.MULTILINE)
        indent = match["indent"]
        needed = _NEEDS.search(before.rstrip())
        needs = None if needed is None else needed[1]
        yield Block(
            language=match["info"].strip(),
            text="\n".join(line.removeprefix(indent) for line in match["text"].splitlines()) + "\n",
            line=before.count("\n") + 1,
            is_run=_NOT_RUN.search(before.rstrip()) is None and (needs is None or find_spec(needs) is not None),
            needs=needs,
            section=headings[-1] if headings else "",
        )
