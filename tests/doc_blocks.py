"""The fenced blocks of a Markdown page, with what stands before and after them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", flags=re.MULTILINE | re.DOTALL
)
_NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*$")


@dataclass
class Block:
    """One fenced block. `answers` are the blocks right after it that show what comes out."""

    language: str
    text: str
    line: int
    is_run: bool
    section: str
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
        yield Block(
            language=match["info"].strip(),
            text="\n".join(line.removeprefix(indent) for line in match["text"].splitlines()) + "\n",
            line=before.count("\n") + 1,
            is_run=_NOT_RUN.search(before.rstrip()) is None,
            section=headings[-1] if headings else "",
        )
