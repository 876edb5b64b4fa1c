"""`headwater lineage`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from . import documents, lineage_tree
from .lineage_tree import Direction, Lineage
from .output import is_terminal, print_json, say
from .service import Service, found, is_run_path, may_be_run_path


class Format(StrEnum):
    """What the lineage is printed as."""

    TREE = "tree"
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"


def lineage(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A version or a run: its path or its address.")],
    up: Annotated[bool, typer.Option("--up", help="Only where it came from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what came out of it.")] = False,
    depth: Annotated[int | None, typer.Option(min=0, help="How many edges to go. Default: all the way.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many nodes at most.")] = 500,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TREE,
) -> None:
    """Draw where a version or a run came from and what came out of it.

    From the top, every line is one step further away. A node that more than one way leads to is drawn once and
    marked where it comes again.
    """
    directions: list[Direction] = ["up", "down"] if up == down else ["up"] if up else ["down"]
    wanted = "BOTH" if len(directions) == 2 else {"up": "UPSTREAM", "down": "DOWNSTREAM"}[directions[0]]
    start, answer = fetch(Service(), path, direction=wanted, depth=depth, limit=limit)
    graph = lineage_tree.read_compact(start, answer["compact"])

    if form is Format.JSON:
        print_json(answer["compact"])
    elif form is Format.MERMAID:
        sys.stdout.write(answer["mermaid"].rstrip("\n") + "\n")
    elif form is Format.DOT:
        sys.stdout.write(lineage_tree.dot(graph) + "\n")
    else:
        print_trees(graph, directions)
    sentence = lineage_tree.incompleteness(graph)
    if sentence is not None:
        say(sentence)


def fetch(service: Service, path: str, *, direction: str, depth: int | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The id of the start, and the answer from there. A path that may be either is first taken for a version's."""
    variables = {"direction": direction, "depth": depth, "limit": limit}
    start: dict[str, Any] | None = None
    if not is_run_path(path):
        start = service.query(documents.VERSION_LINEAGE, path=service.item_path(path), **variables)["artifact"]
    if start is None and may_be_run_path(path):
        start = service.query(documents.RUN_LINEAGE, path=service.run_path(path), **variables)["run"]
    start = found(start, path)
    return start["id"], start["lineage"]


def print_trees(graph: Lineage, directions: list[Direction]) -> None:
    """Print a tree for each direction, with a heading when there are two."""
    headings = {"up": "Upstream: where it came from", "down": "Downstream: what came out of it"}
    for number, direction in enumerate(directions):
        if len(directions) == 2:
            sys.stdout.write(("\n" if number else "") + headings[direction] + "\n")
        if is_terminal():
            Console().print(lineage_tree.rich_tree(graph, direction), soft_wrap=True)
        else:
            sys.stdout.writelines(line + "\n" for line in lineage_tree.plain_lines(graph, direction))
        sys.stdout.flush()
